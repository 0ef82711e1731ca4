package io.carteggio.embedded.vault;

import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.SegmentFormat.FooterTail;
import io.carteggio.archive.vault.SegmentFormat.SegmentHeader;
import io.carteggio.embedded.disk.Disk.DiskFile;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/// One segment as the vault knows it while it is open: which frames it has, and where they begin.
/// Safe for many threads.
sealed interface Segment {
    SegmentHeader header();

    Path path();

    /// The number of its last frame; that before its first where it has none yet.
    long lastFrame();

    /// Where a frame begins; negative where it is not here.
    long offset(DiskFile file, long frame) throws IOException;

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
            long at = footer.footerOffset() + 4 + (frame - header.firstFrame()) * OFFSET_BYTES;
            return SegmentFormat.long48(ByteBuffer.wrap(SegmentFiles.at(file, at, OFFSET_BYTES)));
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
        public long framesEnd() {
            return scannedEnd < 0 ? Long.MAX_VALUE : scannedEnd;
        }
    }
}
