package io.carteggio.embedded.vault;

import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.SegmentFormat.FrameHead;
import io.carteggio.archive.vault.SegmentFormat.HeaderReading;
import io.carteggio.archive.vault.SegmentFormat.Row;
import io.carteggio.archive.vault.SegmentFormat.SegmentHeader;
import io.carteggio.archive.vault.Sidecar.Tombstone;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.Disk.DiskFile;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32C;

/// Reads one segment file frame by frame, without keys: heads and checksums. Belongs to one thread.
final class SegmentReader implements AutoCloseable {
    private static final int CHUNK_BYTES = 1 << 20;
    private static final int READ_AHEAD_BYTES = 256 * 1024;

    private final DiskFile file;
    private final byte[] archiveId;
    private final Map<Long, Tombstone> erased;
    private final long limit;
    private final HeaderReading header;
    private final Optional<SegmentHeader> said;

    // octets read ahead, since frames are looked at one after the other
    private byte[] ahead = new byte[0];
    private long aheadAt;

    /// A frame whose head is as it was written.
    ///
    /// @param endOffset where the next one begins
    /// @param whole whether the sealed records behind the head are as they were written
    record FoundFrame(long offset, FrameHead head, long endOffset, boolean whole) {}

    /// Opens a segment's file to read it.
    ///
    /// @param told what the header said, where that is known from elsewhere: it counts where the header is
    ///     damaged
    /// @param erased what is known to be gone, so that a compacted segment can be read
    /// @param limit octets from this offset on are not looked at
    static SegmentReader open(
            Disk disk,
            Path path,
            byte[] archiveId,
            Optional<SegmentHeader> told,
            Map<Long, Tombstone> erased,
            long limit)
            throws IOException {
        DiskFile file = disk.open(path, Disk.Access.READ);
        try {
            return new SegmentReader(file, archiveId, told, erased, limit);
        } catch (IOException | RuntimeException e) {
            file.close();
            throw e;
        }
    }

    /// The same for a file that is open.
    ///
    /// @param file which is closed with this
    SegmentReader(
            DiskFile file, byte[] archiveId, Optional<SegmentHeader> told, Map<Long, Tombstone> erased, long limit)
            throws IOException {
        this.file = file;
        this.archiveId = archiveId;
        this.erased = erased;
        this.limit = Math.min(limit, file.sizeBytes());
        byte[] head = at(0, (int) Math.min(SegmentFormat.SEGMENT_HEADER_BYTES, this.limit));
        this.header = SegmentFormat.readSegmentHeader(head, archiveId);
        this.said = header instanceof HeaderReading.Good(SegmentHeader good) ? Optional.of(good) : told;
    }

    DiskFile file() {
        return file;
    }

    /// What the header says, or said.
    Optional<SegmentHeader> said() {
        return said;
    }

    HeaderReading header() {
        return header;
    }

    /// Where the first frame should begin.
    long framesBegin() {
        return said.map(s -> Math.min(s.framesBegin(), limit)).orElse((long) SegmentFormat.SEGMENT_HEADER_BYTES);
    }

    long limit() {
        return limit;
    }

    private int edition() {
        return said.map(SegmentHeader::edition).orElse(0);
    }

    /// The frame at an offset; empty where no head of a frame stands there as it was written, or
    /// where it would reach over the limit.
    Optional<FoundFrame> frame(long offset) throws IOException {
        Optional<FrameHead> head = head(offset);
        if (head.isEmpty()) {
            return Optional.empty();
        }
        int headBytes = head.get().headBytes();
        long bodies = bodyBytes(head.get());
        long end = offset + headBytes + bodies + SegmentFormat.CHECK_BYTES;
        if (end > limit) {
            return Optional.empty();
        }
        if (end - offset <= READ_AHEAD_BYTES) {
            readAhead(offset, (int) (end - offset));
        }
        long from = offset + headBytes;
        int crc = crc(from, bodies);
        boolean whole = ByteBuffer.wrap(at(end - SegmentFormat.CHECK_BYTES, SegmentFormat.CHECK_BYTES))
                        .getInt()
                == crc;
        return Optional.of(new FoundFrame(offset, head.get(), end, whole));
    }

