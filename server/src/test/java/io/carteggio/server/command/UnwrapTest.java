package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Sha256;
import io.carteggio.server.command.Shell.Said;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class UnwrapTest {
    private static final String ORIGINAL = Shell.mail("anna@example.com", "bob@example.org", "Tender", "Figures.");
    private static final String REPORT = String.join(
            "\r\n",
            "From: <journal@example.com>",
            "To: <archive@example.net>",
            "X-MS-Journal-Report:",
            "Subject: Tender",
            "MIME-Version: 1.0",
            "Content-Type: multipart/mixed; boundary=\"b\"",
            "",
            "--b",
            "Content-Type: text/plain; charset=\"utf-8\"",
            "",
            "Sender: anna@example.com",
            "Subject: Tender",
            "Message-Id: <1@example.com>",
            "To: bob@example.org",
            "Bcc: carla@example.com",
            "To: dora@example.com, Expanded: staff@example.com",
            "",
            "--b",
            "Content-Type: message/rfc822",
            "",
            ORIGINAL + "--b--",
            "");

    @TempDir
    Path folder = Path.of("");

    private Said unwrap(String text, String... more) throws Exception {
        Path file = Shell.write(folder.resolve("mail.eml"), text);
        String[] arguments = new String[2 + more.length];
        arguments[0] = "unwrap";
        arguments[1] = file.toString();
        System.arraycopy(more, 0, arguments, 2, more.length);
        return new Shell(folder.resolve("data")).run(arguments);
    }

    @Test
    void theFieldsOfAReportStay() throws Exception {
        JsonNode report = unwrap(REPORT, "--json").json();
        assertThat(report.propertyNames())
                .contains(
                        "dialect",
                        "sender",
                        "onBehalfOf",
                        "subject",
                        "messageId",
                        "recipients",
                        "originals",
                        "warnings");
        assertThat(report.path("sender").stringValue()).isEqualTo("anna@example.com");
        assertThat(report.path("onBehalfOf").isNull()).isTrue();
        assertThat(report.path("recipients").toString())
                .isEqualTo("[{\"role\":\"to\",\"address\":\"bob@example.org\",\"expanded\":null,\"forwarded\":null},"
                        + "{\"role\":\"bcc\",\"address\":\"carla@example.com\",\"expanded\":null,\"forwarded\":null},"
                        + "{\"role\":\"to\",\"address\":\"dora@example.com\",\"expanded\":\"staff@example.com\","
                        + "\"forwarded\":null}]");
        // The line break before a boundary belongs to the boundary (RFC 2046 5.1.1).
        String original = ORIGINAL.substring(0, ORIGINAL.length() - 2);
        assertThat(report.path("originals").toString())
                .isEqualTo("[{\"bytes\":" + original.length() + ",\"sha256\":\""
                        + Sha256.of(original.getBytes(StandardCharsets.ISO_8859_1))
                        + "\",\"kind\":\"original\"}]");
        assertThat(unwrap(REPORT).out()).contains("carla@example.com", "expanded from staff@example.com");
        assertThat(folder.resolve("data")).doesNotExist();
    }

    @Test
    void whatIsNoReportIsOne() throws Exception {
        Said plain = unwrap(ORIGINAL);
        assertThat(plain.exit()).isEqualTo(1);
        assertThat(plain.err()).contains("no journal report");
        assertThat(plain.octets()).isEmpty();
        assertThat(new Shell(folder)
                        .run("unwrap", folder.resolve("missing").toString())
                        .err())
                .contains("no such file");
        assertThat(new Shell(folder).run("unwrap", folder.toString()).exit()).isEqualTo(1);
    }

    @Test
    void whyIsTold() throws Exception {
        assertThat(unwrap(REPORT).out()).contains("because", "it has the marker X-MS-Journal-Report");
        JsonNode report = unwrap(REPORT, "--json").json();
        assertThat(report.path("why").size()).isGreaterThan(3);
        Said plain = unwrap(ORIGINAL, "--json");
        assertThat(plain.exit()).isEqualTo(1);
        assertThat(plain.json().path("kind").stringValue()).isEqualTo("plain");
        assertThat(plain.json().path("why").size()).isPositive();
        assertThat(unwrap(ORIGINAL).err()).contains("because: it has no marker of a journal report");
    }

    @Test
    void reportsOfOthersAreReadAsExpected() throws Exception {
        Path corpus = Shell.corpus();
        List<String> expected = Files.readAllLines(corpus.resolve("expected_journal.tsv"));
        for (String line : expected.subList(1, expected.size())) {
            String[] cells = line.split("\t", -1);
            Said said = new Shell(folder).run("unwrap", corpus.resolve(cells[0]).toString(), "--json");
            assertThat(said.exit()).as(cells[0]).isZero();
            assertThat(said.json().path("sender").toString()).isEqualTo(cells[1]);
            assertThat(said.json().path("subject").toString()).isEqualTo(cells[2]);
            assertThat(said.json().path("messageId").toString()).isEqualTo(cells[3]);
        }
        assertThat(expected).hasSizeGreaterThan(1);
    }
}
