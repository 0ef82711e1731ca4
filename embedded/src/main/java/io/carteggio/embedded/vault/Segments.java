package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Dictionary;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Key;
import io.carteggio.archive.vault.KeyTree;
import io.carteggio.archive.vault.KeyTree.RecordKeys;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.RecordSeal;
import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.SegmentFormat.FrameHead;
import io.carteggio.archive.vault.SegmentFormat.HeaderReading;
import io.carteggio.archive.vault.SegmentFormat.SegmentHeader;
import io.carteggio.archive.vault.Sidecar;
import io.carteggio.archive.vault.Sidecar.Tombstone;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.Disk.DiskFile;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.keys.Keyring.SegmentKey;
import io.carteggio.mail.Content;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/// All segments with their keys, and the way from a record's place to its content. Safe for many
/// threads.
final class Segments {
    private static final int DICTIONARIES_KEPT = 4;

    /// Read at once when a frame is looked for: most frames are smaller.
    static final int LOOK_BYTES = 8 * 1024;

    /// Frames that were opened last and lie wholly in memory: who asks for a letter asks for its manifest too.
    private static final int FRAMES_REMEMBERED = 32;

    private final Disk disk;
    private final Path directory;
    private final Keyring keyring;
    private final byte[] archiveId;
    private final ConcurrentSkipListMap<Long, Segment> byFirstFrame = new ConcurrentSkipListMap<>();
    private final Map<Long, Opened> opened = new ConcurrentHashMap<>();
    private final Map<Long, FrameOffsets> scanned = new ConcurrentHashMap<>(); // where the footer is damaged
    private final Map<Long, String> lost = new ConcurrentSkipListMap<>(); // segments without keys, and why
    private final Map<Long, Optional<Dictionary>> dictionaries = new LinkedHashMap<>(8, 0.75f, true);
    private final Map<Long, OpenFrame> recent = new LinkedHashMap<>(2 * FRAMES_REMEMBERED, 0.75f, true);

    /// A segment's file is found, and takes the place of another, while this is held.
    private final ReentrantReadWriteLock places = new ReentrantReadWriteLock();

    /// A segment and its file, which belong together whatever a compaction does from now on.
    record InFile(Segment segment, DiskFile file) implements AutoCloseable {
        @Override
        public void close() throws IOException {
            file.close();
        }
    }

    /// The keys of a segment, and what was erased of it.
    record Opened(KeyTree keys, Map<Long, Tombstone> erased, long generation) {}

    Segments(Disk disk, Path directory, Keyring keyring) {
        this.disk = disk;
        this.directory = directory;
        this.keyring = keyring;
        this.archiveId = keyring.archiveId();
    }

    /// Takes a segment in, or puts it in the place of what was known of it.
    void put(Segment segment) {
        byFirstFrame.put(segment.firstFrame(), segment);
    }

    /// The file of a segment; empty where it was compacted since, so that nothing lies any more where it lay.
    Optional<DiskFile> file(Segment segment) throws IOException {
        places.readLock().lock();
        try {
            Segment now = byFirstFrame.get(segment.firstFrame());
            return now != null && now.header().edition() == segment.header().edition()
                    ? Optional.of(disk.open(segment.path(), Disk.Access.READ))
                    : Optional.empty();
        } finally {
            places.readLock().unlock();
        }
    }

    /// The segment of a number, with its file.
    Optional<InFile> inFile(long number) throws IOException {
        places.readLock().lock();
        try {
            Optional<Segment> segment = byNumber(number);
            return segment.isPresent() ? Optional.of(inFile(segment.get())) : Optional.empty();
        } finally {
            places.readLock().unlock();
        }
    }

    private Optional<InFile> inFileOf(long frame) throws IOException {
        places.readLock().lock();
        try {
            Optional<Segment> segment = of(frame);
            return segment.isPresent() ? Optional.of(inFile(segment.get())) : Optional.empty();
        } finally {
            places.readLock().unlock();
        }
    }

    private InFile inFile(Segment segment) throws IOException {
        return new InFile(segment, disk.open(segment.path(), Disk.Access.READ));
    }

    /// Gives what a compaction wrote the segment's name, and tells of it in the same instant.
    void replace(Path beside, Segment.Closed compacted) throws IOException {
        places.writeLock().lock();
        try {
            try {
                disk.rename(beside, compacted.path());
            } catch (IOException e) {
                if (edition(compacted.path()) == compacted.header().edition()) {
                    taken(compacted); // it has its new name all the same
                }
                throw e;
            }
            taken(compacted);
        } finally {
            places.writeLock().unlock();
        }
    }

    /// Work on the file of a segment.
    @FunctionalInterface
    interface FileWork {
        void run() throws IOException;
    }

