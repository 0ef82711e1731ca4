package io.carteggio.archive.ledger;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.util.HexFormat;
import java.util.List;

/// The key with which an archive signs its checkpoints. Safe for many threads.
public final class SignerKey {
    public static final int SEED_BYTES = 32;

    private final PrivateKey key;
    private final VerifierKey verifier;

    /// @param name of the key, which is also the checkpoints' first line
    /// @param seed the private key of RFC 8032, 5.1.5
    public SignerKey(String name, byte[] seed) {
        if (seed.length != SEED_BYTES) {
            throw new IllegalArgumentException("a seed of " + seed.length + " octets");
        }
        try {
            key = KeyFactory.getInstance("Ed25519")
                    .generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed.clone()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform from 15 on has Ed25519", e);
        }
        verifier = new VerifierKey(name, Ed25519.publicKey(seed));
    }

    /// An archive's own key, under the name `carteggio/` and the first 16 hexadecimal digits of its id.
    public static SignerKey ofArchive(byte[] archiveId, byte[] seed) {
        return new SignerKey("carteggio/" + HexFormat.of().formatHex(archiveId, 0, 8), seed);
    }

    public VerifierKey verifier() {
        return verifier;
    }

    public SignedCheckpoint sign(Checkpoint checkpoint) {
        String text = checkpoint.text();
        try {
            Signature signer = Signature.getInstance("Ed25519");
            signer.initSign(key);
            signer.update(text.getBytes(StandardCharsets.UTF_8));
            SignedNote note = new SignedNote(
                    text, List.of(SignedNote.Signature.of(verifier.name(), verifier.id(), signer.sign())));
            return new SignedCheckpoint(checkpoint, note.form());
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the ledger's key does not sign", e);
        }
    }
}
