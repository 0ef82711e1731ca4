package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Compression;
import io.carteggio.archive.vault.Dictionary;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Kept.KeptRecord;
import io.carteggio.archive.vault.Key;
import io.carteggio.archive.vault.KeyTree;
import io.carteggio.archive.vault.KeyTree.RecordKeys;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.Recipe;
import io.carteggio.archive.vault.RecordSeal;
import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.SegmentFormat.FrameHead;
import io.carteggio.archive.vault.SegmentFormat.Row;
import io.carteggio.archive.vault.Sidecar;
import io.carteggio.archive.vault.Sidecar.Tombstone;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.Disk.DiskFile;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.Keyring.SegmentKey;
import io.carteggio.mail.Content;
import io.carteggio.mail.Exactly;
import io.carteggio.mail.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import org.jspecify.annotations.Nullable;

/// All segments with their keys, and the way from a record's place to its content. Safe for many
/// threads.
final class Segments {
    /// Records up to this size are unsealed in memory at once; larger ones while they are read.
    private static final int IN_MEMORY_BYTES = 1 << 20;

    /// What a record in memory may grow to when it is decompressed.
    private static final int DECOMPRESSED_LIMIT_BYTES = 16 << 20;

    private static final int RECORD_NAME_BYTES = 10;
    private static final int DICTIONARIES_KEPT = 4;

    private final Disk disk;
    private final Path directory;
    private final Keyring keyring;
    private final byte[] archiveId;
    private final ConcurrentSkipListMap<Long, Segment> byFirstFrame = new ConcurrentSkipListMap<>();
    private final Map<Long, Opened> opened = new ConcurrentHashMap<>();
    private final Map<Long, FrameOffsets> scanned = new ConcurrentHashMap<>(); // where the footer is damaged
    private final Map<Long, String> lost = new ConcurrentSkipListMap<>(); // segments without keys, and why
    private final Map<Long, Optional<Dictionary>> dictionaries = new LinkedHashMap<>(8, 0.75f, true);

    /// The keys of a segment, and what was erased of it.
    record Opened(KeyTree keys, Map<Long, Tombstone> erased, long generation) {}

    Segments(Disk disk, Path directory, Keyring keyring) {
        this.disk = disk;
        this.directory = directory;
        this.keyring = keyring;
        this.archiveId = keyring.archiveId();
    }

    /// Takes a segment in, or puts it in the place of what was known of it.
    void put(Segment segment) {
        byFirstFrame.put(segment.firstFrame(), segment);
    }

    Iterable<Segment> all() {
        return byFirstFrame.values();
    }

    Optional<Segment> byNumber(long number) {
        return byFirstFrame.values().stream().filter(s -> s.number() == number).findFirst();
    }

    /// The segment that has a frame.
    Optional<Segment> of(long frame) {
        Map.Entry<Long, Segment> entry = byFirstFrame.floorEntry(frame);
        return entry == null || frame > entry.getValue().lastFrame() ? Optional.empty() : Optional.of(entry.getValue());
    }

    /// Forgets what was read of a segment's sidecar.
    void forgetKeys(long number) {
        opened.remove(number);
    }

    /// Looks whether every segment but the open one can be opened, and remembers those that cannot.
    void findLost(long open) {
        for (Segment segment : all()) {
            if (segment.number() != open) {
                try {
                    keys(segment.number());
                } catch (ArchiveException e) {
                    lost.put(segment.number(), String.valueOf(e.getMessage()));
                }
            }
        }
    }

    /// The segments whose keys were not there when the vault was opened, with the reason.
    Map<Long, String> lost() {
        return lost;
    }

    /// The keys of a segment.
    ///
    /// @throws ArchiveException where neither copy of the sidecar opens; later helps only where the disk
    ///     could not be read
    Opened keys(long number) throws ArchiveException {
        Opened known = opened.get(number);
        if (known != null) {
            return known;
        }
        SegmentKey key = keyring.segment(number)
                .orElseThrow(() -> new ArchiveException("the keyring has no key for segment " + number, false));
        Opened fresh;
        if (key.generation() == 0) {
            fresh = new Opened(new KeyTree(key.key()), Map.of(), 0);
        } else {
            Sidecar sidecar = sidecar(number, key);
            fresh = new Opened(sidecar.keys(), sidecar.erased(), sidecar.generation());
        }
        opened.put(number, fresh);
        return fresh;
    }

