package io.carteggio.mail.smtp;

/// What a server offers and how far it goes with a client.
///
/// @param hostname how the server calls itself
/// @param startTls whether STARTTLS is offered
/// @param maxMailBytes the largest mail, in octets of content; what `SIZE` says (RFC 1870)
/// @param maxSwallowBytes how many octets of a mail or chunk that is already lost are still read, so that the
///     client hears why; beyond, the connection ends
/// @param maxRecipients recipients of one mail; more get 452
/// @param maxCommands commands since the start or since the last kept mail; RCPT and BDAT of a running mail do
///     not count
/// @param maxBadCommands of these, how many may be wrong
/// @param maxUnknownRecipients how many unknown recipients may be tried since the start or the last kept mail
public record Rules(
        String hostname,
        boolean startTls,
        long maxMailBytes,
        long maxSwallowBytes,
        int maxRecipients,
        int maxCommands,
        int maxBadCommands,
        int maxUnknownRecipients) {
    public Rules {
        if (hostname.isEmpty() || !hostname.chars().allMatch(c -> c > ' ' && c < 0x7f)) {
            throw new IllegalArgumentException("host name " + hostname);
        }
        if (maxMailBytes < 1 || maxSwallowBytes < 0 || maxRecipients < 1 || maxCommands < 1) {
            throw new IllegalArgumentException("a limit that lets no mail through");
        }
    }
}
