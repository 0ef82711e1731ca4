package io.carteggio.embedded.spool;

import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.embedded.disk.FileContent;
import io.carteggio.mail.Content;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// One mail while it comes in: written once, then read as often as needed until closed. Belongs to one thread.
public final class Spool extends OutputStream {
    private static final int FIRST_BYTES = 16 * 1024;

    private final Spools spools;
    private byte[] memory = new byte[0];
    private int inMemory;
    private long taken;
    private long size;
    private @Nullable FileChannel channel;
    private @Nullable Path file;

    Spool(Spools spools) {
        this.spools = spools;
    }

    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    @Override
    public void write(byte[] bytes, int off, int len) throws IOException {
        Objects.checkFromIndexSize(off, len, bytes.length);
        if (channel == null && fits(len)) {
            System.arraycopy(bytes, off, memory, inMemory, len);
            inMemory += len;
        } else {
            DurableFiles.writeFully(toFile(), ByteBuffer.wrap(bytes, off, len));
        }
        size += len;
    }

    private boolean fits(int more) {
        long needed = (long) inMemory + more;
        if (needed <= memory.length) {
            return true;
        }
        int larger = (int) Math.max(needed, Math.max(FIRST_BYTES, 2L * memory.length));
        if (needed > Spools.IN_MEMORY_LIMIT_BYTES || !spools.take(larger - memory.length)) {
            return false;
        }
        taken += larger - memory.length;
        memory = Arrays.copyOf(memory, larger);
        return true;
    }

    private FileChannel toFile() throws IOException {
        FileChannel open = channel;
        if (open == null) {
            Path path = spools.newFile();
            open = FileChannel.open(path, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            channel = open;
            file = path;
            DurableFiles.writeFully(open, ByteBuffer.wrap(memory, 0, inMemory));
            memory = new byte[0];
            inMemory = 0;
            release();
        }
        return open;
    }

    private void release() {
        spools.giveBack(taken);
        taken = 0;
    }

    public long sizeBytes() {
        return size;
    }

    /// What was written so far. Good until the spool is closed; nothing may be written after.
    public Content content() {
        Path path = file;
        return path == null ? Content.owning(memory, inMemory) : new FileContent(path, 0, size);
    }

    /// Lets go of the mail.
    @Override
    public void close() throws IOException {
        memory = new byte[0];
        inMemory = 0;
        release();
        FileChannel open = channel;
        Path path = file;
        if (open != null) {
            open.close();
        }
        if (path != null) {
            Files.deleteIfExists(path);
        }
    }
}
