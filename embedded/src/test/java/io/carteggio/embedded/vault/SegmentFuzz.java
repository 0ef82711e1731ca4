package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Compression;
import io.carteggio.archive.vault.Dictionary;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Kept.KeptRecord;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.Recipe;
import io.carteggio.archive.vault.Recipe.Base64Form;
import io.carteggio.archive.vault.Recipe.PartName;
import io.carteggio.archive.vault.Recipe.Piece;
import io.carteggio.archive.vault.Vault;
import io.carteggio.archive.vault.Vault.Damage;
import io.carteggio.embedded.disk.Disk.DiskFile;
import io.carteggio.embedded.disk.FakeDisk;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.MasterKey;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
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
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;

/// Any octets in the place of a vault's files: a clear refusal, or a vault that gives nothing but what was
/// once kept, names what is damaged, ends, and takes frames on. Called by [SegmentFuzzTest] and by Jazzer in
/// `./check --long`.
///
/// A small vault is made once: a closed segment with its sidecars, one from which was erased, and an open
/// one, with records of every coding. The octets say what is done to one of its files: which, where, and with
/// what it is overwritten, cut or lengthened.
///
/// What is sealed is what its writer sealed, or does not open. So where octet 1 has the bit 4 the octets are
/// what lies under the seal: whatever that is, decompressing it and putting it together gives octets within
/// the limit, or says that it cannot.
public final class SegmentFuzz {
    private static final Path DIRECTORY = Path.of("/vault");
    private static final MasterKey MASTER = new MasterKey.Digits("42".repeat(32));
    private static final Clock CLOCK = Clock.fixed(Instant.parse("2026-11-22T12:00:00Z"), ZoneOffset.UTC);
    private static final int SEGMENT_BYTES = 4_000;
    private static final int ACT = 9;
    private static final long LIMIT_NANOS = 10_000_000_000L;

    private static final Dictionary DICTIONARY = new Dictionary(
            "manifest letter evidence From: To: Subject: ".repeat(8).getBytes(StandardCharsets.US_ASCII));
    private static final Base64Form LINES = new Base64Form(76, true, true);
    private static final byte[] ENCLOSED =
            "what several letters enclose\n".repeat(20).getBytes(StandardCharsets.US_ASCII);
    private static final int DECODERS = 6;
    private static final int LIMIT_BYTES = 1 << 20;

    private static final SegmentFuzz VAULT = make();

    private final Map<Path, byte[]> files = new HashMap<>();

    /// The sums of all records that were ever kept, manifests too.
    private final Set<Sha256> kept = new HashSet<>();

    private final Set<Integer> codings = new TreeSet<>();
    private Position end = Position.START;

    private SegmentFuzz() {}

