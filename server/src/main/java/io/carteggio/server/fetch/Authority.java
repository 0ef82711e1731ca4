package io.carteggio.server.fetch;

import io.carteggio.mail.Sha256;
import io.carteggio.server.fetch.Settings.CertificateCheck;
import io.carteggio.server.secret.Secrets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// An authority of the administrator's own that vouches for a server, in place of those that this system trusts.
///
/// Its certificates lie in the keyring as given, PEM; the setting `certificate` is `authority:` and their SHA-256
/// (as `sha256sum` tells it of the file), so that the act, and whoever approves it, says which they are, and no others
/// are believed.
///
/// @param sum SHA-256 of the text that was given
public record Authority(List<X509Certificate> certificates, String sum) {
    /// An authority and those in between; nobody has more.
    static final int CERTIFICATES_LIMIT = 16;

    /// More is no such file.
    public static final int PEM_LIMIT_BYTES = 64 * 1024;

    /// Before the sum in the setting.
    static final String WORD = "authority:";

    private static final String BEGIN = "-----BEGIN CERTIFICATE-----";

    public Authority {
        certificates = List.copyOf(certificates);
    }

    /// Reads certificates.
    ///
    /// @throws IllegalArgumentException with a line for people where there is none, or one that is no authority's
    public static Authority of(String pem) {
        byte[] octets = pem.getBytes(StandardCharsets.UTF_8);
        if (octets.length > PEM_LIMIT_BYTES || !pem.contains(BEGIN)) {
            throw new IllegalArgumentException("the authority's certificates are a file of PEM, which has a line "
                    + BEGIN + " and at most " + PEM_LIMIT_BYTES + " octets");
        }
        List<X509Certificate> found = new ArrayList<>();
        try {
            for (Certificate one :
                    CertificateFactory.getInstance("X.509").generateCertificates(new ByteArrayInputStream(octets))) {
                if (!(one instanceof X509Certificate certificate) || certificate.getBasicConstraints() < 0) {
                    throw new IllegalArgumentException("a certificate in it is no authority's; to believe just one"
                            + " server's own, pin it: sha256:…");
                }
                found.add(certificate);
            }
        } catch (CertificateException e) {
            throw new IllegalArgumentException("a certificate in it cannot be read: " + Lines.of(e), e);
        }
        if (found.isEmpty() || found.size() > CERTIFICATES_LIMIT) {
            throw new IllegalArgumentException("an authority has 1 to " + CERTIFICATES_LIMIT + " certificates");
        }
        return new Authority(found, Sha256.of(octets).toString());
    }

    /// What the setting `certificate` says.
    public String setting() {
        return WORD + sum;
    }

    /// Refuses settings that name an authority whose certificates are neither given nor kept, and such that are given
    /// for nothing.
    ///
    /// @param given secrets that come with the settings
    /// @throws IllegalArgumentException with a line for people
    public static void check(Map<String, String> settings, Map<String, String> given, Secrets kept) {
        Optional<String> pem = Optional.ofNullable(given.get(Secrets.AUTHORITY)).filter(text -> !text.isEmpty());
        if (new Settings(settings).certificate() instanceof CertificateCheck.Issued(String sum)) {
            String text = pem.or(() -> kept.get(Secrets.AUTHORITY))
                    .orElseThrow(() -> new IllegalArgumentException("the authority's certificates are not given"));
            if (!of(text).sum().equals(sum)) {
                throw new IllegalArgumentException(
                        "the authority's certificates are others than those that certificate names: give them with it");
            }
        } else if (pem.isPresent()) {
            throw new IllegalArgumentException("certificates of an authority need certificate " + WORD
                    + " and their SHA-256: " + of(pem.get()).setting());
        }
    }

    /// What a connection believes.
    static KeyStore store(String sum, Secrets kept) throws GeneralSecurityException {
        try {
            Authority authority = of(kept.get(Secrets.AUTHORITY)
                    .orElseThrow(() -> new GeneralSecurityException("no certificates of the authority are kept")));
            if (!authority.sum().equals(sum)) {
                throw new GeneralSecurityException(
                        "the certificates that are kept are not the authority's that was set");
            }
            KeyStore store = KeyStore.getInstance(KeyStore.getDefaultType());
            store.load(null, null);
            for (int i = 0; i < authority.certificates().size(); i++) {
                store.setCertificateEntry(
                        "authority-" + i, authority.certificates().get(i));
            }
            return store;
        } catch (IOException | IllegalArgumentException e) {
            throw new GeneralSecurityException("the authority's certificates cannot be used: " + Lines.of(e), e);
        }
    }
}
