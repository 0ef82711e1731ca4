package io.carteggio.server.fetch;

import io.carteggio.mail.Sha256;
import io.carteggio.server.fetch.Settings.CertificateCheck;
import io.carteggio.server.secret.Secrets;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509ExtendedTrustManager;

/// Which certificates of other servers are good, as a source's settings have it. For one connection;
/// remembers what the server showed, so that who is refused can be told what to pin.
public final class Trust extends X509ExtendedTrustManager {
    private final CertificateCheck check;
    private final X509ExtendedTrustManager system;
    private volatile Optional<String> shown = Optional.empty();

    public Trust(CertificateCheck check) throws GeneralSecurityException {
        this(check, Secrets.inMemory(Map.of()));
    }

    /// @param kept where the certificates of an authority are, if that is what is checked by
    public Trust(CertificateCheck check, Secrets kept) throws GeneralSecurityException {
        this.check = check;
        this.system = authorities(
                check instanceof CertificateCheck.Issued(String sum)
                        ? Optional.of(Authority.store(sum, kept))
                        : Optional.empty());
    }

    /// Whether the host's name is compared with the certificate's.
    public boolean checksName() {
        return check instanceof CertificateCheck.BySystem || check instanceof CertificateCheck.Issued;
    }

    public SSLContext context() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {this}, null);
        return context;
    }

    /// The SHA-256 of the certificate that the server showed.
    public Optional<String> shown() {
        return shown;
    }

    /// By these authorities alone; where none are given by those that this system trusts.
    private static X509ExtendedTrustManager authorities(Optional<KeyStore> given) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(given.orElse(null));
        for (TrustManager manager : factory.getTrustManagers()) {
            if (manager instanceof X509ExtendedTrustManager extended) {
                return extended;
            }
        }
        throw new GeneralSecurityException("this system has no list of trusted authorities");
    }

    private interface Standard {
        void check() throws CertificateException;
    }

    private void check(X509Certificate[] chain, Standard standard) throws CertificateException {
        if (chain.length == 0) {
            throw new CertificateException("the server shows no certificate");
        }
        String sum = sum(chain[0]);
        shown = Optional.of(sum);
        switch (check) {
            case CertificateCheck.BySystem _, CertificateCheck.Issued _ -> standard.check();
            case CertificateCheck.Pinned(String wanted) -> {
                if (!sum.equals(wanted)) {
                    throw new CertificateException("it is not the pinned one");
                }
            }
            case CertificateCheck.Ignored _ -> {}
        }
    }

    private static String sum(X509Certificate certificate) throws CertificateException {
        try {
            return Sha256.of(certificate.getEncoded()).toString();
        } catch (CertificateEncodingException e) {
            throw new CertificateException("a certificate that cannot be read", e);
        }
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) throws CertificateException {
        check(chain, () -> system.checkServerTrusted(chain, type));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        check(chain, () -> system.checkServerTrusted(chain, type, socket));
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        check(chain, () -> system.checkServerTrusted(chain, type, engine));
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) throws CertificateException {
        throw new CertificateException("we are no server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, Socket socket) throws CertificateException {
        throw new CertificateException("we are no server");
    }

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type, SSLEngine engine) throws CertificateException {
        throw new CertificateException("we are no server");
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
        return checksName() ? system.getAcceptedIssuers() : new X509Certificate[0];
    }
}
