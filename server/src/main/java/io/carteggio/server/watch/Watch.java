package io.carteggio.server.watch;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.authenticity.Verdict;
import io.carteggio.archive.catalogue.Catalogue.Registration;
import io.carteggio.archive.catalogue.QuarantineEntry;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.intake.Intake;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.vault.Kept;
import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.mail.Address;
import io.carteggio.mail.report.Unwrapped;
import io.carteggio.mail.report.Warning;
import io.carteggio.mail.smtp.Reply;
import io.carteggio.server.secret.Secrets;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.tls.TlsContexts;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Looks after an archive: every minute at everything, and at once at what just came. [#look] is the list of
/// what it looks at.
///
/// Without [#start] it only notes what happens, for the next process that starts it: short commands tell
/// nobody.
public final class Watch implements Monitor, AutoCloseable {
    private static final Duration LOOK = Duration.ofMinutes(1);
    private static final Duration GATHER = Duration.ofMillis(200);
    private static final Duration AFTER_DUE = Duration.ofMillis(50);
    private static final Duration PROBE = Duration.ofMinutes(5);
    private static final Duration DELIVER = Duration.ofSeconds(3);
    private static final Duration PROBE_TIMEOUT = Duration.ofSeconds(10);
    private static final int TOKEN_BYTES = 16;
    private static final Logger LOG = LoggerFactory.getLogger(Watch.class);

    private final Path directory;
    private final Watched watched;
    private final Settings settings;
    private final Function<Settings.Subject, Secrets> secrets;
    private final Alarms alarms;
    private final Metrics metrics = new Metrics();
    private volatile Optional<AgentCounts> agent = Optional.empty();
    private final Canary canary;
    private final Canary alternateCanary;
    private final Courier courier;
    private final Clock clock;
    private final String metricsToken;
    private final Semaphore news = new Semaphore(0);
    private Optional<Thread> watching = Optional.empty();
    private Optional<Thread> telling = Optional.empty();
    private volatile boolean closing;

    private volatile Listener listener = new Listener(Submission.host(), Optional.empty(), Optional.empty());
    private final Set<String> reaching = ConcurrentHashMap.newKeySet();
    private volatile Reach reach = (source, told) -> {};
    private volatile boolean running;
    private volatile boolean hurried;
    private long comparedTo; // belongs to the watching thread from its start on
    private Instant looked = Instant.MIN;
    private Instant probed = Instant.MIN;
    private Instant judged = Instant.MIN;

    /// The listener in front of the archive.
    ///
    /// @param name how messages call the archive
    /// @param address where it takes mail
    /// @param certificate when its certificate ends
    public record Listener(String name, Optional<InetSocketAddress> address, Optional<Instant> certificate) {}

    /// @param directory for files of the watch's own
    /// @param secrets those of each subject of the settings
    public Watch(
            Path directory,
            Watched watched,
            Settings settings,
            Function<Settings.Subject, Secrets> secrets,
            Alarms alarms,
            Clock clock)
            throws IOException {
        this.directory = directory;
        this.watched = watched;
        this.settings = settings;
        this.secrets = secrets;
        this.alarms = alarms;
        this.clock = clock;
        this.canary = new Canary(directory.resolve("canary.json"), secrets.apply(Settings.Subject.CANARY), clock);
        this.alternateCanary = new Canary(
                directory.resolve("alternate-canary.json"), secrets.apply(Settings.Subject.ALTERNATE_CANARY), clock);
        this.courier = new Courier(alarms, this::channels, clock);
        this.metricsToken = token(directory);
        this.comparedTo = comparedTo(directory.resolve("gaps"));
    }

    /// Where there is no room for the file, the token is another one at each start: the archive opens all the
    /// same.
    private static String token(Path directory) {
        Path file = directory.resolve("metrics.token");
        byte[] octets = new byte[TOKEN_BYTES];
        new SecureRandom().nextBytes(octets);
        String token = HexFormat.of().formatHex(octets);
        try {
            if (Files.exists(file)) {
                return Files.readString(file).strip();
            }
            DurableFiles.createDirectories(directory);
            DurableFiles.write(file, (token + "\n").getBytes(StandardCharsets.US_ASCII));
        } catch (IOException e) {
            LOG.warn("the token for metrics cannot be kept in {}: {}", file, e.getMessage());
        }
        return token;
    }

    private static long comparedTo(Path file) throws IOException {
        String text = Files.exists(file) ? Files.readString(file).strip() : "";
        return text.matches("[0-9]{1,18}") ? Long.parseLong(text) : 0;
    }

    public Settings settings() {
        return settings;
    }

    public Alarms alarms() {
        return alarms;
    }

    public Canary canary() {
        return canary;
    }

    /// The one to the alternate journaling mailbox.
    public Canary alternateCanary() {
        return alternateCanary;
    }

    /// Whether a test message with this token was sent lately to the alternate mailbox of a source.
    public boolean sentTest(String source, String token) {
        return alternateCanary.sent(source, token);
    }

    /// Whether a mailbox of another server can be got into: host, TLS, log-in, folder.
    @FunctionalInterface
    public interface Reach {
        /// Tries it, and changes nothing there.
        ///
        /// @param told hears why not, or nothing where it can; is not called where a run is in it
        ///     right now
        void test(Source source, Consumer<Optional<String>> told);
    }

    /// How the mailboxes are tried that mail is fetched from.
    public void reachBy(Reach how) {
        reach = how;
    }

    /// Begins to look, and to tell.
    public void start(Listener inFront) {
        listener = inFront;
        running = true;
        watching = Optional.of(Thread.ofVirtual().name("watch").start(this::watch));
        telling = Optional.of(Thread.ofVirtual().name("courier").start(this::deliver));
    }

    /// When the listener's certificate ends, where there is one.
    public Optional<Instant> certificateEnds() {
        return listener.certificate();
    }

    /// Whether it looks and tells.
    public boolean isRunning() {
        return running;
    }

    /// Has it look at everything now, instead of within the minute.
    public void attendNow() {
        hurried = true;
        news.release();
    }

    // ---- what comes

    /// Takes note of a frame, right after it was registered. Quick: the catalogue's own thread calls it.
    public void registered(Registration registration) {
        if (!(registration instanceof Registration.OfArrival(Kept kept, ArrivalEntry entry))) {
            return;
        }
        metrics.arrived(entry, watched.isUnknown(entry));
        boolean test = entry.reason().equals(Optional.of(Intake.TEST_MESSAGE));
        boolean cameBack = !test
                && switch (entry.family()) {
                    case NDR -> entry.via().isPresent() || entry.disposition() == Disposition.NOTICE;
                    case REPORT -> entry.via().isPresent();
                    case MULTIDROP, AUTO, MAILBOX -> false;
                };
        if (cameBack) {
            alarms.raise(
                    AlarmKind.NDR,
                    entry.source(),
                    entry.letters().isEmpty()
                            ? "The alternate journaling mailbox got a notice: "
                                    + entry.reason().orElse("without a reason") + "."
                            : "A journal report came back and was archived: the main way was down.");
        }
        if (entry.reason().equals(Optional.of(Intake.ERASED))) {
            alarms.raise(
                    AlarmKind.ERASED,
                    entry.source(),
                    "Mail that was erased came again and was discarded. To let it in: carteggio erase --readmit.");
        }
        odd(kept.number(), entry);
        boolean gap = entry.via().equals(Optional.of("gap"));
        boolean awaited = canary.arrived(kept.number(), entry, watched);
        boolean awaitedThere = alternateCanary.arrived(kept.number(), entry, watched);
        if (awaited || awaitedThere || gap) {
            news.release();
        }
    }

    /// Mail of a source of reports that is not what it should be: each once is worth a look.
    private void odd(long number, ArrivalEntry entry) {
        if (Verdict.isReason(entry.reason())) {
            alarms.raise(
                    AlarmKind.AUTHENTICITY,
                    entry.source(),
                    "Mail was put into quarantine, arrival " + number + ": "
                            + entry.reason().orElseThrow() + ".");
            return;
        }
        if (entry.family() != Family.REPORT && entry.family() != Family.NDR) {
            return;
        }
        boolean quarantined = entry.disposition() == Disposition.QUARANTINED;
        if (quarantined && entry.reason().equals(Optional.of(Unwrapped.Plain.WORDS))) {
            alarms.raise(
                    AlarmKind.MARKER,
                    entry.source(),
                    "Mail came that is no journal report, or whose marker is gone with all else that tells one; it is"
                            + " kept in quarantine, arrival " + number + ".");
        } else if (quarantined) {
            alarms.raise(
                    AlarmKind.UNREADABLE,
                    entry.source(),
                    "A report cannot be read; it is kept in quarantine, arrival " + number + ": "
                            + entry.reason().orElse("no reason") + ".");
        }
        if (warned(entry, Warning.Code.MARKER_STRIPPED)) {
            alarms.raise(
                    AlarmKind.MARKER,
                    entry.source(),
                    "Reports come without the marker (X-MS-Journal-Report); they are still known by all else. What"
                            + " takes it away may take more.");
        }
        if (entry.warnings().contains(Warning.Code.ENCRYPTED.name())) { // by rights management: others have a detail
            alarms.raise(
                    AlarmKind.PROTECTED,
                    entry.source(),
                    "A report brought a protected mail alone, without a clear copy: it cannot be searched. Switch on"
                            + " journal report decryption.");
        }
    }

    private static boolean warned(ArrivalEntry entry, Warning.Code code) {
        return entry.warnings().stream().anyMatch(w -> w.equals(code.name()) || w.startsWith(code.name() + ":"));
    }

    // ---- watching

    private void watch() {
        try {
            while (!closing) {
                step();
                news.tryAcquire(1, rest().toMillis(), TimeUnit.MILLISECONDS);
                Thread.sleep(GATHER); // in a flood, many at once
                news.drainPermits();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private Duration rest() {
        return rest(
                clock.instant(),
                judged,
                Stream.of(due(canary, settings.canary()), due(alternateCanary, settings.alternateCanary()))
                        .flatMap(Optional::stream)
                        .toList());
    }

    /// Until the next look; no longer than until a canary is due. One that came due since the canaries were
    /// last judged is judged at once: a look may take longer than was left.
    static Duration rest(Instant now, Instant judged, List<Instant> due) {
        return due.stream()
                .filter(at -> !at.isBefore(judged))
                .map(at -> at.isAfter(now) ? Duration.between(now, at).plus(AFTER_DUE) : Duration.ZERO)
                .filter(until -> until.compareTo(LOOK) < 0)
                .min(Comparator.naturalOrder())
                .orElse(LOOK);
    }

    private static Optional<Instant> due(Canary canary, Optional<Settings.Canary> set) {
        return set.flatMap(s ->
                canary.last().filter(Canary.Flight::isAwaited).map(f -> f.sent().plus(s.within())));
    }

    private void step() {
        attend("the canary", () -> canary.look(watched));
        attend("the alternate mailbox's canary", () -> alternateCanary.look(watched));
        attend("gaps", this::gaps);
        Instant now = clock.instant();
        if (hurried || !now.isBefore(looked.plus(LOOK).minusSeconds(1))) {
            probed = hurried ? Instant.MIN : probed;
            hurried = false;
            looked = now;
            look(now);
        } else {
            canaries(now);
        }
    }

    /// One thing to look at.
    private interface Glance {
        void at() throws ArchiveException, IOException;
    }

    /// What fails is said, and hinders nothing else.
    private static void attend(String what, Glance glance) {
        try {
            glance.at();
        } catch (ArchiveException | IOException | RuntimeException e) {
            LOG.warn("cannot look after {}: {}", what, String.valueOf(e.getMessage()));
        }
    }

    /// Looks at everything.
    void look(Instant now) {
        attend("intake", () -> standing(AlarmKind.TROUBLE, "archive", watched.condition()));
        attend("the ledger", () -> {
            List<String> trouble = watched.concerns();
            standing(
                    AlarmKind.LEDGER,
                    "ledger",
                    trouble.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", trouble)));
        });
        attend("the disk", this::disk);
        attend("the quarantine", () -> quarantine(now));
        attend("the certificate", () -> certificate(now));
        attend("silence", () -> silence(now));
        attend(
                "backups",
                () -> standing(
                        AlarmKind.BACKUP,
                        "backup",
                        watched.lastBackup()
                                .filter(at -> now.isAfter(at.plus(
                                        Duration.ofDays(settings.limits().backupDays()))))
                                .map(at -> "The last backup was made at " + at.truncatedTo(ChronoUnit.SECONDS)
                                        + ": 'carteggio backup --to DIR'.")));
        attend(
                "rights",
                () -> standing(
                        AlarmKind.REVIEW,
                        "access",
                        watched.reviewDue()
                                .filter(due -> !now.isBefore(due))
                                .map(due -> "Who has which rights was to be looked at by " + due
                                        + ": 'carteggio access review', then '--sign'.")));
        canaries(now);
        attend("the alternate mailbox", () -> alternate(now));
        alarms.expire();
    }

    private void standing(AlarmKind kind, String subject, Optional<String> why) {
        if (why.isPresent()) {
            alarms.raise(kind, subject, why.get());
        } else {
            alarms.clear(kind, subject);
        }
    }

    private void disk() throws ArchiveException {
        long free = watched.freeBytes();
        long limit = settings.limits().diskFreeBytes();
        if (free < limit) {
            // in whole units of a tenth of the limit, so that the text does not change all the time
            alarms.raise(
                    AlarmKind.DISK,
                    "disk",
                    "Less than " + (limit >> 20) + " MiB are free where the archive lies; when nothing is left, senders"
                            + " are asked to come again.");
        } else if (free > limit + limit / 10) {
            alarms.clear(AlarmKind.DISK, "disk");
        }
    }

    private void quarantine(Instant now) throws ArchiveException {
        int limit = settings.limits().quarantined();
        List<QuarantineEntry> newest = watched.catalogue().quarantine(limit, Long.MAX_VALUE);
        boolean grows =
                newest.size() == limit && newest.getLast().entry().arrived().isAfter(now.minus(1, ChronoUnit.DAYS));
        if (grows) {
            Map<String, Long> sources = new TreeMap<>();
            newest.forEach(q -> sources.merge(q.entry().source(), 1L, Long::sum));
            alarms.raise(
                    AlarmKind.QUARANTINE,
                    "quarantine",
                    limit + " mails or more within a day could not be understood or trusted, the last ones from "
                            + String.join(", ", sources.keySet()) + ".");
        } else {
            alarms.clear(AlarmKind.QUARANTINE, "quarantine");
        }
    }

    private void certificate(Instant now) {
        Optional<Instant> end = listener.certificate();
        Duration before = Duration.ofDays(settings.limits().certificateDays());
        standing(
                AlarmKind.CERTIFICATE,
                "smtp",
                end.filter(at -> now.isAfter(at.minus(before)))
                        .map(at -> "The listener's certificate ends on " + at.truncatedTo(ChronoUnit.SECONDS)
                                + "; senders that check it then deliver no more."));
    }

    private void silence(Instant now) throws ArchiveException {
        List<String> watchedNames = new ArrayList<>();
        for (Source source : watched.sources()) {
            // an alternate mailbox is normally silent, and files come when somebody brings them
            if (source.family() != Family.REPORT && source.family() != Family.MULTIDROP) {
                continue;
            }
            watchedNames.add(source.name());
            Optional<Instant> last = watched.catalogue().lastReport(source.name());
            boolean silent = last.isPresent()
                    && Silence.judge(
                                    watched.catalogue().rhythm(source.name(), Silence.firstHour(last.get())),
                                    last.get(),
                                    now,
                                    ZoneId.systemDefault())
                            == Silence.Verdict.SILENT;
            standing(
                    AlarmKind.SILENT,
                    source.name(),
                    last.filter(at -> silent)
                            .map(at -> "No report has come since " + at.truncatedTo(ChronoUnit.SECONDS)
                                    + ", although at this time of the week some should have."));
        }
        alarms.retain(AlarmKind.SILENT, watchedNames);
    }

    private void gaps() throws ArchiveException, IOException {
        long before = comparedTo;
        comparedTo = watched.gaps().follow(comparedTo);
        Map<String, Long> open = watched.gaps().open();
        if (!open.isEmpty() && comparedTo != before) {
            DurableFiles.write(
                    directory.resolve("gaps"), Long.toString(comparedTo).getBytes(StandardCharsets.US_ASCII));
        }
        open.forEach((source, number) -> alarms.raise(
                AlarmKind.GAP,
                source,
                (number == 1 ? "One report is missing" : number + " reports are missing")
                        + ": came back without the original. See carteggio gap list.",
                Alarms.gradeOf(number)));
        alarms.retain(AlarmKind.GAP, List.copyOf(open.keySet()));
    }

    private void canaries(Instant now) {
        judged = now;
        attend("the canary", () -> canary(now, canary, settings.canary(), "canary"));
        attend(
                "the alternate mailbox's canary",
                () -> canary(now, alternateCanary, settings.alternateCanary(), "alternate"));
    }

    private void canary(Instant now, Canary bird, Optional<Settings.Canary> set, String subject) {
        if (set.isEmpty()) {
            alarms.clear(AlarmKind.CANARY, subject);
            return;
        }
        Optional<Canary.Flight> last = bird.last();
        boolean overdue = last.filter(f ->
                        f.isAwaited() && now.isAfter(f.sent().plus(set.get().within())))
                .isPresent();
        if (overdue) {
            alarms.raise(AlarmKind.CANARY, subject, last.get().missing(watched.sources()));
        } else if (last.isPresent() && last.get().trouble().isPresent()) {
            alarms.raise(
                    AlarmKind.CANARY,
                    subject,
                    "The test message " + (set.get().alternate().isPresent() ? "to the alternate mailbox " : "")
                            + "could not be sent: " + last.get().trouble().get());
        } else if (last.isPresent() && last.get().back().isPresent()) {
            alarms.clear(AlarmKind.CANARY, subject);
        }
        boolean due =
                last.map(f -> !now.isBefore(f.sent().plus(set.get().every()))).orElse(true);
        if (due) {
            bird.send(set.get());
            news.release(); // it may be back already
        }
    }

    /// The alternate mailbox must be up at the same time as the main one, else reports are lost for
    /// good.
    private void alternate(Instant now) {
        if (now.isBefore(probed.plus(PROBE))) {
            return;
        }
        probed = now;
        Optional<InetSocketAddress> at = listener.address();
        List<String> names = new ArrayList<>();
        for (Source source : watched.sources()) {
            if (source.family() != Family.NDR) {
                continue;
            }
            names.add(source.name());
            if (source.listening() && at.isPresent()) {
                standing(
                        AlarmKind.ALTERNATE,
                        source.name(),
                        probe(at.get(), source.address().orElseThrow()));
            } else if (!source.listening() && reaching.add(source.name())) {
                Thread.ofVirtual().name("reach-" + source.name()).start(() -> reach(source)); // servers may be slow
            }
        }
        alarms.retain(AlarmKind.ALTERNATE, names);
    }

    /// Whether a fetched one lets us in. It is normally silent, so that no run fails proves little: the next
    /// one may be hours away, and a connection that waits for news may be long dead.
    private void reach(Source source) {
        try {
            reach.test(
                    source,
                    trouble -> standing(
                            AlarmKind.ALTERNATE,
                            source.name(),
                            trouble.map(why -> "The alternate mailbox cannot be got into: " + why)));
        } catch (RuntimeException e) {
            LOG.error("the alternate mailbox {} cannot be tried", source.name(), e);
        } finally {
            reaching.remove(source.name());
        }
    }

    /// Asks the listener whether it would take mail for an address.
    ///
    /// @return why not
    private static Optional<String> probe(InetSocketAddress listener, Address address) {
        InetSocketAddress at = listener.getAddress().isAnyLocalAddress()
                ? new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getPort())
                : listener;
        try (SmtpClient client = SmtpClient.connect(at, Submission.host(), PROBE_TIMEOUT)) {
            if (client.offers("STARTTLS")) {
                client.startTls(TlsContexts.opportunisticClient()); // the source may require it
            }
            client.command("MAIL FROM:<>");
            Reply reply = client.command("RCPT TO:<" + address.raw() + ">");
            return reply.positive()
                    ? Optional.empty()
                    : Optional.of("The listener does not take mail for the alternate mailbox: " + reply);
        } catch (IOException | GeneralSecurityException e) {
            return Optional.of("The listener does not answer for the alternate mailbox: " + e.getMessage());
        }
    }

    // ---- telling

    private void deliver() {
        try {
            while (true) {
                Thread.sleep(DELIVER);
                courier.deliver();
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt(); // closed
        }
    }

    private Optional<MailChannel> mail() {
        return settings.mail()
                .map(mail -> new MailChannel(mail, secrets.apply(Settings.Subject.MAIL), listener.name(), clock));
    }

    private Optional<WebhookChannel> webhook() {
        return settings.webhook()
                .map(hook -> new WebhookChannel(hook, secrets.apply(Settings.Subject.WEBHOOK), listener.name()));
    }

    private List<Channel> channels() {
        return Stream.<Optional<? extends Channel>>of(mail(), webhook())
                .<Channel>flatMap(Optional::stream)
                .toList();
    }

    /// Sends a test message through each channel that is set.
    ///
    /// @return for each channel why it does not work; empty where it does
    public Map<String, Optional<String>> test() {
        Map<String, Optional<String>> results = new TreeMap<>();
        mail().ifPresent(mail -> results.put(MailChannel.NAME, test(mail::test)));
        webhook().ifPresent(hook -> results.put(WebhookChannel.NAME, test(hook::test)));
        results.forEach((channel, trouble) -> {
            if (trouble.isEmpty()) {
                courier.worked(channel);
            }
        });
        return results;
    }

    private interface Try {
        void now() throws IOException;
    }

    private static Optional<String> test(Try channel) {
        try {
            channel.now();
            return Optional.empty();
        } catch (IOException | RuntimeException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    // ---- for monitors and pages

    @Override
    public boolean ready() {
        return watched.trouble().isEmpty();
    }

    @Override
    public String metrics() throws ArchiveException {
        return metrics.text(
                watched,
                new Metrics.Rest(
                        alarms.standing(),
                        listener.certificate(),
                        courier.trouble().size(),
                        canary.last().flatMap(Canary.Flight::took),
                        alternateCanary.last().flatMap(Canary.Flight::took),
                        agent));
    }

    /// A journaling agent looks at mail from now on: what it counts is measured.
    public void counts(AgentCounts counts) {
        agent = Optional.of(counts);
    }

    @Override
    public boolean isToken(String token) {
        return MessageDigest.isEqual(
                metricsToken.getBytes(StandardCharsets.UTF_8), token.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public List<Alarm> standing() {
        return alarms.standing();
    }

    @Override
    public List<String> warnings() {
        List<String> warnings = new ArrayList<>();
        boolean expecting = watched.sources().stream()
                .anyMatch(s -> s.family() == Family.REPORT && !s.expected().isNothing());
        for (Source source : watched.sources()) {
            if (source.family() == Family.NDR && source.listening()) {
                warnings.add("The alternate journaling mailbox of source " + source.name() + " is served by this same"
                        + " archive: when it is down, reports are lost for good. Put that mailbox on another server"
                        + " and have it fetched.");
                if (source.expected().networks().isEmpty() && expecting) {
                    warnings.add("The alternate journaling mailbox of source " + source.name() + " takes notices from"
                            + " anywhere, while other sources expect to know who delivers: a forged notice would bring"
                            + " a forged report. Say 'source set " + source.name() + " --networks …'.");
                }
            }
        }
        if (channels().isEmpty()) {
            warnings.add(NOBODY_TOLD);
        }
        warnings.addAll(courier.trouble());
        return warnings;
    }

    /// Stops looking and telling. What was noted is written when the alarms are closed.
    @Override
    public void close() {
        closing = true;
        news.release(); // the watching thread reads the vault: it ends by itself, at a good place
        telling.ifPresent(Thread::interrupt);
        for (Thread thread : Stream.concat(watching.stream(), telling.stream()).toList()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
