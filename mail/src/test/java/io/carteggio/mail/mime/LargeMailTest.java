package io.carteggio.mail.mime;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.management.ThreadMXBean;
import io.carteggio.mail.Content;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

/// P9: memory does not grow with mail size.
class LargeMailTest {
    private static final long ATTACHMENT_BYTES = 57L * 1_000_000;
    private static final long ALLOCATED_BYTES = 4L << 20;

    /// A mail that is made while it is read: it never lies in memory as a whole.
    private static final class MadeUp implements Content {
        private static final byte[] HEAD = ascii("""
                Subject: large
                Content-Type: multipart/mixed; boundary=b

                --b

                text
                --b
                Content-Type: application/octet-stream; name=large.bin
                Content-Transfer-Encoding: base64

                """);
        private static final byte[] LINE = ascii("QUJD".repeat(19) + "\n");
        private static final byte[] TAIL = ascii("--b--\n");
        private static final long LINES = ATTACHMENT_BYTES / 57;

        @Override
        public long sizeBytes() {
            return HEAD.length + LINES * LINE.length + TAIL.length;
        }

        @Override
        public InputStream open(long offset, long length) throws IOException {
            Objects.checkFromIndexSize(offset, length, sizeBytes());
            InputStream all = new SequenceInputStream(Collections.enumeration(
                    List.of(new ByteArrayInputStream(HEAD), new Lines(), new ByteArrayInputStream(TAIL))));
            all.skipNBytes(offset);
            return new Limited(all, length);
        }

        private static byte[] ascii(String text) {
            return text.getBytes(StandardCharsets.US_ASCII);
        }
    }

    private static final class Lines extends InputStream {
        private long left = MadeUp.LINES * MadeUp.LINE.length;
        private int at;

        @Override
        public int read() {
            if (left == 0) {
                return -1;
            }
            left--;
            int octet = MadeUp.LINE[at];
            at = (at + 1) % MadeUp.LINE.length;
            return octet;
        }

        @Override
        public int read(byte[] b, int off, int len) {
            if (left == 0) {
                return -1;
            }
            int n = (int) Math.min(left, Math.min(len, MadeUp.LINE.length - at));
            System.arraycopy(MadeUp.LINE, at, b, off, n);
            at = (at + n) % MadeUp.LINE.length;
            left -= n;
            return n;
        }
    }

    private static final class Limited extends InputStream {
        private final InputStream in;
        private long left;

        Limited(InputStream in, long left) {
            this.in = in;
            this.left = left;
        }

        @Override
        public int read() throws IOException {
            return left-- > 0 ? in.read() : -1;
        }

        @Override
        public int read(byte[] b, int off, int len) throws IOException {
            if (left <= 0) {
                return -1;
            }
            int n = in.read(b, off, (int) Math.min(len, left));
            left -= Math.max(n, 0);
            return n;
        }
    }

    @Test
    void isReadWithLittleMemory() throws IOException {
        Content mail = new MadeUp();
        LetterReader.read(Content.of(new byte[0]), ReadLimits.DEFAULT); // classes are loaded
        ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        long before = threads.getCurrentThreadAllocatedBytes();
        Letter letter = LetterReader.read(mail, ReadLimits.DEFAULT);
        assertThat(threads.getCurrentThreadAllocatedBytes() - before).isLessThan(ALLOCATED_BYTES);

        assertThat(letter.text()).contains("text");
        assertThat(letter.attachments()).extracting(Attachment::sizeBytes).containsExactly(ATTACHMENT_BYTES);
        try (InputStream in = LetterReader.openAttachment(mail, 0)) {
            assertThat(in.readNBytes(6)).asString(StandardCharsets.US_ASCII).isEqualTo("ABCABC");
        }
    }
}
