package io.carteggio.server.watch;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.Books.Account;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.LetterRef;
import io.carteggio.archive.extraction.Extractor;
import io.carteggio.archive.extraction.TextFollower;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.embedded.jobs.JobStore;
import io.carteggio.embedded.reports.QueuedReport;
import io.carteggio.mail.extract.Shortfall;
import io.carteggio.server.watch.PrometheusText.Histogram;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;

/// What monitors measure. Counts come from the books, so they go on across restarts; delays are counted since
/// the start. Safe for many threads.
final class Metrics {
    private static final List<Double> DELAYS =
            List.of(1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 14400.0, 86400.0, 604800.0);

    private final Map<String, Histogram> delays = new ConcurrentHashMap<>();
    private final Map<String, LongAdder> unknown = new ConcurrentHashMap<>();

    /// Takes an arrival into account. Quick.
    ///
    /// @param ofNobody whether nobody is known in its letters
    void arrived(ArrivalEntry entry, boolean ofNobody) {
        if (ofNobody) {
            unknown.computeIfAbsent(entry.source(), s -> new LongAdder()).increment();
        }
        switch (entry.family()) {
            case REPORT, NDR, MULTIDROP ->
                sent(entry)
                        .ifPresent(at -> delays.computeIfAbsent(entry.source(), s -> new Histogram(DELAYS))
                                .observe(Duration.between(at, entry.arrived()).toMillis() / 1000.0));
            case AUTO, MAILBOX -> {} // files: how old they are says nothing
        }
    }

    /// When the mail was sent, as it says itself; where it lies about that, when its report was made.
    private static Optional<Instant> sent(ArrivalEntry entry) {
        return entry.letters().stream()
                .map(LetterRef::said)
                .flatMap(Optional::stream)
                .findFirst()
                .filter(at -> !at.isAfter(entry.arrived()))
                .or(() -> entry.letters().isEmpty() ? Optional.empty() : entry.vouched())
                .filter(at -> !at.isAfter(entry.arrived()));
    }

    /// What else a scrape tells.
    ///
    /// @param certificate when the listener's ends
    /// @param channels that do not work
    /// @param agent the journaling agent, where one looks at mail
    record Rest(
            List<Alarm> standing,
            Optional<Instant> certificate,
            int channels,
            Optional<Duration> canary,
            Optional<Duration> alternateCanary,
            Optional<AgentCounts> agent) {}

