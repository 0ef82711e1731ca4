package io.carteggio.mail.mbox;

/// How lines of a message that look like the beginning of the next are told from it.
public enum Quoting {
    /// `From ` and every `>From `, `>>From ` got one `>` more: can be undone exactly. What we write, and the
    /// default.
    MBOXRD,
    /// Only `From ` got a `>`: cannot be undone without guessing, so `>From ` is left as it is.
    MBOXO,
    /// Nothing was quoted.
    NONE
}
