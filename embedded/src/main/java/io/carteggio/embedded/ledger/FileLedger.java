package io.carteggio.embedded.ledger;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.ledger.Checkpoint;
import io.carteggio.archive.ledger.ConsistencyProof;
import io.carteggio.archive.ledger.InclusionProof;
import io.carteggio.archive.ledger.Proofs;
import io.carteggio.archive.ledger.SignedCheckpoint;
import io.carteggio.archive.ledger.SignerKey;
import io.carteggio.archive.ledger.Subtrees;
import io.carteggio.archive.ledger.Tile;
import io.carteggio.archive.ledger.TileStore;
import io.carteggio.archive.ledger.TreeEdge;
import io.carteggio.archive.ledger.TreeHash;
import io.carteggio.archive.ledger.VerifierKey;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SequencedMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The archive's ledger: follows the vault frame by frame, keeps the tree's tiles, and signs a checkpoint at
/// least every minute in which something came in, and when it is closed.
///
/// Open it, [#add] every frame from [#size] + 1 on, [#start] it, go on adding. Adding costs two hashes and
/// never waits for the disk: one thread of its own writes what is full. Safe for many threads.
///
/// A ledger that finds the vault shorter than, or different from, what was signed before *stops*: it signs
/// nothing more and says why ([#standing]). So does one that gets frames with a gap. Nothing here stops the
/// archive.
public final class FileLedger implements AutoCloseable {
    /// No change waits longer for its signature.
    public static final Duration CHECKPOINT_INTERVAL = Duration.ofMinutes(1);

    /// The history gets a checkpoint at most so often, and one at each close. Any earlier root can be
    /// computed from the tree at any time; the history only keeps signatures.
    public static final Duration HISTORY_INTERVAL = Duration.ofHours(1);

    /// After a failed write.
    private static final Duration RETRY = Duration.ofSeconds(10);

    /// Tiles in memory because the disk is slow or full: 8 MiB, a quarter of a million frames.
    static final int PENDING_LIMIT = 1024;

    private static final long SHORTEST_WAIT_NANOS = TimeUnit.MILLISECONDS.toNanos(10);

    private static final Logger LOG = LoggerFactory.getLogger(FileLedger.class);

    private final SignerKey key;
    private final Clock clock;
    private final TileFiles tiles;
    private final CheckpointFiles files;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition work = lock.newCondition();
    private final Condition room = lock.newCondition();

    // Guarded by the lock, as is the tree.
    private final SequencedMap<Tile, byte[]> pending = new LinkedHashMap<>();
    private final TreeEdge tree;
    private Standing standing = new Standing.Sound();
    private Optional<SignedCheckpoint> latest = Optional.empty();
    private Instant signed;
    private Instant failed;
    private boolean closing;

    // The keeper's own, or before it starts and after it ended the opener's and closer's.
    private Optional<Instant> remembered = Optional.empty();
    private long rememberedSize = -1;

    /// A checkpoint could not be written to the history, and must be. Guarded by this.
    private boolean owesHistory;
    private Optional<Thread> keeper = Optional.empty();

    /// How it goes.
    public sealed interface Standing {
        record Sound() implements Standing {}

        /// The disk does not take what is to be written; tried again until it does.
        record Failing(String why) implements Standing {}

        /// Nothing more is signed until the archive is opened again, and then only if the reason is gone.
        record Stopped(String why) implements Standing {}

        /// What is wrong, in a sentence, if anything is.
        default Optional<String> trouble() {
            return switch (this) {
                case Sound _ -> Optional.empty();
                case Failing(String why) -> Optional.of("the ledger cannot be written: " + why);
                case Stopped(String why) -> Optional.of("the ledger stands still, nothing more is signed: " + why);
            };
        }
    }

    private FileLedger(SignerKey key, Clock clock, TileFiles tiles, CheckpointFiles files) {
        this.key = key;
        this.clock = clock;
        this.tiles = tiles;
        this.files = files;
        this.signed = clock.instant();
        this.failed = signed;
        TileStore store = new Pending();
        TreeEdge resumed;
        try {
            resumed = TreeEdge.resume(store);
        } catch (ArchiveException e) {
            // A ledger that cannot be read must not keep the archive from opening.
            resumed = new TreeEdge(store);
            stop(String.valueOf(e.getMessage()));
        }
        this.tree = resumed;
    }

