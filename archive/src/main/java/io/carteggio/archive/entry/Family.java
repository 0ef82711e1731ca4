package io.carteggio.archive.entry;

import java.util.Locale;

/// What a source's mail is taken for (JOURNAL-FORMATS 5.4). Fixed per source by the administrator, so that an
/// outsider cannot choose it by adding a header.
public enum Family {
    /// Journal reports; a mail that is none is quarantined.
    REPORT,
    /// The alternate journaling mailbox: non-delivery reports that carry journal reports.
    NDR,
    /// Plain copies; never unwrapped, the people are read from the headers.
    MULTIDROP,
    /// Files that an administrator vouches for: reports and returned reports are unwrapped, all else is a letter.
    AUTO,
    /// Files of one person's mailbox: plain mail, all of it this person's.
    MAILBOX;

    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }

    public static Family ofWord(String word) {
        return valueOf(word.toUpperCase(Locale.ROOT));
    }
}
