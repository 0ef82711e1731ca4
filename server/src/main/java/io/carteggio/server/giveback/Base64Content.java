package io.carteggio.server.giveback;

import io.carteggio.mail.Content;
import io.carteggio.mail.Exactly;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Base64;
import java.util.Objects;

/// Content in base64, in lines of 76 characters that all end in CRLF (RFC 2045 6.8). Encoded while it is read.
record Base64Content(Content plain) implements Content {
    private static final int OCTETS_A_LINE = 57;
    private static final int LINE = 78; // with its CRLF
    private static final int LINES_AT_ONCE = 512;

    @Override
    public long sizeBytes() {
        long whole = plain.sizeBytes() / OCTETS_A_LINE;
        long rest = plain.sizeBytes() % OCTETS_A_LINE;
        return whole * LINE + (rest == 0 ? 0 : (rest + 2) / 3 * 4 + 2);
    }

    @Override
    public InputStream open(long offset, long length) throws IOException {
        Objects.checkFromIndexSize(offset, length, sizeBytes());
        long line = offset / LINE;
        long from = Math.min(line * OCTETS_A_LINE, plain.sizeBytes());
        Encoding encoding = new Encoding(plain.open(from, plain.sizeBytes() - from), length + offset % LINE);
        return Exactly.from(encoding, offset % LINE, length);
    }

    /// Encodes some lines at a time.
    private static final class Encoding extends InputStream {
        private final InputStream in;
        private long left;
        private ByteArrayInputStream lines = new ByteArrayInputStream(new byte[0]);

        /// @param left octets to be given
        Encoding(InputStream in, long left) {
            this.in = in;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int offset, int length) throws IOException {
            if (length == 0) {
                return 0;
            }
            if (left == 0) {
                return -1;
            }
            if (lines.available() == 0) {
                byte[] octets = in.readNBytes(LINES_AT_ONCE * OCTETS_A_LINE);
                byte[] encoded = Base64.getMimeEncoder().encode(octets);
                byte[] ended = java.util.Arrays.copyOf(encoded, encoded.length + 2);
                ended[encoded.length] = '\r';
                ended[encoded.length + 1] = '\n';
                lines = new ByteArrayInputStream(ended);
            }
            int n = lines.read(into, offset, (int) Math.min(length, left));
            left -= n;
            return n;
        }

        @Override
        public void close() throws IOException {
            in.close();
        }
    }
}