    private List<Path> sidecars(long number) {
        return List.of(SegmentFiles.sidecar(directory, number), SegmentFiles.sidecarCopy(directory, number));
    }

    private Sidecar sidecar(long number, SegmentKey key) throws ArchiveException {
        List<String> wrong = new ArrayList<>();
        Optional<IOException> unreadable = Optional.empty();
        for (Path file : sidecars(number)) {
            try {
                Optional<String> fault = fault(file, key);
                if (fault.isEmpty()) {
                    return read(file, key).orElseThrow(() -> new IOException(file + " has just changed"));
                }
                wrong.add(file.getFileName() + " " + fault.get());
            } catch (IOException e) {
                unreadable = Optional.of(e); // the other one may serve
                wrong.add(file.getFileName() + " cannot be read: " + e.getMessage());
            }
        }
        String what = "no sidecar of segment " + number + " opens: " + String.join(", ", wrong);
        if (unreadable.isPresent()) {
            throw new ArchiveException(what, true, unreadable.get());
        }
        throw new ArchiveException(what, false);
    }

    private Optional<Sidecar> read(Path file, SegmentKey key) throws IOException {
        return Sidecar.read(disk.readAll(file), key.segment(), key.key(), archiveId)
                .filter(s -> s.generation() == key.generation());
    }

    /// Why a sidecar does not serve; empty where it does.
    private Optional<String> fault(Path file, SegmentKey key) throws IOException {
        String other = "is missing or not what was written";
        if (!disk.exists(file)) {
            return Optional.of(other);
        }
        if (read(file, key).isPresent()) {
            return Optional.empty();
        }
        return Sidecar.generation(disk.readAll(file), key.segment())
                .filter(generation -> generation != key.generation())
                .map(generation -> "is of generation " + generation + ", and the keyring opens " + key.generation())
                .or(() -> Optional.of(other));
    }

    /// Which of a closed segment's two sidecars do not serve.
    List<String> sidecarProblems(long number) throws IOException {
        List<String> problems = new ArrayList<>();
        Optional<SegmentKey> key = keyring.segment(number);
        if (key.isEmpty()) {
            return List.of("the keyring has no key for segment " + number);
        }
        if (key.get().generation() > 0) {
            for (Path file : sidecars(number)) {
                fault(file, key.get()).ifPresent(why -> problems.add(file.getFileName() + " " + why));
            }
        }
        return problems;
    }

    /// The dictionary of a segment.
    Optional<Dictionary> dictionary(Segment segment) throws IOException, ArchiveException {
        synchronized (dictionaries) {
            Optional<Dictionary> known = dictionaries.get(segment.number());
            if (known != null) {
                return known;
            }
        }
        return dictionaryAnew(segment);
    }

    /// The dictionary of a segment, read again.
    Optional<Dictionary> dictionaryAnew(Segment segment) throws IOException, ArchiveException {
        int sealedBytes = segment.header().dictionarySealedBytes();
        Optional<Dictionary> dictionary = Optional.empty();
        if (sealedBytes > 0) {
            try (DiskFile file = disk.open(segment.path(), Disk.Access.READ)) {
                byte[] sealed = SegmentFiles.at(file, SegmentFormat.SEGMENT_HEADER_BYTES, sealedBytes);
                RecordKeys keys = keys(segment.number())
                        .keys()
                        .at(KeyTree.dictionaryLeaf())
                        .orElseThrow(() -> new IOException("the dictionary's key is gone"));
                dictionary =
                        Optional.of(new Dictionary(RecordSeal.unseal(sealed, keys.key(), dictionaryName(archiveId))));
            }
        }
        remember(segment.number(), dictionary);
        return dictionary;
    }

    void remember(long segment, Optional<Dictionary> dictionary) {
        synchronized (dictionaries) {
            dictionaries.put(segment, dictionary);
            if (dictionaries.size() > DICTIONARIES_KEPT) {
                var eldest = dictionaries.keySet().iterator();
                eldest.next();
                eldest.remove();
            }
        }
    }

    static byte[] dictionaryName(byte[] archiveId) {
        return RecordSeal.associatedData(archiveId, 0, 0, FrameRecord.Type.DICTIONARY.code(), 0);
    }