    /// Does work on a segment's file, in the place of which no compaction puts another meanwhile.
    void undisturbed(FileWork work) throws IOException {
        places.writeLock().lock();
        try {
            work.run();
        } finally {
            places.writeLock().unlock();
        }
    }

    /// Takes in a segment whose footer is new.
    void taken(Segment.Closed anew) {
        put(anew);
        scanned.remove(anew.number());
    }

    private int edition(Path file) throws IOException {
        try (DiskFile open = disk.open(file, Disk.Access.READ)) {
            byte[] head = SegmentFiles.at(open, 0, SegmentFormat.SEGMENT_HEADER_BYTES);
            return SegmentFormat.readSegmentHeader(head, archiveId) instanceof HeaderReading.Good(SegmentHeader good)
                    ? good.edition()
                    : -1;
        }
    }

    Iterable<Segment> all() {
        return byFirstFrame.values();
    }

    Optional<Segment> byNumber(long number) {
        return byFirstFrame.values().stream().filter(s -> s.number() == number).findFirst();
    }

    /// The segment whose frames come next.
    Optional<Segment> behind(Segment segment) {
        return Optional.ofNullable(byFirstFrame.higherEntry(segment.firstFrame()))
                .map(Map.Entry::getValue);
    }

    /// The segment that has a frame.
    Optional<Segment> of(long frame) {
        Map.Entry<Long, Segment> entry = byFirstFrame.floorEntry(frame);
        return entry == null || frame > entry.getValue().lastFrame() ? Optional.empty() : Optional.of(entry.getValue());
    }

    /// The segment that has a frame, or else the next one behind it.
    Optional<Segment> from(long frame) {
        return of(frame)
                .or(() -> Optional.ofNullable(byFirstFrame.ceilingEntry(frame)).map(Map.Entry::getValue));
    }

    /// Forgets what was read of a segment's sidecar.
    void forgetKeys(long number) {
        opened.remove(number);
    }

    /// Looks whether every segment but the open one can be opened, and remembers those that cannot.
    void findLost(long open) {
        for (Segment segment : all()) {
            if (segment.number() != open) {
                try {
                    keys(segment.number());
                } catch (ArchiveException e) {
                    lost.put(segment.number(), String.valueOf(e.getMessage()));
                }
            }
        }
        for (long number : keyring.generations().keySet()) {
            if (number < open && byNumber(number).isEmpty()) {
                lost.put(number, "segment " + number + " is missing or has no readable header");
            }
        }
    }

    /// The segments that were not there when the vault was opened, or had no keys, with the reason.
    Map<Long, String> lost() {
        return lost;
    }

    /// The keys of a segment.
    ///
    /// @throws ArchiveException where neither copy of the sidecar opens; later helps only where the disk
    ///     could not be read
    Opened keys(long number) throws ArchiveException {
        Opened known = opened.get(number);
        while (known == null) {
            SegmentKey key = keyring.segment(number)
                    .orElseThrow(() -> new ArchiveException("the keyring has no key for segment " + number, false));
            try {
                Opened fresh = open(number, key);
                opened.put(number, fresh);
                if (isStill(key)) {
                    known = fresh;
                } else {
                    opened.remove(number, fresh); // something was erased meanwhile: these are the keys of before
                }
            } catch (ArchiveException e) {
                if (isStill(key)) {
                    throw e;
                }
            }
        }
        return known;
    }

    private Opened open(long number, SegmentKey key) throws ArchiveException {
        if (key.generation() == 0) {
            return new Opened(new KeyTree(key.key()), Map.of(), 0);
        }
        Sidecar sidecar = sidecar(number, key);
        return new Opened(sidecar.keys(), sidecar.erased(), sidecar.generation());
    }

    private boolean isStill(SegmentKey key) {
        return keyring.segment(key.segment())
                .filter(now -> now.generation() == key.generation())
                .isPresent();
    }

    private List<Path> sidecars(long number) {
        return List.of(SegmentFiles.sidecar(directory, number), SegmentFiles.sidecarCopy(directory, number));
    }

    private Sidecar sidecar(long number, SegmentKey key) throws ArchiveException {
        List<String> wrong = new ArrayList<>();
        Optional<IOException> unreadable = Optional.empty();
        for (Path file : sidecars(number)) {
            try {
                Optional<String> fault = fault(file, key);
                if (fault.isEmpty()) {
                    return read(file, key).orElseThrow(() -> new IOException(file + " has just changed"));
                }
                wrong.add(file.getFileName() + " " + fault.get());
            } catch (IOException e) {
                unreadable = Optional.of(e); // the other one may serve
                wrong.add(file.getFileName() + " cannot be read: " + e.getMessage());
            }
        }
        String what = "no sidecar of segment " + number + " opens: " + String.join(", ", wrong);
        if (unreadable.isPresent()) {
            throw new ArchiveException(what, true, unreadable.get());
        }
        throw new ArchiveException(what, false);
    }

