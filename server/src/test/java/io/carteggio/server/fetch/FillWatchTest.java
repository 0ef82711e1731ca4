package io.carteggio.server.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.intake.Sources.Mailbox;
import io.carteggio.embedded.jobs.JobRun;
import io.carteggio.embedded.jobs.JobRun.Outcome;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.fetch.FillWatch.Measured;
import io.carteggio.server.fetch.FillWatch.Rise;
import io.carteggio.server.fetch.RemoteMailbox.Fill;
import io.carteggio.server.fetch.ews.EwsProtocol;
import io.carteggio.server.fetch.ews.ExchangeSimulator;
import io.carteggio.server.fetch.imap.ImapProtocol;
import io.carteggio.server.fetch.pop3.Pop3Protocol;
import io.carteggio.server.jobs.Jobs;
import io.carteggio.server.secret.Secrets;
import io.carteggio.server.watch.AlarmKind;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Quota, fill and oldest mail of fetched mailboxes, by what each protocol tells. By IMAP and POP3 of a
/// real server they
/// are seen in the acceptance tests.
@Tag("slow")
class FillWatchTest {
    private static final Instant NOW = Instant.parse("2026-11-29T02:00:00Z");
    private static final Duration NEW = Duration.ofMinutes(5);

    @TempDir
    Path directory = Path.of("");

    private final MemoryProtocol memory = new MemoryProtocol();
    private volatile Duration ahead = Duration.ZERO;
    private final Archive archive;
    private final FetchJobs fetches;
    private final Jobs jobs;

    FillWatchTest(@TempDir Path data) throws Exception {
        Clock clock = new Clock() {
            @Override
            public Instant instant() {
                return Instant.now().plus(ahead);
            }

            @Override
            public ZoneId getZone() {
                return ZoneOffset.UTC;
            }

            @Override
            public Clock withZone(ZoneId zone) {
                throw new UnsupportedOperationException();
            }
        };
        archive = Archive.open(data.resolve("archive"), Clock.systemUTC()).orElseThrow();
        fetches = new FetchJobs(
                archive,
                new Protocols(List.of(memory, new ImapProtocol(), new Pop3Protocol(), new EwsProtocol())),
                clock);
        jobs = new Jobs(archive.jobs(), fetches::all, archive.watch().alarms(), clock);
    }

    @AfterEach
    void close() throws Exception {
        jobs.close();
        archive.close();
    }

    private void add(String protocol, String... settings) throws ArchiveException {
        Map<String, String> all = new TreeMap<>(
                Map.of("host", "127.0.0.1", "user", "anna", "schedule", "manual", "timeout", "2", "tls", "none"));
        for (int i = 0; i < settings.length; i += 2) {
            all.put(settings[i], settings[i + 1]);
        }
        Mailbox mailbox = new Mailbox(protocol, all);
        fetches.check(mailbox);
        archive.sources().addMailbox(archive.acts(), "test", "box", Family.MULTIDROP, mailbox);
        fetches.keep("box", Map.of(Secrets.PASSWORD, protocol.equals("ews") ? "s\u20accret" : "secret"));
    }

    private JobRun run() throws ArchiveException {
        return jobs.runNow(jobs.named("box").orElseThrow(), "test", _ -> {}).orElseThrow();
    }

    /// The alarm about the mailbox, where one stands.
    private Optional<String> standing() {
        return archive.watch().standing().stream()
                .filter(a -> a.kind() == AlarmKind.JOB && a.subject().equals("box mailbox"))
                .map(a -> a.text())
                .findFirst();
    }

    private FetchJobs.Fullness full() {
        return fetches.fullness("box").orElseThrow();
    }

    // ---- what is an alarm

    private record Row(
            String why, Fill fill, Optional<Duration> archived, List<String> settings, Rise rise, String alarm) {}

    private static Fill fill(long mails, long used, long limit, Duration oldest) {
        return new Fill(mails, Optional.of(used), Optional.of(limit), Optional.of(NOW.minus(oldest)));
    }

