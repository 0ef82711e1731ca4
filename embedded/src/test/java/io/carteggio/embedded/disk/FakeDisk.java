package io.carteggio.embedded.disk;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.random.RandomGenerator;

/// A disk in memory that keeps apart what was forced and what was not, so that power cuts can be played.
///
/// What it promises is what [Disk] says and nothing beyond: not that a forced file has a forced name, not
/// that writes reach the disk in order, not that a length and the octets below it do. [#crash] draws one of
/// the states that a machine may come up with. Two things are taken for granted, as by every journal: a
/// sector that is being written does not spoil octets of it that were forced and are not being changed, and a
/// rename is atomic.
///
/// Names are bound to files and directories in steps ([Step]); what lies in a directory whose name is lost is lost with
/// it. A file's content is a history of [Change]s since it was last forced. Safe for many threads.
public final class FakeDisk implements Disk {
    public static final int SECTOR_BYTES = 512;

    /// What can be asked of the disk.
    public enum Call {
        CREATE,
        OPEN,
        READ,
        WRITE,
        TRUNCATE,
        FORCE,
        RENAME,
        DELETE,
        CREATE_DIRECTORY,
        FORCE_DIRECTORY;

        /// Whether the call can change what a later crash leaves.
        public boolean changes() {
            return this != OPEN && this != READ;
        }
    }

    /// Decides, before each call, whether it fails. A write may reach the disk in part.
    @FunctionalInterface
    public interface Trouble {
        /// What becomes of the call.
        ///
        /// @param sizeBytes of the octets that a write has; else 0
        Fate at(Call call, Path file, long sizeBytes) throws IOException;
    }

    /// What becomes of a call.
    public sealed interface Fate {
        record Done() implements Fate {}

        /// The call fails; of a write so many octets were done all the same, of anything else nothing.
        record Fails(String why, int writtenBytes) implements Fate {}
    }

    public static final Fate DONE = new Fate.Done();

    /// The machine is off: thrown by every call from the power cut on.
    public static final class PowerCut extends IOException {
        private static final long serialVersionUID = 1L;

        PowerCut() {
            super("the power is gone");
        }
    }

    /// How much of what was not forced a crash leaves.
    public enum Survival {
        /// Nothing.
        NOTHING,
        /// All of it.
        ALL,
        /// The changes up to some instant, the one at that instant torn.
        IN_ORDER,
        /// Each sector, each length and each step of a name by itself.
        INDEPENDENT,
        /// The same, and some sectors that were being written hold octets that nobody wrote.
        GARBAGE
    }

    /// A directory's names and the file that each is bound to after an operation; empty where the name is gone.
    private record Step(long number, Map<Path, Optional<Inode>> bindings) {
        boolean touches(Path directory) {
            return bindings.keySet().stream().anyMatch(name -> directory.equals(name.getParent()));
        }
    }

    private record Bound(long step, Optional<Inode> inode) {}

    /// One change of a file's content: octets written at a place, or all cut behind it.
    private static final class Change {
        final long at;
        final byte[] bytes;
        final boolean cut;
        final long sizeAfter;

        Change(long at, byte[] bytes, boolean cut, long sizeAfter) {
            this.at = at;
            this.bytes = bytes;
            this.cut = cut;
            this.sizeAfter = sizeAfter;
        }

        long sizeAfter() {
            return sizeAfter;
        }
    }

    private static final class Inode {
        final boolean directory;
        byte[] now = new byte[0];
        int size;
        byte[] forced = new byte[0];
        int forcedSize;
        final List<Change> pending = new ArrayList<>();

        Inode(boolean directory) {
            this.directory = directory;
        }

        void write(byte[] bytes, long at) {
            int end = Math.toIntExact(at + bytes.length);
            if (end > now.length) {
                now = Arrays.copyOf(now, Math.max(end, Math.min(now.length * 2, Integer.MAX_VALUE - 8)));
            }
            System.arraycopy(bytes, 0, now, (int) at, bytes.length);
            size = Math.max(size, end);
            pending.add(new Change(at, bytes, false, size));
        }

