package io.carteggio.embedded.vault;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Compression;
import io.carteggio.archive.vault.Dictionary;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.Recipe;
import io.carteggio.archive.vault.Vault;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.FakeDisk;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Whoever reads a letter, and whatever goes wrong, no file stays open behind him: a server that reads for
/// months would run out of them.
class OpenFilesTest {
    private static final MasterKey MASTER = new MasterKey.Digits("00".repeat(32));
    private static final Path DIRECTORY = Path.of("/vault");

    /// Read while it is asked for, not at once.
    private static final int LARGE_BYTES = 3_000_000;

    private final FakeDisk fake = new FakeDisk();
    private final AtomicInteger open = new AtomicInteger();
    private final Disk disk = counting(Disk.class, fake);
    private Optional<SegmentFileVault> opened = Optional.empty();

    @BeforeEach
    void make() throws Exception {
        disk.createDirectories(DIRECTORY);
        Keyring.create(disk, DIRECTORY, MASTER);
        opened = Optional.of(open());
    }

    @AfterEach
    void close() throws ArchiveException {
        vault().close();
        assertThat(open).hasValue(0);
    }

    private SegmentFileVault vault() {
        return opened.orElseThrow();
    }

    private SegmentFileVault open() throws ArchiveException, IOException {
        return SegmentFileVault.open(
                disk,
                DIRECTORY,
                Keyring.open(disk, DIRECTORY, MASTER),
                Position.START,
                Optional.of(
                        new Dictionary("From: To: Subject: letter ".repeat(9).getBytes(StandardCharsets.US_ASCII))),
                Clock.systemUTC(),
                SegmentFileVault.SEGMENT_BYTES);
    }

    /// A disk, or a file, whose files are counted until they are closed.
    private <T> T counting(Class<T> type, T real) {
        return type.cast(Proxy.newProxyInstance(type.getClassLoader(), new Class<?>[] {type}, (proxy, method, args) -> {
            Object[] arguments = Optional.ofNullable(args).orElse(new Object[0]);
            if (method.isDefault()) {
                return InvocationHandler.invokeDefault(proxy, method, arguments);
            }
            if (method.getName().equals("close")) {
                open.decrementAndGet();
            }
            try {
                Object result = method.invoke(real, arguments);
                if (result instanceof Disk.DiskFile file) {
                    open.incrementAndGet();
                    return counting(Disk.DiskFile.class, file);
                }
                return result;
            } catch (InvocationTargetException e) {
                throw e.getCause();
            }
        }));
    }

    private static byte[] noise(int bytes) {
        byte[] noise = new byte[bytes];
        new Random(bytes).nextBytes(noise);
        return noise;
    }

    private static FrameRecord record(FrameRecord.Type type, byte[] octets) {
        return new FrameRecord(type, Sha256.of(octets), Content.of(octets));
    }

    private Kept append(boolean ofOneLetter, FrameRecord... records) throws ArchiveException {
        byte[] manifest = "From: To: Subject: letter, the manifest".getBytes(StandardCharsets.US_ASCII);
        FrameRecord[] all = new FrameRecord[records.length + 1];
        all[0] = record(FrameRecord.Type.MANIFEST, manifest);
        System.arraycopy(records, 0, all, 1, records.length);
        return vault().append(new Frame(Frame.Kind.ARRIVAL, List.of(all), ofOneLetter));
    }

    /// A letter with a large attachment, which lies in a record of its own.
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aLetterIsPutTogetherOfItsParts(boolean together) throws Exception {
        byte[] attachment = noise(LARGE_BYTES);
        byte[] head = "From: To: Subject: letter\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
        byte[] base64 = Base64.getMimeEncoder().encode(attachment);
        byte[] letter = Arrays.copyOf(head, head.length + base64.length + 1);
        System.arraycopy(base64, 0, letter, head.length, base64.length);
        Recipe recipe = new Recipe(List.of(
                new Recipe.Piece.Inline(head.length),
                new Recipe.Piece.PartBase64(
                        attachment.length, new Recipe.Base64Form(76, true, false), new Recipe.PartName(0, 2)),
                new Recipe.Piece.Inline(1)));
        Kept kept = append(
                together,
                new FrameRecord(
                        FrameRecord.Type.LETTER,
                        Sha256.of(letter),
                        Content.of(letter),
                        Optional.of(recipe),
                        Optional.empty()),
                record(FrameRecord.Type.PART, attachment));
        assertThat(kept.head().rows().get(1).coding() & Compression.MASK)
                .isEqualTo(together ? Compression.CONTINUED : Compression.WITH_DICTIONARY);
        Content content = vault().read(new Place(kept.number(), 1));
        int before = open.get();
        try (InputStream in = content.open()) {
            assertThat(in.readAllBytes()).isEqualTo(letter);
        }
        assertThat(open).as("read to its end").hasValue(before);
        try (InputStream in = content.open(1_000_000, 1_000_000)) {
            assertThat(in.readNBytes(1_000)).isEqualTo(Arrays.copyOfRange(letter, 1_000_000, 1_001_000));
        }
        assertThat(open).as("given up in the midst of the attachment").hasValue(before);
    }

    @Test
    void aLetterIsErasedBeforeItIsRead() throws Exception {
        long frame = append(false, record(FrameRecord.Type.LETTER, noise(LARGE_BYTES)))
                .number();
        Content content = vault().read(new Place(frame, 1));
        FrameRecord manifest = record(FrameRecord.Type.MANIFEST, new byte[] {1});
        long act = vault().append(new Frame(Frame.Kind.ACT, List.of(manifest))).number();
        vault().erase(act, Map.of(frame, new Vault.Erasing(List.of(1), Optional.empty())));
        int before = open.get();
        assertThatThrownBy(content::open).hasMessageContaining("was erased");
        assertThat(open).hasValue(before);
    }

    /// The disk fails at each read in turn.
    @Test
    void theDiskFails() throws Exception {
        long frame = append(false, record(FrameRecord.Type.LETTER, noise(LARGE_BYTES)))
                .number();
        vault().roll();
        vault().close();
        int failures = 0;
        boolean reached = true;
        for (int failing = 1; reached; failing++) {
            AtomicInteger left = new AtomicInteger(failing);
            fake.trouble((call, file, sizeBytes) -> call == FakeDisk.Call.READ && left.decrementAndGet() == 0
                    ? new FakeDisk.Fate.Fails("played", 0)
                    : FakeDisk.DONE);
            try (SegmentFileVault again = open();
                    InputStream in = again.read(new Place(frame, 1)).open(LARGE_BYTES / 2, 10)) {
                assertThat(in.readAllBytes()).hasSize(10);
            } catch (IOException | ArchiveException e) {
                failures++;
            }
            reached = left.get() <= 0;
            fake.heal();
            assertThat(open).as("the read number " + failing).hasValue(0);
        }
        assertThat(failures).isGreaterThan(10);
        opened = Optional.of(open());
    }
}
