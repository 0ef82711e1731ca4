package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Dictionary;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Key;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.Sidecar.Tombstone;
import io.carteggio.archive.vault.Vault;
import io.carteggio.archive.vault.VaultReader;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.locks.LockSupport;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The vault as files `0000000001.seg`, `0000000002.seg`, … in one directory, each with its sidecar
/// once it is closed.
///
/// Appends are gathered: the writer thread takes all frames that wait, and for a moment those that are
/// announced ([WriterQueue]), writes them, forces the file **once**, and only then answers (group
/// commit). Compression is done before by the thread that brings the frame.
public final class SegmentFileVault implements Vault {
    private static final Logger LOG = LoggerFactory.getLogger(SegmentFileVault.class);

    /// A segment is closed when it has grown to this size; a single frame may take it well beyond.
    public static final long SEGMENT_BYTES = 256L << 20;

    /// Said where there may be no memory for more.
    private static final Optional<String> FAILED =
            Optional.of("what keeps or registers mail failed without a reason that can be told; the log tells more");

    private static final long PAUSE_NANOS = Duration.ofMillis(10).toNanos();

    private static final int BATCH_FRAMES = 256;
    private static final long BATCH_BYTES = 32L << 20;

    /// What becomes of a vault of which the end is missing.
    public enum Loss {
        /// It is not opened, and nothing is changed: what is missing may be put back.
        REFUSED,

        /// It is opened, and goes on behind what is missing: neither frame numbers nor keys are used again, so what
        /// is put back later opens.
        ACCEPTED
    }

    /// What waits for the writer.
    private sealed interface Pending {
        CompletableFuture<Optional<Kept>> answer();

        record Append(Prepared prepared, CompletableFuture<Optional<Kept>> answer) implements Pending {}

        /// Close the open segment, and begin the next.
        record Roll(CompletableFuture<Optional<Kept>> answer) implements Pending {}

        record Stop(CompletableFuture<Optional<Kept>> answer) implements Pending {}
    }

    private final Disk disk;
    private final Path directory;
    private final Keyring keyring;
    private final byte[] archiveId;
    private final long segmentBytes;
    private final Clock clock;
    private final Segments segments;
    private final SegmentCloser closer;
    private final Erasure erasure;
    private final WriterQueue<Pending> queue = new WriterQueue<>(WriterQueue.PATIENCE);
    private final Thread writer;
    private final List<Consumer<List<Kept>>> followers = new CopyOnWriteArrayList<>();
    private volatile Position end = Position.START;
    private volatile Optional<String> broken = Optional.empty();
    private volatile boolean closed;

    /// What the open segment's records are compressed against.
    private volatile Optional<Dictionary> dictionary = Optional.empty();

    private volatile Optional<Dictionary> wanted = Optional.empty();

    /// What the first segments are compressed against.
    private final Optional<Dictionary> first;

    /// Held by whoever writes: the writer, or who comes alone.
    private final ReentrantLock writing = new ReentrantLock();

    // Guarded by `writing`.
    private SegmentWriter open;
    private Sha256 lastFrame = SegmentFormat.noFrame();

    /// A segment must not be written on: a number in it may have been used for another frame, and a key serves
    /// one only.
    private boolean spoilt;

    /// The open segment is closed, and its successor could not be begun yet.
    private boolean openIsClosed;

    /// Opens the vault in a directory, which is made if it is missing. The last segment is read
    /// through: what a crash left unfinished at its end is moved aside and cut off; it was never
    /// acknowledged.
    ///
    /// @param keyring of this archive
    /// @param acknowledged how far the vault is known, from elsewhere, to have been forced
    /// @param loss what becomes of a vault that ends before what was acknowledged, or before a segment that the
    ///     keyring knows to have been closed
    /// @param first what to compress against as long as the vault has no dictionary of its own
    /// @throws ArchiveException also where such a loss is not accepted; nothing was changed then
    public static SegmentFileVault open(
            Disk disk,
            Path directory,
            Keyring keyring,
            Position acknowledged,
            Loss loss,
            Optional<Dictionary> first,
            Clock clock)
            throws ArchiveException {
        return open(disk, directory, keyring, acknowledged, loss, first, clock, SEGMENT_BYTES);
    }

