package io.carteggio.mail.mime;

import static io.carteggio.mail.mime.Mails.attachment;
import static io.carteggio.mail.mime.Mails.crlf;
import static io.carteggio.mail.mime.Mails.raw;
import static io.carteggio.mail.mime.Mails.read;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.mime.Letter.Note;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class LetterReaderTest {
    private static final String MIXED = """
            From: Anna Bianchi <anna@example.it>
            To: "Rossi, Bob" <bob@example.com>, team: c@example.com, d@example.com;
            Cc: =?UTF-8?Q?J=C3=BCrgen?= <j@example.de>
            Subject: =?utf-8?B?R3LDvMOfZSA=?= =?utf-8?Q?aus_K=C3=B6ln?=
            Date: Tue,  1 Jun 2021 10:00:00 +0200
            Message-ID: <1@example.it>
            In-Reply-To: <0@example.it>
            References: <a@example.it> <0@example.it>
            MIME-Version: 1.0
            Content-Type: multipart/mixed; boundary="b"

            preamble
            --b
            Content-Type: multipart/alternative; boundary="bb"

            --bb
            Content-Type: text/plain; charset=utf-8
            Content-Transfer-Encoding: quoted-printable

            Gr=C3=BC=C3=9Fe =
            you
            --bb
            Content-Type: text/html; charset=iso-8859-1

            <p>Gr\u00fc\u00dfe <b>you</b> <img src="cid:pic@x">
            --bb--
            --b
            Content-Type: image/png; name="p.png"
            Content-ID: <pic@x>
            Content-Disposition: inline
            Content-Transfer-Encoding: base64

            iVBORw0KGgo=
            --b
            Content-Type: message/rfc822

            From: x@example.org
            Subject: inner
            Message-ID: <inner@example.org>

            inner text
            --b
            Content-Type: application/octet-stream
            Content-Disposition: attachment; filename*0*=utf-8''%E2%82%AC%20; filename*1="list.txt"

            raw octets
            --b--
            epilogue
            """;

    @Test
    void readsHeader() throws IOException {
        LetterHeader header = LetterReader.header(crlf(MIXED));
        assertThat(header.messageId()).contains("1@example.it");
        assertThat(header.subject()).contains("Grüße aus Köln");
        assertThat(header.from()).extracting(Mailbox::name).containsExactly("Anna Bianchi");
        assertThat(header.to())
                .extracting(m -> m.address().raw())
                .containsExactly("bob@example.com", "c@example.com", "d@example.com");
        assertThat(header.to()).extracting(Mailbox::name).containsExactly("Rossi, Bob", "", "");
        assertThat(header.cc()).extracting(Mailbox::name).containsExactly("Jürgen");
        assertThat(header.date()).contains(Instant.parse("2021-06-01T08:00:00Z"));
        assertThat(header.inReplyTo()).containsExactly("0@example.it");
        assertThat(header.references()).containsExactly("a@example.it", "0@example.it");
        assertThat(header.fields()).hasSize(10);
        assertThat(header.truncated()).isFalse();
        assertThat(header.first("subject").map(HeaderField::raw))
                .contains("=?utf-8?B?R3LDvMOfZSA=?= =?utf-8?Q?aus_K=C3=B6ln?=");
    }

    @Test
    void readsTextsAttachmentsAndNestedLetters() throws IOException {
        Content mail = crlf(MIXED);
        Letter letter = read(mail);
        assertThat(letter.text()).contains("Grüße you");
        assertThat(letter.html()).hasValueSatisfying(html -> assertThat(html).startsWith("<p>Grüße <b>you"));
        assertThat(letter.notes()).isEmpty();
        assertThat(letter.attachments()).extracting(a -> a.name().orElse("")).containsExactly("p.png", "€ list.txt");
        assertThat(letter.attachments()).extracting(Attachment::inline).containsExactly(true, false);
        assertThat(letter.attachments()).extracting(Attachment::sizeBytes).containsExactly(8L, 10L);
        assertThat(letter.attachments().getFirst().contentId()).contains("pic@x");
        assertThat(letter.otherParts()).isEmpty();

        String inner = "From: x@example.org\r\nSubject: inner\r\nMessage-ID: <inner@example.org>\r\n\r\ninner text";
        assertThat(letter.nested())
                .containsExactly(new NestedLetter(
                        0,
                        Optional.of("inner@example.org"),
                        Optional.of("inner"),
                        inner.length(),
                        Sha256.of(inner.getBytes(StandardCharsets.US_ASCII))));
        try (InputStream in = LetterReader.openNested(mail, 0)) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII)).isEqualTo(inner);
        }
        assertThat(letter.searchText().lines())
                .as("HTML with no words of its own is left out; an octet-stream is no text")
                .containsExactly("Grüße you", "inner", "x@example.org", "inner text");
    }

    @Test
    void opensAttachmentsAndInlineParts() throws IOException {
        Content mail = crlf(MIXED);
        assertThat(attachment(mail, 1)).isEqualTo("raw octets");
        assertThat(attachment(mail, 0)).isEqualTo("\u0089PNG\r\n\u001a\n");
        try (InputStream in = LetterReader.openInline(mail, "pic@x").orElseThrow()) {
            assertThat(in.readAllBytes()).hasSize(8);
        }
        assertThat(LetterReader.openInline(mail, "nobody@x")).isEmpty();
        assertThatThrownBy(() -> attachment(mail, 2)).isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> attachment(mail, -1)).isInstanceOf(IndexOutOfBoundsException.class);
    }

    @Test
    void measuresOneAttachmentAlone() throws IOException {
        Content mail = crlf(MIXED);
        Letter letter = read(mail);
        assertThat(LetterReader.attachment(mail, 1))
                .contains(letter.attachments().get(1));
        assertThat(LetterReader.attachment(mail, 2)).isEmpty();
        assertThat(LetterReader.attachment(mail, -1)).isEmpty();
    }

    @Test
    void countsUnnamedPartsAsOthers() {
        Content mail = crlf("""
                Content-Type: multipart/report; boundary=b

                --b

                text
                --b
                Content-Type: message/delivery-status

                Action: failed
                --b
                Content-Type: image/gif

                GIF
                --b--
                """);
        Letter letter = read(mail);
        assertThat(letter.attachments()).isEmpty();
        assertThat(letter.otherParts())
                .extracting(Attachment::type)
                .containsExactly("message/delivery-status", "image/gif");
        assertThat(attachment(mail, 1)).isEqualTo("GIF");
        assertThat(letter.searchText()).isEqualTo("text\nAction: failed");
    }

    @Test
    void readsLettersThatAreEncoded() throws IOException {
        String inner = "Subject: inside\r\nMessage-ID: <e@x>\r\n\r\nhidden words\r\n";
        String base64 = Base64.getMimeEncoder().encodeToString(inner.getBytes(StandardCharsets.US_ASCII));
        Content mail = raw("Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\n" + base64);
        Letter letter = read(mail);
        assertThat(letter.nested())
                .containsExactly(new NestedLetter(
                        0,
                        Optional.of("e@x"),
                        Optional.of("inside"),
                        inner.length(),
                        Sha256.of(inner.getBytes(StandardCharsets.US_ASCII))));
        assertThat(letter.searchText()).contains("inside").contains("hidden words");
        try (InputStream in = LetterReader.openNested(mail, 0)) {
            assertThat(new String(in.readAllBytes(), StandardCharsets.US_ASCII)).isEqualTo(inner);
        }
    }

    @Test
    void skipsTheLineOfAnMbox() throws IOException {
        LetterHeader header = LetterReader.header(raw("From x@y Thu Jan  1 00:00:00 1970\nSubject: s\n\nFrom text"));
        assertThat(header.subject()).contains("s");
        assertThat(header.fields()).hasSize(1);
    }

    @Test
    void readsHtmlAloneAsSearchText() {
        Letter letter = read(raw("Content-Type: text/html\n\n<style>x{}</style><p>one<p>two &amp; three"));
        assertThat(letter.text()).isEmpty();
        assertThat(letter.searchText()).isEqualTo("one\ntwo & three");
        assertThat(letter.preview(100)).isEqualTo("one two & three");
        assertThat(letter.preview(5)).isEqualTo("one t");
    }

    @Test
    void searchesBothFormsWhereEachHasWordsOfItsOwn() {
        String mail = """
                Content-Type: multipart/alternative; boundary=b

                --b

                plain only
                --b
                Content-Type: text/html

                <p>%s
                --b--
                """;
        assertThat(read(raw(mail.formatted("other"))).searchText()).isEqualTo("plain only\nother");
        assertThat(read(raw(mail.formatted("only more plain"))).searchText()).isEqualTo("only more plain");
        assertThat(read(raw(mail.formatted("plain"))).searchText()).isEqualTo("plain only");
    }

    @Test
    void saysWhatIsSignedOrHidden() {
        Letter smime =
                read(raw("Content-Type: application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m\n\nx"));
        assertThat(smime.encrypted()).isTrue();
        assertThat(smime.notes()).containsExactly(Note.ENCRYPTED_SMIME);
        Letter opaque = read(raw("Content-Type: application/pkcs7-mime; smime-type=signed-data\n\nx"));
        assertThat(opaque.signed()).isTrue();
        assertThat(opaque.encrypted()).isFalse();
        assertThat(opaque.notes()).containsExactly(Note.OPAQUE_SIGNATURE);
        Letter pgp = read(raw("Subject: x\n\n-----BEGIN PGP MESSAGE-----\n"));
        assertThat(pgp.notes()).containsExactly(Note.ENCRYPTED_PGP);
        Letter clear = read(raw("Content-Type: multipart/signed; boundary=b\n\n--b\n\nx\n--b--\n"));
        assertThat(clear.signed()).isTrue();
        assertThat(clear.encrypted()).isFalse();
    }

    @Test
    void cutsTextAtTheLimitAndSaysSo() throws IOException {
        Content mail = raw("Subject: s\n\n" + "x".repeat(100));
        Letter cut = LetterReader.read(mail, ReadLimits.DEFAULT.withTextChars(99));
        assertThat(cut.searchText()).hasSize(99);
        assertThat(cut.text().orElse("")).hasSize(99);
        assertThat(cut.notes()).containsExactly(Note.TEXT_TRUNCATED);
        Letter whole = LetterReader.read(mail, ReadLimits.DEFAULT.withTextChars(100));
        assertThat(whole.notes()).isEmpty();
    }

    @Test
    void theOnlyExceptionIsThatOfTheContent() {
        Content broken = new Content() {
            @Override
            public long sizeBytes() {
                return 2_000_000;
            }

            @Override
            public InputStream open(long offset, long length) throws IOException {
                throw new IOException("disk gone");
            }
        };
        assertThatThrownBy(() -> LetterReader.read(broken, ReadLimits.DEFAULT)).hasMessage("disk gone");
        assertThatThrownBy(() -> LetterReader.header(broken)).hasMessage("disk gone");
    }
}