    private static Fill told(long mails) {
        return new Fill(mails, Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static Rise rise(Duration ago, long mails) {
        return new Rise(NOW.minus(ago), mails);
    }

    private static Row row(String why, Fill fill, String alarm, String... settings) {
        return new Row(why, fill, Optional.empty(), List.of(settings), rise(Duration.ZERO, 0), alarm);
    }

    private static Row archived(String why, Duration ago, String alarm, String... settings) {
        return new Row(why, told(1), Optional.of(ago), List.of(settings), rise(Duration.ZERO, 0), alarm);
    }

    private static Row rising(String why, Rise rise, long mails, String alarm, String... settings) {
        return new Row(why, told(mails), Optional.empty(), List.of(settings), rise, alarm);
    }

    @Test
    void aFullMailboxAndMailThatDoesNotLeaveAreAlarms() {
        Duration hours47 = Duration.ofHours(47);
        Duration hours49 = Duration.ofHours(49);
        Fill unlimited = new Fill(3, Optional.of(1_900L << 20), Optional.empty(), Optional.empty());
        for (Row row : List.of(
                row("it is to stay", fill(3, 899, 1_000, Duration.ofDays(900)), "", "after", "keep"),
                row("90 %", fill(3, 900, 1_000, NEW), "90 % full", "after", "keep"),
                row("too much for a long, a hundred times", fill(3, 1L << 60, 1L << 60, NEW), "100 % full"),
                row("no limit", fill(3, 900, 0, NEW), ""),
                row("the server tells none, the administrator does", unlimited, "92 % full", "quota", "2G"),
                row("and it is far", unlimited, "", "quota", "4G"),
                row("the server's own counts", fill(3, 899, 1_000, NEW), "", "quota", "900"),
                row("young", fill(3, 1, 1_000, hours47), "", "after", "delete"),
                row("old", fill(3, 1, 1_000, hours49), "is still there", "after", "delete"),
                row("old", fill(3, 1, 1_000, hours49), "is still there", "after", "move:Kept"),
                row("its time has not come", fill(3, 1, 1_000, Duration.ofDays(10)), "", "after", "delete:30"),
                row(
                        "what is let go stays",
                        fill(3, 1, 1, hours49),
                        "100 % full",
                        "after",
                        "delete",
                        "unknown",
                        "discard"),
                archived("by our books", hours47, "", "after", "delete"),
                archived("by our books", hours49, "is still there", "after", "delete"),
                archived("by our books", hours49, "is still there", "after", "delete", "unknown", "discard"),
                archived("its time has not come", Duration.ofDays(31), "", "after", "delete:30"),
                archived("it has", Duration.ofDays(33), "is still there", "after", "delete:30"),
                archived("it is to stay", Duration.ofDays(900), "", "after", "keep"),
                rising(
                        "for a day",
                        rise(Duration.ofDays(1), 5),
                        105,
                        "5 at 2026-11-28T02:00:00Z, now 105",
                        "after",
                        "delete"),
                rising("not for a day", rise(Duration.ofHours(23), 5), 500, "", "after", "delete"),
                rising("what is coming in", rise(Duration.ofDays(9), 5), 104, "", "after", "delete"),
                rising("it is to stay", rise(Duration.ofDays(9), 5), 500, "", "after", "keep"),
                rising("it is to stay for days", rise(Duration.ofDays(9), 5), 500, "", "after", "delete:30"),
                row("the server tells nothing", told(3), ""))) {
            Map<String, String> settings = new TreeMap<>(Map.of("host", "h"));
            for (int i = 0; i < row.settings.size(); i += 2) {
                settings.put(row.settings.get(i), row.settings.get(i + 1));
            }
            Measured measured =
                    FillWatch.measured(row.fill, row.archived.map(NOW::minus), new Settings(settings), NOW, row.rise);
            if (row.alarm.isEmpty()) {
                assertThat(measured.alarm()).as(row.why).isEmpty();
            } else {
                assertThat(measured.alarm().orElse("none")).as(row.why).contains(row.alarm);
            }
        }
    }

    @Test
    void aRiseEndsWhereMailLeaves() {
        Rise rise = new Rise(NOW, 5);
        Instant later = NOW.plusSeconds(60);
        assertThat(rise.goesOn(told(7), 7, later)).isEqualTo(rise);
        assertThat(rise.goesOn(told(8), 7, later)).isEqualTo(rise);
        assertThat(rise.goesOn(told(6), 7, later)).isEqualTo(new Rise(later, 6));
        assertThat(rise.goesOn(told(0), 0, later)).isEqualTo(new Rise(later, 0));
    }

    // ---- what is looked at, and when

    @Test
    void mailsThatOnlyComeAreAnAlarmUntilTheyLeave() throws Exception {
        add("memory", "after", "delete");
        memory.removes = false;
        for (int hour = 0; hour <= 24; hour++) {
            assertThat(standing()).as("after %s hours", hour).isEmpty();
            for (long n = 0; n < 5; n++) {
                long uid = 5L * hour + n;
                memory.mails.put(uid, "From: a@firm.example\r\nMessage-ID: <" + uid + "@firm.example>\r\n\r\n" + uid);
            }
            run();
            ahead = ahead.plus(FillWatch.INTERVAL);
        }
        assertThat(standing().orElseThrow()).contains("mails only come and none leave: 5 at", "now 125");
        memory.removes = true;
        run();
        assertThat(standing()).isEmpty();
    }

    @Test
    void aMailboxIsMeasuredOnceAnHourAndOfAnotherSourceAnew() throws Exception {
        add("memory", "after", "keep");
        run();
        Instant first = full().at();
        ahead = Duration.ofMinutes(59);
        run();
        assertThat(full().at()).isEqualTo(first);
        ahead = Duration.ofMinutes(61);
        run();
        assertThat(full().at()).isAfter(first);
        fetches.lookAnew("box");
        assertThat(fetches.fullness("box")).isEmpty();
        run();
        assertThat(full().fill().mails()).isZero();
    }

    // ---- what protocols tell

    /// Of a folder of Exchange: count, octets and the oldest mail; also where the run fails, which it
    /// does here since nothing may be deleted.
    @Test
    void anExchangeMailboxIsWatched() throws Exception {
        try (ExchangeSimulator exchange = new ExchangeSimulator(directory)) {
            add(
                    "ews",
                    "host",
                    "localhost",
                    "port",
                    Integer.toString(exchange.port()),
                    "tls",
                    "implicit",
                    "certificate",
                    "sha256:" + exchange.certificateSum(),
                    "user",
                    "FIRM\\journal",
                    "after",
                    "delete",
                    "quota",
                    "1K");
            byte[] mail = ("From: a@firm.example\r\n\r\n" + "x".repeat(1_000)).getBytes(StandardCharsets.US_ASCII);
            Instant came = Instant.now().minus(Duration.ofDays(3)).truncatedTo(ChronoUnit.SECONDS);
            exchange.put(new ExchangeSimulator.Item("AAMk1", mail, 1, came, "Message"));
            exchange.mayNotDelete();
            assertThat(run().outcome()).isEqualTo(Outcome.FAILED);
            assertThat(full().fill())
                    .isEqualTo(new Fill(1, Optional.of((long) mail.length), Optional.empty(), Optional.of(came)));
            assertThat(full().limitBytes()).contains(1_024L);
            assertThat(standing().orElseThrow()).contains("100 % full", "mail of " + came + " is still there");
            exchange.mayDeleteAgain();
            exchange.tellsNoSize();
            ahead = FillWatch.AGAIN;
            assertThat(run().outcome()).isEqualTo(Outcome.DONE);
            assertThat(full().fill()).isEqualTo(told(0));
            assertThat(standing()).as("it is over").isEmpty();
            assertThat(exchange.refusals()).isEmpty();
        }
    }

    /// Of a maildrop: count and octets by STAT, the oldest mail by its header; also where the run fails.
    @Test
    void aMaildropIsWatched() throws Exception {
        try (ScriptedServer server = new ScriptedServer("""
                S: +OK hello
                C: CAPA
                S: +OK
                S: TOP
                S: .
                C: USER anna
                S: +OK
                C: PASS secret
                S: +OK
                C: STAT
                S: +OK 2 1900
                C: STAT
                S: +OK 2 1900
                C: TOP 1 0
                S: +OK
                S: Received: from mx.firm.example (1; 2) by pop.firm.example
                S:   for <j@firm.example>; Tue, 3 Mar 2026 10:00:00 +0100
                S: Received: from there by mx.firm.example; Mon, 1 Jan 2001 00:00:00 +0000
                S: Date: Mon, 1 Jan 1990 00:00:00 +0000
                S:
                S: .
                C: UIDL
                S: -ERR [SYS/TEMP] not now
                """)) {
            add("pop3", "port", Integer.toString(server.port()), "after", "delete", "quota", "2K");
            assertThat(run().outcome()).isEqualTo(Outcome.FAILED);
            Instant came = Instant.parse("2026-03-03T09:00:00Z");
            assertThat(full().fill()).isEqualTo(new Fill(2, Optional.of(1_900L), Optional.empty(), Optional.of(came)));
            assertThat(standing().orElseThrow()).contains("92 % full", "mail of " + came + " is still there");
            assertThat(server.failure()).isEmpty();
        }
    }

    /// A server that breaks off where it is measured does so once an hour, not in each run.
    @Test
    void whatCannotBeMeasuredStopsNoRunButOne() throws Exception {
        String in = """
                S: +OK hello
                C: CAPA
                S: -ERR
                C: USER anna
                S: +OK
                C: PASS secret
                S: +OK
                C: STAT
                S: +OK 1 100
                """;
        try (ScriptedServer server = new ScriptedServer(in + """
                C: STAT
                S: +OK 1 100
                C: TOP 1 0
                X
                --
                """ + in + """
                C: UIDL
                S: +OK
                S: 1 a
                S: .
                C: RETR 1
                S: +OK
                S: From: a@firm.example
                S:
                S: Text
                S: .
                """)) {
            add("pop3", "port", Integer.toString(server.port()), "after", "keep");
            assertThat(run().outcome()).isEqualTo(Outcome.FAILED);
            assertThat(run().counts().letters()).isEqualTo(1);
            assertThat(server.failure()).isEmpty();
        }
    }
}
