package io.carteggio.embedded.vault;

import io.carteggio.archive.vault.KeyTree;
import io.carteggio.archive.vault.RecordSeal;
import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.SegmentFormat.FrameHead;
import io.carteggio.archive.vault.SegmentFormat.HeaderReading;
import io.carteggio.archive.vault.SegmentFormat.SegmentHeader;
import io.carteggio.archive.vault.Sidecar.Tombstone;
import io.carteggio.embedded.disk.Disk.DiskFile;
import io.carteggio.embedded.vault.SegmentReader.FoundFrame;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/// Tells what a damaged header said: a hundred octets must not cost the letters behind them.
///
/// One bit that was flipped is found by its checksum, which no other single bit mends. Else the number stands in the
/// file's name, the archive's id in the keyring, and the first frame names itself and the frame before it. It is
/// believed only if it is the one that must come next.
final class HeaderTelling {
    /// When the segment was begun is told nowhere else, and needed for nothing.
    private static final long UNKNOWN_MILLIS = 0;

    private HeaderTelling() {}

    /// What the header said; empty where that cannot be told for sure.
    ///
    /// @param firstFrame the number that the first frame must have; empty where the segment before is not there
    /// @param erased what is known to be gone of the segment; absent where that cannot be known, and then the
    ///     frames do not tell in which edition they are
    /// @param framesEnd where the frames end; the file's end where that is not known
    static Optional<SegmentHeader> tell(
            DiskFile file,
            long number,
            byte[] archiveId,
            Optional<Long> firstFrame,
            Optional<Map<Long, Tombstone>> erased,
            long framesEnd)
            throws IOException {
        Optional<SegmentHeader> mended = withoutOneFlippedBit(file, number, archiveId);
        return mended.isPresent() || firstFrame.isEmpty() || erased.isEmpty()
                ? mended
                : fromTheFrames(file, number, archiveId, firstFrame.get(), erased.get(), framesEnd);
    }

    private static Optional<SegmentHeader> withoutOneFlippedBit(DiskFile file, long number, byte[] archiveId)
            throws IOException {
        if (file.sizeBytes() < SegmentFormat.SEGMENT_HEADER_BYTES) {
            return Optional.empty();
        }
        byte[] octets = SegmentFiles.at(file, 0, SegmentFormat.SEGMENT_HEADER_BYTES);
        for (int bit = 0; bit < octets.length * Byte.SIZE; bit++) {
            byte mask = (byte) (1 << bit % Byte.SIZE);
            octets[bit / Byte.SIZE] ^= mask;
            if (SegmentFormat.readSegmentHeader(octets, archiveId) instanceof HeaderReading.Good(SegmentHeader header)
                    && header.segment() == number) {
                return Optional.of(header);
            }
            octets[bit / Byte.SIZE] ^= mask;
        }
        return Optional.empty();
    }

    private static Optional<SegmentHeader> fromTheFrames(
            DiskFile file, long number, byte[] archiveId, long firstFrame, Map<Long, Tombstone> erased, long framesEnd)
            throws IOException {
        // the first head is found whatever was erased behind it: only where its frame ends depends on that
        SegmentReader blind = new SegmentReader(file, archiveId, Optional.empty(), Map.of(), framesEnd);
        Optional<FrameHead> first = Optional.empty();
        long begin = blind.nextHead(SegmentFormat.SEGMENT_HEADER_BYTES);
        if (begin < blind.limit()) {
            first = blind.head(begin).filter(head -> head.number() == firstFrame);
        }
        if (first.isEmpty() || begin - SegmentFormat.SEGMENT_HEADER_BYTES > Integer.MAX_VALUE) {
            return Optional.empty();
        }
        int sealedBytes = (int) (begin - SegmentFormat.SEGMENT_HEADER_BYTES);
        int editions = erased.values().stream()
                .flatMap(t -> t.records().stream())
                .mapToInt(gone -> gone.edition())
                .max()
                .orElse(0);
        for (int edition = 0; edition <= editions; edition++) {
            SegmentHeader header = new SegmentHeader(
                    number,
                    firstFrame,
                    first.get().previous(),
                    UNKNOWN_MILLIS,
                    sealedBytes,
                    plainBytes(sealedBytes),
                    edition);
            if (editions == 0 || fits(file, archiveId, header, erased, framesEnd)) {
                return Optional.of(header);
            }
        }
        return Optional.empty();
    }

    /// Whether one frame follows the other to the end, as it does in the right edition alone.
    private static boolean fits(
            DiskFile file, byte[] archiveId, SegmentHeader header, Map<Long, Tombstone> erased, long framesEnd)
            throws IOException {
        SegmentReader reader = new SegmentReader(file, archiveId, Optional.of(header), erased, framesEnd);
        long at = header.framesBegin();
        for (int frames = 0; at < reader.limit() && frames < KeyTree.FRAMES_LIMIT; frames++) {
            Optional<FoundFrame> found = reader.frame(at);
            if (found.isEmpty()) {
                return false;
            }
            at = found.get().endOffset();
        }
        return true;
    }

    private static int plainBytes(int sealedBytes) {
        for (int plain = sealedBytes; plain >= 0; plain -= RecordSeal.TAG_BYTES) {
            if (RecordSeal.sealedBytes(plain) == sealedBytes) {
                return plain;
            }
        }
        return 0;
    }
}
