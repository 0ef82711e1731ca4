package io.carteggio.mail.mime;

/// One field of a header.
///
/// @param name as written, without the colon
/// @param raw the value unfolded (RFC 5322 2.2.3), trimmed, encoded words left as they are. Octets over 127 are read as
///     UTF-8 (RFC 6532) where they are that, else in the charset of the mail's text, else as windows-1252.
public record HeaderField(String name, String raw) {
    /// The value with encoded words (RFC 2047) decoded.
    public String decoded() {
        return EncodedWords.decode(raw);
    }

    /// Whether this is the field of that name; case does not matter.
    public boolean is(String otherName) {
        return name.equalsIgnoreCase(otherName);
    }
}