        void truncate(long to) {
            if (to >= size) {
                return;
            }
            Arrays.fill(now, (int) to, size, (byte) 0);
            size = (int) to;
            pending.add(new Change(to, new byte[0], true, size));
        }

        void force() {
            if (pending.isEmpty()) {
                return;
            }
            forced = Arrays.copyOf(forced, size);
            for (Change c : pending) {
                int from = (int) Math.min(c.at, size);
                int to = (int) (c.cut ? size : Math.min(c.at + c.bytes.length, size));
                System.arraycopy(now, from, forced, from, to - from);
            }
            forcedSize = size;
            pending.clear();
        }

        /// What a kernel does whose disk could not take the pages: they are taken for clean, and no later force
        /// will write them, though they can be read until the machine goes down.
        void forceFailed() {
            pending.clear();
        }

        /// A file as a machine may find it that comes up after a power cut.
        Inode afterCrash(RandomGenerator random, Survival survival, int sectorBytes) {
            Inode found = new Inode(directory);
            found.forced = forced;
            found.forcedSize = forcedSize;
            switch (survival) {
                case NOTHING -> {}
                case ALL -> {
                    found.forced = Arrays.copyOf(now, size);
                    found.forcedSize = size;
                }
                case IN_ORDER -> inOrder(found, random, sectorBytes);
                case INDEPENDENT -> independent(found, random, sectorBytes, false);
                case GARBAGE -> independent(found, random, sectorBytes, true);
            }
            found.forced = Arrays.copyOf(found.forced, found.forcedSize);
            found.now = found.forced.clone();
            found.size = found.forcedSize;
            return found;
        }

        private void inOrder(Inode found, RandomGenerator random, int sectorBytes) {
            if (pending.isEmpty()) {
                return;
            }
            Inode replayed = new Inode(false);
            replayed.now = forced.clone();
            replayed.size = forcedSize;
            int whole = random.nextInt(pending.size() + 1);
            for (Change c : pending.subList(0, whole)) {
                replayed.apply(c);
            }
            if (whole < pending.size() && !pending.get(whole).cut) {
                Change torn = pending.get(whole);
                // up to a sector's edge, counted from the file's start
                long sectors = (torn.bytes.length + (long) sectorBytes - 1) / sectorBytes;
                long edge = (torn.at / sectorBytes + random.nextLong(sectors + 1)) * sectorBytes;
                int kept = Math.clamp(edge - torn.at, 0, torn.bytes.length);
                if (kept > 0) {
                    replayed.apply(new Change(torn.at, Arrays.copyOf(torn.bytes, kept), false, 0));
                }
            }
            found.forced = replayed.now;
            found.forcedSize = replayed.size;
        }

        private void apply(Change c) {
            if (c.cut) {
                truncate(c.at);
            } else {
                write(c.bytes, c.at);
            }
        }

