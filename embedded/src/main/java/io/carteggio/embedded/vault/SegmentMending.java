package io.carteggio.embedded.vault;

import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.SegmentFormat.FooterTail;
import io.carteggio.archive.vault.SegmentFormat.HeaderReading;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.Disk.DiskFile;
import io.carteggio.embedded.vault.SegmentReader.FoundFrame;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Writes anew what stands around the frames of a closed segment, where the frames tell what it was: a header
/// that is damaged, a footer that is missing or damaged. No octet of a frame is touched. A crash leaves the one
/// or the other as damaged as it was, so all of it can be done again. Belongs to one thread.
final class SegmentMending {
    private final Disk disk;
    private final byte[] archiveId;
    private final Segments segments;

    SegmentMending(Disk disk, byte[] archiveId, Segments segments) {
        this.disk = disk;
        this.archiveId = archiveId;
        this.segments = segments;
    }

    /// Mends what can be mended, a segment after the other; what fails in one is told, and keeps no other.
    ///
    /// @param open the segment that is written, which is left alone
    /// @return a sentence for each header and footer that was damaged, and can be told
    List<String> run(long open) {
        List<String> told = new ArrayList<>();
        for (Segment segment : segments.all()) {
            if (segment.number() != open) {
                try {
                    segments.undisturbed(() -> mend(segment, told));
                } catch (IOException e) {
                    told.add("segment " + segment.number() + " cannot be mended: " + e);
                }
            }
        }
        return told;
    }

    private void mend(Segment segment, List<String> told) throws IOException {
        if (isHeaderDamaged(segment)) {
            writeHeader(segment);
            told.add("the header of segment " + segment.number() + " was damaged; it was written anew");
        }
        if (!hasFooter(segment)) {
            Optional<Segment.Closed> closed = withFooter(segment);
            if (closed.isPresent()) {
                segments.taken(closed.get());
                told.add("segment " + segment.number() + " had lost its footer; it was written anew");
            }
        }
    }

    private boolean isHeaderDamaged(Segment segment) throws IOException {
        try (DiskFile file = disk.open(segment.path(), Disk.Access.READ)) {
            byte[] head = SegmentFiles.at(file, 0, SegmentFormat.SEGMENT_HEADER_BYTES);
            return SegmentFormat.readSegmentHeader(head, archiveId) instanceof HeaderReading.Damaged;
        }
    }

    private void writeHeader(Segment segment) throws IOException {
        try (DiskFile file = disk.open(segment.path(), Disk.Access.WRITE)) {
            file.write(ByteBuffer.wrap(SegmentFormat.segmentHeader(segment.header(), archiveId)), 0);
            file.force();
        }
    }

    private void writeFooter(Segment segment, byte[] footer, long at) throws IOException {
        try (DiskFile file = disk.open(segment.path(), Disk.Access.WRITE)) {
            file.write(ByteBuffer.wrap(footer), at);
            file.truncate(at + footer.length);
            file.force();
        }
    }

    private boolean hasFooter(Segment segment) throws IOException {
        if (!(segment instanceof Segment.Closed closed)) {
            return false;
        }
        try (DiskFile file = disk.open(segment.path(), Disk.Access.READ)) {
            return SegmentFiles.isWhole(closed.footer(), file, archiveId);
        }
    }

    /// Ends a segment behind its last frame, where that is certain to be the last: each frame follows the one
    /// before, and the next segment follows this one. What lies behind can then be no frame that was ever
    /// acknowledged, only what is left of a footer.
    private Optional<Segment.Closed> withFooter(Segment segment) throws IOException {
        Optional<Segment> next = segments.behind(segment).filter(n -> n.number() == segment.number() + 1);
        if (next.isEmpty()) {
            return Optional.empty();
        }
        FrameOffsets offsets = new FrameOffsets(segment.firstFrame());
        Sha256 last = segment.header().previous();
        long at;
        try (SegmentReader reader = SegmentReader.open(
                disk,
                segment.path(),
                archiveId,
                Optional.of(segment.header()),
                segments.erased(segment.number()),
                Long.MAX_VALUE)) {
            at = reader.framesBegin();
            for (Optional<FoundFrame> found = follower(reader, at, offsets, last);
                    found.isPresent();
                    found = follower(reader, at, offsets, last)) {
                offsets.put(found.get().head().number(), at);
                last = reader.hash(found.get());
                at = found.get().endOffset();
            }
            if (reader.nextHead(at) < reader.limit()) {
                return Optional.empty();
            }
        }
        if (offsets.lastFrame() + 1 != next.get().firstFrame()
                || !last.equals(next.get().header().previous())) {
            return Optional.empty();
        }
        writeFooter(segment, SegmentFormat.footer(offsets.toArray(), offsets.count(), at, last, archiveId), at);
        return Optional.of(
                new Segment.Closed(segment.header(), segment.path(), new FooterTail(offsets.count(), at, last)));
    }

    /// The whole frame at an offset, if it is the one that must come next.
    private static Optional<FoundFrame> follower(SegmentReader reader, long at, FrameOffsets before, Sha256 last)
            throws IOException {
        return reader.frame(at)
                .filter(FoundFrame::whole)
                .filter(found -> found.head().number() == before.lastFrame() + 1)
                .filter(found -> found.head().previous().equals(last));
    }
}
