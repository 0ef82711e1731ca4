package io.carteggio.archive.ledger;

import java.math.BigInteger;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/// The public key to a private one (RFC 8032, 5.1.5), which the JDK computes only for keys that it has made itself.
///
/// Plain arithmetic with big numbers, a few milliseconds; not for use where somebody can measure it.
final class Ed25519 {
    private static final BigInteger P = BigInteger.TWO.pow(255).subtract(BigInteger.valueOf(19));
    private static final BigInteger D = BigInteger.valueOf(-121665)
            .multiply(BigInteger.valueOf(121666).modInverse(P))
            .mod(P);
    private static final int BITS = 255;

    /// A point in projective coordinates: x/z, y/z.
    private record Point(BigInteger x, BigInteger y, BigInteger z) {
        /// The complete addition law of the twisted Edwards curve with a = -1.
        Point plus(Point o) {
            BigInteger a = z.multiply(o.z).mod(P);
            BigInteger b = a.multiply(a).mod(P);
            BigInteger c = x.multiply(o.x).mod(P);
            BigInteger d = y.multiply(o.y).mod(P);
            BigInteger e = D.multiply(c).multiply(d).mod(P);
            BigInteger f = b.subtract(e);
            BigInteger g = b.add(e);
            BigInteger cross =
                    x.add(y).multiply(o.x.add(o.y)).subtract(c).subtract(d).mod(P);
            return new Point(
                    a.multiply(f).multiply(cross).mod(P),
                    a.multiply(g).multiply(d.add(c)).mod(P),
                    f.multiply(g).mod(P));
        }
    }

    private static final Point BASE = new Point(
            new BigInteger("15112221349535400772501151409588531511454012693041857206046113283949847762202"),
            new BigInteger("46316835694926478169428394003475163141307993866256225615783033603165251855960"),
            BigInteger.ONE);

    private Ed25519() {}

    static byte[] publicKey(byte[] seed) {
        byte[] scalar = Arrays.copyOf(sha512(seed), 32);
        scalar[0] &= (byte) 248;
        scalar[31] &= 127;
        scalar[31] |= 64;
        BigInteger number = new BigInteger(1, reversed(scalar));
        Point sum = new Point(BigInteger.ZERO, BigInteger.ONE, BigInteger.ONE);
        for (int bit = BITS - 1; bit >= 0; bit--) {
            sum = sum.plus(sum);
            if (number.testBit(bit)) {
                sum = sum.plus(BASE);
            }
        }
        BigInteger inverse = sum.z().modInverse(P);
        BigInteger x = sum.x().multiply(inverse).mod(P);
        BigInteger y = sum.y().multiply(inverse).mod(P);
        BigInteger encoded = x.testBit(0) ? y.setBit(BITS) : y;
        byte[] big = encoded.toByteArray();
        byte[] bytes = new byte[32];
        int length = Math.min(big.length, bytes.length);
        System.arraycopy(big, big.length - length, bytes, bytes.length - length, length);
        return reversed(bytes);
    }

    private static byte[] reversed(byte[] bytes) {
        byte[] turned = new byte[bytes.length];
        for (int i = 0; i < bytes.length; i++) {
            turned[i] = bytes[bytes.length - 1 - i];
        }
        return turned;
    }

    private static byte[] sha512(byte[] bytes) {
        try {
            return MessageDigest.getInstance("SHA-512").digest(bytes);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("this platform has no SHA-512", e);
        }
    }
}
