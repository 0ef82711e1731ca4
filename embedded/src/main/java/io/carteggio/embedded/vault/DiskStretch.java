package io.carteggio.embedded.vault;

import io.carteggio.embedded.disk.Disk.DiskFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/// A stretch of a file as a stream; closes the file.
final class DiskStretch extends InputStream {
    private static final int BUFFER_BYTES = 128 * 1024;

    private final DiskFile file;
    private final long end;
    private final ByteBuffer buffer;
    private long at;

    DiskStretch(DiskFile file, long from, long length) {
        this.file = file;
        this.at = from;
        this.end = from + length;
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
        int wanted = buffer.remaining();
        int n = file.read(buffer, at);
        buffer.flip();
        if (n < wanted) {
            throw new IOException("the segment ends at " + (at + n) + ", before " + end);
        }
        at += n;
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
    public void close() throws IOException {
        file.close();
    }
}
