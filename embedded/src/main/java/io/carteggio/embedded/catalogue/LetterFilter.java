package io.carteggio.embedded.catalogue;

import io.carteggio.mail.Sha256;
import java.util.concurrent.atomic.AtomicLongArray;

/// Tells nearly every new letter from a known one without a look into the file: a Bloom filter (Burton Bloom,
/// "Space/Time
/// Trade-offs in Hash Coding with Allowable Errors", 1970).
///
/// What was added is always found. What was not is seldom found; where letters far outnumber the size, more often: that
/// costs time, never truth. Safe for many threads.
final class LetterFilter {
    /// 4 MB: a million letters at 32 bits each.
    private static final int LEAST_BITS = 1 << 25;

    /// 32 MB, however many letters there are.
    private static final int MOST_BITS = 1 << 28;

    private static final int BITS_A_LETTER = 16;
    private static final int PROBES = 4;

    private final AtomicLongArray bits;
    private final int mask;

    /// @param letters how many there are now
    LetterFilter(long letters) {
        long wanted = Math.clamp(letters * BITS_A_LETTER, LEAST_BITS, MOST_BITS);
        int size = Math.toIntExact(Long.highestOneBit(2 * wanted - 1));
        bits = new AtomicLongArray(size / Long.SIZE);
        mask = size - 1;
    }

    void add(Sha256 sum) {
        for (int probe = 0; probe < PROBES; probe++) {
            int bit = sum.word(probe) & mask;
            bits.accumulateAndGet(bit / Long.SIZE, 1L << bit, (a, b) -> a | b);
        }
    }

    boolean mayHold(Sha256 sum) {
        for (int probe = 0; probe < PROBES; probe++) {
            int bit = sum.word(probe) & mask;
            if ((bits.get(bit / Long.SIZE) & 1L << bit) == 0) {
                return false;
            }
        }
        return true;
    }
}
