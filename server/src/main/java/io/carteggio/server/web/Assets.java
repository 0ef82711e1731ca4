package io.carteggio.server.web;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.Optional;

/// The style sheet, the script and the icon, read once. Their addresses carry a sum of their bytes, so browsers
/// may keep them for good.
final class Assets {
    static final String STYLE = "carteggio.css";
    static final String ICON = "icon.svg";
    static final String SCRIPT = "carteggio.js";

    /// A file as it is sent.
    record Asset(String type, Content bytes, String url) {
        private static Asset of(String name, String type) {
            try (InputStream in = Assets.class.getResourceAsStream("/web/" + name)) {
                if (in == null) {
                    throw new IllegalStateException("the program was built without web/" + name);
                }
                byte[] bytes = in.readAllBytes();
                return new Asset(
                        type,
                        Content.of(bytes),
                        "/assets/" + Sha256.of(bytes).toString().substring(0, 12) + "/" + name);
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }

    private final Map<String, Asset> byName;

    private Assets(Map<String, Asset> byName) {
        this.byName = byName;
    }

    static Assets load() {
        return new Assets(Map.of(
                STYLE, Asset.of(STYLE, "text/css; charset=utf-8"),
                SCRIPT, Asset.of(SCRIPT, "text/javascript; charset=utf-8"),
                ICON, Asset.of(ICON, "image/svg+xml")));
    }

    Optional<Asset> named(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    String url(String name) {
        return named(name).orElseThrow().url();
    }
}
