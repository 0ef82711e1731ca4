package io.carteggio.mail.mime;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/// A transfer encoding undone while the stream is read. Subclasses see the encoded octets in pieces of any size.
abstract class DecodingStream extends InputStream {
    private static final int BUFFER_BYTES = 8 * 1024;

    private final InputStream in;
    private final Runnable onDamage;
    private final byte[] encoded = new byte[BUFFER_BYTES];
    private byte[] decoded = new byte[BUFFER_BYTES];
    private int from;
    private int to;
    private boolean ended;
    private boolean damaged;

    /// @param onDamage called once at the first octet that is not as it should be
    DecodingStream(InputStream in, Runnable onDamage) {
        this.in = in;
        this.onDamage = onDamage;
    }

    /// Undoes a piece, putting what it means by [#put].
    abstract void decode(byte[] piece, int length);

    /// Puts what is left at the end.
    abstract void finish();

    /// Nothing more comes, whatever follows.
    final void end() {
        ended = true;
    }

    final boolean hasEnded() {
        return ended;
    }

    final void put(int octet) {
        if (to == decoded.length) {
            decoded = Arrays.copyOf(decoded, decoded.length * 2);
        }
        decoded[to++] = (byte) octet;
    }

    final void putThree(int octets) {
        if (to + 3 > decoded.length) {
            decoded = Arrays.copyOf(decoded, decoded.length * 2);
        }
        decoded[to] = (byte) (octets >> 16);
        decoded[to + 1] = (byte) (octets >> 8);
        decoded[to + 2] = (byte) octets;
        to += 3;
    }

    final void damage() {
        if (!damaged) {
            damaged = true;
            onDamage.run();
        }
    }

    @Override
    public int read(byte[] b, int off, int len) throws IOException {
        if (len == 0) {
            return 0;
        }
        while (from == to) {
            if (ended) {
                return -1;
            }
            from = 0;
            to = 0;
            int n = in.read(encoded, 0, encoded.length);
            if (n < 0) {
                ended = true;
                finish();
            } else {
                decode(encoded, n);
            }
        }
        int n = Math.min(len, to - from);
        System.arraycopy(decoded, from, b, off, n);
        from += n;
        return n;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public void close() throws IOException {
        in.close();
    }
}