        /// Each sector holds what it held after some change of it, or before all; so does the length.
        private void independent(Inode found, RandomGenerator random, int sectorBytes, boolean garbage) {
            if (pending.isEmpty()) {
                return;
            }
            int lengths = random.nextInt(pending.size() + 1);
            int size = lengths == 0 ? forcedSize : (int) pending.get(lengths - 1).sizeAfter;
            byte[] content = Arrays.copyOf(forced, size);
            TreeMap<Integer, List<Change>> bySector = new TreeMap<>();
            long longest = Math.max(
                    forcedSize,
                    pending.stream().mapToLong(Change::sizeAfter).max().orElse(0));
            for (Change c : pending) {
                long end = c.cut ? longest : c.at + c.bytes.length;
                for (long s = c.at / sectorBytes; s * sectorBytes < end; s++) {
                    bySector.computeIfAbsent((int) s, sector -> new ArrayList<>())
                            .add(c);
                }
            }
            // often whole runs share a fate, as pages do that were written back together
            boolean runs = random.nextBoolean();
            double more = random.nextDouble();
            bySector.forEach((sector, changes) -> {
                int from = sector * sectorBytes;
                int to = Math.min(from + sectorBytes, size);
                int done =
                        runs ? (random.nextDouble() < more ? changes.size() : 0) : random.nextInt(changes.size() + 1);
                for (Change c : changes.subList(0, done)) {
                    byte[] bytes = c.bytes;
                    for (int i = (int) Math.max(from, c.at); i < to; i++) {
                        if (c.cut) {
                            content[i] = 0;
                        } else if (i < c.at + bytes.length) {
                            content[i] = bytes[i - (int) c.at];
                        }
                    }
                }
                if (garbage && random.nextInt(4) == 0) {
                    boolean zeros = random.nextBoolean();
                    for (Change c : changes) {
                        long end = c.cut ? to : Math.min(to, c.at + c.bytes.length);
                        for (int i = (int) Math.max(from, c.at); i < end; i++) {
                            content[i] = zeros ? 0 : (byte) random.nextInt();
                        }
                    }
                }
            });
            found.forced = content;
            found.forcedSize = size;
        }
    }

    /// Prints each call that changes something: for playing one history again.
    private static final boolean TRACE = Boolean.getBoolean("crash.trace");

    private static final Path ROOT = Path.of("/");

    private final int sectorBytes;
    private final Set<Path> directories = new HashSet<>();
    private final Map<Path, Inode> names = new HashMap<>();
    private final Map<Path, Bound> forcedNames = new HashMap<>();
    private final List<Step> steps = new ArrayList<>();
    private long stepNumber;
    private Trouble trouble = (call, file, sizeBytes) -> DONE;
    private long changes;
    private long cutAt = Long.MAX_VALUE;
    private boolean off;
    private long roomBytes = Long.MAX_VALUE;
    private Optional<RandomGenerator> cutRandom = Optional.empty();

    public FakeDisk() {
        this(SECTOR_BYTES);
    }

    /// @param sectorBytes what the disk writes at once; a write may be torn between two of them
    public FakeDisk(int sectorBytes) {
        this.sectorBytes = sectorBytes;
        directories.add(ROOT);
    }

    // ---- what a test does to it ----

    /// Asks this before every call from now on.
    public synchronized void trouble(Trouble asked) {
        trouble = asked;
    }

    /// What is asked now.
    public synchronized Trouble trouble() {
        return trouble;
    }

    /// No trouble any more, all the room there is, and no power cut to come.
    public synchronized void heal() {
        cutAt = Long.MAX_VALUE;
        trouble = (call, file, sizeBytes) -> DONE;
        roomBytes = Long.MAX_VALUE;
    }

    /// From now on all files together hold at most so many octets; a write that reaches over it is done as
    /// far as there is room and then fails.
    public synchronized void room(long bytes) {
        roomBytes = bytes;
    }

    /// How many calls so far could change something.
    public synchronized long changes() {
        return changes;
    }

    /// Cuts the power in the middle of that call among those that change something, counted from 1.
    ///
    /// @param random says whether, and how far, that call was done
    public synchronized void cutAt(long change, RandomGenerator random) {
        cutAt = change;
        cutRandom = Optional.of(random);
    }

    /// Cuts the power now.
    public synchronized void cut() {
        off = true;
    }

    public synchronized boolean isOff() {
        return off;
    }

    /// All octets of all files, as programs see them.
    public synchronized long usedBytes() {
        Set<Inode> seen = java.util.Collections.newSetFromMap(new IdentityHashMap<>());
        long bytes = 0;
        for (Inode inode : names.values()) {
            bytes += seen.add(inode) ? inode.size : 0;
        }
        return bytes;
    }

