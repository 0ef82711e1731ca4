package io.carteggio.mail.imap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.mail.imap.Response.Code;
import io.carteggio.mail.imap.Response.Status;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ImapReaderTest {
    /// What came besides the response's value.
    private static final class Heard implements ImapReader.Handler {
        private final List<ByteArrayOutputStream> bodies = new ArrayList<>();
        private final List<Long> found = new ArrayList<>();

        @Override
        public OutputStream body(long sizeBytes) {
            ByteArrayOutputStream body = new ByteArrayOutputStream();
            bodies.add(body);
            return body;
        }

        @Override
        public void found(long number) {
            found.add(number);
        }

        String body() {
            return bodies.getLast().toString(StandardCharsets.ISO_8859_1);
        }
    }

    private final Heard heard = new Heard();

    private static ImapReader reader(String octets) {
        return new ImapReader(new ByteArrayInputStream(octets.getBytes(StandardCharsets.ISO_8859_1)));
    }

    private Response read(String octets) throws IOException {
        return reader(octets).read(heard);
    }

    @Test
    void whatServersSay() throws IOException {
        assertThat(read("* OK [CAPABILITY IMAP4rev1 Idle] Dovecot ready.\r\n"))
                .isEqualTo(new Response.Told(
                        Status.OK, Optional.of(new Code("CAPABILITY", "IMAP4rev1 Idle")), "Dovecot ready."));
        assertThat(ImapReader.capabilities(new Code("CAPABILITY", "IMAP4rev1 Idle")))
                .isEqualTo(Set.of("IMAP4REV1", "IDLE"));
        assertThat(read("* CAPABILITY IMAP4rev1 AUTH=PLAIN  UIDPLUS\r\n"))
                .isEqualTo(new Response.Capabilities(Set.of("IMAP4REV1", "AUTH=PLAIN", "UIDPLUS")));
        assertThat(read("* 23 EXISTS\r\n")).isEqualTo(new Response.Count(23, "EXISTS"));
        assertThat(read("* 4 EXPUNGE\n")).isEqualTo(new Response.Count(4, "EXPUNGE"));
        assertThat(read("+ idling\r\n")).isEqualTo(new Response.GoOn(" idling"));
        assertThat(read("+\r\n")).isEqualTo(new Response.GoOn(""));
        assertThat(read("a1 OK [READ-WRITE] Select completed\r\n"))
                .isEqualTo(new Response.Done(
                        "a1", Status.OK, Optional.of(new Code("READ-WRITE", "")), "Select completed"));
        assertThat(read("a2 NO\r\n")).isEqualTo(new Response.Done("a2", Status.NO, Optional.empty(), ""));
        assertThat(read("* BYE\r\n")).isEqualTo(new Response.Told(Status.BYE, Optional.empty(), ""));
        assertThat(read("* FLAGS (\\Answered \\Seen)\r\n"))
                .isEqualTo(new Response.Other("FLAGS", List.of("\\Answered", "\\Seen")));
        assertThat(read("* QUOTA \"User quota\" (STORAGE 10 512 MESSAGE 1 9)\r\n"))
                .isEqualTo(new Response.Other(
                        "QUOTA", List.of("User quota", "STORAGE", "10", "512", "MESSAGE", "1", "9")));
        assertThat(read("* LIST (\\HasNoChildren) \"/\" {5}\r\nA b\"c\r\n"))
                .isEqualTo(new Response.Other("LIST", List.of("\\HasNoChildren", "/", "A b\"c")));
        assertThat(read("* NO [ALERT\r\n")).as("a bracket that is missing").isInstanceOf(Response.Told.class);
    }

    @Test
    void aSearchIsToldAsItComes() throws IOException {
        assertThat(read("* SEARCH 3 5  4294967295 (MODSEQ 917162500)\r\n")).isEqualTo(new Response.Found(3));
        assertThat(heard.found).containsExactly(3L, 5L, 4294967295L);
        assertThat(read("* SEARCH\r\n")).isEqualTo(new Response.Found(0));
    }

    @Test
    void aMailIsHandedOnAsItCame() throws IOException {
        Response response = read("* 12 FETCH (FLAGS (\\Seen \\Deleted) INTERNALDATE \"17-Jul-2018 14:13:28 +0200\""
                + " BODY[] {11}\r\nab\r\n)\0c\"d\n) UID 41)\r\n"
                + "a1 OK done\r\n");
        Response.Fetched mail = (Response.Fetched) response;
        assertThat(mail.uid()).contains(41L);
        assertThat(mail.received()).contains(Instant.parse("2018-07-17T12:13:28Z"));
        assertThat(mail.flagged("\\deleted")).isTrue();
        assertThat(mail.body()).isPresent();
        assertThat(heard.body()).isEqualTo("ab\r\n)\0c\"d\n)");
    }

    @Test
    void oddButClear() throws IOException {
        assertThat(((Response.Fetched) read("* 1 FETCH (BODY[]<0> \"short \\\"q\\\"\" UID 7)\r\n")).uid())
                .contains(7L);
        assertThat(heard.body()).isEqualTo("short \"q\"");
        Response.Fetched nil = (Response.Fetched) read("* 1 FETCH (UID 7 BODY[] NIL)\r\n");
        assertThat(nil.none()).isTrue();
        assertThat(nil.body()).isEmpty();
        assertThat(((Response.Fetched) read("* 1 FETCH (BODY[] {0}\r\n UID 9)\r\n")).body())
                .isPresent();
        assertThat(heard.body()).isEmpty();
        assertThat(((Response.Fetched) read("* 1 FETCH (BODY[] ~{3+}\r\na\0b UID 9)\r\n")).body())
                .isPresent();
        assertThat(heard.body()).isEqualTo("a\0b");
        assertThat(((Response.Fetched)
                                read(
                                        "* 1 FETCH (INTERNALDATE \" 7-Jul-2018 14:13:28 +0000\" ENVELOPE (NIL (\"a\""
                                                + " NIL) {2}\r\n)( NIL) BODY[HEADER.FIELDS (TO CC)] {2}\r\n\r\n MODSEQ (12))\r\n"))
                        .received())
                .contains(Instant.parse("2018-07-07T14:13:28Z"));
        assertThat(((Response.Fetched) read("* 1 FETCH (INTERNALDATE \"nonsense\")\r\n")).received())
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "* 1 FETCH (BODY[] {99999999999999999999}\r\n",
                "* 1 FETCH (BODY[] {-1}\r\nx)\r\n",
                "* 1 FETCH (BODY[] {}\r\nx)\r\n",
                "* 1 FETCH (BODY[] {3}abc)\r\n",
                "* 1 FETCH (BODY[] {1}\r\na BODY[] {1}\r\nb)\r\n",
                "* 1 FETCH (BODY[] abc)\r\n",
                "* 1 FETCH BODY[] {1}\r\na\r\n",
                "* 1 FETCH (UID x)\r\n",
                "* 1 FETCH (UID 1\r\n",
                "* 1 FETCH (BODY[HEADER\r\n",
                "* 99999999999999999999 EXISTS\r\n",
                "* SEARCH 1 x\r\n",
                "* LIST (((a)\r\n",
                "* LIST \"unfinished\r\n",
                "* LIST )\r\n",
                "* LIST {70000}\r\n",
                "a1 MAYBE\r\n",
                "\r\n",
                " OK\r\n"
            })
    void whatImapDoesNotAllowIsRefused(String octets) {
        assertThatThrownBy(() -> read(octets)).isInstanceOf(MalformedReplyException.class);
    }

    @Test
    void limitsAreAtTheirEdges() throws IOException {
        String word = "w".repeat(ImapReader.WORD_LIMIT_BYTES);
        assertThat(read("* X " + word + "\r\n")).isEqualTo(new Response.Other("X", List.of(word)));
        assertThatThrownBy(() -> read("* X " + word + "w\r\n")).isInstanceOf(MalformedReplyException.class);
        assertThatThrownBy(() -> read("* OK " + word + "\r\n")).isInstanceOf(MalformedReplyException.class);
        String deep = "(".repeat(ImapReader.DEPTH_LIMIT) + "a" + ")".repeat(ImapReader.DEPTH_LIMIT);
        assertThat(read("* X " + deep + "\r\n")).isEqualTo(new Response.Other("X", List.of("a")));
        assertThatThrownBy(() -> read("* X (" + deep + ")\r\n")).isInstanceOf(MalformedReplyException.class);
        assertThatThrownBy(() -> read("* X" + " a".repeat(ImapReader.WORDS_LIMIT + 1) + "\r\n"))
                .isInstanceOf(MalformedReplyException.class);
    }

    /// Wherever the connection ends, it is seen, and no mail is taken for whole.
    @Test
    void everyCutIsSeen() throws IOException {
        String all = "* 12 FETCH (UID 41 FLAGS (\\Seen) INTERNALDATE \"17-Jul-2018 14:13:28 +0200\" BODY[]"
                + " {4}\r\nab\r\n)\r\n";
        for (int cut = 0; cut < all.length(); cut++) {
            String part = all.substring(0, cut);
            assertThatThrownBy(() -> read(part)).as("cut at %d", part.length()).isInstanceOf(EOFException.class);
        }
        assertThat(read(all)).isInstanceOf(Response.Fetched.class);
    }

    /// However the octets are dealt out.
    @Test
    void everySplitReadsTheSame() throws IOException {
        byte[] all = "* 1 FETCH (BODY[] {6}\r\na\r\n\r\nb UID 3)\r\na1 OK [X y] fine\r\n"
                .getBytes(StandardCharsets.ISO_8859_1);
        for (int piece = 1; piece <= all.length; piece++) {
            ImapReader reader = new ImapReader(inPieces(all, piece));
            Heard mine = new Heard();
            assertThat(((Response.Fetched) reader.read(mine)).uid()).contains(3L);
            assertThat(mine.body()).isEqualTo("a\r\n\r\nb");
            assertThat(reader.read(mine)).isInstanceOf(Response.Done.class);
            assertThat(reader.pending()).isFalse();
        }
    }

    static InputStream inPieces(byte[] all, int piece) {
        return new ByteArrayInputStream(all) {
            @Override
            public synchronized int read(byte[] into, int offset, int length) {
                return super.read(into, offset, Math.min(piece, length));
            }
        };
    }

    /// A server may say anything: it ends in a value or in an I/O exception, in no other way, and in
    /// bounded time.
    @Test
    void noiseIsNoSurprise() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        String[] pieces = {
            "* ",
            "1 FETCH (",
            "UID ",
            "BODY[] ",
            "{5}\r\n",
            "{0}\r\n",
            "hello",
            "\"",
            "\\",
            "(",
            ")",
            "[",
            "]",
            "\r\n",
            "\n",
            " ",
            "NIL",
            "a1 OK ",
            "SEARCH ",
            "17",
            "99999999999",
            "\0",
            "\u00ff",
            "~",
            "+ ",
            "FLAGS ",
            "INTERNALDATE "
        };
        for (int i = 0; i < 20_000; i++) {
            StringBuilder noise = new StringBuilder();
            for (int n = random.nextInt(20); n >= 0; n--) {
                noise.append(pieces[random.nextInt(pieces.length)]);
            }
            ImapReader reader = reader(noise.toString());
            try {
                for (int n = 0; n < 100; n++) {
                    reader.read(heard);
                }
            } catch (IOException refused) {
                // as it should be
            } catch (RuntimeException e) {
                throw new AssertionError("seed " + seed + ": " + noise, e);
            }
            heard.bodies.clear();
            heard.found.clear();
        }
    }
}