    private Optional<Sidecar> read(Path file, SegmentKey key) throws IOException {
        return Sidecar.read(disk.readAll(file), key.segment(), key.key(), archiveId)
                .filter(s -> s.generation() == key.generation());
    }

    /// Why a sidecar does not serve; empty where it does.
    private Optional<String> fault(Path file, SegmentKey key) throws IOException {
        String other = "is missing or not what was written";
        if (!disk.exists(file)) {
            return Optional.of(other);
        }
        if (read(file, key).isPresent()) {
            return Optional.empty();
        }
        return Sidecar.generation(disk.readAll(file), key.segment())
                .filter(generation -> generation != key.generation())
                .map(generation -> "is of generation " + generation + ", and the keyring opens " + key.generation())
                .or(() -> Optional.of(other));
    }

    /// Which of a closed segment's two sidecars do not serve.
    List<String> sidecarProblems(long number) throws IOException {
        List<String> problems = new ArrayList<>();
        Optional<SegmentKey> key = keyring.segment(number);
        if (key.isEmpty()) {
            return List.of("the keyring has no key for segment " + number);
        }
        if (key.get().generation() > 0) {
            for (Path file : sidecars(number)) {
                fault(file, key.get()).ifPresent(why -> problems.add(file.getFileName() + " " + why));
            }
        }
        return problems;
    }

    /// The dictionary of a segment.
    Optional<Dictionary> dictionary(Segment segment) throws IOException, ArchiveException {
        synchronized (dictionaries) {
            Optional<Dictionary> known = dictionaries.get(segment.number());
            if (known != null) {
                return known;
            }
        }
        return dictionaryAnew(segment);
    }

    /// The dictionary of a segment, read again.
    Optional<Dictionary> dictionaryAnew(Segment segment) throws IOException, ArchiveException {
        int sealedBytes = segment.header().dictionarySealedBytes();
        Optional<Dictionary> dictionary = Optional.empty();
        if (sealedBytes > 0) {
            try (DiskFile file = disk.open(segment.path(), Disk.Access.READ)) {
                byte[] sealed = SegmentFiles.at(file, SegmentFormat.SEGMENT_HEADER_BYTES, sealedBytes);
                RecordKeys keys = keys(segment.number())
                        .keys()
                        .at(KeyTree.dictionaryLeaf())
                        .orElseThrow(() -> new IOException("the dictionary's key is gone"));
                dictionary =
                        Optional.of(new Dictionary(RecordSeal.unseal(sealed, keys.key(), dictionaryName(archiveId))));
            }
        }
        remember(segment.number(), dictionary);
        return dictionary;
    }

    void remember(long segment, Optional<Dictionary> dictionary) {
        synchronized (dictionaries) {
            dictionaries.put(segment, dictionary);
            if (dictionaries.size() > DICTIONARIES_KEPT) {
                var eldest = dictionaries.keySet().iterator();
                eldest.next();
                eldest.remove();
            }
        }
    }

    static byte[] dictionaryName(byte[] archiveId) {
        return RecordSeal.associatedData(archiveId, 0, 0, FrameRecord.Type.DICTIONARY.code(), 0);
    }

    /// A frame, to read its records.
    ///
    /// @throws ArchiveException where it is not there or damaged
    OpenFrame open(long frame) throws ArchiveException, IOException {
        if (of(frame).isEmpty()) {
            throw new ArchiveException("frame " + frame + " is not in the vault", false);
        }
        return find(frame).orElseThrow(() -> new ArchiveException("frame " + frame + " is damaged", false));
    }

    private Optional<OpenFrame> find(long frame) throws ArchiveException, IOException {
        Optional<Segment> known = of(frame);
        if (known.isEmpty()) {
            return Optional.empty();
        }
        Opened before = keys(known.get().number());
        synchronized (recent) {
            OpenFrame remembered = recent.get(frame);
            if (remembered != null && remembered.isOf(known.get(), before)) { // else erased or compacted meanwhile
                return Optional.of(remembered);
            }
        }
        try (InFile in = inFileOf(frame).orElseThrow()) {
            Segment segment = in.segment();
            Opened keys = keys(segment.number()); // later than the file: they know what it lacks
            long at = offset(segment, in.file(), frame);
            Optional<OpenFrame> found = Optional.empty();
            if (at >= 0) {
                byte[] octets = look(in.file(), at);
                found = head(in.file(), at, octets, frame)
                        .map(head -> new OpenFrame(this, segment, keys, head, at, octets));
            }
            found.ifPresent(this::remember);
            return found;
        }
    }

    /// Whether a frame lies where it lay when it was opened, and has the keys it had.
    boolean isCurrent(OpenFrame frame) throws ArchiveException {
        Optional<Segment> segment = of(frame.number());
        return segment.isPresent()
                && frame.isOf(segment.get(), keys(segment.get().number()));
    }

