package io.carteggio.server.web;

import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.time.Instant;
import java.util.Locale;
import java.util.OptionalLong;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Codes that change every half minute (RFC 6238 with HMAC-SHA-1 and six digits, as all authenticators have them).
/// Pure.
final class Totp {
    static final int SECRET_BYTES = 20;
    private static final int STEP_SECONDS = 30;
    private static final int DIGITS = 6;
    private static final int MODULUS = 1_000_000;

    /// A clock may be wrong by so many steps, either way (RFC 6238 5.2, 6).
    private static final int DRIFT_STEPS = 1;

    private static final String BASE32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    private Totp() {}

    static long step(Instant at) {
        return Math.floorDiv(at.getEpochSecond(), STEP_SECONDS);
    }

    /// The code of a step (RFC 4226 5.3).
    static String code(byte[] secret, long step) {
        try {
            Mac mac = Mac.getInstance("HmacSHA1");
            mac.init(new SecretKeySpec(secret, "HmacSHA1"));
            byte[] hash =
                    mac.doFinal(ByteBuffer.allocate(Long.BYTES).putLong(step).array());
            int offset = hash[hash.length - 1] & 0xf;
            int number = ByteBuffer.wrap(hash, offset, Integer.BYTES).getInt() & 0x7fffffff;
            return String.format(Locale.ROOT, "%0" + DIGITS + "d", number % MODULUS);
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has HmacSHA1", e);
        }
    }

    /// The step that a code is of: around now, and after the last one that was used. Empty where there is none.
    static OptionalLong accepted(byte[] secret, String code, Instant now, long lastUsed) {
        OptionalLong found = OptionalLong.empty();
        for (long step = step(now) - DRIFT_STEPS; step <= step(now) + DRIFT_STEPS; step++) {
            // all of them are compared, so that the time tells nothing
            if (Tokens.same(code(secret, step), code) && step > lastUsed && found.isEmpty()) {
                found = OptionalLong.of(step);
            }
        }
        return found;
    }

    /// In base 32 without padding (RFC 4648).
    static String base32(byte[] octets) {
        StringBuilder text = new StringBuilder();
        int bits = 0;
        int have = 0;
        for (byte octet : octets) {
            bits = (bits << 8) | (octet & 0xff);
            have += 8;
            while (have >= 5) {
                have -= 5;
                text.append(BASE32.charAt((bits >>> have) & 31));
            }
            bits &= (1 << have) - 1;
        }
        if (have > 0) {
            text.append(BASE32.charAt((bits << (5 - have)) & 31));
        }
        return text.toString();
    }
}