    String text(Watched watched, Rest rest) throws ArchiveException {
        PrometheusText out = new PrometheusText();
        Map<String, Account> accounts = new TreeMap<>();
        Map<String, Long> refused = new TreeMap<>(watched.refused());
        Books books = watched.catalogue().books();
        Set<String> names = new LinkedHashSet<>();
        watched.sources().stream().map(Source::name).forEach(names::add);
        names.addAll(refused.keySet());
        names.forEach(name -> accounts.put(name, Account.nothing(name)));
        books.sources().forEach(a -> accounts.put(a.source(), a));

        out.family("carteggio_received_total", PrometheusText.Type.COUNTER, "Arrivals by source.");
        accounts.values().forEach(a -> out.sample("carteggio_received_total", a.received(), source(a)));
        out.family(
                "carteggio_arrivals_total",
                PrometheusText.Type.COUNTER,
                "Arrivals by source and what became of them; they add up to carteggio_received_total.");
        for (Account a : accounts.values()) {
            arrivals(out, a, "letters", a.letters());
            arrivals(out, a, "evidence", a.evidence());
            arrivals(out, a, "notice", a.notices());
            arrivals(out, a, "quarantined", a.quarantined());
            arrivals(out, a, "discarded", a.discarded());
        }
        out.family(
                "carteggio_originals_total",
                PrometheusText.Type.COUNTER,
                "Letters that came for the first time, by source.");
        accounts.values().forEach(a -> out.sample("carteggio_originals_total", a.originals(), source(a)));
        out.family(
                "carteggio_received_bytes_total", PrometheusText.Type.COUNTER, "Octets of all arrivals as they came.");
        accounts.values().forEach(a -> out.sample("carteggio_received_bytes_total", a.rawBytes(), source(a)));
        out.family(
                "carteggio_refused_total",
                PrometheusText.Type.COUNTER,
                "Mails over the size limit: in nobody's archive.");
        accounts.values()
                .forEach(a -> out.sample("carteggio_refused_total", refused.getOrDefault(a.source(), 0L), source(a)));
        out.family(
                "carteggio_unknown_total",
                PrometheusText.Type.COUNTER,
                "Arrivals with letters in which nobody is known, by source, since the start.");
        for (String name : accounts.keySet()) {
            LongAdder number = unknown.getOrDefault(name, new LongAdder());
            out.sample("carteggio_unknown_total", number.sum(), Map.entry("source", name));
        }
        jobs(out, watched.jobs());
        rest.agent().ifPresent(agent -> agent(out, agent));
        reports(out, watched);
        out.family(
                "carteggio_last_report_timestamp_seconds",
                PrometheusText.Type.GAUGE,
                "When the last report came from a source by its main way.");
        for (Account a : accounts.values()) {
            watched.catalogue()
                    .lastReport(a.source())
                    .ifPresent(at -> out.sample(
                            "carteggio_last_report_timestamp_seconds", at.toEpochMilli() / 1000.0, source(a)));
        }
        out.family(
                "carteggio_delay_seconds",
                PrometheusText.Type.HISTOGRAM,
                "From when a mail was sent until it was archived.");
        new TreeMap<>(delays).forEach((name, h) -> h.write(out, "carteggio_delay_seconds", "source", name));
        out.family("carteggio_gaps_open", PrometheusText.Type.GAUGE, "Reports that are known to be missing.")
                .sample("carteggio_gaps_open", watched.catalogue().openGaps().size());

        gauge(
                out,
                "carteggio_letters",
                "Letters in the archive.",
                watched.catalogue().letters());
        gauge(out, "carteggio_index_lag_letters", "Letters that cannot be found yet.", watched.indexLag());
        texts(out, watched);
        gauge(out, "carteggio_index_bytes", "Octets of the index.", watched.indexBytes());
        gauge(out, "carteggio_stored_bytes", "Octets of the archive but for its index.", watched.storedBytes());
        gauge(out, "carteggio_disk_free_bytes", "Octets left where the archive lies.", watched.freeBytes());
        gauge(out, "carteggio_ledger_leaves", "Frames that the ledger vouches for.", watched.ledgerLeaves());
        gauge(
                out,
                "carteggio_ready",
                "1 while mail is taken.",
                watched.trouble().isPresent() ? 0 : 1);
        rest.certificate()
                .ifPresent(at -> gauge(
                        out,
                        "carteggio_certificate_expiry_timestamp_seconds",
                        "When the listener's certificate ends.",
                        at.getEpochSecond()));
        watched.lastBackup()
                .ifPresent(at -> gauge(
                        out,
                        "carteggio_last_backup_timestamp_seconds",
                        "When the last backup was made.",
                        at.getEpochSecond()));
        rest.canary()
                .ifPresent(took -> gauge(
                        out,
                        "carteggio_canary_seconds",
                        "How long the last test message was under way.",
                        took.toMillis() / 1000.0));
        rest.alternateCanary()
                .ifPresent(took -> gauge(
                        out,
                        "carteggio_alternate_canary_seconds",
                        "How long the last test message to the alternate mailbox was under way.",
                        took.toMillis() / 1000.0));
        gauge(out, "carteggio_alarm_channels_failing", "Ways to tell alarms that do not work.", rest.channels());
        out.family("carteggio_alarms", PrometheusText.Type.GAUGE, "Alarms that stand, by kind.");
        for (AlarmKind kind : AlarmKind.values()) {
            long standing =
                    rest.standing().stream().filter(a -> a.kind() == kind).count();
            out.sample("carteggio_alarms", standing, Map.entry("kind", kind.word()));
        }
        return out.text();
    }

    /// What could not be searched, and how reading attachments goes on.
    private static void texts(PrometheusText out, Watched watched) throws ArchiveException {
        SearchIndex.Coverage coverage = watched.coverage();
        gauge(
                out,
                "carteggio_not_fully_searched_letters",
                "Letters in which words may be that no search finds.",
                coverage.notFullySearched());
        out.family(
                "carteggio_unsearched_letters",
                PrometheusText.Type.GAUGE,
                "The same by reason; a letter may have several. Those that wait are being read.");
        for (Shortfall why : Shortfall.values()) {
            out.sample("carteggio_unsearched_letters", coverage.of(why), Map.entry("why", why.word()));
        }
        gauge(
                out,
                "carteggio_attachments_outdated_letters",
                "Letters whose attachments an older reader has read; they are being read again.",
                coverage.outdated());
        Optional<TextFollower.Standing> standing = watched.texts().map(TextFollower::standing);
        gauge(
                out,
                "carteggio_attachments_reading",
                "1 while attachments are read, also where none waits.",
                standing.isPresent() && standing.get().trouble().isEmpty() ? 1 : 0);
        if (standing.isPresent()) {
            out.family(
                            "carteggio_attachments_read_total",
                            PrometheusText.Type.COUNTER,
                            "Attachments that were read since the start, those known from before too.")
                    .sample("carteggio_attachments_read_total", standing.get().attachments());
            out.family(
                    "carteggio_attachment_shortfalls_total",
                    PrometheusText.Type.COUNTER,
                    "Attachments that were not read wholly since the start, by reason.");
            standing.get()
                    .shortfalls()
                    .forEach((why, n) ->
                            out.sample("carteggio_attachment_shortfalls_total", n, Map.entry("why", why.word())));
            Extractor.Condition readers =
                    watched.texts().orElseThrow().extractor().condition();
            gauge(out, "carteggio_attachment_readers", "Programs that read attachments.", readers.running());
            gauge(
                    out,
                    "carteggio_attachment_readers_resident_bytes",
                    "What they take of memory.",
                    readers.residentBytes());
            out.family(
                            "carteggio_attachment_readers_ended_total",
                            PrometheusText.Type.COUNTER,
                            "Programs that an attachment ended, or that were ended over one, since the start.")
                    .sample("carteggio_attachment_readers_ended_total", readers.killed());
        }
    }

