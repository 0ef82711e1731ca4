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

/// The bytes of a segment, version 2; the document is `docs/format/segment.md` and wins where the two
/// disagree.
///
/// All numbers are big-endian. Pure functions, safe for many threads.
public final class SegmentFormat {
    public static final int VERSION = 2;
    public static final int SEGMENT_HEADER_BYTES = 104;
    public static final int ARCHIVE_ID_BYTES = 16;
    public static final int CHECK_BYTES = 4;
    public static final int FRAME_MAGIC = 0x46524d32; // "FRM2"

    /// Up to the table of records.
    static final int FRAME_HEADER_BYTES = 64;

    static final int TABLE_ROW_BYTES = 48;

    /// A frame cannot have more records than its count can say.
    public static final int RECORDS_LIMIT = 0xffff;

    /// Octets of a footer's end, from the hash of the last frame on.
    public static final int FOOTER_TAIL_BYTES = Sha256.SIZE_BYTES + 8 + 8 + CHECK_BYTES + 4;

    private static final int FOOTER_MAGIC = 0x46545232; // "FTR2"
    private static final int END_MAGIC = 0x454e4432; // "END2"
    private static final int OFFSET_BYTES = 6;
    private static final byte[] MAGIC = "CARTEGGI".getBytes(StandardCharsets.US_ASCII);
    private static final int HASH_SHA256 = 1;
    private static final int SEAL_AES_GCM = 1;
    private static final int COMPRESSION_ZSTD = 1;
    private static final int KEYS_TREE = 1;

    private SegmentFormat() {}

    /// What stands at the head of a segment.
    ///
    /// @param previous the hash of the frame before the first one here; zeros where there is none
    /// @param dictionarySealedBytes octets of the sealed dictionary that follows the header, 0 for none
    /// @param edition 0 as first written, one more with each compaction
    public record SegmentHeader(
            long segment,
            long firstFrame,
            Sha256 previous,
            long createdMillis,
            int dictionarySealedBytes,
            int dictionaryBytes,
            int edition) {
        /// Where the first frame begins.
        public long framesBegin() {
            return SEGMENT_HEADER_BYTES + (long) dictionarySealedBytes;
        }
    }

    /// What stands at the head of a frame, with its table.
    ///
    /// @param lengthBytes of the whole frame as first written, from its first octet to the one after
    ///     its trailer
    /// @param forcedUpTo all octets of this segment before this offset were on stable storage when
    ///     the frame was written
    public record FrameHead(
            Frame.Kind kind, long number, long lengthBytes, long forcedUpTo, Sha256 previous, List<Row> rows) {
        public FrameHead {
            rows = List.copyOf(rows);
        }

        public int headBytes() {
            return headBytesFor(rows.size());
        }

        /// What the frame's leaf in the ledger is the hash of (RFC 9162 2.1.1).
        public byte[] leafData() {
            ByteBuffer b = ByteBuffer.allocate(11 + rows.size() * (1 + Sha256.SIZE_BYTES));
            b.put((byte) kind.code()).putLong(number).putShort((short) rows.size());
            rows.forEach(r -> b.put((byte) r.type().code()).put(r.commitment().toBytes()));
            return b.array();
        }
    }

    /// A record as the table has it.
    ///
    /// @param sizeBytes of its content
    /// @param sealedBytes of what lies in the segment
    /// @param commitment what stands for its content, and outlives it
    public record Row(FrameRecord.Type type, int coding, long sizeBytes, long sealedBytes, Sha256 commitment) {}

    /// What became of reading a segment's header.
    public sealed interface HeaderReading {
        record Good(SegmentHeader header) implements HeaderReading {}

        /// A format of a later program, or of another archive: not to be touched.
        record Foreign(String why) implements HeaderReading {}

        record Damaged(String why) implements HeaderReading {}
    }

    /// A closed segment's end.
    ///
    /// @param footerOffset where the footer begins and the frames end
    public record FooterTail(long frames, long footerOffset, Sha256 lastHash) {}

    public static byte[] segmentHeader(SegmentHeader header, byte[] archiveId) {
        ByteBuffer b = ByteBuffer.allocate(SEGMENT_HEADER_BYTES);
        b.put(MAGIC);
        b.putShort((short) VERSION);
        b.putShort((short) HASH_SHA256);
        b.putShort((short) SEAL_AES_GCM);
        b.putShort((short) COMPRESSION_ZSTD);
        b.putLong(header.segment());
        b.putLong(header.firstFrame());
        b.put(archiveId, 0, ARCHIVE_ID_BYTES);
        b.put(header.previous().toBytes());
        b.putLong(header.createdMillis());
        b.putInt(header.dictionarySealedBytes());
        b.putInt(header.dictionaryBytes());
        b.putShort((short) KEYS_TREE);
        b.putShort((short) header.edition());
        b.putInt(crc(b.array(), 0, SEGMENT_HEADER_BYTES - CHECK_BYTES));
        return b.array();
    }

