package io.carteggio.archive.erasure;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.Hmac;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.vault.Key;
import io.carteggio.archive.vault.Octets;
import io.carteggio.mail.Sha256;

/// Keyed marks by which an erased letter is known when it comes again (P8): HMAC-SHA-256(mark key,
/// sum). Without the key they confirm nothing to someone who has a copy of the letter. Safe for many
/// threads.
public final class ErasedMarks {
    private final Hmac hmac;
    private final Catalogue catalogue;
    private volatile boolean any;

    /// @param catalogue brought up to the vault's end
    public ErasedMarks(Key key, Catalogue catalogue) throws ArchiveException {
        this.hmac = new Hmac(key.toBytes());
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
        return Octets.of(hmac.of(letter.toBytes()));
    }

    /// Whether the letter was erased and not readmitted since. Costs nothing as long as nothing ever
    /// was.
    public boolean knows(Sha256 letter) throws ArchiveException {
        return any && catalogue.isErased(of(letter));
    }
}
