package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipInputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// P2: "What comes out of the archive is what went in, for any input, however malformed", on real mail by others.
@Tag("peers")
class CorpusTest {
    @Test
    void everyMailComesOutAsItWentIn() throws Exception {
        Path corpus = Corpus.root();
        Path files = Program.freshDirectory("corpus-files");
        Corpus.Table journal = Corpus.table("expected_journal.tsv");
        Corpus.Table expected = Corpus.table("expected.tsv");
        Set<Sha256> originals = new TreeSet<>();
        List<String> paths = Corpus.files(".eml");
        for (String path : paths) {
            Path copy = files.resolve(path);
            Files.createDirectories(copy.getParent());
            Files.copy(corpus.resolve(path), copy);
            if (journal.paths().contains(path)) {
                expected.cell(path, "nested_sha256")
                        .valueStream()
                        .forEach(sum -> originals.add(Sha256.parse(sum.stringValue())));
            } else {
                originals.add(Sha256.of(Files.readAllBytes(copy)));
            }
        }
        Program program = Program.on(Program.freshDirectory("corpus"));

        JsonNode books = program.run("import", files.toString(), "--as", "auto", "--json")
                .done()
                .json();

        Program.assertBalanced(books);
        assertThat(books.path("received").longValue()).isEqualTo(paths.size());
        assertThat(books.path("quarantined").longValue()).isZero();
        assertThat(books.path("discarded").longValue()).isZero();
        assertThat(books.path("originals").longValue()).isEqualTo(originals.size());
        assertThat(books.path("letters").longValue()).isEqualTo(originals.size());
        assertThat(books.path("evidence").longValue())
                .as("what lies in the corpus twice")
                .isEqualTo(paths.size() - originals.size());
        assertThat(program.stats().path("received").longValue()).isEqualTo(paths.size());

        Path folder = Program.freshDirectory("corpus-eml").resolve("out");
        program.run("export", "--to", folder.toString(), "--format", "eml").done();
        assertSame(originals, sumsOfFolder(folder));
        Path zip = folder.resolveSibling("out.zip");
        program.ask("export", "--to", zip.toString(), "--format", "zip").done();
        assertSame(originals, sumsOfZip(zip));

        comesOutOfTheVaultAlone(program);

        mboxHoldsThemAll(program, folder, originals);
    }

    /// P6. A whole `check` compares every row of the catalogue and all that the index holds of each letter with what
    /// the vault makes of them: what passes it before and after is the same.
    private static void comesOutOfTheVaultAlone(Program program) throws Exception {
        program.run("check").done();
        JsonNode before = program.stats();
        try (Stream<Path> files = Files.walk(program.data())) {
            List<Path> derived = files.filter(Files::isRegularFile)
                    .filter(file -> {
                        String name = program.data().relativize(file).toString();
                        return name.startsWith("catalogue.db") || name.startsWith("index");
                    })
                    .toList();
            assertThat(derived).hasSizeGreaterThan(2);
            for (Path file : derived) {
                Files.delete(file);
            }
        }
        program.run("rebuild").done();
        program.run("check").done();
        JsonNode after = program.stats();
        Program.assertBalanced(after);
        for (String count : List.of("received", "letters", "evidence", "notices", "quarantined", "discarded")) {
            assertThat(after.path(count)).as(count).isEqualTo(before.path(count));
        }
    }

    /// The exported mbox, imported by another archive, gives the same letters. An mbox ends each message with a line
    /// break; a letter that has none at its end is compared with one added.
    private static void mboxHoldsThemAll(Program program, Path folder, Set<Sha256> originals) throws Exception {
        Path mbox = folder.resolveSibling("out.mbox");
        program.ask("export", "--to", mbox.toString(), "--format", "mbox").done();
        Program second = Program.on(Program.freshDirectory("corpus-second"));
        JsonNode books = second.ask("import", mbox.toString(), "--as", "multidrop", "--json")
                .done()
                .json();
        Program.assertBalanced(books);
        assertThat(books.path("received").longValue())
                .as("as many as there are")
                .isEqualTo(originals.size());
        Path again = folder.resolveSibling("again");
        second.ask("export", "--to", again.toString(), "--format", "eml").done();
        Set<Sha256> came = new HashSet<>(sumsOfFolder(again));
        List<String> lost = new ArrayList<>();
        try (Stream<Path> letters = Files.walk(folder)) {
            for (Path letter : (Iterable<Path>) letters.filter(f -> f.toString().endsWith(".eml"))::iterator) {
                byte[] bytes = Files.readAllBytes(letter);
                boolean same = came.contains(Sha256.of(bytes))
                        || came.contains(Sha256.of(withEnd(bytes, "\n")))
                        || came.contains(Sha256.of(withEnd(bytes, "\r\n")));
                if (!same) {
                    lost.add(letter.getFileName() + " " + bytes.length);
                }
            }
        }
        assertThat(lost).as("letters that an mbox did not bring back").isEmpty();
    }

