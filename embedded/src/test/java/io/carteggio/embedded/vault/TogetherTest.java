package io.carteggio.embedded.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.StarterDictionary;
import io.carteggio.archive.vault.Compression;
import io.carteggio.archive.vault.Dictionary;
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
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A manifest and its letter in one zstd frame (`segment.md`, "Records").
class TogetherTest {
    private static final Disk DISK = new RealDisk();
    private static final MasterKey MASTER = new MasterKey.Digits("00".repeat(32));
    private static final Dictionary DICTIONARY = StarterDictionary.make();

    @TempDir
    Path directory;

    private SegmentFileVault open() throws ArchiveException, IOException {
        Keyring keyring = Keyring.exists(DISK, directory)
                ? Keyring.open(DISK, directory, MASTER)
                : Keyring.create(DISK, directory, MASTER);
        return SegmentFileVault.open(
                DISK,
                directory,
                keyring,
                Position.START,
                SegmentFileVault.Loss.REFUSED,
                Optional.of(DICTIONARY),
                Clock.systemUTC());
    }

    private static byte[] octets(String text) {
        return text.getBytes(StandardCharsets.ISO_8859_1);
    }

    private static byte[] manifest(int number) {
        return octets("sender p" + number + "@house" + number * 7919 + ".example, subject of the letter: "
                + Integer.toHexString(number * 104729) + ", in this report");
    }

    private static byte[] letter(int number) {
        return octets("From: p" + number + "@house" + number * 7919 + ".example\r\nSubject: "
                + Integer.toHexString(number * 104729) + "\r\n\r\ntext of letter " + number + "\r\n");
    }

    private static FrameRecord record(FrameRecord.Type type, byte[] octets) {
        return new FrameRecord(type, Sha256.of(octets), Content.of(octets));
    }

    private static Frame frame(byte[] manifest, byte[] letter) {
        return new Frame(
                Frame.Kind.ARRIVAL,
                List.of(record(FrameRecord.Type.MANIFEST, manifest), record(FrameRecord.Type.LETTER, letter)),
                true);
    }

    private static List<Integer> codings(Kept kept) {
        return kept.head().rows().stream()
                .map(r -> r.coding() & Compression.MASK)
                .toList();
    }

    private static byte[] read(Vault vault, long frame) throws Exception {
        return vault.read(new Place(frame, 1)).toByteArray(1 << 24);
    }

    @Test
    void bothComeBackByteForByteAndTakeLess() throws Exception {
        long together = 0;
        long apart = 0;
        try (SegmentFileVault vault = open()) {
            for (int i = 1; i <= 50; i++) {
                Kept kept = vault.append(frame(manifest(i), letter(i)));
                assertThat(codings(kept)).containsExactly(Compression.BEGUN, Compression.CONTINUED);
                together += kept.head().lengthBytes();
            }
            for (int i = 1; i <= 50; i++) {
                Frame both = frame(manifest(i), letter(i));
                Kept kept = vault.append(new Frame(both.kind(), both.records()));
                assertThat(codings(kept)).containsExactly(Compression.WITH_DICTIONARY, Compression.WITH_DICTIONARY);
                apart += kept.head().lengthBytes();
            }
            assertThat(together).isLessThan(apart - 50 * 20);
            vault.roll();
        }
        try (SegmentFileVault vault = open()) {
            for (int i = 1; i <= 100; i++) {
                int number = (i - 1) % 50 + 1;
                assertThat(vault.frame(i).orElseThrow().manifest().toByteArray(1 << 20))
                        .isEqualTo(manifest(number));
                assertThat(read(vault, i)).isEqualTo(letter(number));
            }
        }
    }

