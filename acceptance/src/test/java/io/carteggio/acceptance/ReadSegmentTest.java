package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A customer must be able to read his letters without us: `docs/format/read_segment.py` was written from
/// `segment.md` alone, in another language, and gets the same letters out as `export`.
@Tag("peers")
class ReadSegmentTest {
    private static final Path READER = Program.root().resolve("docs/format/read_segment.py");

    private record Read(int exit, String out, String err) {}

    private static Read read(Path data, Path key, String... more) throws Exception {
        List<String> command = new ArrayList<>(List.of(READER.toString(), data.toString(), key.toString()));
        command.addAll(List.of(more));
        Path err = Files.createTempFile(Program.freshDirectory("reader"), "err", "");
        Process process =
                new ProcessBuilder(command).redirectError(err.toFile()).start();
        String out = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor(120, TimeUnit.SECONDS)).isTrue();
        return new Read(process.exitValue(), out, Files.readString(err));
    }

    private static Set<String> sums(Path folder) throws IOException {
        Set<String> sums = new TreeSet<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.filter(f -> f.toString().endsWith(".eml"))::iterator) {
                sums.add(Sha256.of(Files.readAllBytes(file)).toString());
            }
        }
        return sums;
    }

    private static void assertSameAsExport(Program program, Path data, Path key) throws Exception {
        Path exported = Program.freshDirectory("exported").resolve("out");
        program.ask("export", "--to", exported.toString(), "--key-file", key.toString())
                .done();
        Path extracted = Program.freshDirectory("extracted");
        Read read = read(data, key, "extract", extracted.toString());
        assertThat(read.err()).isEmpty();
        assertThat(read.exit()).isZero();
        Set<String> names = new TreeSet<>();
        try (Stream<Path> files = Files.list(extracted)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                String name = file.getFileName().toString();
                assertThat(Sha256.of(Files.readAllBytes(file)).toString()).isEqualTo(name);
                names.add(name);
            }
        }
        assertThat(names).isNotEmpty().isEqualTo(sums(exported));
    }

    @Test
    void itIsShort() throws Exception {
        assertThat(Files.readAllLines(READER)).hasSizeLessThanOrEqualTo(200).allMatch(line -> line.length() <= 120);
    }

    @Test
    void theCorpusComesOutAsExportGivesIt() throws Exception {
        Path corpus = Corpus.root();
        Program program = Program.on(Program.freshDirectory("reader-corpus"));
        program.run("import", corpus.toString());
        Path key = program.data().resolve("master.key");
        assertSameAsExport(program, program.data(), key); // one open segment
        Path backup = Program.freshDirectory("reader-backup").resolve("b");
        program.run("backup", "--to", backup.toString()).done();
        assertSameAsExport(program, program.data(), key); // a closed one with its sidecar
        assertSameAsExport(program, backup, key); // the backup, which is read as it stands

        for (String word : List.of("the", "hello", "you")) {
            String id = program.ask("search", word, "--limit", "1", "--json").done().jsonLines().stream()
                    .filter(line -> line.has("id"))
                    .map(line -> line.path("id").stringValue())
                    .findFirst()
                    .orElseThrow();
            program.ask("erase", id, "--reason", "test").done();
        }
        assertSameAsExport(program, program.data(), key); // keys are gone, octets are not
        program.run("compact").done();
        assertSameAsExport(program, program.data(), key); // octets are gone, too
        assertThat(read(program.data(), key, "list").out()).contains("erased ");

        Path segment = program.data().resolve("vault/0000000001.seg");
        try (RandomAccessFile file = new RandomAccessFile(segment.toFile(), "rw")) {
            long middle = file.length() / 2;
            file.seek(middle);
            int octet = file.read();
            file.seek(middle);
            file.write(octet ^ 1);
        }
        Read damaged = read(program.data(), key, "list");
        assertThat(damaged.exit()).isEqualTo(1);
        assertThat(damaged.err()).contains("damage: ");
        assertThat(damaged.out().lines().count()).as("the others are listed").isPositive();
    }

    /// Letters with the same body, each put together from its own headers and another record, however
    /// large.
    @Test
    void forksOfAnySize() throws Exception {
        Path folder = Program.freshDirectory("reader-forks");
        Random random = new Random(7);
        for (int size : new int[] {20_000, 300_000, 2_500_000, 5_000_000}) {
            StringBuilder body = new StringBuilder(size + 100);
            while (body.length() < size) {
                body.append(Long.toString(random.nextLong(), 36))
                        .append(" \u00fcber ")
                        .append(size);
                body.append(body.length() % 3 == 0 ? "\r\n" : " ");
            }
            for (int fork = 0; fork < 3; fork++) {
                Files.writeString(
                        Files.createDirectories(folder.resolve("in" + fork)).resolve(size + ".eml"),
                        "Received: from host" + fork + ".example\r\nFrom: a@firm.example\r\nSubject: " + size
                                + "\r\nContent-Transfer-Encoding: 8bit\r\n\r\n" + body + "\r\n");
            }
        }
        Program program = Program.on(folder.resolve("data"));
        for (int fork = 0; fork < 3; fork++) { // those that come at once do not know of each other
            program.ask("import", folder.resolve("in" + fork).toString()).done();
        }
        Path key = program.data().resolve("master.key");
        assertSameAsExport(program, program.data(), key);
        assertThat(Files.size(program.data().resolve("vault/0000000001.seg")))
                .as("each body lies there once")
                .isLessThan(4_000_000);
        program.run("check").done();
    }

    /// Where no corpus is there, too.
    @Test
    void everyFormOfARecordComesOutAsExportGivesIt() throws Exception {
        Path data = Program.freshDirectory("reader-forms").resolve("data");
        EveryForm.make(data);
        EveryForm.in(data).assertEvery();
        Program program = Program.on(data);
        Path key = data.resolve("master.key");
        assertSameAsExport(program, data, key); // one closed segment, and one that is open

        String id = program.ask("search", "subject:pelican", "--limit", "1", "--json").done().jsonLines().stream()
                .filter(line -> line.has("id"))
                .map(line -> line.path("id").stringValue())
                .findFirst()
                .orElseThrow();
        program.ask("erase", id, "--reason", "test").done();
        program.ask("compact").done();
        assertSameAsExport(program, data, key);
        assertThat(read(data, key, "list").out()).contains("erased ");
        EveryForm.in(data).assertEvery();
    }

    @Test
    void anArchiveUnderAPassphrase() throws Exception {
        Path folder = Program.freshDirectory("reader-words");
        Path words = Files.writeString(folder.resolve("words"), "seven green bottles on a wall\n");
        Files.setPosixFilePermissions(words, PosixFilePermissions.fromString("rw-------"));
        Path mail = Files.write(
                folder.resolve("a.eml"),
                Post.plain("p1", "anna@firm.example", "bruno@firm.example", "One", "Text.", "To: bruno@firm.example")
                        .original());
        Program program = Program.on(folder.resolve("data"));
        program.ask("import", mail.toString(), "--passphrase-file", words.toString())
                .done();
        Read read = read(program.data(), words, "list");
        assertThat(read.exit()).as(read.err()).isZero();
        assertThat(read.out()).startsWith(Sha256.of(Files.readAllBytes(mail)).toString());
        Path wrong = Files.writeString(folder.resolve("wrong"), "something else entirely\n");
        assertThat(read(program.data(), wrong, "list").exit()).isEqualTo(1);
    }
}
