package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.archive.Archive;
import io.carteggio.server.command.ArchiveOpener.OwnArchive;
import io.carteggio.server.command.Shell.Said;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The master key: where it may come from, what happens without it, and how it is changed.
@Tag("slow")
class KeyCommandTest {
    private static final String WORDS = "seven green bottles on a wall";

    @TempDir
    Path folder = Path.of("");

    private Shell shell = new Shell(Path.of(""));
    private Path mails = Path.of("");

    @BeforeEach
    void begin() throws IOException {
        shell = new Shell(folder.resolve("data"));
        mails = folder.resolve("mails");
        for (int i = 0; i < 3; i++) {
            Shell.write(mails.resolve(i + ".eml"), Shell.mail("a@x.example", "b@x.example", "Letter " + i, "Text."));
        }
    }

    private Path secret(String name, String text) throws IOException {
        Path file = Shell.write(folder.resolve(name), text);
        Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
        return file;
    }

    private Path ownKey() {
        return shell.data().resolve("master.key");
    }

    private Map<String, String> vault() throws IOException {
        Map<String, String> files = new TreeMap<>();
        for (Path file : Shell.filesBelow(shell.data())) {
            files.put(
                    shell.data().relativize(file).toString(),
                    new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
        }
        return files;
    }

    @Test
    void aNewArchiveMakesAKeyAndSaysSo() throws IOException {
        Said said = shell.done("import", mails.toString());
        assertThat(said.err()).contains("a new master key lies in " + ownKey()).contains("--key-file");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(ownKey())))
                .isEqualTo("rw-------");
        assertThat(shell.done("stats").err()).as("only once").doesNotContain("master key");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "missing               | is missing",
                "another               | does not open the keyring",
                "open to others        | can be read by others",
                "not hexadecimal       | is not 64 hexadecimal digits",
                "a passphrase instead  | locked with a master key, not with a passphrase",
            })
    @Timeout(60) // a server that starts would not end
    void withoutTheRightKeyNothingOpensAndNothingChanges(String which, String said) throws IOException {
        shell.done("import", mails.toString());
        Path key = secret("key", Files.readString(ownKey()));
        Files.delete(ownKey());
        Map<String, String> before = vault();
        String[] option = {"--key-file", key.toString()};
        switch (which) {
            case "missing" -> Files.delete(key);
            case "another" -> Files.writeString(key, "ab".repeat(32));
            case "open to others" -> Files.setPosixFilePermissions(key, PosixFilePermissions.fromString("rw-r-----"));
            case "not hexadecimal" -> Files.writeString(key, "xy".repeat(32));
            default -> {
                Files.writeString(key, WORDS);
                option[0] = "--passphrase-file";
            }
        }
        for (String command : List.of("stats", "check", "rebuild", "serve --http 127.0.0.1:0 --smtp 127.0.0.1:0")) {
            Said refused = shell.run((command + " " + option[0] + " " + option[1]).split(" "));
            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.err()).contains(said);
            assertThat(refused.out()).isEmpty();
        }
        assertThat(vault()).isEqualTo(before);
    }

    @Test
    void theKeyMayLieElsewhereOrComeFromTheEnvironment() throws IOException {
        shell.done("import", mails.toString());
        String digits = Files.readString(ownKey()).strip();
        Path key = secret("key", digits);
        Files.delete(ownKey());
        assertThat(shell.run("stats").err()).contains("is missing");
        shell.done("stats", "--key-file", key.toString());
        shell.done("--key-file", key.toString(), "stats");
        assertThat(shell.with(Map.of("CARTEGGIO_KEY_FILE", key.toString()), "stats")
                        .exit())
                .isZero();
        assertThat(shell.with(Map.of("CARTEGGIO_KEY", digits), "stats").exit()).isZero();
        assertThat(shell.with(Map.of("CARTEGGIO_KEY", digits, "CARTEGGIO_PASSPHRASE", WORDS), "stats")
                        .exit())
                .isEqualTo(2);
        assertThat(Files.exists(ownKey())).isFalse();
    }

    @Test
    void anArchiveUnderAPassphrase() throws IOException {
        Path words = secret("words", WORDS + "\n");
        assertThat(shell.run(
                                "import",
                                mails.toString(),
                                "--passphrase-file",
                                secret("short", "short").toString())
                        .err())
                .contains("shorter than 12");
        assertThat(shell.data().resolve("FORMAT")).doesNotExist();
        shell.done("import", mails.toString(), "--passphrase-file", words.toString());
        assertThat(ownKey()).doesNotExist();
        assertThat(shell.run("stats").err()).contains("locked with a passphrase");
        assertThat(shell.with(Map.of("CARTEGGIO_PASSPHRASE", WORDS), "check").exit())
                .isZero();
        assertThat(shell.with(Map.of("CARTEGGIO_PASSPHRASE", WORDS + "!"), "stats")
                        .err())
                .contains("the passphrase does not open");
        assertThat(shell.with(Map.of("CARTEGGIO_PASSPHRASE", WORDS), "key", "show", "--json")
                        .json()
                        .path("kind")
                        .stringValue())
                .isEqualTo("passphrase");
    }

    @Test
    void showTellsTheFingerprintAndNeverTheKey() throws IOException {
        shell.done("import", mails.toString());
        String digits = Files.readString(ownKey()).strip();
        Said said = shell.done("key", "show");
        assertThat(said.out()).doesNotContain(digits).containsPattern("fingerprint +[0-9a-f]{32}");
        assertThat(shell.done("key", "show", "--json").json().path("kind").stringValue())
                .isEqualTo("key");
    }

    @ParameterizedTest
    @CsvSource({"false", "true"})
    void rotatingTouchesNoSegmentAndLocksTheOldKeyOut(boolean withServer) throws Exception {
        shell.done("import", mails.toString());
        shell.done("backup", "--to", folder.resolve("b").toString()); // so that one segment is closed
        Path more = Shell.write(folder.resolve("more.eml"), Shell.mail("a@x.example", "b@x.example", "More", "Text."));
        shell.done("import", more.toString());
        Path old = secret("old", Files.readString(ownKey()));
        FileTime longAgo = FileTime.fromMillis(1_000_000);
        Map<String, String> before = new TreeMap<>();
        for (Path file : Shell.filesBelow(shell.data().resolve("vault"))) {
            if (!file.getFileName().toString().startsWith("keyring")) {
                Files.setLastModifiedTime(file, longAgo);
                before.put(file.toString(), new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1));
            }
        }
        Path next = folder.resolve("next");
        if (withServer) {
            try (OwnArchive _ = OwnArchive.serving(
                    Archive.open(shell.data(), Clock.systemUTC()).orElseThrow())) {
                shell.done("key", "rotate", "--new-key-file", next.toString());
                shell.done("stats");
            }
        } else {
            shell.done("key", "rotate", "--new-key-file", next.toString());
        }
        String open = before.keySet().stream()
                .filter(file -> file.endsWith(".seg"))
                .max(Comparator.naturalOrder())
                .orElseThrow();
        for (Map.Entry<String, String> each : before.entrySet()) {
            Path file = Path.of(each.getKey());
            String after = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            if (each.getKey().equals(open)) {
                assertThat(after).as("that it was done is an act").startsWith(each.getValue());
            } else {
                assertThat(Files.getLastModifiedTime(file)).as(each.getKey()).isEqualTo(longAgo);
                assertThat(after).isEqualTo(each.getValue());
            }
        }
        Said refused = shell.run("stats", "--key-file", old.toString());
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("does not open the keyring");
        shell.done("check", "--key-file", next.toString());
    }

    @Test
    void rotatingInPlaceAndToAPassphrase() throws IOException {
        shell.done("import", mails.toString());
        String old = Files.readString(ownKey());
        shell.done("key", "rotate");
        assertThat(Files.readString(ownKey())).isNotEqualTo(old);
        assertThat(shell.data().resolve("master.key.next")).doesNotExist();
        shell.done("check");
        shell.done(
                "key", "rotate", "--new-passphrase-file", secret("words", WORDS).toString());
        assertThat(shell.run("stats").err()).contains("locked with a passphrase");
        assertThat(shell.with(Map.of("CARTEGGIO_PASSPHRASE", WORDS), "check").exit())
                .isZero();
        assertThat(shell.with(Map.of("CARTEGGIO_PASSPHRASE", WORDS), "key", "rotate")
                        .exit())
                .as("there is no file to put a new key in")
                .isEqualTo(2);
    }

    @Test
    void aRotationInterruptedBetweenTheTwoCopies() throws IOException {
        shell.done("import", mails.toString());
        Path old = secret("old", Files.readString(ownKey()));
        Path keyring = shell.data().resolve("vault/keyring");
        byte[] before = Files.readAllBytes(keyring);
        Path next = folder.resolve("next");
        shell.done("key", "rotate", "--new-key-file", next.toString());
        Files.write(keyring, before); // the copy is written first
        Said refused = shell.run("stats", "--key-file", old.toString());
        assertThat(refused.exit()).isEqualTo(1);
        assertThat(refused.err()).contains("a change of the master key was interrupted");
        shell.done("check", "--key-file", next.toString());
        assertThat(Files.readAllBytes(keyring)).as("finished by the start").isNotEqualTo(before);
        assertThat(shell.run("stats", "--key-file", old.toString()).exit()).isEqualTo(1);
    }

    @Test
    void aKeyThatNeverTookItsPlaceIsPointedAt() throws IOException {
        shell.done("import", mails.toString());
        Path next = shell.data().resolve("master.key.next");
        shell.done("key", "rotate", "--new-key-file", next.toString());
        assertThat(shell.run("stats").err()).contains("try " + next);
    }
}
