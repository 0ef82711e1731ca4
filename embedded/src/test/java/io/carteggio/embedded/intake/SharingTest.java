package io.carteggio.embedded.intake;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.Vault;
import io.carteggio.mail.Sha256;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// P2 for letters that are taken apart: what comes out is what came in, and what is the same lies
/// there once.
class SharingTest {
    @TempDir
    Path path;

    private EmbeddedArchive archive;

    @BeforeEach
    void open() throws Exception {
        archive = new EmbeddedArchive(path.resolve("data"));
    }

    @AfterEach
    void close() throws Exception {
        archive.close();
    }

    private static byte[] random(int seed, int size) {
        byte[] octets = new byte[size];
        new Random(seed).nextBytes(octets);
        return octets;
    }

    private static String base64(byte[] octets, int line, String end) {
        return Base64.getMimeEncoder(line, end.getBytes(StandardCharsets.US_ASCII))
                .encodeToString(octets);
    }

    private static String mail(String subject, String attachment) {
        return "From: a@example.com\r\nTo: b@example.com\r\nSubject: " + subject
                + "\r\nMIME-Version: 1.0\r\nContent-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nSee " + subject
                + "\r\n--b\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n" + attachment
                + "\r\n--b--\r\n";
    }

    private void comesBack(byte[] mail) throws Exception {
        archive.take(Family.AUTO, new String(mail, StandardCharsets.ISO_8859_1));
        CataloguedLetter letter = archive.catalogue.letter(Sha256.of(mail)).orElseThrow();
        assertThat(archive.vault.read(letter.places().getFirst()).toByteArray(1 << 28))
                .isEqualTo(mail);
    }

    private void comesBack(String mail) throws Exception {
        comesBack(mail.getBytes(StandardCharsets.ISO_8859_1));
    }

    private List<Kept> walk() throws Exception {
        List<Kept> frames = new ArrayList<>();
        List<Vault.Damage> damages = new ArrayList<>();
        archive.vault.walk(Position.START, new Vault.Walker() {
            @Override
            public void frame(Kept frame) {
                frames.add(frame);
            }

            @Override
            public void damaged(Vault.Damage damage) {
                damages.add(damage);
            }

            @Override
            public boolean deep() {
                return true;
            }
        });
        assertThat(damages).isEmpty();
        return frames;
    }

    @Test
    void theSameAttachmentLiesThereOnceHoweverItIsBrokenIntoLines() throws Exception {
        byte[] contract = random(1, 300_000);
        long before = archive.vault.storedBytes();
        comesBack(mail("one", base64(contract, 76, "\r\n")));
        comesBack(mail("two", base64(contract, 76, "\r\n")));
        comesBack(mail("three", base64(contract, 60, "\r\n")));
        comesBack(mail("four", base64(contract, 76, "\r\n")).replace("\r\n", "\n"));
        comesBack(mail("five", base64(contract, 76, "\r\n") + "\r\n--b\r\n\r\n" + base64(contract, 72, "\r\n")));
        long parts = walk().stream()
                .flatMap(f -> f.records().stream())
                .filter(r -> r.type() == FrameRecord.Type.PART)
                .count();
        assertThat(parts).isEqualTo(1);
        assertThat(archive.vault.storedBytes() - before).isLessThan(320_000);
    }

    @Test
    void aForkTakesLittleMoreThanItsHeaders() throws Exception {
        String body = "\r\n\r\n" + base64(random(3, 20_000), 70, " ") + "\r\n";
        comesBack("Received: from x\r\nSubject: s" + body);
        long before = archive.vault.storedBytes();
        for (int i = 0; i < 10; i++) {
            comesBack("Received: from host" + i + "\r\nReceived: from x\r\nSubject: s" + body);
        }
        assertThat(archive.vault.storedBytes() - before).isLessThan(10 * 700);
        walk();
    }

    private static String lines(int seed, int size) {
        StringBuilder text = new StringBuilder(size + 100);
        Random random = new Random(seed);
        while (text.length() < size) {
            for (int words = 12; words > 0; words--) {
                text.append(Long.toString(random.nextLong() & 0xffffff, 36)).append(words % 5 == 0 ? "\u00e9 " : " ");
            }
            text.append("\r\n");
        }
        return text.toString();
    }

    private static String quotedPrintable(String text) {
        return text.replace("=", "=3D").replace("\u00e9", "=E9").replaceAll("(.{60})", "$1=\r\n");
    }

    private static String html(String text) {
        return "<html><body>" + text.replace("\r\n", "<br>") + "</body></html>\r\n";
    }

    static Stream<Arguments> largeBodies() {
        Stream.Builder<Arguments> bodies = Stream.builder();
        for (int size : new int[] {257 * 1024, 1_100_000, 5_000_000}) {
            String text = lines(size, size);
            bodies.add(Arguments.of(size + " of 8bit text", text));
            bodies.add(Arguments.of(size + " quoted-printable", quotedPrintable(text)));
            bodies.add(Arguments.of(size + " in one line", html(text)));
            bodies.add(Arguments.of(size + " of odd base64", base64(random(size, size / 4 * 3), 70, " \r\n")));
        }
        bodies.add(Arguments.of(
                "an attachment in base64 behind 3 MB of text",
                lines(1, 3_000_000) + "\r\n" + base64(random(2, 400_000), 76, "\r\n")));
        return bodies.build();
    }

