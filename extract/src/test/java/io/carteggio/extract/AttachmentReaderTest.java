package io.carteggio.extract;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.extract.ExtractRequest;
import io.carteggio.mail.extract.ExtractWire;
import io.carteggio.mail.extract.Extracted;
import io.carteggio.mail.extract.Shortfall;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.tika.Tika;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// What words are found in attachments, in this process. How a process that reads is kept in bounds:
/// `ReaderPoolTest`, and [RealReaderTest] with this very program.
class AttachmentReaderTest {
    private static final String WORD = "quixozephyr";
    private static final AttachmentReader READER = new AttachmentReader();

    @TempDir
    Path folder = Path.of("");

    /// An attachment, and what comes of it.
    static final class Row {
        private final String name;
        private final byte[] octets;
        private final boolean found;
        private final Set<Shortfall> shortfalls;

        Row(String name, byte[] octets, boolean found, Set<Shortfall> shortfalls) {
            this.name = name;
            this.octets = octets;
            this.found = found;
            this.shortfalls = shortfalls;
        }

        @Override
        public String toString() {
            return name;
        }
    }

    private static Row found(String name, byte[] octets) {
        return new Row(name, octets, true, Set.of());
    }

    private static Row lacks(String name, byte[] octets, Shortfall... why) {
        return new Row(name, octets, false, Set.of(why));
    }

    private static byte[] text(String text, Charset charset) {
        return text.getBytes(charset);
    }

