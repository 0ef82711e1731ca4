package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.archive.Archive;
import io.carteggio.server.command.ArchiveOpener.OwnArchive;
import io.carteggio.server.command.Shell.Said;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// `backup` and `restore`: nothing missing, nothing copied twice, nothing of another archive overwritten.
@Tag("slow")
class BackupCommandTest {
    @TempDir
    Path folder = Path.of("");

    private Shell shell = new Shell(Path.of(""));
    private String to = "";
    private int letters;

    @BeforeEach
    void begin() throws IOException {
        shell = new Shell(folder.resolve("data"));
        to = folder.resolve("backup").toString();
        bring(4);
    }

    private void bring(int more) throws IOException {
        Path mails = folder.resolve("mails" + letters);
        for (int i = 0; i < more; i++) {
            letters++;
            Shell.write(
                    mails.resolve(letters + ".eml"),
                    Shell.mail("a@x.example", "b@x.example", "Letter " + letters, "Text " + letters));
        }
        shell.done("import", mails.toString());
    }

    private Path key() throws IOException {
        Path key = folder.resolve("key");
        if (!Files.exists(key)) {
            Files.copy(shell.data().resolve("master.key"), key);
            Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-------"));
        }
        return key;
    }

    private Said restore(String from, Path data) throws IOException {
        return shell.run("restore", "--from", from, "--data", data.toString(), "--key-file", key().toString());
    }

    private void assertWhole(Path data, int expected) throws IOException {
        Shell restored = new Shell(data);
        restored.done("check", "--key-file", key().toString());
        restored.done("rebuild", "--compare", "--key-file", key().toString());
        assertThat(restored.done("stats", "--json", "--key-file", key().toString())
                        .json()
                        .path("originals")
                        .longValue())
                .isEqualTo(expected);
    }

    @Test
    void whatIsRestoredIsTheArchive() throws IOException {
        shell.done("backup", "--to", to);
        Path data = folder.resolve("restored");
        Said said = restore(to, data);
        assertThat(said.exit()).as(said.err()).isZero();
        assertThat(data.resolve("master.key")).doesNotExist();
        assertWhole(data, 4);
    }

    @Test
    void aPlainCopyOfTheBackupIsAnArchive() throws IOException {
        shell.done("backup", "--to", to, "--with-master-key");
        Process copy = new ProcessBuilder(
                        "cp", "-r", to, folder.resolve("plain").toString())
                .inheritIO()
                .start();
        assertThat(copy.onExit().join().exitValue()).isZero();
        Shell plain = new Shell(folder.resolve("plain"));
        plain.done("check");
        assertThat(plain.done("search", "Letter", "--json").lines()).hasSize(4);
    }

    @Test
    void closedSegmentsAreCopiedOnce() throws IOException {
        shell.done("backup", "--to", to);
        Path first = Path.of(to, "vault/0000000001.seg");
        var copiedAt = Files.getLastModifiedTime(first);
        bring(3);
        Said said = shell.done("backup", "--to", to, "--json");
        assertThat(said.json().path("segments").longValue()).isEqualTo(2);
        assertThat(Files.getLastModifiedTime(first)).isEqualTo(copiedAt);
        Path data = folder.resolve("restored");
        assertThat(restore(to, data).exit()).isZero();
        assertWhole(data, 7);
        assertThat(shell.done("backup", "--to", to, "--json", "--verify")
                        .json()
                        .path("copiedBytes")
                        .longValue())
                .as("nothing new but the keys, and a segment with the note of the last backup")
                .isLessThan(40_000);
        assertThat(shell.done("backup", "--last", "--json").json().path("recent"))
                .as("each is kept as an act")
                .hasSize(3);
    }

