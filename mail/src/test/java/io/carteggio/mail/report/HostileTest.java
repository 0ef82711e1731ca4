package io.carteggio.mail.report;

import static io.carteggio.mail.report.ReportText.ENVELOPE;
import static io.carteggio.mail.report.ReportText.ORIGINAL;
import static io.carteggio.mail.report.ReportText.crlf;
import static io.carteggio.mail.report.ReportText.usual;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import io.carteggio.mail.Soon;
import io.carteggio.mail.structure.CorpusFiles;
import io.carteggio.mail.tnef.TnefText;
import java.io.IOException;
import java.io.InputStream;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Mail that was made to break its reader.
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HostileTest {
    private static final int MUTANTS = Integer.getInteger("mutants", 20_000);

    private static List<byte[]> seeds() throws IOException {
        List<byte[]> seeds = new ArrayList<>();
        seeds.add(usual().octets().getBytes(ISO_8859_1));
        seeds.add(usual().withOriginals(ORIGINAL, crlf(ORIGINAL)).octets().getBytes(ISO_8859_1));
        seeds.add(usual().withOriginalHeader("Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n")
                .withOriginals("SGVsbG86IHdvcmxkCgpib2R5Cg==")
                .octets()
                .getBytes(ISO_8859_1));
        seeds.add(usual().withEnvelope("Content-Type: text/html\n", "Sender: a@x<br>To: &lt;b@x&gt;, Expanded: c@x")
                .octets()
                .getBytes(ISO_8859_1));
        seeds.add(usual().withEnvelope(
                        ENVELOPE + "To: \"a, b\"@x, Expanded: g@x, Forwarded: u@x\nRecipients:\n a@x (Cc); b@x\n")
                .octets()
                .getBytes(ISO_8859_1));
        seeds.add(usual().withOriginalHeader("Content-Type: application/ms-tnef\n")
                .withOriginals(new String(
                        new TnefText()
                                .message(TnefText.unicode(0x1000, ENVELOPE))
                                .messageInside("m", new TnefText().octets())
                                .octets(),
                        ISO_8859_1))
                .octets()
                .getBytes(ISO_8859_1));
        seeds.add("""
                Received: from a by b for <c@d>; x
                X-Envelope-To: a@b, <c@d>; "e f"@g h@i
                Delivered-To: x-y-z@b
                To: a@b

                """.getBytes(ISO_8859_1));
        for (String path : List.of(
                "dsn/flanker--bounce-office365.eml",
                "dsn/rubymail--multipart_report_multiple_status.eml",
                "dsn/sisimai--lhost-postfix-64.eml",
                "dsn/sisimai--lhost-sendmail-01-12622f.eml")) {
            seeds.add(CorpusFiles.bytes(path));
        }
        return seeds;
    }

    @Test
    void mutantsAreRead() throws IOException {
        long seed = System.nanoTime();
        System.out.println("mutants: seed " + seed);
        Random random = new Random(seed);
        List<byte[]> seeds = seeds();
        String[] pieces = {
            "\r\n",
            "\n",
            "\r",
            "\n\n",
            "--",
            "--" + ReportText.BOUNDARY,
            "\0",
            ":",
            ";",
            "\"",
            "<",
            ">",
            ",",
            "=",
            "Content-Type: multipart/mixed; boundary=b\n",
            "Content-Transfer-Encoding: base64\n",
            "Sender: ",
            "To: x@y",
            ", Expanded: ",
            "\u00ff",
            "=?",
            "boundary=",
            "'",
            "*0*=",
            " ",
            "\t",
            "(",
            "\\",
            "X-MS-Journal-Report:\n",
            "="
        };
        for (int round = 0; round < MUTANTS; round++) {
            byte[] octets = seeds.get(random.nextInt(seeds.size()));
            for (int change = 1 + random.nextInt(4); change > 0; change--) {
                int at = random.nextInt(octets.length + 1);
                int end = Math.min(octets.length, at + (random.nextBoolean() ? 0 : random.nextInt(40)));
                byte[] piece = switch (random.nextInt(3)) {
                    case 0 -> pieces[random.nextInt(pieces.length)].getBytes(ISO_8859_1);
                    case 1 -> new byte[] {(byte) random.nextInt(256)};
                    default -> {
                        int from = random.nextInt(octets.length + 1);
                        yield Arrays.copyOfRange(octets, from, Math.min(octets.length, from + random.nextInt(200)));
                    }
                };
                byte[] mutant = new byte[at + piece.length + octets.length - end];
                System.arraycopy(octets, 0, mutant, 0, at);
                System.arraycopy(piece, 0, mutant, at, piece.length);
                System.arraycopy(octets, end, mutant, at + piece.length, octets.length - end);
                octets = mutant.length == 0 ? new byte[] {'\n'} : mutant;
            }
            try {
                UnwrapFuzz.read(octets);
            } catch (AssertionError | RuntimeException | IOException broken) {
                throw new AssertionError(
                        "seed " + seed + ", round " + round + ":\n" + new String(octets, ISO_8859_1), broken);
            }
        }
    }

    record Attack(String name, String octets) {
        @Override
        public String toString() {
            return name;
        }
    }

    /// Each about a megabyte that invites quadratic time or deep recursion.
    private static List<Attack> attacks() {
        String marker = "X-MS-Journal-Report:\r\n";
        String multipart = "Content-Type: multipart/mixed; boundary=b\r\n\r\n";
        int many = 1 << 20;
        List<Attack> attacks = new ArrayList<>();
        for (String piece : List.of(
                "\0",
                "\r",
                "\n",
                "\r\n",
                " \r\n",
                "-",
                "--b\r\n",
                "--b--\r\n",
                "--b\r\n\r\n",
                "--b \t",
                ":",
                "A:\r\n",
                "A: b\r\n c\r\n",
                "A\r\n",
                "--b\r\nContent-Type: message/rfc822\r\n\r\n",
                "--b\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n",
                "Content-Type: multipart/mixed; boundary=b\r\n")) {
            String name = piece.replace("\r", "CR").replace("\n", "LF").replace("\0", "NUL");
            String block = piece.repeat(many / piece.length());
            attacks.add(new Attack("header of " + name, marker + block));
            attacks.add(new Attack("body of " + name, marker + multipart + "--b\r\n\r\n" + block));
        }
        for (String piece : List.of(
                "\"",
                "(",
                "\\",
                ";",
                "a=",
                "a=\"",
                "a*0=b;",
                "a*1*=%;",
                "boundary=b;",
                "''",
                "/",
                "=?",
                "\"\\",
                ";\"")) {
            attacks.add(new Attack(
                    "type of " + piece,
                    marker + "Content-Type: multipart/mixed; " + piece.repeat(many / piece.length())
                            + "\r\n\r\n--b\r\n"));
        }
        for (String piece : List.of(
                ",",
                "\"",
                ", Expanded: ",
                ", Expanded: a@b",
                ";",
                "<",
                ">",
                "\\",
                "\"\\",
                "a@b, ",
                "\nTo: ",
                "\nTo: a@b",
                "\n x",
                "\nx",
                "\nSubject: ",
                "\nMessage-Id: ",
                "\n\n",
                "\rTo: a@b",
                "\nRecipients: ",
                "; a@b",
                "\u00e4",
                "\nTo: <")) {
            attacks.add(new Attack(
                    "envelope of " + piece.replace("\n", "LF").replace("\r", "CR"),
                    usual().withEnvelope(ENVELOPE + "To: a@b" + piece.repeat(many / piece.length()))
                            .octets()));
        }
        for (String piece : List.of("<", "&", "&#", "&#x41;", "<br>", "&lt", ">", "<p", "</")) {
            attacks.add(new Attack(
                    "HTML of " + piece,
                    usual().withEnvelope(
                                    "Content-Type: text/html\n", "Sender: a@b" + piece.repeat(many / piece.length()))
                            .octets()));
        }
        String dsn = crlf("""
                Content-Type: multipart/report; boundary=n; report-type=delivery-status

                --n
                Content-Type: message/delivery-status

                """);
        for (String piece :
                List.of("Final-Recipient: rfc822;a\r\n", "\r\n", "A: b\r\n\r\n", ";", "Action: failed\r\n\r\n")) {
            attacks.add(new Attack(
                    "status of " + piece.strip(), dsn + piece.repeat(many / piece.length()) + "\r\n--n--\r\n"));
        }
        String twoDeep = marker
                + multipart
                + "--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\nContent-Type: multipart/mixed; boundary=d\r\n\r\n"
                        .repeat(many / 120);
        attacks.add(new Attack("multiparts side by side", twoDeep));
        return attacks;
    }

    @ParameterizedTest
    @MethodSource("attacks")
    void everyAttackIsAnsweredSoon(Attack attack) {
        byte[] octets = attack.octets().getBytes(ISO_8859_1);
        Soon.within(Duration.ofSeconds(3), () -> UnwrapFuzz.read(octets), attack.name());
    }

    /// 100 MB through a heap that grows by a few: the mail is made while it is read.
    @Test
    void aLargeMailNeedsLittleMemory() throws IOException {
        byte[] head = usual().octets().split("Received: from", 2)[0].getBytes(ISO_8859_1);
        byte[] tail = crlf("\n--" + ReportText.BOUNDARY + "--\n").getBytes(ISO_8859_1);
        byte[] line = (crlf("A: b\n\n") + "x".repeat(1016)).getBytes(ISO_8859_1);
        long originalBytes = 100L << 20;
        Content mail = new Made(head, line, originalBytes, tail);
        com.sun.management.ThreadMXBean threads = (com.sun.management.ThreadMXBean) ManagementFactory.getThreadMXBean();
        Unwrapper.unwrap(mail);
        long before = threads.getCurrentThreadAllocatedBytes();
        Unwrapped unwrapped = Unwrapper.unwrap(mail);
        long allocated = threads.getCurrentThreadAllocatedBytes() - before;
        assertThat(unwrapped).isInstanceOf(Unwrapped.Report.class);
        Original original = ((Unwrapped.Report) unwrapped).originals().getFirst();
        assertThat(original.bytes().sizeBytes()).isEqualTo(originalBytes);
        System.out.println("allocated for 100 MiB: " + allocated);
        assertThat(allocated).isLessThan(4L << 20);
    }

    private static final class Made implements Content {
        private final byte[] head;
        private final byte[] line;
        private final long middleBytes;
        private final byte[] tail;

        Made(byte[] head, byte[] line, long middleBytes, byte[] tail) {
            this.head = head;
            this.line = line;
            this.middleBytes = middleBytes;
            this.tail = tail;
        }

        @Override
        public long sizeBytes() {
            return head.length + middleBytes + tail.length;
        }

        @Override
        public InputStream open(long offset, long length) {
            Objects.checkFromIndexSize(offset, length, sizeBytes());
            return new InputStream() {
                private long at = offset;

                @Override
                public int read() {
                    throw new UnsupportedOperationException("read more at a time");
                }

                @Override
                public int read(byte[] target, int from, int count) {
                    if (at >= offset + length) {
                        return -1;
                    }
                    long tailAt = head.length + middleBytes;
                    byte[] source = at < head.length ? head : at < tailAt ? line : tail;
                    int start = (int)
                            (at < head.length ? at : at < tailAt ? (at - head.length) % line.length : at - tailAt);
                    long n = Math.min(Math.min(count, source.length - start), offset + length - at);
                    n = at >= head.length && at < tailAt ? Math.min(n, tailAt - at) : n;
                    System.arraycopy(source, start, target, from, (int) n);
                    at += n;
                    return (int) n;
                }
            };
        }
    }
}
