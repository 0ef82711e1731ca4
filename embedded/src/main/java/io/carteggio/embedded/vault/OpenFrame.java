package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Compression;
import io.carteggio.archive.vault.Dictionary;
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
import io.carteggio.archive.vault.Sidecar.Tombstone;
import io.carteggio.embedded.disk.Disk.DiskFile;
import io.carteggio.mail.Content;
import io.carteggio.mail.Exactly;
import io.carteggio.mail.Sha256;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// A frame whose head was found, and the way to its records: unsealed, decompressed, put together. What a record
/// was before compression is remembered, for a letter is compressed with its manifest. Safe for many threads.
final class OpenFrame {
    /// Records up to this size are unsealed in memory at once; larger ones while they are read.
    private static final int IN_MEMORY_BYTES = 1 << 20;

    /// What a record in memory may grow to when it is decompressed.
    private static final int DECOMPRESSED_LIMIT_BYTES = 16 << 20;

    private static final int REMEMBERED_BYTES = 64 * 1024;
    private static final int RECORD_NAME_BYTES = 10;

    private final Segments segments;
    private final Segment segment;
    private final Segments.Opened opened;
    private final FrameHead head;
    private final long at;
    private final byte[] octets;
    private final long[] sealedAt;
    private final long end;
    private final Map<Integer, byte[]> remembered = new ConcurrentHashMap<>(4);

    /// @param at where the frame begins
    /// @param octets of the segment from there on that are in memory already; at best those of the whole frame
    OpenFrame(Segments segments, Segment segment, Segments.Opened opened, FrameHead head, long at, byte[] octets) {
        this.segments = segments;
        this.segment = segment;
        this.opened = opened;
        this.head = head;
        this.at = at;
        this.octets = octets;
        this.sealedAt = new long[head.rows().size()];
        Optional<Tombstone> tombstone = tombstone();
        long next = at + head.headBytes();
        for (int i = 0; i < sealedAt.length; i++) {
            int record = i;
            sealedAt[i] = next;
            boolean missing = tombstone
                    .filter(t -> t.missing(record, segment.header().edition()))
                    .isPresent();
            next += missing ? 0 : head.rows().get(i).sealedBytes();
        }
        this.end = next + SegmentFormat.CHECK_BYTES;
    }

    long number() {
        return head.number();
    }

    /// Whether no more is read from the segment.
    boolean isInMemory() {
        return end - SegmentFormat.CHECK_BYTES <= at + octets.length;
    }

    /// Whether the segment and its keys are still those with which the frame was opened.
    boolean isOf(Segment now, Segments.Opened keys) {
        return segment.equals(now) && opened.keys().equals(keys.keys());
    }

    boolean isErased(int record) {
        return tombstone().filter(t -> t.covers(record)).isPresent();
    }

    private Optional<Tombstone> tombstone() {
        return Optional.ofNullable(opened.erased().get(head.number()));
    }

    private Row row(int record) throws ArchiveException {
        if (record >= head.rows().size()) {
            throw new ArchiveException("frame " + head.number() + " is damaged", false);
        }
        return head.rows().get(record);
    }

    private RecordKeys keys(int record) throws ArchiveException {
        return opened.keys()
                .at(KeyTree.leaf(head.number() - segment.firstFrame(), record))
                .orElseThrow(() ->
                        new ArchiveException("record " + record + " of frame " + head.number() + " was erased", false));
    }

    private static boolean isSmall(Row row) {
        return row.sizeBytes() <= IN_MEMORY_BYTES && row.sealedBytes() <= 2 * IN_MEMORY_BYTES;
    }

    /// The content of a record.
    Content content(int record) throws IOException, ArchiveException {
        Row row = row(record);
        if (isSmall(row)) {
            byte[] all = inMemory(record, row);
            return Content.owning(all, all.length);
        }
        keys(record); // says at once that it is gone
        return new Streamed(segments, new Place(head.number(), record), row.sizeBytes());
    }

    /// Checks a record against its commitment.
    ///
    /// @return the sum of its content
    /// @throws IOException where it is not what was kept
    Sha256 verify(int record) throws IOException, ArchiveException {
        Row row = row(record);
        Sha256 sum = Sha256.of(content(record));
        if (!SegmentFormat.commitment(keys(record).salt(), row.type(), sum).equals(row.commitment())) {
            throw new IOException("the content is not what was committed to");
        }
        return sum;
    }

