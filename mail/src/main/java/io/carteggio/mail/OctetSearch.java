package io.carteggio.mail;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/// Looks for octets in arrays, eight at a time: every mail passes here several times.
public final class OctetSearch {
    private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

    private static final long ONES = 0x0101010101010101L;
    private static final long HIGHS = 0x8080808080808080L;

    private OctetSearch() {}

    /// The index of the first such octet in `[from, to)`, or -1.
    ///
    /// @throws IndexOutOfBoundsException where the range does not lie inside the array
    public static int indexOf(byte[] octets, int from, int to, byte wanted) {
        long pattern = ONES * (wanted & 0xff);
        int i = from;
        for (; i <= to - 8; i += 8) {
            long differ = (long) LONGS.get(octets, i) ^ pattern; // an octet of it is zero where the wanted one is
            long zeros = (differ - ONES) & ~differ & HIGHS; // its lowest bit stands in the first such octet
            if (zeros != 0) {
                return i + (Long.numberOfTrailingZeros(zeros) >>> 3);
            }
        }
        for (; i < to; i++) {
            if (octets[i] == wanted) {
                return i;
            }
        }
        return -1;
    }
}
