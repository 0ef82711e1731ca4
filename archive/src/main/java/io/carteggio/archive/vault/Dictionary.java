package io.carteggio.archive.vault;

import com.github.luben.zstd.ZstdDictCompress;
import com.github.luben.zstd.ZstdDictDecompress;
import io.carteggio.mail.Sha256;

/// What the records of a segment are compressed against: strings that many letters of many senders
/// have in common. Compared by content. Safe for many threads.
public final class Dictionary {
    /// zstd's level with a dictionary: a fourteenth smaller than at 3; 6 takes half as much time again for a fortieth
    /// more.
    static final int LEVEL = 5;

    /// Octets that are longer carry their own likeness; they are compressed without.
    public static final int SERVES_UP_TO_BYTES = 32 * 1024;

    private final byte[] octets;
    private final Sha256 sum;
    private final ZstdDictCompress forCompressing;
    private final ZstdDictDecompress forDecompressing;

    /// @param octets a dictionary in zstd's form (RFC 8878 section 5), or raw content
    public Dictionary(byte[] octets) {
        this.octets = octets.clone();
        this.sum = Sha256.of(octets);
        this.forCompressing = new ZstdDictCompress(this.octets, LEVEL);
        this.forDecompressing = new ZstdDictDecompress(this.octets);
    }

    public byte[] toBytes() {
        return octets.clone();
    }

    ZstdDictCompress forCompressing() {
        return forCompressing;
    }

    ZstdDictDecompress forDecompressing() {
        return forDecompressing;
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Dictionary other && sum.equals(other.sum);
    }

    @Override
    public int hashCode() {
        return sum.hashCode();
    }
}
