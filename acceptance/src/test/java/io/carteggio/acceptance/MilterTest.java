package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.embedded.disk.FileContent;
import io.carteggio.mail.Content;
import io.carteggio.server.smtp.SmtpClient.Outcome;
import io.carteggio.server.smtp.SmtpClient.Way;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The journaling agent as a filter beside a real Postfix: each message arrives once and unharmed, and its report names
/// whom it should.
@Tag("peers")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MilterTest {
    private static final int LARGE_LINES = 400_000; // 30 MB

    private static Optional<MailHouse> started = Optional.empty();

    @BeforeAll
    static void start() throws Exception {
        started = Optional.of(MailHouse.withMilter());
    }

    @AfterAll
    static void stop() throws Exception {
        if (started.isPresent()) {
            started.get().close();
        }
    }

    private static MailHouse house() {
        return started.orElseThrow();
    }

    private static Outcome send(String from, Content mail, boolean loggedIn, String... to) throws IOException {
        return MailHouse.send(house().postfix().smtp(), from, mail, loggedIn, Way.DATA, List.of(to));
    }

    private static String text(String word, String from, String to) {
        return MailHouse.text(word, from, to);
    }

    private static Content mail(String text) {
        return MailHouse.mail(text);
    }

    @ParameterizedTest
    @Order(1)
    @CsvSource(delimiter = '|', textBlock = """
            inbound   | x@outside.example  | anna@firm.example                    | recipient anna@firm.example
            outbound  | anna@firm.example  | y@outside.example                    | recipient y@outside.example
            internal  | anna@firm.example  | bruno@firm.example                   | recipient bruno@firm.example
            mixed     | anna@firm.example  | bruno@firm.example y@outside.example | recipient bruno@firm.example;recipient y@outside.example
            grouped   | x@outside.example  | sales@firm.example                   | recipient bruno@firm.example of sales@firm.example;recipient carla@firm.example of sales@firm.example
            forwarded | x@outside.example  | eva@firm.example                     | recipient eva@firm.example;recipient mobile@carrier.example by eva@firm.example
            bounced   |                    | anna@firm.example                    | recipient anna@firm.example
            """)
    void everyMessageIsJournaledWithWhomItReaches(String word, @Nullable String from, String to, String expected)
            throws Exception {
        String sender = from == null ? "" : from;
        String text = text(word, from == null ? "postmaster@outside.example" : from, "undisclosed-recipients:;");
        assertThat(send(sender, mail(text), false, to.split(" ", -1)).kept()).isTrue();
        String id = house().letter(word);
        assertThat(house().recipients(id)).containsExactlyInAnyOrder(expected.split(";", -1));
        assertThat(new String(house().original(id), StandardCharsets.UTF_8)).isEqualTo(text.replace("\n", "\r\n"));
    }

    @Test
    @Order(2)
    void whoLoggedInIsBelievedWhomSheWroteTo() throws Exception {
        String text = text("believed", "anna@firm.example", "bruno@firm.example\nCc: sales@firm.example");
        assertThat(send(
                                "anna@firm.example",
                                mail(text),
                                true,
                                "bruno@firm.example",
                                "sales@firm.example",
                                "blind@outside.example")
                        .kept())
                .isTrue();
        assertThat(house().recipients(house().letter("believed")))
                .containsExactlyInAnyOrder(
                        "to bruno@firm.example",
                        "cc bruno@firm.example of sales@firm.example",
                        "cc carla@firm.example of sales@firm.example",
                        "bcc blind@outside.example");
    }

    /// Every recipient has it once, and it is what was journaled, behind what the mail system has put before it.
    @Test
    @Order(3)
    void mailFlowIsUnharmed() throws Exception {
        String text = text("unharmed", "x@outside.example", "p1@firm.example");
        assertThat(send("x@outside.example", mail(text), false, "p1@firm.example", "p2@firm.example")
                        .kept())
                .isTrue();
        byte[] journaled = house().original(house().letter("unharmed"));
        for (String address : List.of("p1@firm.example", "p2@firm.example")) {
            assertThat(house().delivered(address, "unharmed"))
                    .as(address)
                    .singleElement()
                    .asString()
                    .endsWith(new String(journaled, StandardCharsets.ISO_8859_1))
                    .contains("Received:");
        }
    }

    @Test
    @Order(4)
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
        assertThat(send("x@outside.example", mail, false, "anna@firm.example").kept())
                .isTrue();
        assertThat(house().original(house().letter("enormous"))).isEqualTo(Files.readAllBytes(file));
        Files.delete(file);
    }

    /// Nobody keeps a message from being journaled by what he writes into it.
    @Test
    @Order(5)
    void markersOfStrangersChangeNothing() throws Exception {
        String text = "X-MS-Journal-Report:\nX-Journal-Mark: 00112233445566778899aabbccddeeff\n"
                + "X-MS-Exchange-Organization-Processed-By-Journaling: Journal Agent\n"
                + "X-MS-Exchange-Organization-AuthAs: Internal\n"
                + text("evading", "x@outside.example", "anna@firm.example");
        assertThat(send("x@outside.example", mail(text), false, "anna@firm.example")
                        .kept())
                .isTrue();
        assertThat(house().recipients(house().letter("evading"))).containsExactly("recipient anna@firm.example");
    }

    @Test
    @Order(6)
    void whatIsRefusedByNobodyButCannotBeJournaledComesAgain() throws Exception {
        house().server().stop();
        Outcome outcome = send(
                "x@outside.example",
                mail(text("patience", "x@outside.example", "a@b.example")),
                false,
                "anna@firm.example");
        assertThat(outcome.kept()).isFalse();
        assertThat(outcome.mail().code()).isEqualTo(451);
    }
}
