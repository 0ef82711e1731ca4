package io.carteggio.archive.journaling;

import java.time.Instant;
import java.util.List;

/// A file of private keys that is held in escrow; the keys themselves lie sealed elsewhere.
///
/// @param form `smime` or `openpgp`
/// @param keys what each says of itself: fingerprint and owner
/// @param since when it was added
public record EscrowedKeys(String name, String form, List<String> keys, Instant since) {
    public EscrowedKeys {
        keys = List.copyOf(keys);
    }
}