    /// The frame, with its manifest or what stands for it.
    ///
    /// @throws IOException where the manifest is not what was kept
    Kept kept() throws IOException, ArchiveException {
        Optional<Tombstone> tombstone = tombstone();
        Content manifest;
        if (tombstone.isPresent() && tombstone.get().manifest().isPresent()) {
            byte[] stands = tombstone.get().manifest().get().toBytes();
            manifest = Content.owning(stands, stands.length);
        } else {
            try {
                manifest = content(0);
            } catch (ArchiveException e) {
                throw new IOException(e.getMessage(), e);
            }
        }
        List<KeptRecord> records = new ArrayList<>(head.rows().size() - 1);
        for (int i = 1; i < head.rows().size(); i++) {
            if (!isErased(i)) {
                Row row = head.rows().get(i);
                records.add(new KeptRecord(row.type(), new Place(head.number(), i), row.sizeBytes(), Optional.empty()));
            }
        }
        return new Kept(
                head,
                manifest,
                records,
                tombstone.filter(t -> t.manifest().isPresent()).map(Tombstone::act),
                new Position(segment.number(), end, head.number()));
    }

    private byte[] inMemory(int record, Row row) throws IOException, ArchiveException {
        byte[] kept = keptOctets(record);
        byte[] content = kept;
        if ((row.coding() & Compression.RECIPE) != 0) {
            try (InputStream letter = Recipe.compose(new ByteArrayInputStream(kept), parts())) {
                content = letter.readNBytes((int) row.sizeBytes() + 1);
            }
        }
        if (content.length != row.sizeBytes()) {
            throw new IOException("the record has " + content.length + " octets instead of " + row.sizeBytes());
        }
        return content;
    }

    private Recipe.Parts parts() {
        return name -> {
            Place place = name.in(head.number());
            try {
                return place.frame() == head.number() ? content(place.record()) : segments.content(place);
            } catch (ArchiveException e) {
                throw new IOException("a part of the letter cannot be read: " + e.getMessage(), e);
            }
        };
    }

    /// What serves as a dictionary for a letter like this one; empty where it is too large or depends
    /// on another.
    Optional<byte[]> asDictionary(int record, int limitBytes) throws IOException, ArchiveException {
        Row row = row(record);
        if ((row.coding() & Compression.MASK) == Compression.WITH_RECORD || row.sealedBytes() > limitBytes) {
            return Optional.empty();
        }
        byte[] kept = keptOctets(record);
        return kept.length <= limitBytes ? Optional.of(kept) : Optional.empty();
    }

    /// The octets of a record before compression: the content, or what is kept in its stead by a
    /// recipe.
    private byte[] keptOctets(int record) throws IOException, ArchiveException {
        byte[] known = remembered.get(record);
        if (known != null) {
            return known;
        }
        Row row = row(record);
        byte[] plain = unsealed(record);
        byte[] kept = switch (row.coding() & Compression.MASK) {
            case Compression.NONE -> plain;
            case Compression.ZSTD -> Compression.decompress(plain, 0, Optional.empty(), DECOMPRESSED_LIMIT_BYTES);
            case Compression.WITH_DICTIONARY ->
                Compression.decompress(plain, 0, segments.dictionary(segment), DECOMPRESSED_LIMIT_BYTES);
            case Compression.WITH_RECORD -> like(plain);
            case Compression.BEGUN -> Compression.decompressBegun(plain, begunBytes(row), segments.dictionary(segment));
            case Compression.CONTINUED -> continued(row, plain);
            default -> throw new IOException("coding " + row.coding() + " is unknown to this program");
        };
        return remember(record, kept);
    }

    private byte[] remember(int record, byte[] kept) {
        if (kept.length <= REMEMBERED_BYTES) {
            remembered.put(record, kept);
        }
        return kept;
    }

    private byte[] like(byte[] plain) throws IOException, ArchiveException {
        if (plain.length < RECORD_NAME_BYTES) {
            throw new IOException("the record names no other");
        }
        ByteBuffer b = ByteBuffer.wrap(plain);
        Place place = new Place(b.getLong(), b.getShort() & 0xffff);
        OpenFrame frame = place.frame() == head.number() ? this : segments.open(place.frame());
        if ((frame.row(place.record()).coding() & Compression.MASK) == Compression.WITH_RECORD) {
            throw new IOException("a record depends on one that depends on another");
        }
        return Compression.decompressLike(
                plain, RECORD_NAME_BYTES, frame.keptOctets(place.record()), DECOMPRESSED_LIMIT_BYTES);
    }

