package io.carteggio.embedded.catalogue;

import java.util.concurrent.atomic.AtomicLongArray;

/// Tells nearly every new key from a known one without a look into the file: a Bloom filter (Burton
/// Bloom, "Space/Time Trade-offs in Hash Coding with Allowable Errors", 1970). Keys are 64 bits of a
/// sum or a mark, and so are spread evenly.
///
/// What was added is always found. What was not is seldom found; where keys far outnumber the size,
/// more often: that costs time, never truth. Safe for many threads.
final class KeyFilter {
    /// 4 MB: a million keys at 32 bits each.
    private static final int LEAST_BITS = 1 << 25;

    /// 32 MB, however many keys there are.
    private static final int MOST_BITS = 1 << 28;

    private static final int BITS_A_KEY = 16;
    private static final int PROBES = 4;

    private volatile AtomicLongArray bits;
    private final int mask;
    private volatile boolean released;

    /// @param keys how many there are now
    KeyFilter(long keys) {
        long wanted = Math.clamp(keys * BITS_A_KEY, LEAST_BITS, MOST_BITS);
        int size = Math.toIntExact(Long.highestOneBit(2 * wanted - 1));
        bits = new AtomicLongArray(size / Long.SIZE);
        mask = size - 1;
    }

    /// Gives back the memory. From then on every key may be known.
    void release() {
        released = true;
        bits = new AtomicLongArray(0);
    }

    void add(long key) {
        AtomicLongArray here = bits;
        if (released) {
            return;
        }
        for (int probe = 0; probe < PROBES; probe++) {
            int bit = bit(key, probe);
            long set = 1L << bit; // the low six bits count
            if ((here.get(bit / Long.SIZE) & set) == 0) {
                here.accumulateAndGet(bit / Long.SIZE, set, (a, b) -> a | b);
            }
        }
    }

    boolean mayHold(long key) {
        AtomicLongArray here = bits;
        if (released) {
            return true;
        }
        for (int probe = 0; probe < PROBES; probe++) {
            int bit = bit(key, probe);
            if ((here.get(bit / Long.SIZE) & (1L << bit)) == 0) {
                return false;
            }
        }
        return true;
    }

    /// Two halves make as many probes as are wanted (Kirsch and Mitzenmacher, "Less Hashing, Same
    /// Performance", 2006).
    private int bit(long key, int probe) {
        int first = (int) key;
        int second = (int) (key >>> Integer.SIZE) | 1;
        return first + probe * second & mask;
    }
}
