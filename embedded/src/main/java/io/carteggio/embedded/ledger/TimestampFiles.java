package io.carteggio.embedded.ledger;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.ledger.SignedCheckpoint;
import io.carteggio.embedded.disk.Disk;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Time stamps in files below `timestamps`: `<size>.checkpoint`, a signed note, beside `<size>.tsr`, what the
/// authority replied for it. So `openssl ts -verify -data 42.checkpoint -in 42.tsr -CAfile …` checks one
/// without us. Safe for many threads.
public final class TimestampFiles {
    private static final Pattern REPLY = Pattern.compile("([1-9][0-9]{0,17})\\.tsr");
    private static final int SIZE_LIMIT_BYTES = 1 << 20;

    private final Disk disk;
    private final Path directory;

    /// A checkpoint that somebody has stamped; not yet verified.
    public static final class Stamped {
        private final byte[] note;
        private final byte[] reply;

        private Stamped(byte[] note, byte[] reply) {
            this.note = note;
            this.reply = reply;
        }

        /// The signed note; a copy.
        public byte[] note() {
            return note.clone();
        }

        /// What the authority replied; a copy.
        public byte[] reply() {
            return reply.clone();
        }
    }

    /// @param ledger the ledger's directory
    public TimestampFiles(Disk disk, Path ledger) {
        this.disk = disk;
        this.directory = ledger.resolve("timestamps");
    }

    /// Keeps a reply, forced.
    public void keep(SignedCheckpoint checkpoint, byte[] reply) throws ArchiveException {
        long size = checkpoint.checkpoint().size();
        try {
            disk.createDirectories(directory);
            disk.replace(directory.resolve(size + ".checkpoint"), checkpoint.bytes());
            disk.replace(directory.resolve(size + ".tsr"), reply);
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /// The sizes of all trees that have a stamp, smallest first.
    public List<Long> sizes() throws ArchiveException {
        try {
            List<Long> sizes = new ArrayList<>();
            for (Path file : disk.exists(directory) ? disk.list(directory) : List.<Path>of()) {
                Matcher name = REPLY.matcher(String.valueOf(file.getFileName()));
                if (name.matches()) {
                    sizes.add(Long.parseLong(name.group(1)));
                }
            }
            Collections.sort(sizes);
            return sizes;
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /// The stamp over the tree of this size.
    public Stamped read(long size) throws ArchiveException {
        try {
            return new Stamped(small(size + ".checkpoint"), small(size + ".tsr"));
        } catch (IOException e) {
            throw failed(e);
        }
    }

    /// The earliest stamp over a tree that has a frame: it says most about when the frame was there.
    public Optional<Stamped> covering(long frame) throws ArchiveException {
        Optional<Long> size = sizes().stream().filter(s -> s >= frame).findFirst();
        return size.isPresent() ? Optional.of(read(size.get())) : Optional.empty();
    }

    private byte[] small(String name) throws IOException {
        Path file = directory.resolve(name);
        if (disk.sizeBytes(file) > SIZE_LIMIT_BYTES) {
            throw new IOException(name + " is too long");
        }
        return disk.readAll(file);
    }

    private static ArchiveException failed(IOException e) {
        return new ArchiveException("the ledger's time stamps: " + e.getMessage(), true, e);
    }
}
