package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.InOrder;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Kept.KeptRecord;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.SegmentFormat.FooterTail;
import io.carteggio.archive.vault.SegmentFormat.HeaderReading;
import io.carteggio.archive.vault.SegmentFormat.Row;
import io.carteggio.archive.vault.SegmentFormat.SegmentHeader;
import io.carteggio.archive.vault.Sidecar.Tombstone;
import io.carteggio.archive.vault.Vault.Damage;
import io.carteggio.archive.vault.Vault.Walker;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.Disk.DiskFile;
import io.carteggio.embedded.vault.SegmentReader.FoundFrame;
import io.carteggio.embedded.vault.Segments.InFile;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The way through all frames in order, across segments and over damage. One thread reads the segments and follows
/// the chain; others open the frames ([InOrder]). Belongs to one thread.
final class SegmentWalk {
    private final Disk disk;
    private final Path directory;
    private final byte[] archiveId;
    private final Segments segments;
    private final boolean deep;
    private final InOrder<Telling> ahead;
    private final long start;
    private long damages;
    private long frames;
    private Optional<Sha256> previous;

    /// One thing that the walker is told.
    @FunctionalInterface
    private interface Telling {
        void to(Walker walker) throws ArchiveException;
    }

    private SegmentWalk(
            Disk disk,
            Path directory,
            byte[] archiveId,
            Segments segments,
            Position from,
            boolean deep,
            InOrder<Telling> ahead) {
        this.disk = disk;
        this.directory = directory;
        this.archiveId = archiveId;
        this.segments = segments;
        this.deep = deep;
        this.ahead = ahead;
        this.start = from.frames();
        this.frames = start;
        this.previous = frames == 0 ? Optional.of(SegmentFormat.noFrame()) : Optional.empty();
    }

    /// Shows a walker all frames from a position on.
    ///
    /// @param end where to stop: what was forced when the walk began
    static void walk(
            Disk disk, Path directory, byte[] archiveId, Segments segments, Position from, Position end, Walker walker)
            throws ArchiveException {
        try (InOrder<Telling> ahead = new InOrder<>("walk", telling -> telling.to(walker))) {
            new SegmentWalk(disk, directory, archiveId, segments, from, walker.deep(), ahead).walk(end);
            ahead.finish();
        }
    }

    private void walk(Position end) throws ArchiveException {
        try {
            long first = frames == 0
                    ? 1
                    : segments.from(frames + 1).map(Segment::number).orElse(end.segment());
            for (long s = first; s <= end.segment(); s++) {
                Path file = SegmentFiles.segment(directory, s);
                if (!disk.exists(file)) {
                    damage(s, 0, 0, "the segment is missing");
                    previous = Optional.empty();
                    continue;
                }
                segment(s, file, end);
            }
            if (frames != end.frames()) {
                damage(end.segment(), end.offset(), frames, "the last frame should be number " + end.frames());
            }
        } catch (IOException e) {
            throw new ArchiveException("the vault cannot be read: " + e.getMessage(), true, e);
        }
    }

    private void segment(long s, Path path, Position end) throws IOException, ArchiveException {
        Optional<InFile> in = segments.inFile(s);
        try (DiskFile file = in.isPresent() ? in.get().file() : disk.open(path, Disk.Access.READ)) {
            segment(s, file, in.map(InFile::segment), end);
        }
    }

