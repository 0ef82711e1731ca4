package io.carteggio.embedded.index;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Numbers as runs of bits, the highest first. Belongs to one thread.
///
/// Two codes: *Rice* for numbers that fall off evenly, as distances of random events do (Rice, Plaunt 1971),
/// and *exponential Golomb* where few are far larger than the rest (Teuhola 1978). Both have a parameter: so
/// many low bits are written as they are.
final class Bits {
    /// Parameters are below this.
    static final int PARAMETERS = 16;

    /// Bits that a parameter is written with.
    static final int PARAMETER_BITS = 4;

    /// A Rice code with so many zeros before it is a number written out.
    private static final int ESCAPE = 24;

    private static final int INT_BITS = 32;

    /// What can be read at once from any bit on.
    private static final int PEEKED = 57;

    private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private byte[] octets = new byte[1 << 10];
    private long position;

    /// Begins anew, for writing.
    void clear() {
        Arrays.fill(octets, 0, Math.min(octets.length, (int) ((position + 7) >>> 3) + Long.BYTES), (byte) 0);
        position = 0;
    }

    /// The octets written so far, the last one filled up with zeros.
    byte[] array() {
        return octets;
    }

    int length() {
        return (int) ((position + 7) >>> 3);
    }

    /// Begins anew, for reading: an array that the caller fills with `length` octets.
    byte[] fill(int length) {
        if (octets.length < length + Long.BYTES + 1) {
            octets = new byte[length + length / 2 + Long.BYTES + 1];
        }
        position = 0;
        return octets;
    }

    void write(long value, int bits) {
        if (bits > PEEKED) {
            write(value >>> INT_BITS, bits - INT_BITS);
            write(value & 0xFFFF_FFFFL, INT_BITS);
            return;
        }
        if (bits == 0) {
            return;
        }
        int at = (int) (position >>> 3);
        if (at + Long.BYTES + 1 > octets.length) {
            octets = Arrays.copyOf(octets, octets.length * 2);
        }
        long word = (long) LONG.get(octets, at);
        LONG.set(octets, at, word | (value << (Long.SIZE - bits - (int) (position & 7))));
        position += bits;
    }

    private long peek() {
        return (long) LONG.get(octets, (int) (position >>> 3)) << (position & 7);
    }

    int read(int bits) {
        if (bits == 0) {
            return 0;
        }
        int value = (int) (peek() >>> (Long.SIZE - bits));
        position += bits;
        return value;
    }

    void writeRice(int value, int low) {
        int high = value >>> low;
        if (high >= ESCAPE) {
            write(1, ESCAPE + 1);
            write(value, INT_BITS);
        } else {
            write(1, high + 1);
            write(value & ((1L << low) - 1), low);
        }
    }

    int readRice(int low) {
        int high = Long.numberOfLeadingZeros(peek());
        position += high + 1;
        return high >= ESCAPE ? read(INT_BITS) : (high << low) | read(low);
    }

    void writeGolomb(int value, int low) {
        long high = (value >>> low) + 1L;
        int zeros = Long.SIZE - 1 - Long.numberOfLeadingZeros(high);
        write(high, 2 * zeros + 1);
        write(value & ((1L << low) - 1), low);
    }

    int readGolomb(int low) {
        int zeros = Long.numberOfLeadingZeros(peek());
        position += zeros;
        int high = read(zeros + 1) - 1;
        return (high << low) | read(low);
    }

    /// How many numbers have how many bits, to choose a parameter by.
    static final class Spread {
        private final int[] counts = new int[INT_BITS + 1];
        private int all;

        void clear() {
            Arrays.fill(counts, 0);
            all = 0;
        }

        void add(int value) {
            counts[INT_BITS - Integer.numberOfLeadingZeros(value)]++;
            all++;
        }

        boolean isEmpty() {
            return all == 0;
        }

        /// The parameter with which exponential Golomb codes come out shortest, nearly.
        int golomb() {
            int best = 0;
            long least = Long.MAX_VALUE;
            for (int low = 0; low < PARAMETERS; low++) {
                long bits = (long) all * (1 + low);
                for (int size = low + 1; size <= INT_BITS; size++) {
                    bits += (long) counts[size] * (2 * (size - low) - 1);
                }
                if (bits < least) {
                    least = bits;
                    best = low;
                }
            }
            return best;
        }
    }

    /// The parameter with which Rice codes of numbers with this sum come out shortest, nearly.
    static int rice(long sum, int count) {
        long mean = sum * 7 / 10 / count;
        return Math.min(PARAMETERS - 1, Long.SIZE - Long.numberOfLeadingZeros(mean));
    }
}
