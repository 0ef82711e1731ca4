package io.carteggio.embedded.disk;

import io.carteggio.mail.Content;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Objects;

/// A stretch of a file. Each stream opens the file anew: a channel shared by many threads would be closed under
/// all of them when one is interrupted.
public record FileContent(Path file, long offset, long sizeBytes) implements Content {
    private static final int BUFFER_BYTES = 32 * 1024;

    @Override
    public InputStream open(long from, long length) throws IOException {
        Objects.checkFromIndexSize(from, length, sizeBytes);
        return new Stretch(FileChannel.open(file, StandardOpenOption.READ), offset + from, length);
    }

    @Override
    public Content slice(long from, long length) {
        Objects.checkFromIndexSize(from, length, sizeBytes);
        return new FileContent(file, offset + from, length);
    }

    private final class Stretch extends InputStream {
        private final FileChannel channel;
        private final ByteBuffer buffer;
        private long at;
        private final long end;

        Stretch(FileChannel channel, long at, long length) {
            this.channel = channel;
            this.at = at;
            this.end = at + length;
            this.buffer = ByteBuffer.allocate((int) Math.min(BUFFER_BYTES, Math.max(1, length)));
            buffer.limit(0);
        }

        private boolean fill() throws IOException {
            if (buffer.hasRemaining()) {
                return true;
            }
            if (at == end) {
                return false;
            }
            buffer.clear().limit((int) Math.min(buffer.capacity(), end - at));
            int n = channel.read(buffer, at);
            if (n <= 0) {
                buffer.limit(0);
                throw new IOException(file + " ends at " + at + ", before " + end);
            }
            at += n;
            buffer.flip();
            return true;
        }

        @Override
        public int read() throws IOException {
            return fill() ? buffer.get() & 0xff : -1;
        }

        @Override
        public int read(byte[] into, int off, int len) throws IOException {
            Objects.checkFromIndexSize(off, len, into.length);
            if (len == 0) {
                return 0;
            }
            if (!fill()) {
                return -1;
            }
            int n = Math.min(len, buffer.remaining());
            buffer.get(into, off, n);
            return n;
        }

        @Override
        public long skip(long n) throws IOException {
            long inBuffer = Math.min(Math.max(0, n), buffer.remaining());
            buffer.position(buffer.position() + (int) inBuffer);
            long beyond = Math.min(Math.max(0, n) - inBuffer, end - at);
            at += beyond;
            return inBuffer + beyond;
        }

        @Override
        public int available() {
            return (int) Math.min(Integer.MAX_VALUE, buffer.remaining() + (end - at));
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
