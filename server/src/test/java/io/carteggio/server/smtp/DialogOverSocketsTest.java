package io.carteggio.server.smtp;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import io.carteggio.server.tls.SelfSigned;
import io.carteggio.server.tls.TlsContexts;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Runs the dialogs of module `mail`, which its DialogTest runs against the machine, over sockets and real TLS.
class DialogOverSocketsTest {
    private static final Path DIALOGS =
            Path.of(System.getProperty("carteggio.root", ".."), "mail/src/test/resources/io/carteggio/mail/smtp");

    @TempDir
    @SuppressWarnings("NullAway.Init") // set by JUnit
    private static Path dir;

    @SuppressWarnings("NullAway.Init") // set before all tests
    private static SSLContext tls;

    @BeforeAll
    static void makeCertificate() throws IOException {
        tls = SelfSigned.contextFor("archive.example", dir);
    }

    static Stream<String> files() throws IOException {
        assumeThat(DIALOGS).as("needs the sources of module mail").isDirectory();
        try (Stream<Path> all = Files.list(DIALOGS)) {
            return all
                    .map(file -> file.getFileName().toString())
                    .filter(name -> name.endsWith(".dialog"))
                    .sorted()
                    .toList()
                    .stream();
        }
    }

    @ParameterizedTest
    @MethodSource("files")
    void everyDialogGoesAsWritten(String file) throws Exception {
        List<String> lines = Files.readAllLines(DIALOGS.resolve(file));
        Map<String, Long> rules = new HashMap<>();
        for (String line : lines) {
            if (line.startsWith("rules ")) {
                for (String rule : line.substring(6).split(" ", -1)) {
                    int equals = rule.indexOf('=');
                    rules.put(rule.substring(0, equals), Long.valueOf(rule.substring(equals + 1)));
                }
            }
        }
        Limits plain = Limits.DEFAULT;
        Limits limits = new Limits(
                rules.getOrDefault("mail", plain.maxMailBytes()),
                rules.getOrDefault("swallow", plain.maxSwallowBytes()),
                rules.getOrDefault("recipients", 100L).intValue(),
                plain.maxLineBytes(),
                rules.getOrDefault("commands", 100L).intValue(),
                rules.getOrDefault("bad", 20L).intValue(),
                rules.getOrDefault("unknown", 20L).intValue(),
                plain.maxConnections(),
                plain.idle(),
                plain.command(),
                plain.withoutMail(),
                plain.mail(),
                plain.handshake(),
                plain.stop());
        FakeMailbox mailbox = new FakeMailbox();
        InetSocketAddress anywhere = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
        try (SmtpServer server = SmtpServer.start(
                        new SmtpServer.Config(
                                anywhere,
                                "archive.example",
                                rules.getOrDefault("tls", 1L) > 0 ? Optional.of(tls) : Optional.empty(),
                                limits),
                        mailbox,
                        Clock.systemUTC());
                Client client = new Client(server.address())) {
            play(file, lines, client, mailbox);
        }
        assertThat(mailbox.open).hasValue(0);
    }

    private static void play(String file, List<String> lines, Client client, FakeMailbox mailbox) throws Exception {
        for (int i = 0; i < lines.size(); i++) {
            String line = lines.get(i);
            String where = file + ":" + (i + 1) + " " + line;
            String rest = line.length() > 5 ? line.substring(5) : "";
            if (line.startsWith("c -> ")) {
                client.send((rest + "\r\n").getBytes(StandardCharsets.UTF_8));
            } else if (line.startsWith("c => ")) {
                client.send(unescape(rest));
            } else if (line.startsWith("c <- ")) {
                assertThat(client.line()).as(where).isEqualTo(rest);
            } else if (line.startsWith("c <~ ")) {
                assertThat(client.line()).as(where).matches("(?s)" + rest + ".*");
            } else if (line.startsWith("k <- ")) {
                FakeMailbox.Kept mail = mailbox.kept.poll(5, TimeUnit.SECONDS);
                assertThat(mail).as(where).isNotNull();
                if (mail != null) {
                    assertThat(mail.octets()).as(where).isEqualTo(unescape(rest));
                }
            } else if (line.startsWith("r <- ")) {
                assertThat(mailbox.refused.poll(5, TimeUnit.SECONDS))
                        .as(where)
                        .extracting("bytes")
                        .isEqualTo(Long.parseLong(rest));
            } else if (line.equals("c tls")) {
                client.startTls(TlsContexts.opportunisticClient());
            } else if (line.equals("c closed")) {
                assertThat(client.line()).as(where).isEqualTo("closed");
            } else if (!line.startsWith("#") && !line.startsWith("rules ")) {
                throw new IllegalArgumentException(where);
            }
        }
    }

    private static byte[] unescape(String s) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int i = 0; i < s.length(); i++) {
            if (s.charAt(i) != '\\') {
                out.write(s.charAt(i));
                continue;
            }
            switch (s.charAt(++i)) {
                case 'r' -> out.write('\r');
                case 'n' -> out.write('\n');
                case 't' -> out.write('\t');
                case '0' -> out.write(0);
                case '\\' -> out.write('\\');
                case 'x' -> {
                    out.write(Integer.parseInt(s.substring(i + 1, i + 3), 16));
                    i += 2;
                }
                default -> throw new IllegalArgumentException(s);
            }
        }
        return out.toByteArray();
    }
}