    /// Whatever the transfer encoding: also where there is no base64 that a part could be made of.
    @ParameterizedTest(name = "{0}")
    @MethodSource("largeBodies")
    void aLargeForkTakesLittleMoreThanItsHeaders(String what, String body) throws Exception {
        String traces = lines(3, 600).replace("\r\n", "\r\n ");
        comesBack("Subject: s\r\n\r\n" + body);
        long before = archive.vault.storedBytes();
        for (int i = 0; i < 4; i++) {
            comesBack("Received: from host" + i + traces.substring(i) + "\r\nSubject: s\r\n\r\n" + body);
        }
        assertThat(archive.vault.storedBytes() - before).isLessThan(4L * (2_500 + body.length() / 700));
        walk();
    }

    /// The limit that `docs/format/segment.md` tells: who reads such a letter has it and the other one
    /// in memory.
    @Test
    void aForkOfMoreThanEightMebibytesIsKeptWhole() throws Exception {
        String body = base64(random(4, 6_300_000), 72, " \r\n");
        assertThat(body).hasSizeGreaterThan(8 << 20);
        comesBack("Subject: s\r\n\r\n" + body);
        long before = archive.vault.storedBytes();
        comesBack("Received: from x\r\nSubject: s\r\n\r\n" + body);
        assertThat(archive.vault.storedBytes() - before).isGreaterThan(6_000_000);
        walk();
    }

    /// The first one stays whole when the second is there; a third leans on the first, not on the
    /// second.
    @Test
    void aLargeForkOutlivesTheArchiveBeingOpenedAgain() throws Exception {
        String body = lines(5, 2_000_000);
        comesBack("Subject: s\r\n\r\n" + body);
        archive.close();
        archive = new EmbeddedArchive(path.resolve("data"));
        long before = archive.vault.storedBytes();
        comesBack("X: 1\r\nSubject: s\r\n\r\n" + body);
        comesBack("X: 2\r\nSubject: s\r\n\r\n" + body);
        assertThat(archive.vault.storedBytes() - before).isLessThan(5_000);
        walk();
    }

    static Stream<Arguments> hostile() {
        byte[] some = random(2, 40_000);
        String good = base64(some, 76, "\r\n");
        return Stream.of(
                Arguments.of("one line is longer", good.replaceFirst("\r\n", "AAAA\r\n")),
                Arguments.of("mixed line ends", good.replaceFirst("\r\n", "\n")),
                Arguments.of("bare CR", good.replaceFirst("\r\n", "\r")),
                Arguments.of("padding in the middle", good.substring(0, 5_000) + "AA==\r\n" + good.substring(5_000)),
                Arguments.of(
                        "bits behind the padding",
                        base64(random(5, 40_001), 76, "\r\n").replaceAll("[A-Za-z0-9+/]==$", "/==")),
                Arguments.of("spaces at the line ends", good.replace("\r\n", " \r\n")),
                Arguments.of("no end", good.substring(0, good.length() - 3)),
                Arguments.of("a word behind it", good + "\r\nword"),
                Arguments.of("four equal signs", good + "===="),
                Arguments.of("lines of 1000", base64(some, 1_000, "\r\n")),
                Arguments.of("a single line", Base64.getEncoder().encodeToString(some)),
                Arguments.of("odd lines", good.replace("\r\n", "").replaceAll("(.{75})", "$1\r\n")),
                Arguments.of("octets over 127", good.substring(0, 9_000) + "\u00ff" + good.substring(9_001)),
                Arguments.of(
                        "a thousand small ones", (base64(random(6, 300), 76, "\r\n") + "\r\n--x\r\n").repeat(1_000)),
                Arguments.of("CR at the end", good + "\r"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("hostile")
    void whatIsNotQuiteBase64ComesBackByteForByte(String what, String attachment) throws Exception {
        comesBack(mail(what, attachment));
        comesBack("Subject: bare\r\n\r\n" + attachment);
        comesBack("Subject: bare\n\n" + attachment.replace("\r\n", "\n"));
        walk();
    }

    @Test
    void randomMixturesComeBack() throws Exception {
        long seed = new Random().nextLong();
        System.out.println("SharingTest seed " + seed);
        Random random = new Random(seed);
        for (int i = 0; i < 150; i++) {
            ByteArrayOutputStream mail = new ByteArrayOutputStream();
            mail.writeBytes(("Subject: " + i + "\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            for (int pieces = random.nextInt(6); pieces >= 0; pieces--) {
                byte[] octets = random(random.nextInt(4), random.nextInt(30_000));
                String end = random.nextBoolean() ? "\r\n" : "\n";
                String text = base64(octets, 4 * (1 + random.nextInt(30)), end);
                switch (random.nextInt(4)) {
                    case 0 -> mail.writeBytes(octets);
                    case 1 -> mail.writeBytes((text + end).getBytes(StandardCharsets.US_ASCII));
                    case 2 -> mail.writeBytes((end + text).getBytes(StandardCharsets.US_ASCII));
                    default -> mail.writeBytes((text + "=").getBytes(StandardCharsets.US_ASCII));
                }
            }
            comesBack(mail.toByteArray());
        }
        walk();
    }
}
