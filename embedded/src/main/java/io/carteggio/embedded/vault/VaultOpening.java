package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Dictionary;
import io.carteggio.archive.vault.Key;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.SegmentFormat.FooterTail;
import io.carteggio.archive.vault.SegmentFormat.FrameHead;
import io.carteggio.archive.vault.SegmentFormat.HeaderReading;
import io.carteggio.archive.vault.SegmentFormat.SegmentHeader;
import io.carteggio.embedded.disk.Disk;
import io.carteggio.embedded.disk.Disk.DiskFile;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.embedded.vault.SegmentFileVault.Loss;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Reads what the files of a vault hold when it is opened, and puts in order what a crash left unfinished. Belongs to
/// one thread, which opens the vault.
final class VaultOpening {
    private static final Logger LOG = LoggerFactory.getLogger(VaultOpening.class);

    private final Disk disk;
    private final Path directory;
    private final Keyring keyring;
    private final byte[] archiveId;
    private final Segments segments;
    private final SegmentCloser closer;

    /// Where the vault goes on.
    sealed interface Next {
        /// The hash of the last frame that is there.
        Sha256 lastFrame();
    }

    /// In the segment that was open.
    ///
    /// @param dictionary what its records are compressed against
    record Resume(SegmentWriter writer, Optional<Dictionary> dictionary, Sha256 lastFrame) implements Next {}

    /// In a new segment.
    record Begin(long segment, long firstFrame, Sha256 lastFrame) implements Next {}

    /// @param segments is told of what is found
    VaultOpening(Disk disk, Path directory, Keyring keyring, Segments segments, SegmentCloser closer) {
        this.disk = disk;
        this.directory = directory;
        this.keyring = keyring;
        this.archiveId = keyring.archiveId();
        this.segments = segments;
        this.closer = closer;
    }

    /// Refuses where the keyring knows segments behind the last that is there to have been closed.
    static void refuseWithoutSegments(List<Long> there, Path directory, Keyring keyring) throws ArchiveException {
        List<Long> missing = closedBehind(there.isEmpty() ? 0 : there.getLast(), keyring);
        if (!missing.isEmpty()) {
            throw refusal("the keyring opens segment " + missing.getFirst()
                    + (missing.size() > 1 ? " and " + (missing.size() - 1) + " behind it" : "") + ", which "
                    + (missing.size() > 1 ? "are" : "is") + " not in " + directory);
        }
    }

    private static List<Long> closedBehind(long last, Keyring keyring) {
        return keyring.generations().entrySet().stream()
                .filter(e -> e.getKey() > last && e.getValue() > 0)
                .map(Map.Entry::getKey)
                .toList();
    }

    private static ArchiveException refusal(String why) {
        return new ArchiveException(
                why + ": segments are missing or from an older backup. Nothing was changed. Put the newer segments back"
                        + " (is the vault's file system mounted?), or accept the loss with `carteggio rebuild"
                        + " --accept-loss`.",
                false);
    }

    /// Takes in all segments, and reads the last one through. Nothing is written before it is clear that no end is
    /// missing.
    ///
    /// @param acknowledged how far the vault is known, from elsewhere, to have been forced
    Next read(Position acknowledged, Loss loss) throws IOException, ArchiveException {
        List<Long> numbers = SegmentFiles.list(disk, directory);
        if (loss == Loss.REFUSED) {
            refuseWithoutSegments(numbers, directory, keyring);
        }
        if (numbers.isEmpty()) {
            return begin(1, 1, SegmentFormat.noFrame(), acknowledged, loss);
        }
        List<Segment.Closed> closed = new ArrayList<>();
        for (long number : numbers.subList(0, numbers.size() - 1)) {
            known(number).ifPresent(closed::add);
        }
        Next next = last(numbers.getLast(), acknowledged, loss);
        for (Segment.Closed segment : closed) {
            closer.finish(segment);
        }
        return next;
    }

    /// Where to begin, if no frame from there on was ever acknowledged: else behind all that was.
    private Begin begin(long segment, long firstFrame, Sha256 lastFrame, Position acknowledged, Loss loss)
            throws ArchiveException {
        if (acknowledged.frames() < firstFrame
                && closedBehind(segment - 1, keyring).isEmpty()) {
            return new Begin(segment, firstFrame, lastFrame);
        }
        if (loss == Loss.REFUSED) {
            throw refusal(
                    "the catalogue knows " + acknowledged.frames() + " frames, the vault has only " + (firstFrame - 1));
        }
        long number = segment;
        for (long known : keyring.generations().keySet()) {
            number = Math.max(number, known + 1);
        }
        LOG.error(
                "the loss of what lay behind frame {} was accepted; segment {} is begun behind it",
                firstFrame - 1,
                number);
        return new Begin(number, Math.max(firstFrame, acknowledged.frames() + 1), lastFrame);
    }