    private static byte[] withEnd(byte[] bytes, String end) {
        byte[] longer = java.util.Arrays.copyOf(bytes, bytes.length + end.length());
        for (int i = 0; i < end.length(); i++) {
            longer[bytes.length + i] = (byte) end.charAt(i);
        }
        return longer;
    }

    private static void assertSame(Set<Sha256> originals, List<Sha256> exported) {
        assertThat(exported).doesNotHaveDuplicates();
        Set<Sha256> missing = new TreeSet<>(originals);
        exported.forEach(missing::remove);
        assertThat(missing).as("missing in the export").isEmpty();
        Set<Sha256> invented = new TreeSet<>(exported);
        invented.removeAll(originals);
        assertThat(invented).as("in the export, but never taken in").isEmpty();
    }

    private static List<Sha256> sumsOfFolder(Path folder) throws IOException {
        List<Sha256> sums = new ArrayList<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.filter(f -> f.toString().endsWith(".eml"))::iterator) {
                sums.add(Sha256.of(Files.readAllBytes(file)));
            }
        }
        return sums;
    }

    private static List<Sha256> sumsOfZip(Path zip) throws IOException {
        List<Sha256> sums = new ArrayList<>();
        try (InputStream in = Files.newInputStream(zip);
                ZipInputStream entries = new ZipInputStream(in)) {
            for (ZipEntry entry = entries.getNextEntry(); entry != null; entry = entries.getNextEntry()) {
                if (entry.getName().endsWith(".eml")) {
                    sums.add(Sha256.of(entries.readAllBytes()));
                }
            }
        }
        return sums;
    }

    @Test
    void theReportsSayWhatIsExpected() throws Exception {
        Path corpus = Corpus.root();
        Corpus.Table expected = Corpus.table("expected.tsv");
        Program program = Program.on(Program.freshDirectory("unwrap"));
        Corpus.Table journal = Corpus.table("expected_journal.tsv");
        for (String path : journal.paths()) {
            JsonNode said = program.ask("unwrap", corpus.resolve(path).toString(), "--json")
                    .done()
                    .json();
            assertThat(said.path("sender")).as(path).isEqualTo(journal.cell(path, "sender"));
            assertThat(said.path("subject")).as(path).isEqualTo(journal.cell(path, "subject"));
            assertThat(said.path("messageId").stringValue().replaceAll("[<>]", ""))
                    .as(path)
                    .isEqualTo(journal.cell(path, "message_id").stringValue());
            assertThat(said.path("recipients")
                            .valueStream()
                            .map(r -> List.of(
                                    r.path("role").stringValue(),
                                    r.path("address").stringValue())))
                    .as(path)
                    .containsExactlyElementsOf(journal.cell(path, "recipients")
                            .valueStream()
                            .map(r -> List.of(r.get(0).stringValue(), r.get(1).stringValue()))
                            .toList());
            assertThat(said.path("originals").valueStream().map(o -> o.path("sha256")))
                    .as(path)
                    .containsExactlyElementsOf(
                            expected.cell(path, "nested_sha256").valueStream().toList());
            assertThat(said.path("originals")
                            .valueStream()
                            .map(o -> o.path("bytes").longValue()))
                    .as(path)
                    .containsExactlyElementsOf(expected.cell(path, "nested_bytes")
                            .valueStream()
                            .map(JsonNode::longValue)
                            .toList());
        }
    }

    @Test
    void mailboxesAreCutAsExpected() throws Exception {
        Path corpus = Corpus.root();
        Program program = Program.on(Program.freshDirectory("mbox"));
        Path out = Program.freshDirectory("mbox-out");
        try (Serving server = program.serve()) { // which takes them in while it runs
            Corpus.Table boxes = Corpus.table("expected_mbox.tsv");
            for (String mbox : boxes.paths()) {
                JsonNode books = program.ask(
                                "import",
                                corpus.resolve(mbox).toString(),
                                "--as",
                                "multidrop",
                                "--source",
                                mbox.replace('/', ' '),
                                "--json")
                        .done()
                        .json();
                Program.assertBalanced(books);
                assertThat(books.path("received").longValue())
                        .as(mbox)
                        .isEqualTo(boxes.cell(mbox, "messages").longValue());
            }
            assertThat(server.alive()).isTrue();
            program.awaitIndexed();
            program.ask("export", "--to", out.resolve("all.mbox").toString(), "--format", "mbox")
                    .done();
            program.ask("export", "--to", out.resolve("eml").toString(), "--format", "eml")
                    .done();
        }
        comesOutOfTheVaultAlone(program);
        Program second = Program.on(Program.freshDirectory("mbox-second"));
        second.ask("import", out.resolve("all.mbox").toString(), "--as", "multidrop", "--json")
                .done();
        second.ask("export", "--to", out.resolve("again").toString(), "--format", "eml")
                .done();
        assertThat(new TreeSet<>(sumsOfFolder(out.resolve("again"))))
                .as("an mbox that we wrote gives back what was in it")
                .isEqualTo(new TreeSet<>(sumsOfFolder(out.resolve("eml"))));
    }
}
