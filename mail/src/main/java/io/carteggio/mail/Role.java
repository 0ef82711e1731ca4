package io.carteggio.mail;

import java.util.Locale;

/// How an address came to be a recipient. `RECIPIENT` where the report does not say (JOURNAL-FORMATS 2.3: mail from
/// outside has no trustworthy roles).
public enum Role {
    TO,
    CC,
    BCC,
    RECIPIENT;

    /// The word used in output: `to`, `cc`, `bcc`, `recipient`.
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    /// The role of a word that [#word] gave.
    public static Role ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
