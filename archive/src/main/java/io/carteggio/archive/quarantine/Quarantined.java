package io.carteggio.archive.quarantine;

import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import java.util.Optional;

/// A mail that came into quarantine, without the mail.
///
/// @param number of its arrival, which names it for commands and pages
/// @param now what it is now
/// @param entry what was known when it came; absent where its frame cannot be read any more
/// @param left how it left, if it did
public record Quarantined(long number, Disposition now, Optional<ArrivalEntry> entry, Optional<Left> left) {
    /// How it left.
    ///
    /// @param number of the frame that says so
    /// @param entry what has become of it; absent where the frame cannot be read any more
    public record Left(long number, Optional<ArrivalEntry> entry) {}
}
