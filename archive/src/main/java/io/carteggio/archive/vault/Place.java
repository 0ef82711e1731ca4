package io.carteggio.archive.vault;

/// The name of a record for good, also when the vault moves its octets.
///
/// @param frame the number of its frame, from 1
/// @param record its index in the frame; the manifest is 0
public record Place(long frame, int record) implements Comparable<Place> {
    public Place {
        if (frame < 1 || record < 0) {
            throw new IllegalArgumentException("no place: frame " + frame + ", record " + record);
        }
    }

    /// A frame has at most 65,535 records.
    private static final int RECORD_BITS = 16;

    /// The place as one number, in the vault's order.
    public long number() {
        return frame << RECORD_BITS | record;
    }

    /// The place that has this [#number].
    public static Place ofNumber(long number) {
        return new Place(number >>> RECORD_BITS, (int) (number & ((1 << RECORD_BITS) - 1)));
    }

    @Override
    public int compareTo(Place other) {
        return frame != other.frame ? Long.compare(frame, other.frame) : Integer.compare(record, other.record);
    }
}
