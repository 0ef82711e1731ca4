package io.carteggio.mail.structure;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// One field of a header block (RFC 5322, 2.2), as it stands there.
///
/// @param name as written, without blanks before the colon
/// @param octets everything behind the colon up to the last line break (which is not included), folds and all; each
///     octet is the character of the same number (ISO 8859-1), so nothing is lost and nothing is decoded yet
/// @param offset where the field begins
/// @param sizeBytes the field's octets with its last line break; more than `octets` tells where [Structure] had to
///     cut
public record Field(String name, String octets, long offset, long sizeBytes) {
    private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

    /// Whether this is the field of that name; upper and lower case are the same.
    public boolean is(String other) {
        return name.equalsIgnoreCase(other);
    }

    String lowerName() {
        return name.toLowerCase(Locale.ROOT);
    }

    /// The value on one line: line breaks taken out (RFC 5322, 2.2.3), then trimmed, octets not decoded.
    public String unfolded() {
        String value = octets;
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\r' || c == '\n') {
                StringBuilder line = new StringBuilder(value.length()).append(value, 0, i);
                for (; i < value.length(); i++) {
                    c = value.charAt(i);
                    if (c != '\r' && c != '\n') {
                        line.append(c);
                    }
                }
                return line.toString().strip();
            }
        }
        return value.strip();
    }

    /// The value on one line with raw octets read as UTF-8 (RFC 6532) or, where they are none, as windows-1252.
    /// Encoded words (RFC 2047) stay as they are.
    public String text() {
        return text(unfolded());
    }

    /// OctetSearch (as characters of the same number) read as UTF-8 or, where they are none, as windows-1252.
    public static String text(String octets) {
        for (int i = 0; i < octets.length(); i++) {
            if (octets.charAt(i) >= 0x80) {
                byte[] raw = octets.getBytes(StandardCharsets.ISO_8859_1);
                try {
                    return StandardCharsets.UTF_8
                            .newDecoder()
                            .decode(ByteBuffer.wrap(raw))
                            .toString();
                } catch (CharacterCodingException notUtf8) {
                    return new String(raw, WINDOWS_1252);
                }
            }
        }
        return octets;
    }
}
