package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.archive.Archive;
import java.io.IOException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// The audit trail at the command line, and every way that an administrator has to cut it.
@Tag("slow")
class AuditCommandTest {
    @TempDir
    Path folder;

    private Shell shell = new Shell(Path.of("unset"));

    @BeforeEach
    void fill() throws IOException {
        shell = new Shell(folder.resolve("data"));
        shell.done(
                "import",
                Shell.write(folder.resolve("in/a.eml"), Shell.mail("anna@example.com", "b@x.org", "A", "x"))
                        .toString());
        shell.done("person", "add", "Anna", "anna@example.com");
        shell.done("search", "incriminating", "--auditor", "curiosity");
        shell.done("search", "hers", "--as", "Anna");
        shell.done("search", "later");
    }

    @Test
    void itTellsWhoDidWhatAndWhy() throws IOException {
        List<JsonNode> all = shell.done("audit", "list", "--json").lines();
        assertThat(all.getFirst().path("object").stringValue()).isEqualTo("later");
        JsonNode entry =
                shell.done("audit", "search", "INCRIMINATING", "--json").json();
        assertThat(entry.path("by").stringValue()).isEqualTo("operator");
        assertThat(entry.path("what").stringValue()).isEqualTo("search");
        assertThat(entry.path("reason").stringValue()).isEqualTo("curiosity");
        assertThat(shell.done("audit", "search", "as Anna", "--json")
                        .json()
                        .path("object")
                        .stringValue())
                .as("whoever sits at the machine is not Anna")
                .isEqualTo("hers");
        assertThat(shell.done("audit", "list", "--what", "directory-changed", "--json")
                        .lines())
                .hasSize(1);
        List<JsonNode> page =
                shell.done("audit", "list", "--limit", "2", "--json").lines();
        assertThat(page).hasSize(3);
        String next = Long.toString(page.getLast().path("next").asLong(0));
        assertThat(shell.done("audit", "list", "--limit", "2", "--before", next, "--json")
                        .lines()
                        .getFirst())
                .isEqualTo(all.get(2));
        assertThat(shell.done("audit", "list", "--since", "2099-01-01").out()).isEmpty();
        assertThat(shell.run("audit", "list", "--limit", "0").exit()).isEqualTo(2);
        Path csv = folder.resolve("trail.csv");
        shell.done("audit", "export", "--to", csv.toString(), "--what", "search");
        assertThat(Files.readAllLines(csv)).hasSize(4);
        assertThat(shell.run("audit", "export", "--to", csv.toString()).exit())
                .as("nothing is overwritten")
                .isEqualTo(1);
    }

    /// What there is to ask of the trail is to look at it.
    @Test
    void noOperationAndNoCommandChangesIt() throws Exception {
        try (Archive archive = Archive.open(shell.data(), Clock.systemUTC()).orElseThrow()) {
            assertThat(StreamSupport.stream(
                                    DeskOperations.of(OpenDesk.of(archive))
                                            .names()
                                            .spliterator(),
                                    false)
                            .filter(name -> name.startsWith("audit") || name.startsWith("trail")))
                    .containsExactly("audit.export", "audit.list");
        }
        long number = shell.done("audit", "search", "incriminating", "--json")
                .json()
                .path("number")
                .asLong(0);
        assertThat(shell.run("erase", "--arrival", Long.toString(number), "--reason", "cover-up")
                        .exit())
                .isEqualTo(1);
        shell.done("retention", "set", "--max", "0");
        shell.done("retention", "apply");
        shell.done("compact");
        assertThat(shell.done("audit", "search", "incriminating", "--json").lines())
                .hasSize(1);
    }

    private void foundBy(String... check) {
        Shell.Said said = shell.run(check);
        assertThat(said.exit()).as(said.out() + said.err()).isEqualTo(1);
    }

    @Test
    void aRowRemovedFromTheCatalogueIsFoundAndComesBack() throws Exception {
        try (Connection catalogue = DriverManager.getConnection(
                        "jdbc:sqlite:" + shell.data().resolve("catalogue.db"));
                Statement sql = catalogue.createStatement()) {
            assertThat(sql.executeUpdate("DELETE FROM audit WHERE instr(manifest, CAST('incriminating' AS BLOB)) > 0"))
                    .isEqualTo(1);
        }
        assertThat(shell.done("audit", "search", "incriminating").out()).isEmpty();
        foundBy("check");
        shell.done("rebuild");
        assertThat(shell.done("audit", "search", "incriminating", "--json").lines())
                .hasSize(1);
        shell.done("check");
    }

    private Path lastSegment() throws IOException {
        try (var files = Files.list(shell.data().resolve("vault"))) {
            return files.filter(f -> f.getFileName().toString().matches("[0-9a-f]+\\.seg.*|.*\\.seg"))
                    .sorted()
                    .reduce((a, b) -> b)
                    .orElseThrow();
        }
    }

    @Test
    void whoChangesOrCutsTheVaultIsFound() throws Exception {
        Path segment = lastSegment();
        byte[] octets = Files.readAllBytes(segment);
        byte[] changed = octets.clone();
        changed[octets.length / 2] ^= 1;
        Files.write(segment, changed);
        foundBy("check");
        Files.write(segment, java.util.Arrays.copyOf(octets, octets.length - 400));
        foundBy("check");
    }

    /// With the catalogue, the index and the ledger's tiles gone too, only what was lodged elsewhere tells.
    @Test
    void whoPutsAnOlderArchiveInItsPlaceIsFoundByTheWitness() throws Exception {
        Path before = folder.resolve("before");
        copy(shell.data(), before);
        shell.done("search", "the last deed", "--auditor", "x");
        Path witness = Files.writeString(
                folder.resolve("witness"), shell.done("ledger", "checkpoint").out());
        shell.done("check", "--witness", witness.toString());
        assertThat(new Shell(before)
                        .run("check", "--witness", witness.toString())
                        .exit())
                .isEqualTo(1);
    }

    private static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path dir, BasicFileAttributes attributes) throws IOException {
                Files.createDirectories(to.resolve(from.relativize(dir).toString()));
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.copy(file, to.resolve(from.relativize(file).toString()));
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