    /// A record, found.
    private record Found(Segment segment, Row row, Place place, long offset, RecordKeys keys) {}

    private Found find(Place place) throws ArchiveException, IOException {
        Segment segment = of(place.frame())
                .orElseThrow(() -> new ArchiveException("frame " + place.frame() + " is not in the vault", false));
        try (DiskFile file = disk.open(segment.path(), Disk.Access.READ)) {
            return find(segment, file, place);
        }
    }

    private Found find(Segment segment, DiskFile file, Place place) throws ArchiveException, IOException {
        Opened keys = keys(segment.number());
        long at = offset(segment, file, place.frame());
        FrameHead head = at < 0 ? null : head(file, at, place.frame());
        if (head == null || place.record() >= head.rows().size()) {
            throw new ArchiveException("frame " + place.frame() + " is damaged", false);
        }
        RecordKeys open = keys.keys()
                .at(KeyTree.leaf(place.frame() - segment.firstFrame(), place.record()))
                .orElseThrow(() -> new ArchiveException(
                        "record " + place.record() + " of frame " + place.frame() + " was erased", false));
        Optional<Tombstone> tombstone = Optional.ofNullable(keys.erased().get(place.frame()));
        long offset = at + head.headBytes();
        for (int i = 0; i < place.record(); i++) {
            int record = i;
            boolean missing = tombstone
                    .filter(t -> t.missing(record, segment.header().edition()))
                    .isPresent();
            offset += missing ? 0 : head.rows().get(i).sealedBytes();
        }
        return new Found(segment, head.rows().get(place.record()), place, offset, open);
    }

    /// Where a frame begins; negative where it is not there. A footer that does not tell the truth costs
    /// reading the segment through, once.
    long offset(Segment segment, DiskFile file, long frame) throws IOException {
        long at = segment.offset(file, frame);
        if (segment instanceof Segment.Closed closed && (at < 0 || head(file, at, frame) == null)) {
            FrameOffsets offsets = scanned.get(segment.number());
            if (offsets == null) {
                try (SegmentReader reader = new SegmentReader(
                        disk, segment.path(), archiveId, erased(segment.number()), closed.framesEnd())) {
                    offsets = SegmentScan.of(reader, Long.MAX_VALUE).frames();
                }
                scanned.put(segment.number(), offsets);
            }
            return offsets.of(frame);
        }
        return at;
    }

    /// What was erased of a segment; nothing where its keys cannot be had.
    Map<Long, Tombstone> erased(long number) {
        try {
            return keys(number).erased();
        } catch (ArchiveException e) {
            return Map.of();
        }
    }

    private @Nullable FrameHead head(DiskFile file, long at, long frame) throws IOException {
        // one look for the usual frame of two records
        ByteBuffer some = ByteBuffer.allocate(SegmentFormat.headBytesFor(3));
        int n = file.read(some, at);
        byte[] start = Arrays.copyOf(some.array(), n);
        Optional<Integer> count = SegmentFormat.recordCount(start);
        if (count.isEmpty()) {
            return null;
        }
        int length = SegmentFormat.headBytesFor(count.get());
        byte[] head = length <= n ? Arrays.copyOf(start, length) : SegmentFiles.at(file, at, length);
        return SegmentFormat.readFrameHead(head, archiveId)
                .filter(h -> h.number() == frame)
                .orElse(null);
    }

    /// The content of a record.
    Content content(Place place) throws ArchiveException {
        try {
            Found found = find(place);
            if (found.row().sizeBytes() <= IN_MEMORY_BYTES && found.row().sealedBytes() <= 2 * IN_MEMORY_BYTES) {
                byte[] all = inMemory(found);
                return Content.owning(all, all.length);
            }
            return new Streamed(this, place, found.row().sizeBytes());
        } catch (IOException e) {
            throw new ArchiveException(
                    "record " + place.record() + " of frame " + place.frame() + " cannot be read: " + e.getMessage(),
                    false,
                    e);
        }
    }

    private byte[] inMemory(Found found) throws IOException, ArchiveException {
        byte[] kept = keptOctets(found);
        if ((found.row().coding() & Compression.RECIPE) == 0) {
            return sized(kept, found);
        }
        try (InputStream letter = Recipe.compose(new ByteArrayInputStream(kept), parts(found.place()))) {
            return sized(letter.readNBytes((int) found.row().sizeBytes() + 1), found);
        }
    }

