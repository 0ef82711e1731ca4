package io.carteggio.server.agent;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.journaling.AgentSettings;
import io.carteggio.embedded.reports.QueuedReport;
import io.carteggio.embedded.reports.QueuedReport.State;
import io.carteggio.embedded.reports.ReportQueue;
import io.carteggio.embedded.reports.ReportQueue.Destination;
import io.carteggio.mail.Content;
import io.carteggio.mail.report.NdrWriter;
import io.carteggio.mail.smtp.Reply;
import io.carteggio.server.agent.HandOver.Answer;
import io.carteggio.server.agent.HandOver.Cause;
import io.carteggio.server.watch.Alarms;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Sees to it that queued reports arrive: tries each again as Exchange does (JOURNAL-FORMATS 7.3), gives one whose time
/// is
/// over to the alternate journaling mailbox in a notice (NDR), and never lets go of one that reached neither.
///
/// A mailbox that could not be delivered to for two days is *suspended*: it is asked by one report at a time, and an
/// alarm
/// stands, until it takes mail again or somebody resumes it. What is reported meanwhile waits.
final class Deliverer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Deliverer.class);

    private static final int AT_A_TIME = 16;
    private static final int AT_A_TIME_PER_MAILBOX = 4;
    private static final int LOOKED_AT = 256;
    private static final Duration IDLE = Duration.ofSeconds(30);
    private static final Duration BETWEEN = Duration.ofMillis(200);

    private static final Duration STOP = Duration.ofSeconds(5);

    /// After so long a mailbox is suspended.
    static final Duration SUSPENDED_AFTER = Duration.ofDays(2);

    private final ReportQueue queue;
    private final HandOver handOver;
    private final NdrWriter notices;
    private final Supplier<AgentSettings> settings;
    private final Undelivered undelivered;
    private final Clock clock;
    private final Semaphore woken = new Semaphore(0);
    private final Map<String, Integer> busy = new HashMap<>(); // by mailbox, guarded by this
    private final Set<Long> inFlight = new HashSet<>(); // guarded by this
    private volatile boolean closed;
    private Optional<Thread> thread = Optional.empty();

    Deliverer(
            ReportQueue queue,
            HandOver handOver,
            String host,
            Supplier<AgentSettings> settings,
            Alarms alarms,
            Clock clock) {
        this.queue = queue;
        this.handOver = handOver;
        this.notices = new NdrWriter(host, UUID::randomUUID);
        this.settings = settings;
        this.undelivered = new Undelivered(queue, alarms, clock);
        this.clock = clock;
        queue.follow(this::wake);
    }

    /// Delivers by itself from now on.
    void start() {
        thread = Optional.of(Thread.ofVirtual().name("reports").start(this::deliver));
    }

    /// Something new is there.
    private void wake() {
        woken.release();
    }

    private void deliver() {
        while (!closed) {
            Duration pause = IDLE;
            try {
                boolean some = false;
                for (QueuedReport report : queue.due(clock.instant(), LOOKED_AT)) {
                    some |= begin(report);
                }
                pause = some ? BETWEEN : idle();
            } catch (ArchiveException e) {
                LOG.error("the queue of reports cannot be read", e);
            }
            try {
                if (woken.tryAcquire(pause.toMillis(), TimeUnit.MILLISECONDS)) {
                    woken.drainPermits();
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private Duration idle() throws ArchiveException {
        Duration until = queue.nextDue()
                .map(next -> Duration.between(clock.instant(), next))
                .orElse(IDLE);
        return until.compareTo(IDLE) > 0 ? IDLE : until.compareTo(BETWEEN) < 0 ? BETWEEN : until;
    }

    /// Tries a report on a thread of its own, where there is room.
    private boolean begin(QueuedReport report) {
        if (!enter(report)) {
            return false;
        }
        Thread.ofVirtual().name("report-" + report.id()).start(() -> {
            try {
                attempt(report);
            } catch (ArchiveException | RuntimeException e) {
                LOG.error("report {} could not be looked after; it is tried again", report.id(), e);
            } finally {
                leave(report);
            }
        });
        return true;
    }

    private synchronized boolean enter(QueuedReport report) {
        String mailbox = report.mailbox().key();
        if (closed
                || inFlight.size() >= AT_A_TIME
                || busy.getOrDefault(mailbox, 0) >= AT_A_TIME_PER_MAILBOX
                || !inFlight.add(report.id())) {
            return false;
        }
        busy.merge(mailbox, 1, Integer::sum);
        return true;
    }

    private synchronized void leave(QueuedReport report) {
        inFlight.remove(report.id());
        busy.computeIfPresent(report.mailbox().key(), (mailbox, n) -> n == 1 ? null : n - 1);
        wake();
    }

    private synchronized boolean isBusy() {
        return !inFlight.isEmpty();
    }

    /// Tries everything that is due, one after the other.
    ///
    /// @return how many
    int attemptAll() throws ArchiveException {
        List<QueuedReport> due = queue.due(clock.instant(), LOOKED_AT);
        for (QueuedReport report : due) {
            Optional<QueuedReport> now = queue.named(report.id());
            if (now.filter(r -> r.state() == State.WAITING && !r.next().isAfter(clock.instant()))
                    .isPresent()) {
                attempt(now.get());
            }
        }
        return due.size();
    }

    private void attempt(QueuedReport report) throws ArchiveException {
        Optional<Destination> trouble =
                Optional.ofNullable(queue.destinations().get(report.mailbox().key()));
        Instant now = clock.instant();
        boolean over = !now.isBefore(report.queued().plus(settings.get().expiry()));
        if (!queue.isThere(report)) {
            queue.ended(report.id(), State.DEAD, "its file is gone: nobody has this report any more");
            undelivered.tellOfDead();
            return;
        }
        if (over && trouble.isPresent()) {
            giveBack(report, "5.4.7", trouble.get().last(), report.remote());
            return;
        }
        switch (handOver.give(report, queue.mail(report))) {
            case Answer.Taken() -> {
                queue.delivered(report.id());
                if (trouble.isPresent()) {
                    undelivered.resume(report.mailbox());
                }
            }
            case Answer.Later(Cause cause, String said, Optional<String> remote) -> {
                if (over) {
                    giveBack(report, "5.4.7", said, remote);
                } else if (cause == Cause.REPORT) {
                    queue.deferred(report.id(), now.plus(pause(report.attempts())), said, remote);
                } else {
                    later(report, cause, said, remote, trouble);
                }
            }
            case Answer.Never(Reply reply, Optional<String> remote) ->
                giveBack(report, NdrWriter.status(Optional.of(reply)), reply.toString(), remote);
        }
    }

    /// The mailbox is in the way, and so of all that waits for it: one report asks for all.
    private void later(
            QueuedReport report, Cause cause, String said, Optional<String> remote, Optional<Destination> before)
            throws ArchiveException {
        Instant now = clock.instant();
        Instant since = before.map(Destination::since).orElse(now);
        boolean refused = cause == Cause.REFUSED;
        boolean suspended = !now.isBefore(since.plus(SUSPENDED_AFTER));
        Destination trouble = new Destination(report.mailbox(), refused, since, suspended, said);
        queue.troubled(trouble);
        Instant next = now.plus(pause(Duration.between(since, now), refused));
        queue.deferred(report.id(), next, said, remote);
        queue.postponed(report.mailbox(), report.id(), next);
        undelivered.tellOf(trouble, settings.get().disables());
    }

    /// Four times a minute apart, six times five minutes, then every ten (fifteen where an answer came).
    static Duration pause(Duration since, boolean answered) {
        if (since.compareTo(Duration.ofMinutes(4)) < 0) {
            return Duration.ofMinutes(1);
        }
        return since.compareTo(Duration.ofMinutes(34)) < 0
                ? Duration.ofMinutes(5)
                : Duration.ofMinutes(answered ? 15 : 10);
    }

    /// The same by how often one report was tried.
    static Duration pause(int attempts) {
        return Duration.ofMinutes(attempts < 4 ? 1 : attempts < 10 ? 5 : 15);
    }

    /// A report goes to the alternate mailbox in a notice; a notice that does not get there leaves its report here.
    private void giveBack(QueuedReport report, String status, String said, Optional<String> remote)
            throws ArchiveException {
        Instant now = clock.instant();
        if (report.notice()) {
            for (QueuedReport returned : queue.returned(report.reportId())) {
                queue.ended(
                        returned.id(),
                        State.DEAD,
                        "the alternate mailbox " + report.mailbox() + " did not take it: " + said);
            }
            queue.delivered(report.id());
            undelivered.tellOfDead();
        } else if (report.alternate().isEmpty()) {
            queue.ended(report.id(), State.DEAD, said);
            undelivered.tellOfDead();
        } else {
            Content notice = notices.write(
                    new NdrWriter.Facts(
                            report.alternate().get(),
                            report.mailbox(),
                            report.reportId(),
                            report.queued(),
                            now,
                            now,
                            status,
                            said,
                            remote),
                    queue.mail(report),
                    report.needs());
            queue.put(
                    new QueuedReport.Draft(
                            true,
                            report.alternate().get(),
                            Optional.empty(),
                            report.rules(),
                            report.reportId(),
                            report.needs()),
                    notice,
                    now,
                    false);
            queue.ended(report.id(), State.RETURNED, said);
        }
    }

    /// Ends; what is being delivered is waited for a while.
    @Override
    public void close() {
        closed = true;
        wake();
        long until = System.nanoTime() + STOP.toNanos();
        try {
            while (isBusy() && System.nanoTime() < until) {
                Thread.sleep(BETWEEN);
            }
            if (thread.isPresent()) {
                thread.get().interrupt();
                thread.get().join(STOP);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
