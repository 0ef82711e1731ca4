package io.carteggio.server.fetch;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.jobs.JobStore;
import io.carteggio.server.fetch.RemoteMailbox.Fill;
import io.carteggio.server.fetch.Settings.After;
import io.carteggio.server.watch.AlarmKind;
import io.carteggio.server.watch.Alarms;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// How full the mailboxes are that mail is fetched from: a full one refuses reports, and those are lost.
/// Safe for many threads.
///
/// What a protocol does not tell comes from elsewhere: the limit from the administrator, the age of what
/// is there from the books of what was archived and not removed.
final class FillWatch {
    /// So often a mailbox is measured at most.
    static final Duration INTERVAL = Duration.ofHours(1);

    /// The same while something is wrong, so that the alarm is over soon after its cause.
    static final Duration AGAIN = Duration.ofMinutes(5);

    /// From here on it is an alarm.
    static final double FULL = 0.9;

    /// Where archived mail is to leave the folder, older mail means that it does not.
    static final Duration OLD = Duration.ofDays(2);

    /// For so long no look must have found fewer mails than the one before: a night is among it, in
    /// which any mailbox is empty that is emptied.
    static final Duration GROWING = Duration.ofDays(1);

    /// So many more mails than at its beginning: what is just coming in is less.
    static final long GROWTH_MAILS = 100;

    private static final Logger LOG = LoggerFactory.getLogger(FillWatch.class);

    private final JobStore store;
    private final Alarms alarms;
    private final Clock clock;
    private final Map<String, Measured> bySource = new ConcurrentHashMap<>();
    private final Map<String, Instant> tried = new ConcurrentHashMap<>();

    /// What was found the last time.
    ///
    /// @param limitBytes the server's, else the administrator's
    /// @param oldest by the server's word or by our books, whichever is earlier
    /// @param alarm what is wrong with it
    /// @param rise since when mails only come
    record Measured(
            Instant at,
            Fill fill,
            Optional<Long> limitBytes,
            Optional<Instant> oldest,
            Optional<String> alarm,
            Rise rise) {}

    /// A time in which no look found fewer mails than the one before.
    ///
    /// @param mails at its beginning
    record Rise(Instant since, long mails) {
        /// The same, or a new one where mails have gone.
        ///
        /// @param last how many the look before found
        Rise goesOn(Fill fill, long last, Instant now) {
            return fill.mails() == 0 || fill.mails() < last ? new Rise(now, fill.mails()) : this;
        }
    }

    FillWatch(JobStore store, Alarms alarms, Clock clock) {
        this.store = store;
        this.alarms = alarms;
        this.clock = clock;
    }

    Optional<Measured> of(String source) {
        return Optional.ofNullable(bySource.get(source));
    }

    /// The source is another one, or is no more.
    void forget(String source) {
        bySource.remove(source);
        tried.remove(source);
        alarms.clear(AlarmKind.JOB, subject(source));
    }

    private static String subject(String source) {
        return source + " mailbox";
    }

    /// A run begins: its mailbox is measured, unless that was done just before.
    Look begin(String source, Settings settings, RemoteMailbox mailbox) {
        Instant now = clock.instant();
        Duration rest = of(source).flatMap(Measured::alarm).isPresent() ? AGAIN : INTERVAL;
        Instant last = tried.get(source);
        if (last != null && now.isBefore(last.plus(rest))) {
            return new Look(source, settings, mailbox, false, Optional.empty());
        }
        // before it is measured: a server that breaks off then must not break each run off
        tried.put(source, now);
        return new Look(source, settings, mailbox, true, measure(source, mailbox));
    }

    /// Mail goes on coming in whatever comes of this.
    private static Optional<Fill> measure(String source, RemoteMailbox mailbox) {
        try {
            return Optional.of(mailbox.fill());
        } catch (ArchiveException e) {
            LOG.warn("source {}: how full its mailbox is cannot be told: {}", source, e.getMessage());
            return Optional.empty();
        }
    }

    /// The look at a mailbox that belongs to one run.
    final class Look {
        private final String source;
        private final Settings settings;
        private final RemoteMailbox mailbox;
        private final boolean due;
        private final Optional<Fill> before;

        private Look(String source, Settings settings, RemoteMailbox mailbox, boolean due, Optional<Fill> before) {
            this.source = source;
            this.settings = settings;
            this.mailbox = mailbox;
            this.due = due;
            this.before = before;
        }

        /// The run came to its end: what it left in the mailbox counts.
        void done() throws ArchiveException {
            Optional<Fill> after = due ? measure(source, mailbox) : Optional.empty();
            if (after.isPresent()) {
                judge(source, settings, after.get());
            }
        }

        /// The run failed: what was in the mailbox as it began counts, for the session may be of no more
        /// use.
        void failed(Exception why) {
            if (before.isPresent()) {
                try {
                    judge(source, settings, before.get());
                } catch (ArchiveException e) {
                    why.addSuppressed(e);
                }
            }
        }
    }

    private void judge(String source, Settings settings, Fill fill) throws ArchiveException {
        Instant now = clock.instant();
        Measured last = bySource.get(source);
        Rise rise = last == null ? new Rise(now, fill.mails()) : last.rise.goesOn(fill, last.fill.mails(), now);
        Measured measured = measured(fill, store.oldest(source), settings, now, rise);
        bySource.put(source, measured);
        if (measured.alarm.isPresent()) {
            alarms.raise(
                    AlarmKind.JOB, subject(source), "The mailbox that it is fetched from: " + measured.alarm.get());
        } else {
            alarms.clear(AlarmKind.JOB, subject(source));
        }
    }

    /// @param archived when the mail was archived that has been there for longest since then
    static Measured measured(Fill fill, Optional<Instant> archived, Settings settings, Instant now, Rise rise) {
        Optional<Long> limit = fill.limitBytes().filter(bytes -> bytes > 0).or(settings::quotaBytes);
        Optional<Instant> oldest =
                Stream.of(fill.oldest(), archived).flatMap(Optional::stream).min(Instant::compareTo);
        List<String> wrong = new ArrayList<>();
        if (limit.isPresent() && fill.usedBytes().isPresent()) {
            double part = (double) fill.usedBytes().get() / limit.get();
            if (part >= FULL) {
                wrong.add((long) (100 * part) + " % full; a full mailbox loses reports");
            }
        }
        if (settings.after() instanceof After.Remove remove) {
            boolean all = remove.delay().isZero() && settings.unknown() != Settings.Unknown.DISCARD;
            Optional<Instant> overdue =
                    archived.filter(at -> at.plus(remove.delay()).isBefore(now.minus(OLD)));
            Optional<Instant> stays = (all ? oldest : Optional.<Instant>empty())
                    .filter(at -> at.isBefore(now.minus(OLD)))
                    .or(() -> overdue);
            stays.ifPresent(at -> wrong.add("mail of " + at.truncatedTo(ChronoUnit.SECONDS)
                    + " is still there, though archived mail is to leave"));
            if (all && !rise.since().isAfter(now.minus(GROWING)) && fill.mails() - rise.mails() >= GROWTH_MAILS) {
                wrong.add("mails only come and none leave: " + rise.mails() + " at "
                        + rise.since().truncatedTo(ChronoUnit.SECONDS) + ", now " + fill.mails());
            }
        }
        return new Measured(
                now,
                fill,
                limit,
                oldest,
                wrong.isEmpty() ? Optional.empty() : Optional.of(String.join("; ", wrong)),
                rise);
    }
}