    /// All that was acknowledged when the command began is in the backup, byte for byte; and nothing that never came.
    @Test
    void whileMailComesIn() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        AtomicInteger acknowledged = new AtomicInteger(letters);
        int before = 0;
        List<String> trouble = new ArrayList<>();
        try (OwnArchive _ =
                OwnArchive.serving(Archive.open(shell.data(), Clock.systemUTC()).orElseThrow())) {
            Thread importing = Thread.ofPlatform().start(() -> {
                try {
                    while (!stop.get()) {
                        bring(5);
                        acknowledged.set(letters);
                    }
                } catch (IOException | RuntimeException | AssertionError e) {
                    trouble.add(e.toString());
                }
            });
            for (int i = 0; i < 3; i++) {
                while (acknowledged.get() <= before && importing.isAlive()) {
                    Thread.sleep(5);
                }
                before = acknowledged.get();
                Said said = shell.run("backup", "--to", to);
                assertThat(said.exit()).as(said.err()).isZero();
            }
            stop.set(true);
            importing.join();
        }
        assertThat(trouble).isEmpty();
        Path data = folder.resolve("restored");
        assertThat(restore(to, data).exit()).isZero();
        new Shell(data).done("check", "--key-file", key().toString());
        Path exported = folder.resolve("exported");
        new Shell(data).done("export", "--to", exported.toString(), "--key-file", key().toString());
        Set<String> restored = texts(Shell.filesBelow(exported));
        List<Path> mails = Shell.filesBelow(folder).stream()
                .filter(file -> folder.relativize(file).toString().startsWith("mails"))
                .toList();
        int first = before;
        assertThat(restored)
                .containsAll(texts(
                        mails.stream().filter(mail -> number(mail) <= first).toList()));
        assertThat(texts(mails)).hasSize(letters).containsAll(restored);
        assertThat(first).as("mail came in between").isGreaterThan(4);
    }

    private static int number(Path mail) {
        return Integer.parseInt(mail.getFileName().toString().replace(".eml", ""));
    }

    private static Set<String> texts(List<Path> files) throws IOException {
        Set<String> texts = new HashSet<>();
        for (Path file : files) {
            if (file.toString().endsWith(".eml")) {
                texts.add(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return texts;
    }

    @Test
    void refusals() throws IOException {
        assertThat(shell.run("backup", "--to", shell.data().resolve("b").toString())
                        .err())
                .contains("outside of the data directory");
        Path full = folder.resolve("full");
        Shell.write(full.resolve("x"), "x");
        assertThat(shell.run("backup", "--to", full.toString()).err()).contains("is no backup and not empty");
        shell.done("backup", "--to", to);
        Shell other = new Shell(folder.resolve("other"));
        other.done("import", folder.resolve("mails0").toString());
        assertThat(other.run("backup", "--to", to).err()).contains("the backup of another archive");
        assertThat(restore(to, full).err()).contains("is not empty");
        assertThat(restore(full.toString(), folder.resolve("r")).err()).contains("there is no backup");
        Said wrongKey = shell.run(
                "restore",
                "--from",
                to,
                "--data",
                folder.resolve("r").toString(),
                "--key-file",
                folder.resolve("other/master.key").toString());
        assertThat(wrongKey.err()).contains("does not open the keyring");
        assertThat(folder.resolve("r")).as("nothing was begun").doesNotExist();
        Files.createFile(Path.of(to, BackupFiles.INCOMPLETE));
        Files.delete(Path.of(to, BackupFiles.SUMS));
        assertThat(restore(to, folder.resolve("r")).err()).contains("was interrupted and is not whole");
        assertThat(folder.resolve("r")).as("nothing was begun").doesNotExist();
    }

    @Test
    void aDamagedBackupIsNamedAndGivesWhatIsLeft() throws IOException {
        shell.done("backup", "--to", to);
        Path segment = Path.of(to, "vault/0000000001.seg");
        byte[] octets = Files.readAllBytes(segment);
        octets[octets.length / 2] ^= 1;
        Files.write(segment, octets, StandardOpenOption.WRITE);
        Said verified = shell.run("backup", "--to", to, "--verify");
        assertThat(verified.exit()).isEqualTo(1);
        assertThat(verified.err()).contains("vault/0000000001.seg is not as it was written");
        Path data = folder.resolve("restored");
        Said restored = restore(to, data);
        assertThat(restored.exit()).isEqualTo(1);
        assertThat(restored.err()).contains("vault/0000000001.seg is damaged in the backup");
        assertThat(new Shell(data).run("check", "--key-file", key().toString()).exit())
                .isEqualTo(1);
    }
}