    static SegmentFileVault open(
            Disk disk,
            Path directory,
            Keyring keyring,
            Position acknowledged,
            Optional<Dictionary> first,
            Clock clock,
            long segmentBytes)
            throws ArchiveException {
        return open(disk, directory, keyring, acknowledged, Loss.REFUSED, first, clock, segmentBytes);
    }

    static SegmentFileVault open(
            Disk disk,
            Path directory,
            Keyring keyring,
            Position acknowledged,
            Loss loss,
            Optional<Dictionary> first,
            Clock clock,
            long segmentBytes)
            throws ArchiveException {
        try {
            disk.createDirectories(directory);
            return new SegmentFileVault(disk, directory, keyring, acknowledged, loss, first, clock, segmentBytes);
        } catch (IOException e) {
            throw new ArchiveException("the vault in " + directory + " cannot be opened: " + e, true, e);
        }
    }

    /// Refuses a directory that lacks a segment at its end that the keyring knows to have been closed. Writes
    /// nothing.
    public static void refuseWithoutSegments(Disk disk, Path directory, Keyring keyring) throws ArchiveException {
        try {
            VaultOpening.refuseWithoutSegments(SegmentFiles.list(disk, directory), directory, keyring);
        } catch (IOException e) {
            throw new ArchiveException("the vault in " + directory + " cannot be read: " + e, true, e);
        }
    }

    private SegmentFileVault(
            Disk disk,
            Path directory,
            Keyring keyring,
            Position acknowledged,
            Loss loss,
            Optional<Dictionary> first,
            Clock clock,
            long segmentBytes)
            throws IOException, ArchiveException {
        this.disk = disk;
        this.directory = directory;
        this.keyring = keyring;
        this.archiveId = keyring.archiveId();
        this.clock = clock;
        this.segmentBytes = segmentBytes;
        this.segments = new Segments(disk, directory, keyring);
        this.closer = new SegmentCloser(disk, directory, keyring, segments);
        this.erasure = new Erasure(disk, directory, keyring, segments);
        this.first = first;
        VaultOpening.Next next = new VaultOpening(disk, directory, keyring, segments, closer).read(acknowledged, loss);
        lastFrame = next.lastFrame();
        open = switch (next) {
            case VaultOpening.Resume resume -> {
                dictionary = resume.dictionary();
                yield resume.writer();
            }
            case VaultOpening.Begin begin -> start(begin.segment(), begin.firstFrame());
        };
        end = open.position();
        segments.findLost(end.segment());
        segments.lost().values().forEach(why -> LOG.error("{}; what lies there cannot be read", why));
        writer = Thread.ofPlatform().name("vault").daemon().start(this::write);
    }

    private SegmentWriter start(long number, long firstFrame) throws IOException, ArchiveException {
        Optional<Dictionary> with =
                wanted.or(() -> dictionary).or(this::inherited).or(() -> first);
        SegmentWriter started =
                SegmentWriter.start(disk, directory, keyring, number, firstFrame, lastFrame, clock.millis(), with);
        segments.forgetKeys(number);
        segments.put(started.segment());
        segments.remember(number, with);
        dictionary = with;
        spoilt = false;
        openIsClosed = false;
        return started;
    }

    /// What the last segment was compressed against, where that can be read.
    private Optional<Dictionary> inherited() {
        Optional<Segment> last = Optional.empty();
        for (Segment segment : segments.all()) {
            last = Optional.of(segment);
        }
        try {
            return last.isPresent() ? segments.dictionary(last.get()) : Optional.empty();
        } catch (IOException | ArchiveException e) {
            LOG.warn(
                    "the dictionary of {} cannot be read: {}", last.get().path().getFileName(), e.toString());
            return Optional.empty(); // then letters are kept larger than they need be
        }
    }

    @Override
    public Kept append(Frame frame) throws ArchiveException {
        Pending.Append pending = pending(frame);
        queue.add(pending);
        return await(pending).orElseThrow();
    }

    @Override
    public Announced announce() {
        queue.announce();
        return new OnTheWay();
    }

    private final class OnTheWay implements Announced {
        private boolean here;

