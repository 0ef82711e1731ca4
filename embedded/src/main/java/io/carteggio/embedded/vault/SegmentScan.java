package io.carteggio.embedded.vault;

import io.carteggio.archive.vault.SegmentFormat.HeaderReading;
import io.carteggio.embedded.vault.SegmentReader.FoundFrame;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;

/// What the last segment holds after a crash.
///
/// Every octet is read. Each frame says how far the segment had been forced when it was written, so damage
/// before that point cannot be a torn tail: it is damage to what was acknowledged, is left as it is, and only
/// reported. Whatever follows the first broken frame behind that point was never acknowledged and is cut.
///
/// @param end where the acknowledged and whole part ends
/// @param damaged whether there is damage before the end
/// @param lastFrame number of the last whole frame
record SegmentScan(
        HeaderReading header, long end, boolean damaged, Optional<Long> lastFrame, Optional<Sha256> lastHash) {

    /// Reads the segment through.
    ///
    /// @param acknowledged an offset up to which the segment is known from elsewhere to have been forced
    static SegmentScan of(Path file, long number, byte[] archiveId, long acknowledged) throws IOException {
        try (SegmentReader reader = new SegmentReader(file, archiveId, Long.MAX_VALUE)) {
            if (!(reader.header() instanceof HeaderReading.Good)) {
                return new SegmentScan(reader.header(), 0, true, Optional.empty(), Optional.empty());
            }
            long forced = acknowledged;
            for (long at = SegmentWalk.FIRST; at < reader.limit(); ) {
                Optional<FoundFrame> found = reader.frame(at, false);
                if (found.isPresent()) {
                    forced = Math.max(forced, found.get().head().forcedUpTo());
                    at = found.get().end();
                } else {
                    at = reader.nextFrame(at + 1);
                }
            }
            return upTo(reader, forced);
        }
    }

    private static SegmentScan upTo(SegmentReader reader, long forced) throws IOException {
        boolean damaged = false;
        Optional<Long> lastFrame = Optional.empty();
        Optional<Sha256> lastHash = Optional.empty();
        long at = SegmentWalk.FIRST;
        while (at < reader.limit()) {
            Optional<FoundFrame> found = reader.frame(at, true);
            boolean whole = found.isPresent() && found.get().wrong().isEmpty();
            if (!whole && at >= forced) {
                break;
            }
            damaged |= !whole;
            if (found.isPresent()) {
                lastFrame = Optional.of(found.get().head().number());
                lastHash = Optional.of(found.get().hash());
                at = found.get().end();
            } else {
                at = reader.nextFrame(at + 1);
            }
        }
        return new SegmentScan(reader.header(), Math.min(at, reader.limit()), damaged, lastFrame, lastHash);
    }
}
