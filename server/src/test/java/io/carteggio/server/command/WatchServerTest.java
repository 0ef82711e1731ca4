package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.gap.Gap;
import io.carteggio.archive.intake.Sources;
import io.carteggio.embedded.jobs.JobStore;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.smtp.Admission;
import io.carteggio.mail.smtp.Step;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.smtp.JournalMailbox;
import io.carteggio.server.smtp.Limits;
import io.carteggio.server.smtp.Peer;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpServer;
import io.carteggio.server.watch.Alarm;
import io.carteggio.server.watch.AlarmKind;
import io.carteggio.server.watch.PrometheusParser;
import io.carteggio.server.watch.Settings.Subject;
import java.io.BufferedReader;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// A server that runs, and what it tells those who look after it.
@Tag("slow")
class WatchServerTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final Address JOURNAL = new Address("journal-7f3a@archive.example");
    private static final Address NDR = new Address("ndr-7f3a@archive.example");

    @TempDir
    Path directory;

    private ArchiveOpener.OwnArchive own;
    private Archive archive;
    private RunningServer server;

    @BeforeEach
    void start() throws Exception {
        own = ArchiveOpener.own(directory.resolve("data"), Optional.empty());
        archive = own.archive();
        archive.sources().add(archive.acts(), "test", "exchange", Optional.of(JOURNAL), Family.REPORT);
        archive.sources().add(archive.acts(), "test", "alternate", Optional.of(NDR), Family.NDR);
        server = RunningServer.start(
                archive,
                own.operations(),
                new RunningServer.Addresses(ANY, ANY, RunningServer.Fronts.NONE, Optional.empty(), "archive.example"),
                Optional.empty(),
                Optional.empty());
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        own.close();
    }

    private HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(server.url().resolve(path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        }
    }

    private void send(Address to, String mail) throws Exception {
        try (SmtpClient client = SmtpClient.connect(server.smtp(), "mx.example", Duration.ofSeconds(20))) {
            var outcome = client.send(
                    Optional.of(new Address("postmaster@firm.example")),
                    List.of(to),
                    Content.of(mail.getBytes(StandardCharsets.UTF_8)),
                    SmtpClient.Way.DATA);
            assertThat(outcome.kept()).as("%s", outcome).isTrue();
        }
        archive.catalogue(); // everything is registered
    }

    static String report(String id, String original, String... lines) {
        return "From: <anna@firm.example>\r\nTo: <" + JOURNAL + ">\r\nSubject: report\r\nMessage-ID: <" + id
                + "@journal.report.generator>\r\nDate: Tue, 17 Mar 2026 09:12:05 +0000\r\nX-MS-Journal-Report:\r\n"
                + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=\"_b_\"\r\n\r\n--_b_\r\n"
                + "Content-Type: text/plain; charset=utf-8\r\n\r\n" + String.join("\r\n", lines)
                + "\r\n\r\n--_b_\r\nContent-Type: message/rfc822\r\n\r\n" + original + "\r\n--_b_--\r\n";
    }

    private static String anna(String id) {
        return report(
                id,
                Shell.mail("anna@firm.example", "bruno@firm.example", id, "Hello"),
                "Sender: anna@firm.example",
                "Recipient: bruno@firm.example");
    }

    private static String notice(String report) {
        return ndr("text/rfc822-headers", report.substring(0, report.indexOf("\r\n\r\n") + 2));
    }

    private static String ndr(String type, String report) {
        return "From: <postmaster@firm.example>\r\nTo: <" + NDR + ">\r\nContent-Type: multipart/report;"
                + " report-type=delivery-status; boundary=\"n\"\r\nSubject: Undeliverable\r\n\r\n--n\r\n"
                + "Content-Type: text/plain\r\n\r\nIt did not arrive.\r\n--n\r\nContent-Type: message/delivery-status"
                + "\r\n\r\nReporting-MTA: dns;mta.firm.example\r\n\r\nFinal-Recipient: rfc822;" + JOURNAL
                + "\r\nAction: failed\r\nStatus: 5.4.316\r\n\r\n--n\r\nContent-Type: " + type + "\r\n\r\n"
                + report + "\r\n--n--\r\n";
    }

    private Optional<Alarm> standing(AlarmKind kind) {
        return archive.watch().standing().stream().filter(a -> a.kind() == kind).findFirst();
    }

    private Alarm awaitAlarm(AlarmKind kind) throws InterruptedException {
        await("an alarm " + kind, () -> standing(kind).isPresent());
        return standing(kind).orElseThrow();
    }

    private interface Asked {
        boolean now() throws Exception;
    }

    private static void await(String what, Asked asked) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (true) {
            try {
                if (asked.now()) {
                    return;
                }
            } catch (Exception e) {
                throw new AssertionError(what, e);
            }
            if (System.nanoTime() > until) {
                throw new AssertionError("not within a minute: " + what);
            }
            Thread.sleep(100);
        }
    }

    @Test
    void aScrapeTellsTheBooks() throws Exception {
        archive.sources()
                .addMailbox(
                        archive.acts(),
                        "test",
                        "box",
                        Family.REPORT,
                        new Sources.Mailbox("imap", Map.of("host", "mail.example", "schedule", "manual")));
        Instant success = Instant.ofEpochMilli(1_760_000_000_500L);
        archive.jobs()
                .state(
                        "box",
                        new JobStore.State(
                                false,
                                2,
                                Optional.of(success),
                                Optional.of("nobody listens"),
                                false,
                                Optional.empty(),
                                Optional.of(success)));
        send(JOURNAL, anna("r1"));
        send(JOURNAL, anna("r1"));
        send(JOURNAL, anna("r2"));
        send(JOURNAL, "Subject: no report\r\n\r\nnothing\r\n");
        archive.indexer().awaitCaughtUp(Duration.ofSeconds(30));
        HttpResponse<String> scraped = get("/metrics");
        assertThat(scraped.statusCode()).isEqualTo(200);
        assertThat(scraped.headers().firstValue("Content-Type"))
                .hasValueSatisfying(type -> assertThat(type).startsWith("text/plain; version=0.0.4"));
        PrometheusParser metrics = PrometheusParser.parse(scraped.body());
        assertThat(metrics.value("carteggio_received_total", "source", "exchange"))
                .isEqualTo(4);
        double sum = 0;
        for (String disposition : List.of("letters", "evidence", "notice", "quarantined", "discarded")) {
            sum += metrics.value("carteggio_arrivals_total", "source", "exchange", "disposition", disposition);
        }
        assertThat(sum).as("P3").isEqualTo(4);
        assertThat(metrics.value("carteggio_arrivals_total", "source", "exchange", "disposition", "letters"))
                .isEqualTo(2);
        assertThat(metrics.value("carteggio_arrivals_total", "source", "exchange", "disposition", "quarantined"))
                .isEqualTo(1);
        assertThat(metrics.value("carteggio_received_total", "source", "alternate"))
                .isZero();
        assertThat(metrics.value("carteggio_unknown_total", "source", "exchange"))
                .as("nobody is known at all")
                .isEqualTo(3);
        assertThat(metrics.value("carteggio_job_failures", "job", "box")).isEqualTo(2);
        assertThat(metrics.value("carteggio_job_paused", "job", "box")).isZero();
        assertThat(metrics.value("carteggio_job_last_success_timestamp_seconds", "job", "box"))
                .isEqualTo(1_760_000_000.5);
        assertThat(metrics.value("carteggio_refused_total", "source", "exchange"))
                .isZero();
        assertThat(metrics.value("carteggio_letters")).isEqualTo(2);
        assertThat(metrics.value("carteggio_index_lag_letters")).isZero();
        assertThat(metrics.value("carteggio_ready")).isEqualTo(1);
        assertThat(metrics.value("carteggio_ledger_leaves")).isPositive();
        assertThat(metrics.value("carteggio_disk_free_bytes")).isPositive();
        assertThat(metrics.value("carteggio_delay_seconds_count", "source", "exchange"))
                .isEqualTo(3);
        double now = System.currentTimeMillis() / 1000.0;
        assertThat(metrics.value("carteggio_last_report_timestamp_seconds", "source", "exchange"))
                .isBetween(now - 600, now + 1);
        assertThat(metrics.value("carteggio_certificate_expiry_timestamp_seconds"))
                .isGreaterThan(now);
    }

    @Test
    void metricsAreForThisMachineOrWhoHasTheToken() throws Exception {
        assertThat(get("/healthz").body()).isEqualTo("alive\n");
        assertThat(get("/readyz").statusCode()).isEqualTo(200);
        assertThat(get("/metrics", "X-Forwarded-For", "192.0.2.1").statusCode()).isEqualTo(401);
        assertThat(get("/metrics", "X-Forwarded-For", "192.0.2.1", "Authorization", "Bearer wrong")
                        .statusCode())
                .isEqualTo(401);
        String token =
                Files.readString(directory.resolve("data/watch/metrics.token")).strip();
        assertThat(get("/metrics", "X-Forwarded-For", "192.0.2.1", "Authorization", "Bearer " + token)
                        .statusCode())
                .isEqualTo(200);
    }

    @Test
    void aReportThatCameBackIsToldByMailAndWebhookAndTheGapClosesWhenItArrives() throws Exception {
        BlockingQueue<JsonNode> posted = new LinkedBlockingQueue<>();
        HttpServer hook = HttpServer.create(ANY, 0);
        hook.createContext("/hook", exchange -> {
            posted.add(JsonMapper.shared().readTree(exchange.getRequestBody().readAllBytes()));
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        hook.start();
        Sink inbox = new Sink();
        try (SmtpServer mails = inbox.listen()) {
            archive.watch()
                    .settings()
                    .set(
                            archive.acts(),
                            "test",
                            Subject.WEBHOOK,
                            Map.of(
                                    "url",
                                    "http://127.0.0.1:" + hook.getAddress().getPort() + "/hook"));
            archive.watch()
                    .settings()
                    .set(
                            archive.acts(),
                            "test",
                            Subject.MAIL,
                            Map.of(
                                    "server", "127.0.0.1:" + mails.address().getPort(),
                                    "from", "archive@firm.example",
                                    "to", "it@firm.example"));
            String lost = anna("r9");
            send(NDR, notice(lost));
            assertThat(awaitAlarm(AlarmKind.NDR).subject())
                    .as("whose main way was down")
                    .isEqualTo("exchange");
            assertThat(awaitAlarm(AlarmKind.GAP).text()).contains("One report is missing");
            String mail = new String(inbox.take(), StandardCharsets.UTF_8);
            assertThat(mail)
                    .contains("To: it@firm.example\r\n", "Auto-Submitted: auto-generated\r\n", "[Carteggio] alarm")
                    .contains("(archive.example)");
            JsonNode message = posted.poll(30, TimeUnit.SECONDS);
            assertThat(message.path("archive").stringValue()).isEqualTo("archive.example");
            assertThat(message.path("alarms")
                            .valueStream()
                            .map(a -> a.path("state").stringValue()))
                    .isNotEmpty()
                    .allMatch("opened"::equals);

            assertThat(archive.gaps().list(false)).extracting(Gap::source).containsExactly("exchange");
            send(JOURNAL, lost);
            archive.watch().attendNow();
            await("the gap is closed", () -> archive.gaps().list(false).isEmpty());
            await("the alarm is over", () -> standing(AlarmKind.GAP).isEmpty());
            assertThat(archive.catalogue().books().sources()).allMatch(a -> a.balances());
        } finally {
            hook.stop(0);
        }
    }

    @Test
    void reportsThatAreNotWhatTheyShouldBeRaiseAnAlarmEachOfItsKind() throws Exception {
        send(JOURNAL, "Subject: no report\r\n\r\nnothing\r\n");
        assertThat(awaitAlarm(AlarmKind.MARKER).text())
                .contains("no journal report")
                .contains("quarantine");
        send(JOURNAL, anna("r1").replace("X-MS-Journal-Report:\r\n", ""));
        await("the marker", () -> awaitAlarm(AlarmKind.MARKER).text().contains("without the marker"));
        assertThat(awaitAlarm(AlarmKind.MARKER).times()).isEqualTo(2);
        assertThat(standing(AlarmKind.UNREADABLE)).isEmpty();
        send(JOURNAL, "X-MS-Journal-Report:\r\nSubject: half\r\n\r\nno envelope\r\n");
        assertThat(awaitAlarm(AlarmKind.UNREADABLE))
                .satisfies(a -> assertThat(a.subject()).isEqualTo("exchange"))
                .satisfies(a -> assertThat(a.text()).contains("cannot be read"));
        assertThat(standing(AlarmKind.PROTECTED)).isEmpty();
        send(
                JOURNAL,
                report(
                        "r2",
                        "Content-Class: rpmsg.message\r\n"
                                + Shell.mail("anna@firm.example", "bruno@firm.example", "r2", "Hello"),
                        "Sender: anna@firm.example",
                        "Recipient: bruno@firm.example"));
        assertThat(awaitAlarm(AlarmKind.PROTECTED).text()).contains("without a clear copy");
        assertThat(standing(AlarmKind.AUTHENTICITY)).isEmpty();
    }

    @Test
    void theCanaryComesBackThroughAMailSystemThatJournals() throws Exception {
        Sink system = new Sink();
        try (SmtpServer mails = system.listen()) {
            archive.watch()
                    .settings()
                    .set(
                            archive.acts(),
                            "test",
                            Subject.CANARY,
                            Map.of(
                                    "server", "127.0.0.1:" + mails.address().getPort(),
                                    "from", "canary@firm.example",
                                    "to", "anna@firm.example",
                                    "within", "1"));
            archive.watch().attendNow();
            String canary = new String(system.take(), StandardCharsets.UTF_8);
            assertThat(awaitAlarm(AlarmKind.CANARY).text())
                    .as("nobody has journaled it")
                    .contains("has not come back through source exchange.");
            // a stranger's mail with the same sender is not it
            send(
                    JOURNAL,
                    report(
                            "forged",
                            Shell.mail("canary@firm.example", "anna@firm.example", "Carteggio canary", "x"),
                            "Sender: canary@firm.example",
                            "Recipient: anna@firm.example"));
            assertThat(archive.watch().canary().last().orElseThrow().back()).isEmpty();
            send(
                    JOURNAL,
                    report(
                            "true",
                            "Received: from somewhere; Tue, 17 Mar 2026 09:12:01 +0000\r\n" + canary,
                            "Sender: canary@firm.example",
                            "Recipient: anna@firm.example"));
            await(
                    "it is back",
                    () -> archive.watch().canary().last().orElseThrow().back().isPresent());
            archive.watch().attendNow();
            await("the alarm is over", () -> standing(AlarmKind.CANARY).isEmpty());
        }
    }

    /// With two ways, a dead one must not go unseen because the other brings the message; nor because a
    /// copy of it comes in, or its report out of an NDR.
    @Test
    void theCanaryMustComeBackByTheSourceWhoseWayItTests() throws Exception {
        Address other = new Address("journal-other@archive.example");
        Address copies = new Address("copies-7f3a@archive.example");
        archive.sources().add(archive.acts(), "test", "other", Optional.of(other), Family.REPORT);
        archive.sources().add(archive.acts(), "test", "copies", Optional.of(copies), Family.MULTIDROP);
        Sink system = new Sink();
        try (SmtpServer mails = system.listen()) {
            Map<String, String> settings = new TreeMap<>(Map.of(
                    "server", "127.0.0.1:" + mails.address().getPort(),
                    "from", "canary@firm.example",
                    "to", "anna@firm.example"));
            for (String source : List.of("", "exchange")) { // settings of before name none
                if (!source.isEmpty()) {
                    settings.put("source", source);
                }
                archive.watch().settings().set(archive.acts(), "test", Subject.CANARY, settings);
                if (source.isEmpty()) {
                    archive.watch().attendNow(); // the first is sent by itself
                } else {
                    archive.watch()
                            .canary()
                            .send(archive.watch().settings().canary().orElseThrow());
                }
                String canary = new String(system.take(), StandardCharsets.UTF_8);
                String report = report(
                        "canary-" + source, canary, "Sender: canary@firm.example", "Recipient: anna@firm.example");
                send(copies, "X-Copy: yes\r\n" + canary);
                send(NDR, ndr("message/rfc822", report));
                if (!source.isEmpty()) {
                    send(other, report);
                }
                send(JOURNAL, "Subject: no report\r\n\r\n" + source + "\r\n");
                long before = archive.quarantine().list(0, 100, false).getLast().number();
                send(JOURNAL, report);
                await(
                        "it is back",
                        () -> archive.watch()
                                .canary()
                                .last()
                                .orElseThrow()
                                .back()
                                .isPresent());
                assertThat(archive.watch()
                                .canary()
                                .last()
                                .orElseThrow()
                                .arrival()
                                .orElseThrow())
                        .as("by the right way")
                        .isGreaterThan(before);
            }
        }
    }

    /// Such as settings of a version that did not ask whose way it tests.
    @Test
    void aCanaryThatNamesNoSourceMayComeBackAsACopyWhereThereAreNoReports() throws Exception {
        Address copies = new Address("copies-7f3a@archive.example");
        Address others = new Address("others-7f3a@archive.example");
        archive.sources().remove(archive.acts(), "test", "exchange");
        archive.sources().add(archive.acts(), "test", "copies", Optional.of(copies), Family.MULTIDROP);
        Sink system = new Sink();
        try (SmtpServer mails = system.listen()) {
            archive.watch()
                    .settings()
                    .set(
                            archive.acts(),
                            "test",
                            Subject.CANARY,
                            Map.of(
                                    "server", "127.0.0.1:" + mails.address().getPort(),
                                    "from", "canary@firm.example",
                                    "to", "anna@firm.example",
                                    "within", "1"));
            archive.watch().attendNow();
            String canary = new String(system.take(), StandardCharsets.UTF_8);
            assertThat(awaitAlarm(AlarmKind.CANARY).text()).contains("has not come back through source copies.");
            archive.sources().add(archive.acts(), "test", "others", Optional.of(others), Family.MULTIDROP);
            archive.watch().attendNow();
            await(
                    "either would do",
                    () -> standing(AlarmKind.CANARY)
                            .filter(a -> a.text().contains("has not come back through any source of copies."))
                            .isPresent());
            send(others, canary);
            await("the alarm is over", () -> standing(AlarmKind.CANARY).isEmpty());
        }
    }

    /// What nobody need look at any more is no alarm any more.
    @Test
    void aQuarantineThatGrowsIsToldUntilItIsSeenTo() throws Exception {
        for (int i = 0; i < 10; i++) {
            assertThat(standing(AlarmKind.QUARANTINE)).isEmpty();
            send(JOURNAL, "Subject: " + i + "\r\n\r\nno report\r\n");
            archive.watch().attendNow();
        }
        assertThat(awaitAlarm(AlarmKind.QUARANTINE).text()).contains("10 mails or more", "exchange");
        long first = archive.quarantine().list(0, 1, false).getFirst().number();
        archive.quarantine().discard("test", first, "an advertisement");
        archive.watch().attendNow();
        await("it is over", () -> standing(AlarmKind.QUARANTINE).isEmpty());
    }

    @Test
    void aMailOverTheSizeLimitIsRefusedAndToldOf() throws Exception {
        try (Socket socket =
                        new Socket(server.smtp().getAddress(), server.smtp().getPort());
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.US_ASCII))) {
            in.readLine();
            for (String line : List.of("HELO mx.example", "MAIL FROM:<> SIZE=4000000000")) {
                socket.getOutputStream().write((line + "\r\n").getBytes(StandardCharsets.US_ASCII));
                if (line.startsWith("HELO")) {
                    in.readLine();
                }
            }
            assertThat(in.readLine()).startsWith("552");
        }
        assertThat(awaitAlarm(AlarmKind.REFUSED).text()).contains("refused for its size");
        assertThat(get("/metrics").body()).contains("carteggio_refused_total{source=\"unknown\"} 1");
    }

    /// An outsider who writes the field keeps no alarm quiet; and the true one is it once.
    @Test
    void onlyTheTestMessageThatIsUnderWayIsTakenForOne() throws Exception {
        String forged = "From: x@evil.example\r\nCarteggio-Canary: guessed\r\nSubject: Carteggio canary\r\n\r\nx\r\n";
        send(NDR, forged);
        assertThat(awaitAlarm(AlarmKind.MARKER))
                .satisfies(a -> assertThat(a.subject()).isEqualTo("alternate"))
                .satisfies(a -> assertThat(a.text()).contains("no journal report"));
        assertThat(get("/metrics").body()).doesNotContain("carteggio_alternate_canary_seconds");
        Sink system = new Sink();
        try (SmtpServer mails = system.listen()) {
            archive.watch()
                    .settings()
                    .set(
                            archive.acts(),
                            "test",
                            Subject.ALTERNATE_CANARY,
                            Map.of(
                                    "server",
                                    "127.0.0.1:" + mails.address().getPort(),
                                    "from",
                                    "canary@firm.example",
                                    "to",
                                    NDR.raw(),
                                    "alternate",
                                    "alternate"));
            archive.watch().attendNow();
            String canary = new String(system.take(), StandardCharsets.UTF_8);
            send(NDR, forged);
            send(JOURNAL, canary);
            send(NDR, canary);
            await(
                    "it is found",
                    () -> archive.watch()
                            .alternateCanary()
                            .last()
                            .orElseThrow()
                            .back()
                            .isPresent());
            send(NDR, canary);
        }
        PrometheusParser metrics = PrometheusParser.parse(get("/metrics").body());
        assertThat(metrics.value("carteggio_alternate_canary_seconds")).isBetween(0.0, 60.0);
        assertThat(metrics.value("carteggio_arrivals_total", "source", "alternate", "disposition", "notice"))
                .as("it, once")
                .isEqualTo(1);
        assertThat(metrics.value("carteggio_arrivals_total", "source", "alternate", "disposition", "quarantined"))
                .as("two forged ones, and what came after it")
                .isEqualTo(3);
        assertThat(metrics.value("carteggio_arrivals_total", "source", "exchange", "disposition", "quarantined"))
                .as("through another source")
                .isEqualTo(1);
        assertThat(standing(AlarmKind.NDR)).isEmpty();
    }

    @Test
    void theBooksPageWarnsOfAnAlternateMailboxAtTheSamePlace() {
        assertThat(archive.watch().warnings())
                .anyMatch(w -> w.contains("alternate") && w.contains("served by this same archive"))
                .anyMatch(w -> w.contains("Nobody is told"));
    }

    /// A mailbox that takes everything.
    private static final class Sink implements JournalMailbox {
        private final BlockingQueue<byte[]> mails = new LinkedBlockingQueue<>();

        SmtpServer listen() throws IOException {
            return SmtpServer.start(
                    new SmtpServer.Config(ANY, "mx.firm.example", Optional.empty(), Limits.DEFAULT),
                    this,
                    Clock.systemUTC());
        }

        byte[] take() throws InterruptedException {
            return Optional.ofNullable(mails.poll(60, TimeUnit.SECONDS)).orElseThrow();
        }

        @Override
        public Admission admission(Address recipient) {
            return Admission.TAKEN;
        }

        @Override
        public Reception open(Peer peer, Optional<Address> mailFrom, List<Address> rcptTo) {
            ByteArrayOutputStream mail = new ByteArrayOutputStream();
            return new Reception() {
                @Override
                public void write(byte[] octets, int offset, int length) {
                    mail.write(octets, offset, length);
                }

                @Override
                public String keep() {
                    mails.add(mail.toByteArray());
                    return "kept";
                }

                @Override
                public void close() {}
            };
        }

        @Override
        public void refused(Peer peer, Step.Refused mail) {}
    }
}
