package io.carteggio.archive.intake;

import io.carteggio.archive.vault.Key;
import io.carteggio.mail.Sha256;
import java.nio.ByteBuffer;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Keyed marks by which equal content is found again: the first 64 bits of HMAC-SHA-256(key, sum).
/// Without the key they tell nothing and cannot be made to collide; with it they still only suggest,
/// and the bytes are compared. Safe for many threads.
public final class Marks {
    private final SecretKeySpec key;

    public Marks(Key key) {
        this.key = new SecretKeySpec(key.toBytes(), "HmacSHA256");
    }

    public long of(Sha256 sum) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return ByteBuffer.wrap(mac.doFinal(sum.toBytes())).getLong();
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }
}
