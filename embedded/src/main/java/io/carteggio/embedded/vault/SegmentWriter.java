package io.carteggio.embedded.vault;

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
import io.carteggio.archive.vault.RecordSeal;
import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.SegmentFormat.FrameHead;
import io.carteggio.archive.vault.SegmentFormat.Row;
import io.carteggio.archive.vault.SegmentFormat.SegmentHeader;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.Disk.DiskFile;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.Keyring.SegmentKey;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Writes frames behind each other into the open segment. Belongs to one thread at a time: whoever writes in the vault.
final class SegmentWriter {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentWriter.class);
    private static final int BUFFER_BYTES = 512 * 1024;

    /// How far behind its last frame the file is filled with zeros.
    static final int ROOM_BYTES = 1 << 20;

    /// After more than this, whoever forces waits for the octets more than for the file's new length.
    private static final int ROOM_BEHIND_AT_MOST_BYTES = 128 * 1024;

    private static final ByteBuffer ROOM = ByteBuffer.allocateDirect(ROOM_BYTES).asReadOnlyBuffer();

    private final DiskFile file;
    private final Segment.Growing segment;
    private final byte[] archiveId;
    private final KeyTree keys;
    private final RecordSeal.Sealer sealer = new RecordSeal.Sealer();
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final byte[] plain = new byte[Prepared.IN_MEMORY_BYTES + 64];
    private long flushed;
    private long written;
    private long forced;
    private long forcedFrames;

    /// Its footer is on the disk.
    private boolean ended;

    /// Where the file ends; zeros from `written` on.
    private long room;

    /// A frame that was written, not yet forced.
    record Written(Kept kept, Sha256 hash) {}

    SegmentWriter(DiskFile file, Segment.Growing segment, byte[] archiveId, Key root, long end) {
        this.file = file;
        this.segment = segment;
        this.archiveId = archiveId;
        this.keys = new KeyTree(root);
        this.flushed = end;
        this.written = end;
        this.forced = end;
        this.room = end;
        this.forcedFrames = segment.lastFrame();
    }

    /// Begins a segment: its root goes into the keyring first, then the file comes into being with
    /// its whole header.
    static SegmentWriter start(
            Disk disk,
            Path directory,
            Keyring keyring,
            long number,
            long firstFrame,
            Sha256 previous,
            long millis,
            Optional<Dictionary> dictionary)
            throws IOException {
        Key root = Key.random();
        keyring.put(List.of(new SegmentKey(number, 0, root)));
        byte[] archiveId = keyring.archiveId();
        byte[] plain = dictionary.map(Dictionary::toBytes).orElse(new byte[0]);
        byte[] sealed = dictionary.isPresent() ? seal(plain, root, archiveId) : new byte[0];
        SegmentHeader header = new SegmentHeader(number, firstFrame, previous, millis, sealed.length, plain.length, 0);
        byte[] head = SegmentFormat.segmentHeader(header, archiveId);
        ByteBuffer both =
                ByteBuffer.allocate(head.length + sealed.length).put(head).put(sealed);
        Path path = SegmentFiles.segment(directory, number);
        disk.replace(path, both.array());
        return new SegmentWriter(
                disk.open(path, Disk.Access.WRITE),
                new Segment.Growing(header, path, new FrameOffsets(firstFrame), -1),
                archiveId,
                root,
                both.capacity());
    }

    private static byte[] seal(byte[] dictionary, Key root, byte[] archiveId) throws IOException {
        RecordKeys keys = new KeyTree(root).at(KeyTree.dictionaryLeaf()).orElseThrow();
        ByteBuffer sealed = ByteBuffer.allocate(Math.toIntExact(RecordSeal.sealedBytes(dictionary.length)));
        new RecordSeal.Sealer()
                .seal(
                        dictionary,
                        dictionary.length,
                        keys.key(),
                        Segments.dictionaryName(archiveId),
                        (octets, n) -> sealed.put(octets, 0, n));
        return sealed.array();
    }

    Segment.Growing segment() {
        return segment;
    }

    /// How many frames it has, forced or not.
    int frames() {
        return segment.offsets().count();
    }

    boolean full(long segmentBytes) {
        return written >= segmentBytes || frames() >= KeyTree.FRAMES_LIMIT - 1024;
    }

    Position position() {
        return new Position(segment.number(), forced, forcedFrames);
    }

    long forcedBytes() {
        return forced;
    }

    Written put(Prepared prepared, Sha256 previous) throws IOException {
        long number = segment.lastFrame() + 1;
        long at = written;
        boolean allInMemory = prepared.bodies().stream().allMatch(b -> b instanceof Prepared.Body.InMemory);
        FrameHead head = allInMemory ? inMemory(prepared, number, previous) : streamed(prepared, number, previous);
        byte[] bytes = SegmentFormat.frameHead(head, archiveId);
        segment.offsets().put(number, at);
        List<KeptRecord> records = new ArrayList<>(head.rows().size() - 1);
        for (int i = 1; i < head.rows().size(); i++) {
            FrameRecord record = prepared.bodies().get(i).record();
            records.add(new KeptRecord(
                    record.type(), new Place(number, i), record.content().sizeBytes(), Optional.of(record.sum())));
        }
        Kept kept = new Kept(
                head,
                prepared.frame().records().getFirst().content(),
                records,
                Optional.empty(),
                new Position(segment.number(), written, number));
        return new Written(kept, SegmentFormat.frameHash(bytes));
    }

    private RecordKeys keys(long number, int record) {
        return keys.at(KeyTree.leaf(number - segment.firstFrame(), record)).orElseThrow();
    }

    private Row row(Prepared.Body body, RecordKeys keys, long sealedBytes) {
        FrameRecord record = body.record();
        return new Row(
                record.type(),
                body.coding(),
                record.content().sizeBytes(),
                sealedBytes,
                SegmentFormat.commitment(keys.salt(), record.type(), record.sum()));
    }

    /// The usual frame: all lengths are known, so the head goes first.
    private FrameHead inMemory(Prepared prepared, long number, Sha256 previous) throws IOException {
        List<Row> rows = new ArrayList<>(prepared.bodies().size());
        List<RecordKeys> opening = new ArrayList<>(prepared.bodies().size());
        for (int i = 0; i < prepared.bodies().size(); i++) {
            Prepared.Body.InMemory body =
                    (Prepared.Body.InMemory) prepared.bodies().get(i);
            RecordKeys k = keys(number, i);
            opening.add(k);
            rows.add(row(body, k, RecordSeal.sealedBytes(body.octets().sizeBytes())));
        }
        FrameHead head =
                new FrameHead(prepared.frame().kind(), number, SegmentFormat.frameBytes(rows), forced, previous, rows);
        byte[] bytes = SegmentFormat.frameHead(head, archiveId);
        put(bytes, bytes.length);
        CRC32C crc = new CRC32C();
        for (int i = 0; i < rows.size(); i++) {
            Prepared.Body.InMemory body =
                    (Prepared.Body.InMemory) prepared.bodies().get(i);
            int length = Math.toIntExact(body.octets().sizeBytes());
            try (InputStream in = body.octets().open()) {
                in.readNBytes(plain, 0, length);
            }
            sealer.seal(plain, length, opening.get(i).key(), name(number, i, body), (octets, n) -> {
                crc.update(octets, 0, n);
                put(octets, n);
            });
        }
        putInt((int) crc.getValue());
        return head;
    }

    /// A frame with a large record: what it takes when compressed is known only when it is written,
    /// so the head, for which room is left, is written last. Nothing counts before the force.
    private FrameHead streamed(Prepared prepared, long number, Sha256 previous) throws IOException {
        flush();
        long headAt = written;
        int headBytes = SegmentFormat.headBytesFor(prepared.bodies().size());
        written += headBytes;
        flushed = written;
        CRC32C crc = new CRC32C();
        List<Row> rows = new ArrayList<>(prepared.bodies().size());
        for (int i = 0; i < prepared.bodies().size(); i++) {
            Prepared.Body body = prepared.bodies().get(i);
            RecordKeys k = keys(number, i);
            long from = written;
            RecordSeal.Sink sink = (octets, n) -> {
                crc.update(octets, 0, n);
                put(octets, n);
            };
            byte[] name = name(number, i, body);
            try (SealingStream sealing = new SealingStream(sealer, k.key(), name, sink)) {
                switch (body) {
                    case Prepared.Body.InMemory here -> copy(here.octets(), sealing);
                    case Prepared.Body.Streamed large -> {
                        if ((large.coding() & Compression.MASK) == Compression.NONE) {
                            copy(large.kept(), sealing);
                        } else {
                            try (OutputStream compressing = Compression.compressing(sealing, Optional.empty())) {
                                copy(large.kept(), compressing);
                            }
                        }
                    }
                }
            }
            rows.add(row(body, k, written - from));
        }
        putInt((int) crc.getValue());
        flush();
        FrameHead head =
                new FrameHead(prepared.frame().kind(), number, SegmentFormat.frameBytes(rows), forced, previous, rows);
        file.write(ByteBuffer.wrap(SegmentFormat.frameHead(head, archiveId)), headAt);
        return head;
    }

    private static void copy(Content content, OutputStream out) throws IOException {
        long n;
        try (InputStream in = content.open()) {
            n = in.transferTo(out);
        }
        if (n != content.sizeBytes()) {
            throw new IOException("a record of " + content.sizeBytes() + " octets turned out to have " + n);
        }
    }

    private byte[] name(long number, int record, Prepared.Body body) {
        return RecordSeal.associatedData(
                archiveId, number, record, body.record().type().code(), body.coding());
    }

    private void putInt(int value) throws IOException {
        put(ByteBuffer.allocate(Integer.BYTES).putInt(value).array(), Integer.BYTES);
    }

    private void put(byte[] octets, int length) throws IOException {
        for (int from = 0; from < length; ) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int n = Math.min(buffer.remaining(), length - from);
            buffer.put(octets, from, n);
            from += n;
        }
        written += length;
    }

    /// Hands what is written to the file system.
    void flush() throws IOException {
        buffer.flip();
        try {
            int n = buffer.remaining();
            file.write(buffer, flushed);
            flushed += n;
        } finally {
            buffer.clear();
        }
    }

    /// Forces all that was flushed: from here on it is kept.
    ///
    /// Forcing a file that has grown takes nearly twice as long as forcing one that has not: the file system writes
    /// down its new length, too. So with small frames the file is made longer than it need be now and then.
    void force() throws IOException {
        if (written > room && written - forced <= ROOM_BEHIND_AT_MOST_BYTES) {
            makeRoom();
        }
        file.force();
        forced = written;
        forcedFrames = segment.lastFrame();
    }

    /// The room is no promise: what keeps the disk from giving it, the next frame will meet.
    private void makeRoom() {
        try {
            file.write(ROOM.duplicate(), written);
            room = written + ROOM_BYTES;
        } catch (IOException e) {
            LOG.debug("{} got no room: {}", segment.path().getFileName(), e.toString());
            room = Long.MAX_VALUE; // not asked for again: a full disk would be filled to its last octet each time
        }
    }

    /// Cuts back to what was forced. A footer that is on the disk stays.
    void takeBack() throws IOException {
        if (ended) {
            return;
        }
        buffer.clear();
        written = forced;
        flushed = forced;
        segment.offsets().cut(forcedFrames + 1);
        if (!SegmentFiles.blankFrom(file, forced)) { // else there is nothing to cut, which might fail, too
            file.truncate(forced);
            room = forced;
        }
    }

    /// The same, so that no crash brings back what was cut.
    void cutForGood() throws IOException {
        takeBack();
        file.force();
    }

    /// Ends the segment behind what was forced, and forces that, once: the keys may be where a closed segment has them
    /// by now, and a footer that is on the disk must not be torn by writing it again.
    void putFooter(byte[] footer) throws IOException {
        if (!ended) {
            file.write(ByteBuffer.wrap(footer), forced);
            file.truncate(forced + footer.length);
            file.force();
            ended = true;
        }
    }

    /// Gives back the room, and closes the file.
    void end() throws IOException {
        try (file) {
            file.truncate(forced);
        }
    }

    void close() throws IOException {
        file.close();
    }
}