    /// The head of a frame at an offset; empty where none stands there as it was written.
    Optional<FrameHead> head(long offset) throws IOException {
        if (offset + SegmentFormat.headBytesFor(1) > limit) {
            return Optional.empty();
        }
        Optional<Integer> count = SegmentFormat.recordCount(at(offset, SegmentFormat.headBytesFor(0)));
        if (count.isEmpty() || offset + SegmentFormat.headBytesFor(count.get()) > limit) {
            return Optional.empty();
        }
        return SegmentFormat.readFrameHead(at(offset, SegmentFormat.headBytesFor(count.get())), archiveId);
    }

    private long bodyBytes(FrameHead head) {
        Optional<Tombstone> tombstone = Optional.ofNullable(erased.get(head.number()));
        long bytes = 0;
        for (int i = 0; i < head.rows().size(); i++) {
            Row row = head.rows().get(i);
            int record = i;
            bytes += tombstone.filter(t -> t.missing(record, edition())).isPresent() ? 0 : row.sealedBytes();
        }
        return bytes;
    }

    private int crc(long from, long length) throws IOException {
        CRC32C crc = new CRC32C();
        for (long done = 0; done < length; ) {
            int n = (int) Math.min(READ_AHEAD_BYTES, length - done);
            readAhead(from + done, n);
            crc.update(ahead, (int) (from + done - aheadAt), n);
            done += n;
        }
        return (int) crc.getValue();
    }

    /// The hash of a frame that was found, by which the next one names it.
    Sha256 hash(FoundFrame found) throws IOException {
        return SegmentFormat.frameHash(at(found.offset(), found.head().headBytes()));
    }

    /// The octets of a frame that was just found; none where it is larger than what is read at once.
    byte[] octets(FoundFrame found) {
        long length = found.endOffset() - found.offset();
        return found.offset() < aheadAt || found.endOffset() > aheadAt + ahead.length
                ? new byte[0]
                : Arrays.copyOfRange(
                        ahead, (int) (found.offset() - aheadAt), (int) (found.offset() - aheadAt + length));
    }

    /// The next offset from `from` on where a frame stands; the limit where there is none.
    long nextFrame(long from) throws IOException {
        return next(from, at -> frame(at).isPresent());
    }

    /// The next offset from `from` on where the head of a frame stands, wherever the frame ends.
    long nextHead(long from) throws IOException {
        return next(from, at -> head(at).isPresent());
    }

    /// Tells whether an offset is the one that is looked for.
    @FunctionalInterface
    private interface Stands {
        boolean at(long offset) throws IOException;
    }

    private long next(long from, Stands stands) throws IOException {
        byte first = (byte) (SegmentFormat.FRAME_MAGIC >>> 24);
        for (long base = from; base < limit; base += CHUNK_BYTES) {
            byte[] chunk = SegmentFiles.at(file, base, (int) Math.min(CHUNK_BYTES, limit - base));
            for (int i = 0; i < chunk.length; i++) {
                if (chunk[i] == first && stands.at(base + i)) {
                    return base + i;
                }
            }
        }
        return limit;
    }

    byte[] at(long offset, int length) throws IOException {
        readAhead(offset, length);
        return Arrays.copyOfRange(ahead, (int) (offset - aheadAt), (int) (offset - aheadAt) + length);
    }

    private void readAhead(long offset, int length) throws IOException {
        if (offset < aheadAt || offset + length > aheadAt + ahead.length) {
            long most = Math.min(Math.max(length, READ_AHEAD_BYTES), fileLimit() - offset);
            ahead = SegmentFiles.at(file, offset, (int) Math.max(length, most));
            aheadAt = offset;
        }
    }

    private long fileLimit() throws IOException {
        return limit > 0 ? limit : file.sizeBytes();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
