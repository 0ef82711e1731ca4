package io.carteggio.mail.mime;

import static io.carteggio.mail.mime.Mails.attachment;
import static io.carteggio.mail.mime.Mails.raw;
import static io.carteggio.mail.mime.Mails.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import io.carteggio.mail.Content;
import io.carteggio.mail.mime.Letter.Note;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Base64;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Mail that is broken or means harm: each is read, in bounded time, and says what is wrong with it.
class HostileMailTest {
    private static final Duration BOUND = Duration.ofSeconds(10);

    private static Arguments row(String what, String mail, Consumer<Letter> expectation) {
        return Arguments.of(what, raw(mail), expectation);
    }

    static Stream<Arguments> mails() {
        return Stream.of(
                row("nothing at all", "", l -> {
                    assertThat(l.header().fields()).isEmpty();
                    assertThat(l.text()).contains("");
                    assertThat(l.notes()).isEmpty();
                }),
                row("one octet", "x", l -> assertThat(l.text()).contains("x")),
                row("one line end", "\n", l -> assertThat(l.text()).contains("")),
                row(
                        "header only",
                        "Subject: s",
                        l -> assertThat(l.header().subject()).contains("s")),
                row(
                        "header with line end only",
                        "Subject: s\r\n",
                        l -> assertThat(l.text()).contains("")),
                row("no header", "Hello Bob,\nhow are you?\n", l -> {
                    assertThat(l.text()).contains("Hello Bob,\nhow are you?\n");
                    assertThat(l.notes()).containsExactly(Note.DAMAGED_HEADER);
                }),
                row("no empty line after the header", "Subject: s\nHello Bob,\nhow are you?\n", l -> {
                    assertThat(l.header().subject()).contains("s");
                    assertThat(l.text()).contains("Hello Bob,\nhow are you?\n");
                }),
                row("a lost fold in the header", "Subject: s\nlost fold\nFrom: a@b\n\ntext", l -> {
                    assertThat(l.header().from()).hasSize(1);
                    assertThat(l.text()).contains("text");
                    assertThat(l.notes()).containsExactly(Note.DAMAGED_HEADER);
                }),
                row("a stray line that ends the header", "Subject: s\nstray\n\ntext", l -> {
                    assertThat(l.text()).contains("stray\n\ntext");
                    assertThat(l.notes()).containsExactly(Note.DAMAGED_HEADER);
                }),
                row(
                        "only bare LF",
                        "Subject: s\n\na\nb",
                        l -> assertThat(l.text()).contains("a\nb")),
                row("only bare CR", "Subject: s\rTo: a@b\r\rx\ry", l -> {
                    assertThat(l.header().to()).hasSize(1);
                    assertThat(l.text()).contains("x\ry");
                }),
                row("a bare CR in a header of CRLF", "X: 1\r\nSubject: a\rTo: b@c\r\n\r\nx", l -> {
                    assertThat(l.header().to()).isEmpty();
                    assertThat(l.header().subject()).contains("a\rTo: b@c");
                }),
                row("NUL", "Subject: a\0b\n\nx\0y", l -> {
                    assertThat(l.header().subject()).contains("a\0b");
                    assertThat(l.text()).contains("x\0y");
                }),
                row("octets over 127 in the header: UTF-8", "Subject: Gr\u00c3\u00bc\u00c3\u009fe\n\n", l -> {
                    assertThat(l.header().subject()).contains("Grüße");
                }),
                row("octets over 127 in the header: windows-1252", "Subject: Gr\u00fc\u00dfe \u0080\n\n", l -> {
                    assertThat(l.header().subject()).contains("Grüße €");
                }),
                row(
                        "octets over 127 in the header: the text's charset",
                        "Subject: \u00cf\u00d0\u00c9\nContent-Type: text/plain; charset=koi8-r\n\n\u00cf",
                        l -> {
                            assertThat(l.header().subject()).contains("опи");
                            assertThat(l.text()).contains("о");
                        }),
                row("text of an unknown charset", "Content-Type: text/plain; charset=x-no\n\n\u00fc\u0080", l -> {
                    assertThat(l.text()).contains("ü€");
                    assertThat(l.notes()).containsExactly(Note.UNKNOWN_CHARSET);
                }),
                row("multipart without boundary", "Content-Type: multipart/mixed\n\ntext", l -> {
                    assertThat(l.text()).contains("text");
                    assertThat(l.notes()).containsExactly(Note.DAMAGED_STRUCTURE);
                }),
                row("multipart without parts", "Content-Type: multipart/mixed; boundary=b\n\ntext", l -> {
                    assertThat(l.text()).contains("text");
                    assertThat(l.notes()).containsExactly(Note.DAMAGED_STRUCTURE);
                }),
                row("multipart without end", multipart("--b\n\ntext"), l -> {
                    assertThat(l.text()).contains("text");
                    assertThat(l.notes()).containsExactly(Note.DAMAGED_STRUCTURE);
                }),
                row("multipart that ends before it begins", multipart("--b--\n\ntext"), l -> {
                    assertThat(l.text()).contains("--b--\n\ntext");
                }),
                row("part without body", multipart("--b\n--b\nContent-Type: image/gif\n--b--\n"), l -> {
                    assertThat(l.text()).contains("");
                    assertThat(l.otherParts()).hasSize(1);
                    assertThat(l.otherParts().getFirst().sizeBytes()).isZero();
                }),
                row(
                        "a boundary that begins another",
                        multipart("--b\nContent-Type: multipart/mixed; boundary=bb\n\n--bb\n\none\n--bbb\n--bb--\n"
                                + "--b\n\ntwo\n--b--"),
                        l -> {
                            assertThat(l.text()).contains("one\n--bbb\ntwo");
                            assertThat(l.notes()).isEmpty();
                        }),
                row(
                        "an inner multipart without end",
                        multipart("--b\nContent-Type: multipart/mixed; boundary=c\n\n--c\n\none\n--b\n\ntwo\n--b--"),
                        l -> {
                            assertThat(l.text()).contains("one\ntwo");
                            assertThat(l.notes()).containsExactly(Note.DAMAGED_STRUCTURE);
                        }),
                row("blanks after a boundary", multipart("--b \t\n\none\n--b-- \n"), l -> {
                    assertThat(l.text()).contains("one");
                }),
                row("base64 with foreign octets", encoded("base64", "aG\0V!sb\nG8"), l -> {
                    assertThat(l.text()).contains("hello");
                    assertThat(l.notes()).containsExactly(Note.DAMAGED_ENCODING);
                }),
                row("quoted-printable with errors", encoded("quoted-printable", "a=ZZ=4 =\nb=3D  \nc="), l -> {
                    assertThat(l.text()).contains("a=ZZ=4 b=\nc");
                    assertThat(l.notes()).containsExactly(Note.DAMAGED_ENCODING);
                }),
                row("uuencode", encoded("x-uuencode", "begin 644 x\n#0V%T\n`\nend\n"), l -> {
                    assertThat(l.text()).contains("Cat");
                    assertThat(l.notes()).isEmpty();
                }),
                row(
                        "unknown encoding",
                        encoded("x-no", "text"),
                        l -> assertThat(l.text()).contains("text")));
    }

