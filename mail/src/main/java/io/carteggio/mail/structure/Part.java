package io.carteggio.mail.structure;

import java.util.Objects;

/// One entity (RFC 2045, 2.4) and where it lies: a mail as a whole, or one child of a multipart.
///
/// The body is `[bodyOffset, bodyEnd)`. A child's body does not include the line break that belongs to the boundary
/// delimiter behind it (RFC 2046, 5.1.1).
///
/// @param offset of the header's first octet
/// @param bodyOffset behind the blank line that ends the header
/// @param bodyEnd behind the body's last octet
public record Part(Header header, long offset, long bodyOffset, long bodyEnd) {
    public Part {
        Objects.checkFromToIndex(offset, bodyOffset, bodyEnd);
        if (offset < 0) {
            throw new IndexOutOfBoundsException("offset " + offset);
        }
    }

    public long bodySizeBytes() {
        return bodyEnd - bodyOffset;
    }

    /// Header and body together.
    public long sizeBytes() {
        return bodyEnd - offset;
    }
}
