package io.carteggio.server.agent;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.journaling.RuleBook;
import io.carteggio.embedded.reports.QueuedReport;
import io.carteggio.embedded.reports.ReportQueue;
import io.carteggio.embedded.reports.ReportQueue.Destination;
import io.carteggio.mail.Address;
import io.carteggio.server.agent.Delivery.Outcome;
import io.carteggio.server.agent.Delivery.Trace;
import io.carteggio.server.watch.Alarms;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
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

    /// Between two tries to write to the queue what came of a report: at first, and at most.
    private static final Duration SOON = Duration.ofSeconds(1);

    private static final Duration PATIENT = Duration.ofMinutes(1);

    /// So often this program may fail on a report before that is what came of it, and its room is free.
    private static final int MISTAKES = 3;

    private final ReportQueue queue;
    private final HandOver handOver;
    private final Undelivered undelivered;
    private final Delivery delivery;
    private final Clock clock;
    private final Semaphore woken = new Semaphore(0);
    private final Map<String, Integer> busy = new HashMap<>(); // by mailbox, guarded by this
    private final Set<Long> inFlight = new HashSet<>(); // guarded by this
    private final Deque<QueuedReport> fresh = new ArrayDeque<>(); // guarded by this
    private boolean more; // may be due than could be begun; guarded by this
    private volatile boolean looking = true;
    private final Set<String> asking = new HashSet<>(); // mailboxes, without a report; guarded by this
    private Set<String> inTrouble = Set.of(); // mailboxes that get one at a time; guarded by this
    private final Set<Long> unwritten = new HashSet<>(); // of what is in flight; guarded by this
    private final CountDownLatch ending = new CountDownLatch(1);
    private volatile boolean closed;
    private Optional<Thread> thread = Optional.empty();

    Deliverer(
            ReportQueue queue,
            HandOver handOver,
            String host,
            Supplier<RuleBook> rules,
            Alarms alarms,
            Trace trace,
            Clock clock) {
        this.queue = queue;
        this.handOver = handOver;
        this.undelivered = new Undelivered(queue, alarms, clock);
        this.delivery = new Delivery(queue, handOver, host, rules, undelivered, trace, clock);
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
            if (closed || !thread.map(Thread::isAlive).orElse(false) || fresh.size() + reports.size() > LOOKED_AT) {
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
                undelivered.takeUp();
                beginFresh();
                if (looking || System.nanoTime() - lookNanos >= 0) {
                    looking = false;
                    queue.settle();
                    beginDue();
                    beginAsking();
                    delivery.letGo();
                    goesWell();
                    pause = idle();
                    lookNanos = System.nanoTime() + pause.toNanos();
                } else {
                    pause = Duration.ofNanos(Math.max(0, lookNanos - System.nanoTime()));
                }
            } catch (ArchiveException | RuntimeException e) {
                LOG.error("the queue of reports cannot be read or written", e);
                undelivered.tellOfQueue(e);
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
            begin(report, () -> delivery.tryNow(report));
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
        Set<String> troubled = queue.destinations().keySet();
        int most;
        synchronized (this) {
            inTrouble = troubled;
            most = AT_A_TIME + inFlight.size(); // those may be due, too
            busy.forEach((mailbox, n) -> {
                if (n >= atATime(new Address(mailbox))) {
                    full.add(mailbox);
                }
            });
        }
        List<QueuedReport> due = queue.due(clock.instant(), full, most);
        boolean none = true;
        for (QueuedReport report : due) {
            if (enter(report)) {
                begin(report, () -> delivery.tryIfDue(report));
            } else {
                none = false;
            }
        }
        synchronized (this) {
            more = !none || !full.isEmpty() || due.size() == most;
        }
    }

    /// Asks, each on a thread of its own, the mailboxes in trouble for which no report waits.
    private void beginAsking() throws ArchiveException {
        for (Destination one : delivery.toAsk()) {
            String mailbox = one.address().key();
            synchronized (this) {
                if (closed || !asking.add(mailbox)) {
                    continue;
                }
            }
            Thread.ofVirtual().name("ask-" + mailbox).start(() -> {
                try {
                    delivery.ask(one);
                } catch (ArchiveException | RuntimeException e) {
                    LOG.error("what {} answers cannot be written; it is asked again", mailbox, e);
                } finally {
                    asked(mailbox);
                }
            });
        }
    }

    private synchronized void asked(String mailbox) {
        asking.remove(mailbox);
    }

    private Duration idle() throws ArchiveException {
        Duration until = queue.nextDue()
                .map(next -> Duration.between(clock.instant(), next))
                .orElse(IDLE);
        return until.compareTo(IDLE) > 0 ? IDLE : until.compareTo(BETWEEN) < 0 ? BETWEEN : until;
    }

    @FunctionalInterface
    private interface Try {
        Outcome now() throws ArchiveException;
    }

    /// Tries a report, which has its room, on a thread of its own. It keeps its room until what came of it is written:
    /// so nobody tries it again before, and where the queue takes nothing no more are tried than there is room for.
    private void begin(QueuedReport report, Try attempt) {
        Thread.ofVirtual().name("report-" + report.id()).start(() -> {
            try {
                patiently(report, attempt);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            } finally {
                leave(report);
            }
        });
    }

    private void patiently(QueuedReport report, Try attempt) throws InterruptedException {
        Optional<Outcome> outcome = Optional.empty();
        Duration pause = SOON;
        int mistakes = 0;
        while (!closed || outcome.isPresent()) {
            boolean last = closed;
            try {
                outcome = Optional.of(outcome.isPresent() ? outcome.get() : attempt.now());
                outcome.get().write();
                return;
            } catch (ArchiveException | RuntimeException e) {
                LOG.error("what becomes of report {} cannot be written", report.id(), e);
                isUnwritten(report, e);
                if (e instanceof RuntimeException mistake && ++mistakes == MISTAKES) {
                    outcome =
                            Optional.of(() -> delivery.putAside(report, mistake).write());
                    continue;
                }
            }
            if (last) {
                break;
            }
            var _ = ending.await(pause.toMillis(), TimeUnit.MILLISECONDS); // then once more, at the end
            pause = longer(pause);
        }
        LOG.error("report {} is tried again when this program runs the next time", report.id());
    }

    private static Duration longer(Duration pause) {
        Duration twice = pause.multipliedBy(2);
        return twice.compareTo(PATIENT) < 0 ? twice : PATIENT;
    }

    private void isUnwritten(QueuedReport report, Exception why) {
        synchronized (this) {
            unwritten.add(report.id());
        }
        undelivered.tellOfQueue(why);
    }

    /// The queue was read and written.
    private void goesWell() {
        boolean all;
        synchronized (this) {
            all = unwritten.isEmpty();
        }
        if (all) {
            undelivered.queueIsWell();
        }
    }

    private synchronized boolean enter(QueuedReport report) {
        String mailbox = report.mailbox().key();
        if (closed
                || inFlight.size() >= AT_A_TIME
                || busy.getOrDefault(mailbox, 0) >= atATime(report.mailbox())
                || !inFlight.add(report.id())) {
            return false;
        }
        busy.merge(mailbox, 1, Integer::sum);
        return true;
    }

    /// Guarded by this.
    private int atATime(Address mailbox) {
        return inTrouble.contains(mailbox.key()) ? 1 : handOver.atATime(mailbox);
    }

    private synchronized void leave(QueuedReport report) {
        inFlight.remove(report.id());
        if (unwritten.remove(report.id())) {
            looking = true; // and so find that all is well again
        }
        busy.computeIfPresent(report.mailbox().key(), (mailbox, n) -> n == 1 ? null : n - 1);
        if (more) {
            looking = true;
        }
        if (looking || !fresh.isEmpty()) {
            wake();
        }
    }

    private synchronized boolean isBusy() {
        return !inFlight.isEmpty() || !asking.isEmpty();
    }

    /// Tries everything that is due, one after the other; asks mailboxes, and lets go of reports, as by itself.
    ///
    /// @return how many reports
    int attemptAll() throws ArchiveException {
        undelivered.takeUp();
        List<QueuedReport> due = queue.due(clock.instant(), List.of(), LOOKED_AT);
        for (QueuedReport report : due) {
            delivery.tryIfDue(report).write();
        }
        for (Destination one : delivery.toAsk()) {
            delivery.ask(one);
        }
        delivery.letGo();
        return due.size();
    }

    /// Ends; what is being delivered is waited for a while.
    @Override
    public void close() {
        closed = true;
        ending.countDown();
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
