package io.carteggio.server.command;

import io.carteggio.server.fetch.Authority;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.secret.Secrets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/// How to get into an account on another server. A secret is never an argument: others on the machine can see
/// those.
final class LogInOptions {
    /// No secret is longer.
    private static final int SECRET_BYTES = 64 * 1024;

    @Option(names = "--user", paramLabel = "USER", description = "Who logs in there.")
    private Optional<String> user = Optional.empty();

    @Option(
            names = "--password-file",
            paramLabel = "FILE",
            description = "A file whose first line is the password; - for the standard input.")
    private Optional<Path> password = Optional.empty();

    @Option(
            names = "--tls",
            paramLabel = "MODE",
            description = {
                "implicit (if not given), starttls (nothing is said without it), none.",
                "Of a journaling address: offered (if not given), required."
            })
    private Optional<String> tls = Optional.empty();

    @Option(
            names = "--certificate",
            paramLabel = "CHECK",
            description = "system (if not given: one that this system trusts), sha256:HEX (exactly that one), ignore.")
    private Optional<String> certificate = Optional.empty();

    @Option(names = "--auth", paramLabel = "HOW", description = "password (if not given), xoauth2, oauthbearer.")
    private Optional<String> auth = Optional.empty();

    @Option(names = "--token-url", paramLabel = "URL", description = "Who gives OAuth tokens.")
    private Optional<String> tokenUrl = Optional.empty();

    @Option(names = "--client-id", paramLabel = "ID", description = "As whom we ask for tokens.")
    private Optional<String> clientId = Optional.empty();

    @Option(names = "--scope", paramLabel = "SCOPE", description = "What the token is to be good for.")
    private Optional<String> scope = Optional.empty();

    @Option(
            names = "--client-secret-file",
            paramLabel = "FILE",
            description = "A file whose first line is the client's secret.")
    private Optional<Path> clientSecret = Optional.empty();

    @Option(
            names = "--refresh-token-file",
            paramLabel = "FILE",
            description = "A file whose first line is a refresh token; without one, client credentials are used.")
    private Optional<Path> refreshToken = Optional.empty();

    @Option(
            names = "--token-file",
            paramLabel = "FILE",
            description = "A file whose first line is an access token that somebody else renews.")
    private Optional<Path> token = Optional.empty();

    @Option(names = "--timeout", paramLabel = "TIME", description = "How long the server may be silent: 60s.")
    private Optional<String> timeout = Optional.empty();

    @Option(names = "--connect-timeout", paramLabel = "TIME", description = "How long connecting may take: 20s.")
    private Optional<String> connectTimeout = Optional.empty();

    /// All that is no secret and was given, by the names of settings.
    Map<String, String> named() {
        Map<String, Optional<String>> all = new LinkedHashMap<>();
        all.put("user", user);
        all.put("tls", tls);
        all.put("certificate", certificate);
        all.put("auth", auth);
        all.put("token-url", tokenUrl);
        all.put("client-id", clientId);
        all.put("scope", scope);
        all.put("timeout", timeout);
        all.put("connect-timeout", connectTimeout);
        Map<String, String> given = new LinkedHashMap<>();
        all.forEach((name, value) -> value.ifPresent(v -> given.put(name, v)));
        return given;
    }

    /// Where the secrets that were given are to be read from, by their names.
    Map<String, Path> files() {
        Map<String, Path> files = new LinkedHashMap<>();
        password.ifPresent(file -> files.put(Secrets.PASSWORD, file));
        clientSecret.ifPresent(file -> files.put(Secrets.CLIENT_SECRET, file));
        refreshToken.ifPresent(file -> files.put(Secrets.REFRESH_TOKEN, file));
        token.ifPresent(file -> files.put(Secrets.TOKEN, file));
        return files;
    }

    /// What a server's name or address says, by the names of settings.
    ///
    /// @param server `HOST` or `HOST:PORT`, an IPv6 address in square brackets; or `https://HOST:PORT/PATH`
    static Map<String, String> server(String server) throws Refusal {
        return server.contains("://") ? address(server) : host(server);
    }

    private static Map<String, String> host(String text) {
        int colon = text.lastIndexOf(':');
        boolean port = colon > 0 && (text.indexOf(':') == colon || text.charAt(colon - 1) == ']');
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("host", (port ? text.substring(0, colon) : text).replaceAll("^\\[|]$", ""));
        settings.put("port", port ? text.substring(colon + 1) : "");
        return settings;
    }

    /// What a URL says: all of it, or it is refused. A user in it is, for that is where passwords get written down.
    private static Map<String, String> address(String text) throws Refusal {
        URI url;
        try {
            url = new URI(text);
        } catch (URISyntaxException e) {
            throw Refusal.usage("no address: " + e.getReason());
        }
        boolean secured = "https".equals(url.getScheme());
        if ((!secured && !"http".equals(url.getScheme()))
                || url.getHost() == null
                || url.getRawUserInfo() != null
                || url.getRawQuery() != null
                || url.getRawFragment() != null) {
            throw Refusal.usage("an address is such as https://mail.example.com/EWS/Exchange.asmx, without a user");
        }
        Map<String, String> settings = new LinkedHashMap<>();
        settings.put("host", url.getHost().replaceAll("^\\[|]$", ""));
        settings.put("port", url.getPort() < 0 ? "" : Integer.toString(url.getPort()));
        settings.put("path", url.getRawPath().length() > 1 ? url.getRawPath() : "");
        settings.put("tls", secured ? "implicit" : "none");
        return settings;
    }

    /// The secrets, by their names.
    Map<String, String> secrets(Console console) throws IOException, Refusal {
        Map<String, String> secrets = new LinkedHashMap<>();
        for (Map.Entry<String, Path> file : files().entrySet()) {
            secrets.put(file.getKey(), secret(file.getValue(), console));
        }
        return secrets;
    }

    /// Puts the certificates of an authority among the secrets, and which they are among the settings.
    static void authority(Optional<Path> file, ObjectNode settings, ObjectNode secrets) throws IOException, Refusal {
        if (file.isEmpty()) {
            return;
        }
        if (!Files.exists(file.get())) {
            throw Refusal.no("no such file: " + file.get());
        }
        try (InputStream in = Files.newInputStream(file.get())) {
            String pem = new String(in.readNBytes(Authority.PEM_LIMIT_BYTES + 1), StandardCharsets.UTF_8);
            settings.put("certificate", Authority.of(pem).setting());
            secrets.put(Secrets.AUTHORITY, pem);
        } catch (IllegalArgumentException e) {
            throw Refusal.no(file.get() + ": " + e.getMessage());
        }
    }

    /// Secrets, as the body of a request: none is among what is told or kept of it.
    static InputStream body(ObjectNode secrets) {
        return secrets.isEmpty()
                ? InputStream.nullInputStream()
                : new ByteArrayInputStream(secrets.toString().getBytes(StandardCharsets.UTF_8));
    }

    static String secret(Path file, Console console) throws IOException, Refusal {
        byte[] octets;
        if (file.toString().equals("-")) {
            octets = console.in().readNBytes(SECRET_BYTES);
        } else {
            if (!Files.exists(file)) {
                throw Refusal.no("no such file: " + file);
            }
            try (InputStream in = Files.newInputStream(file)) {
                octets = in.readNBytes(SECRET_BYTES);
            }
        }
        String first =
                new String(octets, StandardCharsets.UTF_8).lines().findFirst().orElse("");
        if (first.isEmpty()) {
            throw Refusal.no("the first line of " + file + " is empty");
        }
        return first;
    }
}
