package io.carteggio.archive.entry;

import java.time.Instant;
import java.util.Optional;

/// That an entry tells of an arrival which is in the vault already and was kept whole: what has become of it. The
/// books count the arrival once, as what the latest entry says (P3).
///
/// @param arrival the number of the frame in which it came in
/// @param source under which it was booked until then
/// @param was what it was until then
/// @param at when that was changed, by our clock
/// @param by who changed it
/// @param why as stated by who changed it; absent where the mail was only read again
public record Revision(long arrival, String source, Disposition was, Instant at, String by, Optional<String> why) {
    /// The same without what a person wrote.
    public Revision withoutWhy() {
        return new Revision(arrival, source, was, at, by, Optional.empty());
    }
}
