package io.carteggio.archive.erasure;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.vault.Key;
import io.carteggio.archive.vault.Octets;
import io.carteggio.mail.Sha256;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Keyed marks by which an erased letter is known when it comes again (P8): HMAC-SHA-256(mark key,
/// sum). Without the key they confirm nothing to someone who has a copy of the letter. Safe for many
/// threads.
public final class ErasedMarks {
    private final SecretKeySpec key;
    private final Catalogue catalogue;
    private volatile boolean any;

    /// @param catalogue brought up to the vault's end
    public ErasedMarks(Key key, Catalogue catalogue) throws ArchiveException {
        this.key = new SecretKeySpec(key.toBytes(), "HmacSHA256");
        this.catalogue = catalogue;
        any = catalogue.erasedMarks() > 0;
    }

    /// An erasure was registered.
    void added() {
        any = true;
    }

    /// Whether anything ever was erased.
    public boolean any() {
        return any;
    }

    public Octets of(Sha256 letter) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(key);
            return Octets.of(mac.doFinal(letter.toBytes()));
        } catch (NoSuchAlgorithmException | InvalidKeyException e) {
            throw new IllegalStateException("every Java platform has HmacSHA256", e);
        }
    }

    /// Whether the letter was erased and not readmitted since. Costs nothing as long as nothing ever
    /// was.
    public boolean knows(Sha256 letter) throws ArchiveException {
        return any && catalogue.isErased(of(letter));
    }
}
