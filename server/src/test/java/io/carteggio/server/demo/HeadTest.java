package io.carteggio.server.demo;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.demo.Head.Words;
import java.nio.charset.Charset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HeadTest {
    /// The right column is what python3's `email.header` and RFC 2047's own rules give.
    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            value = {
                "Grüße;utf-8;Q;=?utf-8?Q?Gr=C3=BC=C3=9Fe?=",
                "Grüße;iso-8859-1;Q;=?iso-8859-1?Q?Gr=FC=DFe?=",
                "l’été;windows-1252;Q;=?windows-1252?Q?l=92=E9t=E9?=",
                "Ωμέγα;iso-8859-7;B;=?iso-8859-7?B?2ezd4+E=?=",
                "Ωμέγα;iso-8859-1;B;=?utf-8?B?zqnOvM6tzrPOsQ==?=",
                "見積;iso-2022-jp;B;=?iso-2022-jp?B?GyRCOCtAURsoQg==?=",
                "a =? b;utf-8;Q;=?utf-8?Q?a_=3D=3F_b?=",
                "plain;utf-8;B;plain"
            },
            delimiter = ';')
    void textBecomesEncodedWords(String text, String charset, String encoding, String expected) {
        assertThat(Head.encoded(text, new Words(Charset.forName(charset), encoding.equals("Q"))))
                .isEqualTo(expected);
    }

    @Test
    void longTextIsSeveralWordsOfAtMost75Characters() {
        String words = Head.encoded("日本語の長い件名です。".repeat(20), new Words(Charset.forName("iso-2022-jp"), false));

        assertThat(words.split(" ", -1))
                .hasSizeGreaterThan(5)
                .allSatisfy(w -> assertThat(w)
                        .hasSizeLessThanOrEqualTo(75)
                        .startsWith("=?iso-2022-jp?B?")
                        .endsWith("?="));
    }

    @Test
    void fieldsAreFoldedAtBlanksWhichStay() {
        String field = new Head().add("X", "word ".repeat(40).strip()).toString();

        assertThat(field.split("\r\n", -1)).allSatisfy(l -> assertThat(l).hasSizeLessThan(79));
        assertThat(field.replace("\r\n", ""))
                .isEqualTo("X: " + "word ".repeat(40).strip());
    }

    @Test
    void parametersAreNeverFoldedInside() {
        String name = "Vertrag mit einem langen Namen und vielen Leerzeichen fuer den Auftrag 17.docx";

        assertThat(new Head()
                        .addTabbed("Content-Disposition", "attachment; " + Head.parameter("filename", name))
                        .toString())
                .isEqualTo("Content-Disposition: attachment;\r\n\tfilename=\"" + name + "\"\r\n");
    }

    @ParameterizedTest
    @CsvSource({
        "'', <a@b.example>",
        "Anna Lindner, Anna Lindner <a@b.example>",
        "'Rossi, M.', '\"Rossi, M.\" <a@b.example>'",
        "Jürgen, =?iso-8859-1?Q?J=FCrgen?= <a@b.example>"
    })
    void namesAreQuotedOrEncoded(String name, String expected) {
        assertThat(Head.mailbox(name, "a@b.example", new Words(ISO_8859_1, true)))
                .isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "plain text|plain text",
                "a=b|a=3Db",
                "é|=C3=A9",
                "'end '|end=20",
            })
    void quotedPrintable(String text, String expected) {
        assertThat(new String(Head.quotedPrintable(text.getBytes(UTF_8)), ISO_8859_1))
                .isEqualTo(expected);
        assertThat(new String(Head.quotedPrintable((text + "\r\n").getBytes(UTF_8)), ISO_8859_1))
                .isEqualTo(expected + "\r\n");
    }

    @Test
    void quotedPrintableLinesAreNotOver76() {
        String encoded = new String(Head.quotedPrintable("ü".repeat(500).getBytes(UTF_8)), ISO_8859_1);

        assertThat(encoded.split("\r\n", -1)).allSatisfy(l -> assertThat(l).hasSizeLessThanOrEqualTo(76));
    }
}
