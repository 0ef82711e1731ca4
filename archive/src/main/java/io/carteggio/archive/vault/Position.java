package io.carteggio.archive.vault;

/// A point between two frames of the vault's sequence.
///
/// @param segment number of the segment, from 1
/// @param offset where the next frame begins or would begin
/// @param frames how many frames lie before this point, which is the number of the last of them
public record Position(long segment, long offset, long frames) implements Comparable<Position> {
    /// Before the first frame.
    public static final Position START = new Position(0, 0, 0);

    @Override
    public int compareTo(Position other) {
        return Long.compare(frames, other.frames);
    }
}
