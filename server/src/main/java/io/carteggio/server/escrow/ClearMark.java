package io.carteggio.server.escrow;

import io.carteggio.mail.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.SecretKey;

/// Tells what this archive's agent has decrypted from what says so of itself: a keyed mark over all of it. Safe
/// for many threads.
public final class ClearMark {
    private static final int OCTETS = 16;

    private final SecretKey key;

    /// @param key that serves nothing else
    public ClearMark(SecretKey key) {
        this.key = key;
    }

    String of(Sha256 sum) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return HexFormat.of().formatHex(mac.doFinal(sum.toBytes()), 0, OCTETS);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has HMAC-SHA-256", e);
        }
    }

    boolean isOf(Sha256 sum, String mark) {
        return MessageDigest.isEqual(
                of(sum).getBytes(StandardCharsets.US_ASCII), mark.getBytes(StandardCharsets.UTF_8));
    }
}