        @Override
        public Kept append(Frame frame) throws ArchiveException {
            if (here) {
                throw new IllegalStateException("one frame was announced");
            }
            Pending.Append pending = pending(frame);
            here = true;
            if (!commitAlone(pending)) {
                queue.addAnnounced(pending);
            }
            return await(pending).orElseThrow();
        }

        @Override
        public void close() {
            if (!here) {
                here = true;
                queue.givenUp();
            }
        }
    }

    private Pending.Append pending(Frame frame) throws ArchiveException {
        refuseIfBroken();
        try {
            return new Pending.Append(Prepared.of(frame, dictionary, segments), new CompletableFuture<>());
        } catch (IOException e) {
            throw new ArchiveException("the frame cannot be read: " + e.getMessage(), true, e);
        }
    }

    /// Closes the open segment if it has any frames, so that it can be copied or erased from.
    public void roll() throws ArchiveException {
        refuseIfBroken();
        Pending.Roll roll = new Pending.Roll(new CompletableFuture<>());
        queue.add(roll);
        await(roll);
    }

    /// What new segments are compressed against from the next frame on; the open one is closed for it.
    public void use(Dictionary next) {
        wanted = Optional.of(next);
    }

    /// What records are compressed against now.
    public Optional<Dictionary> dictionary() {
        return dictionary;
    }

    /// The number of the first frame that has the present dictionary; empty where there is none. Told by
    /// the dictionary's length, which is not known to have changed where only the words did.
    public Optional<Long> dictionarySince() {
        Optional<Long> since = Optional.empty();
        int bytes = 0;
        for (Segment segment : segments.all()) {
            if (segment.header().dictionarySealedBytes() != bytes) {
                bytes = segment.header().dictionarySealedBytes();
                since = bytes > 0 ? Optional.of(segment.firstFrame()) : Optional.empty();
            }
        }
        return since;
    }

    /// Writes and forces a frame in the thread that brings it, where nobody else is here or on the way: to hand it on
    /// to
    /// the writer and to be woken by it takes longer than the rest of what is done for it here. Not in a virtual
    /// thread: those are interrupted now and then, which closes the file that is being written.
    ///
    /// @return whether it was done, or failed; the answer is there then
    private boolean commitAlone(Pending.Append pending) {
        boolean interruptible =
                Thread.currentThread().isVirtual() || Thread.currentThread().isInterrupted();
        if (interruptible || !writing.tryLock()) {
            return false;
        }
        try {
            boolean usual = !closed && broken.isEmpty() && !needsAnotherSegment();
            if (!usual || !queue.leaveAlone()) {
                return false;
            }
            commit(List.of(pending));
            return true;
        } catch (RuntimeException | Error e) {
            broken = FAILED;
            tryToGiveUp(new ArrayList<>(List.of(pending)), e);
            if (!pending.answer().isDone()) {
                throw e;
            }
            return true;
        } finally {
            writing.unlock();
        }
    }

    private boolean needsAnotherSegment() {
        boolean otherDictionary = wanted.isPresent() && !wanted.equals(dictionary);
        return spoilt || open.full(segmentBytes) || otherDictionary;
    }

