package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Kept.KeptRecord;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.SegmentFormat.FooterTail;
import io.carteggio.archive.vault.SegmentFormat.HeaderReading;
import io.carteggio.archive.vault.SegmentFormat.Row;
import io.carteggio.archive.vault.Sidecar.Tombstone;
import io.carteggio.archive.vault.Vault.Damage;
import io.carteggio.archive.vault.Vault.Walker;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.vault.SegmentReader.FoundFrame;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The way through all frames in order, across segments and over damage. Belongs to one thread.
final class SegmentWalk {
    private final Disk disk;
    private final Path directory;
    private final byte[] archiveId;
    private final Segments segments;
    private final Walker walker;
    private final long start;
    private long damages;
    private long frames;
    private Optional<Sha256> previous;

    SegmentWalk(Disk disk, Path directory, byte[] archiveId, Segments segments, Position from, Walker walker) {
        this.disk = disk;
        this.directory = directory;
        this.archiveId = archiveId;
        this.segments = segments;
        this.walker = walker;
        this.start = from.frames();
        this.frames = start;
        this.previous = frames == 0 ? Optional.of(SegmentFormat.noFrame()) : Optional.empty();
    }

    /// @param end where to stop: what was forced when the walk began
    void walk(Position end) throws ArchiveException {
        try {
            long first = frames == 0
                    ? 1
                    : segments.of(frames + 1).map(Segment::number).orElse(end.segment());
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

    private void segment(long s, Path file, Position end) throws IOException, ArchiveException {
        boolean last = s == end.segment();
        Optional<Segment> known = segments.byNumber(s);
        long framesEnd = last ? end.offset() : known.map(Segment::framesEnd).orElse(Long.MAX_VALUE);
        Optional<Segments.Opened> keys = Optional.empty();
        try {
            keys = Optional.of(segments.keys(s));
        } catch (ArchiveException e) {
            if (e.laterHelps()) {
                throw e; // else a passing trouble would pass for a loss
            }
            damage(s, 0, 0, String.valueOf(e.getMessage()));
        }
        boolean opens = keys.isPresent();
        Map<Long, Tombstone> erased = keys.map(Segments.Opened::erased).orElse(Map.of());
        try (SegmentReader reader = new SegmentReader(disk, file, archiveId, erased, framesEnd)) {
            long from = reader.framesBegin();
            switch (reader.header()) {
                case HeaderReading.Foreign(String why) -> {
                    damage(s, 0, 0, why);
                    return;
                }
                case HeaderReading.Damaged(String why) -> damage(s, 0, 0, why);
                case HeaderReading.Good(var header) -> {
                    if (header.segment() != s) {
                        damage(s, 0, 0, "the header names segment " + header.segment());
                    }
                    boolean fromItsBegin = frames < header.firstFrame();
                    if (fromItsBegin && previous.isPresent() && !previous.get().equals(header.previous())) {
                        damage(s, 0, header.firstFrame(), "the segment does not follow the one before it");
                    }
                    if (!fromItsBegin && known.isPresent()) {
                        long at = offset(known.get(), frames + 1);
                        from = at >= 0 ? at : frames >= known.get().lastFrame() ? reader.limit() : from;
                    }
                }
            }
            List<Long> offsets = new ArrayList<>();
            long damagesBefore = damages;
            for (long at = from; at < reader.limit(); ) {
                Optional<FoundFrame> found = reader.frame(at);
                if (found.isEmpty()) {
                    long next = reader.nextFrame(at + 1);
                    damage(s, at, frames + 1, (next - at) + " octets are no frame as it was written");
                    previous = Optional.empty();
                    at = next;
                    continue;
                }
                offsets.add(at);
                frame(s, known, found.get(), opens);
                // what a compaction left out is known from the sidecar alone
                at = opens || found.get().whole()
                        ? found.get().endOffset()
                        : reader.nextFrame(at + found.get().head().headBytes());
            }
            if (last && reader.limit() < framesEnd && framesEnd != Long.MAX_VALUE) {
                damage(s, reader.limit(), 0, "the segment ends before what was acknowledged");
            }
            if (walker.deep() && from == reader.framesBegin()) {
                // a segment that was left for its damage has none, and was named for that
                boolean left = damages > damagesBefore;
                if (!last && !left && known.isPresent() && known.get() instanceof Segment.Growing) {
                    damage(s, reader.limit(), 0, "the segment has lost its footer");
                }
                footer(s, file, known, offsets);
                if (opens) {
                    dictionary(s, known);
                }
            }
        }
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
    private void footer(long s, Path file, Optional<Segment> known, List<Long> offsets)
            throws IOException, ArchiveException {
        if (known.isEmpty() || !(known.get() instanceof Segment.Closed closed)) {
            return;
        }
        FooterTail tail = closed.footer();
        try (Disk.DiskFile open = disk.open(file, Disk.Access.READ)) {
            long size = open.sizeBytes();
            byte[] footer = SegmentFiles.at(open, tail.footerOffset(), (int) (size - tail.footerOffset()));
            Optional<long[]> written = SegmentFormat.readFooter(footer, archiveId);
            long[] found = offsets.stream().mapToLong(Long::longValue).toArray();
            if (written.isEmpty()) {
                damage(s, tail.footerOffset(), 0, "the footer is not as it was written");
            } else if (!Arrays.equals(written.get(), found)
                    || (previous.isPresent() && !previous.get().equals(tail.lastHash()))) {
                damage(s, tail.footerOffset(), 0, "the footer does not fit the frames");
            }
        }
    }

    private long offset(Segment segment, long frame) throws IOException {
        try (Disk.DiskFile open = disk.open(segment.path(), Disk.Access.READ)) {
            return segments.offset(segment, open, frame);
        }
    }

    private void frame(long s, Optional<Segment> known, FoundFrame found, boolean opens) throws ArchiveException {
        long number = found.head().number();
        if (number <= start) {
            return; // the way led through frames that were asked for before
        }
        if (previous.isPresent()
                && (number != frames + 1 || !previous.get().equals(found.head().previous()))) {
            damage(s, found.offset(), number, "the frame does not follow frame " + frames);
        }
        frames = number;
        previous = Optional.of(found.hash());
        if (known.isEmpty()) {
            damage(s, found.offset(), number, "the segment cannot be opened");
            return;
        }
        if (!opens) {
            walker.sealed(found.head());
            return;
        }
        List<Damage> wrong = new ArrayList<>();
        Kept kept;
        try {
            kept = segments.kept(known.get(), found.head(), found.endOffset());
        } catch (IOException e) {
            damage(s, found.offset(), number, "the manifest cannot be read: " + e.getMessage());
            return;
        }
        if (walker.deep()) {
            kept = verified(s, kept, found, wrong);
        }
        if (!found.whole() && wrong.isEmpty()) {
            wrong.add(new Damage(s, found.offset(), number, Optional.empty(), "the checksum of the records is wrong"));
        }
        walker.frame(kept);
        for (Damage damage : wrong) {
            damages++;
            walker.damaged(damage);
        }
    }

    private Kept verified(long s, Kept kept, FoundFrame found, List<Damage> wrong) throws ArchiveException {
        if (kept.erased().isEmpty()) {
            verify(s, found, new Place(kept.number(), 0), wrong);
        }
        List<KeptRecord> verified = new ArrayList<>(kept.records().size());
        for (KeptRecord record : kept.records()) {
            Optional<Sha256> sum = verify(s, found, record.place(), wrong);
            verified.add(new KeptRecord(record.type(), record.place(), record.sizeBytes(), sum));
        }
        return new Kept(kept.head(), kept.manifest(), verified, kept.erased(), kept.end());
    }

    private Optional<Sha256> verify(long s, FoundFrame found, Place place, List<Damage> wrong) {
        Row row = found.head().rows().get(place.record());
        try {
            return Optional.of(segments.verify(place, row));
        } catch (IOException | ArchiveException e) {
            wrong.add(new Damage(
                    s,
                    found.offset(),
                    place.frame(),
                    Optional.of(place),
                    "record " + place.record() + " (" + row.type() + ", " + row.sizeBytes() + " octets): "
                            + e.getMessage()));
            return Optional.empty();
        }
    }

    private void damage(long s, long offset, long frame, String what) throws ArchiveException {
        damages++;
        walker.damaged(new Damage(s, offset, frame, Optional.empty(), what));
    }
}
