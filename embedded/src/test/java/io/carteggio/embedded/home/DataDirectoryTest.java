package io.carteggio.embedded.home;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataDirectoryTest {
    @TempDir
    Path temp;

    private Path data() {
        return temp.resolve("a/b/data");
    }

    @Test
    void aNewArchiveHasKeysThatStay() throws Exception {
        byte[] id;
        byte[] key;
        try (DataDirectory d = DataDirectory.open(data()).orElseThrow()) {
            id = d.keyring().archiveId();
            key = d.keyring().idKey().toBytes();
        }
        try (DataDirectory d = DataDirectory.open(data()).orElseThrow()) {
            assertThat(d.keyring().archiveId()).isEqualTo(id).hasSize(16);
            assertThat(d.keyring().idKey().toBytes()).isEqualTo(key).hasSize(32);
        }
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data().resolve("vault/keyring"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(data())))
                .isEqualTo("rwx------");
    }

    @Test
    void onlyOneHoldsIt() throws Exception {
        try (DataDirectory held = DataDirectory.open(data()).orElseThrow()) {
            assertThat(DataDirectory.open(data())).isEmpty();
            assertThat(held.path()).isEqualTo(data());
        }
        DataDirectory.open(data()).orElseThrow().close();
    }

    @Test
    void aDamagedKeyringIsReadFromItsCopyAndTwoDamagedOnesAreRefused() throws Exception {
        byte[] id;
        try (DataDirectory d = DataDirectory.open(data()).orElseThrow()) {
            id = d.keyring().archiveId();
        }
        Path first = data().resolve("vault/keyring");
        for (int at = 0; at < Files.size(first); at += 11) {
            byte[] good = Files.readAllBytes(first);
            byte[] bad = good.clone();
            bad[at] ^= 4;
            Files.write(first, bad);
            try (DataDirectory d = DataDirectory.open(data()).orElseThrow()) {
                assertThat(d.keyring().archiveId()).as("octet %d", at).isEqualTo(id);
            }
            Files.write(first, good);
        }
        Files.writeString(first, "gone");
        Files.delete(data().resolve("vault/keyring.copy"));
        assertThatThrownBy(() -> DataDirectory.open(data()))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("keyring")
                .hasMessageContaining("Nothing was changed");
        assertThat(Files.readString(first)).isEqualTo("gone");
    }

    @Test
    void somethingElseIsLeftAlone() throws Exception {
        Files.createDirectories(data());
        Files.writeString(data().resolve("thesis.txt"), "mine");
        assertThatThrownBy(() -> DataDirectory.open(data()))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("no archive");
        assertThat(data().resolve("FORMAT")).doesNotExist();
    }

    /// The vault's file system is not mounted: a new keyring there would be that of another archive.
    @Test
    void aVaultThatIsNotThereIsNotMadeAnew() throws Exception {
        DataDirectory.open(data()).orElseThrow().close();
        Files.writeString(data().resolve("catalogue.db"), "");
        Path elsewhere = data().resolveSibling("elsewhere");
        Files.move(data().resolve("vault"), elsewhere);
        Files.createDirectory(data().resolve("vault"));
        assertThatThrownBy(() -> DataDirectory.open(data()))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("Is its file system mounted?")
                .hasMessageContaining("Nothing was changed");
        assertThat(data().resolve("vault")).isEmptyDirectory();
        Files.delete(data().resolve("vault"));
        assertThatThrownBy(() -> DataDirectory.open(data())).hasMessageContaining("Nothing was changed");
        assertThat(data().resolve("vault")).doesNotExist();
        Files.move(elsewhere, data().resolve("vault"));
        DataDirectory.open(data()).orElseThrow().close();
    }

    /// A crash before the keyring was there.
    @Test
    void aFirstStartThatWasInterruptedIsBegunAgain() throws Exception {
        DataDirectory.open(data()).orElseThrow().close();
        Files.delete(data().resolve("vault/keyring"));
        Files.delete(data().resolve("vault/keyring.copy"));
        DataDirectory.open(data()).orElseThrow().close();
        assertThat(data().resolve("vault/keyring")).exists();
    }

    /// Killed while it wrote `FORMAT`.
    @Test
    void aVeryFirstStepThatWasInterruptedIsDoneAgain() throws Exception {
        Files.createDirectories(data());
        Files.createFile(data().resolve("lock"));
        Files.createFile(data().resolve("FORMAT.new"));
        DataDirectory.open(data()).orElseThrow().close();
        assertThat(data().resolve("FORMAT")).exists();
        assertThat(data().resolve("FORMAT.new")).doesNotExist();
    }

    @Test
    void aLaterFormatIsRefused() throws Exception {
        DataDirectory.open(data()).orElseThrow().close();
        Files.writeString(data().resolve("FORMAT"), "carteggio archive, format 3\n");
        assertThatThrownBy(() -> DataDirectory.open(data()))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("format 3")
                .satisfies(e -> assertThat(((ArchiveException) e).laterHelps()).isFalse());
    }
}
