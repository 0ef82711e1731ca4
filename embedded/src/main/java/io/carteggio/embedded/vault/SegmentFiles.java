package io.carteggio.embedded.vault;

import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.SegmentFormat.FooterTail;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.Disk.DiskFile;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The names of a vault's files.
final class SegmentFiles {
    private static final Pattern NAME = Pattern.compile("(\\d{10})\\.seg");

    private SegmentFiles() {}

    static Path segment(Path directory, long number) {
        return directory.resolve(String.format(Locale.ROOT, "%010d.seg", number));
    }

    static Path sidecar(Path directory, long number) {
        return directory.resolve(String.format(Locale.ROOT, "%010d.keys", number));
    }

    static Path sidecarCopy(Path directory, long number) {
        return directory.resolve(String.format(Locale.ROOT, "%010d.keys.copy", number));
    }

    /// Numbers of all segments there are, ascending.
    static List<Long> list(Disk disk, Path directory) throws IOException {
        return disk.list(directory).stream()
                .map(file -> NAME.matcher(String.valueOf(file.getFileName())))
                .filter(Matcher::matches)
                .map(m -> Long.valueOf(m.group(1)))
                .sorted()
                .toList();
    }

    /// Octets of a file, exactly so many.
    static byte[] at(DiskFile file, long offset, int length) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(length);
        int n = file.read(into, offset);
        if (n < length) {
            throw new IOException("the segment ends at " + (offset + n));
        }
        return into.array();
    }

    /// Whether the footer is as it was written to the end of which a tail belongs: a crash or damage may leave
    /// that alone.
    static boolean isWhole(FooterTail tail, DiskFile file, byte[] archiveId) throws IOException {
        int length = Math.toIntExact(file.sizeBytes() - tail.footerOffset());
        return SegmentFormat.readFooter(at(file, tail.footerOffset(), length), archiveId)
                .isPresent();
    }

    /// Files of what crashes left unfinished.
    static List<Path> torn(Disk disk, Path directory) throws IOException {
        return disk.list(directory).stream()
                .filter(file -> String.valueOf(file.getFileName()).contains(".seg.torn-"))
                .toList();
    }

    /// Whether a file has nothing but zeros from an offset on.
    static boolean blankFrom(DiskFile file, long offset) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
        long size = file.sizeBytes();
        for (long at = offset; at < size; at += buffer.limit()) {
            file.read(buffer.clear(), at);
            buffer.flip();
            for (int i = 0; i < buffer.limit(); i++) {
                if (buffer.get(i) != 0) {
                    return false;
                }
            }
        }
        return true;
    }

    static void copyTail(Disk disk, Path file, long from, Path to) throws IOException {
        if (disk.exists(to)) {
            disk.delete(to);
        }
        try (DiskFile in = disk.open(file, Disk.Access.READ);
                DiskFile out = disk.create(to)) {
            ByteBuffer buffer = ByteBuffer.allocate(1 << 16);
            long size = in.sizeBytes();
            for (long at = from; at < size; ) {
                buffer.clear();
                int n = in.read(buffer, at);
                buffer.flip();
                out.write(buffer, at - from);
                at += n;
            }
        }
    }
}
