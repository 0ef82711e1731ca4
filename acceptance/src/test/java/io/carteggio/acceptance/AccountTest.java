package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// "An existing IMAP account into one person's letters with folder names kept as labels. Resumable, idempotent",
/// out of a real Dovecot.
@Tag("peers")
class AccountTest {
    private static final int INBOX = 1_500;

    /// What a maildir calls a folder, and its label. `Archivé` itself is not there: the server lists it as one that
    /// cannot be opened.
    private static final Map<String, String> FOLDERS = new TreeMap<>(Map.of(
            "Sent",
            "Sent",
            "Archiv&AOk-.2019.Z&APw-rich &- S&APY-hne",
            "Archivé/2019/Zürich & Söhne",
            "&U,BTFw-",
            "台北"));

    private static final int EACH = 25;

    @BeforeAll
    static void needs() {
        assumeTrue(Dovecot.available(), "skipped: Dovecot is not here, or we are not root");
    }

    private static Post post(int n) {
        return Post.plain(
                "a" + n, "bert@outside.example", "list@outside.example", "Old " + n, "Text of " + n, "To: x@y.z");
    }

    private static List<Content> mails(int from, int to) {
        List<Content> mails = new ArrayList<>();
        for (int n = from; n < to; n++) {
            mails.add(post(n).mail());
        }
        return mails;
    }

    private static String[] arguments(Dovecot dovecot, String... more) throws IOException {
        return dovecot.loggingIn("anna", "secret", List.of("import"), more);
    }

    @Test
    void anAccountBecomesHerLettersAlsoWhenTheRunIsKilled() throws Exception {
        try (Dovecot dovecot = Dovecot.start()) {
            dovecot.deliver("anna", mails(0, INBOX));
            int all = INBOX;
            for (String folder : FOLDERS.keySet()) {
                dovecot.deliver("anna", folder, mails(all, all + EACH));
                all += EACH;
            }
            dovecot.deliver("anna", "Sent", mails(0, 1)); // one lies in two folders
            Path report = dovecot.directory().resolve("report.tsv");
            Program program = Program.on(Program.freshDirectory("account"));
            program.ask("person", "add", "Anna", "anna@firm.example").done();
            program.ask("person", "add", "Bruno", "bruno@firm.example").done();

            program.ask(arguments(dovecot)).exit(2);
            assertThat(program.ask(dovecot.loggingIn("anna", "not this", List.of("import"), "--to", "Anna"))
                            .exit(1)
                            .err())
                    .contains("refuses user anna")
                    .doesNotContain("not this");

            String[] command = arguments(dovecot, "--to", "Anna", "--report", report.toString());
            kill(program, program.start(command));
            Program.Ran ran = program.run(command).done();
            assertThat(ran.err()).contains("mails were done before");
            JsonNode books = program.stats();
            Program.assertBalanced(books);
            assertThat(books.path("originals").longValue()).isEqualTo(all);
            assertThat(books.path("quarantined").longValue()).isZero();
            program.awaitIndexed();
            assertThat(program
                            .ask("search", "subject:old", "--as", "Anna", "--limit", "5000", "--json")
                            .done()
                            .jsonLines()
                            .stream()
                            .filter(line -> line.has("id")))
                    .hasSize(all);
            assertThat(program.search("Bruno", "subject:old")).isEmpty();
            assertThat(program.search("Anna", "label:\"2019/zurich\"")).hasSize(EACH);
            assertThat(program.search("Anna", "label:sent")).hasSize(EACH + 1);
            assertThat(program.search("Bruno", "label:sent")).isEmpty();
            assertLabels(program);
            assertUntouched(dovecot);
            export(program, all);

            program.run(command).done();
            books = program.stats();
            Program.assertBalanced(books);
            assertThat(books.path("originals").longValue()).as("each once").isEqualTo(all);
            assertThat(Files.readAllLines(report))
                    .hasSize(1 + all + 1)
                    .anySatisfy(line -> assertThat(line)
                            .startsWith("imap://anna@localhost/Archivé/2019/Zürich & Söhne;UIDVALIDITY=")
                            .contains("\tevidence\t"));
        }
    }

    /// Once it has done a few hundred.
    private static void kill(Program program, Process process) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (doneBytes(program) < 8 + 32 * 300) {
            assertThat(process.isAlive()).as("it has ended by itself").isTrue();
            assertThat(System.nanoTime()).isLessThan(until);
            Thread.sleep(2);
        }
        process.descendants().forEach(ProcessHandle::destroyForcibly);
        process.destroyForcibly().waitFor();
    }

    private static long doneBytes(Program program) throws IOException {
        Path imports = program.data().resolve("imports");
        if (!Files.isDirectory(imports)) {
            return 0;
        }
        long bytes = 0;
        try (Stream<Path> files = Files.list(imports)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                bytes += Files.size(file);
            }
        }
        return bytes;
    }

    /// Labels are for who reads across people; Anna's folders are nobody else's business.
    private static void assertLabels(Program program) {
        int n = INBOX;
        for (String label : FOLDERS.values()) {
            String id = program.find("Anna", "subject:\"Old " + n + "\"").orElseThrow();
            assertThat(labels(program.ask("show", id, "--json").done().json())).contains(label);
            assertThat(labels(program.ask("show", id, "--as", "Anna", "--json")
                            .done()
                            .json()))
                    .isEmpty();
            n += EACH;
        }
        String id = program.find("Anna", "subject:\"Old 0\"").orElseThrow();
        assertThat(labels(program.ask("show", id, "--json").done().json())).contains("INBOX", "Sent");
    }

    private static List<String> labels(JsonNode letter) {
        List<String> labels = new ArrayList<>();
        for (JsonNode envelope : letter.path("envelopes")) {
            envelope.path("labels").forEach(label -> labels.add(label.stringValue()));
        }
        return labels;
    }

    /// Not even a flag was set there.
    private static void assertUntouched(Dovecot dovecot) throws IOException {
        assertThat(dovecot.mails("anna"))
                .hasSize(INBOX)
                .noneMatch(file -> file.toString().matches(".*:2,[A-Z]+"));
    }

    private static void export(Program program, int all) throws IOException {
        Path folder = program.data().resolveSibling(program.data().getFileName() + "-export");
        program.run("export", "--to", folder.toString()).done();
        TreeSet<Sha256> sums = new TreeSet<>();
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : (Iterable<Path>) files.filter(f -> f.toString().endsWith(".eml"))::iterator) {
                sums.add(Sha256.of(Files.readAllBytes(file)));
            }
        }
        TreeSet<Sha256> expected = new TreeSet<>();
        for (int n = 0; n < all; n++) {
            expected.add(post(n).sum());
        }
        assertThat(sums).isEqualTo(expected);
    }
}
