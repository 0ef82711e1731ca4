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
import io.carteggio.archive.vault.Vault;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.FakeDisk;
import io.carteggio.embedded.disk.FakeDisk.Call;
import io.carteggio.embedded.disk.FakeDisk.Fate;
import io.carteggio.embedded.disk.RealDisk;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.zip.CRC32C;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class SegmentFileVaultTest {
    private static final Disk DISK = new RealDisk();
    private static final MasterKey MASTER = new MasterKey.Digits("00".repeat(32));

    @TempDir
    Path directory;

    private SegmentFileVault open() throws ArchiveException {
        return open(SegmentFileVault.SEGMENT_BYTES);
    }

    private SegmentFileVault open(long segmentBytes) throws ArchiveException {
        return open(Position.START, segmentBytes);
    }

    private SegmentFileVault open(Position acknowledged, long segmentBytes) throws ArchiveException {
        return SegmentFileVault.open(
                DISK, directory, keyring(), acknowledged, Optional.empty(), Clock.systemUTC(), segmentBytes);
    }

    private Keyring keyring() throws ArchiveException {
        try {
            return Keyring.exists(DISK, directory)
                    ? Keyring.open(DISK, directory, MASTER)
                    : Keyring.create(DISK, directory, MASTER);
        } catch (IOException e) {
            throw new ArchiveException("no keyring", false, e);
        }
    }

    private Path segment(long number) {
        return SegmentFiles.segment(directory, number);
    }

    /// The directory as it is now.
    private Map<Path, byte[]> snapshot() throws IOException {
        Map<Path, byte[]> files = new HashMap<>();
        for (Path file : DISK.list(directory)) {
            files.put(file, Files.readAllBytes(file));
        }
        return files;
    }

    /// Brings the directory back to what it was.
    private void restore(Map<Path, byte[]> files) throws IOException {
        for (Path file : DISK.list(directory)) {
            Files.delete(file);
        }
        for (Map.Entry<Path, byte[]> file : files.entrySet()) {
            Files.write(file.getKey(), file.getValue());
        }
    }

    static Frame frame(byte[]... letters) {
        List<FrameRecord> records = new ArrayList<>();
        byte[] manifest = ("manifest of " + letters.length).getBytes(StandardCharsets.UTF_8);
        records.add(new FrameRecord(FrameRecord.Type.MANIFEST, Sha256.of(manifest), Content.of(manifest)));
        for (byte[] letter : letters) {
            records.add(new FrameRecord(FrameRecord.Type.LETTER, Sha256.of(letter), Content.of(letter)));
        }
        return new Frame(Frame.Kind.ARRIVAL, records);
    }

    /// Keeps an act, and says which frame has it.
    private static long act(SegmentFileVault vault) throws ArchiveException {
        byte[] manifest = "an act".getBytes(StandardCharsets.UTF_8);
        FrameRecord record = new FrameRecord(FrameRecord.Type.MANIFEST, Sha256.of(manifest), Content.of(manifest));
        return vault.append(new Frame(Frame.Kind.ACT, List.of(record))).number();
    }

    private static byte[] letter(int seed, int size) {
        byte[] bytes = new byte[size];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    /// What a walk sees.
    private static final class Seen implements Vault.Walker {
        final List<Kept> frames = new ArrayList<>();
        final List<Vault.Damage> damage = new ArrayList<>();

        @Override
        public void frame(Kept frame) {
            frames.add(frame);
        }

        @Override
        public void damaged(Vault.Damage d) {
            damage.add(d);
        }

        @Override
        public boolean deep() {
            return true;
        }

        List<Long> numbers() {
            return frames.stream().map(Kept::number).toList();
        }
    }

    private static Seen walk(Vault vault) throws ArchiveException {
        Seen seen = new Seen();
        vault.walk(Position.START, seen);
        return seen;
    }

    @Test
    void whatIsKeptComesBackByteForByteAlsoAfterReopening() throws Exception {
        List<byte[]> letters = List.of(letter(1, 0), letter(2, 1), letter(3, 70_000), letter(4, 3_000_000));
        List<Kept> kept = new ArrayList<>();
        try (SegmentFileVault vault = open()) {
            for (byte[] l : letters) {
                kept.add(vault.append(frame(l)));
            }
        }
        try (SegmentFileVault vault = open()) {
            for (int i = 0; i < letters.size(); i++) {
                Content back = vault.read(kept.get(i).records().getFirst().place());
                assertThat(back.toByteArray(1 << 30)).isEqualTo(letters.get(i));
                try (InputStream part = back.open(back.sizeBytes() / 2, back.sizeBytes() / 4)) {
                    int half = letters.get(i).length / 2;
                    assertThat(part.readAllBytes())
                            .isEqualTo(Arrays.copyOfRange(letters.get(i), half, half + letters.get(i).length / 4));
                }
            }
            Seen seen = walk(vault);
            assertThat(seen.numbers()).containsExactly(1L, 2L, 3L, 4L);
            assertThat(seen.damage).isEmpty();
            assertThat(vault.append(frame(letter(5, 5))).number()).isEqualTo(5);
        }
    }

    @Test
    void aSegmentThatIsFullIsClosedAndTheChainGoesOn() throws Exception {
        try (SegmentFileVault vault = open(20_000)) {
            for (int i = 0; i < 30; i++) {
                vault.append(frame(letter(i, 5_000)));
            }
            assertThat(SegmentFiles.list(DISK, directory)).hasSizeGreaterThan(5);
        }
        try (SegmentFileVault vault = open(20_000)) {
            Seen seen = walk(vault);
            assertThat(seen.frames).hasSize(30);
            assertThat(seen.damage).isEmpty();
            Seen rest = new Seen();
            vault.walk(seen.frames.get(11).end(), rest);
            assertThat(rest.numbers().getFirst()).isEqualTo(13);
            assertThat(rest.frames).hasSize(18);
            assertThat(rest.damage).isEmpty();
        }
    }

    @Test
    void manyAtOnceAreAllKeptInOneOrderAndTheFollowerSeesIt() throws Exception {
        List<Long> followed = new CopyOnWriteArrayList<>();
        try (SegmentFileVault vault = open();
                ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
                ExecutorService announcing = Executors.newFixedThreadPool(2)) {
            vault.follow(batch -> batch.forEach(k -> followed.add(k.number())));
            List<Future<Long>> numbers = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                byte[] l = letter(i, 2_000);
                if (i % 2 == 0) {
                    numbers.add(threads.submit(() -> vault.append(frame(l)).number()));
                } else { // now and then alone, and then written in its own thread
                    numbers.add(announcing.submit(() -> {
                        try (Vault.Announced announced = vault.announce()) {
                            return announced.append(frame(l)).number();
                        }
                    }));
                }
            }
            List<Long> got = new ArrayList<>();
            for (Future<Long> n : numbers) {
                got.add(n.get());
            }
            assertThat(followed).hasSize(500).isSorted();
            Collections.sort(got);
            assertThat(got).isEqualTo(followed);
            assertThat(walk(vault).damage).isEmpty();
        }
    }

    /// The tail that a crash leaves: the file cut at every length. Whole frames stay, the rest goes,
    /// appending works.
    @Test
    void aTornTailIsCutWhereverItIsTorn() throws Exception {
        List<Kept> kept = new ArrayList<>();
        try (SegmentFileVault vault = open()) {
            for (int i = 0; i < 3; i++) {
                kept.add(vault.append(frame(letter(i, 300), letter(i + 100, 200))));
            }
        }
        Path file = segment(1);
        byte[] whole = Files.readAllBytes(file);
        Map<Path, byte[]> before = snapshot();
        int second = (int) kept.get(1).end().offset();
        for (int length = second; length < whole.length; length += 7) {
            restore(before);
            Files.write(file, Arrays.copyOf(whole, length));
            try (SegmentFileVault vault = open()) {
                Seen seen = walk(vault);
                assertThat(seen.numbers()).as("cut at %d", length).containsExactly(1L, 2L);
                assertThat(seen.damage).isEmpty();
                assertThat(vault.append(frame(letter(9, 50))).number()).isEqualTo(3);
            }
        }
    }

    /// Behind the frames of an open segment zeros lie, so that a force need not write down a new length each time.
    @Test
    void theRoomBehindTheFramesIsNoTornTail() throws Exception {
        Map<Path, byte[]> killed;
        byte[] stray;
        try (SegmentFileVault vault = open()) {
            vault.append(frame(letter(1, 300)));
            vault.append(frame(letter(2, 300)));
            killed = snapshot();
            stray = Files.readAllBytes(segment(1));
            assertThat(stray.length).isGreaterThan(SegmentWriter.ROOM_BYTES);
            assertThat(vault.storedBytes()).isLessThan(SegmentWriter.ROOM_BYTES);
        }
        int written = (int) Files.size(segment(1));
        assertThat(written).isLessThan(SegmentWriter.ROOM_BYTES);
        restore(killed);
        try (SegmentFileVault vault = open()) {
            Seen seen = walk(vault);
            assertThat(seen.numbers()).containsExactly(1L, 2L);
            assertThat(seen.damage).isEmpty();
            assertThat(SegmentFiles.torn(DISK, directory)).isEmpty();
            assertThat(vault.append(frame(letter(3, 50))).number()).isEqualTo(3);
            assertThat(vault.end().segment()).isEqualTo(1);
        }
        stray[written + 700_000] = 1; // of a frame whose other octets did not reach the disk
        restore(killed);
        Files.write(segment(1), stray);
        try (SegmentFileVault vault = open()) {
            assertThat(walk(vault).numbers()).containsExactly(1L, 2L);
            assertThat(SegmentFiles.torn(DISK, directory)).hasSize(1);
            assertThat(vault.append(frame(letter(3, 50))).number()).isEqualTo(3);
            assertThat(vault.end().segment()).isEqualTo(2);
        }
    }

    /// Blocks of the last batch that did not reach the disk although later ones did.
    @Test
    void aHoleInAnUnforcedBatchCutsThatBatchOnly() throws Exception {
        List<Kept> kept = new ArrayList<>();
        try (SegmentFileVault vault = open()) {
            for (int i = 0; i < 3; i++) {
                kept.add(vault.append(frame(letter(i, 4_000))));
            }
        }
        Path file = segment(1);
        byte[] whole = Files.readAllBytes(file);
        Map<Path, byte[]> before = snapshot();
        int second = (int) kept.get(1).end().offset();
        for (int at : new int[] {second, second + 30, second + 80, second + 2_000, whole.length - 1}) {
            restore(before);
            byte[] torn = whole.clone();
            torn[at] ^= 0x40;
            Files.write(file, torn);
            try (SegmentFileVault vault = open()) {
                assertThat(walk(vault).numbers()).as("torn at %d", at).containsExactly(1L, 2L);
            }
        }
    }

    /// A flipped bit in what was acknowledged is damage: reported, stepped over, never cut, never
    /// written over.
    @Test
    void damageIsNotTakenForATornTail() throws Exception {
        List<Kept> kept = new ArrayList<>();
        try (SegmentFileVault vault = open()) {
            for (int i = 0; i < 5; i++) {
                kept.add(vault.append(frame(letter(i, 1_000))));
            }
        }
        Path file = segment(1);
        byte[] whole = Files.readAllBytes(file);
        Map<Path, byte[]> before = snapshot();
        int from = (int) kept.get(0).end().offset();
        int to = (int) kept.get(1).end().offset();
        for (int at = from; at < to; at += 13) {
            byte[] broken = whole.clone();
            broken[at] ^= 1;
            restore(before);
            Files.write(file, broken);
            try (SegmentFileVault vault = open()) {
                Seen seen = walk(vault);
                assertThat(seen.damage).as("bit flipped at %d", at).isNotEmpty();
                assertThat(seen.numbers()).contains(1L, 3L, 4L, 5L);
                assertThat(vault.append(frame(letter(7, 10))).number()).isEqualTo(6);
            }
            assertThat(Files.readAllBytes(file)).isEqualTo(broken);
        }
    }

    @Test
    void whatTheCatalogueKnowsToBeForcedIsNotCut() throws Exception {
        Kept last;
        try (SegmentFileVault vault = open()) {
            vault.append(frame(letter(1, 500)));
            last = vault.append(frame(letter(2, 500)));
        }
        Path file = segment(1);
        byte[] broken = Files.readAllBytes(file);
        broken[broken.length - 100] ^= 1;
        Files.write(file, broken);
        try (SegmentFileVault vault = open(last.end(), SegmentFileVault.SEGMENT_BYTES)) {
            assertThat(walk(vault).damage)
                    .hasSize(1)
                    .first()
                    .satisfies(d -> assertThat(d.record()).contains(new Place(2, 1)));
        }
        assertThat(Files.readAllBytes(file)).isEqualTo(broken);
    }

    /// A mail may carry the bytes of a frame. Behind damage a reader looks for the next frame: it
    /// must not find this one.
    @Test
    void aFrameInsideALetterIsNotTakenForOne() throws Exception {
        List<SegmentFormat.Row> rows =
                List.of(new SegmentFormat.Row(FrameRecord.Type.MANIFEST, 0, 10, 26, SegmentFormat.noFrame()));
        byte[] forged = SegmentFormat.frameHead(
                new SegmentFormat.FrameHead(
                        Frame.Kind.ARRIVAL, 999, SegmentFormat.frameBytes(rows), 0, SegmentFormat.noFrame(), rows),
                new byte[16]);
        byte[] hostile = new byte[forged.length + 200];
        System.arraycopy(forged, 0, hostile, 50, forged.length);
        Kept first;
        try (SegmentFileVault vault = open()) {
            first = vault.append(frame(letter(1, 10)));
            vault.append(frame(hostile));
            vault.append(frame(letter(2, 10)));
        }
        Path file = segment(1);
        byte[] broken = Files.readAllBytes(file);
        broken[(int) first.end().offset() + 1] ^= 1;
        Files.write(file, broken);
        try (SegmentFileVault vault = open()) {
            assertThat(walk(vault).numbers()).containsExactly(1L, 3L);
        }
    }

    @Test
    void aBatchThatCannotBeReadIsTakenBackAndTheVaultGoesOn() throws Exception {
        Content unreadable = new Content() {
            @Override
            public long sizeBytes() {
                return 1_000_000;
            }

            @Override
            public InputStream open(long offset, long length) throws IOException {
                throw new IOException("the spool is gone");
            }
        };
        byte[] manifest = {1};
        Frame bad = new Frame(
                Frame.Kind.ARRIVAL,
                List.of(
                        new FrameRecord(FrameRecord.Type.MANIFEST, Sha256.of(manifest), Content.of(manifest)),
                        new FrameRecord(FrameRecord.Type.LETTER, Sha256.of(manifest), unreadable)));
        try (SegmentFileVault vault = open()) {
            vault.append(frame(letter(1, 10)));
            assertThatThrownBy(() -> vault.append(bad))
                    .isInstanceOf(ArchiveException.class)
                    .hasMessageContaining("the spool is gone");
            assertThat(vault.append(frame(letter(2, 10))).number()).isEqualTo(2);
            assertThat(walk(vault).damage).isEmpty();
        }
    }

    @Test
    void aForeignOrNewerSegmentIsRefusedAndLeftAlone() throws Exception {
        try (SegmentFileVault vault = open()) {
            vault.append(frame(letter(1, 10)));
        }
        Path file = segment(1);
        byte[] before = Files.readAllBytes(file);
        Map<Path, byte[]> own = snapshot();
        Files.delete(directory.resolve("keyring"));
        Files.delete(directory.resolve("keyring.copy"));
        assertThatThrownBy(this::open).isInstanceOf(ArchiveException.class).hasMessageContaining("another archive");
        restore(own);
        byte[] newer = before.clone();
        newer[9] = 3;
        CRC32C crc = new CRC32C();
        crc.update(newer, 0, SegmentFormat.SEGMENT_HEADER_BYTES - 4);
        ByteBuffer.wrap(newer).putInt(SegmentFormat.SEGMENT_HEADER_BYTES - 4, (int) crc.getValue());
        Files.write(file, newer);
        assertThatThrownBy(this::open).isInstanceOf(ArchiveException.class).hasMessageContaining("segment format 3");
        assertThat(Files.readAllBytes(file)).isEqualTo(newer);
    }

    @Test
    void aClosedVaultRefuses() throws Exception {
        SegmentFileVault vault = open();
        vault.close();
        assertThatThrownBy(() -> vault.append(frame(letter(1, 1)))).isInstanceOf(ArchiveException.class);
    }

    /// A letter whose first arrival was cut off came again, and is then erased: the tail has it too, under a
    /// key that is still there.
    @Test
    void anErasureRemovesWhatCrashesLeftAside() throws Exception {
        try (SegmentFileVault vault = open()) {
            vault.append(frame(letter(1, 3_000)));
            vault.append(frame(letter(2, 3_000)));
        }
        byte[] octets = Files.readAllBytes(segment(1));
        Files.write(segment(1), Arrays.copyOf(octets, octets.length - 10));
        try (SegmentFileVault vault = open()) {
            assertThat(SegmentFiles.torn(DISK, directory)).hasSize(1);
            long again = vault.append(frame(letter(2, 3_000))).number();
            vault.roll();
            vault.erase(act(vault), Map.of(again, new Vault.Erasing(List.of(1), Optional.empty())));
            assertThat(SegmentFiles.torn(DISK, directory)).isEmpty();
        }
    }

    /// Only an act that is kept destroys anything, and what a later act did is not undone by an earlier
    /// one that is carried out once more.
    @Test
    void anErasureNeedsItsActAndComesAfterTheOnesBefore() throws Exception {
        Place first = new Place(1, 1);
        Place second = new Place(1, 2);
        try (SegmentFileVault vault = open()) {
            vault.append(frame(letter(1, 300), letter(2, 300)));
            vault.append(frame(letter(3, 300)));
            vault.roll();
            for (long none : new long[] {0, 1, 2, 3, 1_000}) {
                assertThatThrownBy(() -> vault.erase(none, erasing(1, "none", 0, 1)))
                        .isInstanceOf(ArchiveException.class)
                        .hasMessageContaining("no act stands in frame " + none);
            }
            assertThat(vault.isErased(first)).isFalse();
            assertThat(vault.read(first).sizeBytes()).isEqualTo(300);

            long one = act(vault);
            long two = act(vault);
            vault.erase(one, erasing(1, "one", 0, 1));
            vault.erasedThrough(one);
            vault.erase(two, erasing(1, "two", 0, 2));
            vault.erasedThrough(two);
            byte[] sidecar = Files.readAllBytes(SegmentFiles.sidecar(directory, 1));
            vault.erase(one, erasing(1, "one", 0, 1));
            vault.erase(two, erasing(1, "two", 0, 2));
            assertThat(Files.readAllBytes(SegmentFiles.sidecar(directory, 1)))
                    .as("nothing was left to do")
                    .isEqualTo(sidecar);
            assertThat(vault.isErased(first)).isTrue();
            assertThat(vault.isErased(second)).isTrue();
            assertThat(vault.isErased(new Place(2, 1))).isFalse();

            long hidden = act(vault);
            vault.erase(act(vault), erasing(2, "later", 0));
            vault.erase(hidden, erasing(2, "earlier", 0, 1));
            assertThat(vault.isErased(new Place(2, 1))).isTrue();
            assertThat(vault.frame(2).orElseThrow().manifest().toByteArray(100))
                    .isEqualTo("later".getBytes(StandardCharsets.UTF_8));
            List<Long> told = new ArrayList<>();
            vault.tombstones(t -> told.add(t.frame()));
            assertThat(told).containsExactly(1L, 2L);
            assertThatThrownBy(() -> vault.isErased(new Place(1_000, 1))).isInstanceOf(ArchiveException.class);
        }
        try (SegmentFileVault vault = open()) {
            assertThat(vault.frame(1).orElseThrow().manifest().toByteArray(100))
                    .isEqualTo("two".getBytes(StandardCharsets.UTF_8));
            assertThat(vault.erasedThrough()).isEqualTo(4);
            long end = vault.end().frames();
            assertThatThrownBy(() -> vault.erasedThrough(end + 1)).isInstanceOf(IllegalArgumentException.class);
        }
        Keyring.open(DISK, directory, MASTER).erasedThrough(1_000);
        try (SegmentFileVault vault = open()) {
            assertThat(vault.erasedThrough()).as("the vault does not go so far").isZero();
        }
    }

    private static Map<Long, Vault.Erasing> erasing(long frame, String tombstone, Integer... records) {
        return Map.of(
                frame,
                new Vault.Erasing(
                        List.of(records), Optional.of(Octets.of(tombstone.getBytes(StandardCharsets.UTF_8)))));
    }

    /// What can be erased is, though keys of another segment are lost.
    @Test
    void anErasureGoesOnOverLostKeys() throws Exception {
        try (SegmentFileVault vault = open()) {
            vault.append(frame(letter(1, 300)));
            vault.roll();
            vault.append(frame(letter(2, 300)));
            vault.roll();
            act(vault);
        }
        Files.delete(SegmentFiles.sidecar(directory, 1));
        Files.delete(SegmentFiles.sidecarCopy(directory, 1));
        try (SegmentFileVault vault = open()) {
            Map<Long, Vault.Erasing> both = Map.of(
                    1L, new Vault.Erasing(List.of(1), Optional.empty()),
                    2L, new Vault.Erasing(List.of(1), Optional.empty()));
            for (int i = 0; i < 2; i++) {
                assertThatThrownBy(() -> vault.erase(3, both))
                        .isInstanceOf(ArchiveException.class)
                        .hasMessageContaining("segment 1");
                assertThat(vault.isErased(new Place(2, 1))).isTrue();
            }
            assertThatThrownBy(() -> vault.isErased(new Place(1, 1))).isInstanceOf(ArchiveException.class);
        }
    }

    /// When the keys could not be moved, closing is done again later. The footer stands by then, perhaps without the
    /// root by which the segment could be closed once more, and a power cut must find nothing to tear.
    @Test
    void aFooterThatIsOnTheDiskIsNotWrittenAgain() throws Exception {
        FakeDisk disk = new FakeDisk(512);
        Path there = Path.of("/vault");
        disk.createDirectories(there);
        try (SegmentFileVault vault = SegmentFileVault.open(
                disk,
                there,
                Keyring.create(disk, there, MASTER),
                Position.START,
                Optional.empty(),
                Clock.systemUTC(),
                SegmentFileVault.SEGMENT_BYTES)) {
            vault.append(frame(letter(1, 300)));
            AtomicInteger footers = new AtomicInteger();
            AtomicBoolean failed = new AtomicBoolean();
            disk.trouble((call, file, sizeBytes) -> {
                if (call == Call.WRITE && file.endsWith("0000000001.seg")) {
                    footers.incrementAndGet();
                }
                return call == Call.WRITE && file.endsWith("keyring.new") && failed.compareAndSet(false, true)
                        ? new Fate.Fails("No space left on device", 0)
                        : FakeDisk.DONE;
            });
            assertThatThrownBy(vault::roll).hasMessageContaining("No space left");
            vault.roll();
            assertThat(footers).hasValue(1);
            assertThat(vault.append(frame(letter(2, 300))).number()).isEqualTo(2);
            assertThat(vault.end().segment()).isEqualTo(2);
            assertThat(walk(vault).damage).isEmpty();
        }
    }

    /// What happens to both sidecars of segment 1.
    enum Loss {
        MISSING,
        DAMAGED,
        OF_ANOTHER_SEGMENT,
        OF_AN_EARLIER_GENERATION
    }

    /// The keys of a segment are gone: the vault says so, reads what it can, and goes on with keys of its own.
    @ParameterizedTest
    @EnumSource(Loss.class)
    void withoutTheSidecarsOfASegmentItGoesOn(Loss loss) throws Exception {
        byte[] first = letter(1, 3_000);
        byte[] second = letter(2, 3_000);
        try (SegmentFileVault vault = open()) {
            vault.append(frame(first));
            vault.append(frame(letter(3, 3_000)));
            vault.roll();
            vault.append(frame(second));
            vault.roll();
            act(vault);
        }
        List<Path> sidecars = List.of(SegmentFiles.sidecar(directory, 1), SegmentFiles.sidecarCopy(directory, 1));
        byte[] whole = Files.readAllBytes(sidecars.getFirst());
        switch (loss) {
            case MISSING -> {
                for (Path file : sidecars) {
                    Files.delete(file);
                }
            }
            case DAMAGED -> {
                for (Path file : sidecars) {
                    byte[] octets = Files.readAllBytes(file);
                    octets[60] ^= 1;
                    Files.write(file, octets);
                }
            }
            case OF_ANOTHER_SEGMENT -> {
                for (Path file : sidecars) {
                    Files.write(file, Files.readAllBytes(SegmentFiles.sidecar(directory, 2)));
                }
            }
            case OF_AN_EARLIER_GENERATION -> {
                try (SegmentFileVault vault = open()) {
                    vault.erase(4, Map.of(2L, new Vault.Erasing(List.of(1), Optional.empty())));
                }
                for (Path file : sidecars) {
                    Files.write(file, whole);
                }
            }
        }
        try (SegmentFileVault vault = open()) {
            assertThat(vault.lostKeys()).singleElement().satisfies(said -> {
                assertThat(said).contains("segment 1", "frames 1 to 2");
                if (loss == Loss.OF_AN_EARLIER_GENERATION) {
                    assertThat(said).contains("of generation 1, and the keyring opens 2");
                }
            });
            assertThat(vault.opens(new Place(1, 1))).isFalse();
            assertThat(vault.opens(new Place(3, 1))).isTrue();
            assertThatThrownBy(() -> vault.read(new Place(1, 1))).isInstanceOf(ArchiveException.class);
            assertThat(vault.read(new Place(3, 1)).toByteArray(1 << 20)).isEqualTo(second);

            // what is compared or compressed against what is lost stands alone
            FrameRecord like = new FrameRecord(
                    FrameRecord.Type.LETTER,
                    Sha256.of(first),
                    Content.of(first),
                    Optional.empty(),
                    Optional.of(new Place(1, 1)));
            List<FrameRecord> records = new ArrayList<>(frame().records());
            records.add(like);
            Kept again = vault.append(new Frame(Frame.Kind.ARRIVAL, records));
            assertThat(again.number()).isEqualTo(5);
            assertThat(vault.read(new Place(5, 1)).toByteArray(1 << 20)).isEqualTo(first);
            vault.compact();

            List<Long> sealed = new ArrayList<>();
            List<Long> read = new ArrayList<>();
            List<String> damage = new ArrayList<>();
            vault.walk(Position.START, new Vault.Walker() {
                @Override
                public void frame(Kept kept) {
                    read.add(kept.number());
                }

                @Override
                public void sealed(SegmentFormat.FrameHead head) {
                    sealed.add(head.number());
                }

                @Override
                public void damaged(Vault.Damage d) {
                    damage.add(d.what());
                }

                @Override
                public boolean deep() {
                    return true;
                }
            });
            assertThat(sealed).containsExactly(1L, 2L);
            assertThat(read).containsExactly(3L, 4L, 5L);
            assertThat(damage).singleElement().asString().contains("no sidecar of segment 1 opens");
        }

        // a copy of the right generation, put back, is all it needs
        if (loss != Loss.OF_AN_EARLIER_GENERATION) {
            Files.write(sidecars.getLast(), whole);
            try (SegmentFileVault vault = open()) {
                assertThat(vault.lostKeys()).isEmpty();
                assertThat(vault.read(new Place(1, 1)).toByteArray(1 << 20)).isEqualTo(first);
            }
        }
    }

    /// The last segment is closed and its keys are lost: the next one has a number and a root of its own.
    @Test
    void noKeyIsUsedAgainWhereTheLastOnesAreLost() throws Exception {
        try (SegmentFileVault vault = open()) {
            vault.append(frame(letter(1, 3_000)));
            vault.roll();
        }
        Files.delete(segment(2)); // begun, and never written to
        Files.delete(SegmentFiles.sidecar(directory, 1));
        Files.delete(SegmentFiles.sidecarCopy(directory, 1));
        Keyring.SegmentKey before = keyring().segment(2).orElseThrow();
        Keyring.SegmentKey lost = keyring().segment(1).orElseThrow();
        try (SegmentFileVault vault = open()) {
            assertThat(vault.append(frame(letter(2, 3_000))).number()).isEqualTo(2);
        }
        assertThat(keyring().segment(2).orElseThrow().key().toBytes())
                .isNotEqualTo(before.key().toBytes())
                .isNotEqualTo(lost.key().toBytes());
        assertThat(keyring().segment(1).orElseThrow().generation()).isEqualTo(lost.generation());
    }
}