    private void segment(long s, DiskFile file, Optional<Segment> known, Position end)
            throws IOException, ArchiveException {
        boolean last = s == end.segment();
        // where it was closed and compacted since, its last frames end elsewhere
        boolean shifted = last && known.filter(k -> k.header().edition() > 0).isPresent();
        long framesEnd =
                last && !shifted ? end.offset() : known.map(Segment::framesEnd).orElse(Long.MAX_VALUE);
        Optional<Segments.Opened> keys = Optional.empty();
        try {
            keys = Optional.of(segments.keys(s)); // later than the file: they know what it lacks
        } catch (ArchiveException e) {
            if (e.laterHelps()) {
                throw e; // else a passing trouble would pass for a loss
            }
            damage(s, 0, 0, String.valueOf(e.getMessage()));
        }
        boolean opens = keys.isPresent();
        Map<Long, Tombstone> erased = keys.map(Segments.Opened::erased).orElse(Map.of());
        SegmentReader reader = new SegmentReader(file, archiveId, known.map(Segment::header), erased, framesEnd);
        if (reader.header() instanceof HeaderReading.Foreign(String why)) {
            damage(s, 0, 0, why);
            return;
        }
        long from = begin(s, reader, known);
        List<Long> offsets = new ArrayList<>();
        long damagesBefore = damages;
        for (long at = from; at < reader.limit() && !(shifted && frames >= end.frames()); ) {
            Optional<FoundFrame> found = reader.frame(at);
            if (found.isEmpty()) {
                long next = reader.nextFrame(at + 1);
                damage(s, at, frames + 1, (next - at) + " octets are no frame as it was written");
                previous = Optional.empty();
                at = next;
                continue;
            }
            offsets.add(at);
            frame(s, known, found.get(), reader, keys);
            // what a compaction left out is known from the sidecar alone
            at = opens || found.get().whole()
                    ? found.get().endOffset()
                    : reader.nextFrame(at + found.get().head().headBytes());
        }
        ahead.finish();
        if (last && reader.limit() < framesEnd && framesEnd != Long.MAX_VALUE) {
            damage(s, reader.limit(), 0, "the segment ends before what was acknowledged");
        }
        if (deep && from == reader.framesBegin()) {
            // a segment that was left for its damage has none, and was named for that
            boolean left = damages > damagesBefore;
            if (!last && !left && known.isPresent() && known.get() instanceof Segment.Growing) {
                damage(s, reader.limit(), 0, "the segment has lost its footer");
            }
            if (!last) { // that one has none, or one of more frames than were asked for
                footer(s, reader, known, offsets);
            }
            if (opens) {
                dictionary(s, known);
            }
        }
    }

    /// Looks at the header.
    ///
    /// @return where the first frame lies that is asked for
    private long begin(long s, SegmentReader reader, Optional<Segment> known) throws IOException, ArchiveException {
        long from = reader.framesBegin();
        if (reader.header() instanceof HeaderReading.Damaged(String why)) {
            damage(
                    s,
                    0,
                    0,
                    "the header is damaged: " + why
                            + (known.isPresent() ? "; what it said is known, and `carteggio rebuild` mends it" : ""));
        }
        if (reader.said().isEmpty()) {
            return from;
        }
        SegmentHeader header = reader.said().get();
        if (header.segment() != s) {
            damage(s, 0, 0, "the header names segment " + header.segment());
        }
        boolean fromItsBegin = frames < header.firstFrame();
        if (fromItsBegin && previous.isPresent() && !previous.get().equals(header.previous())) {
            damage(s, 0, header.firstFrame(), "the segment does not follow the one before it");
        }
        if (!fromItsBegin && known.isPresent()) {
            long at = segments.offset(known.get(), reader.file(), frames + 1);
            from = at >= 0 ? at : frames >= known.get().lastFrame() ? reader.limit() : from;
        }
        return from;
    }

    private void dictionary(long s, Optional<Segment> known) throws ArchiveException {
        if (known.isPresent()) {
            try {
                segments.dictionaryAnew(known.get());
            } catch (IOException e) {
                damage(s, SegmentFormat.SEGMENT_HEADER_BYTES, 0, "the dictionary is not what was written");
            }
        }
    }

    /// The footer must be there where the segment is closed, and say where the frames are.
    private void footer(long s, SegmentReader reader, Optional<Segment> known, List<Long> offsets)
            throws IOException, ArchiveException {
        if (known.isEmpty() || !(known.get() instanceof Segment.Closed closed)) {
            return;
        }
        FooterTail tail = closed.footer();
        int length = Math.toIntExact(reader.file().sizeBytes() - tail.footerOffset());
        byte[] footer = SegmentFiles.at(reader.file(), tail.footerOffset(), length);
        Optional<long[]> written = SegmentFormat.readFooter(footer, archiveId);
        long[] found = offsets.stream().mapToLong(Long::longValue).toArray();
        if (written.isEmpty()) {
            damage(s, tail.footerOffset(), 0, "the footer is not as it was written");
        } else if (!Arrays.equals(written.get(), found)
                || (previous.isPresent() && !previous.get().equals(tail.lastHash()))) {
            damage(s, tail.footerOffset(), 0, "the footer does not fit the frames");
        }
    }

