package io.carteggio.embedded.vault;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Kept.KeptRecord;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.SegmentFormat;
import io.carteggio.archive.vault.SegmentFormat.HeaderReading;
import io.carteggio.archive.vault.SegmentFormat.Row;
import io.carteggio.archive.vault.Vault.Damage;
import io.carteggio.archive.vault.Vault.Walker;
import io.carteggio.embedded.vault.SegmentReader.FoundFrame;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The way through all frames in order, across segments and over damage.
final class SegmentWalk {
    static final long FIRST = SegmentFormat.SEGMENT_HEADER_BYTES;

    private final Walker walker;
    private long frames;
    private Optional<Sha256> previous;

    private SegmentWalk(Walker walker, long frames) {
        this.walker = walker;
        this.frames = frames;
        this.previous = frames == 0 ? Optional.of(SegmentFormat.noFrame()) : Optional.empty();
    }

    static void walk(Path directory, byte[] archiveId, Position from, Position end, Walker walker)
            throws ArchiveException {
        SegmentWalk walk = new SegmentWalk(walker, from.frames());
        try {
            for (long s = Math.max(1, from.segment()); s <= end.segment(); s++) {
                Path file = SegmentFiles.path(directory, s);
                if (!Files.exists(file)) {
                    walk.damage(s, 0, 0, "the segment is missing");
                    continue;
                }
                long limit = s == end.segment() ? end.offset() : Long.MAX_VALUE;
                try (SegmentReader reader = new SegmentReader(file, archiveId, limit)) {
                    walk.segment(s, reader, s == from.segment() ? from.offset() : FIRST);
                    if (s == end.segment() && reader.limit() < limit) {
                        walk.damage(s, reader.limit(), 0, "the segment ends before what was acknowledged");
                    }
                }
            }
            if (walk.frames != end.frames()) {
                walk.damage(
                        end.segment(), end.offset(), walk.frames, "the last frame should be number " + end.frames());
            }
        } catch (IOException e) {
            throw new ArchiveException("the vault cannot be read: " + e.getMessage(), true, e);
        }
    }

    private void segment(long s, SegmentReader reader, long from) throws IOException, ArchiveException {
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
                if (from == FIRST && previous.isPresent() && !previous.get().equals(header.previous())) {
                    damage(s, 0, header.firstFrame(), "the segment does not follow the one before it");
                }
            }
        }
        for (long at = from; at < reader.limit(); ) {
            Optional<FoundFrame> found = reader.frame(at, walker.deep());
            if (found.isEmpty()) {
                long next = reader.nextFrame(at + 1);
                damage(s, at, frames + 1, (next - at) + " octets are no frame as it was written");
                previous = Optional.empty();
                at = next;
                continue;
            }
            frame(s, reader, found.get());
            at = found.get().end();
        }
    }

    private void frame(long s, SegmentReader reader, FoundFrame found) throws IOException, ArchiveException {
        long number = found.head().number();
        if (previous.isPresent()
                && (number != frames + 1 || !previous.get().equals(found.head().previous()))) {
            damage(s, found.offset(), number, "the frame does not follow frame " + frames);
        }
        frames = number;
        previous = Optional.of(found.hash());
        boolean manifestBroken =
                found.wrong().isPresent() && found.wrongRecord().isEmpty();
        if (!manifestBroken) {
            walker.frame(kept(s, reader, found));
        }
        if (found.wrong().isPresent()) {
            walker.damaged(new Damage(
                    s,
                    found.offset(),
                    number,
                    found.wrongRecord(),
                    found.wrong().get()));
        }
    }

    private static Kept kept(long s, SegmentReader reader, FoundFrame found) throws IOException {
        long at = found.offset() + found.head().headBytes();
        List<Row> rows = found.head().rows();
        byte[] manifest = reader.at(at, Math.toIntExact(rows.getFirst().lengthBytes()));
        at += manifest.length;
        List<KeptRecord> records = new ArrayList<>(rows.size() - 1);
        for (Row row : rows.subList(1, rows.size())) {
            records.add(new KeptRecord(row.type(), row.sum(), new Place(s, at, row.lengthBytes())));
            at += row.lengthBytes();
        }
        return new Kept(
                found.head().number(),
                found.head().kind(),
                Content.owning(manifest, manifest.length),
                records,
                new Position(s, found.end(), found.head().number()));
    }

    private void damage(long s, long offset, long frame, String what) throws ArchiveException {
        walker.damaged(new Damage(s, offset, frame, Optional.empty(), what));
    }
}
