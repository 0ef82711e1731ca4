package io.carteggio.embedded.vault;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// What waits for the vault's writer, and what has been announced and is not here yet.
///
/// On a disk that forces in less time than a mail takes to be read and compressed, nothing would ever
/// wait, and every frame would pay for a force of its own. So the writer waits for those that are on
/// their way, until few are missing and for a moment at most: together they need one force, and the
/// processor that would have gone into the others brings them here sooner. The last few are not
/// waited for: they would have the processors to themselves. Who comes alone never waits.
///
/// @param <T> what waits
final class WriterQueue<T> {
    /// The longest that one who is here waits for others: about one turn of a disk.
    static final Duration PATIENCE = Duration.ofMillis(8);

    /// Few are missing when so many times as many are here.
    private static final int HERE_FOR_EACH_MISSING = 4;

    private final long patienceNanos;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition arrived = lock.newCondition(); // for the writer
    private final Deque<T> waiting = new ArrayDeque<>();
    private int announced;

    WriterQueue(Duration patience) {
        this.patienceNanos = patience.toNanos();
    }

    /// Somebody is on the way, and will say so with [#addAnnounced] or [#givenUp].
    void announce() {
        lock.lock();
        try {
            announced++;
        } finally {
            lock.unlock();
        }
    }

    void addAnnounced(T item) {
        lock.lock();
        try {
            announced--;
            waiting.add(item);
            signal();
        } finally {
            lock.unlock();
        }
    }

    /// Who was announced needs no writer, if nobody else is here or on the way.
    ///
    /// @return whether it is so; then the one is no longer announced
    boolean leaveAlone() {
        lock.lock();
        try {
            boolean alone = waiting.isEmpty() && announced == 1;
            announced -= alone ? 1 : 0;
            return alone;
        } finally {
            lock.unlock();
        }
    }

    void givenUp() {
        lock.lock();
        try {
            announced--;
            signal();
        } finally {
            lock.unlock();
        }
    }

    /// Puts something behind the others, that was not announced.
    void add(T item) {
        lock.lock();
        try {
            waiting.add(item);
            signal();
        } finally {
            lock.unlock();
        }
    }

    /// The writer is woken when it need not wait any longer, not for each one.
    private void signal() {
        boolean patienceBegins = waiting.size() == 1;
        if (fewMissing() || patienceBegins) {
            arrived.signal();
        }
    }

    private boolean fewMissing() {
        return waiting.size() >= (long) announced * HERE_FOR_EACH_MISSING;
    }

    /// The first that waits, when few are missing that were announced, or its patience has ended.
    T first() throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (waiting.isEmpty()) {
                arrived.await();
            }
            long left = patienceNanos;
            while (!fewMissing() && left > 0) {
                left = arrived.awaitNanos(left);
            }
            return waiting.remove();
        } finally {
            lock.unlock();
        }
    }

    /// The next that is here already.
    Optional<T> next() {
        lock.lock();
        try {
            return Optional.ofNullable(waiting.poll());
        } finally {
            lock.unlock();
        }
    }
}
