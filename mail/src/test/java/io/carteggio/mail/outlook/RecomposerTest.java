package io.carteggio.mail.outlook;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.mime.Attachment;
import io.carteggio.mail.mime.Mailbox;
import io.carteggio.mail.report.Unwrapped;
import io.carteggio.mail.report.Unwrapper;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecomposerTest {
    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private static MsgMaker whole() {
        byte[] noise = new byte[70_000];
        new Random(3).nextBytes(noise);
        return MsgMaker.message(
                        "\u0001\u0005Re: Año nuevo – 東京, and so on until it is longer than one encoded word can be")
                .from("Rossi, Anna \"Ännchen\"", "anna@example.com")
                .recipient(1, "Bert", "SMTP", "bert@example.com")
                .recipient(2, "Cora", "EX", "/O=FIRM/OU=FIRST/CN=RECIPIENTS/CN=CORA")
                .recipient(3, "Dora", "SMTP", "dora@example.com")
                .time(0x0039, Instant.parse("2024-03-01T11:34:56Z"))
                .text(0x1035, "<id-1@example.com>")
                .text(0x1042, "<id-0@example.com>")
                .number(0x0017, 2)
                .text(0x1000, "Grüße = ok\r\nFrom here \r\n.\r\n")
                .binary(0x1013, ascii("<p>Gr&uuml;&szlig;e</p><img src=\"cid:pic@1\">\r\n"))
                .attachment(new MsgMaker()
                        .number(0x3705, 1)
                        .text(0x3707, "picture.png")
                        .text(0x370E, "image/png")
                        .text(0x3712, "pic@1")
                        .binary(0x3701, noise))
                .file("Überprüfung der sehr langen und ausführlichen Anlage Nr. 12 (東京).pdf", ascii("%PDF"))
                .file("empty.txt", new byte[0]);
    }

    @Test
    void anItemBecomesAMailWithAllThatItSays() throws Exception {
        Recomposed mail = Recomposed.of(whole());
        var header = mail.letter().header();
        assertThat(header.subject())
                .contains("Re: Año nuevo – 東京, and so on until it is longer than one encoded word can be");
        assertThat(header.from())
                .containsExactly(new Mailbox("Rossi, Anna \"Ännchen\"", new Address("anna@example.com")));
        assertThat(header.to()).extracting(m -> m.address().raw()).containsExactly("bert@example.com");
        assertThat(header.cc())
                .containsExactly(new Mailbox(
                        "Cora", new Address("IMCEAEX-_O=FIRM_OU=FIRST_CN=RECIPIENTS_CN=CORA@outlook.invalid")));
        assertThat(header.bcc()).extracting(m -> m.address().raw()).containsExactly("dora@example.com");
        assertThat(header.date()).contains(Instant.parse("2024-03-01T11:34:56Z"));
        assertThat(header.messageId()).contains("id-1@example.com");
        assertThat(header.inReplyTo()).containsExactly("id-0@example.com");
        assertThat(header.first("Importance").orElseThrow().decoded()).isEqualTo("high");
        assertThat(header.fields().getFirst().is(Recomposer.MARK)).isTrue();
        assertThat(mail.letter().text()).contains("Grüße = ok\r\nFrom here \r\n.");
        assertThat(mail.letter().html().orElseThrow()).contains("cid:pic@1");
        byte[] noise = new byte[70_000];
        new Random(3).nextBytes(noise);
        assertThat(mail.letter().attachments())
                .extracting(Attachment::name, Attachment::sha256)
                .containsExactly(
                        org.assertj.core.groups.Tuple.tuple(java.util.Optional.of("picture.png"), Sha256.of(noise)),
                        org.assertj.core.groups.Tuple.tuple(
                                java.util.Optional.of(
                                        "Überprüfung der sehr langen und ausführlichen Anlage Nr. 12 (東京).pdf"),
                                Sha256.of(ascii("%PDF"))),
                        org.assertj.core.groups.Tuple.tuple(
                                java.util.Optional.of("empty.txt"), Sha256.of(new byte[0])));
        assertThat(mail.letter().notes()).isEmpty();
        assertThat(mail.troubles()).isEmpty();
        assertThat(mail.source().lines())
                .allMatch(l -> l.length() < 120 && l.chars().allMatch(c -> c < 127));
    }

    @Test
    void theSameItemIsAlwaysTheSameMail() throws Exception {
        assertThat(Sha256.of(Recomposed.of(whole()).mail()))
                .isEqualTo(Sha256.of(Recomposed.of(whole()).mail()));
    }

    @Test
    void theHeaderOfTheTransportIsKeptButForWhatTellsOfALostBody() throws Exception {
        Recomposed mail = Recomposed.of(MsgMaker.message("the item's subject")
                .from("Item", "item@example.com")
                .recipient(1, "Item", "SMTP", "item-to@example.com")
                .text(0x007D, """
                        Microsoft Mail Internet Headers Version 2.0
                        Received: from a by b;
                        \tFri, 1 Mar 2024 12:00:00 +0100
                        X-Odd:  two  blanks\s
                        --=_mixed_0_=
                        \tfolded junk
                        From: Header <header@example.com>
                        To: header-to@example.com
                        Subject: =?utf-8?Q?of_the_header?=
                        Content-Type: multipart/mixed;
                         boundary="x"
                        MIME-Version: 1.0
                        Message-ID: <h@example.com>

                        --x
                        Content-Type: text/plain
                        X-Part: 1
                        """)
                .text(0x1000, "text")
                .file("a.txt", ascii("a")));
        String source = mail.source();
        assertThat(source)
                .startsWith(Recomposer.MARK + ": of an Outlook item; not the octets that were sent\r\n"
                        + "Received: from a by b;\r\n\tFri, 1 Mar 2024 12:00:00 +0100\r\nX-Odd:  two  blanks \r\n"
                        + "From: Header <header@example.com>\r\nTo: header-to@example.com\r\n"
                        + "Subject: =?utf-8?Q?of_the_header?=\r\nMessage-ID: <h@example.com>\r\n"
                        + "MIME-Version: 1.0\r\nContent-Type: multipart/mixed;\r\n boundary=\"=_mixed_0_=\"\r\n\r\n")
                .doesNotContain("junk", "X-Part", "item@", "item-to@", "Microsoft Mail");
        assertThat(mail.letter().attachments()).hasSize(1);
    }

    @Test
    void anItemInAnItemHasTheOctetsThatItHasAlone() throws Exception {
        MsgMaker inner = MsgMaker.message("inner")
                .from("I", "i@example.com")
                .text(0x1000, "inner text")
                .file("deep.bin", ascii("deep"))
                .item(MsgMaker.message("innermost").text(0x1000, "--=_mixed_1_=\r\n--=_mixed_2_=--\r\n"));
        Recomposed outer = Recomposed.of(
                MsgMaker.message("outer").text(0x1000, "outer text").item(inner).file("x", ascii("x")));
        assertThat(outer.letter().nested()).hasSize(1);
        assertThat(outer.letter().nested().getFirst().sha256())
                .isEqualTo(Sha256.of(Recomposed.of(inner).mail()));
        assertThat(outer.letter().attachments()).hasSize(1);
        assertThat(outer.letter().notes()).isEmpty();
    }

    @Test
    void aMailAttachedAsAFileStaysByteForByte() throws Exception {
        byte[] eml = "Subject: a\nX: \r b\n\n--=_mixed_0_=\nüß".getBytes(StandardCharsets.ISO_8859_1);
        Recomposed mail = Recomposed.of(MsgMaker.message("carrier")
                .text(0x1000, "t")
                .attachment(new MsgMaker()
                        .number(0x3705, 1)
                        .text(0x370E, "message/rfc822")
                        .text(0x3707, "a.eml")
                        .binary(0x3701, eml)));
        assertThat(mail.letter().nested()).hasSize(1);
        assertThat(mail.letter().nested().getFirst().sha256()).isEqualTo(Sha256.of(eml));
    }

    @Test
    void aJournalReportInAnItemIsStillOne() throws Exception {
        MsgMaker original = MsgMaker.message("Offer")
                .from("Anna", "anna@example.com")
                .text(0x1035, "<offer@example.com>")
                .text(0x1000, "the offer");
        String text = """
                Sender: anna@example.com
                Subject: Offer
                Message-Id: <offer@example.com>
                To: bert@example.com
                Bcc: eva@example.com
                """;
        for (boolean dressed : new boolean[] {false, true}) {
            MsgMaker report = MsgMaker.message("Offer")
                    .text(0x007D, "From: system@example.com\r\nX-MS-Journal-Report: \r\nSubject: Offer\r\n")
                    .text(0x1000, text)
                    .item(original);
            if (dressed) {
                report.binary(0x1013, ascii("<pre>" + text + "</pre>"));
            }
            Unwrapped unwrapped = Unwrapper.unwrap(Recomposed.of(report).mail());
            assertThat(unwrapped).isInstanceOf(Unwrapped.Report.class);
            Unwrapped.Report read = (Unwrapped.Report) unwrapped;
            assertThat(read.envelope().recipients()).hasSize(2);
            assertThat(Sha256.of(read.originals().getFirst().bytes()))
                    .isEqualTo(Sha256.of(Recomposed.of(original).mail()));
        }
    }

    @Test
    void stringsOfOldProgramsAreReadInTheCharsetTheyName() throws Exception {
        byte[] cyrillic = "Привет".getBytes(Charset.forName("windows-1251"));
        assertThat(Recomposed.of(new MsgMaker().string8(0x0037, cyrillic).number(0x3FFD, 1251))
                        .letter()
                        .header()
                        .subject())
                .contains("Привет");
        assertThat(Recomposed.of(MsgMaker.message("x").string8(0x1000, cyrillic).number(0x3FF1, 1049))
                        .letter()
                        .text())
                .contains("Привет");
    }

    @Test
    void whatIsNoMailIsTold() throws Exception {
        for (String kind : List.of("IPM.Contact", "IPM.Appointment", "IPM.Task", "ipm.configuration.x")) {
            assertThat(item(new MsgMaker().text(0x001A, kind)).notMail()).contains(kind);
        }
        for (String kind :
                List.of("IPM.Note", "IPM.Schedule.Meeting.Request", "REPORT.IPM.Note.NDR", "IPM.TaskRequest", "?")) {
            assertThat(item(new MsgMaker().text(0x001A, kind)).notMail()).isEmpty();
        }
        assertThat(item(new MsgMaker().text(0x001A, "IPM.Contact").text(0x007D, "From: a@b"))
                        .notMail())
                .as("it was sent")
                .isEmpty();
    }

    private static OutlookItem item(MsgMaker msg) throws Exception {
        return Outlook.msg(Content.of(msg.make()));
    }

    @Test
    void whatCannotBeReadIsToldInItsPlace() throws Exception {
        Recomposed mail = Recomposed.of(MsgMaker.message("s")
                .text(0x1000, "t")
                .binary(0x1009, ascii("no RTF at all, of whatever kind"))
                .attachment(
                        new MsgMaker().number(0x3705, 4).text(0x3707, "far.doc").text(0x370D, "\\\\host\\far.doc")));
        assertThat(mail.troubles())
                .hasSize(2)
                .anyMatch(t -> t.contains("far.doc") && t.contains("it lay elsewhere"))
                .anyMatch(t -> t.contains("RTF"));
        assertThat(mail.letter().searchText() + mail.letter().attachedText())
                .contains("it lay elsewhere, at \\\\host\\far.doc", "RTF of the message");
    }

    @Test
    void noSenderAndNoBodyIsAMailToo() throws Exception {
        Recomposed mail = Recomposed.of(new MsgMaker().text(0x001A, "IPM.Note"));
        assertThat(mail.letter().header().from()).isEmpty();
        assertThat(mail.letter().notes()).isEmpty();
    }
}
