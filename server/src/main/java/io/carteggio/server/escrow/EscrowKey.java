package io.carteggio.server.escrow;

import java.security.PrivateKey;
import java.time.Instant;
import java.util.Optional;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.openpgp.PGPKeyPair;
import org.bouncycastle.openpgp.PGPPublicKey;

/// A private key that was opened. Its text form tells nothing secret.
public sealed interface EscrowKey {
    /// What it says of itself.
    About about();

    /// What may be told of a key.
    ///
    /// @param fingerprint SHA-256 of the certificate, or OpenPGP's own
    /// @param owner whom it names
    /// @param until when it expires, which ends nobody's decrypting; absent where it does not
    record About(Form form, String fingerprint, String owner, Optional<Instant> until) {}

    /// A key with its certificate.
    record OfCertificate(About about, PrivateKey key, X509CertificateHolder certificate) implements EscrowKey {
        @Override
        public String toString() {
            return about.toString();
        }
    }

    /// An OpenPGP key or subkey.
    ///
    /// @param about of the primary key
    record OfPgp(About about, PGPKeyPair pair) implements EscrowKey {
        PGPPublicKey open() {
            return pair.getPublicKey();
        }

        @Override
        public String toString() {
            return about.toString();
        }
    }
}
