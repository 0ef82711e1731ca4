package io.carteggio.server.jobs;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.jobs.JobRun;
import io.carteggio.embedded.jobs.JobRun.Outcome;
import io.carteggio.embedded.jobs.JobStore;
import io.carteggio.embedded.jobs.JobStore.State;
import io.carteggio.server.jobs.Job.Retry;
import io.carteggio.server.jobs.Job.Task;
import io.carteggio.server.jobs.Schedule.Continuous;
import io.carteggio.server.watch.AlarmKind;
import io.carteggio.server.watch.Alarms;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// All jobs of an open archive: what is due is run, what is asked for is run, what happened is
/// remembered. Safe for many threads.
///
/// Runs belong to the process that has the archive open, and only one has: so no job runs twice at once.
public final class Jobs implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Jobs.class);
    private static final Duration LOOK = Duration.ofSeconds(1);

    /// A session that ended while nothing was to do is no failure; it is opened again after this.
    private static final Duration REOPEN = Duration.ofSeconds(5);

    /// How long a run may take to end when the archive is closed. It ends between two pieces of work.
    private static final Duration ENDING = Duration.ofSeconds(30);

    /// Spreads what would all be tried again at the same instant.
    private static final double JITTER = 0.1;

    private final JobStore store;
    private final Supplier<List<Job>> all;
    private final Alarms alarms;
    private final Clock clock;

    private final Map<String, Active> active = new HashMap<>(); // guarded by this
    private boolean closing; // guarded by this
    private Optional<Thread> attending = Optional.empty(); // guarded by this

    /// A job that has a thread.
    private static final class Active {
        private final Thread thread;
        private final CountDownLatch ended = new CountDownLatch(1);
        private Optional<Run> run = Optional.empty(); // guarded by the Jobs, as the next
        private boolean stop;

        Active(Runnable work) {
            thread = Thread.ofVirtual().name("job").unstarted(work);
        }
    }

    public Jobs(JobStore store, Supplier<List<Job>> all, Alarms alarms, Clock clock) {
        this.store = store;
        this.all = all;
        this.alarms = alarms;
        this.clock = clock;
    }

    /// Runs by themselves, from now on, what is due.
    public synchronized void start() {
        Thread thread = Thread.ofVirtual().name("jobs").unstarted(() -> {
            try {
                while (true) {
                    attend();
                    Thread.sleep(LOOK);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // closed
            }
        });
        attending = Optional.of(thread);
        thread.start();
    }

    /// Starts what is due now.
    void attend() {
        for (Job job : all.get()) {
            try {
                State state = store.state(job.name());
                boolean due =
                        state.next().map(next -> !next.isAfter(clock.instant())).orElse(false);
                if (state.next().isEmpty() && state.success().isEmpty() && state.failures() == 0) {
                    due = job.schedule().next(clock.instant()).isPresent(); // new: it runs at once
                }
                if (due && !state.paused()) {
                    startIfIdle(job, "schedule");
                }
            } catch (ArchiveException | RuntimeException e) {
                LOG.error("job {} cannot be looked after: {}", job.name(), e.toString());
            }
        }
    }

    /// All jobs there are.
    public List<Job> all() {
        return all.get();
    }

    public Optional<Job> named(String name) {
        return all.get().stream().filter(job -> job.name().equals(name)).findFirst();
    }

    /// The run of a job that is under way, if one is.
    public synchronized Optional<Run> running(String name) {
        Active current = active.get(name);
        return current == null ? Optional.empty() : current.run;
    }

    /// Whether a job waits for news with its session open.
    public synchronized boolean listening(String name) {
        Active current = active.get(name);
        return current != null && current.run.isEmpty();
    }

    /// Runs a job now, also one that is paused, and waits for its end.
    ///
    /// @return the run; empty where one is under way already
    public Optional<JobRun> runNow(Job job, String by, Progress progress) throws ArchiveException {
        long[] number = {0};
        Optional<Active> started = started(job, by, number);
        if (started.isEmpty()) {
            return Optional.empty();
        }
        try {
            while (!started.get().ended.await(1, TimeUnit.SECONDS)) {
                Optional<Run> run = running(job.name());
                if (run.isPresent()) {
                    progress.at(run.get());
                }
            }
        } catch (InterruptedException e) {
            cancel(job.name());
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted", true, e);
        }
        return store.run(number[0]);
    }

    /// Runs a job now, also one that is paused, and does not wait.
    ///
    /// @return false where it runs already
    public boolean start(Job job, String by) {
        return started(job, by, new long[1]).isPresent();
    }

    /// @param number where the run's number is put before it ends
    private Optional<Active> started(Job job, String by, long[] number) {
        endListening(job.name());
        synchronized (this) {
            if (closing || active.containsKey(job.name())) {
                return Optional.empty();
            }
            Active mine = new Active(() -> {
                try {
                    number[0] = one(job, by);
                } catch (ArchiveException e) {
                    LOG.error("job {}: {}", job.name(), e.getMessage());
                } finally {
                    gone(job.name());
                }
            });
            active.put(job.name(), mine);
            mine.thread.start();
            return Optional.of(mine);
        }
    }

    /// Hears every second how a run goes.
    @FunctionalInterface
    public interface Progress {
        void at(Run run) throws ArchiveException;
    }

    /// Ends a run that is under way. What it has done stays done.
    ///
    /// @return false where none is
    public synchronized boolean cancel(String name) {
        Active current = active.get(name);
        if (current == null || current.run.isEmpty()) {
            return false;
        }
        current.stop = true;
        current.run.get().cancel();
        current.thread.interrupt();
        return true;
    }

    /// Nothing is run by itself until [#resume]; what runs is ended.
    public void pause(String name) throws ArchiveException {
        change(name, s -> s.withPaused(true));
        end(name);
    }

    /// Runs by its schedule again, the first time at once.
    public void resume(String name) throws ArchiveException {
        change(name, s -> s.withPaused(false).withNext(Optional.of(clock.instant())));
    }

    /// Other settings are in force: what runs with the old ones is ended, and it begins anew.
    public void changed(String name) throws ArchiveException {
        end(name);
        Optional<Instant> now =
                named(name).flatMap(job -> job.schedule().next(clock.instant())).map(next -> clock.instant());
        change(name, s -> new State(s.paused(), 0, Optional.empty(), Optional.empty(), false, now, s.success()));
    }

    /// Nobody else changes the state between reading and writing: a run that ends must not undo a pause.
    private synchronized void change(String name, UnaryOperator<State> to) throws ArchiveException {
        store.state(name, to.apply(store.state(name)));
    }

    /// A job is no more.
    public void dropped(String name) throws ArchiveException {
        end(name);
        store.drop(name);
        alarms.clear(AlarmKind.JOB, name);
    }

    public State state(String name) throws ArchiveException {
        return store.state(name);
    }

    public List<JobRun> history(String name, int atMost) throws ArchiveException {
        return store.history(name, atMost);
    }

    public Optional<JobRun> run(long number) throws ArchiveException {
        return store.run(number);
    }

    // ---- a job's thread

    private synchronized void startIfIdle(Job job, String by) throws ArchiveException {
        if (closing || active.containsKey(job.name()) || store.state(job.name()).paused()) {
            return; // also where it was paused since its state was looked at
        }
        Active mine = new Active(() -> {
            try {
                if (job.schedule() instanceof Continuous continuous) {
                    allTheTime(job, by, continuous.poll());
                } else {
                    var _ = one(job, by);
                }
            } catch (ArchiveException e) { // of our own books: there is nothing to write it into
                alarms.raise(AlarmKind.JOB, job.name(), "The job cannot keep its history: " + e.getMessage());
                pauseAfterTrouble();
            } finally {
                gone(job.name());
            }
        });
        active.put(job.name(), mine);
        mine.thread.start();
    }

    private static void pauseAfterTrouble() {
        try {
            Thread.sleep(Duration.ofSeconds(30));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private synchronized void gone(String name) {
        Active mine = active.remove(name);
        if (mine != null) {
            mine.ended.countDown();
        }
    }

    /// One run, from opening to closing.
    private long one(Job job, String by) throws ArchiveException {
        Run run = begin(job, by);
        try (Task task = job.open(run)) {
            task.once(run);
            end(job, run, Optional.empty(), true);
        } catch (ArchiveException | RuntimeException e) {
            end(job, run, Optional.of(e), true);
        }
        return run.number();
    }

    /// Run after run over one session, waiting for news in between.
    private void allTheTime(Job job, String by, Duration poll) throws ArchiveException {
        Run run = begin(job, by);
        try (Task task = job.open(run)) {
            while (true) {
                task.once(run);
                boolean trace =
                        !store.run(run.number()).map(r -> r.counts().nothing()).orElse(false)
                                || store.state(job.name()).success().isEmpty()
                                || store.state(job.name()).failures() > 0
                                || run.note().isPresent();
                end(job, run, Optional.empty(), trace);
                if (!awaitMore(job, task, poll)) {
                    return;
                }
                run = begin(job, by);
            }
        } catch (ArchiveException | RuntimeException e) {
            end(job, run, Optional.of(e), true);
        }
    }

    /// @return false where the session is of no more use
    private boolean awaitMore(Job job, Task task, Duration poll) throws ArchiveException {
        synchronized (this) {
            Active mine = active.get(job.name());
            if (closing || mine == null || mine.stop) {
                return false;
            }
        }
        try {
            task.awaitMore(poll);
            return !Thread.currentThread().isInterrupted();
        } catch (ArchiveException e) {
            LOG.info("job {}: the session ended while it waited: {}", job.name(), e.getMessage());
            if (Thread.currentThread().isInterrupted()) {
                return false; // by one of us, who says what comes next
            }
            change(
                    job.name(),
                    s -> s.withNext(s.next().map(planned -> clock.instant().plus(REOPEN))));
            return false;
        }
    }

    private Run begin(Job job, String by) throws ArchiveException {
        Instant now = clock.instant();
        Run run = new Run(store.begin(job.name(), by, now), now);
        synchronized (this) {
            Active mine = active.get(job.name());
            if (mine != null) {
                mine.run = Optional.of(run);
                if (mine.stop || closing) {
                    run.cancel();
                }
            }
        }
        return run;
    }

    /// Whoever cancels interrupts: what has happened is written down all the same.
    private void end(Job job, Run run, Optional<Exception> failure, boolean trace) throws ArchiveException {
        boolean interrupted = Thread.interrupted();
        try {
            writeDown(job, run, failure, trace);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    private void writeDown(Job job, Run run, Optional<Exception> failure, boolean trace) throws ArchiveException {
        Instant now = clock.instant();
        synchronized (this) {
            Active mine = active.get(job.name());
            if (mine != null) {
                mine.run = Optional.empty();
            }
        }
        State before = store.state(job.name());
        Optional<Instant> next = job.schedule().next(now);
        if (failure.isEmpty()) {
            if (before.failures() > 0) {
                LOG.warn("job {} works again after {} failures", job.name(), before.failures());
            }
            alarms.clear(AlarmKind.JOB, job.name());
            store.end(run.number(), job.name(), now, Outcome.DONE, run.note(), trace);
            change(
                    job.name(),
                    s -> new State(s.paused(), 0, Optional.empty(), Optional.empty(), false, next, Optional.of(now)));
            return;
        }
        Exception why = failure.get();
        if (run.isCancelled()) {
            boolean ending = isClosing();
            store.end(
                    run.number(),
                    job.name(),
                    now,
                    ending ? Outcome.INTERRUPTED : Outcome.CANCELLED,
                    Optional.of(ending ? "the archive was closed" : "somebody cancelled it"),
                    true);
            Optional<Instant> later = ending ? Optional.of(now) : laterThan(now, next);
            change(job.name(), s -> s.withNext(next.isEmpty() ? next : later));
            return;
        }
        String reason =
                why instanceof ArchiveException ? String.valueOf(why.getMessage()) : "a fault of this program: " + why;
        if (!(why instanceof ArchiveException)) {
            LOG.error("job {}", job.name(), why);
        }
        int failures = before.failures() + 1;
        Retry retry =
                job.retry(why instanceof ArchiveException a ? a : new ArchiveException(reason, false, why), failures);
        double spread = 1 + ThreadLocalRandom.current().nextDouble(JITTER);
        Optional<Instant> again = next.map(scheduled -> retry.after()
                .map(wait -> now.plusMillis((long) (wait.toMillis() * spread)))
                .orElse(scheduled));
        store.end(run.number(), job.name(), now, Outcome.FAILED, Optional.of(reason), true);
        change(
                job.name(),
                s -> new State(
                        s.paused(),
                        failures,
                        s.since().or(() -> Optional.of(now)),
                        Optional.of(reason),
                        s.alarm() || retry.alarm(),
                        again,
                        s.success()));
        if (retry.alarm()) {
            alarms.raise(AlarmKind.JOB, job.name(), "The job fails, " + failures + " times in a row: " + reason);
        } else {
            LOG.warn("job {} failed: {}", job.name(), reason);
        }
    }

    private static Optional<Instant> laterThan(Instant now, Optional<Instant> next) {
        Instant soonest = now.plus(Duration.ofMinutes(1)); // who cancels does not want it back at once
        return next.map(n -> n.isBefore(soonest) ? soonest : n);
    }

    private synchronized boolean isClosing() {
        return closing;
    }

    /// Ends a job's thread, run or not, and waits for that.
    private void end(String name) {
        Optional<Active> current = interrupt(name, true);
        current.ifPresent(mine -> await(name, mine));
    }

    private void endListening(String name) {
        Optional<Active> current = interrupt(name, false);
        current.ifPresent(mine -> await(name, mine));
    }

    private synchronized Optional<Active> interrupt(String name, boolean alsoRun) {
        Active mine = active.get(name);
        if (mine == null || (mine.run.isPresent() && !alsoRun)) {
            return Optional.empty();
        }
        mine.stop = true;
        mine.run.ifPresent(Run::cancel);
        mine.thread.interrupt();
        return Optional.of(mine);
    }

    private static void await(String name, Active mine) {
        try {
            if (!mine.ended.await(ENDING.toSeconds(), TimeUnit.SECONDS)) {
                LOG.error("job {} does not end", name);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Ends everything that runs.
    @Override
    public void close() {
        List<String> names;
        synchronized (this) {
            closing = true;
            attending.ifPresent(Thread::interrupt);
            names = List.copyOf(active.keySet());
        }
        for (String name : names) {
            interrupt(name, true);
        }
        for (String name : names) {
            end(name);
        }
    }
}
