package io.carteggio.mail;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HexFormat;

/// A SHA-256 sum (FIPS 180-4), compared by value. A letter's identity.
public final class Sha256 implements Comparable<Sha256> {
    public static final int SIZE_BYTES = 32;

    private static final MessageDigest BLANK = blank(); // only ever copied

    private final byte[] sum;

    private Sha256(byte[] sum) {
        if (sum.length != SIZE_BYTES) {
            throw new IllegalArgumentException("a SHA-256 sum has 32 octets, not " + sum.length);
        }
        this.sum = sum;
    }

    /// A sum that was computed elsewhere; the array is copied.
    public static Sha256 ofSum(byte[] sum) {
        return new Sha256(sum.clone());
    }

    /// A sum written as 64 hexadecimal digits.
    public static Sha256 parse(String hex) {
        return new Sha256(HexFormat.of().parseHex(hex));
    }

    public static Sha256 of(byte[] bytes) {
        return new Sha256(digest().digest(bytes));
    }

    public static Sha256 of(Content content) throws IOException {
        MessageDigest digest = digest();
        content.digest(digest);
        return new Sha256(digest.digest());
    }

    /// The sum of what the digest has seen; resets the digest.
    public static Sha256 finish(MessageDigest digest) {
        return new Sha256(digest.digest());
    }

    /// A digest that has seen nothing.
    public static MessageDigest digest() {
        try {
            return (MessageDigest) BLANK.clone(); // looking for the algorithm takes longer
        } catch (CloneNotSupportedException e) {
            throw new IllegalStateException("Java's own SHA-256 can be copied", e);
        }
    }

    private static MessageDigest blank() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /// The first 64 bits, for tables that need numbers spread evenly.
    public long prefix() {
        return ByteBuffer.wrap(sum).getLong();
    }

    public byte[] toBytes() {
        return sum.clone();
    }

    @Override
    public int compareTo(Sha256 other) {
        return Arrays.compareUnsigned(sum, other.sum);
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Sha256 other && Arrays.equals(sum, other.sum);
    }

    @Override
    public int hashCode() {
        return (int) (prefix() >>> Integer.SIZE);
    }

    /// 64 lower-case hexadecimal digits.
    @Override
    public String toString() {
        return HexFormat.of().formatHex(sum);
    }
}
