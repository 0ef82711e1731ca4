package io.carteggio.server.agent;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.journaling.AgentSettings;
import io.carteggio.embedded.reports.QueuedReport;
import io.carteggio.embedded.reports.QueuedReport.State;
import io.carteggio.embedded.reports.ReportQueue;
import io.carteggio.embedded.reports.ReportQueue.Destination;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.report.NdrWriter;
import io.carteggio.mail.smtp.Reply;
import io.carteggio.server.agent.HandOver.Answer;
import io.carteggio.server.agent.HandOver.Cause;
import io.carteggio.server.watch.Alarms;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
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
/// is over to the alternate journaling mailbox in a notice (NDR), and never lets go of one that reached neither.
///
/// A mailbox that could not be delivered to for two days is *suspended*: it is asked by one report at a time, and an
/// alarm stands, until it takes mail again or somebody resumes it. What is reported meanwhile waits.
final class Deliverer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Deliverer.class);

    /// So many reports are on their way at a time.
    static final int AT_A_TIME = 16;

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
    private final Deque<QueuedReport> fresh = new ArrayDeque<>(); // guarded by this
    private boolean more; // may be due than could be begun; guarded by this
    private volatile boolean looking = true;
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
        queue.follow(new ReportQueue.Follower() {
            @Override
            public void look() {
                looking = true;
                wake();
            }

            @Override
            public boolean released(List<QueuedReport> reports) {
                return take(reports);
            }
        });
    }

    /// Delivers by itself from now on.
    synchronized void start() {
        thread = Optional.of(Thread.ofVirtual().name("reports").start(this::deliver));
    }

    /// Something new is there.
    private void wake() {
        woken.release();
    }

    /// What came just now need not be looked for, but where there are many.
    private boolean take(List<QueuedReport> reports) {
        synchronized (this) {
            if (closed || thread.isEmpty() || fresh.size() + reports.size() > LOOKED_AT) {
                return false;
            }
            fresh.addAll(reports);
        }
        wake();
        return true;
    }

    private void deliver() {
        long lookNanos = System.nanoTime();
        while (!closed) {
            Duration pause = IDLE;
            try {
                beginFresh();
                if (looking || System.nanoTime() - lookNanos >= 0) {
                    looking = false;
                    beginDue();
                    pause = idle();
                    lookNanos = System.nanoTime() + pause.toNanos();
                } else {
                    pause = Duration.ofNanos(Math.max(0, lookNanos - System.nanoTime()));
                }
            } catch (ArchiveException e) {
                LOG.error("the queue of reports cannot be read", e);
                lookNanos = System.nanoTime() + IDLE.toNanos();
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

    private void beginFresh() throws ArchiveException {
        while (true) {
            QueuedReport report;
            synchronized (this) {
                report = fresh.peek();
                if (report == null) {
                    return;
                }
                if (!enter(report)) {
                    break;
                }
                fresh.remove();
            }
            begin(report, () -> attempt(report));
        }
        List<Long> late = new ArrayList<>(); // one that must wait must not hold up those of other mailboxes
        synchronized (this) {
            if (inFlight.size() < AT_A_TIME) {
                fresh.forEach(report -> late.add(report.id()));
                fresh.clear();
            }
        }
        if (!late.isEmpty()) {
            queue.waiting(late);
        }
    }

    /// Tries what is due, as far as there is room. Mailboxes that have all they are given at a time are left out, so
    /// that none holds up others.
    private void beginDue() throws ArchiveException {
        List<String> full = new ArrayList<>();
        int most;
        synchronized (this) {
            most = AT_A_TIME + inFlight.size(); // those may be due, too
            busy.forEach((mailbox, n) -> {
                if (n >= handOver.atATime(new Address(mailbox))) {
                    full.add(mailbox);
                }
            });
        }
        List<QueuedReport> due = queue.due(clock.instant(), full, most);
        for (QueuedReport report : due) {
            if (enter(report)) {
                begin(report, () -> attemptIfDue(report));
            }
        }
        synchronized (this) {
            more = !full.isEmpty() || due.size() == most;
        }
    }

    private Duration idle() throws ArchiveException {
        Duration until = queue.nextDue()
                .map(next -> Duration.between(clock.instant(), next))
                .orElse(IDLE);
        return until.compareTo(IDLE) > 0 ? IDLE : until.compareTo(BETWEEN) < 0 ? BETWEEN : until;
    }

    @FunctionalInterface
    private interface Attempt {
        void run() throws ArchiveException;
    }

    /// Tries a report, which has its room, on a thread of its own.
    private void begin(QueuedReport report, Attempt attempt) {
        Thread.ofVirtual().name("report-" + report.id()).start(() -> {
            try {
                attempt.run();
            } catch (ArchiveException | RuntimeException e) {
                LOG.error("report {} could not be looked after; it is tried again", report.id(), e);
                waits(report);
            } finally {
                leave(report);
            }
        });
    }

    private void waits(QueuedReport report) {
        try {
            queue.waiting(List.of(report.id()));
        } catch (ArchiveException e) {
            LOG.error("report {} is tried again when this program is started the next time", report.id(), e);
        }
    }

    private synchronized boolean enter(QueuedReport report) {
        String mailbox = report.mailbox().key();
        if (closed
                || inFlight.size() >= AT_A_TIME
                || busy.getOrDefault(mailbox, 0) >= handOver.atATime(report.mailbox())
                || !inFlight.add(report.id())) {
            return false;
        }
        busy.merge(mailbox, 1, Integer::sum);
        return true;
    }

    private synchronized void leave(QueuedReport report) {
        inFlight.remove(report.id());
        busy.computeIfPresent(report.mailbox().key(), (mailbox, n) -> n == 1 ? null : n - 1);
        if (more) {
            looking = true;
        }
        if (looking || !fresh.isEmpty()) {
            wake();
        }
    }

    private synchronized boolean isBusy() {
        return !inFlight.isEmpty();
    }

    /// Tries everything that is due, one after the other.
    ///
    /// @return how many
    int attemptAll() throws ArchiveException {
        List<QueuedReport> due = queue.due(clock.instant(), List.of(), LOOKED_AT);
        for (QueuedReport report : due) {
            attemptIfDue(report);
        }
        return due.size();
    }

    /// What was looked up a moment ago may have been delivered or put off since.
    private void attemptIfDue(QueuedReport known) throws ArchiveException {
        Optional<QueuedReport> now = queue.named(known.id())
                .filter(r -> r.state() == State.WAITING && !r.next().isAfter(clock.instant()));
        if (now.isPresent()) {
            attempt(now.get());
        }
    }

    private void attempt(QueuedReport report) throws ArchiveException {
        Optional<Destination> trouble =
                Optional.ofNullable(queue.destinations().get(report.mailbox().key()));
        Instant now = clock.instant();
        boolean over = !now.isBefore(report.queued().plus(settings.get().expiry()));
        if (!queue.isThere(report)) {
            if (queue.named(report.id()).isEmpty()) {
                return; // it has been delivered meanwhile
            }
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
