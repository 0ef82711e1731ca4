package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.command.Shell.Said;
import io.carteggio.server.fetch.ScriptedServer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `import --imap` with a server that says what a test wants; `AccountTest` of `acceptance` has a real one.
class AccountImportTest {
    private static final String IN = """
            S: * OK [CAPABILITY IMAP4rev1] hello
            C: c1 CAPABILITY
            S: * CAPABILITY IMAP4rev1 SASL-IR AUTH=PLAIN
            S: c1 OK
            C: c2 AUTHENTICATE PLAIN AGFubmEAc2VjcmV0
            S: c2 OK [CAPABILITY IMAP4rev1 SPECIAL-USE LIST-EXTENDED] in
            C: c3 LIST "" "\\*" RETURN \\(SPECIAL-USE\\)
            S: * LIST (\\HasNoChildren) "/" INBOX
            S: * LIST (\\HasNoChildren \\Trash) "/" "Papierkorb"
            S: * LIST (\\HasNoChildren) "/" "Papierkorb/alt"
            S: * LIST (\\HasNoChildren) "/" "Papierkorbs"
            S: * LIST (\\HasChildren) "/" "Old"
            S: * LIST (\\HasNoChildren) "/" "Old/2019"
            S: c3 OK
            """;

    @TempDir
    Path folder = Path.of("");

    private Shell shell = new Shell(Path.of(""));

    @BeforeEach
    void archive() throws Exception {
        shell = new Shell(folder.resolve("data"));
        shell.done("person", "add", "Anna", "anna@firm.example");
    }

    private Said take(ScriptedServer server, String... more) throws Exception {
        Path password = Shell.write(folder.resolve("pw"), "secret\n");
        List<String> command = new ArrayList<>(List.of(
                "import",
                "--imap",
                "127.0.0.1:" + server.port(),
                "--tls",
                "none",
                "--user",
                "anna",
                "--password-file",
                password.toString(),
                "--to",
                "Anna"));
        command.addAll(List.of(more));
        return shell.run(command.toArray(String[]::new));
    }

    private static String mail(String subject, List<String> trace) {
        List<String> lines = new ArrayList<>(trace);
        lines.addAll(List.of("From: anna@firm.example", "Subject: " + subject, "", "Text.", ""));
        return String.join("\r\n", lines);
    }

    private static String literal(int uid, String received, String mail) {
        return "S~ * 1 FETCH (UID " + uid + " INTERNALDATE \"" + received + "\" BODY[]<0> {" + mail.length() + "}\\r\\n"
                + mail.replace("\r\n", "\\r\\n") + ")\\r\\n\n";
    }

    /// A folder that is left out is not even opened: it is named, has that use, or lies in such a one.
    @Test
    void foldersAreLeftOutAndTheServersInstantVouchesWhereNothingElseDoes() throws Exception {
        String untraced = mail("untraced", List.of());
        String traced = mail("traced", List.of("Received: from a by b; Tue, 5 Mar 2019 10:00:00 +0000"));
        String absurd = mail("absurd", List.of("Received: from a by b; Tue, 5 Mar 2999 10:00:00 +0000"));
        String script = IN + """
                C: c4 EXAMINE "INBOX"
                S: * 3 EXISTS
                S: * OK [UIDVALIDITY 17] ok
                S: c4 OK [READ-ONLY] examined
                C: c5 UID SEARCH ALL
                S: * SEARCH 1 2 3
                S: c5 OK
                C: c6 UID FETCH 1:3 .*
                """ + literal(1, "01-Feb-2011 12:30:00 +0000", untraced)
                + literal(2, "02-Feb-2011 12:30:00 +0000", traced)
                + literal(3, "03-Feb-2011 12:30:00 +0000", absurd) + """
                S: c6 OK
                C: c7 EXAMINE "Papierkorbs"
                S: * 0 EXISTS
                S: * OK [UIDVALIDITY 18] ok
                S: c7 OK [READ-ONLY] examined
                C: c8 UID SEARCH ALL
                S: * SEARCH
                S: c8 OK
                """;
        try (ScriptedServer server = new ScriptedServer(script)) {
            Said said = take(server, "--without", "\\Trash", "--without", "Old");
            assertThat(server.failure()).isEmpty();
            assertThat(said.exit()).as(said.err()).isZero();
        }
        JsonNode untracedEnvelope = envelope("untraced");
        assertThat(untracedEnvelope.path("at").stringValue()).isEqualTo("2011-02-01T12:30:00Z");
        assertThat(untracedEnvelope.path("receivedThere").stringValue()).isEqualTo("2011-02-01T12:30:00Z");
        assertThat(untracedEnvelope.path("warnings").toString()).contains("DATED_BY_ITS_SERVER");
        JsonNode tracedEnvelope = envelope("traced -subject:untraced");
        assertThat(tracedEnvelope.path("at").stringValue()).isEqualTo("2019-03-05T10:00:00Z");
        assertThat(tracedEnvelope.path("receivedThere").stringValue())
                .as("kept all the same")
                .isEqualTo("2011-02-02T12:30:00Z");
        assertThat(tracedEnvelope.path("warnings").toString()).doesNotContain("DATED_BY_ITS_SERVER");
        assertThat(envelope("absurd").path("at").stringValue()).isEqualTo("2011-02-03T12:30:00Z");
        assertThat(shell.done("check").out()).contains("all is well");
    }

