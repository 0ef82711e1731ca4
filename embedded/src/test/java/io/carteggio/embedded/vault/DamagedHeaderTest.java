package io.carteggio.embedded.vault;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Dictionary;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
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
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A damaged header of a segment costs no letter: what it said is told by the rest, reported, and mended when asked.
class DamagedHeaderTest {
    private static final Disk DISK = new RealDisk();
    private static final MasterKey MASTER = new MasterKey.Digits("00".repeat(32));
    private static final int HEADER_BYTES = 104;

    /// Of the two in segment 2, whose records went.
    private static final long ERASED = 4;

    private static final int ACT = 9;

    @TempDir
    Path made;

    @TempDir
    Path folder;

    private Path directory = Path.of("");

    /// Segments 1 and 2 are closed, 2 was compacted, 3 is open; three frames in each, with a
    /// dictionary. The last one is an act.
    @BeforeEach
    void make() throws Exception {
        directory = made;
        try (SegmentFileVault vault = open()) {
            for (int frame = 1; frame <= 9; frame++) {
                append(vault, frame);
                if (frame % 3 == 0 && frame < 9) {
                    vault.roll();
                }
            }
            vault.erase(ACT, Map.of(ERASED, new Vault.Erasing(List.of(1), Optional.empty())));
            assertThat(vault.compact()).isPositive();
        }
    }

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
                Optional.of(
                        new Dictionary("From: To: Subject: a letter ".repeat(9).getBytes(StandardCharsets.US_ASCII))),
                Clock.systemUTC());
    }

    private static String text(long frame) {
        return "From: To: Subject: a letter " + frame + " " + "x".repeat((int) frame * 100);
    }

    private static long append(SegmentFileVault vault, int frame) throws ArchiveException {
        byte[] letter = text(frame).getBytes(StandardCharsets.US_ASCII);
        byte[] manifest = ("manifest " + frame).getBytes(StandardCharsets.US_ASCII);
        return vault.append(new Frame(
                        frame == ACT ? Frame.Kind.ACT : Frame.Kind.ARRIVAL,
                        List.of(
                                new FrameRecord(FrameRecord.Type.MANIFEST, Sha256.of(manifest), Content.of(manifest)),
                                new FrameRecord(FrameRecord.Type.LETTER, Sha256.of(letter), Content.of(letter)))))
                .number();
    }

    private void begin(String name) throws IOException {
        directory = folder.resolve(name);
        Files.createDirectory(directory);
        for (Path file : DISK.list(made)) {
            Files.copy(file, directory.resolve(file.getFileName()));
        }
    }

    private Path segment(long number) {
        return SegmentFiles.segment(directory, number);
    }

    private static void assertAllReadable(SegmentFileVault vault) throws Exception {
        for (long frame = 1; frame <= 9; frame++) {
            if (frame != ERASED) {
                assertThat(vault.read(new Place(frame, 1)).toByteArray(10_000))
                        .asString(StandardCharsets.US_ASCII)
                        .isEqualTo(text(frame));
            }
        }
    }

    private void assertReadReportedAndMended(long number, Optional<byte[]> before) throws Exception {
        try (SegmentFileVault vault = open()) {
            assertAllReadable(vault);
            assertThat(Damages.of(vault))
                    .anyMatch(d -> d.startsWith(number + ": the header is damaged"))
                    .allMatch(d -> d.startsWith(number + ":"));
            assertThat(append(vault, 10)).isEqualTo(10);
        }
        try (SegmentFileVault vault = open()) { // the same once more, where another segment follows
            assertAllReadable(vault);
            assertThat(vault.mend()).isNotEmpty().allMatch(told -> told.contains("segment " + number));
            assertThat(vault.mend()).isEmpty();
            assertThat(Damages.of(vault)).isEmpty();
        }
        try (SegmentFileVault vault = open()) {
            assertAllReadable(vault);
            assertThat(Damages.of(vault)).isEmpty();
        }
        if (before.isPresent()) {
            assertThat(Files.readAllBytes(segment(number))).startsWith(before.get());
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void oneFlippedBit(int number) throws Exception {
        for (int bit = number; bit < HEADER_BYTES * 8; bit += 29) {
            begin("bit" + bit);
            byte[] octets = Files.readAllBytes(segment(number));
            byte[] header = java.util.Arrays.copyOf(octets, HEADER_BYTES);
            octets[bit / 8] ^= (byte) (1 << bit % 8);
            Files.write(segment(number), octets);
            assertReadReportedAndMended(number, Optional.of(header));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3})
    void allOfIt(int number) throws Exception {
        begin("all");
        byte[] octets = Files.readAllBytes(segment(number));
        byte[] noise = new byte[HEADER_BYTES];
        new Random(number).nextBytes(noise);
        System.arraycopy(noise, 0, octets, 0, HEADER_BYTES);
        Files.write(segment(number), octets);
        assertReadReportedAndMended(number, Optional.empty());
    }

    /// A segment was begun, and nothing was written in it: it is begun once more, and nothing is left of it to
    /// be named.
    @Test
    void ofASegmentInWhichNothingIs() throws Exception {
        blank("blank");
        flip(segment(4), 20);
        try (SegmentFileVault vault = open()) {
            assertThat(vault.lostKeys()).isEmpty();
            assertThat(append(vault, 10)).isEqualTo(10);
            assertThat(vault.end().segment()).isEqualTo(4);
        }
        try (SegmentFileVault vault = open()) {
            assertAllReadable(vault);
            assertThat(Damages.of(vault)).isEmpty();
            assertThat(vault.keyProblems()).isEmpty();
            assertThat(vault.lostKeys()).isEmpty();
        }
    }

    /// Behind a damaged header zeros may have been letters, and so may a file that is shorter than it was:
    /// whatever that is, it keeps its keys, is named, and mail is taken behind it.
    @ParameterizedTest
    @ValueSource(ints = {4096, -1, -HEADER_BYTES})
    void ofASegmentInWhichPerhapsNothingIs(int longer) throws Exception {
        blank("perhaps" + longer);
        flip(segment(4), 20);
        byte[] octets = Files.readAllBytes(segment(4));
        Files.write(segment(4), java.util.Arrays.copyOf(octets, octets.length + longer));
        try (SegmentFileVault vault = open()) {
            assertThat(append(vault, 10)).isEqualTo(10);
            assertThat(vault.end().segment()).isEqualTo(5);
        }
        try (SegmentFileVault vault = open()) {
            assertAllReadable(vault);
            assertThat(Damages.of(vault)).isNotEmpty().allMatch(d -> d.startsWith("4:"));
            assertThat(vault.lostKeys()).singleElement().asString().contains("segment 4");
        }
        Keyring keyring = Keyring.open(DISK, directory, MASTER);
        assertThat(keyring.segment(4).orElseThrow().generation())
                .as("its keys lie in its sidecar")
                .isEqualTo(1);
        assertThat(SegmentFiles.sidecar(directory, 4)).exists();
    }

    /// The vault as it was made, with a segment 4 that was just begun.
    private void blank(String name) throws Exception {
        begin(name);
        try (SegmentFileVault vault = open()) {
            vault.roll();
        }
        assertThat(segment(4)).exists();
    }

    private static void flip(Path file, int at) throws IOException {
        byte[] octets = Files.readAllBytes(file);
        octets[at] ^= 1;
        Files.write(file, octets);
    }

    /// Nothing tells what the header of the last segment said: it is left as it is, and mail is taken behind it.
    @Test
    void withTheFirstFrameTheLastSegmentIsSteppedOver() throws Exception {
        begin("both");
        byte[] octets = Files.readAllBytes(segment(3));
        int firstFrame = HEADER_BYTES + ByteBuffer.wrap(octets).getInt(88);
        java.util.Arrays.fill(octets, 0, firstFrame + 100, (byte) 0);
        Files.write(segment(3), octets);
        try (SegmentFileVault vault = open()) {
            for (long frame : new long[] {1, 2, 3, 5, 6}) {
                assertThat(vault.read(new Place(frame, 1)).toByteArray(10_000))
                        .asString(StandardCharsets.US_ASCII)
                        .isEqualTo(text(frame));
            }
            assertThat(Damages.of(vault)).anyMatch(d -> d.startsWith("3: the header is damaged"));
            assertThat(vault.lostKeys()).singleElement().asString().contains("segment 3");
            assertThat(append(vault, 10)).as("no number is used again").isEqualTo(10);
            assertThat(segment(3)).hasBinaryContent(octets);
        }
        Files.copy(SegmentFiles.segment(made, 3), segment(3), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        try (SegmentFileVault vault = open()) {
            assertAllReadable(vault);
        }
    }
}
