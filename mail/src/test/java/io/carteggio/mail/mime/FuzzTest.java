package io.carteggio.mail.mime;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Mutated mail: read without any exception, quickly, and with answers that agree with each other.
///
/// To play a find again: `-Dmime.fuzz.seed=…` (all mutations of the run follow from it);
/// `-Dmime.fuzz.seconds=…` runs longer; `./check --long` sends a fuzzer that knows its way through the code
/// to [MimeFuzz]. A find becomes a row of [HostileMailTest].
class FuzzTest {
    private static final long SEED = Long.getLong("mime.fuzz.seed", System.nanoTime());
    private static final Duration RUN = Duration.ofSeconds(Long.getLong("mime.fuzz.seconds", 3));
    private static final int MAIL_BYTES = 200_000;

    private static final List<String> PIECES = List.of(
            "\r\n",
            "\n",
            "\r",
            "\0",
            "\r\n\r\n",
            "--",
            "--b",
            "--b--",
            "\n--b\n",
            "\n--bb--\n",
            "=?",
            "?=",
            "=?utf-8?B?",
            "=?utf-7?Q?+",
            "\"",
            "\\",
            "(",
            ")",
            "<",
            ">",
            "@",
            ":",
            ";",
            ",",
            "%",
            "=",
            "*0*=utf-8''%",
            "*1=",
            "\u00ff\u00fe",
            "\nContent-Type: multipart/mixed; boundary=b\n\n",
            "\nContent-Type: message/rfc822\n\n",
            "\nContent-Type: multipart/digest; boundary=bb\n\n",
            "\nContent-Type: text/html; charset=utf-16\n",
            "\nContent-Transfer-Encoding: base64\n",
            "\nContent-Transfer-Encoding: quoted-printable\n",
            "\nContent-Transfer-Encoding: x-uuencode\n\nbegin 644 a\n",
            "\nContent-Disposition: attachment\n",
            "boundary=\"b\"",
            "charset=iso-2022-jp\n\n\u001b$B",
            "\nFrom: ",
            "\nDate: 1 Jan -1 ",
            "<!--",
            "&#x",
            "<script",
            "From x\n");

    @Test
    void mutatedMailIsReadWithoutException() throws IOException {
        List<byte[]> mails = new ArrayList<>(Stream.of(
                        "Subject: s\n\ntext",
                        "From: a@b\nContent-Type: multipart/mixed; boundary=b\n\n--b\n\nx\n--b\nContent-Type:"
                                + " multipart/alternative; boundary=bb\n\n--bb\n\nx\n--bb\nContent-Type: text/html\n\n"
                                + "<p>x<p>\n--bb--\n--b\nContent-Type: message/rfc822\n\nSubject: y\n\nz\n--b--\n",
                        "Content-Type: message/rfc822\nContent-Transfer-Encoding: base64\n\nU3ViamVjdDogcwoKdGV4dA==")
                .map(mail -> mail.getBytes(StandardCharsets.ISO_8859_1))
                .toList());
        mails.addAll(corpus());
        Random random = new Random(SEED);
        long end = System.nanoTime() + RUN.toNanos();
        int round = 0;
        for (; System.nanoTime() < end; round++) {
            byte[] mail = mutated(mails, random);
            try {
                MimeFuzz.check(Content.owning(mail, mail.length));
            } catch (Throwable find) {
                throw new AssertionError(
                        "seed " + SEED + ", round " + round + ", mail:\n"
                                + Latin1.string(mail, 0, Math.min(mail.length, 4_000)),
                        find);
            }
        }
        System.out.println("FuzzTest: " + round + " mails, seed " + SEED);
        assertThat(round).isPositive();
    }

    private static List<byte[]> corpus() throws IOException {
        Optional<Path> corpus = CorpusExpectations.corpus();
        if (corpus.isEmpty()) {
            return List.of();
        }
        List<byte[]> mails = new ArrayList<>();
        for (String kind : List.of("malformed", "nested", "charset")) {
            try (Stream<Path> files = Files.list(corpus.orElseThrow().resolve(kind))) {
                for (Path file : files.sorted().toList()) {
                    if (Files.size(file) < 50_000) {
                        mails.add(Files.readAllBytes(file));
                    }
                }
            }
        }
        return mails;
    }

    private static byte[] mutated(List<byte[]> mails, Random random) {
        byte[] mail = mails.get(random.nextInt(mails.size())).clone();
        int mutations = 1 + random.nextInt(8);
        for (int i = 0; i < mutations; i++) {
            mail = mutation(mail, mails, random);
        }
        return mail;
    }

    private static byte[] mutation(byte[] mail, List<byte[]> mails, Random random) {
        int at = mail.length == 0 ? 0 : random.nextInt(mail.length);
        int to = at + (mail.length == 0 ? 0 : random.nextInt(Math.min(2_000, mail.length - at)));
        return switch (random.nextInt(6)) {
            case 0 -> {
                if (mail.length > 0) {
                    mail[at] = (byte) random.nextInt(256);
                }
                yield mail;
            }
            case 1 -> join(mail, at, new byte[0], to); // cut out
            case 2 ->
                join(mail, at, PIECES.get(random.nextInt(PIECES.size())).getBytes(StandardCharsets.ISO_8859_1), at);
            case 3 -> join(mail, at, Arrays.copyOfRange(mail, at, to), at); // twice
            case 4 -> {
                byte[] other = mails.get(random.nextInt(mails.size()));
                int from = other.length == 0 ? 0 : random.nextInt(other.length);
                yield join(mail, at, Arrays.copyOfRange(other, from, Math.min(other.length, from + 2_000)), to);
            }
            default -> Arrays.copyOf(mail, at); // torn off
        };
    }

    private static byte[] join(byte[] mail, int headEnd, byte[] middle, int tailStart) {
        if (mail.length + middle.length > MAIL_BYTES) {
            return mail;
        }
        byte[] joined = Arrays.copyOf(mail, headEnd + middle.length + mail.length - tailStart);
        System.arraycopy(middle, 0, joined, headEnd, middle.length);
        System.arraycopy(mail, tailStart, joined, headEnd + middle.length, mail.length - tailStart);
        return joined;
    }
}
