package io.carteggio.server.fetch;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.intake.Sources.Mailbox;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.jobs.Job;
import io.carteggio.server.jobs.Run;
import io.carteggio.server.jobs.Schedule;
import io.carteggio.server.secret.Sealed;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// A job for each source whose mail is fetched. Safe for many threads.
public final class FetchJobs {
    /// How a fetched source runs where nobody said otherwise.
    public static final String SCHEDULE = "continuous";

    private static final Duration FIRST_RETRY = Duration.ofMinutes(1);
    private static final Duration LAST_RETRY = Duration.ofHours(1);

    /// Servers lock accounts after some wrong passwords.
    private static final Duration AFTER_REFUSAL = Duration.ofMinutes(15);

    /// What may pass by itself is worth an alarm after so many failures.
    private static final int PATIENCE = 3;

    /// The same where all that failed is that archived mail did not leave.
    private static final int UNREMOVED_PATIENCE = 2;

    /// The longest rest while archived mail does not leave, of a source that is looked into all the time: as a
    /// mailbox that tells no news is asked.
    private static final Duration WHILE_UNREMOVED = Duration.ofMinutes(5);

    private final Archive archive;
    private final Protocols protocols;
    private final OAuthTokens tokens;
    private final FillWatch watch;
    private final Clock clock;
    private volatile PeopleFirst first = sync -> {
        throw new ArchiveException("there is no synchronisation named " + sync, false);
    };

    public FetchJobs(Archive archive, Protocols protocols, Clock clock) {
        this.archive = archive;
        this.protocols = protocols;
        this.tokens = new OAuthTokens(clock);
        this.watch = new FillWatch(archive.jobs(), archive.watch().alarms(), clock);
        this.clock = clock;
    }

    public Protocols protocols() {
        return protocols;
    }

    /// Those there are now. A source whose settings this program does not understand any more has a job
    /// that fails.
    public List<Job> all() {
        List<Job> jobs = new ArrayList<>();
        for (Source source : archive.sources().all()) {
            archive.sources().mailbox(source.name()).ifPresent(mailbox -> jobs.add(job(source, mailbox)));
        }
        return jobs;
    }

    private Job job(Source source, Mailbox mailbox) {
        return new FetchJob(source, mailbox);
    }

    /// Refuses settings that cannot work.
    ///
    /// @throws IllegalArgumentException with a line for people
    public void check(Mailbox mailbox) {
        Settings settings = new Settings(mailbox.settings());
        settings.check(protocol(mailbox));
        var _ = schedule(settings);
    }

    private MailboxProtocol protocol(Mailbox mailbox) {
        return protocols
                .named(mailbox.protocol())
                .orElseThrow(() -> new IllegalArgumentException("no protocol " + mailbox.protocol()));
    }

    private static Schedule schedule(Settings settings) {
        return Schedule.of(settings.text("schedule").orElse(SCHEDULE), ZoneId.systemDefault());
    }

    /// Opens a source's mailbox.
    public RemoteMailbox open(Source source, Mailbox mailbox, Steps steps) throws ArchiveException {
        try {
            Account account =
                    new Account(source.name(), new Settings(mailbox.settings()), sealed(source.name()), tokens, clock);
            return protocol(mailbox).open(account, steps);
        } catch (IllegalArgumentException e) { // settings of another version of this program
            throw new ArchiveException("the settings of source " + source.name() + ": " + e.getMessage(), false, e);
        }
    }

