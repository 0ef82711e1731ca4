package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import io.carteggio.acceptance.ReportReaders.Reading;
import io.carteggio.embedded.disk.FileContent;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.server.smtp.SmtpClient.Outcome;
import io.carteggio.server.smtp.SmtpClient.Way;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.TestMethodOrder;

/// What holds for the journaling agent beside every mail system, and in whichever way it stands there: each message of
/// [JournalCase] arrives once and unharmed, and each report names whom it should, in this archive and in a mailbox
/// elsewhere that other readers open.
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
abstract class JournaledMail {
    private static final int LARGE_LINES = 400_000; // 30 MB

    /// The firm, which lives as long as the class of tests.
    abstract MailHouse house();

    /// Whether the agent also sees what the mail system itself writes.
    abstract boolean seesBounces();

    /// Whether anybody can log in at the mail system.
    boolean letsLogIn() {
        return true;
    }

    private List<JournalCase> cases() {
        return JournalCase.all().stream()
                .filter(one -> letsLogIn() || !one.loggedIn())
                .toList();
    }

    final Outcome send(String from, Content mail, boolean loggedIn, Way way, String... to) throws IOException {
        return MailHouse.send(house().door(), from, mail, loggedIn, way, List.of(to));
    }

    final Outcome send(String from, String text, String... to) throws IOException {
        return send(from, MailHouse.mail(text), false, Way.DATA, to);
    }

    @TestFactory
    @Order(1)
    Stream<DynamicTest> everyMessageArrivesAndIsReported() throws Exception {
        List<JournalCase> cases = cases();
        Map<String, Outcome> outcomes = new TreeMap<>();
        for (JournalCase one : cases) {
            outcomes.put(
                    one.word(),
                    send(
                            one.from(),
                            MailHouse.mail(one.text()),
                            one.loggedIn(),
                            Way.DATA,
                            one.to().toArray(String[]::new)));
        }
        return cases.stream()
                .map(one -> dynamicTest(
                        one.word(), () -> assertJournaled(one, Objects.requireNonNull(outcomes.get(one.word())))));
    }

    private void assertJournaled(JournalCase one, Outcome outcome) throws Exception {
        List<String> refused = new ArrayList<>();
        for (int i = 0; i < outcome.recipients().size(); i++) {
            if (!outcome.recipients().get(i).positive()) {
                refused.add(one.to().get(i));
            }
        }
        assertThat(refused).as("recipients that the mail system refuses").isEqualTo(one.refused());
        assertThat(outcome.end().positive())
                .as("%s", outcome)
                .isEqualTo(!one.reported().isEmpty());
        if (one.reported().isEmpty()) {
            assertThat(house().found(one.word()))
                    .as("what does not go on is not reported")
                    .isEmpty();
            return;
        }
        String id = house().letter(one.word());
        for (int waited = 0;
                waited < 200 && house().reported(id).size() < one.reported().size();
                waited++) {
            Thread.sleep(50); // the proxy's reports go through the queue
        }
        Map<String, List<String>> reported = house().reported(id);
        assertThat(reported.keySet()).isEqualTo(one.reported().keySet());
        one.reported()
                .forEach((source, lines) -> assertThat(reported.get(source))
                        .as("whom the report for the source %s names", source)
                        .containsExactlyInAnyOrderElementsOf(lines));
        byte[] original = house().original(id);
        assertThat(new String(original, StandardCharsets.UTF_8))
                .isEqualTo(one.text().replace("\n", "\r\n"));
        for (String address : one.delivered()) {
            assertThat(house().delivered(address, one.messageId()))
                    .as("in the mailbox of %s", address)
                    .singleElement()
                    .satisfies(mail -> MailHouse.assertUnharmed(mail, original));
        }
        assertThat(house().whereItLies(one.messageId())).containsExactlyInAnyOrderElementsOf(one.delivered());
    }

    /// What a mail system or its neighbours might mend.
    @Test
    @Order(2)
    void oddMessagesPassAsTheyAre() throws Exception {
        Map<String, String> odd = new TreeMap<>(Map.of(
                "unsigned", """
                        From: x@outside.example
                        To: p1@firm.example
                        Subject: neither id nor date: unsigned

                        x
                        """,
                "endless", """
                        Message-ID: <endless@test>
                        Date: Sun, 29 Nov 2026 12:00:00 +0000
                        Subject: endless

                        LONG
                        z
                        """.replace("LONG", "y".repeat(40_000)),
                "eightbit", """
                        Message-ID: <eightbit@test>
                        Date: Sun, 29 Nov 2026 12:00:00 +0000
                        From: \u00dcber <x@outside.example>
                        Subject: \u00fcber eightbit

                        \u00fc
                        """,
                "bodiless", """
                        Message-ID: <bodiless@test>
                        Date: Sun, 29 Nov 2026 12:00:00 +0000
                        Subject: bodiless

                        """,
                "attached", """
                        Message-ID: <attached@test>
                        Date: Sun, 29 Nov 2026 12:00:00 +0000
                        Subject: attached
                        Content-Type: multipart/mixed; boundary="b"

                        preamble
                        --b
                        Content-Type: message/rfc822

                        Subject: inner

                        From the beginning
                        --b
                        Content-Type: application/octet-stream; name=x
                        Content-Transfer-Encoding: base64

                        AAECAw==
                        --b--
                        epilogue
                        """));
        for (String text : odd.values()) {
            assertThat(send("x@outside.example", text, "p1@firm.example").kept())
                    .isTrue();
        }
        for (Map.Entry<String, String> one : odd.entrySet()) {
            byte[] original = house().original(house().letter(one.getKey()));
            assertThat(new String(original, StandardCharsets.UTF_8))
                    .as("the lines that the mail system adds stand before all others or behind the header")
                    .contains(one.getValue().replace("\n", "\r\n").replaceFirst("(?s)^.*?\r\n\r\n", "\r\n\r\n"))
                    .contains(one.getValue().replace("\n", "\r\n").replaceFirst("(?s)\r\n\r\n.*$", "\r\n"));
            assertThat(house().delivered("p1@firm.example", one.getKey()))
                    .singleElement()
                    .satisfies(mail -> MailHouse.assertUnharmed(mail, original));
        }
    }

