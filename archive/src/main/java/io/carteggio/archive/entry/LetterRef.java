package io.carteggio.archive.entry;

import io.carteggio.archive.vault.Place;
import io.carteggio.mail.Sha256;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A letter that an arrival brought or vouches for.
///
/// @param kind what the report says of it: `original`, `protected` or `clear`
/// @param fresh whether its bytes lie in this arrival's frame; else the archive had them before
/// @param spliceOffset where in the evidence the letter's bytes belong to make the report whole
///     again; absent where the evidence already is whole
/// @param said the `Date` of its header, forgeable
/// @param bodyMark keyed mark of its body: equal for forks of one message
/// @param uses the records, of other frames, that it cannot be read without
public record LetterRef(
        Sha256 sum,
        long sizeBytes,
        String kind,
        boolean fresh,
        Optional<Long> spliceOffset,
        Optional<Instant> said,
        Optional<Long> bodyMark,
        List<Place> uses) {
    public LetterRef {
        uses = List.copyOf(uses);
    }
}
