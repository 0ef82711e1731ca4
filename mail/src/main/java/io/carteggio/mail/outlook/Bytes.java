package io.carteggio.mail.outlook;

import io.carteggio.mail.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// Octets with little-endian numbers in them. Who asks for what is not there learns that the file is damaged.
final class Bytes {
    private final byte[] octets;

    /// Over the array itself, which nobody may change any more.
    Bytes(byte[] octets) {
        this.octets = octets;
    }

    static Bytes read(Content from, long offset, int length) throws IOException {
        if (offset < 0 || length < 0 || offset > from.sizeBytes() - length) {
            throw new DamagedException("it ends before octet " + offset + " + " + length);
        }
        try (InputStream in = from.open(offset, length)) {
            byte[] read = in.readNBytes(length);
            if (read.length != length) {
                throw new DamagedException("it ends at octet " + (offset + read.length));
            }
            return new Bytes(read);
        }
    }

    int length() {
        return octets.length;
    }

    private void need(long at, int count) throws DamagedException {
        if (at < 0 || at > octets.length - count) {
            throw new DamagedException("a structure of " + octets.length + " octets ends before " + at + " + " + count);
        }
    }

    int octet(long at) throws DamagedException {
        need(at, 1);
        return octets[(int) at] & 0xff;
    }

    int int2(long at) throws DamagedException {
        need(at, 2);
        int i = (int) at;
        return (octets[i] & 0xff) | ((octets[i + 1] & 0xff) << 8);
    }

    /// As 32 bits; negative where the first of them is set.
    int int4(long at) throws DamagedException {
        return int2(at) | (int2(at + 2) << 16);
    }

    long unsigned4(long at) throws DamagedException {
        return int4(at) & 0xffffffffL;
    }

    long int8(long at) throws DamagedException {
        return unsigned4(at) | ((long) int4(at + 4) << 32);
    }

    Bytes slice(long from, int length) throws DamagedException {
        need(from, length);
        return new Bytes(Arrays.copyOfRange(octets, (int) from, (int) from + length));
    }

    byte[] toArray() {
        return octets.clone();
    }

    InputStream open() {
        return new ByteArrayInputStream(octets);
    }
}
