package io.carteggio.archive.intake;

import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Whether a source wants a letter at all. Asked before it is kept; what is discarded is counted, and
/// nothing else of it stays.
@FunctionalInterface
public interface Screening {
    /// As every source does unless an administrator chose otherwise in so many words (P3).
    Screening EVERYTHING = (people, at) -> Optional.empty();

    /// Whether a letter is let go.
    ///
    /// @param people every address that the envelope names
    /// @param at when the letter counts as written
    /// @return why it is not kept; empty where it is
    Optional<String> discards(List<Address> people, Instant at);
}
