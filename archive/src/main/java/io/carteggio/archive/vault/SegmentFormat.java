package io.carteggio.archive.vault;

import io.carteggio.mail.Sha256;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.zip.CRC32C;

/// The bytes of a segment, version 1; the document is `docs/format/segment.md` and wins where the two disagree.
///
/// All numbers are big-endian. Pure functions, safe for many threads.
public final class SegmentFormat {
    public static final int VERSION = 1;
    public static final int SEGMENT_HEADER_BYTES = 96;
    public static final int ARCHIVE_ID_BYTES = 16;

    /// Up to and with the record count; the table of records follows.
    static final int FRAME_HEADER_BYTES = 68;

    static final int TABLE_ROW_BYTES = 48;
    static final int CHECK_BYTES = 4;
    public static final int FRAME_MAGIC = 0x46524d31; // "FRM1"

    /// A frame with more records is not ours: an arrival has a manifest, an evidence and a handful of letters.
    public static final int RECORDS_LIMIT = 1 << 16;

    private static final byte[] MAGIC = "CARTEGGI".getBytes(StandardCharsets.US_ASCII);
    private static final int HASH_SHA256 = 1;
    private static final int NONE = 0;

    private SegmentFormat() {}

    /// What stands at the head of a segment.
    ///
    /// @param previous the hash of the frame before the first one here; zeros where there is none
    public record SegmentHeader(long segment, long firstFrame, Sha256 previous, long createdMillis) {}

    /// What stands at the head of a frame, with its table.
    ///
    /// @param lengthBytes of the whole frame, from its first octet to the one after its trailer
    /// @param forcedUpTo all octets of this segment before this offset were on stable storage when the frame was
    ///     written
    public record FrameHead(
            Frame.Kind kind, long number, long lengthBytes, long forcedUpTo, Sha256 previous, List<Row> rows) {
        public FrameHead {
            rows = List.copyOf(rows);
        }

        public int headBytes() {
            return headBytesFor(rows.size());
        }
    }

    /// A record as the table has it.
    public record Row(FrameRecord.Type type, long lengthBytes, Sha256 sum) {}

    /// What became of reading a segment's header.
    public sealed interface HeaderReading {
        record Good(SegmentHeader header) implements HeaderReading {}

        /// A format of a later program, or of another archive: not to be touched.
        record Foreign(String why) implements HeaderReading {}

        record Damaged(String why) implements HeaderReading {}
    }

    public static byte[] segmentHeader(SegmentHeader header, byte[] archiveId) {
        ByteBuffer b = ByteBuffer.allocate(SEGMENT_HEADER_BYTES);
        b.put(MAGIC);
        b.putShort((short) VERSION);
        b.putShort((short) HASH_SHA256);
        b.putShort((short) NONE); // encryption
        b.putShort((short) NONE); // compression
        b.putLong(header.segment());
        b.putLong(header.firstFrame());
        b.put(archiveId, 0, ARCHIVE_ID_BYTES);
        b.put(header.previous().toBytes());
        b.putLong(header.createdMillis());
        b.putInt(0);
        b.putInt(crc(b.array(), SEGMENT_HEADER_BYTES - CHECK_BYTES));
        return b.array();
    }

    public static HeaderReading readSegmentHeader(byte[] bytes, byte[] archiveId) {
        if (bytes.length < SEGMENT_HEADER_BYTES) {
            return new HeaderReading.Damaged("the header ends after " + bytes.length + " octets");
        }
        ByteBuffer b = ByteBuffer.wrap(bytes);
        byte[] magic = new byte[MAGIC.length];
        b.get(magic);
        if (b.getInt(SEGMENT_HEADER_BYTES - CHECK_BYTES) != crc(bytes, SEGMENT_HEADER_BYTES - CHECK_BYTES)) {
            return new HeaderReading.Damaged("the header's checksum is wrong");
        }
        int version = b.getShort();
        int hash = b.getShort();
        int encryption = b.getShort();
        int compression = b.getShort();
        if (!Arrays.equals(magic, MAGIC) || version != VERSION) {
            return new HeaderReading.Foreign("segment format " + version + ", this program reads " + VERSION);
        }
        if (hash != HASH_SHA256 || encryption != NONE || compression != NONE) {
            return new HeaderReading.Foreign(
                    "algorithms " + hash + "/" + encryption + "/" + compression + " are unknown to this program");
        }
        long segment = b.getLong();
        long first = b.getLong();
        byte[] id = new byte[ARCHIVE_ID_BYTES];
        b.get(id);
        if (!Arrays.equals(id, archiveId)) {
            return new HeaderReading.Foreign("the segment belongs to another archive");
        }
        byte[] previous = new byte[Sha256.SIZE_BYTES];
        b.get(previous);
        return new HeaderReading.Good(new SegmentHeader(segment, first, Sha256.ofSum(previous), b.getLong()));
    }

    /// Length of a frame's header, table and check for so many records.
    public static int headBytesFor(int records) {
        return FRAME_HEADER_BYTES + records * TABLE_ROW_BYTES + CHECK_BYTES;
    }

