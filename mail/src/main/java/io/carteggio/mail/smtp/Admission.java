package io.carteggio.mail.smtp;

/// Whether mail for an address is taken here.
public enum Admission {
    /// The address is not ours: 550.
    UNKNOWN,
    /// It is taken, whoever brings it.
    TAKEN,
    /// It should come over TLS: a client that was offered STARTTLS and does without is refused (530) before it
    /// sends the mail in the clear. One that was not offered it could not have done better: its mail is taken.
    TAKEN_OVER_TLS
}
