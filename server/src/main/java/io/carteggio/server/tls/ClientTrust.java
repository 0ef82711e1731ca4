package io.carteggio.server.tls;

import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Whether an authority vouches for a certificate that a client showed (RFC 5280). Revocation is not asked for.
/// Safe for many threads.
public final class ClientTrust {
    private static final Logger LOG = LoggerFactory.getLogger(ClientTrust.class);

    private final List<X509TrustManager> managers;

    private ClientTrust(List<X509TrustManager> managers) {
        this.managers = managers;
    }

    /// By the authorities that this system trusts. Where it has none, no certificate is vouched for.
    public static ClientTrust ofSystem() {
        return of(Optional.empty());
    }

    /// By these authorities alone.
    public static ClientTrust of(KeyStore authorities) {
        return of(Optional.of(authorities));
    }

    private static ClientTrust of(Optional<KeyStore> authorities) {
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init(authorities.orElse(null));
            return new ClientTrust(Arrays.stream(factory.getTrustManagers())
                    .filter(X509TrustManager.class::isInstance)
                    .map(X509TrustManager.class::cast)
                    .toList());
        } catch (GeneralSecurityException e) {
            LOG.warn("this system has no authorities to trust: {}", e.getMessage());
            return new ClientTrust(List.of());
        }
    }

    /// Whether it leads to one of the authorities.
    ///
    /// @param chain the client's own certificate first, as it showed them
    public boolean trusts(List<X509Certificate> chain) {
        return managers.stream().anyMatch(manager -> trusts(manager, chain.toArray(X509Certificate[]::new)));
    }

    /// Authorities no longer issue certificates for clients, and mail servers show the one that they have: one
    /// for a server is as good.
    private static boolean trusts(X509TrustManager manager, X509Certificate[] chain) {
        return passes(() -> manager.checkClientTrusted(
                        chain, chain[0].getPublicKey().getAlgorithm()))
                || passes(() -> manager.checkServerTrusted(chain, "UNKNOWN"));
    }

    private interface Check {
        void now() throws CertificateException;
    }

    private static boolean passes(Check check) {
        try {
            check.now();
            return true;
        } catch (CertificateException | RuntimeException e) { // a store without authorities throws those
            LOG.debug("a client's certificate is not vouched for: {}", e.getMessage());
            return false;
        }
    }
}
