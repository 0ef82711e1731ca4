package io.carteggio.archive.intake;

import io.carteggio.archive.Hmac;
import io.carteggio.archive.vault.Key;
import io.carteggio.mail.Sha256;
import java.nio.ByteBuffer;

/// Keyed marks by which equal content is found again: the first 64 bits of HMAC-SHA-256(key, sum).
/// Without the key they tell nothing and cannot be made to collide; with it they still only suggest,
/// and the bytes are compared. Safe for many threads.
public final class Marks {
    private final Hmac hmac;

    public Marks(Key key) {
        this.hmac = new Hmac(key.toBytes());
    }

    public long of(Sha256 sum) {
        return ByteBuffer.wrap(hmac.of(sum.toBytes())).getLong();
    }
}
