package io.carteggio.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.mail.smtp.Transfer.Trouble;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The proxy between a client and our own server, which stands for a mail system.
@SuppressWarnings("NullAway.Init") // set before each test
class ProxyServerTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);

    private static final Limits LIMITS = Limits.DEFAULT.withMailBytes(1_000_000, 1_000_000);

    private final FakeMailbox mailbox = new FakeMailbox();
    private final Watcher watcher = new Watcher();
    private SmtpServer next;
    private ProxyServer proxy;

    /// Notes what it is told, in order.
    private final class Watcher implements Onlooker {
        private final BlockingQueue<String> told = new LinkedBlockingQueue<>();
        private volatile boolean unable;
        private volatile boolean full;

        @Override
        public Sight open() {
            ByteArrayOutputStream octets = new ByteArrayOutputStream();
            return new Sight() {
                @Override
                public void write(byte[] from, int offset, int length) throws IOException {
                    if (full) {
                        throw new IOException("no room, as the test asks");
                    }
                    octets.write(from, offset, length);
                }

                @Override
                public Content content() {
                    return Content.of(octets.toByteArray());
                }

                @Override
                public void seen(Passing mail) throws TroubleException {
                    if (unable) {
                        throw new TroubleException(Trouble.LATER, "as the test asks");
                    }
                    told.add("seen" + (mail.ownSystem() ? ", ours" : "") + ", " + mailbox.kept.size() + " went on");
                }

                @Override
                public void wentOn() {
                    told.add("went on");
                }

                @Override
                public void refused() {
                    told.add("refused");
                }

                @Override
                public void close() {}
            };
        }

        String next() throws InterruptedException {
            return Optional.ofNullable(told.poll(5, TimeUnit.SECONDS)).orElse("nothing");
        }
    }

    private void start(boolean proxied) throws IOException {
        start(proxied, next.address());
    }

    private void start(boolean proxied, InetSocketAddress behind) throws IOException {
        proxy = ProxyServer.start(
                new ProxyServer.Config(ANY, behind, "proxy.example", Optional.empty(), LIMITS, proxied), watcher);
    }

    @BeforeEach
    void startNext() throws IOException {
        next = SmtpServer.start(
                new SmtpServer.Config(ANY, "next.example", Optional.empty(), LIMITS), mailbox, Clock.systemUTC());
    }

    @AfterEach
    void stop() {
        proxy.close();
        next.close();
    }

    /// The answer to a mail behind a header of the PROXY protocol, or behind nothing.
    private String mail(byte[] header) throws IOException {
        try (Client client = new Client(proxy.address())) {
            return client.send(header)
                    .data()
                    .send("Subject: words\r\n\r\nwords\r\n.\r\n")
                    .reply();
        }
    }

    @Test
    void aMailIsSeenBeforeItGoesOnAndCountsAfterwards() throws Exception {
        start(false);
        assertThat(mail(new byte[0])).startsWith("250 2.0.0 Kept as id-1");
        assertThat(watcher.next()).isEqualTo("seen, ours, 0 went on");
        assertThat(watcher.next()).isEqualTo("went on");
        assertThat(Optional.ofNullable(mailbox.kept.poll(5, TimeUnit.SECONDS))
                        .orElseThrow()
                        .octets())
                .asString(StandardCharsets.US_ASCII)
                .isEqualTo("Subject: words\r\n\r\nwords\r\n");
        assertThat(watcher.told).isEmpty();
    }

    @Test
    void whatTheNextServerRefusesIsForgotten() throws Exception {
        start(false);
        mailbox.failAt(FakeMailbox.Where.KEEP, Trouble.LATER);
        assertThat(mail(new byte[0])).startsWith("451");
        assertThat(watcher.next()).startsWith("seen");
        assertThat(watcher.next()).isEqualTo("refused");
    }

    @Test
    void whatCannotBeSeenDoesNotGoOn() throws Exception {
        start(false);
        watcher.unable = true;
        assertThat(mail(new byte[0])).startsWith("451 4.3.0");
        assertThat(mailbox.kept).isEmpty();
        assertThat(watcher.told).isEmpty();
    }

    /// It is nowhere whole, so nobody's choice makes it go on.
    @Test
    void whatCannotBePutAsideComesAgain() throws Exception {
        start(false);
        watcher.full = true;
        assertThat(mail(new byte[0])).startsWith("451 4.3.1");
        assertThat(mailbox.kept).isEmpty();
        assertThat(watcher.told).isEmpty();
    }

    /// Nobody knows what became of the mail: better a report of one that comes again.
    @Test
    void whatMayHaveGoneOnCounts() throws Exception {
        try (ServerSocket breaking = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread.ofPlatform().daemon().start(() -> answerUntilTheMailIsThere(breaking));
            start(false, (InetSocketAddress) breaking.getLocalSocketAddress());
            assertThat(mail(new byte[0])).startsWith("421");
        }
        assertThat(watcher.next()).startsWith("seen");
        assertThat(watcher.next()).isEqualTo("went on");
    }

    private static void answerUntilTheMailIsThere(ServerSocket server) {
        try (Socket socket = server.accept();
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
            String answer = "220 breaking.example";
            do {
                socket.getOutputStream().write((answer + "\r\n").getBytes(StandardCharsets.US_ASCII));
                answer = in.readLine().equals("DATA") ? "354 go on" : "250 fine";
            } while (!answer.startsWith("354"));
            socket.getOutputStream().write((answer + "\r\n").getBytes(StandardCharsets.US_ASCII));
            while (!in.readLine().equals(".")) {}
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "50524f585920544350342031302e302e302e3720302e302e302e3020312032350d0a, seen", // PROXY TCP4 10.0.0.7 0.0.0.0 1
        // 25
        "50524f585920554e4b4e4f574e0d0a, 'seen, ours'", // PROXY UNKNOWN
        "0d0a0d0a000d0a515549540a2111000c0a0000077f00000100010019, seen",
        "0d0a0d0a000d0a515549540a20000000, 'seen, ours'"
    })
    void aBalancerSaysWhoTheClientIs(String header, String seen) throws Exception {
        start(true);
        assertThat(mail(HexFormat.of().parseHex(header))).startsWith("250");
        assertThat(watcher.next()).isEqualTo(seen + ", 0 went on");
    }

    @Test
    void whoIsNotPresentedIsNotServed() throws Exception {
        start(true);
        try (Client client = new Client(proxy.address())) {
            assertThat(client.send("EHLO client.example\r\n").reply()).startsWith("421");
        }
        assertThat(watcher.told).isEmpty();
    }
}
