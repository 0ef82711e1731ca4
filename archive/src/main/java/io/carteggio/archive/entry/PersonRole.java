package io.carteggio.archive.entry;

import java.util.Locale;

/// What a person may do beyond reading her own letters (DESIGN 4).
public enum PersonRole {
    USER,
    /// Runs the archive; reads nobody else's letters.
    ADMINISTRATOR,
    /// Reads across people, with a stated reason that is written down.
    AUDITOR;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static PersonRole ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
