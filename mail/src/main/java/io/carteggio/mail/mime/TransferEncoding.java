package io.carteggio.mail.mime;

import java.io.InputStream;

/// How a part's octets are written in the mail (RFC 2045 6).
public enum TransferEncoding {
    /// 7bit, 8bit, binary, and what nobody knows: the octets as they lie there.
    IDENTITY,
    BASE64,
    QUOTED_PRINTABLE,
    /// Never a standard, but old mail has it.
    UUENCODE;

    /// What the value of `Content-Transfer-Encoding` means.
    public static TransferEncoding of(String raw) {
        String word = Node.lower(raw.strip());
        int end = 0;
        if (word.startsWith("\"")) {
            word = word.substring(1);
        }
        while (end < word.length() && isTokenChar(word.charAt(end))) {
            end++;
        }
        return switch (word.substring(0, end)) {
            case "base64" -> BASE64;
            case "quoted-printable" -> QUOTED_PRINTABLE;
            case "x-uuencode", "uuencode", "x-uue", "uue" -> UUENCODE;
            default -> IDENTITY;
        };
    }

    private static boolean isTokenChar(char c) {
        return c == '-' || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    }

    /// The octets that are meant. Damaged input gives what can be read of it, and calls `onDamage` once.
    public InputStream decode(InputStream in, Runnable onDamage) {
        return switch (this) {
            case IDENTITY -> in;
            case BASE64 -> new Base64Stream(in, onDamage);
            case QUOTED_PRINTABLE -> new QuotedPrintableStream(in, onDamage);
            case UUENCODE -> new UuStream(in, onDamage);
        };
    }
}
