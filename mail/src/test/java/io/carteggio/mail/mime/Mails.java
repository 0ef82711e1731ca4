package io.carteggio.mail.mime;

import io.carteggio.mail.Content;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/// Mails written by hand, for tests.
final class Mails {
    private Mails() {}

    /// Text as octets of the same number, with LF made CRLF.
    static Content crlf(String latin1) {
        return raw(latin1.replace("\n", "\r\n"));
    }

    /// Text as octets of the same number.
    static Content raw(String latin1) {
        return Content.of(latin1.getBytes(StandardCharsets.ISO_8859_1));
    }

    static Letter read(Content mail) {
        try {
            return LetterReader.read(mail, ReadLimits.DEFAULT);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static String attachment(Content mail, int index) {
        try (InputStream in = LetterReader.openAttachment(mail, index)) {
            return new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
