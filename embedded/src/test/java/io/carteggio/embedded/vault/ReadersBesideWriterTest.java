package io.carteggio.embedded.vault;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.Vault;
import io.carteggio.embedded.disk.FakeDisk;
import io.carteggio.embedded.disk.FakeDisk.Call;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Readers never block writers, and writers never block readers: whoever reads may be slow, or hang in the disk, and
/// mail is committed all the same. Who waits for whom shows as a test that does not end.
@Timeout(60)
class ReadersBesideWriterTest {
    private static final Path DIRECTORY = Path.of("/vault");

    /// Read while it is asked for, not at once.
    private static final int LETTER_BYTES = 1_500_000;

    /// In a segment that is closed, and in the one that is open.
    private static final List<Place> LETTERS = List.of(new Place(1, 1), new Place(3, 1));

    private final FakeDisk disk = new FakeDisk();
    private final List<Sha256> sums = new ArrayList<>();
    private final ExecutorService readers = Executors.newCachedThreadPool();

    private SegmentFileVault vault = make();

    private SegmentFileVault make() {
        try {
            disk.createDirectories(DIRECTORY);
            return SegmentFileVault.open(
                    disk,
                    DIRECTORY,
                    Keyring.create(disk, DIRECTORY, new MasterKey.Digits("00".repeat(32))),
                    Position.START,
                    Optional.empty(),
                    Clock.systemUTC(),
                    SegmentFileVault.SEGMENT_BYTES);
        } catch (ArchiveException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    @BeforeEach
    void fill() throws ArchiveException {
        commit(LETTER_BYTES);
        commit(100);
        vault.roll();
        commit(LETTER_BYTES);
        commit(100);
    }

    @AfterEach
    void close() throws ArchiveException {
        readers.close();
        vault.close();
    }

    private void commit(int bytes) throws ArchiveException {
        byte[] letter = new byte[bytes];
        new Random(sums.size()).nextBytes(letter);
        byte[] manifest = {1};
        sums.add(Sha256.of(letter));
        vault.append(new Frame(
                Frame.Kind.ARRIVAL,
                List.of(
                        new FrameRecord(FrameRecord.Type.MANIFEST, Sha256.of(manifest), Content.of(manifest)),
                        new FrameRecord(FrameRecord.Type.LETTER, Sha256.of(letter), Content.of(letter)))));
    }

    /// Into the open segment, which is closed, and into the next.
    private void mailIsCommitted() throws ArchiveException {
        commit(2_000);
        vault.roll();
        commit(2_000);
    }

    private Sha256 sum(Place place) {
        return sums.get((int) place.frame() - 1);
    }

    @Test
    void aReaderHoldsALetterOpenInTheMiddle() throws Exception {
        for (Place place : LETTERS) {
            byte[] letter = vault.read(place).toByteArray(LETTER_BYTES);
            assertThat(Sha256.of(letter)).isEqualTo(sum(place));
            try (InputStream in = vault.read(place).open()) {
                byte[] begun = in.readNBytes(LETTER_BYTES / 2);
                mailIsCommitted();
                byte[] rest = in.readAllBytes();
                assertThat(begun).isEqualTo(Arrays.copyOf(letter, begun.length));
                assertThat(rest).isEqualTo(Arrays.copyOfRange(letter, begun.length, letter.length));
            }
        }
    }

    /// Holds up every call of a kind by a thread that is neither this one nor the vault's writer.
    private final class Held implements AutoCloseable {
        private final CountDownLatch there = new CountDownLatch(1);
        private final CountDownLatch gate = new CountDownLatch(1);

        Held(Call held, boolean writer) {
            Thread test = Thread.currentThread();
            disk.trouble((call, file, size) -> {
                Thread thread = Thread.currentThread();
                boolean other = !thread.equals(test) && !thread.getName().equals("vault");
                if (call == held && (writer ? thread.getName().equals("vault") : other)) {
                    there.countDown();
                    try {
                        gate.await();
                    } catch (InterruptedException e) {
                        thread.interrupt();
                    }
                }
                return FakeDisk.DONE;
            });
        }

        void await() throws InterruptedException {
            there.await();
        }

        @Override
        public void close() {
            gate.countDown();
            disk.heal();
        }
    }

    @Test
    void aReaderHangsInTheDisk() throws Exception {
        for (Place place : LETTERS) {
            Future<Sha256> reading;
            try (Held held = new Held(Call.READ, false)) {
                reading = readers.submit(() -> Sha256.of(vault.read(place)));
                held.await();
                mailIsCommitted();
                assertThat(reading.isDone()).isFalse();
            }
            assertThat(reading.get()).isEqualTo(sum(place));
        }
    }

    /// What `check` does.
    private List<Long> walk(CountDownLatch first, CountDownLatch goOn) throws ArchiveException {
        List<Long> seen = new ArrayList<>();
        vault.walk(Position.START, new Vault.Walker() {
            @Override
            public void frame(Kept frame) throws ArchiveException {
                seen.add(frame.number());
                first.countDown();
                try {
                    goOn.await();
                } catch (InterruptedException e) {
                    throw new ArchiveException("interrupted", true, e);
                }
            }

            @Override
            public void damaged(Vault.Damage damage) {
                throw new AssertionError(damage);
            }

            @Override
            public boolean deep() {
                return true;
            }
        });
        return seen;
    }

    @Test
    void checkWalksAndTakesItsTime() throws Exception {
        CountDownLatch first = new CountDownLatch(1);
        CountDownLatch goOn = new CountDownLatch(1);
        Future<List<Long>> walking = readers.submit(() -> walk(first, goOn));
        first.await();
        mailIsCommitted();
        goOn.countDown();
        assertThat(walking.get()).as("what was there when it began").containsExactly(1L, 2L, 3L, 4L);
    }

    @Test
    void checkWalksAndHangsInTheDisk() throws Exception {
        Future<List<Long>> walking;
        try (Held held = new Held(Call.READ, false)) {
            walking = readers.submit(() -> walk(new CountDownLatch(1), new CountDownLatch(0)));
            held.await();
            mailIsCommitted();
            assertThat(walking.isDone()).isFalse();
        }
        assertThat(walking.get()).startsWith(1L, 2L, 3L, 4L);
    }

    @Test
    void theWriterHangsInTheDisk() throws Exception {
        Future<?> writing;
        try (Held held = new Held(Call.FORCE, true)) {
            writing = readers.submit(() -> {
                commit(100);
                return null;
            });
            held.await();
            for (Place place : LETTERS) {
                assertThat(Sha256.of(vault.read(place))).isEqualTo(sum(place));
            }
            assertThat(walk(new CountDownLatch(1), new CountDownLatch(0))).containsExactly(1L, 2L, 3L, 4L);
            assertThat(writing.isDone()).isFalse();
        }
        writing.get();
    }
}
