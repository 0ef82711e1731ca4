package io.carteggio.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.smtp.Transfer.Trouble;
import io.carteggio.server.smtp.SmtpClient.Outcome;
import io.carteggio.server.smtp.SmtpClient.Way;
import io.carteggio.server.tls.PemIdentity;
import io.carteggio.server.tls.SelfSigned;
import io.carteggio.server.tls.TlsContexts;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/// Our client against our server.
class SmtpClientTest {
    private static final Optional<Address> FROM = Optional.of(new Address("bounces@firm.example"));
    private static final List<Address> TO = List.of(FakeMailbox.JOURNAL);

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path dir;

    private final FakeMailbox mailbox = new FakeMailbox();

    @SuppressWarnings("NullAway.Init") // set before each test
    private SmtpServer server;

    @BeforeEach
    void start() throws IOException {
        server = SmtpServer.start(
                new SmtpServer.Config(
                        new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
                        "archive.example",
                        Optional.of(SelfSigned.contextFor("archive.example", dir)),
                        Limits.DEFAULT.withMailBytes(10_000_000, 10_000_000)),
                mailbox,
                Clock.systemUTC());
    }

    @AfterEach
    void stop() {
        server.close();
        assertThat(mailbox.open).as("receptions left open").hasValue(0);
    }

    private SmtpClient connect() throws IOException {
        return SmtpClient.connect(server.address(), "client.example", Duration.ofSeconds(5));
    }

    private FakeMailbox.Kept kept() throws InterruptedException {
        return Optional.ofNullable(mailbox.kept.poll(5, TimeUnit.SECONDS)).orElseThrow();
    }

    @ParameterizedTest
    @EnumSource
    void manyMailsGoOverOneConnection(Way way) throws Exception {
        try (SmtpClient client = connect()) {
            for (int size : new int[] {0, 2, 100, 70_000, 5_000_000}) {
                byte[] mail = lines(size);
                Outcome outcome = client.send(FROM, TO, Content.of(mail), way);
                assertThat(outcome.end().toString()).startsWith("250 2.0.0 Kept as id-");
                assertThat(outcome.kept()).isTrue();
                FakeMailbox.Kept one = kept();
                assertThat(one.octets()).isEqualTo(mail);
                assertThat(one.from()).isEqualTo(FROM);
                assertThat(one.to()).isEqualTo(TO);
            }
        }
    }

