package io.carteggio.server.command;

import java.nio.ByteBuffer;

/// A set of sums, cut to 128 bits: about 40 octets of memory for each, so that what a long run has done already can be
/// looked up without a database. Two of a thousand million different things have the same sum with a chance of one in
/// 10^20. Belongs to one thread while it is filled; then many may look.
final class KnownSums {
    static final int SIZE_BYTES = 16;

    private long[] table = new long[2 * 64]; // pairs; the pair of two noughts is an empty slot
    private int size;

    /// @param sum its first 16 octets count
    void add(byte[] sum) {
        if (size >= table.length / 4) {
            long[] old = table;
            table = new long[old.length * 2];
            for (int i = 0; i < old.length; i += 2) {
                if ((old[i] | old[i + 1]) != 0) {
                    put(old[i], old[i + 1]);
                }
            }
        }
        if (put(high(sum), low(sum))) {
            size++;
        }
    }

    boolean contains(byte[] sum) {
        return table[slot(high(sum), low(sum))] != 0;
    }

    int size() {
        return size;
    }

    private boolean put(long high, long low) {
        int slot = slot(high, low);
        boolean isNew = table[slot] == 0;
        table[slot] = high;
        table[slot + 1] = low;
        return isNew;
    }

    private int slot(long high, long low) {
        int slots = table.length / 2;
        int at = (int) Long.remainderUnsigned(low, slots);
        while (table[2 * at] != 0 && (table[2 * at] != high || table[2 * at + 1] != low)) {
            at = at + 1 == slots ? 0 : at + 1;
        }
        return 2 * at;
    }

    private static long high(byte[] sum) {
        return ByteBuffer.wrap(sum).getLong() | 1; // never nought: that marks an empty slot
    }

    private static long low(byte[] sum) {
        return ByteBuffer.wrap(sum).getLong(8);
    }
}
