package io.carteggio.mail.tnef;

import java.io.IOException;
import java.io.InputStream;

/// Little-endian numbers and octets, one after the other, up to a limit that can be set. Past it everything reads
/// as zero and [#beyond] says so: a damaged stream is a case, not an exception. Belongs to one thread.
final class LittleEndian {
    private final InputStream in;
    private final byte[] buffer = new byte[8 * 1024];
    private int from;
    private int to;
    private long at;
    private long limit;
    private boolean beyond;
    private int sum;

    LittleEndian(InputStream in, long sizeBytes) {
        this.in = in;
        this.limit = sizeBytes;
    }

    long at() {
        return at;
    }

    long left() {
        return limit - at;
    }

    /// Nothing from this offset on is read until the limit is set anew.
    void limit(long offset) {
        limit = offset;
        beyond = false;
    }

    /// Whether something was asked for that lies at or past the limit.
    boolean beyond() {
        return beyond;
    }

    /// The sum of all octets since the last call ([MS-OXTNEF] 2.1.3.1: the checksum is its lower half).
    int sum() {
        int all = sum;
        sum = 0;
        return all & 0xffff;
    }

    int octet() throws IOException {
        if (at >= limit || !filled()) {
            beyond = true;
            return 0;
        }
        int octet = buffer[from++] & 0xff;
        at++;
        sum += octet;
        return octet;
    }

    int int2() throws IOException {
        int low = octet();
        return low | (octet() << 8);
    }

    /// Unsigned.
    long int4() throws IOException {
        long low = int2();
        return low | ((long) int2() << 16);
    }

    long int8() throws IOException {
        long low = int4();
        return low | (int4() << 32);
    }

    void skip(long octets) throws IOException {
        long left = octets;
        while (left > 0) {
            if (at >= limit || !filled()) {
                beyond = true;
                return;
            }
            int n = (int) Math.min(Math.min(left, limit - at), to - from);
            for (int i = 0; i < n; i++) {
                sum += buffer[from + i] & 0xff;
            }
            from += n;
            at += n;
            left -= n;
        }
    }

    /// The first `most` of so many octets; goes past all of them.
    byte[] octets(long length, int most) throws IOException {
        byte[] kept = new byte[Math.clamp(Math.min(length, limit - at), 0, most)];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = (byte) octet();
        }
        skip(length - kept.length);
        return kept;
    }

    private boolean filled() throws IOException {
        if (from < to) {
            return true;
        }
        from = 0;
        to = Math.max(0, in.read(buffer, 0, buffer.length));
        return to > 0;
    }
}
