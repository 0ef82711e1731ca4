package io.carteggio.server.fetch;

import io.carteggio.archive.ArchiveException;
import java.util.Optional;

/// The passwords and tokens of one source. They lie sealed under the master key and are never shown,
/// logged or put into a message. Safe for many threads.
public interface Secrets {
    /// With which a user logs in.
    String PASSWORD = "password";

    /// Of the application, at the token's issuer.
    String CLIENT_SECRET = "client-secret";

    /// With which the issuer gives access tokens; it may give another one with each.
    String REFRESH_TOKEN = "refresh-token";

    /// An access token that somebody else renews.
    String TOKEN = "token";

    Optional<String> get(String name);

    /// Keeps it in place of what was kept by this name; forced when this returns.
    void put(String name, String secret) throws ArchiveException;
}