    /// Reads what is there.
    ///
    /// @param directory made where it is missing
    public static FileLedger open(Disk disk, Path directory, SignerKey key, Clock clock) throws ArchiveException {
        try {
            disk.createDirectories(directory);
        } catch (IOException e) {
            throw new ArchiveException("the ledger's directory: " + e.getMessage(), true, e);
        }
        FileLedger ledger =
                new FileLedger(key, clock, new TileFiles(disk, directory), new CheckpointFiles(disk, directory));
        ledger.readCheckpoints();
        return ledger;
    }

    private void readCheckpoints() {
        Latest last = new Latest();
        try {
            files.walk(note -> last.note = Optional.of(note));
            last.note.ifPresent(this::takeLatest);
            latest.ifPresent(c -> rememberedSize = c.checkpoint().size());
            files.latest().ifPresent(this::takeLatest);
        } catch (ArchiveException e) {
            stop(String.valueOf(e.getMessage()));
        }
    }

    private static final class Latest {
        private Optional<byte[]> note = Optional.empty();
    }

    private void takeLatest(byte[] note) {
        switch (SignedCheckpoint.read(note, key.verifier())) {
            case SignedCheckpoint.Reading.Good(SignedCheckpoint read) -> {
                if (latest.isEmpty()
                        || read.checkpoint().size() >= latest.get().checkpoint().size()) {
                    latest = Optional.of(read);
                }
            }
            case SignedCheckpoint.Reading.Refused(String why) -> stop("the stored checkpoint is not ours: " + why);
        }
    }

    /// How many frames are in the tree.
    public long size() {
        return locked(tree::size);
    }

    public Standing standing() {
        return locked(() -> standing);
    }

    /// The key that third parties check proofs with.
    public VerifierKey key() {
        return key.verifier();
    }

    public Optional<SignedCheckpoint> latest() {
        return locked(() -> latest);
    }

    /// Takes the next frame. Frames that are in the tree already are passed over. Never throws for what the
    /// world does: then the ledger stops or fails, and says so.
    ///
    /// @param leafData as in `docs/format/ledger.md`
    public void add(long frame, byte[] leafData) {
        Sha256 leaf = TreeHash.leaf(leafData);
        lock.lock();
        try {
            while (pending.size() >= PENDING_LIMIT && standing instanceof Standing.Sound && keeper.isPresent()) {
                room.awaitUninterruptibly();
            }
            if (pending.size() >= PENDING_LIMIT && !(standing instanceof Standing.Stopped)) {
                if (standing instanceof Standing.Failing(String why)) {
                    stop("it could not write for too long: " + why);
                } else {
                    writePending(); // catching up, before there is a keeper
                }
            }
            if (standing instanceof Standing.Stopped || frame <= tree.size()) {
                return;
            }
            if (frame != tree.size() + 1) {
                stop("frame " + (tree.size() + 1) + " is missing in the vault");
                return;
            }
            tree.append(leaf);
            // The keeper is woken for a full tile, and for the first change after a checkpoint; not for each
            // frame.
            if (!pending.isEmpty() || tree.size() == latestSize() + 1) {
                work.signal();
            }
        } catch (ArchiveException e) {
            stop(String.valueOf(e.getMessage()));
        } finally {
            lock.unlock();
        }
    }

    /// Compares the tree, which by now has all frames of the vault, with the last signed checkpoint, and
    /// begins to sign.
    ///
    /// @param frames how many the vault has
    public void start(long frames) {
        lock.lock();
        try {
            if (tree.size() != frames) {
                stop("the tree has " + tree.size() + " frames, and the vault has " + frames);
            } else if (latestSize() > frames) {
                stop("a checkpoint was signed over " + latestSize() + " frames, and the vault has " + frames);
            } else if (latest.isPresent()
                    && !Proofs.root(tree, latestSize())
                            .equals(latest.get().checkpoint().root())) {
                stop("the first " + latestSize() + " frames are not those over which a checkpoint was signed");
            }
        } catch (ArchiveException e) {
            stop(String.valueOf(e.getMessage()));
        } finally {
            lock.unlock();
        }
        Thread thread = Thread.ofPlatform().name("ledger").daemon().unstarted(this::keep);
        keeper = Optional.of(thread);
        thread.start();
    }