    /// Takes in a segment that is not the last.
    ///
    /// @return where it has its footer
    private Optional<Segment.Closed> known(long number) throws IOException, ArchiveException {
        Path file = SegmentFiles.segment(directory, number);
        Optional<SegmentHeader> header = header(number, file);
        if (header.isEmpty()) {
            LOG.error("{} has no readable header; run `carteggio check`", file.getFileName());
            return Optional.empty();
        }
        Optional<FooterTail> tail = footer(file);
        if (tail.isPresent()) {
            Segment.Closed segment = new Segment.Closed(header.get(), file, tail.get());
            segments.put(segment);
            return Optional.of(segment);
        }
        LOG.error("{} has lost its end; run `carteggio check`", file.getFileName());
        try (SegmentReader reader =
                SegmentReader.open(disk, file, archiveId, header, segments.erased(number), Long.MAX_VALUE)) {
            SegmentScan scan = SegmentScan.of(reader, Long.MAX_VALUE);
            segments.put(new Segment.Growing(header.get(), file, scan.frames(), reader.limit()));
        }
        return Optional.empty();
    }

    /// What the header says, or said where it is damaged.
    private Optional<SegmentHeader> header(long number, Path file) throws IOException, ArchiveException {
        try (DiskFile open = disk.open(file, Disk.Access.READ)) {
            int length = (int) Math.min(SegmentFormat.SEGMENT_HEADER_BYTES, open.sizeBytes());
            return switch (SegmentFormat.readSegmentHeader(SegmentFiles.at(open, 0, length), archiveId)) {
                case HeaderReading.Foreign(String why) -> throw new ArchiveException(file + ": " + why, false);
                case HeaderReading.Good(SegmentHeader header) when header.segment() == number -> Optional.of(header);
                case HeaderReading.Good _ -> Optional.empty(); // the file of another segment
                case HeaderReading.Damaged(String why) -> {
                    Optional<SegmentHeader> told = HeaderTelling.tell(
                            open,
                            number,
                            archiveId,
                            firstFrame(number),
                            segments.erasedIfKnown(number),
                            footer(open).map(FooterTail::footerOffset).orElse(open.sizeBytes()));
                    LOG.error(
                            "{}: {}; {}",
                            file.getFileName(),
                            why,
                            told.isPresent()
                                    ? "what it said is told by the rest, and `carteggio rebuild` mends it"
                                    : "what it said cannot be told");
                    yield told;
                }
            };
        }
    }

    /// The number of a segment's first frame, told by the segment before it.
    private Optional<Long> firstFrame(long number) {
        return number == 1 ? Optional.of(1L) : segments.byNumber(number - 1).map(before -> before.lastFrame() + 1);
    }

    private Optional<FooterTail> footer(Path file) throws IOException {
        try (DiskFile open = disk.open(file, Disk.Access.READ)) {
            return footer(open);
        }
    }

    private static Optional<FooterTail> footer(DiskFile open) throws IOException {
        long size = open.sizeBytes();
        if (size < SegmentFormat.SEGMENT_HEADER_BYTES + SegmentFormat.FOOTER_TAIL_BYTES) {
            return Optional.empty();
        }
        byte[] tail = SegmentFiles.at(open, size - SegmentFormat.FOOTER_TAIL_BYTES, SegmentFormat.FOOTER_TAIL_BYTES);
        return SegmentFormat.readFooterTail(tail, size);
    }

