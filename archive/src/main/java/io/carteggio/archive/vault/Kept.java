package io.carteggio.archive.vault;

import io.carteggio.archive.vault.SegmentFormat.FrameHead;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A frame that lies in the vault, forced.
///
/// @param head what stands in the clear, with the commitments that make the frame's leaf in the ledger
/// @param manifest the bytes of its first record, or of the tombstone that stands for it
/// @param records all records but the manifest that were not erased, in order
/// @param erased the number of the act that erased the manifest, if one did
/// @param end the position after it
public record Kept(FrameHead head, Content manifest, List<KeptRecord> records, Optional<Long> erased, Position end) {
    /// A record that lies in the vault.
    ///
    /// @param sum SHA-256 of its content, where it was read to know it: by a deep walk
    public record KeptRecord(FrameRecord.Type type, Place place, long sizeBytes, Optional<Sha256> sum) {}

    public Kept {
        records = List.copyOf(records);
    }

    /// Where the frame's records of a type lie, or lay before they were erased, in the order in which
    /// its manifest counts them.
    public List<Place> places(FrameRecord.Type type) {
        List<Place> places = new ArrayList<>(1);
        for (int i = 1; i < head.rows().size(); i++) {
            if (head.rows().get(i).type() == type) {
                places.add(new Place(number(), i));
            }
        }
        return places;
    }

    /// The record at a place, unless it was erased.
    public Optional<KeptRecord> record(Place place) {
        return records.stream().filter(r -> r.place().equals(place)).findFirst();
    }

    /// Its place in the sequence of all frames, from 1 without gaps.
    public long number() {
        return head.number();
    }

    public Frame.Kind kind() {
        return head.kind();
    }
}
