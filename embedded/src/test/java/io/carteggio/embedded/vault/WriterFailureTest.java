package io.carteggio.embedded.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.Vault;
import io.carteggio.embedded.disk.FakeDisk;
import io.carteggio.embedded.disk.FakeDisk.Call;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Whatever is thrown in the vault's writer, nobody waits for ever, nothing kept is taken back, and the vault says why
/// it takes nothing more.
@Timeout(60)
class WriterFailureTest {
    private static final Path DIRECTORY = Path.of("/vault");
    private static final MasterKey MASTER = new MasterKey.Digits("00".repeat(32));

    private final FakeDisk disk = new FakeDisk(512);

    @BeforeEach
    void make() throws Exception {
        disk.createDirectories(DIRECTORY);
        Keyring.create(disk, DIRECTORY, MASTER);
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

    private static Frame frame() {
        byte[] manifest = {1};
        return new Frame(
                Frame.Kind.ACT,
                List.of(new FrameRecord(FrameRecord.Type.MANIFEST, Sha256.of(manifest), Content.of(manifest))));
    }

    enum Thrown {
        OUT_OF_MEMORY,
        STACK_OVERFLOW,
        STRAY;

        void now() {
            switch (this) {
                case OUT_OF_MEMORY -> throw new OutOfMemoryError("played");
                case STACK_OVERFLOW -> throw new StackOverflowError("played");
                case STRAY -> throw new IllegalStateException("played");
            }
        }
    }

    private void failAt(Call at, Thrown thrown) {
        disk.trouble((call, file, sizeBytes) -> {
            if (call == at && file.toString().contains(".seg")) {
                thrown.now();
            }
            return FakeDisk.DONE;
        });
    }

    private static void assertTakesNothing(SegmentFileVault vault) {
        assertThat(vault.trouble()).isPresent();
        assertThatThrownBy(() -> vault.append(frame()))
                .isInstanceOf(ArchiveException.class)
                .satisfies(e -> assertThat(((ArchiveException) e).laterHelps()).isTrue());
        assertThatThrownBy(vault::roll).isInstanceOf(ArchiveException.class);
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void whileForcing(Thrown thrown) throws Exception {
        try (SegmentFileVault vault = open()) {
            vault.append(frame());
            failAt(Call.FORCE, thrown);
            assertThatThrownBy(() -> vault.append(frame())).isInstanceOf(ArchiveException.class);
            disk.heal();
            assertTakesNothing(vault);
        }
        assertGoesOnBehind(1);
    }

    /// Who comes alone writes himself, and is answered as the others are.
    @ParameterizedTest
    @EnumSource(Thrown.class)
    void whileForcingWhatCameAlone(Thrown thrown) throws Exception {
        try (SegmentFileVault vault = open()) {
            assertThat(alone(vault).number()).isEqualTo(1);
            failAt(Call.FORCE, thrown);
            assertThatThrownBy(() -> alone(vault)).isInstanceOf(ArchiveException.class);
            disk.heal();
            assertTakesNothing(vault);
            assertThatThrownBy(() -> alone(vault)).isInstanceOf(ArchiveException.class);
        }
        assertGoesOnBehind(1);
    }

    private static Kept alone(SegmentFileVault vault) throws ArchiveException {
        try (Vault.Announced announced = vault.announce()) {
            return announced.append(frame());
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = Thrown.class,
            names = {"OUT_OF_MEMORY", "STACK_OVERFLOW"})
    void whileWritingAllWhoWaitAreAnswered(Thrown thrown) throws Exception {
        CountDownLatch held = new CountDownLatch(1);
        CountDownLatch others = new CountDownLatch(1);
        try (ExecutorService threads = Executors.newCachedThreadPool();
                SegmentFileVault vault = open()) {
            vault.append(frame());
            disk.trouble((call, file, sizeBytes) -> {
                if (call == Call.WRITE) {
                    held.countDown();
                    awaitQuietly(others);
                    thrown.now();
                }
                return FakeDisk.DONE;
            });
            List<Future<Kept>> answers = new ArrayList<>();
            answers.add(threads.submit(() -> vault.append(frame())));
            held.await();
            for (int i = 0; i < 5; i++) {
                answers.add(threads.submit(() -> vault.append(frame())));
            }
            Thread.sleep(50); // so that they are in the queue; none of them may be left there
            others.countDown();
            for (Future<Kept> answer : answers) {
                assertThatThrownBy(() -> answer.get(20, TimeUnit.SECONDS))
                        .isInstanceOf(ExecutionException.class)
                        .hasCauseInstanceOf(ArchiveException.class);
            }
            disk.heal();
            assertTakesNothing(vault);
        }
        assertGoesOnBehind(1);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @EnumSource(Thrown.class)
    void whileClosingASegment(Thrown thrown) throws Exception {
        try (SegmentFileVault vault = open()) {
            vault.append(frame());
            failAt(Call.TRUNCATE, thrown);
            assertThatThrownBy(vault::roll).isInstanceOf(ArchiveException.class);
            disk.heal();
        }
        assertGoesOnBehind(1);
    }

    /// The frame is forced before anybody is told of it: it is acknowledged, and the catalogue takes it from the vault
    /// when the archive is opened again.
    @ParameterizedTest
    @EnumSource(Thrown.class)
    void aFollowerThatFailsTakesNothingBack(Thrown thrown) throws Exception {
        List<Long> told = new ArrayList<>();
        try (SegmentFileVault vault = open()) {
            vault.follow(kept -> thrown.now());
            vault.follow(kept -> kept.forEach(k -> told.add(k.number())));
            assertThat(vault.append(frame()).number()).isEqualTo(1);
            assertThat(told).as("the others are told all the same").containsExactly(1L);
            assertTakesNothing(vault);
            assertThat(told).as("and of nothing behind it").containsExactly(1L);
        }
        assertGoesOnBehind(1);
    }

    private void assertGoesOnBehind(long frames) throws Exception {
        try (SegmentFileVault vault = open()) {
            assertThat(vault.trouble()).isEmpty();
            assertThat(vault.end().frames()).isEqualTo(frames);
            assertThat(vault.frame(frames)).isPresent();
            assertThat(vault.append(frame()).number()).isEqualTo(frames + 1);
        }
    }

    @Test
    void aVaultWhoseWriterFailedCanBeClosed() throws Exception {
        SegmentFileVault vault = open();
        failAt(Call.FORCE, Thrown.OUT_OF_MEMORY);
        assertThatThrownBy(() -> vault.append(frame())).isInstanceOf(ArchiveException.class);
        disk.heal();
        vault.close();
        assertThatThrownBy(() -> vault.append(frame())).isInstanceOf(ArchiveException.class);
    }
}
