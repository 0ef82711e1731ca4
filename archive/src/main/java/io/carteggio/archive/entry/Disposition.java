package io.carteggio.archive.entry;

import java.util.Locale;

/// What became of an arrival. Every arrival has exactly one (P3); the whole table with reasons:
/// `docs/dispositions.md`.
public enum Disposition {
    /// At least one letter that the archive did not know came of it.
    LETTERS,
    /// It vouches for letters that were known already; also a redelivery.
    EVIDENCE,
    /// Mail about other mail, kept, no letter: a delay notice, a non-delivery report without a journal report inside.
    NOTICE,
    /// Kept whole since it could not be understood, with the reason.
    QUARANTINED,
    /// Let go because an administrator chose so in so many words.
    DISCARDED;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Disposition ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
