package io.carteggio.embedded.vault;

import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.SegmentFormat.FooterTail;
import io.carteggio.archive.vault.SegmentFormat.SegmentHeader;
import io.carteggio.embedded.disk.Disk.DiskFile;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Objects;

/// One segment as the vault knows it while it is open: which frames it has, and where they begin.
/// Safe for many threads.
sealed interface Segment {
    SegmentHeader header();

    Path path();

    /// The number of its last frame; that before its first where it has none yet.
    long lastFrame();

    /// Where a frame begins; negative where it is not here.
    long offset(DiskFile file, long frame) throws IOException;

    /// Where a frame and some behind it begin, as [#offset] of each.
    long[] offsets(DiskFile file, long first, int count) throws IOException;

    /// Where its frames end.
    long framesEnd();

    default long number() {
        return header().segment();
    }

    default long firstFrame() {
        return header().firstFrame();
    }

    /// A segment with a footer, which is asked at each look-up: nothing of it is held in memory.
    record Closed(SegmentHeader header, Path path, FooterTail footer) implements Segment {
        private static final int OFFSET_BYTES = 6;

        @Override
        public long lastFrame() {
            return header.firstFrame() + footer.frames() - 1;
        }

        @Override
        public long offset(DiskFile file, long frame) throws IOException {
            if (frame < header.firstFrame() || frame > lastFrame()) {
                return -1;
            }
            return offsets(file, frame, 1)[0];
        }

        @Override
        public long[] offsets(DiskFile file, long first, int count) throws IOException {
            Objects.checkFromIndexSize(first - header.firstFrame(), count, footer.frames());
            long at = footer.footerOffset() + 4 + (first - header.firstFrame()) * OFFSET_BYTES;
            ByteBuffer octets = ByteBuffer.wrap(SegmentFiles.at(file, at, count * OFFSET_BYTES));
            long[] offsets = new long[count];
            for (int i = 0; i < count; i++) {
                offsets[i] = SegmentFormat.long48(octets);
            }
            return offsets;
        }

        @Override
        public long framesEnd() {
            return footer.footerOffset();
        }

        Sha256 lastHash() {
            return footer.lastHash();
        }
    }

    /// The segment that is being written, or one that lost its footer to damage.
    record Growing(SegmentHeader header, Path path, FrameOffsets offsets, long scannedEnd) implements Segment {
        @Override
        public long lastFrame() {
            return offsets.lastFrame();
        }

        @Override
        public long offset(DiskFile file, long frame) {
            return offsets.of(frame);
        }

        @Override
        public long[] offsets(DiskFile file, long first, int count) {
            long[] found = new long[count];
            for (int i = 0; i < count; i++) {
                found[i] = offsets.of(first + i);
            }
            return found;
        }

        @Override
        public long framesEnd() {
            return scannedEnd < 0 ? Long.MAX_VALUE : scannedEnd;
        }
    }
}