    private Next last(long last, Position acknowledged, Loss loss) throws IOException, ArchiveException {
        Path file = SegmentFiles.segment(directory, last);
        force(file);
        Optional<SegmentHeader> known = header(last, file);
        if (known.isEmpty()) {
            return behindUnreadable(last, file, acknowledged, loss);
        }
        SegmentHeader header = known.get();
        Optional<FooterTail> tail = footer(file).filter(t -> wholeFooter(file, t));
        if (tail.isPresent()) {
            Segment.Closed segment = new Segment.Closed(header, file, tail.get());
            Begin next = begin(last + 1, segment.lastFrame() + 1, segment.lastHash(), acknowledged, loss);
            segments.put(segment);
            if (keyring.segment(last).filter(k -> k.generation() == 0).isPresent()) {
                closer.secureFooter(segment); // else it was forced before the keyring moved on
            }
            closer.finish(segment);
            return next;
        }
        long size = disk.sizeBytes(file);
        SegmentScan scan;
        try (SegmentReader reader =
                SegmentReader.open(disk, file, archiveId, Optional.of(header), Map.of(), Long.MAX_VALUE)) {
            scan = SegmentScan.of(reader, acknowledged.segment() == last ? acknowledged.offset() : 0);
        }
        Sha256 lastFrame = scan.lastHash().orElse(header.previous());
        boolean headerIsWhole = headerIsWhole(file);
        // Nothing was ever forced in it, and not even its keys may be right: it is begun anew. Where the header
        // is damaged, zeros may be what is left of frames.
        boolean blank =
                scan.frames().count() == 0 && !scan.damaged() && (headerIsWhole || size == header.framesBegin());
        boolean broken = !blank && (scan.damaged() || !headerIsWhole);
        Begin behind = broken
                ? begin(last + 1, firstBehindDamage(scan, acknowledged), lastFrame, acknowledged, loss)
                : begin(
                        blank ? last : last + 1,
                        blank ? header.firstFrame() : scan.frames().lastFrame() + 1,
                        lastFrame,
                        acknowledged,
                        loss);
        boolean torn;
        try (DiskFile seen = disk.open(file, Disk.Access.READ)) {
            torn = !SegmentFiles.blankFrom(seen, scan.end());
        }
        if (torn) {
            Path aside = file.resolveSibling(file.getFileName() + ".torn-" + scan.end());
            LOG.warn(
                    "{}: cutting {} octets that a crash left unfinished at {}; they were never acknowledged and lie in {}",
                    file.getFileName(),
                    size - scan.end(),
                    scan.end(),
                    aside.getFileName());
            SegmentFiles.copyTail(disk, file, scan.end(), aside);
        }
        if (scan.end() < size) {
            try (DiskFile cut = disk.open(file, Disk.Access.WRITE)) {
                cut.truncate(scan.end());
                cut.force();
            }
        }
        if (blank) {
            return behind;
        }
        Segment.Growing segment = new Segment.Growing(header, file, scan.frames(), -1);
        segments.put(segment);
        if (broken || !scan.frames().gapless()) {
            return behindDamage(header, file, scan, behind);
        }
        Optional<Key> root =
                keyring.segment(last).filter(k -> k.generation() == 0).map(Keyring.SegmentKey::key);
        if (root.isEmpty()) {
            return behindDamage(header, file, scan, behind); // it was closed, and has lost its footer since
        }
        Optional<Dictionary> dictionary;
        try {
            dictionary = segments.dictionary(segment);
        } catch (IOException e) {
            return behindDamage(header, file, scan, behind);
        }
        SegmentWriter resumed =
                new SegmentWriter(disk.open(file, Disk.Access.WRITE), segment, archiveId, root.get(), scan.end());
        boolean lost = behind.segment() > last + 1 || behind.firstFrame() > segment.lastFrame() + 1;
        if (torn || lost) {
            // the numbers that were cut have served for keys already, as have those that are missing
            try {
                closer.close(resumed, lastFrame);
            } catch (IOException | ArchiveException | RuntimeException e) {
                resumed.close();
                throw e;
            }
            return behind;
        }
        return new Resume(resumed, dictionary, lastFrame);
    }

    /// What this process reads may lie in the machine's memory alone, written by one that was killed:
    /// before anything is built on it, it must be on the disk.
    private void force(Path file) throws IOException {
        disk.forceDirectory(directory);
        try (DiskFile seen = disk.open(file, Disk.Access.WRITE)) {
            seen.force();
        }
    }

    /// A footer that a crash left in part is none, though its last sector be there.
    private boolean wholeFooter(Path file, FooterTail tail) {
        try (DiskFile seen = disk.open(file, Disk.Access.READ)) {
            return SegmentFiles.isWhole(tail, seen, archiveId);
        } catch (IOException e) {
            return false;
        }
    }

    /// Never writes behind damage: what is broken stays exactly as it was found. No number that was
    /// ever named is used again, also where the frame that had it cannot be read any more.
    private Begin behindDamage(SegmentHeader header, Path file, SegmentScan scan, Begin next)
            throws IOException, ArchiveException {
        LOG.error("{} is damaged; run `carteggio check`. A new segment is begun.", file.getFileName());
        segments.put(new Segment.Growing(header, file, scan.frames(), scan.end()));
        closer.secureKeys(header.segment());
        return next;
    }

    private boolean headerIsWhole(Path file) throws IOException {
        try (DiskFile open = disk.open(file, Disk.Access.READ)) {
            byte[] octets = SegmentFiles.at(open, 0, SegmentFormat.SEGMENT_HEADER_BYTES);
            return SegmentFormat.readSegmentHeader(octets, archiveId) instanceof HeaderReading.Good;
        }
    }

    /// The last segment has a header that cannot be told: it is left as it is, with its keys, and is named by
    /// whoever walks past it. The numbers of the frames in it are not used again.
    private Begin behindUnreadable(long last, Path file, Position acknowledged, Loss loss)
            throws IOException, ArchiveException {
        long frames = Math.max(acknowledged.frames(), firstFrame(last).orElse(1L) - 1);
        Sha256 lastHash = SegmentFormat.noFrame();
        try (SegmentReader reader =
                SegmentReader.open(disk, file, archiveId, Optional.empty(), segments.erased(last), Long.MAX_VALUE)) {
            for (long at = reader.nextHead(0); at < reader.limit(); at = reader.nextHead(at + 1)) {
                FrameHead head = reader.head(at).orElseThrow();
                frames = Math.max(frames, head.number());
                lastHash = SegmentFormat.frameHash(reader.at(at, head.headBytes()));
            }
        }
        Begin next = begin(last + 1, frames + 1, lastHash, acknowledged, loss);
        closer.secureKeys(last);
        return next;
    }

    private static long firstBehindDamage(SegmentScan scan, Position acknowledged) {
        return Math.max(scan.frames().lastFrame(), acknowledged.frames()) + 1;
    }
}