    /// Sizes at and around the limit, and letters that do not compress.
    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2, 31_000, 32_000, 32_500, 32_768, 33_000, 70_000, 1_100_000})
    void ofAnySize(int size) throws Exception {
        Random random = new Random(size);
        byte[] noise = new byte[size];
        random.nextBytes(noise);
        byte[] words = new byte[size];
        for (int i = 0; i < size; i++) {
            words[i] = (byte) ('a' + random.nextInt(3));
        }
        try (SegmentFileVault vault = open()) {
            for (byte[] letter : List.of(noise, words)) {
                Kept kept = vault.append(frame(manifest(1), letter));
                boolean together = manifest(1).length + size <= Compression.TOGETHER_LIMIT_BYTES;
                assertThat(codings(kept).contains(Compression.CONTINUED) && !together)
                        .isFalse();
                assertThat(read(vault, kept.number())).isEqualTo(letter);
                assertThat(vault.frame(kept.number()).orElseThrow().manifest().toByteArray(1 << 20))
                        .isEqualTo(manifest(1));
            }
        }
    }

    @Test
    void anotherLetterIsKeptLikeOneThatIsContinued() throws Exception {
        byte[] first = new byte[4000];
        new Random(3).nextBytes(first);
        byte[] fork = first.clone();
        fork[7]++;
        try (SegmentFileVault vault = open()) {
            Kept one = vault.append(frame(octets("manifest ".repeat(90)), first));
            assertThat(codings(one)).containsExactly(Compression.BEGUN, Compression.CONTINUED);
            FrameRecord like = new FrameRecord(
                    FrameRecord.Type.LETTER,
                    Sha256.of(fork),
                    Content.of(fork),
                    Optional.empty(),
                    Optional.of(new Place(one.number(), 1)));
            Kept two = vault.append(
                    new Frame(Frame.Kind.ARRIVAL, List.of(record(FrameRecord.Type.MANIFEST, manifest(2)), like), true));
            assertThat(codings(two)).containsExactly(Compression.WITH_DICTIONARY, Compression.WITH_RECORD);
            assertThat(read(vault, 2)).isEqualTo(fork);
        }
    }

    @Test
    void bothAreErasedTogetherAndTheirNeighboursStay() throws Exception {
        try (SegmentFileVault vault = open()) {
            for (int i = 1; i <= 3; i++) {
                vault.append(frame(manifest(i), letter(i)));
            }
            Kept act = vault.append(
                    new Frame(Frame.Kind.ACT, List.of(record(FrameRecord.Type.MANIFEST, octets("erases frame 2")))));
            vault.erase(
                    act.number(),
                    Map.of(2L, new Vault.Erasing(List.of(0, 1), Optional.of(Octets.of(octets("a tombstone"))))));
            assertThat(vault.compact()).isPositive();
            assertThatThrownBy(() -> read(vault, 2))
                    .isInstanceOf(ArchiveException.class)
                    .hasMessageContaining("erased");
            assertThat(vault.frame(2).orElseThrow().manifest().toByteArray(100)).isEqualTo(octets("a tombstone"));
            for (int i : new int[] {1, 3}) {
                assertThat(read(vault, i)).isEqualTo(letter(i));
            }
        }
    }

    /// Whatever is wrong with the octets is an [IOException], never other octets in silence nor a crash.
    @Test
    void brokenOctetsAreSaidToBe() throws Exception {
        byte[] first = manifest(5);
        byte[] second = letter(5);
        Optional<Dictionary> dictionary = Optional.of(DICTIONARY);
        Compression.Together together = Compression.compressTogether(first, second, DICTIONARY);
        byte[] begun = together.begun().toByteArray(1 << 16);
        byte[] continued = together.continued().toByteArray(1 << 16);
        assertThat(Compression.decompressBegun(begun, first.length, dictionary)).isEqualTo(first);
        byte[] both = Compression.decompressTogether(
                begun, continued, first.length, Compression.TOGETHER_LIMIT_BYTES, dictionary);
        assertThat(Arrays.copyOf(both, first.length)).isEqualTo(first);
        assertThat(Arrays.copyOfRange(both, first.length, both.length)).isEqualTo(second);
        List<byte[]> wrong =
                new ArrayList<>(List.of(new byte[0], new byte[] {1, 0, 0}, octets("no zstd at all"), second));
        for (int cut = 1; cut < begun.length; cut++) {
            wrong.add(Arrays.copyOf(begun, cut));
        }
        for (byte[] octets : wrong) {
            assertThatThrownBy(() -> Compression.decompressBegun(octets, first.length, dictionary))
                    .isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> Compression.decompressBegun(begun, first.length - 1, dictionary))
                .isInstanceOf(IOException.class);
        assertThatThrownBy(() -> Compression.decompressBegun(begun, first.length + 1, dictionary))
                .isInstanceOf(IOException.class);
        for (int cut = 0; cut < continued.length; cut++) {
            byte[] octets = Arrays.copyOf(continued, cut);
            assertThatThrownBy(() -> Compression.decompressTogether(
                            begun, octets, first.length, Compression.TOGETHER_LIMIT_BYTES, dictionary))
                    .isInstanceOf(IOException.class);
        }
        assertThatThrownBy(() -> Compression.decompressTogether(
                        begun, continued, 1 << 20, Compression.TOGETHER_LIMIT_BYTES, dictionary))
                .isInstanceOf(IOException.class);
        Random random = new Random(9);
        for (int i = 0; i < 2_000; i++) {
            byte[] damaged = continued.clone();
            damaged[random.nextInt(damaged.length)] ^= (byte) (1 << random.nextInt(8));
            try {
                byte[] octets = Compression.decompressTogether(
                        begun, damaged, first.length, Compression.TOGETHER_LIMIT_BYTES, dictionary);
                assertThat(octets.length).isLessThanOrEqualTo(Compression.TOGETHER_LIMIT_BYTES);
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("compressed");
            }
        }
    }
}
