package io.carteggio.archive.vault;

import io.carteggio.mail.Content;
import java.util.Arrays;

/// A few octets, compared by value.
public final class Octets {
    private final byte[] octets;

    private Octets(byte[] octets) {
        this.octets = octets;
    }

    /// A copy of these octets.
    public static Octets of(byte[] octets) {
        return new Octets(octets.clone());
    }

    public byte[] toBytes() {
        return octets.clone();
    }

    public int sizeBytes() {
        return octets.length;
    }

    public Content content() {
        return Content.owning(octets, octets.length);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Octets other && Arrays.equals(octets, other.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    @Override
    public String toString() {
        return octets.length + " octets";
    }
}
