package io.carteggio.embedded.keys;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Key;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.RealDisk;
import io.carteggio.embedded.keys.Keyring.SegmentKey;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The keyring: what it keeps comes back, under its master key and no other, from either copy.
class KeyringTest {
    private static final Disk DISK = new RealDisk();
    private static final MasterKey MASTER = new MasterKey.Digits("ab".repeat(32));
    private static final MasterKey OTHER = new MasterKey.Digits("cd".repeat(32));

    @TempDir
    Path folder = Path.of("");

    private Path file() {
        return folder.resolve("keyring");
    }

    private Path copy() {
        return folder.resolve("keyring.copy");
    }

    private Keyring open() throws ArchiveException, IOException {
        return Keyring.open(DISK, folder, MASTER);
    }

    @Test
    void whatItKeepsComesBack() throws Exception {
        Keyring made = Keyring.create(DISK, folder, MASTER);
        SegmentKey one = new SegmentKey(1, 3, Key.random());
        made.put(List.of(one, new SegmentKey(2, 0, Key.random())));
        made.erasedThrough(17);
        Keyring read = open();
        assertThat(read.segment(1)).contains(one);
        assertThat(read.segment(3)).isEmpty();
        assertThat(read.erasedThrough()).isEqualTo(17);
        assertThat(read.archiveId()).isEqualTo(made.archiveId());
        assertThat(read.idKey()).isEqualTo(made.idKey());
        assertThat(read.ledgerSeed()).isEqualTo(made.ledgerSeed());
        assertThat(read.fingerprint()).isEqualTo(made.fingerprint()).isEqualTo(MASTER.fingerprint(DISK));
        assertThat(Files.readAllBytes(file())).isEqualTo(Files.readAllBytes(copy()));
        assertThat(Keyring.problems(DISK, folder)).isEmpty();
        assertThatThrownBy(() -> Keyring.open(DISK, folder, OTHER)).hasMessageContaining("does not open");
    }

    @ParameterizedTest
    @ValueSource(strings = {"keyring", "keyring.copy"})
    void noFlippedBitOfOneCopyIsTakenForTheTruth(String which) throws Exception {
        Keyring made = Keyring.create(DISK, folder, MASTER);
        byte[] right = Files.readAllBytes(file());
        for (int bit = 0; bit < right.length * 8; bit += 13) {
            byte[] flipped = right.clone();
            flipped[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(folder.resolve(which), flipped);
            assertThat(Keyring.problems(DISK, folder)).as("bit " + bit).isNotEmpty();
            Keyring read = open();
            assertThat(read.idKey()).isEqualTo(made.idKey());
            assertThat(read.mended()).as("bit " + bit).isNotEmpty();
            Files.write(file(), right);
            Files.write(copy(), right);
        }
    }

    @Test
    void bothCopiesBroken() throws Exception {
        Keyring.create(DISK, folder, MASTER);
        Files.writeString(file(), "x");
        Files.delete(copy());
        assertThatThrownBy(this::open).isInstanceOf(ArchiveException.class).hasMessageContaining("from a backup");
        assertThat(Files.readString(file())).as("nothing was changed").isEqualTo("x");
    }

    /// As if sealed by who has the file but not the key: the sums are right, the seal is not.
    @Test
    void anotherArchiveIdUnderARightSum() throws Exception {
        Keyring.create(DISK, folder, MASTER);
        String text = Files.readString(file(), StandardCharsets.US_ASCII);
        String other = text.replaceFirst("archive-id ....", "archive-id 0000");
        String head = other.substring(0, other.indexOf("sha256 "));
        String sum = io.carteggio.mail.Sha256.of(head.getBytes(StandardCharsets.US_ASCII))
                .toString();
        Files.writeString(file(), head + "sha256 " + sum + "\n");
        Files.copy(file(), copy(), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        assertThatThrownBy(this::open).hasMessageContaining("does not open");
    }

    @Test
    void aNewMasterKeyKeepsAllElse() throws Exception {
        Keyring made = Keyring.create(DISK, folder, MASTER);
        made.put(List.of(new SegmentKey(1, 1, Key.random())));
        made.rotate(OTHER);
        made.put(List.of(new SegmentKey(2, 1, Key.random())));
        assertThatThrownBy(this::open).hasMessageContaining("does not open");
        Keyring read = Keyring.open(DISK, folder, OTHER);
        assertThat(read.segment(1)).isEqualTo(made.segment(1)).isNotEqualTo(Optional.empty());
        assertThat(read.segment(2)).isEqualTo(made.segment(2));
        assertThat(read.fingerprint()).isEqualTo(OTHER.fingerprint(DISK)).isNotEqualTo(MASTER.fingerprint(DISK));
    }

    @Test
    void verifyingChangesNothing() throws Exception {
        Keyring.create(DISK, folder, MASTER);
        Files.delete(copy());
        Keyring.verify(DISK, folder, MASTER);
        assertThatThrownBy(() -> Keyring.verify(DISK, folder, OTHER)).isInstanceOf(ArchiveException.class);
        assertThat(copy()).doesNotExist();
    }

    @Test
    void keysAreNeverPrinted() {
        assertThat(MASTER.toString()).doesNotContain("abab");
        assertThat(new MasterKey.Passphrase("correct horse").toString()).doesNotContain("horse");
    }
}
