package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.archive.Archive;
import io.carteggio.server.command.Shell.Said;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A backup that is being brought up to date, after an erasure, a compaction and new mail, is cut off at each of its
/// steps: it stays a backup.
@Tag("slow")
class BackupInterruptedTest {
    @TempDir
    Path folder = Path.of("");

    private Shell shell = new Shell(Path.of(""));
    private Path first = Path.of("");
    private Path key = Path.of("");
    private long open;

    /// `first` is a backup of three letters; since then one was erased and one has come.
    @BeforeEach
    void make() throws Exception {
        shell = new Shell(folder.resolve("data"));
        first = folder.resolve("first");
        for (String subject : List.of("One", "Two", "Three")) {
            bring(subject);
        }
        roll();
        bring("Four");
        shell.done("backup", "--to", first.toString());
        key = folder.resolve("key");
        Files.copy(shell.data().resolve("master.key"), key);
        Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        String two =
                shell.done("search", "subject:Two", "--json").json().path("id").stringValue();
        shell.done("erase", two, "--reason", "asked for");
        shell.done("compact");
        bring("Five");
        open = roll();
    }

    private void bring(String subject) throws IOException {
        String mail = Shell.mail("a@x.example", "b@x.example", subject, "Text of " + subject);
        shell.done("import", Shell.write(folder.resolve(subject + ".eml"), mail).toString());
    }

    private long roll() throws Exception {
        try (Archive archive = Archive.open(shell.data(), Clock.systemUTC()).orElseThrow()) {
            archive.vault().roll();
            return archive.vault().end().segment();
        }
    }

    private static final class CutOff extends IOException {
        private static final long serialVersionUID = 1;
    }

    /// @param step which change of the backup is not made any more
    /// @return whether it came to its end before
    private boolean backUp(Path to, int step) throws Exception {
        int[] steps = new int[1];
        Console console = new Console(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(OutputStream.nullOutputStream()),
                new PrintStream(OutputStream.nullOutputStream()),
                Map.of(),
                false);
        try (ProgressLine shown = new ProgressLine(console, "files", 0)) {
            Backup backup = new Backup(shell.data(), to, shown, file -> {
                if (++steps[0] == step) {
                    throw new CutOff();
                }
            });
            backup.begin();
            backup.finish(open);
            return true;
        } catch (CutOff e) {
            return false;
        }
    }

    @Test
    void atEachStepItIsTheOldOrTheNewState() throws Exception {
        boolean whole = false;
        List<List<String>> states = new ArrayList<>();
        for (int step = 1; !whole; step++) {
            Path to = copy(first, "cut" + step);
            whole = backUp(to, step);
            List<String> restored = restored(to, step);
            states.add(restored);
            List<String> asItLies = asItLies(to, step);
            assertThat(asItLies).as("step %d", step).containsAll(List.of("Four", "One", "Three"));
            if (step % 4 == 0) {
                assertThat(backUp(to, 0)).isTrue();
                assertThat(restored(to, 1_000 + step)).containsExactly("Five", "Four", "One", "Three");
            }
        }
        List<String> old = List.of("Four", "One", "Three", "Two");
        List<String> anew = List.of("Five", "Four", "One", "Three");
        int change = states.indexOf(anew);
        assertThat(change).isPositive();
        assertThat(states.subList(0, change)).allMatch(old::equals);
        assertThat(states.subList(change, states.size())).hasSizeGreaterThan(8).allMatch(anew::equals);
    }

    private List<String> restored(Path to, int step) throws IOException {
        Path data = folder.resolve("restored" + step);
        Said said = shell.run("restore", "--from", to.toString(), "--data", data.toString(), "--key-file", "" + key);
        assertThat(said.exit()).as("step %d: %s", step, said.err()).isZero();
        if (Files.exists(to.resolve(BackupFiles.INCOMPLETE))) {
            assertThat(said.err()).contains("did not come to its end");
        }
        Said checked = new Shell(data).run("check", "--key-file", "" + key);
        assertThat(checked.exit()).as("step %d: %s", step, checked.err()).isZero();
        return subjects(data);
    }

    /// The directory as it lies, with plain file copies, and without this program's help.
    private List<String> asItLies(Path to, int step) throws IOException {
        return subjects(copy(to, "plain" + step));
    }

    /// The subjects of all letters that can be read octet for octet.
    private List<String> subjects(Path data) throws IOException {
        Shell other = new Shell(data);
        List<String> subjects = new ArrayList<>();
        other.done("search", "", "--json", "--key-file", "" + key).lines().forEach(line -> {
            Said raw = other.run("show", line.path("id").stringValue(), "--raw", "--key-file", "" + key);
            if (raw.exit() == 0) {
                String subject = line.path("subject").stringValue();
                assertThat(raw.out()).contains("Text of " + subject);
                subjects.add(subject);
            }
        });
        return subjects.stream().sorted().toList();
    }

    private Path copy(Path from, String name) throws IOException {
        Path to = folder.resolve(name);
        try (Stream<Path> files = Files.walk(from)) {
            for (Path file : (Iterable<Path>) files::iterator) {
                Path copied = to.resolve(from.relativize(file).toString());
                if (Files.isDirectory(file)) {
                    Files.createDirectories(copied);
                } else {
                    Files.copy(file, copied, StandardCopyOption.COPY_ATTRIBUTES);
                }
            }
        }
        return to;
    }

    /// A first backup that was cut off is none yet, and is made whole by the next run.
    @Test
    void aFirstOneIsRefusedUntilItIsWhole() throws Exception {
        Path to = folder.resolve("new");
        assertThat(backUp(to, 6)).isFalse();
        Said said = shell.run("restore", "--from", "" + to, "--data", "" + folder.resolve("r"), "--key-file", "" + key);
        assertThat(said.err()).contains("the first backup", "Nothing was changed");
        assertThat(Optional.of(folder.resolve("r")).filter(Files::exists)).isEmpty();
        assertThat(backUp(to, 0)).isTrue();
        assertThat(restored(to, 1)).containsExactly("Five", "Four", "One", "Three");
    }
}
