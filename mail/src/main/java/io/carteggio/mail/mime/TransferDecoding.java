package io.carteggio.mail.mime;

import java.io.InputStream;

/// Transfer encodings undone (RFC 2045 6.7, 6.8), leniently and without losing an octet that is there.
///
/// Own code, since mime4j's decoders lose and change octets where mail is not quite right: its base64 drops the last
/// ones where padding is missing, its quoted-printable makes every LF a CRLF, and then the sums differ from those that
/// other readers of the same mail compute. The streams belong to one thread; closing them closes what they read.
public final class TransferDecoding {
    private TransferDecoding() {}

    /// What base64 means: octets outside the alphabet are stepped over, complete padding is the end.
    public static InputStream base64(InputStream encoded) {
        return new Base64Stream(encoded, () -> {});
    }

    /// What quoted-printable means: line ends stay as they are, an equals sign that begins nothing stands for itself.
    public static InputStream quotedPrintable(InputStream encoded) {
        return new QuotedPrintableStream(encoded, () -> {});
    }
}
