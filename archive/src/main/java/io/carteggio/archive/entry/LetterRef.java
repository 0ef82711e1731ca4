package io.carteggio.archive.entry;

import io.carteggio.archive.vault.Place;
import io.carteggio.mail.Sha256;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// A letter that an arrival brought or vouches for.
///
/// @param kind what the report says of it: `original`, `protected` or `clear`; `erased` for one that is no more
/// @param fresh whether its bytes lie in this arrival's frame; else the archive had them before
/// @param spliceOffset where in the evidence the letter's bytes belong to make the report whole again; absent where
///     the evidence already is whole
/// @param said the `Date` of its header, forgeable
/// @param bodyMark keyed mark of its body: equal for forks of one message
/// @param messageMark keyed mark of its fingerprint: equal for letters that differ in trace alone; absent in frames
///     from before there were such marks
/// @param uses the records, of other frames, that it cannot be read without
public record LetterRef(
        Sha256 sum,
        long sizeBytes,
        String kind,
        boolean fresh,
        Optional<Long> spliceOffset,
        Optional<Instant> said,
        Optional<Long> bodyMark,
        Optional<Long> messageMark,
        List<Place> uses) {
    public LetterRef {
        uses = List.copyOf(uses);
    }

    /// The kind of one that is neither protected nor a clear copy.
    public static final String ORIGINAL = "original";

    /// The kind of one that only who has the rights can read.
    public static final String PROTECTED = "protected";

    /// The kind of a protected one's readable copy.
    public static final String CLEAR = "clear";

    private static final String GONE = "erased";
    private static final String COPY_GONE = "erased-copy";

    /// What a tombstone has in the place of a letter whose octets lay in the frame: that one did, and
    /// nothing of it.
    ///
    /// @param original whether the letter came with this arrival for the first time
    public static LetterRef gone(boolean original) {
        return new LetterRef(
                Sha256.ofSum(new byte[32]),
                0,
                original ? GONE : COPY_GONE,
                true,
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    /// Whether it is the protected or the clear copy of a rights-managed mail.
    public boolean isManaged() {
        return !kind.equals(ORIGINAL);
    }

    /// Whether this stands for an erased letter.
    public boolean isGone() {
        return kind.equals(GONE) || kind.equals(COPY_GONE);
    }

    /// Whether this stands for an erased letter that came with this arrival for the first time.
    public boolean isGoneOriginal() {
        return kind.equals(GONE);
    }
}
