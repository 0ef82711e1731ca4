package io.carteggio.archive.vault;

/// Where a record's bytes lie.
///
/// @param segment number of the segment, from 1
/// @param offset of the first octet of the record's content, from the segment's start
/// @param sizeBytes length of the content
public record Place(long segment, long offset, long sizeBytes) {
    public Place {
        if (segment < 1 || offset < 0 || sizeBytes < 0) {
            throw new IllegalArgumentException("no place: segment " + segment + " " + offset + "+" + sizeBytes);
        }
    }
}
