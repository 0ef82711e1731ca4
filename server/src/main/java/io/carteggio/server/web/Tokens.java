package io.carteggio.server.web;

import java.nio.charset.StandardCharsets;
import java.security.InvalidKeyException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Unguessable words, and words that only this server can make. Safe for many threads; the key dies with the process.
final class Tokens {
    private static final int SIZE_BYTES = 24;

    private final SecureRandom random = new SecureRandom();
    private final SecretKeySpec key;

    Tokens() {
        byte[] octets = new byte[32];
        random.nextBytes(octets);
        key = new SecretKeySpec(octets, "HmacSHA256");
    }

    /// 192 random bits, fit for a URL.
    String random() {
        byte[] octets = new byte[SIZE_BYTES];
        random.nextBytes(octets);
        return text(octets);
    }

    /// The seal of these words in this order.
    String seal(String... words) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            for (String word : words) {
                byte[] octets = word.getBytes(StandardCharsets.UTF_8);
                mac.update(new byte[] {
                    (byte) (octets.length >> 24),
                    (byte) (octets.length >> 16),
                    (byte) (octets.length >> 8),
                    (byte) octets.length
                });
                mac.update(octets);
            }
            return text(mac.doFinal());
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    /// Compares in a time that tells nothing.
    static boolean same(String one, String other) {
        return MessageDigest.isEqual(one.getBytes(StandardCharsets.UTF_8), other.getBytes(StandardCharsets.UTF_8));
    }

    private static String text(byte[] octets) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }
}