    private JsonNode envelope(String subject) {
        String id = shell.done("search", "subject:" + subject, "--json")
                .lines()
                .getFirst()
                .path("id")
                .stringValue();
        return shell.done("show", id, "--json").json().path("envelopes").get(0);
    }

    @Test
    void whatCannotBeHadIsNamedAndABrokenConnectionIsOpenedAgain() throws Exception {
        String one = mail("one", List.of());
        String two = mail("two", List.of());
        String folder = """
                EXAMINE "Papierkorbs"
                S: * 3 EXISTS
                S: * OK [UIDVALIDITY 18] ok
                """;
        String script = IN + """
                C: c4 EXAMINE "INBOX"
                S: c4 NO [NOPERM] not yours
                C: c5\s""" + folder + """
                S: c5 OK [READ-ONLY] examined
                C: c6 UID SEARCH ALL
                S: * SEARCH 1 2 3
                S: c6 OK
                C: c7 UID FETCH 1:3 .*
                """ + literal(1, "01-Feb-2011 12:30:00 +0000", one) + """
                S~ * 2 FETCH (UID 2 BODY[]<0> {99}\\r\\nFrom: a@firm
                X
                --
                """
                + IN.substring(0, IN.indexOf("C: c3")) + """
                C: c3\s""" + folder + """
                S: c3 OK [READ-ONLY] examined
                C: c4 UID SEARCH ALL
                S: * SEARCH 1 2 3
                S: c4 OK
                C: c5 UID FETCH 2:3 .*
                """
                + literal(2, "01-Feb-2011 12:30:00 +0000", two) + """
                S: c5 OK
                C: c6 UID FETCH 3 .*
                S: c6 NO it is damaged
                """;
        Path report = this.folder.resolve("report.tsv");
        try (ScriptedServer server = new ScriptedServer(script)) {
            Said said = take(server, "--without", "\\Trash", "--without", "Old", "--report", report.toString());
            assertThat(server.failure()).isEmpty();
            assertThat(said.exit()).isEqualTo(1);
        }
        JsonNode books = shell.done("stats", "--json").json();
        assertThat(books.path("received").longValue()).as("each once").isEqualTo(2);
        assertThat(books.path("letters").longValue()).isEqualTo(2);
        assertThat(Files.readString(report))
                .contains("imap://anna@127.0.0.1/INBOX\tunreadable\t", "not yours")
                .contains("/Papierkorbs;UIDVALIDITY=18/;UID=3\tunreadable\t");
    }

    /// A slip of the pen must not bring in what was to be left out.
    @Test
    void aFolderThatIsNotThereTakesNothing() throws Exception {
        for (String[] wrong : new String[][] {
            {"Trash", "there is no folder Trash to leave out"},
            {"\\Junk", "the server marks no folder as \\Junk"},
            {"papierkorb", "there is no folder papierkorb"}
        }) {
            try (ScriptedServer server = new ScriptedServer(IN)) {
                Said said = take(server, "--without", wrong[0]);
                assertThat(said.exit()).isEqualTo(1);
                assertThat(said.err()).contains(wrong[1]);
                assertThat(server.failure()).isEmpty();
            }
        }
        assertThat(shell.done("stats", "--json").json().path("received").longValue())
                .isZero();
        Path file = Shell.write(folder.resolve("a.eml"), Shell.mail("a@b.c", "d@e.f", "x", "y"));
        assertThat(shell.run("import", file.toString(), "--without", "Trash").exit())
                .isEqualTo(2);
    }
}
