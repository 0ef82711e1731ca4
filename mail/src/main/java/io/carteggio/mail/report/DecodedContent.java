package io.carteggio.mail.report;

import io.carteggio.mail.Content;
import io.carteggio.mail.mime.TransferEncoding;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;

/// Transfer-encoded octets seen decoded (RFC 2045, 6.7 and 6.8), leniently. Decodes anew each time it is opened and
/// keeps nothing, so a range costs the decoding of all before it.
record DecodedContent(Content encoded, TransferEncoding encoding, long sizeBytes) implements Content {
    static DecodedContent of(Content encoded, TransferEncoding encoding) throws IOException {
        byte[] buffer = new byte[16 * 1024];
        long size = 0;
        try (InputStream in = decode(encoded.open(), encoding)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                size += n;
            }
        }
        return new DecodedContent(encoded, encoding, size);
    }

    static InputStream decode(InputStream in, TransferEncoding encoding) {
        return encoding.decode(in, () -> {}); // what can be read of damaged octets is all there is
    }

    @Override
    public InputStream open(long offset, long length) throws IOException {
        Objects.checkFromIndexSize(offset, length, sizeBytes);
        InputStream in = decode(encoded.open(), encoding);
        byte[] buffer = new byte[16 * 1024];
        for (long left = offset; left > 0; ) {
            int n = in.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (n < 0) {
                throw new EOFException("decoded content has shrunk");
            }
            left -= n;
        }
        return new Window(in, length);
    }

    private static final class Window extends InputStream {
        private final InputStream in;
        private long left;

        Window(InputStream in, long left) {
            this.in = in;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] target, int at, int length) throws IOException {
            Objects.checkFromIndexSize(at, length, target.length);
            if (length == 0) {
                return 0;
            }
            if (left == 0) {
                return -1;
            }
            int n = in.read(target, at, (int) Math.min(length, left));
            left -= Math.max(n, 0);
            return n;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
