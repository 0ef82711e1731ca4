package io.carteggio.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.tls.SelfSigned;
import io.carteggio.server.tls.TlsContexts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients that mean harm, or are broken: each gets an answer or the door, and the next client is served.
@Tag("slow")
@Timeout(30)
class HostileClientTest {
    private static final Limits SHORT = Limits.DEFAULT.withTimes(
            Duration.ofMillis(700), Duration.ofMillis(900), Duration.ofMillis(1500), Duration.ofMillis(1200));

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path dir;

    private final FakeMailbox mailbox = new FakeMailbox();
    private Optional<SmtpServer> running = Optional.empty();

    private InetSocketAddress start(Limits limits) throws IOException {
        return start(limits, Optional.of(SelfSigned.contextFor("archive.example", dir)));
    }

    private InetSocketAddress start(Limits limits, Optional<SSLContext> tls) throws IOException {
        InetSocketAddress anywhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        SmtpServer server = SmtpServer.start(
                new SmtpServer.Config(anywhere, "archive.example", tls, limits), mailbox, Clock.systemUTC());
        running = Optional.of(server);
        return server.address();
    }

    @AfterEach
    void theNextClientIsServedAndNothingIsLeft() throws Exception {
        SmtpServer server = running.orElseThrow();
        if (!mailbox.onlyCount) {
            mailbox.kept.clear();
            try (Client next = new Client(server.address())) {
                next.data()
                        .send("fine\r\n.\r\n")
                        .expect("250 2.0.0 Kept as")
                        .send("QUIT\r\n")
                        .expect("221 ");
            }
            assertThat(mailbox.kept).hasSize(1);
        }
        await(() -> server.connections() == 0);
        await(() -> mailbox.open.get() == 0);
        server.close();
    }