    /// A server that offers other things once it knows for whom it is asked.
    @Test
    void itBeginsAnew() throws Exception {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            Thread scripted = Thread.ofVirtual().start(() -> {
                try (Socket socket = listener.accept()) {
                    BufferedReader in = new BufferedReader(
                            new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
                    OutputStream out = socket.getOutputStream();
                    for (String answer : List.of(
                            "220 one",
                            "250-one\r\n250-XCLIENT NAME ADDR\r\n250 AUTH PLAIN",
                            "550 5.7.0 not you",
                            "220 two",
                            "250-two\r\n250 SIZE 5")) {
                        out.write((answer + "\r\n").getBytes(StandardCharsets.US_ASCII));
                        in.readLine();
                    }
                } catch (IOException e) {
                    throw new UncheckedIOException(e);
                }
            });
            try (SmtpClient client = SmtpClient.connect(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort()),
                    "client.example",
                    Duration.ofSeconds(5))) {
                assertThat(client.beginAnew("XCLIENT ADDR=192.0.2.1").code()).isEqualTo(550);
                assertThat(client.offers("XCLIENT")).isTrue();
                assertThat(client.beginAnew("XCLIENT ADDR=192.0.2.1").code()).isEqualTo(220);
                assertThat(client.offers("XCLIENT")).isFalse();
                assertThat(client.offer("SIZE")).isEqualTo("5");
            }
            scripted.join();
        }
    }

    @Test
    void anyOctetsGoByBdat() throws Exception {
        long seed = System.nanoTime();
        byte[] mail = new byte[5_000_001];
        new Random(seed).nextBytes(mail);
        try (SmtpClient client = connect()) {
            assertThat(client.send(FROM, TO, Content.of(mail), Way.BEST).kept()).isTrue();
            assertThat(kept().octets()).as("seed %d", seed).isEqualTo(mail);
        }
    }

    @Test
    void bareLineEndsDoNotGoByData() throws Exception {
        try (SmtpClient client = connect()) {
            assertThatThrownBy(() -> client.send(FROM, TO, content("a\nb\r\n"), Way.DATA))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("bare");
        }
        assertThat(mailbox.kept).isEmpty();
    }

    @ParameterizedTest
    @EnumSource
    void aRefusedMailLeavesTheConnectionUsable(Way way) throws Exception {
        List<Address> nobody = List.of(new Address("nobody@archive.example"));
        try (SmtpClient client = connect()) {
            for (int size : new int[] {100, 200_000}) {
                Outcome unknown = client.send(FROM, nobody, Content.of(lines(size)), way);
                assertThat(unknown.end().status()).isEqualTo("5.1.1");
                assertThat(unknown.kept()).isFalse();
            }
            Outcome large = client.send(FROM, TO, Content.of(lines(10_000_002)), way);
            assertThat(large.end().toString()).startsWith("552 5.3.4");
            assertThat(client.send(FROM, TO, content("x\r\n"), way).kept()).isTrue();

            Outcome half = client.send(FROM, List.of(FakeMailbox.JOURNAL, nobody.getFirst()), content("y\r\n"), way);
            assertThat(half.kept()).isFalse();
            assertThat(half.end().code()).isEqualTo(250);
            assertThat(half.recipients()).extracting("code").containsExactly(250, 550);
        }
        assertThat(mailbox.refused.poll(5, TimeUnit.SECONDS))
                .extracting("bytes")
                .isEqualTo(10_000_002L);
        assertThat(kept().octets()).isEqualTo(bytes("x\r\n"));
        assertThat(kept().octets()).isEqualTo(bytes("y\r\n"));
    }

    @ParameterizedTest
    @CsvSource({
        "OPEN,LATER,451 4.3.0",
        "OPEN,FULL,451 4.3.1",
        "WRITE,LATER,451 4.3.0",
        "WRITE,FULL,451 4.3.1",
        "KEEP,LATER,451 4.3.0",
        "KEEP,FULL,451 4.3.1",
    })
    void ourTroubleIsAnsweredWithTryAgain(FakeMailbox.Where where, Trouble trouble, String reply) throws Exception {
        try (SmtpClient client = connect()) {
            for (Way way : Way.values()) {
                for (int size : new int[] {100, 5_000_000}) {
                    mailbox.failAt(where, trouble);
                    Outcome failed = client.send(FROM, TO, Content.of(lines(size)), way);
                    assertThat(failed.end().toString()).startsWith(reply);
                    mailbox.trouble.set(Optional.empty());
                    assertThat(client.send(FROM, TO, content("x\r\n"), way).kept())
                            .isTrue();
                }
            }
        }
    }

    @ParameterizedTest
    @EnumSource
    void aBrokenMailboxIsAnsweredWithTryAgainToo(FakeMailbox.Where where) throws Exception {
        mailbox.where = where;
        for (Exception e :
                List.of(new IllegalStateException("as the test asks"), new IOException("as the test asks"))) {
            mailbox.trouble.set(Optional.of(e));
            try (SmtpClient client = connect()) {
                Outcome failed;
                try {
                    failed = client.send(FROM, TO, content("x\r\n"), Way.DATA);
                } catch (IOException closed) {
                    continue; // after 421 at RCPT there is nothing more to read
                }
                assertThat(failed.end().transientFailure())
                        .as(failed.toString())
                        .isTrue();
            }
        }
        assertThat(mailbox.kept).isEmpty();
    }

    /// P1: what nobody has kept is not acknowledged.
    @Test
    void aMailboxThatNamesNoIdHasKeptNothing() throws Exception {
        mailbox.blankIds = true;
        try (SmtpClient client = connect()) {
            assertThat(client.send(FROM, TO, content("x\r\n"), Way.BDAT).end().toString())
                    .startsWith("421 4.3.0");
        }
    }

    @Test
    void tlsTellsWhoIsThere() throws Exception {
        Path pem = dir.resolve("smtp-tls.pem");
        try (SmtpClient client = connect()) {
            client.startTls(TlsContexts.opportunisticClient());
            assertThat(client.offers("STARTTLS")).isFalse();
            assertThat(client.send(FROM, TO, Content.of(lines(300_000)), Way.BEST)
                            .kept())
                    .isTrue();
        }
        Peer.TlsFacts without = kept().peer().tls().orElseThrow();
        assertThat(without.protocol()).isEqualTo("TLSv1.3");
        assertThat(without.client()).isEmpty();

        PemIdentity identity = PemIdentity.load(pem, pem);
        try (SmtpClient client = connect()) {
            client.startTls(TlsContexts.opportunisticClient(identity.chain(), identity.key()));
            assertThat(client.send(FROM, TO, content("x\r\n"), Way.DATA).kept()).isTrue();
        }
        Peer peer = kept().peer();
        assertThat(peer.helo()).contains("client.example");
        Peer.ClientCertificate shown = peer.tls().orElseThrow().client().orElseThrow();
        assertThat(shown.subject()).isEqualTo("CN=archive.example");
        assertThat(shown.sum()).isEqualTo(Sha256.of(identity.chain().getFirst().getEncoded()));
        assertThat(shown.trusted()).as("it made it itself").isFalse();
    }

    @Test
    void theCertificateIsMadeOnceAndPrivate() throws Exception {
        Path pem = dir.resolve("smtp-tls.pem");
        byte[] before = Files.readAllBytes(pem);
        SelfSigned.contextFor("other.example", dir);
        assertThat(Files.readAllBytes(pem)).isEqualTo(before);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(pem)))
                .isEqualTo("rw-------");
        X509Certificate certificate = PemIdentity.load(pem, pem).chain().getFirst();
        certificate.checkValidity();
        certificate.verify(certificate.getPublicKey());
        assertThat(certificate.getSubjectAlternativeNames()).containsExactly(List.of(2, "archive.example"));
    }

    @Test
    void aFileWithoutAKeyIsNamed() throws Exception {
        Path empty = Files.writeString(dir.resolve("empty.pem"), "nothing\n");
        assertThatThrownBy(() -> PemIdentity.contextFor(dir.resolve("smtp-tls.pem"), empty))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("empty.pem");
        assertThatThrownBy(() -> PemIdentity.contextFor(empty, dir.resolve("smtp-tls.pem")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("empty.pem");
    }

    @Test
    void aKeyOfAnotherCertificateIsRefused() throws Exception {
        Path other = Files.createDirectory(dir.resolve("other"));
        SelfSigned.contextFor("archive.example", other);
        assertThatThrownBy(() -> PemIdentity.contextFor(dir.resolve("smtp-tls.pem"), other.resolve("smtp-tls.pem")))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("not for the key");
    }

    /// A client that fails inside a chunk must not say QUIT: the server would take it for the rest of the mail.
    @ParameterizedTest
    @EnumSource
    void aMailThatCannotBeReadIsNotDelivered(Way way) throws Exception {
        Content broken = new Content() {
            @Override
            public long sizeBytes() {
                return 106;
            }

            @Override
            public InputStream open(long offset, long length) {
                return new ByteArrayInputStream(lines(100));
            }
        };
        try (SmtpClient client = connect()) {
            assertThatThrownBy(() -> client.send(FROM, TO, broken, way))
                    .isInstanceOf(IOException.class)
                    .hasMessageContaining("shorter");
        }
        server.close();
        assertThat(mailbox.kept).isEmpty();
    }

    @Test
    void anAddressCannotCarryACommand() throws Exception {
        try (SmtpClient client = connect()) {
            assertThatThrownBy(
                            () -> client.send(Optional.of(new Address("a@b>\r\nRSET")), TO, content("x\r\n"), Way.DATA))
                    .isInstanceOf(IllegalArgumentException.class);
        }
    }

    private static Content content(String text) {
        return Content.of(bytes(text));
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    /// CRLF-terminated lines, some of which begin with dots.
    private static byte[] lines(int size) {
        byte[] mail = new byte[size];
        for (int i = 0; i < size; i++) {
            int column = i % 50;
            mail[i] = (byte) (column == 49 ? '\n' : column == 48 ? '\r' : column < i % 3 ? '.' : 'x');
        }
        if (size > 1) {
            mail[size - 2] = '\r';
            mail[size - 1] = '\n';
            if (size > 2 && mail[size - 3] == '\r') {
                mail[size - 3] = 'x';
            }
        }
        return mail;
    }
}
