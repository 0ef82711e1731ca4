package io.carteggio.server.fetch;

import io.carteggio.archive.ArchiveException;
import io.carteggio.server.fetch.RemoteMailbox.Fill;
import io.carteggio.server.fetch.Settings.After;
import io.carteggio.server.watch.AlarmKind;
import io.carteggio.server.watch.Alarms;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// How full the mailboxes are that mail is fetched from: a full one refuses reports, and those are lost.
/// Safe for many threads.
final class FillWatch {
    /// So often a mailbox is measured at most.
    static final Duration INTERVAL = Duration.ofHours(1);

    /// From here on it is an alarm.
    static final double FULL = 0.9;

    /// Where archived mail is to leave the folder at once, older mail means that it does not.
    static final Duration OLD = Duration.ofDays(2);

    private final Alarms alarms;
    private final Clock clock;
    private final Map<String, Measured> bySource = new ConcurrentHashMap<>();

    /// What was found the last time.
    ///
    /// @param alarm what is wrong with it
    record Measured(Instant at, Fill fill, Optional<String> alarm) {}

    FillWatch(Alarms alarms, Clock clock) {
        this.alarms = alarms;
        this.clock = clock;
    }

    Optional<Measured> of(String source) {
        return Optional.ofNullable(bySource.get(source));
    }

    void forget(String source) {
        bySource.remove(source);
    }

    /// Measures a mailbox unless that was done just before.
    void look(String source, Settings settings, RemoteMailbox mailbox) throws ArchiveException {
        Instant now = clock.instant();
        Measured before = bySource.get(source);
        if (before != null && now.isBefore(before.at.plus(INTERVAL))) {
            return;
        }
        Fill fill = mailbox.fill();
        Optional<String> alarm = alarm(fill, settings, now);
        bySource.put(source, new Measured(now, fill, alarm));
        String subject = source + " mailbox";
        if (alarm.isPresent()) {
            alarms.raise(AlarmKind.JOB, subject, "The mailbox that it is fetched from: " + alarm.get());
        } else {
            alarms.clear(AlarmKind.JOB, subject);
        }
    }

    static Optional<String> alarm(Fill fill, Settings settings, Instant now) {
        if (fill.usedBytes().isPresent()
                && fill.limitBytes().isPresent()
                && fill.limitBytes().get() > 0) {
            long percent = 100 * fill.usedBytes().get() / fill.limitBytes().get();
            if (percent >= 100 * FULL) {
                return Optional.of(percent + " % full; a full mailbox loses reports");
            }
        }
        boolean leaves = settings.after() instanceof After.Remove remove
                && remove.delay().isZero();
        if (leaves && fill.oldest().map(at -> at.isBefore(now.minus(OLD))).orElse(false)) {
            return Optional.of("mail of " + fill.oldest().get() + " is still there, though archived mail is to leave");
        }
        return Optional.empty();
    }
}
