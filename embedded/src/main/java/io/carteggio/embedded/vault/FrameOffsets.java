package io.carteggio.embedded.vault;

import io.carteggio.archive.vault.KeyTree;
import java.util.Arrays;

/// Where the frames of one segment begin. One thread adds, many ask.
final class FrameOffsets {
    private static final long NONE = -1;

    private final long firstFrame;
    private volatile long[] offsets = new long[64];
    private volatile int count;

    FrameOffsets(long firstFrame) {
        this.firstFrame = firstFrame;
    }

    FrameOffsets(long firstFrame, long[] offsets) {
        this.firstFrame = firstFrame;
        this.offsets = offsets;
        this.count = offsets.length;
    }

    /// Says where a frame begins; those between it and the one before are missing. A number that
    /// cannot be here is passed over.
    void put(long frame, long offset) {
        long index = frame - firstFrame;
        if (index < count || index >= KeyTree.FRAMES_LIMIT || index - count > 1 << 20) {
            return;
        }
        long[] room = offsets;
        if (index >= room.length) {
            room = Arrays.copyOf(room, (int) Math.max(index + 1, room.length * 2L));
        }
        for (int i = count; i < index; i++) {
            room[i] = NONE;
        }
        room[(int) index] = offset;
        offsets = room;
        count = (int) index + 1;
    }

    /// Forgets the frames from this one on.
    void cut(long frame) {
        count = (int) Math.max(0, Math.min(count, frame - firstFrame));
    }

    int count() {
        return count;
    }

    long firstFrame() {
        return firstFrame;
    }

    /// The number of the last frame; that before the first where there is none.
    long lastFrame() {
        return firstFrame + count - 1;
    }

    boolean gapless() {
        long[] all = offsets;
        for (int i = 0; i < count; i++) {
            if (all[i] == NONE) {
                return false;
            }
        }
        return true;
    }

    /// Where a frame begins; negative where it is not here.
    long of(long frame) {
        long index = frame - firstFrame;
        return index < 0 || index >= count ? NONE : offsets[(int) index];
    }

    long[] toArray() {
        return Arrays.copyOf(offsets, count);
    }
}
