package io.carteggio.archive.access;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.archive.entry.LetterRef;
import java.util.List;

/// A message as a viewer may see it: one letter, or several that differ in trace alone, or the protected and the
/// clear copy of one mail. Only for display; each letter is kept and vouched for by itself.
///
/// @param variants those that the viewer may see, the one that is shown first
/// @param addressees all that the viewer may see of who got it, over all variants and all that vouches for them
/// @param complete false where it has more variants than are looked at: then it has more recipients, too
/// @param testimonies how many arrivals vouch for it that the viewer may see
public record Message(List<Variant> variants, List<Addressee> addressees, int testimonies, boolean complete) {
    /// One letter of it.
    ///
    /// @param kind `original`, `protected` or `clear`
    public record Variant(long number, LetterId id, long sizeBytes, String kind) {
        /// Whether only who has the rights can read it.
        public boolean isProtected() {
            return kind.equals(LetterRef.PROTECTED);
        }

        /// The clear copy is shown rather than the mail as it was sent, that rather than a protected one.
        int rank() {
            return isProtected() ? 0 : kind.equals(LetterRef.ORIGINAL) ? 1 : 2;
        }
    }

    public Message {
        variants = List.copyOf(variants);
        addressees = List.copyOf(addressees);
        if (variants.isEmpty()) {
            throw new IllegalArgumentException("a message has a letter");
        }
    }

    /// The letter that is shown.
    public Variant shown() {
        return variants.getFirst();
    }

    /// Whether what can be seen of it is protected, and there is no clear copy.
    public boolean isProtected() {
        return variants.stream().allMatch(Variant::isProtected);
    }
}