    /// The keeper's life.
    private void keep() {
        while (true) {
            lock.lock();
            try {
                while (!closing && !due()) {
                    Duration wait = Duration.between(clock.instant(), nextTry());
                    // Without a change there is nothing to wait for but the change.
                    boolean timed = changed() || standing instanceof Standing.Failing;
                    work.awaitNanos(timed ? Math.max(wait.toNanos(), SHORTEST_WAIT_NANOS) : Long.MAX_VALUE);
                }
                if (closing) {
                    return;
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            } finally {
                lock.unlock();
            }
            try {
                tick();
            } catch (RuntimeException | Error e) {
                // who adds must not wait for a keeper that is gone
                stop("its keeper failed: " + e);
                LOG.error("the ledger's keeper failed", e);
            }
        }
    }

    private boolean due() {
        return switch (standing) {
            case Standing.Sound _ ->
                !pending.isEmpty() || (changed() && !clock.instant().isBefore(nextTry()));
            case Standing.Failing _ -> !clock.instant().isBefore(nextTry());
            case Standing.Stopped _ -> false;
        };
    }

    private Instant nextTry() {
        return standing instanceof Standing.Failing ? failed.plus(RETRY) : signed.plus(CHECKPOINT_INTERVAL);
    }

    private boolean changed() {
        return tree.size() > latestSize();
    }

    private long latestSize() {
        return latest.map(c -> c.checkpoint().size()).orElse(0L);
    }

    /// What the keeper does each time: writes what is full, and signs when it is time. After a failure it
    /// is time: only what was written shows that the disk is well again.
    synchronized void tick() {
        try {
            writePending();
            if (locked(() -> standing instanceof Standing.Failing
                    || (changed() && !clock.instant().isBefore(signed.plus(CHECKPOINT_INTERVAL))))) {
                signNow(owesHistory);
            }
            lock.lock();
            try {
                if (standing instanceof Standing.Failing) {
                    LOG.info("the ledger writes again");
                    standing = new Standing.Sound();
                }
            } finally {
                lock.unlock();
            }
        } catch (ArchiveException e) {
            failing(e);
        }
    }

    private void failing(ArchiveException why) {
        lock.lock();
        try {
            failed = clock.instant();
            if (standing instanceof Standing.Sound) {
                LOG.warn("the ledger cannot write, and goes on trying: {}", why.getMessage());
                standing = new Standing.Failing(String.valueOf(why.getMessage()));
                room.signalAll();
                work.signal(); // the keeper tries again by itself
            }
        } finally {
            lock.unlock();
        }
    }

    /// Writes the full tiles, oldest first. They stay readable meanwhile.
    private void writePending() throws ArchiveException {
        while (true) {
            Map.Entry<Tile, byte[]> next;
            lock.lock();
            try {
                if (pending.isEmpty()) {
                    return;
                }
                next = pending.entrySet().iterator().next();
            } finally {
                lock.unlock();
            }
            tiles.write(next.getKey(), next.getValue());
            lock.lock();
            try {
                pending.remove(next.getKey());
                room.signalAll();
            } finally {
                lock.unlock();
            }
        }
    }

    /// The latest checkpoint, after signing one now if something came in since. Empty where nothing was ever
    /// signed.
    ///
    /// @param remember whether it must be in the history as well
    /// @throws ArchiveException also where the ledger has stopped
    public synchronized Optional<SignedCheckpoint> sign(boolean remember) throws ArchiveException {
        try {
            return signNow(remember);
        } catch (ArchiveException e) {
            failing(e);
            throw e;
        }
    }

    private synchronized Optional<SignedCheckpoint> signNow(boolean remember) throws ArchiveException {
        if (keeper.isEmpty()) {
            throw new IllegalStateException("a ledger signs only after it was compared with its last checkpoint");
        }
        Optional<SignedCheckpoint> fresh = Optional.empty();
        Optional<SignedCheckpoint> now;
        lock.lock();
        try {
            refuseStopped();
            if (changed()) {
                fresh = Optional.of(key.sign(new Checkpoint(key.verifier().name(), tree.size(), tree.root())));
            }
            now = fresh.or(() -> latest);
        } finally {
            lock.unlock();
        }
        if (fresh.isPresent()) {
            files.replace(fresh.get());
            lock.lock();
            try {
                latest = fresh;
                signed = clock.instant();
            } finally {
                lock.unlock();
            }
        }
        Instant instant = clock.instant();
        boolean due = remember
                || remembered.isEmpty()
                || !instant.isBefore(remembered.get().plus(HISTORY_INTERVAL));
        if (now.isPresent() && due && now.get().checkpoint().size() > rememberedSize) {
            owesHistory = true;
            files.append(now.get());
            owesHistory = false;
            remembered = Optional.of(instant);
            rememberedSize = now.get().checkpoint().size();
        }
        return now;
    }

    /// The tiles as they are now, those too that still wait to be written, which are there until they lie on
    /// the disk. Read alone, and without keeping anybody waiting.
    public TileStore tiles() {
        return new TileStore() {
            @Override
            public boolean has(Tile tile) throws ArchiveException {
                return locked(() -> pending.containsKey(tile)) || tiles.has(tile);
            }

            @Override
            public byte[] read(Tile tile) throws ArchiveException {
                Optional<byte[]> waiting = locked(() -> Optional.ofNullable(pending.get(tile)));
                return waiting.isPresent() ? waiting.get().clone() : tiles.read(tile);
            }

            @Override
            public void write(Tile tile, byte[] hashes) {
                throw new UnsupportedOperationException("only the ledger writes its tiles");
            }
        };
    }

    /// The stored notes, for looking at every one of them.
    public CheckpointFiles files() {
        return new CheckpointFiles(files);
    }

    /// The path from a frame to the root of a tree of `size` frames.
    public InclusionProof inclusion(long frame, long size) throws ArchiveException {
        return Proofs.inclusion(asOfNow(), frame - 1, size);
    }

    /// That the tree of `to` frames begins with the tree of `from` frames.
    public ConsistencyProof consistency(long from, long to) throws ArchiveException {
        return Proofs.consistency(asOfNow(), from, to);
    }

    /// The tree as it is now. Its tiles are read without the lock: whoever adds a frame must not wait for the
    /// disk.
    private Subtrees asOfNow() throws ArchiveException {
        lock.lock();
        try {
            refuseStopped();
            return tree.snapshot(tiles());
        } finally {
            lock.unlock();
        }
    }

    private void refuseStopped() throws ArchiveException {
        if (standing instanceof Standing.Stopped(String why)) {
            throw new ArchiveException("the ledger stands still: " + why, false);
        }
    }

    private void stop(String why) {
        lock.lock();
        try {
            if (!(standing instanceof Standing.Stopped)) {
                LOG.error("the ledger stops, nothing more is signed: {}", why);
                standing = new Standing.Stopped(why);
                room.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    private <T> T locked(Supplier<T> read) {
        lock.lock();
        try {
            return read.get();
        } finally {
            lock.unlock();
        }
    }

    /// Writes what is full and signs what came in. A ledger that stopped closes as it is.
    @Override
    public void close() throws ArchiveException {
        lock.lock();
        try {
            closing = true;
            work.signalAll();
        } finally {
            lock.unlock();
        }
        if (keeper.isPresent()) {
            try {
                keeper.get().join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }
        if (keeper.isPresent() && !(standing() instanceof Standing.Stopped)) {
            writePending();
            sign(true);
        }
    }

    /// Full tiles wait in memory for the keeper.
    private final class Pending implements TileStore {
        @Override
        public boolean has(Tile tile) throws ArchiveException {
            return pending.containsKey(tile) || tiles.has(tile);
        }

        @Override
        public byte[] read(Tile tile) throws ArchiveException {
            byte[] waiting = pending.get(tile);
            return waiting == null ? tiles.read(tile) : waiting;
        }

        @Override
        public void write(Tile tile, byte[] hashes) {
            pending.put(tile, hashes);
        }
    }
}
