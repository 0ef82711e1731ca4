package io.carteggio.archive.erasure;

import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.LetterRef;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.entry.Revision;
import io.carteggio.mail.Sha256;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What is left of an arrival's entry. Pure.
///
/// The books need source, family, disposition, arrival and size; the numbers of the letters after it need that
/// one came, and of which earlier arrival it told. Where another letter of the same report survives, its
/// envelope stays as well: those people are its owners, and without them nobody could read it any more. What
/// the report said beyond that goes in any case.
final class Tombstone {
    private Tombstone() {}

    /// @param gone sums of the letters that are erased
    /// @param originals of those, which came with this arrival for the first time
    /// @param parts the marks of the frame's parts, 0 for those that go
    static ArrivalEntry of(ArrivalEntry entry, Set<Sha256> gone, Set<Sha256> originals, List<Long> parts) {
        List<LetterRef> letters = new ArrayList<>();
        boolean survivor = false;
        for (LetterRef ref : entry.letters()) {
            if (ref.isGone()) {
                letters.add(ref);
            } else if (!gone.contains(ref.sum())) {
                survivor = true;
                letters.add(new LetterRef(
                        ref.sum(),
                        ref.sizeBytes(),
                        ref.kind(),
                        ref.fresh(),
                        Optional.empty(),
                        ref.said(),
                        ref.bodyMark(),
                        ref.messageMark(),
                        ref.uses()));
            } else if (ref.fresh()) {
                letters.add(LetterRef.gone(originals.contains(ref.sum())));
            }
        }
        return new ArrivalEntry(
                entry.source(),
                entry.family(),
                Provenance.NOTHING,
                entry.arrived(),
                survivor ? entry.vouched() : Optional.empty(),
                entry.disposition(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                entry.rawBytes(),
                Optional.empty(),
                entry.redelivery(),
                survivor ? entry.sender() : Optional.empty(),
                survivor ? entry.onBehalfOf() : Optional.empty(),
                survivor ? entry.addressees() : List.of(),
                letters,
                List.of(),
                Optional.empty(),
                parts,
                Optional.of(0L), // the act has no number yet; who reads it from its frame knows
                entry.revision().map(Revision::withoutWhy));
    }
}
