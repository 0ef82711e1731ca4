package io.carteggio.mail.mime;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.mail.mime.UnreadParts.UnreadPart;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UnreadPartsTest {
    private static Content mail(String text) {
        return Content.of(text.replace("\n", "\r\n").getBytes(StandardCharsets.ISO_8859_1));
    }

    private static String part(String type, String name, byte[] octets) {
        return "--b\nContent-Type: " + type + "\nContent-Disposition: attachment; filename=\"" + name
                + "\"\nContent-Transfer-Encoding: base64\n\n"
                + Base64.getMimeEncoder().encodeToString(octets) + "\n";
    }

    private static String mixed(String... parts) {
        return "Subject: s\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n" + String.join("", parts)
                + "--b--\n";
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static List<String> said(Content mail) throws IOException {
        UnreadParts unread = UnreadParts.of(mail);
        Letter letter = LetterReader.read(mail, ReadLimits.DEFAULT);
        assertThat(UnreadParts.anyIn(mail, letter))
                .as("the cheap question has the same answer")
                .isEqualTo(!unread.parts().isEmpty());
        List<String> said = new ArrayList<>();
        for (UnreadPart part : unread.parts()) {
            try (InputStream in = part.open()) {
                said.add(part.name().orElse("-") + "=" + new String(in.readAllBytes(), StandardCharsets.ISO_8859_1));
            }
        }
        return said;
    }

    @ParameterizedTest
    @CsvSource({
        "application/pdf, a.pdf, 255044462d312e34, true",
        "application/octet-stream, a, 0011, true",
        "image/png, a.png, 89504e470d0a1a0a, false",
        "application/octet-stream, a.png, 89504e470d0a1a0a, false",
        "image/png, a.png, 255044462d312e34, true", // it is a PDF whatever it claims
        "image/svg+xml, a.svg, 3c737667, true",
        "text/plain, a.txt, 61, false",
        "text/csv, a.csv, 61, false",
        "text/plain, a.txt, 504b0304, true", // a document under a text's name
        "text/rtf, a.rtf, 61, true",
        "text/richtext, a.rtf, 7b5c72746631, true",
        "application/pkcs7-signature, smime.p7s, 3080, false",
        "application/pkcs7-mime, smime.p7m, 3080, false",
        "application/pgp-signature, s.asc, 2d2d, false",
        "application/ms-tnef, winmail.dat, 0011, false",
        "application/octet-stream, winmail.dat, 0011, false",
        "application/octet-stream, bm.txt, 424d2061, true", // BM begins a text too
        "application/octet-stream, a.bmp, 424d36000000000000003600, true", // too short to tell
        "application/octet-stream, a.bmp, 424d3600000000000000360000002800, false",
        "application/octet-stream, a.mp4, 0000001866747970, true",
        "application/octet-stream, a.mp4, 000000186674797069736f6d, false",
        "application/octet-stream, a.webp, 524946460000000057454250, false",
    })
    void whatMustBeRead(String type, String name, String hex, boolean unread) throws Exception {
        Content mail = mail(mixed(part(type, name, HexFormat.of().parseHex(hex))));
        assertThat(said(mail)).hasSize(unread ? 1 : 0);
    }

    @Test
    void alsoUnnamedPartsAndLettersInside() throws Exception {
        String inner = "Subject: inner\nContent-Type: multipart/mixed; boundary=i\n\n--i\n\nx\n"
                + part("application/pdf", "in.pdf", ascii("%PDF inner")).replace("--b", "--i") + "--i--\n";
        Content mail = mail(mixed(
                "--b\nContent-Type: application/pdf\nContent-Transfer-Encoding: base64\n\n"
                        + Base64.getEncoder().encodeToString(ascii("%PDF unnamed")) + "\n",
                "--b\nContent-Type: message/rfc822\n\n" + inner,
                "--b\nContent-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
                        + Base64.getMimeEncoder().encodeToString(ascii(inner.replace("\n", "\r\n"))) + "\n"));
        assertThat(said(mail)).containsExactly("-=%PDF unnamed", "in.pdf=%PDF inner", "in.pdf=%PDF inner");
    }

    @Test
    void nothingEmptyAndNothingInAPlainLetter() throws Exception {
        assertThat(said(mail("Subject: s\n\ntext"))).isEmpty();
        assertThat(said(mail(mixed(part("application/pdf", "a.pdf", new byte[0])))))
                .isEmpty();
    }

    @Test
    void limitsHoldAtTheirEdge() throws Exception {
        String one = "--b\nContent-Type: application/pdf\n\n%PDF\n";
        assertThat(UnreadParts.of(mail(mixed(one.repeat(UnreadParts.PARTS_LIMIT)))))
                .satisfies(u -> assertThat(u.parts()).hasSize(UnreadParts.PARTS_LIMIT))
                .satisfies(u -> assertThat(u.complete()).isTrue());
        assertThat(UnreadParts.of(mail(mixed(one.repeat(UnreadParts.PARTS_LIMIT + 1)))))
                .satisfies(u -> assertThat(u.parts()).hasSize(UnreadParts.PARTS_LIMIT))
                .satisfies(u -> assertThat(u.complete()).isFalse());
        String deep = "Content-Type: application/pdf\n\n%PDF";
        for (int i = 0; i < UnreadParts.DEPTH_LIMIT; i++) {
            deep = "Content-Type: message/rfc822\n\n" + deep;
        }
        assertThat(UnreadParts.of(mail(deep)).parts()).hasSize(1);
        UnreadParts deeper = UnreadParts.of(mail("Content-Type: message/rfc822\n\n" + deep));
        assertThat(deeper.parts()).isEmpty();
        assertThat(deeper.complete()).isFalse();
    }

    @Test
    void textOfAttachmentsStandsByItself() throws Exception {
        Letter letter = LetterReader.read(
                mail(mixed(
                        part("text/csv", "a.csv", ascii("comma, word")),
                        part("text/html", "a.html", ascii("<p>html <b>word")))),
                ReadLimits.DEFAULT);
        assertThat(letter.searchText()).isEqualTo("text");
        assertThat(letter.attachedText()).isEqualTo("comma, word\nhtml word");
    }
}