    /// Length of the whole frame.
    public static long frameBytes(Frame frame) {
        long bytes = headBytesFor(frame.records().size()) + (long) Sha256.SIZE_BYTES;
        for (FrameRecord r : frame.records()) {
            bytes += r.content().sizeBytes();
        }
        return bytes;
    }

    /// Header, table and check of a frame. The records follow back to back, then the trailer: [#frameHash] of these.
    public static byte[] frameHead(Frame frame, long number, long forcedUpTo, Sha256 previous, byte[] archiveId) {
        int count = frame.records().size();
        if (count > RECORDS_LIMIT) {
            throw new IllegalArgumentException("a frame of " + count + " records");
        }
        ByteBuffer b = ByteBuffer.allocate(headBytesFor(count));
        b.putInt(FRAME_MAGIC);
        b.putShort((short) frame.kind().code());
        b.putShort((short) 0);
        b.putLong(number);
        b.putLong(frameBytes(frame));
        b.putLong(forcedUpTo);
        b.put(previous.toBytes());
        b.putInt(count);
        for (FrameRecord r : frame.records()) {
            b.putShort((short) r.type().code());
            b.putShort((short) 0);
            b.putInt(0);
            b.putLong(r.content().sizeBytes());
            b.put(r.sum().toBytes());
        }
        b.putInt(frameCheck(b.array(), archiveId));
        return b.array();
    }

    /// The frame's name in the chain and its trailer: SHA-256 of header, table and check. Through the sums in
    /// the table it stands for every octet of the frame, and through `previous` for every frame before.
    public static Sha256 frameHash(byte[] head) {
        return Sha256.of(head);
    }

    /// How many records the frame says it has, if these first [#FRAME_HEADER_BYTES] octets can be a frame's head at
    /// all.
    public static Optional<Integer> recordCount(byte[] start) {
        if (start.length < FRAME_HEADER_BYTES) {
            return Optional.empty();
        }
        ByteBuffer b = ByteBuffer.wrap(start);
        int count = b.getInt(FRAME_HEADER_BYTES - 4);
        return b.getInt(0) != FRAME_MAGIC || count < 1 || count > RECORDS_LIMIT ? Optional.empty() : Optional.of(count);
    }

    /// Reads header and table; empty where they are not as they were written.
    public static Optional<FrameHead> readFrameHead(byte[] head, byte[] archiveId) {
        Optional<Integer> count = recordCount(head);
        if (count.isEmpty() || head.length != headBytesFor(count.get())) {
            return Optional.empty();
        }
        ByteBuffer b = ByteBuffer.wrap(head);
        if (b.getInt(head.length - CHECK_BYTES) != frameCheck(head, archiveId)) {
            return Optional.empty();
        }
        b.position(4);
        int kindCode = b.getShort();
        Optional<Frame.Kind> kind = Arrays.stream(Frame.Kind.values())
                .filter(k -> k.code() == kindCode)
                .findFirst();
        b.getShort();
        long number = b.getLong();
        long length = b.getLong();
        long forced = b.getLong();
        byte[] previous = new byte[Sha256.SIZE_BYTES];
        b.get(previous);
        b.getInt();
        List<Row> rows = new ArrayList<>(count.get());
        long total = head.length + (long) Sha256.SIZE_BYTES;
        for (int i = 0; i < count.get(); i++) {
            int typeCode = b.getShort();
            b.getShort();
            b.getInt();
            long size = b.getLong();
            byte[] sum = new byte[Sha256.SIZE_BYTES];
            b.get(sum);
            Optional<FrameRecord.Type> type = Arrays.stream(FrameRecord.Type.values())
                    .filter(t -> t.code() == typeCode)
                    .findFirst();
            if (type.isEmpty() || size < 0) {
                return Optional.empty();
            }
            rows.add(new Row(type.get(), size, Sha256.ofSum(sum)));
            total += size;
        }
        return kind.isEmpty() || total != length || rows.getFirst().type() != FrameRecord.Type.MANIFEST
                ? Optional.empty()
                : Optional.of(new FrameHead(kind.get(), number, length, forced, Sha256.ofSum(previous), rows));
    }

    /// CRC-32C over the archive's id and the head. The id, which no outsider knows, keeps a mail that carries
    /// the bytes of a frame from being taken for one when a reader looks for the next frame behind a damaged
    /// one.
    private static int frameCheck(byte[] head, byte[] archiveId) {
        CRC32C crc = new CRC32C();
        crc.update(archiveId, 0, ARCHIVE_ID_BYTES);
        crc.update(head, 0, head.length - CHECK_BYTES);
        return (int) crc.getValue();
    }

    private static int crc(byte[] bytes, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /// A sum of no frame, before the first.
    public static Sha256 noFrame() {
        return Sha256.ofSum(new byte[Sha256.SIZE_BYTES]);
    }

    /// For verifying a record while it is read.
    public static MessageDigest digest() {
        return Sha256.digest();
    }
}
