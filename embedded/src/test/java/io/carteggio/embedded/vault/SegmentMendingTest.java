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
import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.FakeDisk;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What stands around the frames of a segment is written anew where the frames tell it, and nothing else.
class SegmentMendingTest {
    private static final MasterKey MASTER = new MasterKey.Digits("00".repeat(32));
    private static final Path DIRECTORY = Path.of("/vault");
    private static final int FRAMES_EACH = 40;

    private FakeDisk disk = new FakeDisk();
    private long frames;

    /// Segments 1 and 2 are closed, 3 was open when its header was damaged, 4 is open.
    @BeforeEach
    void make() throws Exception {
        disk = new FakeDisk();
        frames = 0;
        disk.createDirectories(DIRECTORY);
        Keyring.create(disk, DIRECTORY, MASTER);
        try (SegmentFileVault vault = open()) {
            append(vault, FRAMES_EACH);
            vault.roll();
            append(vault, FRAMES_EACH);
            vault.roll();
            append(vault, FRAMES_EACH);
        }
        disk.damage(segment(3), 20, 8, new Random(3));
        try (SegmentFileVault vault = open()) {
            append(vault, 2);
            assertThat(vault.end().segment()).isEqualTo(4);
        }
    }

    private SegmentFileVault open() throws ArchiveException, IOException {
        return SegmentFileVault.open(
                disk,
                DIRECTORY,
                Keyring.open(disk, DIRECTORY, MASTER),
                Position.START,
                Optional.empty(),
                Clock.systemUTC(),
                SegmentFileVault.SEGMENT_BYTES);
    }

    private static byte[] letter(long frame) {
        return ("letter " + frame).repeat(7).getBytes(StandardCharsets.US_ASCII);
    }

    private void append(SegmentFileVault vault, int count) throws ArchiveException {
        for (int i = 0; i < count; i++) {
            byte[] letter = letter(++frames);
            byte[] manifest = {1};
            Kept kept = vault.append(new Frame(
                    Frame.Kind.ARRIVAL,
                    List.of(
                            new FrameRecord(FrameRecord.Type.MANIFEST, Sha256.of(manifest), Content.of(manifest)),
                            new FrameRecord(FrameRecord.Type.LETTER, Sha256.of(letter), Content.of(letter)))));
            assertThat(kept.number()).isEqualTo(frames);
        }
    }

    private static Path segment(long number) {
        return SegmentFiles.segment(DIRECTORY, number);
    }

    private Octets octets(long number) throws IOException {
        return Octets.of(disk.readAll(segment(number)));
    }

    private List<String> mended() throws Exception {
        try (SegmentFileVault vault = open()) {
            return vault.mend();
        }
    }

    private void assertAllIsWell(String when) throws Exception {
        try (SegmentFileVault vault = open()) {
            assertThat(Damages.of(vault)).as(when).isEmpty();
            for (long frame = 1; frame <= frames; frame++) {
                assertThat(vault.read(new Place(frame, 1)).toByteArray(1000))
                        .as(when)
                        .isEqualTo(letter(frame));
            }
        }
    }

    /// Octets that are read of a segment when the vault is opened.
    private long readAtOpening(long number) throws Exception {
        long[] bytes = new long[1];
        disk.trouble((call, file, sizeBytes) -> {
            if (call == FakeDisk.Call.READ && file.equals(segment(number))) {
                bytes[0] += sizeBytes;
            }
            return FakeDisk.DONE;
        });
        try (SegmentFileVault vault = open()) {
            assertThat(vault.end().frames()).isEqualTo(frames);
        }
        disk.heal();
        return bytes[0];
    }

    @Test
    void aFormerLastSegmentGetsHeaderAndFooter() throws Exception {
        long before = readAtOpening(3);
        assertThat(before).isGreaterThan(disk.sizeBytes(segment(3)));
        assertThat(mended())
                .containsExactly(
                        "the header of segment 3 was damaged; it was written anew",
                        "segment 3 had lost its footer; it was written anew");
        assertThat(readAtOpening(3)).as("the header and the tail").isLessThan(1000);
        assertAllIsWell("mended");
        Octets mended = octets(3);
        assertThat(mended()).isEmpty();
        assertThat(octets(3)).isEqualTo(mended);
    }

