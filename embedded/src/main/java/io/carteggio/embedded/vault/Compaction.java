package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.SegmentFormat.FooterTail;
import io.carteggio.archive.vault.SegmentFormat.SegmentHeader;
import io.carteggio.archive.vault.Sidecar.Tombstone;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.Disk.DiskFile;
import io.carteggio.embedded.vault.SegmentReader.FoundFrame;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/// Writes closed segments anew without the octets whose keys are gone. Sealed octets are copied as
/// they are; heads, and with them hashes and leaves, stay the same. The old file is there until the
/// new one is forced and takes its name.
final class Compaction {
    private static final int CHUNK_BYTES = 256 * 1024;

    private final Disk disk;
    private final Path directory;
    private final byte[] archiveId;
    private final Segments segments;

    Compaction(Disk disk, Path directory, byte[] archiveId, Segments segments) {
        this.disk = disk;
        this.directory = directory;
        this.archiveId = archiveId;
        this.segments = segments;
    }

    /// Compacts every segment in which something was erased since it was written.
    ///
    /// @param openSegment which is left alone
    /// @return octets that this freed
    long run(long openSegment) throws ArchiveException {
        long freed = 0;
        List<Segment> all = new ArrayList<>();
        segments.all().forEach(all::add);
        try {
            for (Segment segment : all) {
                if (segment instanceof Segment.Closed closed
                        && closed.number() < openSegment
                        && !segments.lost().containsKey(closed.number())) {
                    Map<Long, Tombstone> erased = segments.keys(closed.number()).erased();
                    int edition = closed.header().edition();
                    if (erased.values().stream()
                            .flatMap(t -> t.records().stream())
                            .anyMatch(g -> g.edition() == edition + 1)) {
                        freed += compact(closed, erased);
                    }
                }
            }
            for (Path file : SegmentFiles.torn(disk, directory)) {
                freed += disk.sizeBytes(file);
                disk.delete(file);
            }
            return freed;
        } catch (IOException e) {
            throw new ArchiveException("compaction failed, nothing was lost: " + e, true, e);
        }
    }

    private long compact(Segment.Closed old, Map<Long, Tombstone> erased) throws IOException, ArchiveException {
        Path beside = old.path().resolveSibling(old.path().getFileName() + ".new");
        if (disk.exists(beside)) {
            disk.delete(beside);
        }
        SegmentHeader before = old.header();
        SegmentHeader header = new SegmentHeader(
                before.segment(),
                before.firstFrame(),
                before.previous(),
                before.createdMillis(),
                before.dictionarySealedBytes(),
                before.dictionaryBytes(),
                before.edition() + 1);
        FrameOffsets offsets = new FrameOffsets(before.firstFrame());
        FooterTail tail;
        long oldBytes = disk.sizeBytes(old.path());
        long newBytes;
        try (SegmentReader reader = SegmentReader.open(
                        disk,
                        old.path(),
                        archiveId,
                        Optional.of(before),
                        erased,
                        old.footer().footerOffset());
                DiskFile out = disk.create(beside)) {
            Appending to = new Appending(out);
            to.put(SegmentFormat.segmentHeader(header, archiveId));
            to.put(reader.at(SegmentFormat.SEGMENT_HEADER_BYTES, before.dictionarySealedBytes()));
            for (long at = reader.framesBegin(); at < reader.limit(); ) {
                FoundFrame found = whole(reader, at, old);
                offsets.put(found.head().number(), to.at);
                copy(reader, found, Optional.ofNullable(erased.get(found.head().number())), before.edition(), to);
                at = found.endOffset();
            }
            if (offsets.count() != old.footer().frames()) {
                throw new ArchiveException(
                        "segment " + old.number() + " does not have the frames its footer names; it is left as it is",
                        false);
            }
            long footerAt = to.at;
            tail = new FooterTail(offsets.count(), footerAt, old.lastHash());
            to.put(SegmentFormat.footer(offsets.toArray(), offsets.count(), footerAt, old.lastHash(), archiveId));
            newBytes = to.at;
            out.force();
        }
        // Whoever reads from now on finds the new file, be its name forced or not; what is erased
        // next must know.
        segments.replace(beside, new Segment.Closed(header, old.path(), tail));
        disk.forceDirectory(directory);
        return oldBytes - newBytes;
    }

    private static FoundFrame whole(SegmentReader reader, long at, Segment.Closed old)
            throws IOException, ArchiveException {
        Optional<FoundFrame> found = reader.frame(at).filter(FoundFrame::whole);
        return found.orElseThrow(() -> new ArchiveException(
                "segment " + old.number() + " is damaged at " + at + " and is left as it is; run `carteggio check`",
                false));
    }

    private static void copy(
            SegmentReader reader, FoundFrame found, Optional<Tombstone> tombstone, int edition, Appending to)
            throws IOException {
        int headBytes = found.head().headBytes();
        to.put(reader.at(found.offset(), headBytes));
        CRC32C crc = new CRC32C();
        long from = found.offset() + headBytes;
        for (int i = 0; i < found.head().rows().size(); i++) {
            int record = i;
            if (tombstone.filter(t -> t.missing(record, edition)).isPresent()) {
                continue;
            }
            long bytes = found.head().rows().get(i).sealedBytes();
            if (tombstone.filter(t -> t.missing(record, edition + 1)).isEmpty()) {
                for (long done = 0; done < bytes; ) {
                    byte[] chunk = reader.at(from + done, (int) Math.min(CHUNK_BYTES, bytes - done));
                    crc.update(chunk);
                    to.put(chunk);
                    done += chunk.length;
                }
            }
            from += bytes;
        }
        to.put(ByteBuffer.allocate(Integer.BYTES).putInt((int) crc.getValue()).array());
    }

    /// Writes behind each other, gathered.
    private static final class Appending {
        private final DiskFile file;
        private long at;

        Appending(DiskFile file) {
            this.file = file;
        }

        void put(byte[] octets) throws IOException {
            file.write(ByteBuffer.wrap(octets), at);
            at += octets.length;
        }
    }
}
