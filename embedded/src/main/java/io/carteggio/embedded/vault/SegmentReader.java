package io.carteggio.embedded.vault;

import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.SegmentFormat.FrameHead;
import io.carteggio.archive.vault.SegmentFormat.HeaderReading;
import io.carteggio.archive.vault.SegmentFormat.Row;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Optional;

/// Reads one segment file frame by frame and judges each. Belongs to one thread.
final class SegmentReader implements AutoCloseable {
    private static final int CHUNK_BYTES = 1 << 20;

    private final FileChannel channel;
    private final byte[] archiveId;
    private final long limit;
    private final HeaderReading header;

    /// A frame whose head is as it was written.
    ///
    /// @param wrong what is broken behind the head: the trailer, the manifest or, where asked for, another record
    /// @param wrongRecord the sum in the table of the record that is broken, where it is not the manifest
    record FoundFrame(long offset, FrameHead head, Sha256 hash, Optional<String> wrong, Optional<Sha256> wrongRecord) {
        long end() {
            return offset + head.lengthBytes();
        }
    }

    /// @param limit octets from this offset on are not looked at
    SegmentReader(Path file, byte[] archiveId, long limit) throws IOException {
        this.channel = FileChannel.open(file, StandardOpenOption.READ);
        this.archiveId = archiveId;
        this.limit = Math.min(limit, channel.size());
        byte[] head = at(0, (int) Math.min(SegmentFormat.SEGMENT_HEADER_BYTES, this.limit));
        this.header = SegmentFormat.readSegmentHeader(head, archiveId);
    }

    HeaderReading header() {
        return header;
    }

    long limit() {
        return limit;
    }

    /// The frame at an offset; empty where no head of a frame stands there as it was written, or where it would reach
    /// over the limit.
    ///
    /// @param records whether to read every record and compare its sum, too; else only the manifest's
    Optional<FoundFrame> frame(long offset, boolean records) throws IOException {
        if (offset + SegmentFormat.headBytesFor(1) > limit) {
            return Optional.empty();
        }
        byte[] start = at(offset, SegmentFormat.headBytesFor(0));
        Optional<Integer> count = SegmentFormat.recordCount(start);
        if (count.isEmpty() || offset + SegmentFormat.headBytesFor(count.get()) > limit) {
            return Optional.empty();
        }
        byte[] bytes = at(offset, SegmentFormat.headBytesFor(count.get()));
        Optional<FrameHead> head = SegmentFormat.readFrameHead(bytes, archiveId);
        if (head.isEmpty() || offset + head.get().lengthBytes() > limit) {
            return Optional.empty();
        }
        Sha256 hash = SegmentFormat.frameHash(bytes);
        long at = offset + head.get().headBytes();
        Optional<String> wrong = Optional.empty();
        Optional<Sha256> wrongRecord = Optional.empty();
        for (int i = 0; i < head.get().rows().size(); i++) {
            Row row = head.get().rows().get(i);
            if (wrong.isEmpty()
                    && (records || i == 0)
                    && !sum(at, row.lengthBytes()).equals(row.sum())) {
                wrong = Optional.of(
                        "record " + i + " (" + row.type() + ", " + row.lengthBytes() + " octets) has another sum");
                wrongRecord = i == 0 ? Optional.empty() : Optional.of(row.sum());
            }
            at += row.lengthBytes();
        }
        if (wrong.isEmpty() && !Arrays.equals(at(at, Sha256.SIZE_BYTES), hash.toBytes())) {
            wrong = Optional.of("the trailer is not the frame's hash");
        }
        return Optional.of(new FoundFrame(offset, head.get(), hash, wrong, wrongRecord));
    }

    /// The next offset from `from` on where the head of a frame stands; the limit where there is none.
    long nextFrame(long from) throws IOException {
        byte first = (byte) (SegmentFormat.FRAME_MAGIC >>> 24);
        for (long base = from; base < limit; base += CHUNK_BYTES) {
            byte[] chunk = at(base, (int) Math.min(CHUNK_BYTES, limit - base));
            for (int i = 0; i < chunk.length; i++) {
                if (chunk[i] == first && frame(base + i, false).isPresent()) {
                    return base + i;
                }
            }
        }
        return limit;
    }

    byte[] at(long offset, int length) throws IOException {
        ByteBuffer into = ByteBuffer.allocate(length);
        while (into.hasRemaining()) {
            if (channel.read(into, offset + into.position()) < 0) {
                throw new IOException("the segment ends at " + (offset + into.position()));
            }
        }
        return into.array();
    }

    private Sha256 sum(long offset, long length) throws IOException {
        MessageDigest digest = SegmentFormat.digest();
        for (long done = 0; done < length; ) {
            byte[] chunk = at(offset + done, (int) Math.min(256 * 1024, length - done));
            digest.update(chunk);
            done += chunk.length;
        }
        return Sha256.finish(digest);
    }

    @Override
    public void close() throws IOException {
        channel.close();
    }
}
