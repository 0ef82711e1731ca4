package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.command.Shell.Said;
import io.carteggio.server.fetch.ews.ExchangeSimulator;
import io.carteggio.server.fetch.ews.ExchangeSimulator.Item;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The whole way from an Exchange Server into the archive, by commands.
class EwsCommandTest {
    private static final int MAILS = 60;

    @TempDir
    Path folder = Path.of("");

    @Test
    void mailsOfAnExchangeServerAreArchivedAndGo() throws Exception {
        Shell shell = new Shell(folder.resolve("data"));
        Path password = Shell.write(folder.resolve("password"), "");
        Files.writeString(password, "s€cret\n", StandardCharsets.UTF_8);
        try (ExchangeSimulator exchange = new ExchangeSimulator(Files.createDirectories(folder.resolve("tls")))) {
            for (int n = 0; n < MAILS; n++) {
                String mail = Shell.mail("anna@firm.example", "bob@firm.example", "Number " + n, "Text of " + n);
                exchange.put(new Item(
                        "AAMk" + n,
                        mail.getBytes(StandardCharsets.US_ASCII),
                        1,
                        Instant.ofEpochSecond(1_700_000_000L + n),
                        "Message"));
            }
            String url = "https://localhost:" + exchange.port() + "/EWS/Exchange.asmx";
            shell.done(
                    "source",
                    "add",
                    "exchange",
                    "--ews",
                    url,
                    "--user",
                    "FIRM\\journal",
                    "--password-file",
                    password.toString(),
                    "--certificate",
                    "sha256:" + exchange.certificateSum(),
                    "--family",
                    "multidrop",
                    "--after",
                    "delete",
                    "--schedule",
                    "manual");
            Said shown = shell.done("source", "show", "exchange", "--json");
            assertThat(shown.out()).contains("\"ews\"", "/EWS/Exchange.asmx").doesNotContain("\u20accret", "u20accret");
            Said tested = shell.done("source", "test", "exchange", "--json");
            assertThat(tested.lines())
                    .hasSize(7)
                    .allSatisfy(step ->
                            assertThat(step.path("result").stringValue()).isEqualTo("ok"));
            assertThat(exchange.folder("inbox")).as("a test changes nothing").hasSize(MAILS);

            exchange.error("AAMk7", "ErrorCorruptData");
            exchange.next("GetItem", ExchangeSimulator.busyFault("200"));
            JsonNode first = run(shell);
            assertThat(first.path("fetched").longValue()).isEqualTo(MAILS - 1);
            assertThat(first.path("letters").longValue()).isEqualTo(MAILS - 1);
            assertThat(first.path("unreadable").longValue()).isEqualTo(1);
            assertThat(exchange.folder("inbox"))
                    .as("what is not archived is not removed")
                    .containsExactly("AAMk7");
            JsonNode second = run(shell);
            assertThat(second.path("letters").longValue()).isEqualTo(1);
            assertThat(second.path("removed").longValue()).isEqualTo(1);
            assertThat(exchange.folder("inbox")).isEmpty();
            assertThat(shell.done("stats", "--json").json().path("letters").longValue())
                    .isEqualTo(MAILS);
            assertThat(exchange.refusals()).isEmpty();
        }
    }

    private static JsonNode run(Shell shell) {
        return shell.done("job", "run", "exchange", "--json").lines().getLast();
    }

    @Test
    void anAddressIsTakenWholeOrRefused() {
        Shell shell = new Shell(folder.resolve("data"));
        for (String url : new String[] {
            "https://anna:pw@mail.example/",
            "https:///EWS",
            "ftp://mail.example/",
            "https://mail.example/x?y",
            "https://a b/"
        }) {
            Said said = shell.run("source", "add", "x", "--ews", url, "--user", "anna", "--schedule", "manual");
            assertThat(said.exit()).as(url).isEqualTo(2);
            assertThat(said.err()).doesNotContain("pw");
        }
        assertThat(shell.run(
                                "source",
                                "add",
                                "x",
                                "--imap",
                                "mail.example",
                                "--mailbox",
                                "a@b.example",
                                "--user",
                                "anna")
                        .err())
                .contains("imap has no setting 'mailbox'");
    }
}
