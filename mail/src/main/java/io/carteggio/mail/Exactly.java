package io.carteggio.mail;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/// So many octets of a stream; throws where there are fewer. Closing it closes the stream. Belongs to
/// one thread.
public final class Exactly extends FilterInputStream {
    private long left;

    public Exactly(InputStream in, long length) {
        super(in);
        this.left = length;
    }

    /// So many octets of a stream, from an offset on.
    ///
    /// @throws IOException where the offset cannot be reached; the stream is closed then
    public static InputStream from(InputStream in, long offset, long length) throws IOException {
        try {
            in.skipNBytes(offset);
        } catch (IOException | RuntimeException e) {
            in.close();
            throw e;
        }
        return new Exactly(in, length);
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] into, int off, int len) throws IOException {
        Objects.checkFromIndexSize(off, len, into.length);
        if (len == 0) {
            return 0;
        }
        if (left == 0) {
            return -1;
        }
        int n = in.read(into, off, (int) Math.min(len, left));
        if (n < 0) {
            throw new IOException("the content ends " + left + " octets early");
        }
        left -= n;
        return n;
    }

    @Override
    public long skip(long n) throws IOException {
        long skipped = in.skip(Math.min(n, left));
        left -= skipped;
        return skipped;
    }

    @Override
    public int available() throws IOException {
        return (int) Math.min(left, in.available());
    }

    @Override
    public boolean markSupported() {
        return false;
    }
}
