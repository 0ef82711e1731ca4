package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.mail.smtp.Reply;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpClient.Outcome;
import io.carteggio.server.smtp.SmtpClient.Way;
import io.carteggio.server.tls.TlsContexts;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The journaling agent as a proxy before a real Postfix: what that one answers is what the client hears, each message
/// that it takes arrives once and unharmed and is reported, and none that it refuses is.
@Tag("peers")
class ProxyTest extends JournaledMail {
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

    @Override
    MailHouse house() {
        return started.orElseThrow();
    }

    @Override
    boolean seesBounces() {
        return false;
    }

    @Test
    @Order(20)
    void chunksGoOnUnharmed() throws Exception {
        String text = MailHouse.text("chunked", "x@outside.example", "p1@firm.example");
        Outcome outcome = send("x@outside.example", MailHouse.mail(text), false, Way.BDAT, "p1@firm.example");
        assertThat(outcome.kept()).as("%s", outcome).isTrue();
        byte[] original = house().original(house().letter("chunked"));
        assertThat(new String(original, StandardCharsets.UTF_8)).isEqualTo(text.replace("\n", "\r\n"));
        assertThat(house().delivered("p1@firm.example", "chunked"))
                .singleElement()
                .satisfies(mail -> MailHouse.assertUnharmed(mail, original));
    }

    @Test
    @Order(21)
    void whatTheNextServerRefusesIsNotReported() throws Exception {
        String forbidden = MailHouse.text("forbidden", "x@outside.example", "anna@firm.example");
        Outcome refused = send("x@outside.example", forbidden, "anna@firm.example");
        assertThat(refused.end().code()).isEqualTo(550);
        assertThat(refused.end().toString()).contains("nothing of the kind");

        String text = MailHouse.text("inpart", "x@outside.example", "anna@firm.example");
        Outcome partly = send("x@outside.example", text, "nobody@firm.example", "anna@firm.example");
        assertThat(partly.recipients()).extracting(Reply::code).containsExactly(554, 250);
        assertThat(partly.end().code()).isEqualTo(250);
        assertThat(house().recipients(house().letter("inpart"))).containsExactly("recipient anna@firm.example");

        Outcome nobody = send("x@outside.example", text, "nobody@firm.example");
        assertThat(nobody.end().positive()).isFalse();
        assertThat(house().letters("forbidden", 0)).isEmpty();
        house().awaitReported();
    }

    /// A line end that only some take for one cannot smuggle a second mail past the agent.
    @Test
    @Order(22)
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
    @Order(23)
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

    /// Postfix judges a client by its own address, not by that of the proxy, which it would trust: so nobody relays
    /// who may not, and whoever may does.
    @Test
    @Order(24)
    void rulesAboutAddressesHoldBehindTheProxy() throws Exception {
        assertThat(relayed(MailHouse.TRUSTED)).startsWith("250 ");
        assertThat(relayed("127.0.0.4")).startsWith("554 5.7.1 ");
        assertThat(house().mailSystem().log())
                .anyMatch(
                        line -> line.contains("RCPT from unknown[127.0.0.4]") && line.contains("Relay access denied"));
    }

    /// The answer to a recipient outside, for a client with this address.
    private static String relayed(String from) throws IOException {
        try (Socket socket = new Socket()) {
            socket.bind(new InetSocketAddress(from, 0));
            socket.connect(started.orElseThrow().door());
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            String answer = in.readLine();
            for (String command :
                    List.of("EHLO client.example", "MAIL FROM:<x@outside.example>", "RCPT TO:<y@outside.example>")) {
                socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
                do {
                    answer = in.readLine();
                } while (answer.charAt(3) == '-');
            }
            return answer;
        }
    }

    /// The program is killed while mail passes: what the mail system has is in the archive, once.
    @Test
    @Order(25)
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
                if (send("x@outside.example", text, "p2@firm.example").kept()) {
                    accepted++;
                }
            }
        } catch (IOException theKill) {
            assertThat(accepted).as("before the kill").isPositive();
        }
        killer.join();
        List<String> delivered = house().delivered("p2@firm.example", "killed k");
        for (int waited = 0; waited < 300 && delivered.size() < accepted; waited++) {
            Thread.sleep(100); // what Postfix has goes on into the mailbox
            delivered = house().delivered("p2@firm.example", "killed k");
        }
        try (Serving again = house().program().serve()) {
            delivered = house().delivered("p2@firm.example", "killed k");
            assertThat(delivered).hasSizeGreaterThanOrEqualTo(accepted).doesNotHaveDuplicates();
            List<String> reported = house().found("killed");
            assertThat(reported.size())
                    .as("of the one that was on its way nobody knows: it is reported, too, or was never begun")
                    .isBetween(delivered.size(), delivered.size() + 1);
            assertThat(again.url()).isNotEmpty();
        }
    }
}
