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

    @Override
    public int compareTo(Place other) {
        return frame != other.frame ? Long.compare(frame, other.frame) : Integer.compare(record, other.record);
    }
}
