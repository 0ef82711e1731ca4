package io.carteggio.embedded.ledger;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.ledger.CheckpointReader;
import io.carteggio.archive.ledger.SignedCheckpoint;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.Disk.DiskFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The signed notes in files: `checkpoint`, the latest, and `checkpoints`, a history of some of them, which
/// only grows. For one thread.
public final class CheckpointFiles {
    private static final byte[] EMPTY_LINE = {'\n'};

    private final Disk disk;
    private final Path latest;
    private final Path history;
    private long historyEnd;

    /// Whether the history up to [#historyEnd] is forced, with its name, and nothing lies behind.
    private boolean settled;

    public CheckpointFiles(Disk disk, Path directory) {
        this.disk = disk;
        this.latest = directory.resolve("checkpoint");
        this.history = directory.resolve("checkpoints");
    }

    /// The same files, for reading beside who writes them.
    CheckpointFiles(CheckpointFiles same) {
        this.disk = same.disk;
        this.latest = same.latest;
        this.history = same.history;
    }

    /// The latest note as it lies there, not yet looked at.
    public Optional<byte[]> latest() throws ArchiveException {
        try {
            return disk.exists(latest) ? Optional.of(disk.readAll(latest)) : Optional.empty();
        } catch (IOException e) {
            throw failed(latest, e);
        }
    }

    /// Who sees the notes of the history, oldest first, not yet looked at.
    public interface Visitor {
        void note(byte[] note) throws ArchiveException;
    }

    /// Shows every whole note of the history, and what lies between whole notes.
    ///
    /// @return octets behind the last whole note: 0, or what a crash left of one
    public long walk(Visitor visitor) throws ArchiveException {
        try {
            if (!disk.exists(history)) {
                historyEnd = 0;
                return 0;
            }
            try (DiskFile file = disk.open(history, Disk.Access.READ)) {
                CheckpointReader reader = new CheckpointReader(new Octets(file));
                List<byte[]> behind = new ArrayList<>();
                long whole = 0;
                for (Optional<byte[]> note = reader.next(); note.isPresent(); note = reader.next()) {
                    behind.add(note.get());
                    if (reader.wholeBytes() > whole) {
                        whole = reader.wholeBytes();
                        for (byte[] each : behind) {
                            visitor.note(each);
                        }
                        behind.clear();
                    }
                }
                historyEnd = reader.wholeBytes();
                return file.sizeBytes() - historyEnd;
            }
        } catch (IOException e) {
            throw failed(history, e);
        }
    }

    /// Makes this the latest; forced.
    void replace(SignedCheckpoint checkpoint) throws ArchiveException {
        try {
            disk.replace(latest, checkpoint.bytes());
        } catch (IOException e) {
            throw failed(latest, e);
        }
    }

    /// Appends to the history behind the last whole note that [#walk] saw; forced.
    ///
    /// The empty line that makes a note whole is written when the rest is forced: whatever a crash leaves of a
    /// note, and in whatever order, it is never taken for one.
    void append(SignedCheckpoint checkpoint) throws ArchiveException {
        byte[] note = checkpoint.bytes();
        try (DiskFile file = disk.exists(history) ? disk.open(history, Disk.Access.WRITE) : disk.create(history)) {
            if (!settled) {
                settle(file);
            }
            settled = false;
            file.write(ByteBuffer.wrap(note), historyEnd);
            file.force();
            file.write(ByteBuffer.wrap(EMPTY_LINE), historyEnd + note.length);
            file.force();
            historyEnd += note.length + EMPTY_LINE.length;
            settled = true;
        } catch (IOException e) {
            throw failed(history, e);
        }
    }

    /// What an earlier process or a failed call left may lie in memory alone, and behind the last whole note.
    private void settle(DiskFile file) throws IOException {
        if (file.sizeBytes() > historyEnd) {
            file.truncate(historyEnd);
        }
        file.force();
        Path above = history.getParent();
        if (above != null) {
            disk.forceDirectory(above);
        }
    }

    private static ArchiveException failed(Path file, IOException e) {
        return new ArchiveException("the ledger's " + file.getFileName() + ": " + e.getMessage(), true, e);
    }

    /// A file from its beginning to its end.
    private static final class Octets extends InputStream {
        private final DiskFile file;
        private long at;

        Octets(DiskFile file) {
            this.file = file;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] into, int off, int len) throws IOException {
            int n = file.read(ByteBuffer.wrap(into, off, len), at);
            at += n;
            return n == 0 && len > 0 ? -1 : n;
        }
    }
}
