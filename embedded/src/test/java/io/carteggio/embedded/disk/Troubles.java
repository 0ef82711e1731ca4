package io.carteggio.embedded.disk;

import io.carteggio.embedded.disk.FakeDisk.Call;
import io.carteggio.embedded.disk.FakeDisk.Fate;
import java.nio.file.Path;
import java.util.SplittableRandom;

/// Calls of the disk that fail now and then. Safe for many threads.
///
/// A force that failed leaves pages in memory that are not on the disk and never will be: no program that
/// is started later can tell. After [#forceFailed] a history must go on with a power cut. For the same
/// reason either forces fail or truncates.
public final class Troubles implements FakeDisk.Trouble {
    private final SplittableRandom chance;
    private final int oneIn;
    private final Call never;
    private boolean forceFailed;

    public Troubles(SplittableRandom chance) {
        this.chance = chance;
        this.oneIn = 1 << chance.nextInt(2, 7);
        this.never = chance.nextBoolean() ? Call.TRUNCATE : Call.FORCE;
    }

    @Override
    public synchronized Fate at(Call call, Path file, long sizeBytes) {
        boolean fails = call.changes() && call != never && chance.nextInt(oneIn) == 0;
        forceFailed |= fails && call == Call.FORCE;
        return fails ? new Fate.Fails("No space left on device", chance.nextInt((int) sizeBytes + 1)) : FakeDisk.DONE;
    }

    public synchronized boolean forceFailed() {
        return forceFailed;
    }
}
