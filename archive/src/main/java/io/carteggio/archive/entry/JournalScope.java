package io.carteggio.archive.entry;

import java.util.Locale;

/// Which messages a journal rule is about (JOURNAL-FORMATS 8.2). Inside is what lies in an accepted domain, by
/// MAIL FROM and RCPT TO.
public enum JournalScope {
    /// Sent and received inside.
    INTERNAL,
    /// Sent or received outside.
    EXTERNAL,
    /// All.
    GLOBAL;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The scope of a word that [#word] gave, case aside.
    ///
    /// @throws IllegalArgumentException where there is none of that name
    public static JournalScope ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