    /// Tries to get into a source's mailbox, and changes nothing there.
    ///
    /// @return why it cannot be got into
    public Optional<String> reach(Source source) {
        Optional<Mailbox> mailbox = archive.sources().mailbox(source.name());
        if (mailbox.isEmpty()) {
            return Optional.empty();
        }
        try (RemoteMailbox _ = open(source, mailbox.get(), Steps.SILENT)) {
            return Optional.empty();
        } catch (ArchiveException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /// How full a source's mailbox was the last time it was looked at, and what is wrong with that.
    public Optional<Fullness> fullness(String source) {
        return watch.of(source).map(m -> new Fullness(m.at(), m.fill(), m.limitBytes(), m.oldest(), m.alarm()));
    }

    /// Other settings are in force: what was found in a source's mailbox under those of before counts no
    /// more.
    public void lookAnew(String source) {
        watch.forget(source);
    }

    /// How full a mailbox was.
    ///
    /// @param limitBytes as the server tells it, else as the administrator does
    /// @param oldest when the oldest mail in it came, as far as anybody knows
    /// @param alarm what is wrong with it
    public record Fullness(
            Instant at,
            RemoteMailbox.Fill fill,
            Optional<Long> limitBytes,
            Optional<Instant> oldest,
            Optional<String> alarm) {}

    /// The names of the secrets that are kept for a source.
    public List<String> secrets(String source) {
        return sealed(source).names();
    }

    /// Keeps secrets of a source in place of those of the same names; an empty one is forgotten.
    public void keep(String source, Map<String, String> secrets) throws ArchiveException {
        sealed(source).keep(secrets);
        tokens.forget(source);
        watch.forget(source);
    }

    /// Forgets all secrets of a source.
    public void forget(String source) throws ArchiveException {
        sealed(source).forget();
        tokens.forget(source);
        watch.forget(source);
    }

    private Sealed sealed(String source) {
        return new Sealed(archive.keyring(), "source/" + source + "/");
    }

    /// Who brings the directory up to date before a run.
    @FunctionalInterface
    public interface PeopleFirst {
        /// Does it, unless it was done a moment ago.
        ///
        /// @return what came of it, for the history
        Optional<String> synchronise(String sync) throws ArchiveException;
    }

    /// Has people synchronised before the runs of sources that say so.
    public void peopleFirst(PeopleFirst by) {
        first = by;
    }

    /// People first, where the source says so. Mail comes in also where that fails, unless the source lets go
    /// of mail of unknown people: then those who could not be known would lose it.
    private void peopleFirst(Settings settings, Run run) throws ArchiveException {
        Optional<String> sync = settings.text("sync-first");
        if (sync.isEmpty()) {
            return;
        }
        run.stage("synchronising people");
        try {
            first.synchronise(sync.get()).ifPresent(said -> run.note("people: " + said));
        } catch (ArchiveException e) {
            if (settings.unknown() != Settings.Unknown.KEEP || run.isCancelled()) {
                throw e;
            }
            run.note("people could not be synchronised first: " + e.getMessage());
        }
    }

    /// How soon a job that failed is tried again.
    ///
    /// @param failures in a row, this one among them
    public static Job.Retry retry(ArchiveException failure, int failures) {
        Duration after = longer(failures);
        boolean passes = failure.laterHelps();
        if (failure instanceof FetchException e) {
            if (e.kind() == Kind.LOG_IN && after.compareTo(AFTER_REFUSAL) < 0) {
                after = AFTER_REFUSAL;
            }
            passes = e.kind().passes();
        }
        after = earlier(after, LAST_RETRY);
        if (failure instanceof FetchException e) {
            after = e.retryAfter().orElse(after);
        }
        return new Job.Retry(Optional.of(after), !passes || failures >= PATIENCE);
    }

    /// Mail came in as it should, and goes on doing so: within minutes where the source is looked into all the time,
    /// else when its schedule says.
    private static Job.Retry unremoved(UnremovedException failure, int failures, Schedule schedule) {
        boolean often = switch (schedule) {
            case Schedule.Continuous _ -> true;
            case Schedule.Every(Duration interval) -> interval.compareTo(WHILE_UNREMOVED) < 0;
            case Schedule.At _, Schedule.Manual _ -> false;
        };
        return new Job.Retry(
                often ? Optional.of(earlier(longer(failures), WHILE_UNREMOVED)) : Optional.empty(),
                failure.refused() || failures >= UNREMOVED_PATIENCE);
    }

    /// Twice as long with each failure.
    private static Duration longer(int failures) {
        return FIRST_RETRY.multipliedBy(1L << Math.min(failures - 1, 10));
    }

    private static Duration earlier(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }

    private final class FetchJob implements Job {
        private final Source source;
        private final Mailbox mailbox;

        FetchJob(Source source, Mailbox mailbox) {
            this.source = source;
            this.mailbox = mailbox;
        }

        @Override
        public String name() {
            return source.name();
        }

        @Override
        public Schedule schedule() {
            return FetchJobs.schedule(new Settings(mailbox.settings()));
        }

        @Override
        public Task open(Run run) throws ArchiveException {
            run.stage("connecting");
            Settings settings = new Settings(mailbox.settings());
            RemoteMailbox opened = FetchJobs.this.open(source, mailbox, Steps.SILENT);
            Fetch fetch = new Fetch(archive, source, settings, watch, clock);
            return new Task() {
                @Override
                public void once(Run current) throws ArchiveException {
                    peopleFirst(settings, current);
                    fetch.once(opened, current);
                }

                @Override
                public void awaitMore(Duration atMost) throws ArchiveException {
                    var _ = opened.awaitNew(atMost);
                }

                @Override
                public void close() {
                    opened.close();
                }
            };
        }

        @Override
        public Retry retry(ArchiveException failure, int failures) {
            return failure instanceof UnremovedException e
                    ? unremoved(e, failures, schedule())
                    : FetchJobs.retry(failure, failures);
        }
    }
}