    private void remember(OpenFrame frame) {
        if (frame.isInMemory()) {
            synchronized (recent) {
                recent.put(frame.number(), frame);
                if (recent.size() > FRAMES_REMEMBERED) {
                    var eldest = recent.keySet().iterator();
                    eldest.next();
                    eldest.remove();
                }
            }
        }
    }

    /// Where a frame begins; negative where it is not there. A footer that does not tell the truth costs
    /// reading the segment through, once.
    long offset(Segment segment, DiskFile file, long frame) throws IOException {
        long at = segment.offset(file, frame);
        if (segment instanceof Segment.Closed closed
                && (at < 0 || head(file, at, look(file, at), frame).isEmpty())) {
            FrameOffsets offsets = scanned.get(segment.number());
            if (offsets == null) {
                SegmentReader reader = // which leaves the file open
                        new SegmentReader(
                                file,
                                archiveId,
                                Optional.of(segment.header()),
                                erased(segment.number()),
                                closed.framesEnd());
                offsets = SegmentScan.of(reader, Long.MAX_VALUE).frames();
                scanned.put(segment.number(), offsets);
            }
            return offsets.of(frame);
        }
        return at;
    }

    /// What was erased of a segment; nothing where its keys cannot be had.
    Map<Long, Tombstone> erased(long number) {
        return erasedIfKnown(number).orElse(Map.of());
    }

    /// The same; absent where its keys cannot be had.
    Optional<Map<Long, Tombstone>> erasedIfKnown(long number) {
        try {
            return Optional.of(keys(number).erased());
        } catch (ArchiveException e) {
            return Optional.empty();
        }
    }

    /// The octets at a place: a whole frame, mostly.
    private static byte[] look(DiskFile file, long at) throws IOException {
        ByteBuffer some = ByteBuffer.allocate(LOOK_BYTES);
        int n = file.read(some, at);
        return Arrays.copyOf(some.array(), n);
    }

    /// The head of a frame; empty where that is not what stands at the place.
    ///
    /// @param octets of the segment from there on that are in memory already
    Optional<FrameHead> head(DiskFile file, long at, byte[] octets, long frame) throws IOException {
        Optional<Integer> count = SegmentFormat.recordCount(octets);
        if (count.isEmpty()) {
            return Optional.empty();
        }
        int length = SegmentFormat.headBytesFor(count.get());
        byte[] head = length <= octets.length ? Arrays.copyOf(octets, length) : SegmentFiles.at(file, at, length);
        return SegmentFormat.readFrameHead(head, archiveId).filter(h -> h.number() == frame);
    }

    /// The content of a record.
    Content content(Place place) throws ArchiveException {
        try {
            return open(place.frame()).content(place.record());
        } catch (IOException e) {
            throw new ArchiveException(
                    "record " + place.record() + " of frame " + place.frame() + " cannot be read: " + e.getMessage(),
                    false,
                    e);
        }
    }

    /// What serves as a dictionary for a letter like this one; empty where it is too large or depends
    /// on another.
    Optional<byte[]> asDictionary(Place place, int limitBytes) throws ArchiveException {
        try {
            return open(place.frame()).asDictionary(place.record(), limitBytes);
        } catch (IOException e) {
            throw new ArchiveException("frame " + place.frame() + " cannot be read: " + e.getMessage(), false, e);
        }
    }

    Disk disk() {
        return disk;
    }

    byte[] archiveId() {
        return archiveId;
    }

    Optional<Key> salt(Place place) throws ArchiveException {
        Segment segment = of(place.frame())
                .orElseThrow(() -> new ArchiveException("frame " + place.frame() + " is not in the vault", false));
        return keys(segment.number())
                .keys()
                .at(KeyTree.leaf(place.frame() - segment.firstFrame(), place.record()))
                .map(RecordKeys::salt);
    }

    /// Whether a record counts as erased, and no key opens it.
    boolean isErased(Place place) throws ArchiveException {
        Segment segment = of(place.frame())
                .orElseThrow(() -> new ArchiveException("frame " + place.frame() + " is not in the vault", false));
        Opened keys = keys(segment.number());
        return Optional.ofNullable(keys.erased().get(place.frame()))
                        .filter(t -> t.covers(place.record()))
                        .isPresent()
                && !keys.keys().opens(KeyTree.leaf(place.frame() - segment.firstFrame(), place.record()));
    }

    /// A frame by its number.
    Optional<Kept> frame(long number) throws ArchiveException {
        try {
            Optional<OpenFrame> frame = find(number);
            return frame.isPresent() ? Optional.of(frame.get().kept()) : Optional.empty();
        } catch (IOException e) {
            throw new ArchiveException("frame " + number + " cannot be read: " + e.getMessage(), false, e);
        }
    }
}
