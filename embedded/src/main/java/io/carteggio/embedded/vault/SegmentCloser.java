package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Key;
import io.carteggio.archive.vault.KeyTree;
import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.SegmentFormat.FooterTail;
import io.carteggio.archive.vault.Sidecar;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.Disk.DiskFile;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.Keyring.SegmentKey;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Closes segments: footer, sidecar, keyring, in this order, each forced before the next, each to be
/// done again after a crash.
final class SegmentCloser {
    private final Disk disk;
    private final Path directory;
    private final Keyring keyring;
    private final Segments segments;
    private final byte[] archiveId;

    SegmentCloser(Disk disk, Path directory, Keyring keyring, Segments segments) {
        this.disk = disk;
        this.directory = directory;
        this.keyring = keyring;
        this.segments = segments;
        this.archiveId = keyring.archiveId();
    }

    /// Closes the segment that was written.
    void close(SegmentWriter writer, Sha256 lastHash) throws IOException, ArchiveException {
        Segment.Growing growing = writer.segment();
        long at = writer.forcedBytes();
        int frames = growing.offsets().count();
        writer.putFooter(SegmentFormat.footer(growing.offsets().toArray(), frames, at, lastHash, archiveId));
        Segment.Closed closed =
                new Segment.Closed(growing.header(), growing.path(), new FooterTail(frames, at, lastHash));
        finish(closed);
        segments.put(closed);
        writer.close();
    }

    /// Writes the footer of the last segment once more and forces it: it may have been read from
    /// memory only, after a force that failed and was not repeated, and what the kernel then calls
    /// written need not be.
    void secureFooter(Segment.Closed segment) throws IOException {
        try (DiskFile file = disk.open(segment.path(), Disk.Access.WRITE)) {
            long at = segment.footer().footerOffset();
            byte[] footer = SegmentFiles.at(file, at, Math.toIntExact(file.sizeBytes() - at));
            file.write(ByteBuffer.wrap(footer), at);
            file.force();
        }
    }

    /// Does what is left to do for a segment that has its footer.
    void finish(Segment.Closed segment) throws IOException, ArchiveException {
        secureKeys(segment.number());
    }

    /// Moves the keys of a segment that is written no more from the keyring to its sidecar.
    void secureKeys(long number) throws IOException, ArchiveException {
        Optional<SegmentKey> key = keyring.segment(number);
        if (key.isEmpty() || key.get().generation() > 0) {
            keyring.settle(); // perhaps the closing was begun before, and failed here
            return; // without a key, reading will say so
        }
        Key generationKey = Key.random();
        byte[] sidecar =
                new Sidecar(number, 1, new KeyTree(key.get().key()), Map.of()).toBytes(generationKey, archiveId);
        disk.replace(SegmentFiles.sidecarCopy(directory, number), sidecar);
        disk.replace(SegmentFiles.sidecar(directory, number), sidecar);
        keyring.put(List.of(new SegmentKey(number, 1, generationKey)));
        segments.forgetKeys(number);
    }
}
