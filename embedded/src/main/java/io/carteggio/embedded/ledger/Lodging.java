package io.carteggio.embedded.ledger;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.ledger.Checkpoint;
import io.carteggio.archive.ledger.CheckpointReader;
import io.carteggio.archive.ledger.SignedCheckpoint;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Optional;

/// A second place for checkpoints: a file in a directory that somebody else keeps, written by appending
/// alone, so that the place may forbid all else. It is what `check --witness` reads.
///
/// The directory is never made: where a disk is not mounted, nothing is lodged on the disk below. For one
/// thread.
public final class Lodging {
    private final Path file;

    /// @param origin whose checkpoints; names the file, `carteggio-0123456789abcdef.checkpoints`
    public Lodging(Path directory, String origin) {
        this.file = directory.resolve(origin.replaceAll("[^A-Za-z0-9.-]", "-") + ".checkpoints");
    }

    public Path file() {
        return file;
    }

    /// The last checkpoint that lies there; signed by whom is not asked.
    public Optional<Checkpoint> last() throws ArchiveException {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try (InputStream in = Files.newInputStream(file)) {
            CheckpointReader reader = new CheckpointReader(in);
            Optional<Checkpoint> last = Optional.empty();
            for (Optional<byte[]> note = reader.next(); note.isPresent(); note = reader.next()) {
                if (SignedCheckpoint.readUnsigned(note.get())
                        instanceof SignedCheckpoint.Reading.Good(SignedCheckpoint read)) {
                    last = Optional.of(read.checkpoint());
                }
            }
            return last;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /// Appends a checkpoint unless it is the last one there; forced.
    public void lodge(SignedCheckpoint checkpoint) throws ArchiveException {
        if (last().equals(Optional.of(checkpoint.checkpoint()))) {
            return;
        }
        Path directory = file.toAbsolutePath().getParent();
        if (directory == null || !Files.isDirectory(directory)) {
            throw new ArchiveException("no checkpoint can be lodged: " + directory + " is not there", true);
        }
        try (FileChannel channel = FileChannel.open(
                file, StandardOpenOption.WRITE, StandardOpenOption.CREATE, StandardOpenOption.APPEND)) {
            // What a crash left of an earlier note is closed with an empty line, and passed over by readers.
            String before = channel.size() == 0 || endsWithEmptyLine(channel.size()) ? "" : "\n\n";
            ByteBuffer note = ByteBuffer.wrap((before + checkpoint.note() + '\n').getBytes(StandardCharsets.UTF_8));
            while (note.hasRemaining()) {
                channel.write(note);
            }
            channel.force(true);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    private boolean endsWithEmptyLine(long size) throws IOException {
        try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer end = ByteBuffer.allocate(2);
            return size >= 2 && channel.read(end, size - 2) == 2 && end.get(0) == '\n' && end.get(1) == '\n';
        }
    }

    private ArchiveException failed(IOException e) {
        return new ArchiveException("no checkpoint can be lodged in " + file + ": " + e.getMessage(), true, e);
    }
}