    /// Undoes at once what is compressed together: for who is about to ask for all of it. What is wrong
    /// shows when he does.
    void readTogether() {
        try {
            for (int i = 1; i < head.rows().size(); i++) {
                Row row = head.rows().get(i);
                if ((row.coding() & Compression.MASK) == Compression.CONTINUED && isSmall(row) && !isErased(i)) {
                    keptOctets(i);
                }
            }
        } catch (IOException | ArchiveException e) {
            remembered.clear();
        }
    }

    /// Puts what is compressed together together again; the manifest is remembered too.
    private byte[] continued(Row row, byte[] plain) throws IOException, ArchiveException {
        Row begun = row(0);
        if ((begun.coding() & Compression.MASK) != Compression.BEGUN) {
            throw new IOException("the record goes on from one that has an end");
        }
        int size = begunBytes(begun);
        boolean whole = (row.coding() & Compression.RECIPE) == 0; // else what is kept is of another size
        int limit = Compression.TOGETHER_LIMIT_BYTES;
        byte[] both = Compression.decompressTogether(
                unsealed(0),
                plain,
                size,
                whole ? (int) Math.min(limit, size + row.sizeBytes()) : limit,
                segments.dictionary(segment));
        remember(0, Arrays.copyOf(both, size));
        return Arrays.copyOfRange(both, size, both.length);
    }

    private static int begunBytes(Row begun) throws IOException {
        if (begun.sizeBytes() > Compression.TOGETHER_LIMIT_BYTES) {
            throw new IOException("a manifest of " + begun.sizeBytes() + " octets with a letter behind it");
        }
        return (int) begun.sizeBytes();
    }

    private byte[] unsealed(int record) throws IOException, ArchiveException {
        Row row = row(record);
        RecordKeys open = keys(record);
        int length = Math.toIntExact(row.sealedBytes());
        long from = sealedAt[record];
        if (from + length <= at + octets.length) {
            return RecordSeal.unseal(octets, (int) (from - at), length, open.key(), name(record, row));
        }
        Optional<DiskFile> found = segments.file(segment);
        if (found.isEmpty()) { // compacted meanwhile: it lies elsewhere
            return segments.open(head.number()).unsealed(record);
        }
        try (DiskFile file = found.get()) {
            return RecordSeal.unseal(SegmentFiles.at(file, from, length), open.key(), name(record, row));
        }
    }

    private byte[] name(int record, Row row) {
        return RecordSeal.associatedData(
                segments.archiveId(), head.number(), record, row.type().code(), row.coding());
    }

    private InputStream stream(int record) throws IOException, ArchiveException {
        Row row = row(record);
        InputStream kept = switch (row.coding() & Compression.MASK) {
            case Compression.NONE -> unsealing(record, row);
            case Compression.ZSTD -> decompressing(record, row, Optional.empty());
            case Compression.WITH_DICTIONARY -> decompressing(record, row, segments.dictionary(segment));
            default -> new ByteArrayInputStream(keptOctets(record));
        };
        return (row.coding() & Compression.RECIPE) == 0 ? kept : Recipe.compose(kept, parts());
    }

    private InputStream decompressing(int record, Row row, Optional<Dictionary> dictionary)
            throws IOException, ArchiveException {
        InputStream plain = unsealing(record, row);
        try {
            return Compression.decompressing(plain, dictionary);
        } catch (IOException | RuntimeException e) {
            plain.close();
            throw e;
        }
    }

    /// The octets of a record as they were sealed, from an open file: whatever may throw comes before it is
    /// opened.
    private InputStream unsealing(int record, Row row) throws IOException, ArchiveException {
        Key key = keys(record).key();
        byte[] name = name(record, row);
        Optional<DiskFile> file = segments.file(segment);
        if (file.isEmpty()) { // as above
            return segments.open(head.number()).unsealing(record, row);
        }
        return RecordSeal.unseal(new DiskStretch(file.get(), sealedAt[record], row.sealedBytes()), key, name);
    }

    /// A large record, found and unsealed anew for each stream; so a compaction meanwhile does no harm.
    private record Streamed(Segments segments, Place place, long sizeBytes) implements Content {
        @Override
        public InputStream open(long offset, long length) throws IOException {
            Objects.checkFromIndexSize(offset, length, sizeBytes);
            InputStream in;
            try {
                in = segments.open(place.frame()).stream(place.record());
            } catch (ArchiveException e) {
                throw new IOException(e.getMessage(), e);
            }
            return Exactly.from(in, offset, length);
        }
    }
}