    /// Waits for the answer to what was put into the queue.
    private Optional<Kept> await(Pending pending) throws ArchiveException {
        if (closed) { // the writer may have gone before it saw this
            drainAfterClose();
        }
        try {
            return pending.answer().get();
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

    /// Why the vault takes nothing more until it is opened again, if so.
    public Optional<String> trouble() {
        return broken;
    }

    @Override
    public void follow(Consumer<List<Kept>> newFollower) {
        followers.add(newFollower);
    }

    private void write() {
        List<Pending> inHand = new ArrayList<>(BATCH_FRAMES + 1);
        boolean going = true;
        while (going) {
            try {
                if (!inHand.isEmpty()) { // what it was at failed, and so did answering
                    giveUp(inHand);
                }
                going = pass(inHand);
            } catch (InterruptedException e) {
                LOG.warn("the vault's writer was interrupted; it goes on");
            } catch (RuntimeException | Error e) {
                broken = FAILED; // before anything that needs memory
                going = inHand.stream().noneMatch(Pending.Stop.class::isInstance);
                tryToGiveUp(inHand, e);
            }
        }
    }

    /// Takes what waits, and sees to it.
    ///
    /// @param inHand gets what was taken and is not answered
    /// @return whether to go on
    private boolean pass(List<Pending> inHand) throws InterruptedException {
        Pending next = queue.first();
        inHand.add(next);
        writing.lock();
        try {
            List<Pending.Append> batch = new ArrayList<>();
            long bytes = 0;
            while (next instanceof Pending.Append append) {
                bytes += append.prepared().sizeBytes();
                batch.add(append);
                Optional<Pending> behind =
                        batch.size() == BATCH_FRAMES || bytes > BATCH_BYTES ? Optional.empty() : queue.next();
                if (behind.isEmpty()) {
                    break;
                }
                next = behind.get();
                inHand.add(next);
            }
            commit(batch);
            boolean going = switch (next) {
                case Pending.Append _ -> true;
                case Pending.Roll roll -> {
                    roll(roll);
                    yield true;
                }
                case Pending.Stop stop -> {
                    stop.answer().complete(Optional.empty());
                    yield false;
                }
            };
            inHand.clear();
            return going;
        } finally {
            writing.unlock();
        }
    }

    /// What nobody reckoned with, an [Error] above all, may have left anything half done: nothing more is taken.
    /// Everybody who waits is told so, for a mail that is not answered is a connection that hangs.
    private void tryToGiveUp(List<Pending> inHand, Throwable why) {
        try {
            broken = Optional.of("its writer failed: " + why);
            LOG.error("the vault's writer failed; the vault takes nothing more until it is opened again", why);
            giveUp(inHand);
        } catch (RuntimeException | Error again) {
            LockSupport.parkNanos(PAUSE_NANOS); // it is tried once more at the next pass
        }
    }

    private void giveUp(List<Pending> inHand) {
        writing.lock();
        try {
            open.takeBack(); // what was not forced and is not acknowledged
        } catch (IOException | RuntimeException | Error e) {
            LOG.warn("what was not forced could not be taken back: {}", e.toString());
        } finally {
            writing.unlock();
        }
        ArchiveException refused = trouble("the frame could not be kept", broken.orElse("the vault is broken"));
        inHand.forEach(pending -> pending.answer().completeExceptionally(refused));
        inHand.clear();
    }

    private void roll(Pending.Roll roll) {
        try {
            if (open.frames() > 0) {
                rollOver();
            }
            roll.answer().complete(Optional.empty());
        } catch (IOException | ArchiveException | RuntimeException e) {
            LOG.warn("the segment could not be closed: {}", e.toString());
            roll.answer().completeExceptionally(trouble("the segment could not be closed", e));
        }
    }

    private void rollOver() throws IOException, ArchiveException {
        spoilt = true; // whatever fails from here on, nothing more is written behind it
        if (open.frames() > 0) {
            if (!openIsClosed) {
                closer.close(open, lastFrame);
                openIsClosed = true;
            }
            open = start(open.segment().number() + 1, open.segment().lastFrame() + 1);
        } else {
            // Nothing was ever forced in it: the same segment is begun anew, with another root. What
            // a crash might bring back of it would not open with that.
            if (!openIsClosed) {
                open.cutForGood();
                open.close();
                openIsClosed = true;
            }
            open = start(open.segment().number(), open.segment().firstFrame());
        }
        end = open.position();
    }

    /// Writes the batch, forces once, tells the follower, answers. Invariant (STYLE 17 b): nobody is
    /// answered before the force has returned.
    private void commit(List<Pending.Append> batch) {
        if (batch.isEmpty()) {
            return;
        }
        List<Kept> kept = new ArrayList<>(batch.size());
        Sha256 lastBefore = lastFrame;
        try {
            if (broken.isPresent()) {
                throw new IOException(broken.get());
            }
            if (needsAnotherSegment()) {
                rollOver();
            }
        } catch (IOException | ArchiveException | RuntimeException e) {
            LOG.warn("a new segment could not be begun: {}", e.toString());
            fail(batch, e);
            return;
        }
        try {
            for (Pending.Append p : batch) {
                Prepared prepared = p.prepared().dictionary().equals(dictionary)
                        ? p.prepared()
                        : Prepared.of(p.prepared().frame(), dictionary, segments);
                SegmentWriter.Written written = open.put(prepared, lastFrame);
                lastFrame = written.hash();
                kept.add(written.kept());
            }
            open.flush();
        } catch (IOException | ArchiveException | RuntimeException e) {
            takeBack(lastBefore, e);
            fail(batch, e);
            return;
        }
        try {
            open.force();
        } catch (IOException | RuntimeException | Error e) {
            // After a failed force the kernel may have dropped the pages: what the file holds is no
            // longer known.
            broken = Optional.of("forcing the segment failed: " + e);
            LOG.error(
                    "the vault cannot force segment {}; it takes nothing more until restarted",
                    open.segment().number(),
                    e);
            lastFrame = lastBefore;
            try {
                open.takeBack(); // or the next process would read from memory what is not on the disk
            } catch (IOException again) {
                e.addSuppressed(again);
            }
            fail(batch, e);
            return;
        }
        end = open.position();
        tell(List.copyOf(kept));
        for (int i = 0; i < batch.size(); i++) {
            batch.get(i).answer().complete(Optional.of(kept.get(i)));
        }
    }

    /// Tells the followers what is kept. It stays kept and is acknowledged, whatever becomes of one of them; but
    /// what comes later must not be told to one that lacks this. When the archive is opened again, they take it
    /// from the vault.
    private void tell(List<Kept> kept) {
        for (Consumer<List<Kept>> follower : followers) {
            try {
                follower.accept(kept);
            } catch (RuntimeException | Error e) {
                broken = FAILED;
                LOG.error(
                        "what follows the vault failed at frame {}; the vault takes nothing more until it is opened"
                                + " again",
                        kept.getLast().number(),
                        e);
            }
        }
    }

    /// Undoes a batch whose writing failed before the force, so that the next one may try again: a
    /// full disk, or a spool that could not be read. If even that fails, the vault is broken.
    private void takeBack(Sha256 lastBefore, Exception why) {
        lastFrame = lastBefore;
        spoilt = true;
        try {
            open.takeBack();
            LOG.warn("a batch could not be written and was taken back: {}", why.toString());
        } catch (IOException e) {
            broken = Optional.of("a failed write could not be taken back: " + e);
            LOG.error("the vault takes nothing more until restarted", e);
        }
    }

    private static void fail(List<Pending.Append> batch, Throwable why) {
        for (Pending p : batch) {
            p.answer().completeExceptionally(trouble("the frame could not be kept", why));
        }
    }

    private static ArchiveException trouble(String what, Throwable why) {
        return new ArchiveException(what + ": " + why, true, why);
    }

    private static ArchiveException trouble(String what, String why) {
        return new ArchiveException(what + ": " + why, true);
    }

    @Override
    public Content read(Place place) throws ArchiveException {
        return segments.content(place);
    }

    @Override
    public Optional<Kept> frame(long number) throws ArchiveException {
        return number > end.frames() ? Optional.empty() : segments.frame(number);
    }

    @Override
    public VaultReader readAhead(Collection<Long> frames) {
        long last = end.frames();
        return FramesAhead.of(
                segments, frames.stream().filter(frame -> frame <= last).toList(), this);
    }

    @Override
    public Optional<Key> salt(Place place) throws ArchiveException {
        return segments.salt(place);
    }

    @Override
    public boolean opens(Place place) {
        return segments.lost().isEmpty()
                || segments.of(place.frame())
                        .filter(s -> !segments.lost().containsKey(s.number()))
                        .isPresent();
    }

    @Override
    public List<String> lostKeys() {
        List<String> lost = new ArrayList<>();
        segments.lost().forEach((number, why) -> lost.add(lost(number, why)));
        return lost;
    }

    private String lost(long number, String why) {
        return segments.byNumber(number)
                .map(s -> "the keys of segment " + number + " are lost, so what came in frames " + s.firstFrame()
                        + " to " + s.lastFrame() + " cannot be read (`carteggio check` names the letters); put a"
                        + " sidecar of the same generation back from a backup and start again: " + why)
                .orElseGet(() -> why + ", so what came in it cannot be read (`carteggio check` names the letters); put"
                        + " the file back from a backup and start again");
    }

    @Override
    public void walk(Position from, Walker walker) throws ArchiveException {
        SegmentWalk.walk(disk, directory, archiveId, segments, from, end, walker);
    }

    @Override
    public void erase(long act, Map<Long, Erasing> records) throws ArchiveException {
        if (frame(act).filter(kept -> kept.kind() == Frame.Kind.ACT).isEmpty()) {
            throw new ArchiveException("no act stands in frame " + act + ", so nothing is erased for it", false);
        }
        Position now = end;
        boolean inOpen = records.keySet().stream()
                .anyMatch(frame -> segments.of(frame)
                        .filter(s -> s.number() == now.segment())
                        .isPresent());
        if (inOpen) {
            roll();
        }
        erasure.erase(act, records);
    }

    @Override
    public long erasedThrough() {
        long said = keyring.erasedThrough();
        return said <= end.frames() ? said : 0;
    }

    @Override
    public void erasedThrough(long act) throws ArchiveException {
        if (act < 0 || act > end.frames()) {
            throw new IllegalArgumentException("erased through frame " + act + " of " + end.frames());
        }
        try {
            keyring.erasedThrough(act);
        } catch (IOException e) {
            throw new ArchiveException("the keyring cannot be written: " + e, true, e);
        }
    }

    @Override
    public boolean isErased(Place place) throws ArchiveException {
        return segments.isErased(place);
    }

    @Override
    public void tombstones(Consumer<Tombstone> reader) {
        for (Segment segment : segments.all()) {
            segments.erased(segment.number()).values().forEach(reader);
        }
    }

    @Override
    public long compact() throws ArchiveException {
        try {
            keyring.settle(); // what is compacted away must be erased on disk too, not only in memory
        } catch (IOException e) {
            throw new ArchiveException("compaction waits for the keyring: " + e, true, e);
        }
        return new Compaction(disk, directory, archiveId, segments).run(end.segment());
    }

    /// Writes damaged headers, and damaged or missing footers, of closed segments anew, where what they said is
    /// known from the rest of the segment. Frames are never touched; may be repeated until it has come through.
    ///
    /// @return a sentence for each that was damaged
    public List<String> mend() {
        return new SegmentMending(disk, archiveId, segments).run(end.segment());
    }

    /// What is wrong with the keyring's and the sidecars' copies.
    public List<String> keyProblems() throws ArchiveException {
        try {
            List<String> problems = new ArrayList<>(Keyring.problems(disk, directory));
            for (Segment segment : segments.all()) {
                problems.addAll(segments.sidecarProblems(segment.number()));
            }
            return problems;
        } catch (IOException e) {
            throw new ArchiveException("the keys cannot be read", true, e);
        }
    }

    /// The files of all segments that are closed, with their sidecars, which are the last to be copied.
    public Collection<Path> closedFiles() {
        List<Path> files = new ArrayList<>();
        for (Segment segment : segments.all()) {
            if (segment.number() < end.segment()) {
                files.add(segment.path());
                files.add(SegmentFiles.sidecar(directory, segment.number()));
                files.add(SegmentFiles.sidecarCopy(directory, segment.number()));
            }
        }
        return files;
    }

    @Override
    public Position end() {
        return end;
    }

    @Override
    public long storedBytes() throws ArchiveException {
        try {
            Position open = end;
            Path growing = SegmentFiles.segment(directory, open.segment());
            long bytes = 0;
            for (Path file : disk.list(directory)) {
                bytes += file.equals(growing) ? open.offset() : disk.sizeBytes(file);
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
        queue.add(new Pending.Stop(new CompletableFuture<>()));
        try {
            writer.join();
            drainAfterClose();
            endOpen(); // after who came alone
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            throw new ArchiveException("the vault cannot be closed", false, e);
        }
    }

    private void endOpen() throws IOException {
        writing.lock();
        try {
            if (spoilt || broken.isPresent()) {
                open.close(); // it may have its footer already, or what it holds is not known
            } else {
                open.end();
            }
        } finally {
            writing.unlock();
        }
    }

    private void drainAfterClose() {
        if (writer.isAlive()) {
            return; // it will come to the frame, or close() will
        }
        for (Optional<Pending> p = queue.next(); p.isPresent(); p = queue.next()) {
            p.get().answer().completeExceptionally(new ArchiveException("the vault is closed", true));
        }
    }
}
