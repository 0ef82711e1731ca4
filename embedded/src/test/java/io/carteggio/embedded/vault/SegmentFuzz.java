package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Kept.KeptRecord;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.Vault;
import io.carteggio.archive.vault.Vault.Damage;
import io.carteggio.embedded.disk.Disk.DiskFile;
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
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/// Any octets in the place of a vault's files: a clear refusal, or a vault that gives nothing but what was
/// once kept, names what is damaged, ends, and takes frames on. Called by [SegmentFuzzTest] and by Jazzer in
/// `./check --long`.
///
/// A small vault is made once: a closed segment with its sidecars, one from which was erased, and an open
/// one. The octets say what is done to one of its files: which, where, and with what it is overwritten, cut
/// or lengthened.
public final class SegmentFuzz {
    private static final Path DIRECTORY = Path.of("/vault");
    private static final MasterKey MASTER = new MasterKey.Digits("42".repeat(32));
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T12:00:00Z"), ZoneOffset.UTC);
    private static final int SEGMENT_BYTES = 4_000;
    private static final int ACT = 9;
    private static final long LIMIT_NANOS = 10_000_000_000L;

    private static final SegmentFuzz VAULT = make();

    private final Map<Path, byte[]> files = new HashMap<>();

    /// The sums of all records that were ever kept, manifests too.
    private final Set<Sha256> kept = new HashSet<>();

    private Position end = Position.START;

    private SegmentFuzz() {}

    /// What Jazzer calls.
    public static void fuzzerTestOneInput(byte[] octets) throws ArchiveException, IOException {
        VAULT.open(octets);
    }

    private static SegmentFuzz make() {
        try {
            SegmentFuzz made = new SegmentFuzz();
            FakeDisk disk = new FakeDisk();
            disk.createDirectories(DIRECTORY);
            Keyring keyring = Keyring.create(disk, DIRECTORY, MASTER);
            try (SegmentFileVault vault = SegmentFileVault.open(
                    disk, DIRECTORY, keyring, Position.START, Optional.empty(), CLOCK, SEGMENT_BYTES)) {
                for (int i = 1; i <= 20; i++) {
                    vault.append(made.frame(i));
                    if (i == ACT) {
                        vault.roll();
                        vault.erase(ACT, Map.of(3L, new Vault.Erasing(List.of(1), Optional.empty())));
                        vault.compact();
                    }
                }
                made.end = vault.end();
            }
            for (Path file : disk.list(DIRECTORY)) {
                made.files.put(file, disk.readAll(file));
            }
            return made;
        } catch (ArchiveException | IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private Frame frame(int number) {
        return new Frame(
                number == ACT ? Frame.Kind.ACT : Frame.Kind.ARRIVAL,
                List.of(
                        record(FrameRecord.Type.MANIFEST, "manifest " + number),
                        record(FrameRecord.Type.LETTER, ("letter " + number + "\r\n").repeat(number)),
                        record(FrameRecord.Type.EVIDENCE, "evidence " + number)));
    }

    private FrameRecord record(FrameRecord.Type type, String text) {
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        Sha256 sum = Sha256.of(octets);
        kept.add(sum);
        return new FrameRecord(type, sum, Content.of(octets));
    }

    private void open(byte[] octets) throws ArchiveException, IOException {
        long started = System.nanoTime();
        FakeDisk disk = disk(octets);
        boolean acknowledged = octets.length > 0 && (octets[0] & 0x80) != 0;
        try (SegmentFileVault vault = SegmentFileVault.open(
                disk,
                DIRECTORY,
                Keyring.open(disk, DIRECTORY, MASTER),
                acknowledged ? end : Position.START,
                Optional.empty(),
                CLOCK,
                SEGMENT_BYTES)) {
            walk(vault);
            vault.keyProblems();
            vault.append(frame(21));
        } catch (ArchiveException refused) {
            if (refused.laterHelps()) {
                throw refused; // the disk is well: it must not be blamed
            }
        }
        if (System.nanoTime() - started > LIMIT_NANOS) {
            throw new AssertionError("it took too long");
        }
    }

    private void walk(SegmentFileVault vault) throws ArchiveException {
        List<Kept> found = new ArrayList<>();
        vault.walk(Position.START, new Vault.Walker() {
            @Override
            public void frame(Kept frame) {
                found.add(frame);
            }

            @Override
            public void damaged(Damage damage) {}

            @Override
            public boolean deep() {
                return true;
            }
        });
        for (Kept frame : found) {
            mustBeKept(sum(frame.manifest()), frame);
            for (KeptRecord record : frame.records()) {
                record.sum().ifPresent(sum -> mustBeKept(sum, frame));
            }
        }
    }

    private static Sha256 sum(Content content) {
        try {
            return Sha256.of(content);
        } catch (IOException e) {
            throw new AssertionError("a manifest that was given cannot be read", e);
        }
    }

    private void mustBeKept(Sha256 sum, Kept frame) {
        if (!kept.contains(sum)) {
            throw new AssertionError("frame " + frame.number() + " has octets that were never kept");
        }
    }

    /// The vault's files, one of them changed: an octet says which file, one how, two where, the rest with
    /// what.
    private FakeDisk disk(byte[] octets) throws IOException {
        FakeDisk disk = new FakeDisk();
        disk.createDirectories(DIRECTORY);
        List<Path> names = files.keySet().stream().sorted().toList();
        Path changed = names.get(octets.length < 1 ? 0 : (octets[0] & 0x7f) % names.size());
        for (Path name : names) {
            byte[] content = name.equals(changed) ? changed(octets, bytes(name)) : bytes(name);
            try (DiskFile file = disk.create(name)) {
                file.write(ByteBuffer.wrap(content), 0);
                file.force();
            }
        }
        disk.forceDirectory(DIRECTORY);
        return disk;
    }

    private byte[] bytes(Path name) {
        return Objects.requireNonNull(files.get(name));
    }

    private static byte[] changed(byte[] octets, byte[] content) {
        if (octets.length < 4) {
            return new byte[0];
        }
        int at = (((octets[2] & 0xff) << 8) + (octets[3] & 0xff)) % (content.length + 1);
        byte[] with = Arrays.copyOfRange(octets, 4, octets.length);
        return switch (octets[1] & 3) {
            case 0 -> joined(content, at, with, Math.min(content.length, at + with.length)); // overwritten
            case 1 -> joined(content, at, with, at); // put between
            case 2 -> joined(content, at, with, content.length); // in place of the end
            default -> with; // in place of all
        };
    }

    private static byte[] joined(byte[] head, int headEnd, byte[] middle, int tailStart) {
        return ByteBuffer.allocate(headEnd + middle.length + head.length - tailStart)
                .put(head, 0, headEnd)
                .put(middle)
                .put(head, tailStart, head.length - tailStart)
                .array();
    }

    /// Inputs to begin with: each file as it is, whole, and with small changes.
    static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>();
        List<Path> names = VAULT.files.keySet().stream().sorted().toList();
        for (int file = 0; file < names.size(); file++) {
            byte[] content = VAULT.bytes(names.get(file));
            seeds.add(joined(new byte[] {(byte) file, 3, 0, 0}, 4, content, 4));
            seeds.add(new byte[] {(byte) file, 2, (byte) ((content.length / 2) >> 8), (byte) (content.length / 2)});
            seeds.add(new byte[] {(byte) (file | 0x80), 0, 0, 120, 0, 0, 0, 0});
        }
        return seeds;
    }
}