    static List<Row> rows() throws Exception {
        byte[] pdf = Samples.pdf("the word quixozephyr stands here");
        byte[] docx = Samples.docx("the word quixozephyr stands here");
        byte[] inner = Samples.zip(
                new String[] {"in.docx", "in.txt"}, new byte[][] {docx, "x".getBytes(StandardCharsets.US_ASCII)});
        return List.of(
                found("a.pdf", pdf),
                found("no-name", pdf),
                found("lies.jpg", pdf),
                found("a.docx", docx),
                found("a.xlsx", Samples.xlsx("the word quixozephyr stands here")),
                found("a.pptx", Samples.pptx("the word quixozephyr stands here")),
                found("a.xls", Samples.xls("the word quixozephyr stands here")),
                found("a.odt", Samples.odt("the word quixozephyr stands here")),
                found("a.rtf", Samples.rtf("the word quixozephyr stands here")),
                found("a.html", text("<html><body><p>quixo<b>zephyr</b></body></html>", StandardCharsets.US_ASCII)),
                found("a.txt", text("quixozephyr", StandardCharsets.UTF_8)),
                found("utf16.txt", text("\ufeffthe word quixozephyr", StandardCharsets.UTF_16LE)),
                found("a.csv", text("a;b\nquixozephyr;c\n", StandardCharsets.UTF_8)),
                found("a.ics", text("BEGIN:VCALENDAR\nSUMMARY:quixozephyr\nEND:VCALENDAR\n", StandardCharsets.UTF_8)),
                found("a.vcf", text("BEGIN:VCARD\nFN:quixozephyr\nEND:VCARD\n", StandardCharsets.UTF_8)),
                found("a.xml", text("<?xml version=\"1.0\"?><a><b>quixozephyr</b></a>", StandardCharsets.UTF_8)),
                found(
                        "a.svg",
                        text(
                                "<svg xmlns=\"http://www.w3.org/2000/svg\"><text>quixozephyr</text></svg>",
                                StandardCharsets.UTF_8)),
                found("a.zip", Samples.zip(new String[] {"deep.zip"}, new byte[][] {inner})),
                found("a.txt.gz", Samples.gzip(text("the word quixozephyr", StandardCharsets.UTF_8))),
                found("a.eml", Samples.eml("body", "in.pdf", pdf)),
                found("eml.zip", Samples.zip(new String[] {"m.eml"}, new byte[][] {Samples.eml("x", "a.docx", docx)})),
                found("owner-password.pdf", Samples.protectedPdf("quixozephyr", "")),
                lacks("locked.pdf", Samples.protectedPdf("quixozephyr", "secret"), Shortfall.ENCRYPTED),
                lacks("locked.xlsx", Samples.lockedXlsx("quixozephyr"), Shortfall.ENCRYPTED),
                lacks(
                        "a.asc",
                        text("-----BEGIN PGP MESSAGE-----\n\nquixo\n", StandardCharsets.US_ASCII),
                        Shortfall.ENCRYPTED),
                lacks("s.asc", text("-----BEGIN PGP SIGNATURE-----\n\nquixo\n", StandardCharsets.US_ASCII)),
                lacks("scan.pdf", Samples.scan(), Shortfall.SCAN),
                lacks("half.pdf", Arrays.copyOf(pdf, 60), Shortfall.DAMAGED),
                lacks("half.docx", Arrays.copyOf(docx, docx.length / 2), Shortfall.DAMAGED),
                lacks("a.exe", new byte[] {'M', 'Z', (byte) 0x90, 0, 3, 0, 0, 0, 4, 0}, Shortfall.UNKNOWN),
                lacks("a.bin", new byte[] {0, 1, 2, 3, (byte) 0xFE, 5, 6, 7, 8}, Shortfall.UNKNOWN),
                lacks("a.png", new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0}));
    }

    private Extracted read(String name, byte[] octets, int chars) throws IOException {
        Path file = Files.write(folder.resolve("attachment"), octets);
        return READER.read(
                file,
                new ExtractRequest(name, "application/octet-stream", octets.length, chars, Duration.ofMinutes(1)));
    }

    @ParameterizedTest
    @MethodSource("rows")
    void whatIsFound(Row row) throws Exception {
        Extracted extracted = read(row.name, row.octets, 1_000_000);
        assertThat(extracted.text().contains(WORD)).as(extracted.text()).isEqualTo(row.found);
        assertThat(extracted.shortfalls()).isEqualTo(row.shortfalls);
    }

    @Test
    void aBombIsCut() throws Exception {
        for (String name : List.of("bomb.zip", "word/document.xml")) {
            Extracted extracted = read("bomb.zip", Samples.bomb(name, 300), 100_000);
            assertThat(extracted.text()).hasSizeLessThanOrEqualTo(100_000);
            assertThat(extracted.shortfalls()).as(name).isNotEmpty().doesNotContain(Shortfall.WAITING);
        }
    }

    @Test
    void archivesInArchivesAreReadToALimit() throws Exception {
        byte[] at = Samples.zip(new String[] {"a.txt", WORD});
        for (int i = 0; i < AttachmentReader.DEPTH_LIMIT + 5; i++) {
            at = Samples.zip(new String[] {"a.zip"}, new byte[][] {at});
        }
        assertThat(read("deep.zip", at, 1_000_000).shortfalls()).containsExactly(Shortfall.CUT);
        String[] names = new String[AttachmentReader.DOCUMENTS_LIMIT + 1];
        byte[][] octets = new byte[names.length][];
        for (int i = 0; i < names.length; i++) {
            names[i] = i + ".txt";
            octets[i] = ("n" + i).getBytes(StandardCharsets.US_ASCII);
        }
        Extracted many = read("many.zip", Samples.zip(names, octets), 1_000_000);
        assertThat(many.shortfalls()).containsExactly(Shortfall.CUT);
        assertThat(many.text()).contains("n0", "n" + (AttachmentReader.DOCUMENTS_LIMIT - 1));
    }

    @Test
    void textIsCutAtItsLimitBetweenCharacters() throws Exception {
        byte[] emoji = "\ud83d\ude00".repeat(100).getBytes(StandardCharsets.UTF_8);
        Extracted extracted = read("a.txt", emoji, 51);
        assertThat(extracted.text().strip()).isEqualTo("\ud83d\ude00".repeat(25));
        assertThat(extracted.shortfalls()).containsExactly(Shortfall.CUT);
    }

    @Test
    void theVersionIsThatOfTheLibrary() {
        String library = Tika.getString().replaceAll("[^0-9.]", "");
        assertThat(ExtractWire.READER).startsWith("tika-" + library + "-");
    }

    /// Samples with octets changed: an answer all the same. Prints its seed.
    @Test
    void damageIsAnAnswer() throws Exception {
        long seed = new Random().nextLong();
        Random chance = new Random(seed);
        List<Row> rows = rows();
        for (int i = 0; i < 150; i++) {
            Row row = rows.get(chance.nextInt(rows.size()));
            byte[] octets = row.octets.clone();
            for (int n = chance.nextInt(20); n >= 0; n--) {
                octets[chance.nextInt(octets.length)] = (byte) chance.nextInt();
            }
            try {
                assertThat(read(row.name, octets, 10_000).text().length()).isLessThanOrEqualTo(10_000);
            } catch (RuntimeException | Error e) {
                throw new AssertionError("seed " + seed + ", " + row.name, e);
            }
        }
    }

    /// What others wrote: old Word, `.msg`, `winmail.dat`.
    @Test
    void filesByOthersAreRead() throws Exception {
        List<Path> places = new ArrayList<>();
        Optional.ofNullable(System.getenv("CARTEGGIO_SHARED")).map(Path::of).ifPresent(places::add);
        Optional.ofNullable(System.getProperty("carteggio.root"))
                .map(root -> Path.of(root).resolveSibling("shared"))
                .ifPresent(places::add);
        Optional<Path> corpus = places.stream()
                .map(p -> p.resolve("corpus"))
                .filter(Files::isDirectory)
                .findFirst();
        if (corpus.isEmpty()) {
            System.out.println("skipped: AttachmentReaderTest#filesByOthersAreRead, the corpus is not there");
        }
        Assumptions.assumeTrue(corpus.isPresent());
        int read = 0;
        int worded = 0;
        for (String kind : List.of("msg", "tnef")) {
            try (Stream<Path> files = Files.list(corpus.orElseThrow().resolve(kind))) {
                for (Path file : files.sorted().toList()) {
                    Extracted extracted = read(file.getFileName().toString(), Files.readAllBytes(file), 1_000_000);
                    read++;
                    worded += extracted.text().isBlank() ? 0 : 1;
                }
            }
        }
        assertThat(read).isGreaterThan(30);
        assertThat(worded).as("of " + read + " with words").isGreaterThan(read * 8 / 10);
        Path doc = corpus.orElseThrow().resolve("msg/tika--testMSG_att_doc.msg"); // with an old Word document in it
        if (Files.exists(doc)) {
            String text = read("a.msg", Files.readAllBytes(doc), 1_000_000).text();
            assertThat(text.split("\\(20AC\\)", -1))
                    .as("its body, and the document's")
                    .hasSize(3);
        }
    }
}
