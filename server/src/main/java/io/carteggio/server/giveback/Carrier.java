package io.carteggio.server.giveback;

import io.carteggio.mail.Address;
import io.carteggio.mail.Concatenation;
import io.carteggio.mail.Content;
import io.carteggio.mail.mime.HeaderText;
import io.carteggio.server.watch.Submission;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.UUID;

/// A mail that carries a letter: a note, and the letter attached (RFC 2046 5.2.1). What is not plain enough to pass
/// through any mail system untouched travels in base64, as a file.
///
/// @param id its Message-ID, without angle brackets
record Carrier(Address from, Address to, String id, Instant at, GiveBack.Note note) {
    private static final int LINE_LIMIT_OCTETS = 998; // RFC 5321 4.5.3.1.6

    Content carrying(Content letter) throws IOException {
        boolean plain = isPlain(letter);
        // nobody who wrote the letter could know it
        String boundary = "carteggio-" + UUID.randomUUID();
        String text = Base64.getMimeEncoder()
                .encodeToString(note.text().replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
        String file = "\"letter.eml\"; filename*=utf-8''" + percent(note.fileName() + ".eml");
        String head = String.join(
                "\r\n",
                "Date: " + Submission.DATE.format(at.atOffset(java.time.ZoneOffset.UTC)),
                "From: Carteggio <" + from.raw() + ">",
                "To: " + to.raw(),
                "Subject: " + HeaderText.encoded(note.subject()),
                "Message-ID: <" + id + ">",
                "Auto-Submitted: auto-generated",
                "MIME-Version: 1.0",
                "Content-Type: multipart/mixed; boundary=\"" + boundary + "\"",
                "",
                "--" + boundary,
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: base64",
                "",
                text,
                "--" + boundary,
                "Content-Type: " + (plain ? "message/rfc822" : "application/octet-stream"),
                "Content-Transfer-Encoding: " + (plain ? "7bit" : "base64"),
                "Content-Disposition: attachment; filename=" + file,
                "",
                "");
        return new Concatenation(List.of(
                octets(head), plain ? letter : new Base64Content(letter), octets("\r\n--" + boundary + "--\r\n")));
    }

    private static Content octets(String text) {
        return Content.of(text.getBytes(StandardCharsets.UTF_8));
    }

    /// RFC 8187: what is no letter or digit as `%XX`.
    private static String percent(String text) {
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean bare = (b >= 'a' && b <= 'z') || (b >= 'A' && b <= 'Z') || (b >= '0' && b <= '9') || b == '.';
            out.append(bare ? String.valueOf((char) b) : String.format("%%%02X", b & 0xff));
        }
        return out.toString();
    }

    /// Whether it consists of short lines of ASCII that all end in CRLF.
    static boolean isPlain(Content letter) throws IOException {
        byte[] buffer = new byte[64 * 1024];
        int line = 0;
        boolean afterCr = false;
        try (InputStream in = letter.open()) {
            for (int n = in.read(buffer); n > 0; n = in.read(buffer)) {
                for (int i = 0; i < n; i++) {
                    int b = buffer[i];
                    if (b <= 0 || (afterCr != (b == '\n'))) {
                        return false;
                    }
                    afterCr = b == '\r';
                    line = b == '\n' || b == '\r' ? 0 : line + 1;
                    if (line > LINE_LIMIT_OCTETS) {
                        return false;
                    }
                }
            }
        }
        return !afterCr;
    }
}
