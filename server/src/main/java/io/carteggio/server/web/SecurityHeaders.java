package io.carteggio.server.web;

import java.util.LinkedHashMap;
import java.util.Map;

/// The headers that every answer carries, and those that differ for a letter's own HTML.
final class SecurityHeaders {
    static final String POLICY = "Content-Security-Policy";

    /// Pages: our own style sheet, script and pictures, frames and forms of our own, and what our script asks us for;
    /// nothing else, and nothing written into the page itself. What is downloaded has a type that is no script's.
    static final String PAGE = "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; "
            + "img-src 'self'; form-action 'self'; "
            + "frame-src 'self'; frame-ancestors 'none'; base-uri 'none'";

    /// A letter's HTML: an origin of its own, no scripts, no forms, nothing from elsewhere but pictures of the letter
    /// itself. Links may open a new window, which then is an ordinary one.
    static final String LETTER = "sandbox allow-popups allow-popups-to-escape-sandbox; default-src 'none'; "
            + "img-src 'self' data:; style-src 'unsafe-inline'; form-action 'none'; frame-ancestors 'self'; "
            + "base-uri 'none'";

    /// Bytes to download, should a browser show them all the same.
    static final String DOWNLOAD = "sandbox; default-src 'none'; frame-ancestors 'none'; base-uri 'none'";

    /// A PDF, which the browser shows by a viewer of its own: that does not run in a sandbox.
    static final String DOCUMENT = "default-src 'none'; object-src 'self'; frame-ancestors 'none'; base-uri 'none'";

    private SecurityHeaders() {}

    static Map<String, String> everywhere(boolean secure) {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put(POLICY, PAGE);
        headers.put("X-Content-Type-Options", "nosniff");
        headers.put("Referrer-Policy", "no-referrer");
        headers.put("Cross-Origin-Opener-Policy", "same-origin");
        headers.put("Cross-Origin-Resource-Policy", "same-origin");
        headers.put("X-Frame-Options", "DENY");
        headers.put("Permissions-Policy", "camera=(), geolocation=(), microphone=(), payment=(), usb=()");
        headers.put("Cache-Control", "no-store");
        headers.put("X-Robots-Tag", "noindex, nofollow");
        if (secure) {
            headers.put("Strict-Transport-Security", "max-age=31536000");
        }
        return headers;
    }
}
