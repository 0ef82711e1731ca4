package io.carteggio.archive.intake;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.entry.Disposition;
import java.util.List;
import java.util.Optional;

/// The archive's word that an arrival is kept.
///
/// @param number of its frame
/// @param letters the letters it brought or vouches for
/// @param fresh how many of them the archive did not know
/// @param redelivery whether the same report, envelope part and originals, had come before
public record Receipt(
        long number,
        Disposition disposition,
        Optional<String> reason,
        List<LetterId> letters,
        int fresh,
        boolean redelivery) {
    public Receipt {
        letters = List.copyOf(letters);
    }
}
