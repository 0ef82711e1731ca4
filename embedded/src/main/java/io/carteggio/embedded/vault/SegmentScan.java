package io.carteggio.embedded.vault;

import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.embedded.vault.SegmentReader.FoundFrame;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What a segment without a footer holds: the last one after a crash, or a damaged one.
///
/// Every octet is read. Each frame says how far the segment had been forced when it was written, so
/// damage before that point cannot be a torn tail: it is damage to what was acknowledged, is left as
/// it is, and only reported. Whatever follows the first broken frame behind that point was never
/// acknowledged and is cut.
///
/// @param end where the acknowledged and whole part ends
/// @param damaged whether there is damage before the end
/// @param frames where the frames begin that are there, by their numbers
/// @param lastHash of the last whole frame
record SegmentScan(long end, boolean damaged, FrameOffsets frames, Optional<Sha256> lastHash) {

    /// Where no whole frame stands.
    ///
    /// @param lastFrame number of the last frame before
    /// @param before the last frame whose head was found before
    private record Break(long offset, long lastFrame, Optional<FoundFrame> before) {}

    /// Reads a segment through whose header is good, or known.
    ///
    /// @param acknowledged an offset up to which the segment is known from elsewhere to have been
    ///     forced
    static SegmentScan of(SegmentReader reader, long acknowledged) throws IOException {
        SegmentFormat.SegmentHeader header = reader.said()
                .orElseThrow(() -> new IllegalArgumentException("a segment without a header cannot be scanned"));
        long forced = acknowledged;
        FrameOffsets frames = new FrameOffsets(header.firstFrame());
        Optional<FoundFrame> last = Optional.empty();
        List<Break> breaks = new ArrayList<>();
        long at = reader.framesBegin();
        while (at < reader.limit()) {
            Optional<FoundFrame> found = reader.frame(at);
            if (found.isEmpty() || !found.get().whole()) {
                breaks.add(new Break(at, frames.lastFrame(), last));
            }
            if (found.isPresent()) {
                forced = Math.max(forced, found.get().head().forcedUpTo());
                frames.put(found.get().head().number(), at);
                last = found;
                at = found.get().endOffset();
            } else {
                at = reader.nextFrame(at + 1);
            }
        }
        boolean damaged = false;
        for (Break each : breaks) {
            if (each.offset() >= forced) {
                at = each.offset();
                frames.cut(each.lastFrame() + 1);
                last = each.before();
                break;
            }
            damaged = true;
        }
        Optional<Sha256> lastHash = last.isPresent() ? Optional.of(reader.hash(last.get())) : Optional.empty();
        return new SegmentScan(Math.min(at, reader.limit()), damaged, frames, lastHash);
    }
}
