package io.carteggio.server.tls;

import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedTrustManager;

/// TLS contexts for mail between servers.
public final class TlsContexts {
    private TlsContexts() {}

    /// For a server with this identity. A client that shows a certificate must hold its key, but may show any:
    /// who is welcome is decided by its sum, not by an issuer.
    ///
    /// @param chain the server's certificate first
    public static SSLContext server(List<X509Certificate> chain, PrivateKey key) throws GeneralSecurityException {
        return context(chain, key);
    }

    /// For a client that secures what it can and checks nobody (RFC 7435): keeps out listeners, not impostors.
    public static SSLContext opportunisticClient() throws GeneralSecurityException {
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, new TrustManager[] {new AnyPeer()}, null);
        return context;
    }

    /// The same for a client with a certificate of its own.
    public static SSLContext opportunisticClient(List<X509Certificate> chain, PrivateKey key)
            throws GeneralSecurityException {
        return context(chain, key);
    }

    private static SSLContext context(List<X509Certificate> chain, PrivateKey key) throws GeneralSecurityException {
        char[] inMemory = new char[0];
        KeyStore keys = KeyStore.getInstance("PKCS12");
        try {
            keys.load(null, inMemory);
        } catch (IOException e) {
            throw new IllegalStateException("an empty key store reads nothing", e);
        }
        keys.setKeyEntry("own", key, inMemory, chain.toArray(X509Certificate[]::new));
        KeyManagerFactory managers = KeyManagerFactory.getInstance("PKIX");
        managers.init(keys, inMemory);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(managers.getKeyManagers(), new TrustManager[] {new AnyPeer()}, null);
        return context;
    }

    /// Accepts any certificate. The *extended* kind, for the JDK adds checks of its own to the plain one.
    private static final class AnyPeer extends X509ExtendedTrustManager {
        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, Socket socket) {}

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, SSLEngine engine) {}

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0]; // names none in the request, so that clients offer what they have
        }
    }
}
