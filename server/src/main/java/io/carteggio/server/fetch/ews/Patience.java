package io.carteggio.server.fetch.ews;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/// How long to wait for a server that is busy. At least as long as it says; where it says nothing, longer
/// each time, and not in step with others.
final class Patience {
    /// Waiting longer than this in the middle of a run is left to the job, which tries again later.
    static final Duration LONGEST_HERE = Duration.ofMinutes(5);

    /// So often in a row.
    static final int TIMES = 6;

    /// Nonsense such as years is taken for this.
    static final Duration LONGEST_TOLD = Duration.ofHours(1);

    private static final Duration FIRST = Duration.ofSeconds(10);
    private static final Duration LONGEST = Duration.ofMinutes(10);

    private Patience() {}

    /// How long to stay away.
    ///
    /// @param times how often it was busy in a row, this one counted: from 1
    /// @param told what the server said
    static Duration away(int times, Optional<Duration> told, RandomGenerator chance) {
        if (told.isPresent()) {
            Duration least = told.get().isNegative() ? Duration.ZERO : told.get();
            return least.compareTo(LONGEST_TOLD) > 0 ? LONGEST_TOLD : least.plusMillis(chance.nextLong(250));
        }
        Duration wait = FIRST.multipliedBy(1L << Math.min(times - 1, 10));
        wait = wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
        return wait.dividedBy(2).plusMillis(chance.nextLong(wait.toMillis() / 2 + 1));
    }

    /// Whether that is waited for here.
    static boolean here(int times, Duration away) {
        return times < TIMES && away.compareTo(LONGEST_HERE) <= 0;
    }
}