    /// The codings of all records of the vault.
    static Set<Integer> codings() {
        return Set.copyOf(VAULT.codings);
    }

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
                    disk, DIRECTORY, keyring, Position.START, Optional.of(DICTIONARY), CLOCK, SEGMENT_BYTES)) {
                for (int i = 1; i <= 20; i++) {
                    vault.append(made.frame(i));
                    if (i == ACT) {
                        vault.roll();
                        vault.erase(ACT, Map.of(3L, new Vault.Erasing(List.of(1), Optional.empty())));
                        vault.compact();
                    }
                }
                made.end = vault.end();
                made.walk(vault).forEach(kept -> kept.head().rows().forEach(row -> made.codings.add(row.coding())));
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
        FrameRecord manifest = record(FrameRecord.Type.MANIFEST, text("manifest " + number + " of a letter"));
        byte[] letter = text(("letter " + number + "\r\n").repeat(number));
        return switch (number % 5) {
            case 0 -> // one letter, compressed with its manifest
                new Frame(Frame.Kind.ARRIVAL, List.of(manifest, record(FrameRecord.Type.LETTER, letter)), true);
            case 1 -> { // encloses what is a record of its own, and octets that lie with it
                byte[] mail = all(
                        text("Subject: " + number + "\r\n\r\n"), base64(ENCLOSED), text("--\r\n"), base64(text("own")));
                yield new Frame(
                        Frame.Kind.ARRIVAL,
                        List.of(
                                manifest,
                                new FrameRecord(
                                        FrameRecord.Type.LETTER,
                                        known(mail),
                                        Content.of(mail),
                                        Optional.of(recipe(mail)),
                                        Optional.empty()),
                                record(FrameRecord.Type.PART, ENCLOSED)));
            }
            case 2 -> // like the letter before, which cannot be compressed
                new Frame(Frame.Kind.ARRIVAL, List.of(manifest, record(FrameRecord.Type.LETTER, noise(number))));
            case 3 -> {
                byte[] like = all(text("Received: anew\r\n"), noise(number - 1));
                yield new Frame(
                        Frame.Kind.ARRIVAL,
                        List.of(
                                manifest,
                                new FrameRecord(
                                        FrameRecord.Type.LETTER,
                                        known(like),
                                        Content.of(like),
                                        Optional.empty(),
                                        Optional.of(new Place(number - 1L, 1)))));
            }
            default ->
                new Frame(
                        number == ACT ? Frame.Kind.ACT : Frame.Kind.ARRIVAL,
                        List.of(
                                manifest,
                                record(FrameRecord.Type.LETTER, letter),
                                record(FrameRecord.Type.EVIDENCE, text("evidence of letter " + number))));
        };
    }

    private static Recipe recipe(byte[] mail) {
        long enclosed = LINES.encodedBytes(ENCLOSED.length);
        long own = LINES.encodedBytes(3);
        long between = 4;
        return new Recipe(List.of(
                new Piece.Inline(mail.length - enclosed - between - own),
                new Piece.PartBase64(ENCLOSED.length, LINES, new PartName(0, 2)),
                new Piece.Inline(between),
                new Piece.InlineBase64(3, LINES)));
    }

    private static byte[] noise(int seed) {
        byte[] noise = new byte[300];
        new Random(seed).nextBytes(noise);
        return noise;
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }

    private FrameRecord record(FrameRecord.Type type, byte[] octets) {
        return new FrameRecord(type, known(octets), Content.of(octets));
    }

    private Sha256 known(byte[] octets) {
        Sha256 sum = Sha256.of(octets);
        kept.add(sum);
        return sum;
    }

    /// Gives octets that somebody put under a seal to those who undo what was done to them before.
    private static void decode(byte[] octets) {
        byte[] plain = Arrays.copyOfRange(octets, Math.min(4, octets.length), octets.length);
        int number = octets.length < 4 ? 0 : ((octets[2] & 0xff) << 8) + (octets[3] & 0xff);
        try {
            int length = switch ((octets[0] & 0x7f) % DECODERS) {
                case 0 -> Compression.decompress(plain, 0, Optional.empty(), LIMIT_BYTES).length;
                case 1 -> Compression.decompress(plain, 0, Optional.of(DICTIONARY), LIMIT_BYTES).length;
                case 2 -> Compression.decompressLike(plain, 0, ENCLOSED, LIMIT_BYTES).length;
                case 3 -> Compression.decompressBegun(plain, number, Optional.of(DICTIONARY)).length;
                case 4 -> {
                    int cut = number % (plain.length + 1);
                    yield Compression.decompressTogether(
                                    Arrays.copyOf(plain, cut),
                                    Arrays.copyOfRange(plain, cut, plain.length),
                                    number,
                                    Compression.TOGETHER_LIMIT_BYTES,
                                    Optional.of(DICTIONARY))
                            .length;
                }
                default -> {
                    Recipe.parts(new ByteArrayInputStream(plain));
                    try (InputStream letter = Recipe.compose(new ByteArrayInputStream(plain), SegmentFuzz::part)) {
                        yield letter.readNBytes(LIMIT_BYTES).length;
                    }
                }
            };
            if (length > LIMIT_BYTES) {
                throw new AssertionError(length + " octets, over the limit");
            }
        } catch (IOException said) {
            // what was sealed is not what this program seals
        }
    }

    private static Content part(PartName name) throws IOException {
        if (name.record() > 8) {
            throw new IOException("there is no such part");
        }
        return Content.of(ENCLOSED);
    }

    private void open(byte[] octets) throws ArchiveException, IOException {
        if (octets.length > 1 && (octets[1] & 4) != 0) {
            decode(octets);
            return;
        }
        long started = System.nanoTime();
        FakeDisk disk = disk(octets);
        boolean acknowledged = octets.length > 0 && (octets[0] & 0x80) != 0;
        try (SegmentFileVault vault = SegmentFileVault.open(
                disk,
                DIRECTORY,
                Keyring.open(disk, DIRECTORY, MASTER),
                acknowledged ? end : Position.START,
                Optional.of(DICTIONARY),
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

    private List<Kept> walk(SegmentFileVault vault) throws ArchiveException {
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
        return found;
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

    private static byte[] all(byte[]... pieces) {
        ByteArrayOutputStream octets = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            octets.writeBytes(piece);
        }
        return octets.toByteArray();
    }

    /// What lies under the seals of the vault, one of each coding.
    private static List<byte[]> plain() {
        byte[] letter = text("letter of a manifest\r\n".repeat(9));
        Compression.Together both = Compression.compressTogether(text("manifest of a letter"), letter, DICTIONARY);
        Recipe inline = new Recipe(List.of(new Piece.Inline(7), new Piece.InlineBase64(3, LINES)));
        try {
            byte[] begun = both.begun().toByteArray(LIMIT_BYTES);
            byte[] mail = all(text("Hello\r\n"), base64(text("own")));
            return List.of(
                    all(
                            new byte[] {0, 4, 0, 0},
                            Compression.compress(letter, letter.length, Optional.empty())
                                    .orElseThrow()),
                    all(
                            new byte[] {1, 4, 0, 0},
                            Compression.compress(letter, letter.length, Optional.of(DICTIONARY))
                                    .orElseThrow()),
                    all(
                            new byte[] {2, 4, 0, 0},
                            Compression.compressLike(ENCLOSED, ENCLOSED.length, ENCLOSED)
                                    .orElseThrow()),
                    all(new byte[] {3, 4, 0, 20}, begun),
                    all(
                            new byte[] {4, 4, 0, (byte) begun.length},
                            begun,
                            both.continued().toByteArray(LIMIT_BYTES)),
                    all(new byte[] {5, 4, 0, 0}, inline.kept(Content.of(mail)).toByteArray(LIMIT_BYTES)));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static byte[] base64(byte[] octets) {
        try (InputStream in = LINES.encode(new ByteArrayInputStream(octets), octets.length)) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    /// Inputs to begin with: each file as it is, whole, and with small changes; and what lies under the seals.
    static List<byte[]> seeds() {
        List<byte[]> seeds = new ArrayList<>(plain());
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
