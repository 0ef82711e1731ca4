package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Kept.KeptRecord;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.SegmentFormat.SegmentHeader;
import io.carteggio.archive.vault.Vault;
import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.embedded.disk.FileContent;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The vault as files `0000000001.seg`, `0000000002.seg`, … in one directory.
///
/// Appends are gathered: the writer thread takes all frames that wait, writes them, forces the file **once**,
/// and only then answers (group commit). A segment that has reached its size is closed after a batch and never
/// changes again.
public final class SegmentFileVault implements Vault {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentFileVault.class);

    /// A segment is closed when it has grown to this size; a single frame may take it well beyond.
    public static final long SEGMENT_BYTES = 256L << 20;

    private static final int BATCH_FRAMES = 256;
    private static final long BATCH_BYTES = 32L << 20;
    private static final int BUFFER_BYTES = 512 * 1024;

    private record Pending(Optional<Frame> frame, CompletableFuture<Kept> answer) {}

    private final Path directory;
    private final byte[] archiveId;
    private final long segmentBytes;
    private final Clock clock;
    private final BlockingQueue<Pending> queue = new LinkedBlockingQueue<>();
    private final Thread writer;
    private volatile Consumer<List<Kept>> follower = kept -> {};
    private volatile Position end = Position.START;
    private volatile Optional<String> broken = Optional.empty();
    private volatile boolean closed;

    // the writer's own
    private final ByteBuffer buffer = ByteBuffer.allocateDirect(BUFFER_BYTES);
    private final byte[] copy = new byte[64 * 1024];
    private FileChannel channel;
    private long segment;
    private long written;
    private long forced;
    private long frames;
    private Sha256 lastFrame = SegmentFormat.noFrame();

    /// Opens the vault in a directory, which is made if it is missing. The last segment is read through: what a crash
    /// left unfinished at its end is moved aside and cut off; it was never acknowledged.
    ///
    /// @param archiveId 16 octets, the same for the life of the archive
    /// @param acknowledged how far the vault is known, from elsewhere, to have been forced
    public static SegmentFileVault open(Path directory, byte[] archiveId, Position acknowledged, Clock clock)
            throws ArchiveException {
        return open(directory, archiveId, acknowledged, clock, SEGMENT_BYTES);
    }

    static SegmentFileVault open(
            Path directory, byte[] archiveId, Position acknowledged, Clock clock, long segmentBytes)
            throws ArchiveException {
        try {
            DurableFiles.createDirectories(directory);
            return new SegmentFileVault(directory, archiveId, acknowledged, clock, segmentBytes);
        } catch (IOException e) {
            throw new ArchiveException("the vault in " + directory + " cannot be opened: " + e, true, e);
        }
    }

    private SegmentFileVault(Path directory, byte[] archiveId, Position acknowledged, Clock clock, long segmentBytes)
            throws IOException, ArchiveException {
        this.directory = directory;
        this.archiveId = archiveId.clone();
        this.clock = clock;
        this.segmentBytes = segmentBytes;
        List<Long> segments = SegmentFiles.list(directory);
        if (segments.isEmpty()) {
            channel = startSegment(1);
        } else {
            channel = recover(segments.getLast(), acknowledged);
        }
        end = new Position(segment, written, frames);
        writer = Thread.ofPlatform().name("vault").daemon().start(this::write);
    }

    private FileChannel recover(long last, Position acknowledged) throws IOException, ArchiveException {
        Path file = SegmentFiles.path(directory, last);
        SegmentScan scan =
                SegmentScan.of(file, last, archiveId, acknowledged.segment() == last ? acknowledged.offset() : 0);
        switch (scan.header()) {
            case SegmentFormat.HeaderReading.Foreign(String why) ->
                throw new ArchiveException(file + ": " + why, false);
            case SegmentFormat.HeaderReading.Damaged(String why) ->
                throw new ArchiveException(
                        file + ": " + why + ". Restore the file from a backup; nothing was changed.", false);
            case SegmentFormat.HeaderReading.Good(SegmentHeader header) -> {
                frames = scan.lastFrame().orElse(header.firstFrame() - 1);
                lastFrame = scan.lastHash().orElse(header.previous());
            }
        }
        segment = last;
        FileChannel open = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        long size = open.size();
        if (scan.end() < size) {
            Path aside = file.resolveSibling(file.getFileName() + ".torn-" + scan.end());
            LOG.warn(
                    "{}: cutting {} octets that a crash left unfinished at {}; they were never acknowledged and lie in {}",
                    file.getFileName(),
                    size - scan.end(),
                    scan.end(),
                    aside.getFileName());
            SegmentFiles.copyTail(file, scan.end(), aside);
            open.truncate(scan.end());
            open.force(true);
        }
        written = scan.end();
        forced = written;
        open.position(written);
        if (scan.damaged()) {
            // never write behind damage: what is broken stays exactly as it was found
            LOG.error("{} is damaged; run `carteggio check`. A new segment is begun.", file.getFileName());
            open.close();
            return startSegment(last + 1);
        }
        return open;
    }

    private FileChannel startSegment(long number) throws IOException {
        SegmentHeader header = new SegmentHeader(number, frames + 1, lastFrame, clock.millis());
        Path file = SegmentFiles.path(directory, number);
        DurableFiles.write(file, SegmentFormat.segmentHeader(header, archiveId));
        FileChannel open = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        open.position(SegmentFormat.SEGMENT_HEADER_BYTES);
        segment = number;
        written = SegmentFormat.SEGMENT_HEADER_BYTES;
        forced = written;
        return open;
    }

    @Override
    public Kept append(Frame frame) throws ArchiveException {
        refuseIfBroken();
        CompletableFuture<Kept> answer = new CompletableFuture<>();
        queue.add(new Pending(Optional.of(frame), answer));
        if (closed) { // the writer may have gone before it saw this frame
            drainAfterClose();
        }
        try {
            return answer.get();
        } catch (ExecutionException e) {
            if (e.getCause() instanceof ArchiveException trouble) {
                throw new ArchiveException(String.valueOf(trouble.getMessage()), trouble.laterHelps(), trouble);
            }
            throw new IllegalStateException("the vault's writer failed", e.getCause());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted while the frame was being forced", true, e);
        }
    }

    private void refuseIfBroken() throws ArchiveException {
        Optional<String> why = broken;
        if (why.isPresent()) {
            throw new ArchiveException("the vault takes nothing more until it is opened again: " + why.get(), true);
        }
        if (closed) {
            throw new ArchiveException("the vault is closed", true);
        }
    }

    @Override
    public void follow(Consumer<List<Kept>> newFollower) {
        follower = newFollower;
    }

    private void write() {
        List<Pending> batch = new ArrayList<>();
        boolean open = true;
        while (open) {
            try {
                batch.clear();
                batch.add(queue.take());
                long bytes = size(batch.getFirst());
                for (Pending next = queue.peek();
                        next != null && batch.size() < BATCH_FRAMES && bytes + size(next) <= BATCH_BYTES;
                        next = queue.peek()) {
                    bytes += size(next);
                    batch.add(queue.remove());
                }
                open = batch.stream().allMatch(p -> p.frame().isPresent());
                batch.removeIf(p -> p.frame().isEmpty());
                commit(batch);
            } catch (InterruptedException e) {
                LOG.warn("the vault's writer was interrupted; it goes on");
            }
        }
    }

    private static long size(Pending pending) {
        return pending.frame().map(SegmentFormat::frameBytes).orElse(0L);
    }

    /// Writes the batch, forces once, tells the follower, answers. Invariant (STYLE 17 b): nobody is answered
    /// before the force has returned.
    private void commit(List<Pending> batch) {
        if (batch.isEmpty()) {
            return;
        }
        List<Kept> kept = new ArrayList<>(batch.size());
        long framesBefore = frames;
        Sha256 lastBefore = lastFrame;
        try {
            if (broken.isPresent()) {
                throw new IOException(broken.get());
            }
            if (written >= segmentBytes) {
                FileChannel full = channel;
                channel = startSegment(segment + 1);
                full.close();
            }
            for (Pending p : batch) {
                kept.add(put(p.frame().orElseThrow()));
            }
            flush();
        } catch (IOException | RuntimeException e) {
            takeBack(framesBefore, lastBefore, e);
            fail(batch, e);
            return;
        }
        try {
            channel.force(false);
        } catch (IOException e) {
            // After a failed force the kernel may have dropped the pages: what the file holds is no longer known.
            broken = Optional.of("forcing the segment failed: " + e);
            LOG.error("the vault cannot force {}; it takes nothing more until restarted", segment, e);
            fail(batch, e);
            return;
        }
        forced = written;
        end = new Position(segment, written, frames);
        follower.accept(List.copyOf(kept));
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).answer().complete(kept.get(i));
        }
    }

    private Kept put(Frame frame) throws IOException {
        byte[] head = SegmentFormat.frameHead(frame, frames + 1, forced, lastFrame, archiveId);
        Sha256 hash = SegmentFormat.frameHash(head);
        put(head, head.length);
        List<KeptRecord> records = new ArrayList<>(frame.records().size() - 1);
        for (FrameRecord record : frame.records()) {
            long at = written;
            long size = record.content().sizeBytes();
            try (InputStream in = record.content().open()) {
                for (int n = in.read(copy); n > 0; n = in.read(copy)) {
                    put(copy, n);
                }
            }
            if (written - at != size) {
                throw new IOException("a record of " + size + " octets turned out to have " + (written - at));
            }
            if (record.type() != FrameRecord.Type.MANIFEST) {
                records.add(new KeptRecord(record.type(), record.sum(), new Place(segment, at, size)));
            }
        }
        put(hash.toBytes(), Sha256.SIZE_BYTES);
        frames++;
        lastFrame = hash;
        return new Kept(
                frames,
                frame.kind(),
                frame.records().getFirst().content(),
                records,
                new Position(segment, written, frames));
    }

    private void put(byte[] bytes, int length) throws IOException {
        for (int from = 0; from < length; ) {
            if (!buffer.hasRemaining()) {
                flush();
            }
            int n = Math.min(buffer.remaining(), length - from);
            buffer.put(bytes, from, n);
            from += n;
        }
        written += length;
    }

    private void flush() throws IOException {
        buffer.flip();
        try {
            DurableFiles.writeFully(channel, buffer);
        } finally {
            buffer.clear();
        }
    }

    /// Undoes a batch whose writing failed before the force, so that the next one may try again: a full disk,
    /// or a spool that could not be read. If even that fails, the vault is broken.
    private void takeBack(long framesBefore, Sha256 lastBefore, Exception why) {
        buffer.clear();
        frames = framesBefore;
        lastFrame = lastBefore;
        written = forced;
        try {
            channel.truncate(forced);
            channel.position(forced);
            LOG.warn("a batch could not be written and was taken back: {}", why.toString());
        } catch (IOException e) {
            broken = Optional.of("a failed write could not be taken back: " + e);
            LOG.error("the vault takes nothing more until restarted", e);
        }
    }

    private static void fail(List<Pending> batch, Exception why) {
        for (Pending p : batch) {
            p.answer().completeExceptionally(new ArchiveException("the frame could not be kept: " + why, true, why));
        }
    }

    @Override
    public Content read(Place place) {
        return new FileContent(SegmentFiles.path(directory, place.segment()), place.offset(), place.sizeBytes());
    }

    @Override
    public void walk(Position from, Walker walker) throws ArchiveException {
        SegmentWalk.walk(directory, archiveId, from, end, walker);
    }

    @Override
    public Position end() {
        return end;
    }

    @Override
    public long storedBytes() throws ArchiveException {
        try {
            long bytes = 0;
            for (long number : SegmentFiles.list(directory)) {
                bytes += Files.size(SegmentFiles.path(directory, number));
            }
            return bytes;
        } catch (IOException e) {
            throw new ArchiveException("the vault cannot be measured", true, e);
        }
    }

    @Override
    public void close() throws ArchiveException {
        if (closed) {
            return;
        }
        closed = true;
        queue.add(new Pending(Optional.empty(), new CompletableFuture<>()));
        try {
            writer.join();
            drainAfterClose();
            channel.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new ArchiveException("the vault cannot be closed", false, e);
        }
    }

    private void drainAfterClose() {
        if (writer.isAlive()) {
            return; // it will come to the frame, or close() will
        }
        for (Pending p = queue.poll(); p != null; p = queue.poll()) {
            p.answer().completeExceptionally(new ArchiveException("the vault is closed", true));
        }
    }
}
