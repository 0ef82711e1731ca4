package io.carteggio.server.secret;

import io.carteggio.archive.ArchiveException;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/// The passwords and tokens of one source. They lie sealed under the master key and are never shown,
/// logged or put into a message. Safe for many threads.
public interface Secrets {
    /// With which a user logs in.
    String PASSWORD = "password";

    /// Of the application, at the token's issuer.
    String CLIENT_SECRET = "client-secret";

    /// The application's certificate and private key, PEM, in the place of its secret.
    String CLIENT_KEY = "client-key";

    /// Certificates of an authority that vouches for the server, PEM. No secret, but kept where nobody changes it.
    String AUTHORITY = "authority";

    /// With which the issuer gives access tokens; it may give another one with each.
    String REFRESH_TOKEN = "refresh-token";

    /// An access token that somebody else renews.
    String TOKEN = "token";

    /// Some that are kept nowhere else: they live as long as the process.
    static Secrets inMemory(Map<String, String> given) {
        Map<String, String> kept = new ConcurrentHashMap<>(given);
        return new Secrets() {
            @Override
            public Optional<String> get(String name) {
                return Optional.ofNullable(kept.get(name));
            }

            @Override
            public void put(String name, String secret) {
                kept.put(name, secret);
            }
        };
    }

    Optional<String> get(String name);

    /// Keeps it in place of what was kept by this name; forced when this returns.
    void put(String name, String secret) throws ArchiveException;
}