    private static void agent(PrometheusText out, AgentCounts agent) {
        counter(
                out,
                "carteggio_agent_messages_total",
                "Messages that the journaling agent saw since the start.",
                agent.messages());
        counter(out, "carteggio_agent_reports_total", "Reports that it made since the start.", agent.reports());
        counter(
                out,
                "carteggio_agent_gaps_total",
                "Gap records that it kept since the start, of messages whose rule is disabled.",
                agent.gaps());
        counter(
                out,
                "carteggio_agent_unjournaled_total",
                "Messages that went on since the start and could not be journaled.",
                agent.unjournaled());
    }

    private static void reports(PrometheusText out, Watched watched) throws ArchiveException {
        Map<QueuedReport.State, Long> counts = watched.reports();
        out.family(
                "carteggio_agent_queue_reports",
                PrometheusText.Type.GAUGE,
                "Reports of the journaling agent that are not delivered, by how far they are.");
        for (QueuedReport.State state : QueuedReport.State.values()) {
            out.sample(
                    "carteggio_agent_queue_reports", counts.getOrDefault(state, 0L), Map.entry("state", state.word()));
        }
        watched.oldestReport()
                .ifPresent(at -> gauge(
                        out,
                        "carteggio_agent_queue_oldest_timestamp_seconds",
                        "Since when the oldest of them waits.",
                        at.toEpochMilli() / 1000.0));
        Map<String, Long> troubles = new TreeMap<>(Map.of("unreachable", 0L, "refused", 0L, "suspended", 0L));
        watched.mailboxesInTheWay().values().forEach(one -> troubles.merge(one.trouble(), 1L, Long::sum));
        out.family(
                "carteggio_agent_mailboxes",
                PrometheusText.Type.GAUGE,
                "Mailboxes that reports cannot be delivered to, by what is wrong.");
        troubles.forEach((word, n) -> out.sample("carteggio_agent_mailboxes", n, Map.entry("trouble", word)));
    }

    private static void counter(PrometheusText out, String name, String help, long value) {
        out.family(name, PrometheusText.Type.COUNTER, help).sample(name, value);
    }

    private static void jobs(PrometheusText out, Map<String, JobStore.State> jobs) {
        out.family(
                "carteggio_job_failures",
                PrometheusText.Type.GAUGE,
                "Runs in a row that did not end well, the last one too.");
        jobs.forEach((name, state) -> out.sample("carteggio_job_failures", state.failures(), Map.entry("job", name)));
        out.family(
                "carteggio_job_paused",
                PrometheusText.Type.GAUGE,
                "1 where the job runs only when somebody tells it to.");
        jobs.forEach(
                (name, state) -> out.sample("carteggio_job_paused", state.paused() ? 1 : 0, Map.entry("job", name)));
        out.family(
                "carteggio_job_last_success_timestamp_seconds",
                PrometheusText.Type.GAUGE,
                "When a run of the job last ended well.");
        jobs.forEach((name, state) -> state.success()
                .ifPresent(at -> out.sample(
                        "carteggio_job_last_success_timestamp_seconds",
                        at.toEpochMilli() / 1000.0,
                        Map.entry("job", name))));
    }

    private static Map.Entry<String, String> source(Account account) {
        return Map.entry("source", account.source());
    }

    private static void arrivals(PrometheusText out, Account account, String disposition, long number) {
        out.sample("carteggio_arrivals_total", number, source(account), Map.entry("disposition", disposition));
    }

    private static void gauge(PrometheusText out, String name, String help, long value) {
        out.family(name, PrometheusText.Type.GAUGE, help).sample(name, value);
    }

    private static void gauge(PrometheusText out, String name, String help, double value) {
        out.family(name, PrometheusText.Type.GAUGE, help).sample(name, value);
    }
}