    private static byte[] sized(byte[] octets, Found found) throws IOException {
        if (octets.length != found.row().sizeBytes()) {
            throw new IOException("the record has " + octets.length + " octets instead of "
                    + found.row().sizeBytes());
        }
        return octets;
    }

    private Recipe.Parts parts(Place letter) {
        return name -> {
            try {
                return content(name.in(letter.frame()));
            } catch (ArchiveException e) {
                throw new IOException("a part of the letter cannot be read: " + e.getMessage(), e);
            }
        };
    }

    /// The octets of a record before compression: the content, or what is kept in its stead by a
    /// recipe.
    private byte[] keptOctets(Found found) throws IOException, ArchiveException {
        byte[] plain = unsealed(found);
        return switch (found.row().coding() & Compression.MASK) {
            case Compression.NONE -> plain;
            case Compression.ZSTD -> Compression.decompress(plain, 0, Optional.empty(), DECOMPRESSED_LIMIT_BYTES);
            case Compression.WITH_DICTIONARY ->
                Compression.decompress(plain, 0, dictionary(found.segment()), DECOMPRESSED_LIMIT_BYTES);
            case Compression.WITH_RECORD -> {
                if (plain.length < RECORD_NAME_BYTES) {
                    throw new IOException("the record names no other");
                }
                ByteBuffer b = ByteBuffer.wrap(plain);
                Found like = find(new Place(b.getLong(), b.getShort() & 0xffff));
                if ((like.row().coding() & Compression.MASK) == Compression.WITH_RECORD) {
                    throw new IOException("a record depends on one that depends on another");
                }
                yield Compression.decompressLike(plain, RECORD_NAME_BYTES, keptOctets(like), DECOMPRESSED_LIMIT_BYTES);
            }
            case Compression.BEGUN ->
                Compression.decompressBegun(plain, begunBytes(found), dictionary(found.segment()));
            case Compression.CONTINUED -> {
                Found begun = find(new Place(found.place().frame(), 0));
                if ((begun.row().coding() & Compression.MASK) != Compression.BEGUN) {
                    throw new IOException("the record goes on from one that has an end");
                }
                yield Compression.decompressContinued(
                        unsealed(begun), plain, begunBytes(begun), dictionary(found.segment()));
            }
            default -> throw new IOException("coding " + found.row().coding() + " is unknown to this program");
        };
    }

    private static int begunBytes(Found begun) throws IOException {
        if (begun.row().sizeBytes() > Compression.TOGETHER_LIMIT_BYTES) {
            throw new IOException("a manifest of " + begun.row().sizeBytes() + " octets with a letter behind it");
        }
        return (int) begun.row().sizeBytes();
    }

    private byte[] unsealed(Found found) throws IOException {
        byte[] sealed;
        try (DiskFile file = disk.open(found.segment().path(), Disk.Access.READ)) {
            sealed = SegmentFiles.at(
                    file, found.offset(), Math.toIntExact(found.row().sealedBytes()));
        }
        return RecordSeal.unseal(sealed, found.keys().key(), name(found));
    }

    /// What serves as a dictionary for a letter like this one; empty where it is too large or depends
    /// on another.
    Optional<byte[]> asDictionary(Place place, int limitBytes) throws ArchiveException {
        try {
            Found found = find(place);
            int compression = found.row().coding() & Compression.MASK;
            if (compression == Compression.WITH_RECORD || found.row().sealedBytes() > limitBytes) {
                return Optional.empty();
            }
            byte[] kept = keptOctets(found);
            return kept.length <= limitBytes ? Optional.of(kept) : Optional.empty();
        } catch (IOException e) {
            throw new ArchiveException("frame " + place.frame() + " cannot be read: " + e.getMessage(), false, e);
        }
    }

    private byte[] name(Found found) {
        return RecordSeal.associatedData(
                archiveId,
                found.place().frame(),
                found.place().record(),
                found.row().type().code(),
                found.row().coding());
    }

