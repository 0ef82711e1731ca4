package io.carteggio.server.command;

import io.carteggio.server.fetch.Secrets;
import io.carteggio.server.local.Refusal;
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

/// The options of a fetched source. A secret is never an argument: others on the machine can see those.
final class FetchOptions {
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
                "For --smtp: offered (if not given), required."
            })
    private Optional<String> tls = Optional.empty();

    @Option(
            names = "--certificate",
            paramLabel = "CHECK",
            description = "system (if not given: one that this system trusts), sha256:HEX (exactly that one), ignore.")
    private Optional<String> certificate = Optional.empty();

    @Option(names = "--folder", paramLabel = "FOLDER", description = "Which folder; INBOX if not given.")
    private Optional<String> folder = Optional.empty();

    @Option(
            names = "--after",
            paramLabel = "WHAT",
            description = "What becomes of archived mail there: keep (if not given), delete, delete:DAYS, move:FOLDER.")
    private Optional<String> after = Optional.empty();

    @Option(
            names = "--unknown",
            paramLabel = "WHAT",
            description = {
                "Mail in which nobody is known here: keep (if not given), discard (not archived, stays there),",
                "discard-and-delete (not archived, leaves as archived mail does). For --smtp: keep or discard."
            })
    private Optional<String> unknown = Optional.empty();

    @Option(
            names = "--schedule",
            paramLabel = "WHEN",
            description =
                    "continuous (if not given), continuous:1m, every:15m, manual, or five fields as in a crontab.")
    private Optional<String> schedule = Optional.empty();

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

    @Option(
            names = "--mailbox",
            paramLabel = "ADDRESS",
            description = "EWS: whose mailbox it is, where another one logs in for it (impersonation).")
    private Optional<String> mailbox = Optional.empty();

    @Option(
            names = "--password-as",
            paramLabel = "HOW",
            description = "EWS: any (if not given: NTLM where it is offered, else Basic), ntlm, basic.")
    private Optional<String> passwordAs = Optional.empty();

    @Option(names = "--timeout", paramLabel = "TIME", description = "How long the server may be silent: 60s.")
    private Optional<String> timeout = Optional.empty();

    @Option(names = "--connect-timeout", paramLabel = "TIME", description = "How long connecting may take: 20s.")
    private Optional<String> connectTimeout = Optional.empty();

    /// Of what was said, what makes sense for a journaling address.
    ///
    /// @throws Refusal where something else was said
    ObjectNode forListener() throws Refusal {
        ObjectNode settings = Json.object();
        Map<String, String> given = named();
        tls.ifPresent(value -> settings.put("tls", value));
        unknown.ifPresent(value -> settings.put("unknown", value));
        if (settings.size() != given.size() || !files().isEmpty()) {
            throw Refusal.usage("mail for a journaling address comes by itself: nothing is fetched");
        }
        return settings;
    }

    private Map<String, String> named() {
        Map<String, Optional<String>> all = new LinkedHashMap<>();
        all.put("user", user);
        all.put("tls", tls);
        all.put("certificate", certificate);
        all.put("folder", folder);
        all.put("after", after);
        all.put("unknown", unknown);
        all.put("schedule", schedule);
        all.put("auth", auth);
        all.put("token-url", tokenUrl);
        all.put("client-id", clientId);
        all.put("scope", scope);
        all.put("mailbox", mailbox);
        all.put("password-as", passwordAs);
        all.put("timeout", timeout);
        all.put("connect-timeout", connectTimeout);
        Map<String, String> given = new LinkedHashMap<>();
        all.forEach((name, value) -> value.ifPresent(v -> given.put(name, v)));
        return given;
    }

    private Map<String, Path> files() {
        Map<String, Path> files = new LinkedHashMap<>();
        password.ifPresent(file -> files.put(Secrets.PASSWORD, file));
        clientSecret.ifPresent(file -> files.put(Secrets.CLIENT_SECRET, file));
        refreshToken.ifPresent(file -> files.put(Secrets.REFRESH_TOKEN, file));
        token.ifPresent(file -> files.put(Secrets.TOKEN, file));
        return files;
    }

    /// All that is no secret.
    ///
    /// @param server `HOST` or `HOST:PORT`, an IPv6 address in square brackets; or `https://HOST:PORT/PATH`
    ObjectNode settings(Optional<String> server) throws Refusal {
        ObjectNode settings = Json.object();
        if (server.isPresent() && server.get().contains("://")) {
            address(server.get(), settings);
        } else {
            server.ifPresent(text -> host(text, settings));
        }
        named().forEach(settings::put);
        return settings;
    }

    private static void host(String text, ObjectNode settings) {
        int colon = text.lastIndexOf(':');
        boolean port = colon > 0 && (text.indexOf(':') == colon || text.charAt(colon - 1) == ']');
        settings.put("host", (port ? text.substring(0, colon) : text).replaceAll("^\\[|]$", ""));
        settings.put("port", port ? text.substring(colon + 1) : "");
    }

    /// What a URL says: all of it, or it is refused. A user in it is, for that is where passwords get written down.
    private static void address(String text, ObjectNode settings) throws Refusal {
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
        settings.put("host", url.getHost().replaceAll("^\\[|]$", ""));
        settings.put("port", url.getPort() < 0 ? "" : Integer.toString(url.getPort()));
        settings.put("path", url.getRawPath().length() > 1 ? url.getRawPath() : "");
        settings.put("tls", secured ? "implicit" : "none");
    }

    /// The secrets, as the body of a request.
    InputStream secrets(Console console) throws IOException, Refusal {
        ObjectNode secrets = Json.object();
        for (Map.Entry<String, Path> file : files().entrySet()) {
            secrets.put(file.getKey(), secret(file.getValue(), console));
        }
        byte[] octets = secrets.isEmpty() ? new byte[0] : secrets.toString().getBytes(StandardCharsets.UTF_8);
        return new ByteArrayInputStream(octets);
    }

    private static String secret(Path file, Console console) throws IOException, Refusal {
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