    /// Spoils octets that were forced, as an ageing disk does or somebody with an editor.
    public synchronized void damage(Path file, long at, int length, RandomGenerator random) throws IOException {
        Inode inode = inode(file);
        for (int i = (int) at; i < Math.min(at + length, inode.size); i++) {
            byte other = (byte) (inode.now[i] ^ (1 + random.nextInt(255)));
            inode.now[i] = other;
            if (i < inode.forcedSize) {
                inode.forced[i] = other;
            }
        }
    }

    /// The disk as a machine finds it that comes up after a power cut now. This one is off from then on.
    public FakeDisk crash(RandomGenerator random) {
        return crash(random, Survival.values()[random.nextInt(Survival.values().length)]);
    }

    /// The same with a given measure of loss.
    public synchronized FakeDisk crash(RandomGenerator random, Survival survival) {
        off = true;
        FakeDisk found = new FakeDisk(sectorBytes);
        Map<Path, Bound> bound = new HashMap<>(forcedNames);
        int inOrder = random.nextInt(steps.size() + 1);
        for (int i = 0; i < steps.size(); i++) {
            boolean survives = switch (survival) {
                case NOTHING -> false;
                case ALL -> true;
                case IN_ORDER -> i < inOrder;
                case INDEPENDENT, GARBAGE -> random.nextBoolean();
            };
            if (survives) {
                bind(bound, steps.get(i));
            }
        }
        IdentityHashMap<Inode, Inode> files = new IdentityHashMap<>();
        bound.keySet().stream()
                .sorted()
                .forEach(name -> Objects.requireNonNull(bound.get(name)).inode().ifPresent(inode -> {
                    if (!found.directories.contains(name.getParent())) {
                        return; // gone with the directory that it was in
                    }
                    Inode after = files.computeIfAbsent(inode, file -> file.afterCrash(random, survival, sectorBytes));
                    if (inode.directory) {
                        found.directories.add(name);
                    } else {
                        found.names.put(name, after);
                    }
                    found.forcedNames.put(name, new Bound(0, Optional.of(after)));
                }));
        return found;
    }

    /// The disk as the next process finds it after this one was killed: nothing is lost, nothing is forced
    /// that was not before. This one is off from then on, for whatever threads the process had.
    public synchronized FakeDisk killed() {
        off = true;
        FakeDisk found = new FakeDisk(sectorBytes);
        found.directories.addAll(directories);
        found.names.putAll(names);
        found.forcedNames.putAll(forcedNames);
        found.steps.addAll(steps);
        found.stepNumber = stepNumber;
        return found;
    }

    private static void bind(Map<Path, Bound> bound, Step step) {
        step.bindings().forEach((name, inode) -> {
            Bound before = bound.get(name);
            if (before == null || before.step() < step.number()) {
                bound.put(name, new Bound(step.number(), inode));
            }
        });
    }

    // ---- the disk ----

    @Override
    public DiskFile create(Path file) throws IOException {
        begin(Call.CREATE, file, 0);
        synchronized (this) {
            Path name = name(file);
            refuseToCreate(name);
            if (toBeDone()) {
                Inode inode = new Inode(false);
                names.put(name, inode);
                step(Map.of(name, Optional.of(inode)));
            }
            end();
            return new Open(file, Objects.requireNonNull(names.get(name)), Access.WRITE);
        }
    }

    @Override
    public DiskFile open(Path file, Access access) throws IOException {
        begin(Call.OPEN, file, 0);
        synchronized (this) {
            return new Open(file, inode(file), access);
        }
    }

    @Override
    public synchronized boolean exists(Path file) throws IOException {
        refuseIfOff();
        return names.containsKey(name(file)) || directories.contains(name(file));
    }

    @Override
    public synchronized boolean isDirectory(Path path) throws IOException {
        refuseIfOff();
        return directories.contains(name(path));
    }

    @Override
    public synchronized long sizeBytes(Path file) throws IOException {
        refuseIfOff();
        return inode(file).size;
    }

