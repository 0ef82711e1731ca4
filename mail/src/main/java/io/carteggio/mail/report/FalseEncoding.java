package io.carteggio.mail.report;

import io.carteggio.mail.Content;
import io.carteggio.mail.mime.TransferEncoding;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;

/// Tells whether a message that claims to be transfer-encoded really is. To decode one that is not would change
/// it for good; so a doubt counts against the claim.
final class FalseEncoding {
    private FalseEncoding() {}

    static boolean isEncoded(Content stored, TransferEncoding encoding) throws IOException {
        try (InputStream in = new BufferedInputStream(stored.open(), 16 * 1024)) {
            return switch (encoding) {
                case BASE64 -> onlyBase64(in);
                case QUOTED_PRINTABLE -> onlyQuotedPrintable(in);
                case IDENTITY, UUENCODE -> false;
            };
        }
    }

    /// Every mail has a colon in its first field, and base64 (RFC 2045, table 1) has none.
    private static boolean onlyBase64(InputStream in) throws IOException {
        for (int c = in.read(); c >= 0; c = in.read()) {
            if (c == ':' || c > 126) {
                return false;
            }
        }
        return true;
    }

    /// Every `=` is followed by two hexadecimal digits or ends its line (RFC 2045, 6.7), and octets are 7-bit.
    private static boolean onlyQuotedPrintable(InputStream in) throws IOException {
        int c = in.read();
        while (c >= 0) {
            if (c > 126) {
                return false;
            }
            if (c != '=') {
                c = in.read();
                continue;
            }
            c = in.read();
            if (Character.digit(c, 16) >= 0) {
                c = in.read();
                if (Character.digit(c, 16) < 0) {
                    return false;
                }
                c = in.read();
            } else {
                while (c == ' ' || c == '\t' || c == '\r') {
                    c = in.read();
                }
                if (c >= 0 && c != '\n') {
                    return false;
                }
            }
        }
        return true;
    }
}
