package io.carteggio.server.command;

import io.carteggio.server.local.Refusal;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/// A file that gets its name only when it is whole: written as `.part` beside. Belongs to one thread.
final class NewFile implements AutoCloseable {
    private static final int BUFFER_BYTES = 64 * 1024;

    private final Path file;
    private final Path part;
    private final FileChannel channel;
    private final OutputStream out;
    private boolean finished;

    private NewFile(Path file, Path part, FileChannel channel) {
        this.file = file;
        this.part = part;
        this.channel = channel;
        this.out = new BufferedOutputStream(Channels.newOutputStream(channel), BUFFER_BYTES);
    }

    /// @throws Refusal where something is in its place
    static NewFile at(Path file) throws IOException, Refusal {
        if (Files.exists(file)) {
            throw Refusal.no("exists already, and is not overwritten: " + file);
        }
        Path part = file.resolveSibling(file.getFileName() + ".part");
        return new NewFile(
                file,
                part,
                FileChannel.open(
                        part,
                        Set.of(
                                StandardOpenOption.CREATE,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.TRUNCATE_EXISTING)));
    }

    /// Where to write. Buffered; closed by [#finish].
    OutputStream out() {
        return out;
    }

    /// Forces what was written and gives it its name.
    void finish() throws IOException {
        out.flush();
        channel.force(true);
        channel.close();
        if (Files.exists(file)) {
            throw new IOException(
                    "exists now, and is not overwritten: " + file + " (what was written is in " + part + ")");
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        finished = true;
    }

    @Override
    public void close() throws IOException {
        channel.close();
        if (!finished) {
            Files.deleteIfExists(part);
        }
    }
}
