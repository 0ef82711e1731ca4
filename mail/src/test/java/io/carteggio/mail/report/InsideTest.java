package io.carteggio.mail.report;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class InsideTest {
    private static final String MAIL = "From: a@example.com\r\nTo: b@example.com\r\nSubject: x\r\n\r\nIts words.\r\n";

    private boolean open = true;

    private List<String> inside(String mail) throws IOException {
        List<String> found = new ArrayList<>();
        open = Inside.visit(
                Content.of(mail.getBytes(StandardCharsets.ISO_8859_1)),
                c -> found.add(new String(c.toByteArray(1 << 24), StandardCharsets.ISO_8859_1)));
        return found;
    }

    private static String multipart(String... parts) {
        StringBuilder mail = new StringBuilder("Content-Type: multipart/mixed; boundary=b\r\n\r\n");
        for (String part : parts) {
            mail.append("--b\r\n").append(part).append("\r\n");
        }
        return mail.append("--b--\r\n").toString();
    }

    private static String base64(String text) {
        return Base64.getMimeEncoder().encodeToString(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    @Test
    void everyWayOfPuttingAMailIntoAMailIsSeen() throws Exception {
        String attached = "Content-Type: message/rfc822\r\n\r\n" + MAIL;
        List<String> holders = List.of(
                MAIL,
                multipart("Content-Type: text/plain\r\n\r\nsee below", attached),
                multipart("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64(MAIL)),
                multipart("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + MAIL),
                multipart("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\n"
                        + MAIL.replace("words", "w=6Frds")),
                multipart("Content-Type: message/global\r\n\r\n" + MAIL),
                multipart("Content-Type: application/octet-stream; name=\"a.EML\"\r\n\r\n" + MAIL),
                multipart("Content-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                        + base64(MAIL)),
                multipart(
                        "Content-Type: multipart/digest; boundary=c\r\n\r\n--c\r\nContent-Type: message/rfc822\r\n\r\n"
                                + MAIL + "\r\n--c--"),
                attached,
                multipart("Content-Type: message/rfc822\r\n\r\n" + multipart(attached)),
                multipart("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n"
                        + base64(multipart(attached))));
        for (String holder : holders) {
            assertThat(inside(holder)).as(holder).contains(MAIL);
            assertThat(open).as(holder).isTrue();
        }
        assertThat(inside(multipart("Content-Type: text/plain\r\n\r\nIts words.")))
                .doesNotContain(MAIL);
    }

    @Test
    void whatStaysClosedIsSaid() throws Exception {
        for (String closed : List.of(
                "Content-Type: multipart/encrypted; boundary=b\r\n\r\n--b\r\n\r\nx\r\n--b--\r\n",
                "Content-Type: application/pkcs7-mime; smime-type=enveloped-data\r\n\r\nx",
                multipart("Content-Type: application/x-pkcs7-mime\r\n\r\nx"),
                multipart("Content-Type: application/x-microsoft-rpmsg-message\r\n\r\nx"))) {
            inside(closed);
            assertThat(open).as(closed).isFalse();
        }
        inside("Content-Type: application/pkcs7-mime; smime-type=signed-data\r\n\r\nx");
        assertThat(open).isTrue();
    }

    @Test
    void depthAndNumberAreBounded() throws Exception {
        StringBuilder deep = new StringBuilder();
        for (int i = 0; i < 3 * Inside.DEPTH_LIMIT; i++) {
            deep.append("Content-Type: message/rfc822\r\n\r\n");
        }
        assertThat(inside(deep + MAIL)).hasSizeLessThan(2 * Inside.DEPTH_LIMIT);
        assertThat(open).isFalse();
        StringBuilder nested = new StringBuilder();
        for (int i = 0; i < 3 * Inside.DEPTH_LIMIT; i++) {
            nested.append("Content-Type: multipart/mixed; boundary=b")
                    .append(i)
                    .append("\r\n\r\n--b")
                    .append(i)
                    .append("\r\n");
        }
        inside(nested + MAIL);
        assertThat(open).isFalse();
        StringBuilder wide = new StringBuilder("Content-Type: multipart/mixed; boundary=b\r\n\r\n");
        wide.append("--b\r\n\r\n".repeat(2 * Inside.PARTS_LIMIT));
        inside(wide.toString());
        assertThat(open).isFalse();
    }

    /// Any octets: it ends, and shows the mail itself first.
    @Test
    void anyOctets() throws Exception {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String[] pieces = {
            "Content-Type: message/rfc822\r\n",
            "Content-Type: multipart/mixed; boundary=b\r\n",
            "\r\n",
            "--b\r\n",
            "--b--\r\n",
            "Content-Transfer-Encoding: base64\r\n",
            MAIL,
            base64(MAIL),
            "\0\377",
            "X-MS-Journal-Report:\r\n",
            "Content-Transfer-Encoding: quoted-printable\r\n",
            "=\r\n",
            " ",
            "Content-Type: application/ms-tnef\r\n"
        };
        for (int i = 0; i < 3_000; i++) {
            StringBuilder mail = new StringBuilder();
            for (int n = random.nextInt(30); n > 0; n--) {
                mail.append(pieces[random.nextInt(pieces.length)]);
            }
            assertThat(inside(mail.toString())).as("seed " + seed).first().isEqualTo(mail.toString());
        }
    }
}
