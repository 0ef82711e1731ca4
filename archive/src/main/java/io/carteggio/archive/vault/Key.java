package io.carteggio.archive.vault;

import io.carteggio.mail.Sha256;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.spec.SecretKeySpec;

/// A secret of 32 octets. Its text form tells nothing of it.
public final class Key {
    public static final int SIZE_BYTES = 32;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] octets;

    private Key(byte[] octets) {
        if (octets.length != SIZE_BYTES) {
            throw new IllegalArgumentException("a key has " + SIZE_BYTES + " octets, not " + octets.length);
        }
        this.octets = octets;
    }

    public static Key random() {
        byte[] octets = new byte[SIZE_BYTES];
        RANDOM.nextBytes(octets);
        return new Key(octets);
    }

    /// A copy of these octets as a key.
    public static Key of(byte[] octets) {
        return new Key(octets.clone());
    }

    public byte[] toBytes() {
        return octets.clone();
    }

    /// The key for AES-256.
    public SecretKeySpec aes() {
        return new SecretKeySpec(octets, "AES");
    }

    /// SHA-256 of this key and one octet more: how all keys of a segment come of its root.
    public Key derive(int octet) {
        MessageDigest digest = Sha256.digest();
        digest.update(octets);
        digest.update((byte) octet);
        return new Key(digest.digest());
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Key other && MessageDigest.isEqual(octets, other.octets);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(octets);
    }

    @Override
    public String toString() {
        return "a key";
    }
}