    private InputStream stream(Place place) throws IOException {
        try {
            Found found = find(place);
            InputStream in = new DiskStretch(
                    disk.open(found.segment().path(), Disk.Access.READ),
                    found.offset(),
                    found.row().sealedBytes());
            InputStream plain = RecordSeal.unseal(in, found.keys().key(), name(found));
            InputStream kept = switch (found.row().coding() & Compression.MASK) {
                case Compression.NONE -> plain;
                case Compression.ZSTD -> Compression.decompressing(plain, Optional.empty());
                case Compression.WITH_DICTIONARY -> Compression.decompressing(plain, dictionary(found.segment()));
                default -> new ByteArrayInputStream(keptOctets(found));
            };
            return (found.row().coding() & Compression.RECIPE) == 0 ? kept : Recipe.compose(kept, parts(place));
        } catch (ArchiveException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /// A large record, unsealed anew for each stream; so a compaction meanwhile does no harm.
    private record Streamed(Segments segments, Place place, long sizeBytes) implements Content {
        @Override
        public InputStream open(long offset, long length) throws IOException {
            Objects.checkFromIndexSize(offset, length, sizeBytes);
            InputStream in = segments.stream(place);
            try {
                in.skipNBytes(offset);
            } catch (IOException | RuntimeException e) {
                in.close();
                throw e;
            }
            return new Exactly(in, length);
        }
    }

    /// Checks a record against its commitment.
    ///
    /// @return the sum of its content
    /// @throws IOException where it is not what was kept
    Sha256 verify(Place place, Row row) throws IOException, ArchiveException {
        Found found = find(place);
        Sha256 sum = row.sizeBytes() <= IN_MEMORY_BYTES && row.sealedBytes() <= 2 * IN_MEMORY_BYTES
                ? Sha256.of(inMemory(found))
                : Sha256.of(new Streamed(this, place, row.sizeBytes()));
        if (!SegmentFormat.commitment(found.keys().salt(), row.type(), sum).equals(row.commitment())) {
            throw new IOException("the content is not what was committed to");
        }
        return sum;
    }

    Optional<Key> salt(Place place) throws ArchiveException {
        Segment segment = of(place.frame())
                .orElseThrow(() -> new ArchiveException("frame " + place.frame() + " is not in the vault", false));
        return keys(segment.number())
                .keys()
                .at(KeyTree.leaf(place.frame() - segment.firstFrame(), place.record()))
                .map(RecordKeys::salt);
    }

    /// A frame by its number.
    Optional<Kept> frame(long number) throws ArchiveException {
        Optional<Segment> segment = of(number);
        if (segment.isEmpty()) {
            return Optional.empty();
        }
        try (DiskFile file = disk.open(segment.get().path(), Disk.Access.READ)) {
            long at = offset(segment.get(), file, number);
            FrameHead head = at < 0 ? null : head(file, at, number);
            if (head == null) {
                return Optional.empty();
            }
            return Optional.of(kept(segment.get(), head, at + head.lengthBytes()));
        } catch (IOException e) {
            throw new ArchiveException("frame " + number + " cannot be read: " + e.getMessage(), false, e);
        }
    }

    /// A frame whose head was found.
    ///
    /// @throws IOException where its manifest is not what was kept
    Kept kept(Segment segment, FrameHead head, long endOffset) throws IOException, ArchiveException {
        Optional<Tombstone> tombstone =
                Optional.ofNullable(keys(segment.number()).erased().get(head.number()));
        Content manifest;
        if (tombstone.isPresent() && tombstone.get().manifest().isPresent()) {
            byte[] stands = tombstone.get().manifest().get().toBytes();
            manifest = Content.owning(stands, stands.length);
        } else {
            try {
                manifest = content(new Place(head.number(), 0));
            } catch (ArchiveException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
        List<KeptRecord> records = new ArrayList<>(head.rows().size() - 1);
        for (int i = 1; i < head.rows().size(); i++) {
            int record = i;
            if (tombstone.filter(t -> t.covers(record)).isEmpty()) {
                Row row = head.rows().get(i);
                records.add(new KeptRecord(row.type(), new Place(head.number(), i), row.sizeBytes(), Optional.empty()));
            }
        }
        return new Kept(
                head,
                manifest,
                records,
                tombstone.filter(t -> t.manifest().isPresent()).map(Tombstone::act),
                new Position(segment.number(), endOffset, head.number()));
    }
}