    @Override
    public synchronized List<Path> list(Path directory) throws IOException {
        refuseIfOff();
        Path above = name(directory);
        if (!directories.contains(above)) {
            throw new NoSuchFileException(directory.toString());
        }
        List<Path> found = new ArrayList<>();
        names.keySet().stream().filter(n -> above.equals(n.getParent())).forEach(found::add);
        directories.stream().filter(n -> above.equals(n.getParent())).forEach(found::add);
        return found.stream()
                .sorted()
                .map(n -> directory.resolve(n.getFileName()))
                .toList();
    }

    @Override
    public void rename(Path from, Path to) throws IOException {
        begin(Call.RENAME, from, 0);
        synchronized (this) {
            Inode inode = inode(from);
            Path above = name(to).getParent();
            if (above == null || !directories.contains(above)) {
                throw new NoSuchFileException(to.toString());
            }
            if (toBeDone() && !name(from).equals(name(to))) {
                names.remove(name(from));
                names.put(name(to), inode);
                step(Map.of(name(from), Optional.empty(), name(to), Optional.of(inode)));
            }
            end();
        }
    }

    @Override
    public void delete(Path file) throws IOException {
        begin(Call.DELETE, file, 0);
        synchronized (this) {
            if (directories.contains(name(file))) {
                throw new DirectoryNotEmptyException(file.toString());
            }
            inode(file);
            if (toBeDone()) {
                names.remove(name(file));
                step(Map.of(name(file), Optional.empty()));
            }
            end();
        }
    }

    @Override
    public void createDirectory(Path directory) throws IOException {
        begin(Call.CREATE_DIRECTORY, directory, 0);
        synchronized (this) {
            Path name = name(directory);
            refuseToCreate(name);
            if (toBeDone()) {
                directories.add(name);
                step(Map.of(name, Optional.of(new Inode(true))));
            }
            end();
        }
    }

    @Override
    public void forceDirectory(Path directory) throws IOException {
        begin(Call.FORCE_DIRECTORY, directory, 0);
        synchronized (this) {
            Path name = name(directory);
            if (!directories.contains(name)) {
                throw new NoSuchFileException(directory.toString());
            }
            if (toBeDone()) {
                steps.removeIf(step -> {
                    boolean touched = step.touches(name);
                    if (touched) {
                        bind(forcedNames, step);
                    }
                    return touched;
                });
            }
            end();
        }
    }

    private void refuseToCreate(Path name) throws IOException {
        Path above = name.getParent();
        if (above != null && !directories.contains(above)) {
            throw new NoSuchFileException(name.toString());
        }
        if (names.containsKey(name) || directories.contains(name)) {
            throw new FileAlreadyExistsException(name.toString());
        }
    }

    private void step(Map<Path, Optional<Inode>> bindings) {
        steps.add(new Step(++stepNumber, bindings));
    }

    private static Path name(Path file) {
        return file.toAbsolutePath().normalize();
    }

    private Inode inode(Path file) throws NoSuchFileException {
        Inode inode = names.get(name(file));
        if (inode == null) {
            throw new NoSuchFileException(file.toString());
        }
        return inode;
    }

    private void refuseIfOff() throws PowerCut {
        if (off) {
            throw new PowerCut();
        }
    }

    /// Before a call that is not a write. Trouble is asked outside the lock: it may wait.
    private void begin(Call call, Path file, long sizeBytes) throws IOException {
        Trouble asked;
        synchronized (this) {
            refuseIfOff();
            asked = trouble;
        }
        if (asked.at(call, file, sizeBytes) instanceof Fate.Fails failed) {
            throw new IOException(file + ": " + failed.why());
        }
        synchronized (this) {
            refuseIfOff();
            if (call.changes()) {
                changes++;
                trace(call, file, 0, 0);
            }
        }
    }