    private static String multipart(String body) {
        return "Content-Type: multipart/mixed; boundary=b\n\n" + body;
    }

    private static String encoded(String encoding, String body) {
        return "Content-Transfer-Encoding: " + encoding + "\n\n" + body;
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("mails")
    void isReadSomehow(String what, Content mail, Consumer<Letter> expectation) {
        expectation.accept(assertTimeoutPreemptively(BOUND, () -> read(mail), what));
    }

    /// Lines of the issue: nesting 1,000, 10,000 headers, 100,000-octet line; and worse.
    static Stream<Arguments> large() {
        return Stream.of(
                row("1,000 multiparts in each other", nestedMultiparts(1_000), l -> {
                    assertThat(l.notes()).contains(Note.TOO_DEEP);
                    assertThat(l.searchText()).contains("innermost");
                }),
                row("1,000 letters in each other", "Content-Type: message/rfc822\n\n".repeat(1_000) + "\nlost", l -> {
                    assertThat(l.notes()).containsExactly(Note.TOO_DEEP);
                    assertThat(l.nested()).hasSize(1);
                    assertThat(l.searchText()).contains("lost");
                }),
                row("encoded letters in each other up to 3 MB", encodedLetters(40), l -> {
                    assertThat(l.nested()).hasSize(1);
                    assertThat(l.searchText()).contains("innermost");
                }),
                row("100,000 parts", multipart("--b\n\nx\n".repeat(100_000)), l -> {
                    assertThat(l.notes()).contains(Note.TOO_MANY_PARTS);
                }),
                row("10,000 headers", "X: y\n".repeat(10_000) + "\nt", l -> {
                    assertThat(l.header().fields()).hasSize(10_000);
                    assertThat(l.header().truncated()).isFalse();
                }),
                row("10,001 headers", "X: y\n".repeat(10_001) + "\nt", l -> {
                    assertThat(l.header().fields()).hasSize(10_000);
                    assertThat(l.header().truncated()).isTrue();
                    assertThat(l.text()).contains("t");
                }),
                row("a field of 1 MiB", "X:" + "y".repeat(1 << 20) + "\nSubject: s\n\n", l -> {
                    assertThat(l.header().fields().getFirst().raw()).hasSize(1 << 20);
                    assertThat(l.header().truncated()).isFalse();
                    assertThat(l.header().subject()).contains("s");
                }),
                row("a field over 1 MiB", "X:" + "y".repeat((1 << 20) + 1) + "\nSubject: s\n\n", l -> {
                    assertThat(l.header().truncated()).isTrue();
                    assertThat(l.header().subject()).contains("s");
                }),
                row("a header over 8 MiB", ("X:" + "y".repeat(1 << 20) + "\n").repeat(9) + "Subject: s\n\nt", l -> {
                    assertThat(l.header().truncated()).isTrue();
                    assertThat(l.text()).contains("t");
                }),
                row("a line of 100,000 octets", "Subject: s\n\n" + "x".repeat(100_000) + "\r\ny", l -> {
                    assertThat(l.text().orElse("")).hasSize(100_003);
                }),
                row("a header line of 100,000 octets", "Subject: " + "x".repeat(100_000) + "\n\ny", l -> {
                    assertThat(l.header().subject().orElse("")).hasSize(100_000);
                    assertThat(l.text()).contains("y");
                }),
                row(
                        "a boundary of 100,000 octets",
                        "Content-Type: multipart/mixed; boundary=" + "b".repeat(100_000) + "\n\ntext",
                        l -> assertThat(l.text()).contains("text")),
                row(
                        "a parameter of 100,000 segments",
                        "Content-Disposition: attachment; " + segments(100_000) + "\n\nx",
                        l -> {
                            assertThat(l.attachments()).hasSize(1);
                        }),
                row(
                        "round brackets",
                        "To: " + "(".repeat(900_000) + "\n\n",
                        l -> assertThat(l.text()).contains("")),
                row("closed round brackets", "To: " + "(".repeat(400_000) + ")".repeat(400_000) + "\n\n", l -> {}),
                row("square brackets", "To: " + "[".repeat(900_000) + "\n\n", l -> {}),
                row("angle brackets", "To: " + "<".repeat(900_000) + "\n\n", l -> {}),
                row("quotes", "To: " + "\"\\\"".repeat(300_000) + "\n\n", l -> {}),
                row("blanks and dots", "To: " + " .".repeat(450_000) + "@x\n\n", l -> {}),
                row("blanks", "To: a" + " ".repeat(900_000) + "@x b\n\n", l -> {}),
                row("addresses without commas", "To: " + "a@b ".repeat(200_000) + "\n\n", l -> {
                    assertThat(l.header().to()).hasSize(100_000);
                }),
                row("at signs", "To: " + "@ ".repeat(400_000) + "\n\n", l -> {}),
                row("at signs and quotes", "To: " + "x\"@ ".repeat(200_000) + "\n\n", l -> {}),
                row("at signs and dots", "To: " + "@ . ".repeat(200_000) + "\n\n", l -> {}),
                row("brackets with addresses", "To: " + "<a@b>".repeat(180_000) + "\n\n", l -> {
                    assertThat(l.header().to()).hasSize(100_000);
                }),
                row("addresses", "To: " + "a@b,".repeat(250_000) + "\n\n", l -> {
                    assertThat(l.header().to()).hasSize(100_000);
                }),
                row("brackets of identifiers", "References: " + "<".repeat(900_000) + "\n\n", l -> {}),
                row("openings of encoded words", "Subject: " + "=?a?Q?".repeat(150_000) + "\n\n", l -> {}),
                row("encoded words of unknown charsets", "Subject: " + unknownCharsets(60_000) + "\n\n", l -> {}),
                row("openings of encoded words with an end", "Subject: " + "=?".repeat(450_000) + "?=\n\n", l -> {}),
                row("encoded words", "Subject: " + "=?utf-8?Q?=C3=BC?= ".repeat(45_000) + "\n\n", l -> {
                    assertThat(l.header().subject().orElse("")).hasSize(45_000);
                }),
                row("empty encoded words", "Subject: " + "=?utf-7?B??= ".repeat(70_000) + "\n\n", l -> {}),
                row(
                        "comments in a type",
                        "Content-Type: " + "a(".repeat(400_000) + ";" + "(".repeat(100_000) + "\n\n",
                        l -> {}),
                row("delimiter-like lines", multipart("--\n--bbb\n".repeat(500_000)), l -> {}),
                row("folds", "Subject: s\n" + " \n".repeat(300_000) + "\n\n", l -> {}));
    }

    private static String nestedMultiparts(int levels) {
        StringBuilder mail = new StringBuilder();
        for (int i = 0; i < levels; i++) {
            mail.append("Content-Type: multipart/mixed; boundary=b")
                    .append(i)
                    .append("\n\n--b")
                    .append(i)
                    .append('\n');
        }
        return mail.append("\ninnermost\n").toString();
    }

    private static String encodedLetters(int levels) {
        String letter = "Subject: innermost\n\n";
        for (int i = 0; i < levels && letter.length() < 3_000_000; i++) {
            letter = "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\n"
                    + Base64.getEncoder().encodeToString(letter.getBytes(StandardCharsets.US_ASCII));
        }
        return letter;
    }

    private static String unknownCharsets(int count) {
        StringBuilder words = new StringBuilder();
        for (int i = 0; i < count; i++) {
            words.append("=?x").append(i).append("?Q?a?= ");
        }
        return words.toString();
    }

    private static String segments(int count) {
        StringBuilder segments = new StringBuilder();
        for (int i = 0; i < count; i++) {
            segments.append("filename*").append(i).append("=x; ");
        }
        return segments.toString();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("large")
    void takesBoundedTime(String what, Content mail, Consumer<Letter> expectation) {
        expectation.accept(assertTimeoutPreemptively(BOUND, () -> read(mail), what));
    }

    @Test
    void headerIsReadWithoutTheBody() throws IOException {
        LetterHeader header = LetterReader.header(raw("Subject: s\n\nTo: not@header\n"));
        assertThat(header.subject()).contains("s");
        assertThat(header.to()).isEmpty();
    }

    /// Found by FuzzTest.
    @Test
    void headerAloneCanEndWithoutAnEmptyLine() throws IOException {
        assertThat(LetterReader.header(raw("Subject: s\nstray\nstray\n")).subject())
                .contains("s");
    }

    @Test
    void opensAnAttachmentBehindAnEmptyPart() {
        Content mail = raw(multipart("--b\n--b\nContent-Disposition: attachment\n\nx\n\n--b--"));
        assertThat(attachment(mail, 0)).isEqualTo("x\n");
    }
}
