package io.carteggio.archive.gap;

import java.util.Set;
import java.util.TreeSet;

/// The names of the reports in the frames that were compared last, so that a gap that opens asks here and
/// nobody reads those frames once more. Sums of names alone: whoever finds a frame here looks whether it is
/// the right one. Belongs to who guards it.
final class RecentNames {
    private static final int FIRST_ROOM = 1 << 10;
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    private final long frames;
    private long from;
    private long to;
    private long[] sums = new long[0];
    private long[] where = new long[0];
    private int first; // a ring
    private int size;

    /// @param frames so many of the last frames are remembered
    RecentNames(long frames) {
        this.frames = frames;
    }

    /// Begins anew: nothing is remembered, and the next frame is the one after this.
    void restart(long after) {
        from = after;
        to = after;
        sums = new long[0];
        where = new long[0];
        first = 0;
        size = 0;
    }

    /// The frames that are remembered are those after this one …
    long from() {
        return from;
    }

    /// … up to this one.
    long to() {
        return to;
    }

    /// Takes note of the next frame; the oldest is forgotten.
    ///
    /// @param names of the report in it; none where it has none
    void add(long frame, Set<String> names) {
        if (frame != to + 1) {
            throw new IllegalStateException("frame " + frame + " after " + to);
        }
        to = frame;
        from = Math.max(from, to - frames);
        while (size > 0 && where[first] <= from) {
            first = (first + 1) % where.length;
            size--;
        }
        for (String name : names) {
            if (size == where.length) {
                grow();
            }
            int at = (first + size) % where.length;
            sums[at] = sum(name);
            where[at] = frame;
            size++;
        }
    }

    private void grow() {
        int room = Math.max(FIRST_ROOM, 2 * where.length);
        sums = turned(sums, room);
        where = turned(where, room);
        first = 0;
    }

    private long[] turned(long[] ring, int room) {
        long[] turned = new long[room];
        System.arraycopy(ring, first, turned, 0, ring.length - first);
        System.arraycopy(ring, 0, turned, ring.length - first, first);
        return turned;
    }

    /// The frames whose report may have this name, oldest first.
    Set<Long> find(String name) {
        long sum = sum(name);
        Set<Long> found = new TreeSet<>();
        for (int i = 0; i < size; i++) {
            int at = (first + i) % where.length;
            if (sums[at] == sum) {
                found.add(where[at]);
            }
        }
        return found;
    }

    /// FNV-1a over the characters.
    private static long sum(String name) {
        long sum = FNV_OFFSET;
        for (int i = 0; i < name.length(); i++) {
            sum = (sum ^ name.charAt(i)) * FNV_PRIME;
        }
        return sum;
    }
}
