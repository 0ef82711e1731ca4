package io.carteggio.mail.pop3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;

class Pop3ReaderTest {
    private static Pop3Reader reader(String octets) {
        return new Pop3Reader(new ByteArrayInputStream(octets.getBytes(StandardCharsets.ISO_8859_1)));
    }

    @Test
    void answers() {
        assertThat(Pop3Reply.of("+OK Dovecot ready."))
                .contains(new Pop3Reply(Pop3Reply.Kind.YES, Optional.empty(), "Dovecot ready."));
        assertThat(Pop3Reply.of("+ok")).contains(new Pop3Reply(Pop3Reply.Kind.YES, Optional.empty(), ""));
        assertThat(Pop3Reply.of("-ERR [in-use] locked"))
                .contains(new Pop3Reply(Pop3Reply.Kind.NO, Optional.of("IN-USE"), "locked"));
        assertThat(Pop3Reply.of("-ERR [open")).contains(new Pop3Reply(Pop3Reply.Kind.NO, Optional.empty(), "[open"));
        assertThat(Pop3Reply.of("+ eyJ9")).contains(new Pop3Reply(Pop3Reply.Kind.GO_ON, Optional.empty(), "eyJ9"));
        assertThat(Pop3Reply.of("* OK this is IMAP")).isEmpty();
        assertThat(Pop3Reply.of("")).isEmpty();
        assertThat(Pop3Reply.of("+OKAY")).isEmpty();
    }

    @Test
    void listsEndAtADot() throws IOException {
        Pop3Reader reader = reader("+OK\r\n1 a\r\n..2 b\r\n.\r\n+OK next\n");
        assertThat(reader.reply().yes()).isTrue();
        assertThat(reader.item()).contains("1 a");
        assertThat(reader.item()).contains(".2 b");
        assertThat(reader.item()).isEmpty();
        assertThat(reader.reply().text()).isEqualTo("next");
        assertThatThrownBy(reader::reply).isInstanceOf(EOFException.class);
    }

    @Test
    void aMailEndsAtCrLfDotCrLfAlone() throws IOException {
        ByteArrayOutputStream mail = new ByteArrayOutputStream();
        Pop3Reader reader = reader("a\n.\nb\r.\r..\r\n..c\r\n.\n\r\n.\r\n+OK\r\n");
        reader.mail(mail);
        assertThat(mail.toString(StandardCharsets.ISO_8859_1)).isEqualTo("a\n.\nb\r.\r..\r\n.c\r\n\n\r\n");
        assertThat(reader.reply().yes()).isTrue();
        mail.reset();
        reader(".\r\n").mail(mail);
        assertThat(mail.size()).isZero();
    }

    @Test
    void aMailThatIsCutIsNone() {
        String all = "Subject: x\r\n\r\n..text\r\n.\r\n";
        for (int cut = 0; cut < all.length(); cut++) {
            String part = all.substring(0, cut);
            assertThatThrownBy(() -> reader(part).mail(new ByteArrayOutputStream()))
                    .isInstanceOf(EOFException.class);
        }
    }

    @Test
    void aLineWithoutEndIsRefused() {
        assertThatThrownBy(() -> reader("+OK " + "x".repeat(Pop3Reader.LINE_LIMIT_BYTES) + "\r\n")
                        .reply())
                .isInstanceOf(Pop3Reader.Malformed.class);
        assertThatThrownBy(() -> reader("hello\r\n").reply()).isInstanceOf(Pop3Reader.Malformed.class);
    }

    /// However a mail is stuffed and dealt out, it comes back.
    @Test
    void anyMailComesBack() throws IOException {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int i = 0; i < 2_000; i++) {
            StringBuilder text = new StringBuilder();
            for (int n = random.nextInt(30); n > 0; n--) {
                text.append(new String[] {"a", ".", "..", "\r\n", "\n", "\r", "\r\n.", "\0"}[random.nextInt(8)]);
            }
            text.append("\r\n");
            String stuffed = ("\r\n" + text).replace("\r\n.", "\r\n..").substring(2) + ".\r\n";
            byte[] octets = stuffed.getBytes(StandardCharsets.ISO_8859_1);
            int piece = 1 + random.nextInt(7);
            Pop3Reader reader = new Pop3Reader(new ByteArrayInputStream(octets) {
                @Override
                public synchronized int read(byte[] into, int offset, int length) {
                    return super.read(into, offset, Math.min(piece, length));
                }
            });
            ByteArrayOutputStream mail = new ByteArrayOutputStream();
            reader.mail(mail);
            assertThat(mail.toString(StandardCharsets.ISO_8859_1))
                    .as("seed " + seed)
                    .isEqualTo(text.toString());
            assertThat(reader.pending()).isFalse();
        }
    }
}