    @Test
    @Order(3)
    void aLargeMailPasses() throws Exception {
        Path file = Files.createTempFile("large", ".eml");
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write("""
                    From: x@outside.example
                    Subject: enormous
                    Message-ID: <large@test>
                    Date: Sun, 29 Nov 2026 12:00:00 +0000

                    """.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
            byte[] line = ("x".repeat(74) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < LARGE_LINES; i++) {
                out.write(line);
            }
        }
        Content mail = new FileContent(file, 0, Files.size(file));
        assertThat(send("x@outside.example", mail, false, Way.BEST, "anna@firm.example")
                        .kept())
                .isTrue();
        byte[] original = house().original(house().letter("enormous"));
        assertThat(original).isEqualTo(Files.readAllBytes(file));
        assertThat(house().delivered("anna@firm.example", "large@test"))
                .singleElement()
                .satisfies(delivered -> MailHouse.assertUnharmed(delivered, original));
        Files.delete(file);
    }

    /// A mail is taken that cannot be delivered: the notice that the mail system writes to its sender is a message,
    /// too.
    @Test
    @Order(4)
    void bouncesOfTheMailSystem() throws Exception {
        String text = MailHouse.text("vanishing", "anna@firm.example", "gone@firm.example");
        assertThat(send("anna@firm.example", MailHouse.mail(text), letsLogIn(), Way.DATA, "gone@firm.example")
                        .kept())
                .isTrue();
        String bounce = house().delivered("anna@firm.example", "vanishing").getFirst();
        assertThat(bounce).contains("lost@nowhere.example");
        List<String> letters = house().letters("vanishing", seesBounces() ? 2 : 1);
        List<List<String>> recipients =
                letters.stream().map(house()::recipients).toList();
        assertThat(recipients).contains(List.of((letsLogIn() ? "to" : "recipient") + " gone@firm.example"));
        if (seesBounces()) {
            assertThat(recipients).contains(List.of("recipient anna@firm.example"));
        }
    }

    /// Whoever journals into a mailbox elsewhere finds the reports there, and no report of a report.
    @Test
    @Order(5)
    void otherReadersReadTheReportsInAMailboxElsewhere() throws Exception {
        List<JournalCase> cases =
                cases().stream().filter(one -> !one.reported().isEmpty()).toList();
        for (JournalCase one : cases) {
            assertThat(house().delivered(MailHouse.ELSEWHERE, one.messageId()))
                    .as("reports of %s", one.word())
                    .hasSize(1);
        }
        Path reports = Program.freshDirectory("elsewhere");
        ReportReaders.fetch(house().dovecot().imap(), MailHouse.ELSEWHERE, reports);
        Map<String, Reading> byId = new TreeMap<>();
        for (Reading reading : ReportReaders.agreed(reports).values()) {
            assertThat(byId.put(reading.original().toString(), reading))
                    .as("one report for each message")
                    .isNull();
        }
        for (JournalCase one : cases) {
            String sum = Sha256.of(MailHouse.mail(one.text())).toString();
            assertThat(byId).as("the report of %s, octet for octet", one.word()).containsKey(sum);
            Reading reading = Objects.requireNonNull(byId.get(sum));
            assertThat(reading.value("Message-Id")).isEqualTo(one.messageId());
            assertThat(reading.value("Sender")).isEqualTo(one.from().isEmpty() ? "<>" : one.from());
            assertThat(reading.recipients())
                    .containsExactlyInAnyOrderElementsOf(one.reported().getOrDefault("all", List.of()).stream()
                            .map(JournaledMail::inReport)
                            .toList());
        }
    }

    /// `to a of b` as it stands in a report.
    private static String inReport(String line) {
        String role = line.substring(0, line.indexOf(' '));
        return Character.toUpperCase(role.charAt(0)) + role.substring(1) + ": "
                + line.substring(role.length() + 1)
                        .replace(" of ", ", Expanded: ")
                        .replace(" by ", ", Forwarded: ");
    }

    /// Whoever writes to the journaling mailbox is not journaled for it.
    @Test
    @Order(6)
    void mailToTheJournalingMailboxAloneIsNotReported() throws Exception {
        String text = MailHouse.text("intruding", "x@outside.example", MailHouse.ELSEWHERE);
        assertThat(send("x@outside.example", text, MailHouse.ELSEWHERE).kept()).isTrue();
        assertThat(house().delivered(MailHouse.ELSEWHERE, "intruding")).hasSize(1);
        assertThat(house().found("intruding")).isEmpty();
    }

    /// Nobody keeps a message from being journaled by what he writes into it.
    @Test
    @Order(7)
    void markersOfStrangersChangeNothing() throws Exception {
        String text = "X-MS-Journal-Report:\nX-Journal-Mark: 00112233445566778899aabbccddeeff\n"
                + "X-MS-Exchange-Organization-Processed-By-Journaling: Journal Agent\n"
                + "X-MS-Exchange-Organization-AuthAs: Internal\n"
                + MailHouse.text("evading", "x@outside.example", "anna@firm.example");
        assertThat(send("x@outside.example", text, "anna@firm.example").kept()).isTrue();
        assertThat(house().recipients(house().letter("evading"))).containsExactly("recipient anna@firm.example");
    }
}
