package io.carteggio.server.web;

import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Optional;

/// How the web is served.
///
/// @param host the address to listen on
/// @param port 0 for any that is free
/// @param publicUrl where people reach the pages, without a final slash, if a proxy stands before this server; where
///     it begins with `https:`, cookies are sent over TLS only
/// @param zone in which instants are shown and days of forms are meant
public record WebConfig(String host, int port, Optional<String> publicUrl, ZoneId zone) {
    public WebConfig {
        zone = zone.equals(ZoneOffset.UTC) ? ZoneId.of("UTC") : zone; // "UTC" reads better than "Z"
        if (port < 0 || port > 65_535) {
            throw new IllegalArgumentException("no port: " + port);
        }
        if (publicUrl.isPresent() && !publicUrl.get().matches("https?://[^/\\s]+")) {
            throw new IllegalArgumentException(
                    "a public URL looks like https://archive.example.com, not " + publicUrl.get());
        }
    }

    /// On this machine only, at any free port, in UTC.
    public static WebConfig local() {
        return new WebConfig("127.0.0.1", 0, Optional.empty(), ZoneOffset.UTC);
    }

    /// Whether browsers speak TLS to us, as far as we know.
    boolean secure() {
        return publicUrl.filter(url -> url.startsWith("https:")).isPresent();
    }
}
