package io.carteggio.server.web;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Slows down who guesses passwords: after [#FREE_TRIES] wrong ones for an account from one peer, each further
/// try must wait, twice as long each time, up to [#LONGEST]. Safe for many threads.
///
/// It counts per account *and* peer, so a guesser elsewhere cannot shut the owner out; how fast many peers
/// together can guess is bounded by [Passwords]. A name that nobody has is treated like any other.
final class Brake {
    static final int FREE_TRIES = 5;
    static final Duration LONGEST = Duration.ofMinutes(1);
    private static final Duration FORGOTTEN = Duration.ofHours(1);
    private static final int LIMIT = 20_000;

    private record Key(String account, String peer) {}

    private record Failures(int count, Instant last) {}

    private static final Failures NONE = new Failures(0, Instant.EPOCH);

    private final Clock clock;
    private final Map<Key, Failures> failures = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Key, Failures> eldest) {
            return size() > LIMIT;
        }
    };

    Brake(Clock clock) {
        this.clock = clock;
    }

    /// Takes a try into account, as a failure until [#succeeded] says otherwise, so that many at once count as many.
    ///
    /// @return how long this account must still wait at this peer; empty where it may try now
    synchronized Optional<Duration> attempt(String account, String peer) {
        Key key = new Key(account, peer);
        Instant now = clock.instant();
        Failures f = failures.getOrDefault(key, NONE);
        if (f.last.plus(FORGOTTEN).isBefore(now)) {
            f = NONE;
        }
        if (f.count >= FREE_TRIES) {
            Duration left = Duration.between(now, f.last.plus(pause(f.count)));
            if (left.isPositive()) {
                return Optional.of(left);
            }
        }
        failures.put(key, new Failures(f.count + 1, now));
        return Optional.empty();
    }

    private static Duration pause(int count) {
        Duration pause = Duration.ofSeconds(1L << Math.min(count - FREE_TRIES, 6));
        return pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
    }

    synchronized void succeeded(String account, String peer) {
        failures.remove(new Key(account, peer));
    }
}
