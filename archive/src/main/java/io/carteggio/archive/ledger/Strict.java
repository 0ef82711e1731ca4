package io.carteggio.archive.ledger;

import io.carteggio.mail.Sha256;
import java.util.Base64;

/// Reads numbers and base64 in the one spelling they have, so that a proof has only one form, in Java as in Python.
final class Strict {
    private Strict() {}

    /// Base64 of RFC 4648, 4, with its padding and with zeros in the bits left over.
    static byte[] base64(String text, String what) throws MalformedException {
        try {
            byte[] bytes = Base64.getDecoder().decode(text);
            if (Base64.getEncoder().encodeToString(bytes).equals(text)) {
                return bytes;
            }
        } catch (IllegalArgumentException e) {
            throw new MalformedException(what + " is not base64");
        }
        throw new MalformedException(what + " is not base64 in its one form");
    }

    static Sha256 hash(String text, String what) throws MalformedException {
        byte[] bytes = base64(text, what);
        if (bytes.length != Sha256.SIZE_BYTES) {
            throw new MalformedException(what + " has " + bytes.length + " octets, a hash has 32");
        }
        return Sha256.ofSum(bytes);
    }

    /// A number in decimal digits without leading zeros, below 2^62.
    static long number(String text, String what) throws MalformedException {
        boolean digits = !text.isEmpty() && text.length() <= 19 && text.chars().allMatch(c -> c >= '0' && c <= '9');
        if (digits && (text.length() == 1 || text.charAt(0) != '0')) {
            long number = Long.parseUnsignedLong(text);
            if (number >= 0 && number < 1L << 62) {
                return number;
            }
        }
        throw new MalformedException(what + " is no number");
    }
}
