package io.carteggio.mail.structure;

import java.util.Locale;
import java.util.Optional;

/// The transfer encodings that change octets (RFC 2045, 6.7 and 6.8). `7bit`, `8bit`, `binary` and whatever nobody
/// knows are the identity, and have no constant here.
public enum TransferEncoding {
    BASE64,
    QUOTED_PRINTABLE;

    static Optional<TransferEncoding> parse(String value) {
        String word = value;
        int cut = 0;
        while (cut < word.length() && word.charAt(cut) > ' ' && word.charAt(cut) != ';' && word.charAt(cut) != '(') {
            cut++;
        }
        word = word.substring(0, cut).replace("\"", "").toLowerCase(Locale.ROOT);
        return switch (word) {
            case "base64" -> Optional.of(BASE64);
            case "quoted-printable" -> Optional.of(QUOTED_PRINTABLE);
            default -> Optional.empty();
        };
    }
}
