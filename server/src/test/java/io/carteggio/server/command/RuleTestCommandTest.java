package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `rule test`, as an administrator uses it.
@Tag("slow")
class RuleTestCommandTest {
    @TempDir
    Path folder = Path.of("");

    private Shell archive() throws Exception {
        Shell shell = new Shell(folder.resolve("data"));
        shell.done("domain", "add", "firm.example");
        shell.done("rule", "add", "All mail", "--to", "j@archive.example");
        shell.done(
                "rule", "add", "Anna", "--to", "a@archive.example", "--recipient", "anna@firm.example", "--disabled");
        String[][] mails = {
            {"anna@firm.example", "bruno@firm.example"},
            {"anna@firm.example", "x@elsewhere.example"},
            {"x@elsewhere.example", "bruno@firm.example"}
        };
        for (int i = 0; i < mails.length; i++) {
            Path file = Shell.write(
                    folder.resolve("in/" + i + ".eml"),
                    WatchServerTest.report(
                            "r" + i,
                            Shell.mail(mails[i][0], mails[i][1], "no " + i, "Hello"),
                            "Sender: " + mails[i][0],
                            "Recipient: " + mails[i][1]));
            shell.done("import", file.toString());
        }
        shell.done(
                "import",
                Shell.write(folder.resolve("plain.eml"), Shell.mail("x@y.example", "bruno@firm.example", "p", "Hello"))
                        .toString());
        return shell;
    }

    @Test
    void whatRulesWouldHaveCaughtIsCounted() throws Exception {
        Shell shell = archive();
        List<JsonNode> lines =
                shell.done("rule", "test", "--past", "30", "--json").lines();
        assertThat(lines)
                .extracting(line -> line.path("rule").asString("") + " "
                        + line.path("letters").asLong(0))
                .containsExactly("All mail 3", "Anna 2", " 4");
        assertThat(lines.getLast().path("whole").asBoolean(false)).isTrue();
        assertThat(lines.getLast().path("withoutEnvelope").asLong(0)).isEqualTo(1);
        assertThat(shell.done("rule", "test", "--past", "1", "--rule", "anna").out())
                .contains("Anna", "2 letters", "of 4 letters", "1 came without a report", "is not counted")
                .doesNotContain("All mail");
        assertThat(shell.done(
                                "rule",
                                "test",
                                "--past",
                                "1",
                                "--to",
                                "new@archive.example",
                                "--scope",
                                "external",
                                "--recipient",
                                "anna@firm.example")
                        .out())
                .contains("not yet added", "1 letters");
        assertThat(shell.done(
                                "rule",
                                "test",
                                "--past",
                                "1",
                                "--rule",
                                "Anna",
                                "--to",
                                "a@archive.example",
                                "--scope",
                                "internal")
                        .out())
                .as("as if it were another")
                .contains("Anna", "1 letters");
        assertThat(shell.done("rule", "list").out()).doesNotContain("not yet added", "internal");
    }

    @Test
    void whatMakesNoSenseIsRefused() throws Exception {
        Shell shell = archive();
        String[][] wrong = {
            {},
            {"--past", "0"},
            {"--past", "-3"},
            {"--past", "99999999"},
            {"--past", "many"},
            {"--past", "9", "--from", "a@b.example"},
            {"--past", "9", "--scope", "external"},
            {"--past", "9", "--to", "a@b.example", "--to", "c@d.example"},
            {"--to", "a@b.example", "--rule", "All mail"}
        };
        for (String[] options : wrong) {
            String[] command = new String[options.length + 2];
            command[0] = "rule";
            command[1] = "test";
            System.arraycopy(options, 0, command, 2, options.length);
            Shell.Said said = shell.run(command);
            assertThat(said.exit()).as(String.join(" ", options)).isEqualTo(2);
            assertThat(said.err()).isNotBlank().doesNotContain("fault of this program");
        }
        assertThat(shell.run("rule", "test", "--past", "9", "--rule", "nosuch").exit())
                .isEqualTo(1);
        assertThat(shell.run("rule", "test", "--past", "9", "--to", "new@firm.example")
                        .err())
                .contains("--dedicated");
    }
}
