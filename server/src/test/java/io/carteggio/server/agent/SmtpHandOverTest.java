package io.carteggio.server.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.journaling.AgentSettings;
import io.carteggio.embedded.reports.QueuedReport;
import io.carteggio.embedded.reports.QueuedReport.State;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.report.ReportWriter.Octets;
import io.carteggio.server.agent.HandOver.Answer;
import io.carteggio.server.agent.HandOver.Cause;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.smtp.MailExchangers;
import java.io.BufferedReader;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What a server's answers mean, by a server that says what a test wants said.
@SuppressWarnings("NullAway.Init") // set before each test
class SmtpHandOverTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    @TempDir
    private Path folder = Path.of("");

    private final AtomicInteger connections = new AtomicInteger();
    private volatile Function<String, String> answers = line -> "250 fine";
    private volatile boolean hangsUp;
    private volatile AgentSettings settings = AgentSettings.USUAL;
    private ServerSocket server;
    private Archive archive;
    private SmtpHandOver handOver;

    @BeforeEach
    void start() throws Exception {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(this::accept);
        archive = Archive.open(folder.resolve("data"), Clock.systemUTC()).orElseThrow();
        settings = routed("none");
        handOver = new SmtpHandOver(archive, "agent.example", MailExchangers.SYSTEM, () -> settings);
    }

    private AgentSettings routed(String tls) {
        return AgentSettings.of(Map.of("route.archive.example", "127.0.0.1:" + server.getLocalPort() + " " + tls));
    }

    @AfterEach
    void stop() throws Exception {
        handOver.close();
        archive.close();
        server.close();
    }

    private void accept() {
        while (!server.isClosed()) {
            try {
                Socket socket = server.accept();
                connections.incrementAndGet();
                Thread.ofPlatform().daemon().start(() -> serve(socket));
            } catch (IOException closed) {
                return;
            }
        }
    }

    private void serve(Socket socket) {
        try (socket) {
            BufferedReader in =
                    new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII));
            OutputStream out = socket.getOutputStream();
            String answer = "220 archive.example";
            boolean mail = false;
            while (!answer.isEmpty()) {
                out.write((answer + "\r\n").getBytes(StandardCharsets.US_ASCII));
                String line = in.readLine();
                while (mail && line != null && !line.equals(".")) {
                    line = in.readLine();
                }
                if (line == null || (hangsUp && mail)) {
                    return;
                }
                answer = answers.apply(line);
                mail = answer.startsWith("354");
                if (answer.equals("220 go")) {
                    out.write("220 go\r\n".getBytes(StandardCharsets.US_ASCII));
                    return;
                }
            }
        } catch (IOException gone) {
            // the test has ended
        }
    }

    private Answer give(Octets needs) {
        return handOver.give(
                report("journal@archive.example", needs),
                Content.of("Subject: x\r\n".getBytes(StandardCharsets.US_ASCII)));
    }

    private static QueuedReport report(String mailbox, Octets needs) {
        return new QueuedReport(
                1,
                State.WAITING,
                false,
                new Address(mailbox),
                Optional.of(new Address("ndr@firm.example")),
                List.of("All mail"),
                "r@x",
                needs,
                12,
                NOW,
                0,
                NOW,
                Optional.empty(),
                Optional.empty());
    }

    private static String usual(String line) {
        return line.startsWith("EHLO")
                ? "250-archive.example\r\n250 8BITMIME"
                : line.startsWith("DATA") ? "354 go on" : "250 fine";
    }

    @ParameterizedTest
    @CsvSource({
        // which command, what is said to it, what that means
        "., 250 taken, taken",
        // the server, or who we are to it
        "EHLO, 502 what?, UNREACHABLE",
        "MAIL, 451 not now, UNREACHABLE",
        "MAIL, 421 4.3.2 closing, UNREACHABLE",
        "MAIL, 452 4.3.1 no room for SIZE, UNREACHABLE",
        "MAIL, 550 not from you, UNREACHABLE",
        "MAIL, 550 5.7.1 not from you, UNREACHABLE",
        "MAIL, 530 5.7.0 STARTTLS first, UNREACHABLE",
        "MAIL, 555 5.5.4 what parameter?, UNREACHABLE",
        "MAIL, 552 5.3.1 no room, UNREACHABLE",
        "MAIL, 552 no room, UNREACHABLE",
        "MAIL, 553 5.6.7 not in ASCII, UNREACHABLE",
        "MAIL, 550 5.1.8 no such sender, UNREACHABLE",
        "DATA, 421 4.3.2 closing, UNREACHABLE",
        "., 421 4.3.2 closing, UNREACHABLE",
        "., 452 4.3.1 no room, UNREACHABLE",
        "., 451 4.4.1 nobody answers behind, UNREACHABLE",
        "., 521 no mail here, UNREACHABLE",
        "., 550 5.3.190 no licence, UNREACHABLE",
        // the address
        "RCPT, 450 greylisted, UNREACHABLE",
        "RCPT, 452 4.2.2 full, UNREACHABLE",
        "RCPT, 550 5.1.1 no such user, REFUSED",
        "RCPT, 550 5.4.1 access denied, REFUSED",
        "RCPT, 554 5.7.1 no relay, REFUSED",
        "RCPT, 552 5.2.2 full, REFUSED",
        "RCPT, 552 full, REFUSED",
        "RCPT, 553 5.6.7 not in ASCII, REFUSED",
        "., 550 5.1.10 no such user, REFUSED",
        "., 552 5.2.2 full, REFUSED",
        "., 452 4.2.2 full, UNREACHABLE",
        "., 550 5.7.101 no reports from you, REFUSED",
        // this report
        "MAIL, 552 5.3.4 too large, never",
        "MAIL, 554 5.2.3 too large, never",
        "MAIL, 452 4.3.4 too large now, REPORT",
        "RCPT, 552 5.3.4 too large, never",
        "RCPT, 552 5.2.3 too large, never",
        "RCPT, 554 5.6.1 no such media, never",
        "DATA, 554 5.7.1 not this one, never",
        "DATA, 451 not this one, REPORT",
        "., 451 not this one, REPORT",
        "., 451 4.7.1 come again, REPORT",
        "., 552 too large, never",
        "., 552 5.3.4 too large, never",
        "., 550 5.6.11 bare line feeds, never",
        "., 521 5.5.2 bare line feeds, never",
        "., 554 5.7.1 spam, never",
        "., 554 no, never",
    })
    void eachAnswerHasItsMeaning(String command, String said, String means) {
        answers = line -> line.startsWith(command) ? said : usual(line);
        assertThat(meaning(give(Octets.EIGHT_BIT))).isEqualTo(means);
    }

    /// Who was told the size says at MAIL that it is too much, and means later on that the mailbox is full.
    @ParameterizedTest
    @CsvSource({
        "MAIL, 552 too large, never",
        "MAIL, 552 5.3.1 no room, UNREACHABLE",
        "RCPT, 552 full, REFUSED",
        "RCPT, 552 5.3.4 too large, never",
        "DATA, 552 full, REFUSED",
        "., 552 full, REFUSED",
        "., 552 5.2.2 full, REFUSED",
        "., 552 5.2.3 too large, never",
        "., 552 5.3.4 too large, never",
        "., 554 no, never",
    })
    void whatIsSaidToOneThatWasToldTheSize(String command, String said, String means) {
        answers = line -> line.startsWith(command)
                ? said
                : line.startsWith("EHLO") ? "250-archive.example\r\n250 SIZE 1000" : usual(line);
        assertThat(meaning(give(Octets.SEVEN_BIT))).isEqualTo(means);
    }

    private static String meaning(Answer answer) {
        return switch (answer) {
            case Answer.Taken() -> "taken";
            case Answer.Later(Cause cause, String _, Optional<String> _) -> cause.name();
            case Answer.Never _ -> "never";
        };
    }

    @Test
    void nothingIsAlteredForAServerThatCannotCarryIt() {
        answers = line -> usual(line).replace("8BITMIME", "SIZE");
        assertThat(give(Octets.EIGHT_BIT)).isInstanceOfSatisfying(Answer.Later.class, later -> {
            assertThat(later.cause()).isEqualTo(Cause.REPORT);
            assertThat(later.said()).contains("8BITMIME");
        });
        assertThat(give(Octets.SEVEN_BIT)).isEqualTo(new Answer.Taken());
        answers = SmtpHandOverTest::usual;
        assertThat(give(Octets.BINARY))
                .isInstanceOfSatisfying(
                        Answer.Later.class, later -> assertThat(later.said()).contains("CHUNKING"));
    }

    /// RFC 3461: a server behind that cannot deliver it returns it whole, to the alternate mailbox.
    @Test
    void whereAServerCanItIsAskedForANoticeWithTheWholeReport() {
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        answers = line -> {
            lines.add(line);
            return line.startsWith("EHLO") ? "250-archive.example\r\n250 DSN" : usual(line);
        };
        assertThat(give(Octets.SEVEN_BIT)).isEqualTo(new Answer.Taken());
        assertThat(lines)
                .contains(
                        "MAIL FROM:<ndr@firm.example> RET=FULL ENVID=r@x",
                        "RCPT TO:<journal@archive.example> NOTIFY=FAILURE");
    }

    @ParameterizedTest
    @CsvSource({
        "NOOP, '', taken",
        "EHLO, 502 what?, UNREACHABLE",
        "MAIL, 451 not now, UNREACHABLE",
        "RCPT, 450 not now, UNREACHABLE",
        "RCPT, 550 5.1.1 no such user, REFUSED",
        "RCPT, 552 full, REFUSED",
        "RCPT, 421 4.3.2 closing, UNREACHABLE",
    })
    void aMailboxIsAskedWithoutAMail(String command, String said, String means) {
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        answers = line -> {
            lines.add(line);
            return line.startsWith(command) ? said : usual(line);
        };
        Answer answer =
                handOver.ask(new Address("journal@archive.example"), Optional.of(new Address("ndr@firm.example")));
        assertThat(meaning(answer)).isEqualTo(means);
        if (means.equals("taken")) {
            assertThat(lines)
                    .containsExactly(
                            "EHLO agent.example",
                            "MAIL FROM:<ndr@firm.example> BODY=8BITMIME",
                            "RCPT TO:<journal@archive.example>",
                            "RSET");
        }
    }

    @Test
    void aMailboxIsAskedWithTheNullSenderWhereItsMailHasIt() {
        List<String> lines = Collections.synchronizedList(new ArrayList<>());
        answers = line -> {
            lines.add(line);
            return usual(line);
        };
        assertThat(handOver.ask(new Address("ndr@archive.example"), Optional.empty()))
                .isEqualTo(new Answer.Taken());
        assertThat(lines).contains("MAIL FROM:<> BODY=8BITMIME", "RCPT TO:<ndr@archive.example>");
    }

    /// The server need not refuse what it says beforehand that it does not take; nothing is said of the mailbox.
    @ParameterizedTest
    @CsvSource({"SIZE 11, never", "SIZE 12, taken", "SIZE 0, taken", "SIZE, taken", "SIZE x, taken"})
    void whatIsLargerThanTheServerTakesIsNotSent(String size, String means) {
        answers = line -> line.startsWith("EHLO") ? "250-archive.example\r\n250 " + size : usual(line);
        Answer answer = give(Octets.SEVEN_BIT); // 12 octets
        if (means.equals("taken")) {
            assertThat(answer).isEqualTo(new Answer.Taken());
        } else {
            assertThat(answer).isInstanceOfSatisfying(Answer.Never.class, never -> {
                assertThat(never.reply().status()).isEqualTo("5.3.4");
                assertThat(never.reply().toString()).contains("12 octets").contains("11");
            });
        }
    }

    /// The mailbox has nothing to do with our own disk.
    @ParameterizedTest
    @ValueSource(strings = {"journal@archive.example", "j@own.example"})
    void whatCannotBeReadHereIsTheReportsTrouble(String mailbox) throws Exception {
        answers = SmtpHandOverTest::usual;
        archive.acts()
                .keep(new Act.SourceAdded(
                        archive.acts().now(), "test", "own", Optional.of(new Address("j@own.example")), Family.REPORT));
        Answer answer = handOver.give(report(mailbox, Octets.SEVEN_BIT), new Content() {
            @Override
            public long sizeBytes() {
                return 12;
            }

            @Override
            public InputStream open(long offset, long length) {
                return new FilterInputStream(InputStream.nullInputStream()) {
                    @Override
                    public int read(byte[] into, int from, int atMost) throws IOException {
                        throw new IOException("bad sector");
                    }
                };
            }
        });
        assertThat(answer).isInstanceOfSatisfying(Answer.Later.class, later -> {
            assertThat(later.cause()).isEqualTo(Cause.REPORT);
            assertThat(later.said()).contains("bad sector");
        });
    }

    @Test
    void aServerThatHangsUpHasNotTakenIt() {
        answers = SmtpHandOverTest::usual;
        hangsUp = true;
        assertThat(give(Octets.SEVEN_BIT))
                .isInstanceOfSatisfying(
                        Answer.Later.class, later -> assertThat(later.cause()).isEqualTo(Cause.UNREACHABLE));
    }

    /// The server hangs up in the midst of the handshake, or has no certificate.
    @ParameterizedTest
    @CsvSource({
        "opportunistic, 220 go, taken",
        "opportunistic, 454 4.7.0 no certificate, taken",
        "verified, 220 go, UNREACHABLE",
        "verified, 454 4.7.0 no certificate, UNREACHABLE",
    })
    void tlsThatFailsIsLeftOutWhereItIsNotRequired(String tls, String said, String means) {
        settings = routed(tls);
        answers = line -> line.startsWith("EHLO")
                ? "250-archive.example\r\n250 STARTTLS"
                : line.startsWith("STARTTLS") ? said : usual(line);
        assertThat(meaning(give(Octets.SEVEN_BIT))).isEqualTo(means);
    }

    @Test
    void reportsThatFollowEachOtherShareAConnection() throws Exception {
        answers = SmtpHandOverTest::usual;
        for (int i = 0; i < 120; i++) {
            assertThat(give(Octets.SEVEN_BIT)).isEqualTo(new Answer.Taken());
        }
        assertThat(connections).as("at most fifty over each").hasValue(3);
    }

    @Test
    void aConnectionThatEndedMeanwhileIsReplaced() throws Exception {
        answers = line -> line.startsWith("RSET") ? "" : usual(line);
        assertThat(give(Octets.SEVEN_BIT)).isEqualTo(new Answer.Taken());
        assertThat(give(Octets.SEVEN_BIT)).isEqualTo(new Answer.Taken());
        assertThat(connections).hasValue(2);
    }
}