    public static HeaderReading readSegmentHeader(byte[] bytes, byte[] archiveId) {
        if (bytes.length < SEGMENT_HEADER_BYTES) {
            return new HeaderReading.Damaged("the header ends after " + bytes.length + " octets");
        }
        ByteBuffer b = ByteBuffer.wrap(bytes);
        byte[] magic = new byte[MAGIC.length];
        b.get(magic);
        int version = b.getShort();
        if (Arrays.equals(magic, MAGIC) && version == 1) {
            return new HeaderReading.Foreign("segment format 1, this program reads " + VERSION);
        }
        if (b.getInt(SEGMENT_HEADER_BYTES - CHECK_BYTES) != crc(bytes, 0, SEGMENT_HEADER_BYTES - CHECK_BYTES)) {
            return new HeaderReading.Damaged("the header's checksum is wrong");
        }
        int hash = b.getShort();
        int seal = b.getShort();
        int compression = b.getShort();
        if (!Arrays.equals(magic, MAGIC) || version != VERSION) {
            return new HeaderReading.Foreign("segment format " + version + ", this program reads " + VERSION);
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
        long created = b.getLong();
        int dictionarySealed = b.getInt();
        int dictionary = b.getInt();
        int keys = b.getShort();
        if (hash != HASH_SHA256 || seal != SEAL_AES_GCM || compression != COMPRESSION_ZSTD || keys != KEYS_TREE) {
            return new HeaderReading.Foreign("algorithms " + hash + "/" + seal + "/" + compression + "/" + keys
                    + " are unknown to this program");
        }
        return new HeaderReading.Good(new SegmentHeader(
                segment, first, Sha256.ofSum(previous), created, dictionarySealed, dictionary, b.getShort()));
    }

    /// Length of a frame's header, table and check for so many records.
    public static int headBytesFor(int records) {
        return FRAME_HEADER_BYTES + records * TABLE_ROW_BYTES + CHECK_BYTES;
    }

    /// Length of a whole frame with these records.
    public static long frameBytes(List<Row> rows) {
        long bytes = headBytesFor(rows.size()) + (long) CHECK_BYTES;
        for (Row row : rows) {
            bytes += row.sealedBytes();
        }
        return bytes;
    }

    /// Header, table and check of a frame. The sealed records follow back to back, then the CRC over
    /// them.
    public static byte[] frameHead(FrameHead head, byte[] archiveId) {
        int count = head.rows().size();
        ByteBuffer b = ByteBuffer.allocate(headBytesFor(count));
        b.putInt(FRAME_MAGIC);
        b.put((byte) head.kind().code());
        b.put((byte) 0);
        b.putShort((short) count);
        b.putLong(head.number());
        b.putLong(head.lengthBytes());
        b.putLong(head.forcedUpTo());
        b.put(head.previous().toBytes());
        for (Row r : head.rows()) {
            b.put((byte) r.type().code());
            b.put((byte) r.coding());
            putLong48(b, r.sizeBytes());
            b.putLong(r.sealedBytes());
            b.put(r.commitment().toBytes());
        }
        b.putInt(frameCheck(b.array(), archiveId));
        return b.array();
    }

    /// The frame's name in the chain: SHA-256 of header, table and check. Through the commitments in
    /// the table it stands for the content of every record, and through `previous` for every frame
    /// before.
    public static Sha256 frameHash(byte[] head) {
        return Sha256.of(head);
    }

    /// What stands for a record's content in the head of its frame.
    public static Sha256 commitment(Key salt, FrameRecord.Type type, Sha256 content) {
        MessageDigest digest = Sha256.digest();
        digest.update(salt.toBytes());
        digest.update((byte) type.code());
        digest.update(content.toBytes());
        return Sha256.finish(digest);
    }

    /// How many records the frame says it has, if these first [#headBytesFor] of 0 octets can be a
    /// frame's head at all.
    public static Optional<Integer> recordCount(byte[] start) {
        if (start.length < FRAME_HEADER_BYTES) {
            return Optional.empty();
        }
        ByteBuffer b = ByteBuffer.wrap(start);
        int count = b.getShort(6) & 0xffff;
        return b.getInt(0) != FRAME_MAGIC || count < 1 ? Optional.empty() : Optional.of(count);
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
        Optional<Frame.Kind> kind = Frame.Kind.ofCode(b.get());
        b.get();
        b.getShort();
        long number = b.getLong();
        long length = b.getLong();
        long forced = b.getLong();
        byte[] previous = new byte[Sha256.SIZE_BYTES];
        b.get(previous);
        List<Row> rows = new ArrayList<>(count.get());
        for (int i = 0; i < count.get(); i++) {
            Optional<FrameRecord.Type> type = FrameRecord.Type.ofCode(b.get() & 0xff);
            int coding = b.get() & 0xff;
            long size = long48(b);
            long sealed = b.getLong();
            byte[] commitment = new byte[Sha256.SIZE_BYTES];
            b.get(commitment);
            if (type.isEmpty() || sealed < RecordSeal.TAG_BYTES) {
                return Optional.empty();
            }
            rows.add(new Row(type.get(), coding, size, sealed, Sha256.ofSum(commitment)));
        }
        return kind.isEmpty()
                        || frameBytes(rows) != length
                        || number < 1
                        || rows.getFirst().type() != FrameRecord.Type.MANIFEST
                ? Optional.empty()
                : Optional.of(new FrameHead(kind.get(), number, length, forced, Sha256.ofSum(previous), rows));
    }

    /// The footer of a segment, whole.
    ///
    /// @param offsets where each frame begins
    /// @param count how many of them there are
    public static byte[] footer(long[] offsets, int count, long footerOffset, Sha256 lastHash, byte[] archiveId) {
        ByteBuffer b = ByteBuffer.allocate(4 + count * OFFSET_BYTES + FOOTER_TAIL_BYTES);
        b.putInt(FOOTER_MAGIC);
        for (int i = 0; i < count; i++) {
            putLong48(b, offsets[i]);
        }
        b.put(lastHash.toBytes());
        b.putLong(count);
        b.putLong(footerOffset);
        CRC32C crc = new CRC32C();
        crc.update(archiveId, 0, ARCHIVE_ID_BYTES);
        crc.update(b.array(), 0, b.position());
        b.putInt((int) crc.getValue());
        b.putInt(END_MAGIC);
        return b.array();
    }

    /// Whether octets begin like a footer.
    public static boolean beginsFooter(byte[] start) {
        return start.length >= 4 && ByteBuffer.wrap(start).getInt() == FOOTER_MAGIC;
    }

    /// Reads the last octets of a segment; empty where no footer ends there.
    ///
    /// @param tail the segment's last [#FOOTER_TAIL_BYTES]
    public static Optional<FooterTail> readFooterTail(byte[] tail, long segmentBytes) {
        ByteBuffer b = ByteBuffer.wrap(tail);
        if (tail.length != FOOTER_TAIL_BYTES || b.getInt(tail.length - 4) != END_MAGIC) {
            return Optional.empty();
        }
        byte[] hash = new byte[Sha256.SIZE_BYTES];
        b.get(hash);
        long frames = b.getLong();
        long offset = b.getLong();
        return frames < 0
                        || frames > KeyTree.FRAMES_LIMIT
                        || offset + 4 + frames * OFFSET_BYTES + FOOTER_TAIL_BYTES != segmentBytes
                ? Optional.empty()
                : Optional.of(new FooterTail(frames, offset, Sha256.ofSum(hash)));
    }

    /// The offsets in a whole footer; empty where it is not as it was written.
    public static Optional<long[]> readFooter(byte[] footer, byte[] archiveId) {
        ByteBuffer b = ByteBuffer.wrap(footer);
        if (footer.length < 4 + FOOTER_TAIL_BYTES || b.getInt() != FOOTER_MAGIC) {
            return Optional.empty();
        }
        CRC32C crc = new CRC32C();
        crc.update(archiveId, 0, ARCHIVE_ID_BYTES);
        crc.update(footer, 0, footer.length - 8);
        if (b.getInt(footer.length - 8) != (int) crc.getValue()) {
            return Optional.empty();
        }
        long[] offsets = new long[(footer.length - 4 - FOOTER_TAIL_BYTES) / OFFSET_BYTES];
        for (int i = 0; i < offsets.length; i++) {
            offsets[i] = long48(b);
        }
        return Optional.of(offsets);
    }

    /// The next six octets of a buffer as a number.
    public static long long48(ByteBuffer b) {
        long high = b.getShort() & 0xffffL;
        return high << 32 | Integer.toUnsignedLong(b.getInt());
    }

    private static void putLong48(ByteBuffer b, long value) {
        if (value < 0 || value >>> 48 != 0) {
            throw new IllegalArgumentException("no 48-bit number: " + value);
        }
        b.putShort((short) (value >>> 32)).putInt((int) value);
    }

    /// CRC-32C over the archive's id and the head. The id, which no outsider knows, keeps a mail that
    /// carries the bytes of a frame from being taken for one when a reader looks for the next frame
    /// behind a damaged one.
    private static int frameCheck(byte[] head, byte[] archiveId) {
        CRC32C crc = new CRC32C();
        crc.update(archiveId, 0, ARCHIVE_ID_BYTES);
        crc.update(head, 0, head.length - CHECK_BYTES);
        return (int) crc.getValue();
    }

    private static int crc(byte[] bytes, int from, int length) {
        CRC32C crc = new CRC32C();
        crc.update(bytes, from, length);
        return (int) crc.getValue();
    }

    /// A sum of no frame, before the first.
    public static Sha256 noFrame() {
        return Sha256.ofSum(new byte[Sha256.SIZE_BYTES]);
    }
}