    private void frame(
            long s, Optional<Segment> known, FoundFrame found, SegmentReader reader, Optional<Segments.Opened> keys)
            throws ArchiveException, IOException {
        long number = found.head().number();
        if (number <= start) {
            return; // the way led through frames that were asked for before
        }
        if (previous.isPresent()
                && (number != frames + 1 || !previous.get().equals(found.head().previous()))) {
            damage(s, found.offset(), number, "the frame does not follow frame " + frames);
        }
        frames = number;
        previous = Optional.of(reader.hash(found));
        if (known.isEmpty()) {
            damage(s, found.offset(), number, "the segment cannot be opened");
            return;
        }
        if (keys.isEmpty()) {
            tell(walker -> walker.sealed(found.head()));
            return;
        }
        OpenFrame frame =
                new OpenFrame(segments, known.get(), keys.get(), found.head(), found.offset(), reader.octets(found));
        ahead.add(() -> opened(s, frame, found), found.endOffset() - found.offset());
    }

    /// What the walker is told of a frame. Called by many threads.
    private Telling opened(long s, OpenFrame frame, FoundFrame found) throws ArchiveException {
        List<Damage> wrong = new ArrayList<>();
        Optional<Kept> first = opened(s, frame, found, wrong);
        boolean anew = !wrong.isEmpty() && !segments.isCurrent(frame);
        if (anew) { // erased or compacted meanwhile
            wrong.clear();
        }
        Optional<Kept> kept = anew ? openedAnew(s, found, wrong) : first;
        if (kept.isPresent() && !found.whole() && wrong.isEmpty()) {
            wrong.add(damage(s, found, Optional.empty(), "the checksum of the records is wrong"));
        }
        return walker -> {
            if (kept.isPresent()) {
                walker.frame(kept.get());
            }
            for (Damage damage : wrong) {
                damages++;
                walker.damaged(damage);
            }
        };
    }

    private Optional<Kept> openedAnew(long s, FoundFrame found, List<Damage> wrong) throws ArchiveException {
        try {
            return opened(s, segments.open(found.head().number()), found, wrong);
        } catch (IOException e) {
            throw new ArchiveException("frame " + found.head().number() + " cannot be read: " + e, true, e);
        }
    }

    private Optional<Kept> opened(long s, OpenFrame frame, FoundFrame found, List<Damage> wrong)
            throws ArchiveException {
        int records = found.head().rows().size();
        List<Optional<Sha256>> sums = new ArrayList<>(Collections.nCopies(records, Optional.empty()));
        if (deep) {
            // a letter is read with its manifest, which is then known
            for (int i = records - 1; i > 0; i--) {
                if (!frame.isErased(i)) {
                    sums.set(i, verify(s, frame, found, i, wrong));
                }
            }
        }
        Kept kept;
        try {
            kept = frame.kept();
        } catch (IOException e) {
            wrong.clear();
            wrong.add(damage(s, found, Optional.empty(), "the manifest cannot be read: " + e.getMessage()));
            return Optional.empty();
        }
        if (!deep) {
            return Optional.of(kept);
        }
        if (kept.erased().isEmpty()) {
            sums.set(0, verify(s, frame, found, 0, wrong));
        }
        Collections.reverse(wrong); // as they lie in the frame
        List<KeptRecord> verified = new ArrayList<>(kept.records().size());
        for (KeptRecord record : kept.records()) {
            verified.add(new KeptRecord(
                    record.type(),
                    record.place(),
                    record.sizeBytes(),
                    sums.get(record.place().record())));
        }
        return Optional.of(new Kept(kept.head(), kept.manifest(), verified, kept.erased(), kept.end()));
    }

    private static Optional<Sha256> verify(long s, OpenFrame frame, FoundFrame found, int record, List<Damage> wrong) {
        try {
            return Optional.of(frame.verify(record));
        } catch (IOException | ArchiveException e) {
            Row row = found.head().rows().get(record);
            wrong.add(damage(
                    s,
                    found,
                    Optional.of(new Place(frame.number(), record)),
                    "record " + record + " (" + row.type() + ", " + row.sizeBytes() + " octets): " + e.getMessage()));
            return Optional.empty();
        }
    }

    private static Damage damage(long s, FoundFrame found, Optional<Place> record, String what) {
        return new Damage(s, found.offset(), found.head().number(), record, Optional.of(found.head()), what);
    }

    private void damage(long s, long offset, long frame, String what) throws ArchiveException {
        tell(walker -> {
            damages++;
            walker.damaged(new Damage(s, offset, frame, Optional.empty(), Optional.empty(), what));
        });
    }

    private void tell(Telling known) throws ArchiveException {
        ahead.add(() -> known, 0);
    }
}
