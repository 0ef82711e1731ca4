package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.vault.Octets;
import io.carteggio.embedded.jobs.JobStore;
import io.carteggio.embedded.jobs.JobStore.Settled;
import io.carteggio.embedded.jobs.RunCounts;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.command.Shell.Said;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// An archive without the end of its vault is refused as it lies, is whole when that is put back, and goes on without
/// it only when told to.
@Tag("slow")
class MissingSegmentsTest {
    @TempDir
    Path folder = Path.of("");

    private Shell shell = new Shell(Path.of(""));

    @BeforeEach
    void make() throws Exception {
        shell = new Shell(folder.resolve("data"));
        bring("One");
        try (Archive archive = Archive.open(shell.data(), Clock.systemUTC()).orElseThrow()) {
            archive.vault().roll();
        }
        bring("Two");
        try (Archive archive = Archive.open(shell.data(), Clock.systemUTC()).orElseThrow()) {
            archive.vault().roll();
        }
        bring("Three");
    }

    private void bring(String subject) throws IOException {
        String mail = Shell.mail("a@x.example", "b@x.example", subject, "Text of " + subject);
        shell.done("import", Shell.write(folder.resolve(subject + ".eml"), mail).toString());
    }

    private Path segment(int number) {
        return shell.data().resolve("vault/000000000" + number + ".seg");
    }

    private Map<String, Octets> octets() throws IOException {
        Map<String, Octets> all = new TreeMap<>();
        for (Path file : Shell.filesBelow(shell.data())) {
            all.put(shell.data().relativize(file).toString(), Octets.of(Files.readAllBytes(file)));
        }
        return all;
    }

    private void assertRefusedUntouched(String... command) throws IOException {
        Map<String, Octets> before = octets();
        Said said = shell.run(command);
        assertThat(said.exit()).as(said.out()).isEqualTo(1);
        assertThat(said.err()).contains("segments are missing", "Nothing was changed", "rebuild --accept-loss");
        assertThat(octets()).isEqualTo(before);
    }

    private void assertFound(int letters) throws IOException {
        assertThat(shell.done("search", "Text", "--json").lines()).hasSize(letters);
        shell.done("check");
    }

    @Test
    void theLastSegmentIsPutBack() throws IOException {
        Path away = folder.resolve("away");
        Files.move(segment(3), away);
        assertRefusedUntouched("stats");
        assertRefusedUntouched("check");
        assertRefusedUntouched("rebuild");
        Files.move(away, segment(3));
        assertFound(3);
    }

    @Test
    void withoutACatalogueTheKeyringKnows() throws IOException {
        for (String name : new String[] {"catalogue.db", "index"}) {
            for (Path file : Shell.filesBelow(shell.data().resolve(name))) {
                Files.delete(file);
            }
        }
        Path second = folder.resolve("second");
        Path third = folder.resolve("third");
        Files.move(segment(2), second);
        Files.move(segment(3), third);
        assertRefusedUntouched("stats");
        assertRefusedUntouched("rebuild");
        Files.move(second, segment(2));
        Files.move(third, segment(3));
        assertFound(3);
    }

    @Test
    void aLossIsAcceptedOnlyWhenToldSoAndStaysNamed() throws Exception {
        Path away = folder.resolve("away");
        Files.move(segment(3), away);
        try (JobStore jobs = JobStore.open(shell.data().resolve("jobs.db"), Instant.now())) {
            jobs.enter("mailbox", "1");
            long run = jobs.begin("mailbox", "test", Instant.now());
            jobs.settle("mailbox", List.of(new Settled("uid 7", false)), Instant.now(), 3, run, RunCounts.NONE);
            assertThat(jobs.knows("mailbox", "uid 7")).isTrue();
        }
        Said rebuilt = shell.run("rebuild", "--accept-loss");
        assertThat(rebuilt.err()).contains("segment 3", "the segment is missing");
        try (JobStore jobs = JobStore.open(shell.data().resolve("jobs.db"), Instant.now())) {
            assertThat(jobs.knows("mailbox", "uid 7"))
                    .as("what may be lost here is fetched again, not removed there")
                    .isFalse();
        }
        bring("Four");
        assertThat(shell.done("search", "Text", "--json").lines()).hasSize(3);
        Said checked = shell.run("check");
        assertThat(checked.exit()).isEqualTo(1);
        assertThat(checked.err()).contains("segment 3 at 0: the segment is missing");
        String one =
                shell.done("search", "Text of One", "--json").json().path("id").stringValue();
        for (String[] command : new String[][] {{"ledger", "checkpoint"}, {"proof", one}}) {
            Said refused = shell.run(command);
            assertThat(refused.exit()).as(refused.out()).isEqualTo(1);
            assertThat(refused.err()).contains("the ledger stands still", "is missing in the vault");
        }
        Files.move(away, segment(3));
        Said again = shell.run("rebuild");
        assertThat(again.err())
                .as("the chain was broken where the loss was accepted, and stays so")
                .contains("segment 4 at 0: the segment does not follow the one before it")
                .doesNotContain("segment 3");
        assertThat(shell.done("search", "Text", "--json").lines()).hasSize(4);
        shell.done("ledger", "checkpoint");
        shell.done("proof", one);
    }
}
