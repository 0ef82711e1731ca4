package io.carteggio.embedded.vault;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.StarterDictionary;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.Vault;
import io.carteggio.archive.vault.VaultReader;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.RealDisk;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is read ahead is what the vault tells frame by frame.
class FramesAheadTest {
    private static final Disk DISK = new RealDisk();
    private static final int FRAMES = 200;
    private static final long SEGMENT_BYTES = 150_000;

    @TempDir
    Path directory;

    private final AtomicInteger opened = new AtomicInteger();
    private final AtomicInteger reads = new AtomicInteger();
    private final Random random = new Random(7);

    private SegmentFileVault open() throws ArchiveException, IOException {
        MasterKey master = new MasterKey.Digits("00".repeat(32));
        Keyring keyring = Keyring.exists(DISK, directory)
                ? Keyring.open(DISK, directory, master)
                : Keyring.create(DISK, directory, master);
        return SegmentFileVault.open(
                counted(Disk.class, DISK),
                directory,
                keyring,
                Position.START,
                Optional.of(StarterDictionary.make()),
                Clock.systemUTC(),
                SEGMENT_BYTES);
    }

    /// Counts how often files are opened and read.
    private <T> T counted(Class<T> type, T real) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (self, method, given) -> {
            (method.getName().equals("open") ? opened : method.getName().equals("read") ? reads : new AtomicInteger())
                    .incrementAndGet();
            try {
                Object answer = method.invoke(real, given);
                return answer instanceof Disk.DiskFile file ? counted(Disk.DiskFile.class, file) : answer;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    private static FrameRecord record(FrameRecord.Type type, byte[] octets) {
        return new FrameRecord(type, Sha256.of(octets), Content.of(octets));
    }

    private byte[] letter(int size) {
        byte[] octets = new byte[size];
        random.nextBytes(octets);
        byte[] head = "Subject: as many others\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(head, 0, octets, 0, Math.min(size, head.length));
        return octets;
    }

    /// Small ones that are compressed with their manifest, some with several letters, some too large to
    /// be read ahead.
    private void fill(Vault vault) throws ArchiveException {
        for (int i = 1; i <= FRAMES; i++) {
            List<FrameRecord> records = new ArrayList<>();
            records.add(record(
                    FrameRecord.Type.MANIFEST, ("what report " + i + " said").getBytes(StandardCharsets.US_ASCII)));
            for (int k = i % 7 == 0 ? 3 : 1; k > 0; k--) {
                records.add(record(FrameRecord.Type.LETTER, letter(i % 50 == 0 ? 300_000 : random.nextInt(1, 6_000))));
            }
            vault.append(new Frame(Frame.Kind.ARRIVAL, records, records.size() == 2));
        }
    }

    private static String told(VaultReader reader, long number) {
        StringBuilder told = new StringBuilder();
        try {
            Optional<Kept> kept = reader.frame(number);
            if (kept.isPresent()) {
                told.append(kept.get().head())
                        .append(kept.get().records())
                        .append(kept.get().end());
                told.append(Sha256.of(kept.get().manifest()));
            }
        } catch (ArchiveException | IOException e) {
            told.append(e.getMessage());
        }
        for (int record = 0; record < 5; record++) {
            try {
                told.append(Sha256.of(reader.read(new Place(number, record))));
            } catch (ArchiveException | IOException e) {
                told.append(e.getMessage());
            }
        }
        return told.toString();
    }

    private static void compare(Vault vault, List<Long> asked) {
        VaultReader ahead = vault.readAhead(asked);
        for (long number : asked) {
            assertThat(told(ahead, number)).as("frame %s of %s", number, asked).isEqualTo(told(vault, number));
        }
        assertThat(told(ahead, 3)).isEqualTo(told(vault, 3)); // be it among them or not
    }

    private void compareAny(Vault vault) {
        compare(vault, List.of());
        compare(vault, LongStream.rangeClosed(1, FRAMES + 3).boxed().toList());
        for (int round = 0; round < 30; round++) {
            Set<Long> asked = new HashSet<>();
            for (int i = random.nextInt(40); i >= 0; i--) {
                asked.add(random.nextLong(1, FRAMES + 5));
            }
            compare(vault, List.copyOf(asked));
        }
    }

    @Test
    void anyFramesAreAsTheVaultTellsThem() throws Exception {
        try (SegmentFileVault vault = open()) {
            fill(vault);
            assertThat(SegmentFiles.list(DISK, directory)).hasSizeGreaterThan(4);
            compareAny(vault);
        }
        try (SegmentFileVault vault = open()) {
            compareAny(vault);
        }
    }

    @Test
    void whatWasErasedAndWhatIsDamagedIsToldAlike() throws Exception {
        try (SegmentFileVault vault = open()) {
            fill(vault);
            long act = vault.append(
                            new Frame(Frame.Kind.ACT, List.of(record(FrameRecord.Type.MANIFEST, new byte[] {1}))))
                    .number();
            vault.erase(
                    act,
                    Map.of(
                            3L, new Vault.Erasing(List.of(1), Optional.empty()),
                            14L, new Vault.Erasing(List.of(2), Optional.empty())));
            compareAny(vault);
            vault.compact();
            compareAny(vault);
        }
        for (long segment : SegmentFiles.list(DISK, directory)) {
            Path file = SegmentFiles.segment(directory, segment);
            byte[] octets = Files.readAllBytes(file);
            for (int i = 0; i < 4; i++) {
                octets[random.nextInt(octets.length / 4, octets.length / 2)] ^= 16;
            }
            Files.write(file, octets);
        }
        try (SegmentFileVault vault = open()) {
            compareAny(vault);
        }
    }

    @Test
    void neighboursAreReadTogether() throws Exception {
        try (SegmentFileVault vault = open()) {
            fill(vault);
            opened.set(0);
            reads.set(0);
            List<Long> asked = LongStream.rangeClosed(1, 20).boxed().toList();
            VaultReader ahead = vault.readAhead(asked);
            for (long number : asked) {
                assertThat(ahead.frame(number)).isPresent();
                assertThat(ahead.read(new Place(number, 1)).sizeBytes()).isPositive();
            }
            assertThat(opened).hasValue(1);
            assertThat(reads).hasValueBetween(2, 3); // where they lie, and they
        }
    }
}