    private void trace(Call call, Path file, long at, long sizeBytes) {
        if (TRACE) {
            System.out.println(changes + (changes >= cutAt ? " (the power goes) " : " ") + call + " "
                    + file.getFileName() + (call == Call.WRITE ? " " + at + "+" + sizeBytes : ""));
        }
    }

    /// Whether the call at hand is done: always, unless the power goes in the middle of it.
    private boolean toBeDone() {
        return changes < cutAt || cutRandom.isEmpty() || cutRandom.get().nextBoolean();
    }

    /// After a call: if it was the one, nobody hears of its end.
    private void end() throws PowerCut {
        if (changes >= cutAt) {
            off = true;
        }
        refuseIfOff();
    }

    private final class Open implements DiskFile {
        private final Path file;
        private final Inode inode;
        private final Access access;
        private boolean closed;

        Open(Path file, Inode inode, Access access) {
            this.file = file;
            this.inode = inode;
            this.access = access;
        }

        @Override
        public long sizeBytes() throws IOException {
            synchronized (FakeDisk.this) {
                refuseIfClosed();
                refuseIfOff();
                return inode.size;
            }
        }

        @Override
        public int read(ByteBuffer into, long at) throws IOException {
            begin(Call.READ, file, into.remaining());
            synchronized (FakeDisk.this) {
                refuseIfClosed();
                int n = Math.clamp(inode.size - at, 0, into.remaining());
                into.put(inode.now, (int) Math.min(at, inode.size), n);
                return n;
            }
        }

        @Override
        public void write(ByteBuffer from, long at) throws IOException {
            Trouble asked;
            synchronized (FakeDisk.this) {
                refuseIfOff();
                refuseIfReadOnly();
                asked = trouble;
            }
            Fate fate = asked.at(Call.WRITE, file, from.remaining());
            synchronized (FakeDisk.this) {
                refuseIfOff();
                refuseIfClosed();
                changes++;
                int length = from.remaining();
                Optional<String> failed = Optional.empty();
                if (fate instanceof Fate.Fails(String why, int writtenBytes)) {
                    length = Math.min(length, writtenBytes);
                    failed = Optional.of(why);
                }
                if (roomBytes != Long.MAX_VALUE) {
                    long more = Math.max(0, at + length - inode.size);
                    long room = Math.max(0, roomBytes - usedBytes());
                    if (more > room) {
                        length = (int) Math.max(0, length - (more - room));
                        failed = Optional.of("No space left on device");
                    }
                }
                if (changes >= cutAt && cutRandom.isPresent()) {
                    length = cutRandom.get().nextInt(length + 1);
                }
                trace(Call.WRITE, file, at, length);
                byte[] bytes = new byte[length];
                from.get(bytes);
                if (length > 0) {
                    inode.write(bytes, at);
                }
                end();
                if (failed.isPresent()) {
                    throw new IOException(file + ": " + failed.get());
                }
            }
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            begin(Call.TRUNCATE, file, 0);
            synchronized (FakeDisk.this) {
                refuseIfReadOnly();
                if (toBeDone()) {
                    inode.truncate(sizeBytes);
                }
                end();
            }
        }

        @Override
        public void force() throws IOException {
            try {
                begin(Call.FORCE, file, 0);
            } catch (PowerCut e) {
                throw e;
            } catch (IOException e) {
                synchronized (FakeDisk.this) {
                    inode.forceFailed();
                }
                throw e;
            }
            synchronized (FakeDisk.this) {
                refuseIfClosed();
                if (toBeDone()) {
                    inode.force();
                }
                end();
            }
        }

        @Override
        public void close() {
            synchronized (FakeDisk.this) {
                closed = true;
            }
        }

        private void refuseIfClosed() throws IOException {
            if (closed) {
                throw new java.nio.channels.ClosedChannelException();
            }
        }

        private void refuseIfReadOnly() throws IOException {
            refuseIfClosed();
            if (access == Access.READ) {
                throw new java.nio.channels.NonWritableChannelException();
            }
        }
    }
}
