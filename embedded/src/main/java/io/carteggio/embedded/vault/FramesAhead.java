package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.SegmentFormat.FrameHead;
import io.carteggio.archive.vault.VaultReader;
import io.carteggio.embedded.disk.Disk.DiskFile;
import io.carteggio.mail.Content;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableSet;
import java.util.Optional;
import java.util.TreeSet;

/// Frames that were read together, since somebody is about to ask for each: neighbours in one read. All
/// else is asked of the vault, also what does not look as it should: there it is looked at again, and
/// told. Safe for many threads.
final class FramesAhead implements VaultReader {
    /// To read so much that nobody asked for costs less than to read once more.
    private static final int GAP_BYTES = 16 * 1024;

    /// Read at once, at most.
    private static final int STRETCH_BYTES = 512 * 1024;

    /// Frames whose places are looked up at once, with those between them.
    private static final int PLACES_AT_ONCE = 4_096;

    /// Larger frames are left to the vault …
    private static final int FRAME_LIMIT_BYTES = 128 * 1024;

    /// … and so are those over this in all.
    private static final int ALL_LIMIT_BYTES = 2 << 20;

    private final Segments segments;
    private final VaultReader vault;
    private final Map<Long, OpenFrame> frames = new HashMap<>();
    private long bytes;

    /// Where a frame lies.
    private record Extent(long frame, long from, long to) {}

    private FramesAhead(Segments segments, VaultReader vault) {
        this.segments = segments;
        this.vault = vault;
    }

    static FramesAhead of(Segments segments, Collection<Long> numbers, VaultReader vault) {
        FramesAhead ahead = new FramesAhead(segments, vault);
        NavigableSet<Long> left = new TreeSet<>(numbers);
        while (!left.isEmpty()) {
            long first = left.first();
            Optional<Segment> segment = segments.of(first);
            NavigableSet<Long> here =
                    left.headSet(segment.map(Segment::lastFrame).orElse(first), true);
            segment.ifPresent(s -> ahead.read(s, here));
            here.clear();
        }
        return ahead;
    }

    private void read(Segment segment, NavigableSet<Long> numbers) {
        try {
            Optional<DiskFile> found = segments.file(segment);
            if (found.isEmpty()) {
                return;
            }
            try (DiskFile file = found.get()) {
                Segments.Opened keys = segments.keys(segment.number());
                List<Extent> extents = extents(segment, file, List.copyOf(numbers));
                for (int i = 0; i < extents.size() && bytes <= ALL_LIMIT_BYTES; ) {
                    int behind = stretch(extents, i);
                    read(segment, keys, file, extents.subList(i, behind));
                    i = behind;
                }
            }
        } catch (IOException | ArchiveException e) {
            // who asks for one of them is told
        }
    }

    /// @param numbers ascending
    private static List<Extent> extents(Segment segment, DiskFile file, List<Long> numbers) throws IOException {
        List<Extent> extents = new ArrayList<>(numbers.size());
        long last = segment.lastFrame();
        long end = segment.framesEnd();
        for (int i = 0; i < numbers.size(); ) {
            long first = numbers.get(i);
            int behind = i + 1;
            while (behind < numbers.size() && numbers.get(behind) - first < PLACES_AT_ONCE) {
                behind++;
            }
            long[] offsets =
                    segment.offsets(file, first, (int) (Math.min(last, numbers.get(behind - 1) + 1) - first) + 1);
            for (; i < behind; i++) {
                long frame = numbers.get(i);
                int at = (int) (frame - first);
                long from = offsets[at];
                long to = frame < last ? offsets[at + 1] : Math.min(end, from + Segments.LOOK_BYTES);
                if (from >= 0 && to > from && to - from <= FRAME_LIMIT_BYTES) {
                    extents.add(new Extent(frame, from, to));
                }
            }
        }
        return extents;
    }

    /// How many of the extents from one on are read at once; told by the index behind them.
    private static int stretch(List<Extent> extents, int first) {
        int behind = first + 1;
        while (behind < extents.size()
                && extents.get(behind).from() >= extents.get(behind - 1).to()
                && extents.get(behind).from() - extents.get(behind - 1).to() <= GAP_BYTES
                && extents.get(behind).to() - extents.get(first).from() <= STRETCH_BYTES) {
            behind++;
        }
        return behind;
    }

    private void read(Segment segment, Segments.Opened keys, DiskFile file, List<Extent> stretch) throws IOException {
        long from = stretch.getFirst().from();
        ByteBuffer octets = ByteBuffer.allocate((int) (stretch.getLast().to() - from));
        int length = file.read(octets, from);
        for (Extent extent : stretch) {
            int at = (int) Math.min(length, extent.from() - from);
            byte[] frame = Arrays.copyOfRange(octets.array(), at, (int) Math.min(length, extent.to() - from));
            Optional<FrameHead> head = segments.head(file, extent.from(), frame, extent.frame());
            if (head.isPresent()) {
                OpenFrame open = new OpenFrame(segments, segment, keys, head.get(), extent.from(), frame);
                if (open.isInMemory()) {
                    open.readTogether();
                    frames.put(extent.frame(), open);
                    bytes += frame.length;
                }
            }
        }
    }

    @Override
    public Content read(Place place) throws ArchiveException {
        OpenFrame frame = frames.get(place.frame());
        if (frame == null) {
            return vault.read(place);
        }
        try {
            return frame.content(place.record());
        } catch (IOException e) {
            return vault.read(place);
        }
    }

    @Override
    public Optional<Kept> frame(long number) throws ArchiveException {
        OpenFrame frame = frames.get(number);
        if (frame == null) {
            return vault.frame(number);
        }
        try {
            return Optional.of(frame.kept());
        } catch (IOException e) {
            return vault.frame(number);
        }
    }
}