    private static void await(BooleanSupplier what) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(10);
        while (!what.getAsBoolean()) {
            assertThat(System.nanoTime()).as("waited too long").isLessThan(until);
            Thread.sleep(5);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "BDAT 10\r\n12345",
                "BDAT 10 LAST\r\n123456789",
                "BDAT 3\r\n123BDAT 3 LAST\r\n",
                "BDAT 3\r\n123",
                "DATA\r\nSubject: cut\r\n\r\nhalf",
                "DATA\r\nwhole\r\n.\r",
                "DATA\r\nwhole\r\n.",
                "BDAT 0\r\nBDAT",
            })
    void aMailThatIsCutOffIsNotKept(String beginning) throws Exception {
        InetSocketAddress address = start(Limits.DEFAULT);
        try (Client client = new Client(address)) {
            client.begin().send(beginning);
            await(() -> mailbox.open.get() == 1);
        }
        await(() -> mailbox.open.get() == 0);
        assertThat(mailbox.kept).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"2048,250", "2049,500 5.5.2 Line too long", "100000,500 5.5.2 Line too long"})
    void aLineHasALimit(int octets, String reply) throws Exception {
        try (Client client = new Client(start(Limits.DEFAULT))) {
            client.expect("220 ")
                    .send("NOOP " + "x".repeat(octets - 7) + "\r\n")
                    .expect(reply)
                    .send("NOOP\r\n")
                    .expect("250 ");
        }
    }

    @Test
    void aLineWithoutEndEndsTheConnection() throws Exception {
        try (Client client = new Client(start(Limits.DEFAULT))) {
            client.expect("220 ").send("x".repeat(300_000));
            client.expect("500 5.5.2 Line without end");
            assertThat(client.line()).isEqualTo("closed");
        }
    }

    @Test
    void overTheBoundOnConnectionsTheNextIsServedWhenOneLeaves() throws Exception {
        InetSocketAddress address = start(Limits.DEFAULT.withConnections(500));
        List<Client> clients = new ArrayList<>();
        try {
            for (int i = 0; i < 600; i++) {
                clients.add(new Client(address));
            }
            for (int i = 0; i < 600; i++) {
                assertThat(clients.get(i).line()).as("client %d", i).startsWith(i < 500 ? "220 " : "421 4.3.2 ");
            }
            assertThat(clients.get(599).line()).isEqualTo("closed");
            clients.get(3).send("QUIT\r\n").expect("221 ").close();
            SmtpServer server = running.orElseThrow();
            await(() -> server.connections() == 499);
            try (Client next = new Client(address)) {
                next.data().send("x\r\n.\r\n").expect("250 ");
            }
            clients.get(7).send("NOOP\r\n").expect("250 ");
        } finally {
            for (Client client : clients) {
                client.close();
            }
        }
    }

    /// An octet now and then keeps no connection beyond the time of a command, of a mail or of a handshake.
    @ParameterizedTest
    @CsvSource({
        // sent at once ($ is CRLF), sent drop by drop, shown out after so many seconds
        "'', NOOP, 0.5",
        "'', '', 0.2",
        "BDAT 100000$, xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, 0.7",
        "DATA$, xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx, 0.7",
        "DATA$, '', 0.2",
        "BDAT 3$abc, '', 0.2",
    })
    void slowClientsAreShownOut(String beginning, String drops, double atLeastSeconds) throws Exception {
        try (Client client = new Client(start(SHORT))) {
            client.begin().send(beginning.replace("$", "\r\n"));
            if (beginning.startsWith("DATA")) {
                client.expect("354 ");
            } else if (beginning.endsWith("abc")) {
                client.expect("250 ");
            }
            long began = System.nanoTime();
            Thread dropping = Thread.ofVirtual().start(() -> {
                try {
                    for (int i = 0; i < 100 && !drops.isEmpty(); i++) {
                        client.send(drops.substring(i % drops.length(), i % drops.length() + 1));
                        Thread.sleep(100);
                    }
                } catch (IOException | InterruptedException shownOut) {
                    // as it should be
                }
            });
            client.expect("421 4.4.2");
            assertThat(client.line()).isEqualTo("closed");
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isBetween(Duration.ofMillis((long) (1000 * atLeastSeconds)), Duration.ofSeconds(5));
            dropping.interrupt();
            dropping.join();
        }
        assertThat(mailbox.kept).isEmpty();
    }

    @Test
    void smallTalkDoesNotKeepAConnection() throws Exception {
        try (Client client = new Client(start(SHORT))) {
            client.data().send("x\r\n.\r\n").expect("250 ");
            long began = System.nanoTime();
            String reply = "250 ";
            while (reply.startsWith("250 ")) {
                Thread.sleep(100);
                reply = client.send("NOOP\r\n").reply();
            }
            assertThat(reply).startsWith("421 4.4.2");
            assertThat(Duration.ofNanos(System.nanoTime() - began))
                    .isBetween(Duration.ofMillis(1300), Duration.ofSeconds(5));
        }
    }

    @Test
    void aClientThatNeverReadsIsShownOut() throws Exception {
        Limits patient = new Limits(
                1000,
                1000,
                100,
                2048,
                Integer.MAX_VALUE,
                20,
                20,
                500,
                Duration.ofMillis(300),
                Duration.ofMillis(300),
                Duration.ofMillis(300),
                Duration.ofMillis(300),
                Duration.ofMillis(300),
                Duration.ofSeconds(1));
        InetSocketAddress address = start(patient);
        try (Socket socket = new Socket()) {
            socket.setReceiveBufferSize(4096);
            socket.connect(address);
            byte[] commands = "HELP\r\n".repeat(1000).getBytes(StandardCharsets.US_ASCII);
            Thread.ofVirtual().start(() -> {
                try {
                    while (true) {
                        socket.getOutputStream().write(commands);
                    }
                } catch (IOException shownOut) {
                    // as it should be
                }
            });
            SmtpServer server = running.orElseThrow();
            await(() -> server.connections() == 1);
            await(() -> server.connections() == 0);
        }
    }

    @Test
    void aHandshakeThatNeverComesIsNotWaitedFor() throws Exception {
        Limits brief = new Limits(
                1000,
                1000,
                100,
                2048,
                100,
                20,
                20,
                500,
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                Duration.ofSeconds(20),
                Duration.ofMillis(300),
                Duration.ofSeconds(1));
        InetSocketAddress address = start(brief);
        try (Client silent = new Client(address);
                Client wrong = new Client(address)) {
            silent.expect("220 ").send("STARTTLS\r\n").expect("220 ");
            wrong.expect("220 ").send("STARTTLS\r\n").expect("220 ").send("EHLO in the clear\r\n");
            SmtpServer server = running.orElseThrow();
            await(() -> server.connections() == 0);
        }
    }

    @Test
    void withoutACertificateStartTlsIsNotOffered() throws Exception {
        try (Client client = new Client(start(Limits.DEFAULT, Optional.empty()))) {
            client.expect("220 ")
                    .send("EHLO x\r\n")
                    .expect("250 ENHANCEDSTATUSCODES")
                    .send("STARTTLS\r\n")
                    .expect("502 5.5.1");
        }
    }

    @Test
    void aMailWithoutEndIsSwallowedOnlySoFar() throws Exception {
        try (Client client = new Client(start(Limits.DEFAULT.withMailBytes(1000, 100_000)))) {
            client.data();
            Thread.ofVirtual().start(() -> {
                try {
                    byte[] octets = new byte[10_000];
                    for (int i = 0; i < 100; i++) {
                        client.send(octets);
                    }
                } catch (IOException shownOut) {
                    // as it should be
                }
            });
            client.expect("552 5.3.4");
            assertThat(client.line()).isEqualTo("closed");
            assertThat(mailbox.refused.remove().to()).containsExactly(FakeMailbox.JOURNAL);
        }
    }

    @Test
    void aLargeMailPassesInPieces() throws Exception {
        mailbox.onlyCount = true;
        int mebibytes = 100;
        byte[] piece = ("x".repeat(1022) + "\r\n").repeat(1024).getBytes(StandardCharsets.US_ASCII);
        try (Client client = new Client(start(Limits.DEFAULT))) {
            client.data();
            for (int i = 0; i < mebibytes; i++) {
                client.send(piece);
            }
            client.send(".\r\n").expect("250 2.0.0 Kept");
            assertThat(mailbox.counted).hasValue((long) mebibytes << 20);
            client.send("MAIL FROM:<>\r\nRCPT TO:<journal@archive.example>\r\nBDAT " + (mebibytes << 20) + " LAST\r\n")
                    .expect("250 ")
                    .expect("250 ");
            for (int i = 0; i < mebibytes; i++) {
                client.send(piece);
            }
            client.expect("250 2.0.0 Kept");
            assertThat(mailbox.counted).hasValue((2L * mebibytes) << 20);
            assertThat(mailbox.longestWrite).hasValueLessThanOrEqualTo(64 * 1024);
        }
    }

    @Test
    void whenTheServerStopsAMailBeingKeptIsAcknowledged() throws Exception {
        InetSocketAddress address = start(Limits.DEFAULT);
        SmtpServer server = running.orElseThrow();
        mailbox.mayKeep = new CountDownLatch(1);
        try (Client idle = new Client(address);
                Client keeping = new Client(address);
                Client sending = new Client(address)) {
            idle.expect("220 ");
            sending.data().send("half");
            keeping.data().send("whole\r\n.\r\n");
            assertThat(mailbox.keeping.await(5, TimeUnit.SECONDS)).isTrue();
            Thread stop = Thread.ofVirtual().start(server::close);
            idle.expect("421 4.3.2");
            sending.expect("421 4.3.2");
            assertThat(stop.isAlive()).isTrue();
            mailbox.mayKeep.countDown();
            keeping.expect("250 2.0.0 Kept").expect("421 4.3.2");
            stop.join();
        }
        assertThat(mailbox.kept).hasSize(1);
        assertThat(server.connections()).isZero();
        mailbox.kept.clear();
        start(Limits.DEFAULT); // for the next client
    }

    /// Random conversations, half sense and half nonsense: never a hang, and only replies.
    @Test
    void anyStreamOfCommandsIsAnsweredOrCutOff() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        InetSocketAddress address = start(Limits.DEFAULT.withMailBytes(200, 200));
        String[] words = {
            "EHLO x\r\n",
            "HELO x\r\n",
            "MAIL FROM:<a@b>\r\n",
            "MAIL FROM:<> SIZE=100\r\n",
            "MAIL FROM:<",
            "RCPT TO:<journal@archive.example>\r\n",
            "RCPT TO:<r1@archive.example>\r\n",
            "RCPT TO:<no@where>\r\n",
            "DATA\r\n",
            ".\r\n",
            "\r\n.\r\n",
            "\n.\n",
            "\r.\r",
            "BDAT 5\r\n",
            "BDAT 5 LAST\r\n",
            "BDAT 0 LAST\r\n",
            "BDAT 300\r\n",
            "BDAT 9999999999\r\n",
            "BDAT -1\r\n",
            "hello",
            "RSET\r\n",
            "NOOP\r\n",
            "VRFY x\r\n",
            "STARTTLS\r\n",
            "QUIT\r\n",
            "\r\n",
            "\r",
            "\n",
            "\0",
            "\u00ff\u00fe",
            "x".repeat(300),
            "..",
            "SIZE=1",
            "<",
            ">"
        };
        for (int round = 0; round < 400; round++) {
            StringBuilder stream = new StringBuilder(random.nextInt(4) > 0 ? "EHLO x\r\n" : "");
            for (int n = random.nextInt(30); n > 0; n--) {
                stream.append(
                        random.nextInt(8) > 0
                                ? words[random.nextInt(words.length)]
                                : String.valueOf((char) random.nextInt(256)));
            }
            try (Socket socket = new Socket(address.getAddress(), address.getPort())) {
                socket.setSoTimeout(5_000);
                String answers;
                try {
                    socket.getOutputStream().write(stream.toString().getBytes(StandardCharsets.ISO_8859_1));
                    socket.shutdownOutput();
                    answers = new String(socket.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);
                } catch (SocketException reset) {
                    continue; // cut off: a handshake with garbage ends so
                }
                if (!stream.toString().contains("STARTTLS")) { // else the end may be a TLS alert
                    assertThat(answers)
                            .as("seed %d round %d: %s", seed, round, stream)
                            .matches("(?:[2345][0-9][0-9][- ][ -~]*\r\n)+");
                }
            }
        }
        SmtpServer server = running.orElseThrow();
        await(() -> server.connections() == 0);
    }

    @Test
    void tlsChangesNothingAboutTheEndOfAMail() throws Exception {
        try (Client client = new Client(start(SHORT))) {
            client.expect("220 ").send("STARTTLS\r\n").expect("220 ");
            client.startTls(TlsContexts.opportunisticClient());
            client.send("HELO x\r\nMAIL FROM:<>\r\nRCPT TO:<journal@archive.example>\r\nDATA\r\n")
                    .expect("250 ")
                    .expect("250 ")
                    .expect("250 ")
                    .expect("354 ")
                    .send("a\n.\nb")
                    .expect("421 4.4.2");
            assertThat(client.line()).isEqualTo("closed");
        }
        assertThat(mailbox.kept).isEmpty();
    }
}