    /// The power goes at each operation that changes something, and leaves whatever a disk may leave.
    @Test
    void aCrashLeavesNothingThatIsNotMendedTheNextTime() throws Exception {
        boolean reached = true;
        for (int at = 1; reached; at++) {
            reached = false;
            for (int seed = 0; seed < 25; seed++) {
                make();
                Random random = new Random(seed);
                SegmentFileVault vault = open();
                disk.cutAt(disk.changes() + at, random);
                vault.mend();
                reached |= disk.isOff();
                close(vault);
                disk = disk.isOff() ? disk.crash(random) : disk;
                mended();
                assertAllIsWell("change " + at + ", seed " + seed);
            }
        }
    }

    private void close(SegmentFileVault vault) throws ArchiveException {
        if (disk.isOff()) {
            assertThatThrownBy(vault::close).isInstanceOf(ArchiveException.class);
        } else {
            disk.heal();
            vault.close();
        }
    }

    /// A footer that is not what was written is what it was again, wherever it was damaged.
    @Test
    void aDamagedFooter() throws Exception {
        mended();
        for (int number = 1; number <= 3; number++) {
            Octets right = octets(number);
            int size = right.toBytes().length;
            for (int back = 1; back <= 4 + 6 * FRAMES_EACH + SegmentFormat.FOOTER_TAIL_BYTES; back += 7) {
                disk.damage(segment(number), size - back, 1, new Random(back));
                assertThat(mended())
                        .as("segment " + number + ", " + back + " before its end")
                        .hasSize(1);
                assertThat(octets(number)).isEqualTo(right);
            }
            for (int cut = 1; cut <= 4 + 6 * FRAMES_EACH + SegmentFormat.FOOTER_TAIL_BYTES; cut += 19) {
                truncate(number, size - cut);
                assertThat(mended()).hasSize(1);
                assertThat(octets(number)).isEqualTo(right);
            }
        }
        assertAllIsWell("mended");
    }

    private void truncate(long number, long size) throws IOException {
        try (Disk.DiskFile file = disk.open(segment(number), Disk.Access.WRITE)) {
            file.truncate(size);
            file.force();
        }
    }

    /// Where a frame is damaged or missing, nobody knows what the segment was: no octet of it changes.
    @Test
    void aSegmentThatLacksAFrameIsLeftAsItIs() throws Exception {
        mended();
        int frameBytes = (int) (disk.sizeBytes(segment(1)) / FRAMES_EACH);
        for (int number = 1; number <= 3; number++) {
            int size = (int) disk.sizeBytes(segment(number)) - 4 - 6 * FRAMES_EACH - SegmentFormat.FOOTER_TAIL_BYTES;
            truncate(number, size - 1L);
            Octets cut = octets(number);
            assertThat(mended()).isEmpty();
            assertThat(octets(number)).as("the last frame is torn").isEqualTo(cut);
            truncate(number, size - frameBytes);
            disk.damage(segment(number), size / 2, 1, new Random(1));
            Octets damaged = octets(number);
            assertThat(mended()).isEmpty();
            assertThat(octets(number)).as("a frame in the middle is damaged").isEqualTo(damaged);
        }
        try (SegmentFileVault vault = open()) {
            assertThat(Damages.of(vault)).isNotEmpty();
        }
    }

    /// Without the segment that follows, nobody knows which frame was the last.
    @Test
    void aSegmentThatNoneFollowsIsLeftAsItIs() throws Exception {
        mended();
        truncate(2, disk.sizeBytes(segment(2)) - 1);
        Octets second = octets(2);
        byte[] third = disk.readAll(segment(3));
        disk.delete(segment(3));
        assertThat(mended()).isEmpty();
        assertThat(octets(2)).isEqualTo(second);
        try (Disk.DiskFile file = disk.create(segment(3))) {
            file.write(ByteBuffer.wrap(third), 0);
            file.force();
        }
        assertThat(mended()).hasSize(1);
        assertAllIsWell("put back");
    }
}
