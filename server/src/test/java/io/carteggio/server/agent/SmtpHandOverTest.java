package io.carteggio.server.agent;

import static org.assertj.core.api.Assertions.assertThat;

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
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
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

/// What a server's answers mean, by a server that says what a test wants said.
@SuppressWarnings("NullAway.Init") // set before each test
class SmtpHandOverTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");

    @TempDir
    private Path folder = Path.of("");

    private final AtomicInteger connections = new AtomicInteger();
    private volatile Function<String, String> answers = line -> "250 fine";
    private volatile boolean hangsUp;
    private ServerSocket server;
    private Archive archive;
    private SmtpHandOver handOver;

    @BeforeEach
    void start() throws Exception {
        server = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
        Thread.ofPlatform().daemon().start(this::accept);
        archive = Archive.open(folder.resolve("data"), Clock.systemUTC()).orElseThrow();
        AgentSettings settings =
                AgentSettings.of(Map.of("route.archive.example", "127.0.0.1:" + server.getLocalPort() + " none"));
        handOver = new SmtpHandOver(archive, "agent.example", MailExchangers.SYSTEM, () -> settings);
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
            }
        } catch (IOException gone) {
            // the test has ended
        }
    }

    private Answer give(Octets needs) {
        return handOver.give(
                new QueuedReport(
                        1,
                        State.WAITING,
                        false,
                        new Address("journal@archive.example"),
                        Optional.of(new Address("ndr@firm.example")),
                        List.of("All mail"),
                        "r@x",
                        needs,
                        10,
                        NOW,
                        0,
                        NOW,
                        Optional.empty(),
                        Optional.empty()),
                Content.of("Subject: x\r\n".getBytes(StandardCharsets.US_ASCII)));
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
        "MAIL, 451 not now, UNREACHABLE",
        "MAIL, 550 not from you, UNREACHABLE",
        "RCPT, 550 5.1.1 no such user, REFUSED",
        "RCPT, 450 greylisted, UNREACHABLE",
        "., 451 not this one, REPORT",
        "., 552 5.3.4 too large, never",
        "EHLO, 502 what?, UNREACHABLE",
    })
    void eachAnswerHasItsMeaning(String command, String said, String means) {
        answers = line -> line.startsWith(command) ? said : usual(line);
        String meant = switch (give(Octets.EIGHT_BIT)) {
            case Answer.Taken() -> "taken";
            case Answer.Later(Cause cause, String _, Optional<String> _) -> cause.name();
            case Answer.Never _ -> "never";
        };
        assertThat(meant).isEqualTo(means);
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

    @Test
    void aServerThatHangsUpHasNotTakenIt() {
        answers = SmtpHandOverTest::usual;
        hangsUp = true;
        assertThat(give(Octets.SEVEN_BIT))
                .isInstanceOfSatisfying(
                        Answer.Later.class, later -> assertThat(later.cause()).isEqualTo(Cause.UNREACHABLE));
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
