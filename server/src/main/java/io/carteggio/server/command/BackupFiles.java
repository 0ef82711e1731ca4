package io.carteggio.server.command;

import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.mail.Sha256;
import io.carteggio.server.local.Refusal;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Map;
import java.util.TreeMap;

/// Copies of files that are compared with what was read, and the list of their sums. Belongs to one thread.
final class BackupFiles {
    /// In the form of `sha256sum`, so that `sha256sum -c SHA256SUMS` looks through a backup without this program.
    static final String SUMS = "SHA256SUMS";

    /// There while a backup is made or brought up to date.
    static final String INCOMPLETE = "INCOMPLETE";

    /// There once all that is new lies in the backup, in part beside its name: the sums of what it is from then on.
    static final String NEXT_SUMS = "SHA256SUMS.next";

    private static final String BESIDE = ".next";

    private static final int BUFFER_BYTES = 1 << 20;
    private static final int SUM_CHARACTERS = 64;

    private BackupFiles() {}

    /// Where a file lies until all that is new is there.
    static Path beside(Path backup, String name) {
        return backup.resolve(name + BESIDE);
    }

    static boolean isBeside(Path file) {
        return String.valueOf(file.getFileName()).endsWith(BESIDE);
    }

    /// Copies a file: beside, forced, renamed, read back.
    ///
    /// @return its sum
    static Sha256 copy(Path from, Path to, ProgressLine shown) throws IOException, Refusal {
        Path directory = directoryOf(to);
        DurableFiles.createDirectories(directory);
        Path beside = to.resolveSibling(to.getFileName() + ".new");
        Files.deleteIfExists(beside);
        Files.createFile(beside, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Sha256 read;
        try (FileChannel in = FileChannel.open(from, StandardOpenOption.READ);
                FileChannel out = FileChannel.open(beside, StandardOpenOption.WRITE)) {
            read = through(in, buffer -> {
                int bytes = buffer.remaining();
                DurableFiles.writeFully(out, buffer);
                shown.done(0, bytes);
            });
            out.force(true);
        }
        if (!sum(beside).equals(read)) {
            throw Refusal.no("what was written to " + beside + " does not come back as it was; that disk is not sound");
        }
        Files.move(beside, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        DurableFiles.forceDirectory(directory);
        return read;
    }

    static Sha256 sum(Path file) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            return through(in, buffer -> {});
        }
    }

    /// Takes what was read.
    @FunctionalInterface
    private interface Sink {
        void take(ByteBuffer octets) throws IOException;
    }

    private static Sha256 through(FileChannel in, Sink sink) throws IOException {
        MessageDigest digest = Sha256.digest();
        ByteBuffer buffer = ByteBuffer.allocate(BUFFER_BYTES);
        while (in.read(buffer.clear()) >= 0) {
            buffer.flip();
            digest.update(buffer.duplicate());
            sink.take(buffer);
        }
        return Sha256.finish(digest);
    }

    /// The first octets of a file, fewer where it is shorter.
    static byte[] head(Path file, int bytes) throws IOException {
        try (FileChannel in = FileChannel.open(file, StandardOpenOption.READ)) {
            ByteBuffer buffer = ByteBuffer.allocate(bytes);
            int n = 0;
            while (buffer.hasRemaining() && n >= 0) {
                n = in.read(buffer);
            }
            return Arrays.copyOf(buffer.array(), buffer.position());
        }
    }

    /// Sums by name, relative to the backup. Lines that are none are passed over.
    static Map<String, Sha256> readSums(Path backupOrFile) throws IOException {
        Map<String, Sha256> sums = new TreeMap<>();
        Path file = Files.isDirectory(backupOrFile) ? backupOrFile.resolve(SUMS) : backupOrFile;
        if (Files.exists(file)) {
            for (String line : Files.readAllLines(file, StandardCharsets.UTF_8)) {
                if (line.matches("[0-9a-f]{64}  .+")) {
                    sums.put(line.substring(SUM_CHARACTERS + 2), Sha256.parse(line.substring(0, SUM_CHARACTERS)));
                }
            }
        }
        return sums;
    }

    static void writeSums(Path file, Map<String, Sha256> sums) throws IOException {
        StringBuilder text = new StringBuilder();
        sums.forEach((name, sum) -> text.append(sum).append("  ").append(name).append('\n'));
        DurableFiles.write(file, text.toString().getBytes(StandardCharsets.UTF_8));
    }

    static Path directoryOf(Path file) throws IOException {
        Path parent = file.toAbsolutePath().getParent();
        if (parent == null) {
            throw new IOException(file + " lies in no directory");
        }
        return parent;
    }
}
