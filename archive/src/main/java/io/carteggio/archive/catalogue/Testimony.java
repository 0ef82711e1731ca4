package io.carteggio.archive.catalogue;

import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.vault.Place;
import java.util.Optional;

/// What one arrival says of a letter: its entry and, where there is a report, where its evidence lies.
///
/// @param number of the arrival's frame in the vault
public record Testimony(long number, ArrivalEntry entry, Optional<Place> evidence) {
    /// Whether a report vouches for the letter, be it in the manifest or a record of its own.
    public boolean hasEvidence() {
        return evidence.isPresent() || entry.evidence().isPresent();
    }
}
