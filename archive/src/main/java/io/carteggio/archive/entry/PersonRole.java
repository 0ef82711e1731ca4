package io.carteggio.archive.entry;

import java.util.Locale;

/// What a person may do beyond reading her own letters (DESIGN 4).
public enum PersonRole {
    USER,
    /// Runs the archive; reads nobody else's letters.
    ADMINISTRATOR,
    /// Reads across people, with a stated reason that is written down.
    AUDITOR,
    /// Sees the audit trail, and decides with others on dangerous acts; reads nobody else's letters.
    DATA_PROTECTION_OFFICER;

    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    public static PersonRole ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT).replace('-', '_'));
    }
}
