package io.carteggio.embedded.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Octets;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.Vault;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.RealDisk;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.embedded.vault.SegmentFileVault.Loss;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A vault that was moved, restored or mounted in part: what is missing can be put back, whatever was tried
/// meanwhile.
class MissingSegmentTest {
    private static final Disk DISK = new RealDisk();
    private static final MasterKey MASTER = new MasterKey.Digits("00".repeat(32));

    @TempDir
    Path folder;

    private Path directory = Path.of("");
    private Position end = Position.START;
    private final Map<Long, String> letters = new TreeMap<>();

    /// Segments 1 to 3 are closed, 4 is open and has frames; two frames in each.
    @BeforeEach
    void make() throws Exception {
        directory = folder.resolve("vault");
        Files.createDirectory(directory);
        try (SegmentFileVault vault = open(Position.START, Loss.REFUSED)) {
            for (int segment = 1; segment <= 4; segment++) {
                append(vault);
                append(vault);
                if (segment < 4) {
                    vault.roll();
                }
            }
            end = vault.end();
        }
    }

    private SegmentFileVault open(Position acknowledged, Loss loss) throws ArchiveException, IOException {
        Keyring keyring = Keyring.exists(DISK, directory)
                ? Keyring.open(DISK, directory, MASTER)
                : Keyring.create(DISK, directory, MASTER);
        return SegmentFileVault.open(DISK, directory, keyring, acknowledged, loss, Optional.empty(), Clock.systemUTC());
    }

    private long append(SegmentFileVault vault) throws ArchiveException {
        String text = "Letter " + letters.size();
        byte[] letter = text.getBytes(StandardCharsets.US_ASCII);
        byte[] manifest = {1};
        Kept kept = vault.append(new Frame(
                Frame.Kind.ARRIVAL,
                List.of(
                        new FrameRecord(FrameRecord.Type.MANIFEST, Sha256.of(manifest), Content.of(manifest)),
                        new FrameRecord(FrameRecord.Type.LETTER, Sha256.of(letter), Content.of(letter)))));
        assertThat(letters).doesNotContainKey(kept.number());
        letters.put(kept.number(), text);
        return kept.number();
    }

    private Path segment(long number) {
        return SegmentFiles.segment(directory, number);
    }

    private Map<Path, Octets> octets() throws IOException {
        Map<Path, Octets> all = new TreeMap<>();
        for (Path file : DISK.list(directory)) {
            all.put(file, Octets.of(Files.readAllBytes(file)));
        }
        return all;
    }

    private void moveAway(long... numbers) throws IOException {
        for (long number : numbers) {
            Files.move(segment(number), folder.resolve(number + ".away"));
        }
    }

    private void putBack(long... numbers) throws IOException {
        for (long number : numbers) {
            Files.move(folder.resolve(number + ".away"), segment(number));
        }
    }

    private void assertRefusedUntouched(Position acknowledged) throws IOException {
        Map<Path, Octets> before = octets();
        assertThatThrownBy(() -> open(acknowledged, Loss.REFUSED))
                .isInstanceOf(ArchiveException.class)
                .hasMessageContaining("segments are missing")
                .hasMessageContaining("Nothing was changed");
        assertThat(octets()).isEqualTo(before);
    }

    private void assertAllThere() throws Exception {
        try (SegmentFileVault vault = open(end, Loss.REFUSED)) {
            assertThat(vault.lostKeys()).isEmpty();
            for (Map.Entry<Long, String> letter : letters.entrySet()) {
                assertThat(vault.read(new Place(letter.getKey(), 1)).toByteArray(100))
                        .asString(StandardCharsets.US_ASCII)
                        .isEqualTo(letter.getValue());
            }
        }
    }

    private static List<String> damages(SegmentFileVault vault) throws ArchiveException {
        List<String> damages = new ArrayList<>();
        vault.walk(Position.START, new Vault.Walker() {
            @Override
            public void frame(Kept frame) {
                // those that are there are counted elsewhere
            }

            @Override
            public void damaged(Vault.Damage damage) {
                damages.add("segment " + damage.segment() + ": " + damage.what());
            }
        });
        return damages;
    }

    @Test
    void theOpenSegmentIsMissedByTheCatalogue() throws Exception {
        moveAway(4);
        assertRefusedUntouched(end);
        putBack(4);
        assertAllThere();
    }

