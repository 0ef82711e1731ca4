package io.carteggio.archive.intake;

import io.carteggio.mail.Sha256;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;

/// Sees to it that two arrivals of the same letter are taken one after the other, so that the second finds the
/// first in the catalogue. Arrivals of different letters do not wait for each other.
final class Claims {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition released = lock.newCondition();
    private final Set<Sha256> inHand = new HashSet<>();

    /// Waits until nobody has any of these letters in hand, then takes all of them in hand at once: so nobody
    /// ever waits while holding.
    Claim claim(Collection<Sha256> letters) {
        List<Sha256> mine = List.copyOf(new HashSet<>(letters));
        lock.lock();
        try {
            while (mine.stream().anyMatch(inHand::contains)) {
                released.awaitUninterruptibly();
            }
            inHand.addAll(mine);
            return new Claim(mine);
        } finally {
            lock.unlock();
        }
    }

    /// Letters in hand until closed.
    final class Claim implements AutoCloseable {
        private final List<Sha256> mine;

        private Claim(List<Sha256> mine) {
            this.mine = mine;
        }

        @Override
        public void close() {
            lock.lock();
            try {
                mine.forEach(inHand::remove);
                released.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }
}
