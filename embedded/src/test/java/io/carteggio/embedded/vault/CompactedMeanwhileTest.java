package io.carteggio.embedded.vault;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.Vault;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.RealDisk;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A segment is written anew while others read it: they read on, and nothing whole is called damaged.
class CompactedMeanwhileTest {
    private static final Disk DISK = new RealDisk();
    private static final MasterKey MASTER = new MasterKey.Digits("00".repeat(32));

    /// Larger than what is read ahead, and not compressible.
    private static final int LETTER_BYTES = 300_000;

    /// Read while it is asked for, not at once.
    private static final int LARGE_BYTES = 3_000_000;

    private static final int FRAMES = 24;

    @TempDir
    Path directory;

    private SegmentFileVault vault;
    private final List<Sha256> sums = new ArrayList<>();

    /// One segment of which every even frame may be erased, and an open one behind it.
    @BeforeEach
    void make() throws Exception {
        Random random = new Random(5);
        vault = SegmentFileVault.open(
                DISK,
                directory,
                Keyring.create(DISK, directory, MASTER),
                Position.START,
                Optional.empty(),
                Clock.systemUTC(),
                SegmentFileVault.SEGMENT_BYTES);
        for (int i = 1; i <= FRAMES; i++) {
            byte[] letter = new byte[i % 8 == 5 ? LARGE_BYTES : LETTER_BYTES];
            random.nextBytes(letter);
            byte[] manifest = {1};
            sums.add(Sha256.of(letter));
            vault.append(new Frame(
                    Frame.Kind.ARRIVAL,
                    List.of(
                            new FrameRecord(FrameRecord.Type.MANIFEST, Sha256.of(manifest), Content.of(manifest)),
                            new FrameRecord(FrameRecord.Type.LETTER, Sha256.of(letter), Content.of(letter)))));
        }
        vault.roll();
    }

    @AfterEach
    void close() throws ArchiveException {
        vault.close();
    }

    private void eraseAndCompact(long frame) throws ArchiveException {
        byte[] manifest = {2};
        long act = vault.append(new Frame(
                        Frame.Kind.ACT,
                        List.of(new FrameRecord(FrameRecord.Type.MANIFEST, Sha256.of(manifest), Content.of(manifest)))))
                .number();
        vault.erase(act, Map.of(frame, new Vault.Erasing(List.of(1), Optional.empty())));
        assertThat(vault.compact()).isPositive();
    }

    /// @param erasedMeanwhile a frame that is erased, and compacted, once the first frame is shown
    private List<String> walk(Set<Long> seen, Optional<Long> erasedMeanwhile) throws ArchiveException {
        List<String> damages = new ArrayList<>();
        AtomicBoolean done = new AtomicBoolean();
        vault.walk(Position.START, new Vault.Walker() {
            @Override
            public void frame(Kept frame) throws ArchiveException {
                if (frame.kind() == Frame.Kind.ARRIVAL) {
                    seen.add(frame.number());
                }
                if (erasedMeanwhile.isPresent() && done.compareAndSet(false, true)) {
                    eraseAndCompact(erasedMeanwhile.get());
                }
            }

            @Override
            public void damaged(Vault.Damage damage) {
                damages.add(damage.toString());
            }

            @Override
            public boolean deep() {
                return true;
            }
        });
        return damages;
    }

    @Test
    void inTheMiddleOfAWalk() throws Exception {
        for (long frame : new long[] {2, 24, 12}) {
            Set<Long> seen = new HashSet<>();
            assertThat(walk(seen, Optional.of(frame))).isEmpty();
            assertThat(seen).hasSize(FRAMES);
        }
    }

    /// What is asked for lies elsewhere by the time it is read.
    @Test
    void betweenOpeningALetterAndReadingIt() throws Exception {
        Content large = vault.read(new Place(13, 1));
        eraseAndCompact(2);
        assertThat(Sha256.of(large)).isEqualTo(sums.get(12));
        try (InputStream in = large.open(0, large.sizeBytes())) {
            assertThat(in.readNBytes(10)).hasSize(10);
            eraseAndCompact(4);
            assertThat(in.readAllBytes()).hasSize(LARGE_BYTES - 10);
        }
    }

    @Test
    void whileManyReadAndWalk() throws Exception {
        AtomicBoolean stop = new AtomicBoolean();
        try (ExecutorService threads = Executors.newCachedThreadPool()) {
            List<Future<?>> readers = new ArrayList<>();
            for (int i = 0; i < 2; i++) {
                readers.add(threads.submit(() -> {
                    for (int n = 1; !stop.get(); n = (n + 2) % FRAMES) {
                        assertThat(Sha256.of(vault.read(new Place(n, 1)))).isEqualTo(sums.get(n - 1));
                    }
                    return null;
                }));
            }
            readers.add(threads.submit(() -> {
                while (!stop.get()) {
                    assertThat(walk(new HashSet<>(), Optional.empty())).isEmpty();
                }
                return null;
            }));
            for (long frame = 2; frame <= FRAMES; frame += 2) {
                eraseAndCompact(frame);
            }
            stop.set(true);
            for (Future<?> reader : readers) {
                reader.get();
            }
        }
    }
}
