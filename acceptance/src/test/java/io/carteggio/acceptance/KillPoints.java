package io.carteggio.acceptance;

import java.util.random.RandomGenerator;
import java.util.stream.LongStream;

/// At which of the calls of a run it is killed, in the long form of a test: all in turn, where they are few enough.
final class KillPoints {
    /// Whether the long form is asked for.
    static final boolean IN_TURN = Boolean.getBoolean("check.long");

    private KillPoints() {}

    /// Of how many calls one is killed at, so that there are no more kills than that.
    static long step(long calls, long most) {
        return Math.max(1, (calls + most - 1) / most);
    }

    /// Every so many calls from a drawn one on: what one night passes over, another does not.
    static long[] inTurn(long calls, long step, RandomGenerator random) {
        long first = 1 + random.nextLong(step);
        return LongStream.iterate(first, call -> call <= calls, call -> call + step)
                .toArray();
    }
}
