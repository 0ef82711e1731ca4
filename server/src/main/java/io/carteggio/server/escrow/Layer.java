package io.carteggio.server.escrow;

import java.util.List;

/// What lay inside of one wrapping of a mail.
///
/// @param entity a MIME entity, header and all
/// @param encrypted whether the wrapping was an encryption; else a signature or a compression
/// @param cipher of the encryption; empty where it was none
/// @param integrity whether what was decrypted had an integrity check; true where nothing was
/// @param signatures made by the wrapping
@SuppressWarnings("ArrayRecordComponent") // from one step to the next, within this package
record Layer(byte[] entity, boolean encrypted, String cipher, boolean integrity, List<Signature> signatures) {
    static Layer decrypted(byte[] entity, String cipher, boolean integrity, List<Signature> signatures) {
        return new Layer(entity, true, cipher, integrity, List.copyOf(signatures));
    }

    static Layer unwrapped(byte[] entity, List<Signature> signatures) {
        return new Layer(entity, false, "", true, List.copyOf(signatures));
    }
}