    @Test
    void closedSegmentsAreMissedByTheKeyringAlone() throws Exception {
        moveAway(3, 4);
        assertRefusedUntouched(Position.START);
        assertRefusedUntouched(end);
        putBack(3, 4);
        assertAllThere();
    }

    @Test
    void anEmptyDirectoryWithAKeyring() throws Exception {
        moveAway(1, 2, 3, 4);
        assertRefusedUntouched(Position.START);
        putBack(1, 2, 3, 4);
        assertAllThere();
    }

    /// An older copy of the last segment, whole as such.
    @Test
    void theLastSegmentOfAnOlderBackup() throws Exception {
        byte[] earlier = Files.readAllBytes(segment(4));
        try (SegmentFileVault vault = open(end, Loss.REFUSED)) {
            append(vault);
            end = vault.end();
        }
        byte[] later = Files.readAllBytes(segment(4));
        Files.write(segment(4), earlier);
        assertRefusedUntouched(end);
        Files.write(segment(4), later);
        assertAllThere();
    }

    /// Neither the numbers nor the keys of what is missing are used again, for it may be found.
    @Test
    void theLastSegmentOfAnOlderBackupIsNotWrittenOn() throws Exception {
        byte[] earlier = Files.readAllBytes(segment(4));
        try (SegmentFileVault vault = open(end, Loss.REFUSED)) {
            append(vault);
            end = vault.end();
        }
        Files.write(segment(4), earlier);
        try (SegmentFileVault vault = open(end, Loss.ACCEPTED)) {
            assertThat(append(vault)).isEqualTo(end.frames() + 1);
            assertThat(vault.end().segment()).isEqualTo(5);
        }
    }

    @Test
    void aSegmentOfWhichOnlyTheHeaderIsLeft() throws Exception {
        moveAway(4);
        byte[] third = Files.readAllBytes(segment(3));
        Files.write(segment(3), java.util.Arrays.copyOf(third, 104));
        assertRefusedUntouched(Position.START);
        Files.write(segment(3), third);
        putBack(4);
        assertAllThere();
    }

    @Test
    void anAcceptedLossIsGoneOnBehindAndCanBeTakenBack() throws Exception {
        moveAway(3, 4);
        try (SegmentFileVault vault = open(end, Loss.ACCEPTED)) {
            assertThat(append(vault)).as("no number is used again").isEqualTo(end.frames() + 1);
            assertThat(vault.lostKeys()).hasSize(2);
            assertThat(damages(vault))
                    .containsExactly("segment 3: the segment is missing", "segment 4: the segment is missing");
            end = vault.end();
        }
        try (SegmentFileVault vault = open(end, Loss.REFUSED)) {
            append(vault);
            end = vault.end();
        }
        putBack(3, 4);
        assertAllThere();
    }

    @Test
    void oneInTheMiddleIsSteppedOverAndNamed() throws Exception {
        moveAway(2);
        try (SegmentFileVault vault = open(end, Loss.REFUSED)) {
            append(vault);
            assertThat(vault.lostKeys()).singleElement().asString().contains("segment 2 is missing");
            assertThat(vault.opens(new Place(3, 1))).isFalse();
            assertThat(vault.opens(new Place(1, 1))).isTrue();
            end = vault.end();
        }
        putBack(2);
        assertAllThere();
    }

    /// What a crash leaves between the keyring and the file it was written for: nothing was ever acknowledged there.
    @Test
    void aKeyWithoutAFileThatNobodyKnowsFramesOf() throws Exception {
        try (SegmentFileVault vault = open(end, Loss.REFUSED)) {
            vault.roll();
            end = vault.end();
        }
        Files.delete(segment(5));
        try (SegmentFileVault vault = open(end, Loss.REFUSED)) {
            append(vault);
            end = vault.end();
            assertThat(end.segment()).isEqualTo(5);
        }
        assertAllThere();
    }

    @Test
    void theKeyringLetsNoGenerationFall() throws Exception {
        Keyring keyring = Keyring.open(DISK, directory, MASTER);
        Keyring.SegmentKey known = keyring.segment(2).orElseThrow();
        assertThatThrownBy(() -> keyring.put(List.of(new Keyring.SegmentKey(2, 0, known.key()))))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("segment 2");
        assertThat(keyring.segment(2)).contains(known);
    }
}
