package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.mail.smtp.Reply;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpClient.Outcome;
import io.carteggio.server.smtp.SmtpClient.Way;
import io.carteggio.server.tls.TlsContexts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// The journaling agent as a proxy before a real Postfix: what that one answers is what the client hears, each message
/// that it takes arrives once and unharmed and is reported, and none that it refuses is.
@Tag("peers")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class ProxyTest {
    private static Optional<MailHouse> started = Optional.empty();

    @BeforeAll
    static void start() throws Exception {
        started = Optional.of(MailHouse.withProxy());
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

    private static Outcome send(String from, String text, boolean loggedIn, Way way, String... to) throws IOException {
        return MailHouse.send(house().server().proxy(), from, MailHouse.mail(text), loggedIn, way, List.of(to));
    }

    @Test
    @Order(1)
    void aMessageGoesOnUnharmedAndIsReported() throws Exception {
        for (Way way : List.of(Way.DATA, Way.BDAT)) {
            String word = "passing" + way.name().toLowerCase(java.util.Locale.ROOT);
            String text = MailHouse.text(word, "x@outside.example", "p1@firm.example");
            Outcome outcome = send("x@outside.example", text, false, way, "p1@firm.example", "sales@firm.example");
            assertThat(outcome.kept()).as("%s", outcome).isTrue();
            String id = house().letter(word);
            assertThat(new String(house().original(id), StandardCharsets.UTF_8)).isEqualTo(text.replace("\n", "\r\n"));
            assertThat(house().recipients(id))
                    .containsExactlyInAnyOrder(
                            "recipient p1@firm.example",
                            "recipient bruno@firm.example of sales@firm.example",
                            "recipient carla@firm.example of sales@firm.example");
            for (String address : List.of("p1@firm.example", "sales@firm.example")) {
                assertThat(house().delivered(address, word))
                        .singleElement()
                        .asString()
                        .endsWith(new String(house().original(id), StandardCharsets.ISO_8859_1));
            }
        }
    }

    @Test
    @Order(2)
    void whoLogsInBehindTheProxyIsBelieved() throws Exception {
        String text = MailHouse.text("believed", "anna@firm.example", "bruno@firm.example");
        assertThat(send("anna@firm.example", text, true, Way.DATA, "bruno@firm.example", "blind@outside.example")
                        .kept())
                .isTrue();
        assertThat(house().recipients(house().letter("believed")))
                .containsExactlyInAnyOrder("to bruno@firm.example", "bcc blind@outside.example");
    }

    @Test
    @Order(3)
    void whatTheNextServerRefusesIsNotReported() throws Exception {
        String forbidden = MailHouse.text("forbidden", "x@outside.example", "anna@firm.example");
        Outcome refused = send("x@outside.example", forbidden, false, Way.DATA, "anna@firm.example");
        assertThat(refused.end().code()).isEqualTo(550);
        assertThat(refused.end().toString()).contains("nothing of the kind");

        String text = MailHouse.text("partly", "x@outside.example", "anna@firm.example");
        Outcome partly = send("x@outside.example", text, false, Way.DATA, "nobody@firm.example", "anna@firm.example");
        assertThat(partly.recipients()).extracting(Reply::code).containsExactly(554, 250);
        assertThat(partly.end().code()).isEqualTo(250);
        assertThat(house().recipients(house().letter("partly"))).containsExactly("recipient anna@firm.example");

        Outcome nobody = send("x@outside.example", text, false, Way.DATA, "nobody@firm.example");
        assertThat(nobody.end().positive()).isFalse();
        assertThat(house().letters("forbidden", 0)).isEmpty();
        assertThat(house().program()
                        .ask("rule", "queue", "--json")
                        .done()
                        .jsonLines()
                        .getLast()
                        .path("waiting")
                        .asLong(1))
                .isZero();
    }

    /// A line end that only some take for one cannot smuggle a second mail past the agent.
    @Test
    @Order(4)
    void nothingIsSmuggled() throws Exception {
        String text = MailHouse.text("smuggler", "x@outside.example", "anna@firm.example")
                        .replace("\n", "\r\n")
                + "\n.\nMAIL FROM:<x@outside.example>\r\nRCPT TO:<bruno@firm.example>\r\nDATA\r\nsmuggled\r\n";
        Content mail = Content.of(text.getBytes(StandardCharsets.UTF_8));
        assertThat(MailHouse.send(
                                house().server().proxy(),
                                "x@outside.example",
                                mail,
                                false,
                                Way.BDAT,
                                List.of("anna@firm.example"))
                        .kept())
                .isTrue();
        assertThat(house().letters("smuggler", 1)).hasSize(1);
        assertThat(house().recipients(house().letter("smuggler"))).containsExactly("recipient anna@firm.example");
    }

    @Test
    @Order(5)
    void overTlsAndBadInput() throws Exception {
        try (SmtpClient client =
                SmtpClient.connect(house().server().proxy(), "client.example", Duration.ofSeconds(30))) {
            assertThat(client.offers("CHUNKING")).isTrue();
            assertThat(client.offers("8BITMIME")).isTrue();
            assertThat(client.offers("AUTH")).as("on this machine").isTrue();
            client.startTls(TlsContexts.opportunisticClient());
            assertThat(client.offers("STARTTLS")).isFalse();
            for (String wrong : List.of(
                    "RCPT TO:<a@firm.example>",
                    "DATA",
                    "MAIL FROM:a",
                    "MAIL FROM:<a b>",
                    "AUTH GSSAPI",
                    "XCLIENT NAME=x",
                    "nonsense",
                    "EHLO")) {
                assertThat(client.command(wrong).code() / 100).as(wrong).isEqualTo(5);
            }
            assertThat(client.command("MAIL FROM:<>").code()).isEqualTo(250);
            assertThat(client.command("RCPT TO:<anna@firm.example>").code()).isEqualTo(250);
            assertThat(client.command("RSET").code()).isEqualTo(250);
            assertThat(client.command("DATA").code()).isEqualTo(503);
            assertThat(client.command("MAIL FROM:<> SIZE=99999999999").code()).isEqualTo(552);
            assertThat(client.command("QUIT").code()).isEqualTo(221);
        }
    }

    /// The program is killed while mail passes: what the mail system has is in the archive, once.
    @Test
    @Order(6)
    void whatWentOnIsReportedAlsoWhereTheProgramIsKilled() throws Exception {
        // the last test: the house's server ends here
        Thread killer = Thread.ofVirtual().start(() -> {
            try {
                Thread.sleep(700);
                house().server().kill();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        int accepted = 0;
        try {
            for (int i = 0; i < 400; i++) {
                String text = MailHouse.text("killed k" + i + "k", "x@outside.example", "p2@firm.example");
                if (send("x@outside.example", text, false, Way.DATA, "p2@firm.example")
                        .kept()) {
                    accepted++;
                }
            }
        } catch (IOException theKill) {
            assertThat(accepted).as("before the kill").isPositive();
        }
        killer.join();
        Thread.sleep(2_000); // what Postfix has is in the mailbox
        try (Serving again = house().program().serve()) {
            List<String> delivered = house().delivered("p2@firm.example", "killed k");
            assertThat(delivered).hasSizeGreaterThanOrEqualTo(accepted).doesNotHaveDuplicates();
            List<String> reported = house().found("killed");
            assertThat(reported.size())
                    .as("of the one that was on its way nobody knows: it is reported, too, or was never begun")
                    .isBetween(delivered.size(), delivered.size() + 1);
            assertThat(again.url()).isNotEmpty();
        }
    }
}
