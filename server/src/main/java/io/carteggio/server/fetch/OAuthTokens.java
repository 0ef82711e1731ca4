package io.carteggio.server.fetch;

import io.carteggio.server.secret.Secrets;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Access tokens for sources that log in with OAuth 2 (RFC 6749): by client credentials (4.4), by a
/// refresh token (6), or one that somebody else renews. A token is kept in memory until shortly before it
/// expires. Safe for many threads.
public final class OAuthTokens {
    /// A token is asked for anew so long before it expires.
    private static final Duration MARGIN = Duration.ofMinutes(2);

    private static final Duration LIFE_IF_NOT_TOLD = Duration.ofMinutes(5);
    private static final Duration TIMEOUT = Duration.ofSeconds(30);
    private static final int ANSWER_LIMIT_BYTES = 256 * 1024;

    private final Clock clock;
    private final Map<String, Token> bySource = new ConcurrentHashMap<>();

    private record Token(String text, Instant until) {}

    public OAuthTokens(Clock clock) {
        this.clock = clock;
    }

    /// A token that should work now.
    ///
    /// @throws FetchException where there is none to be had
    public String of(String source, Settings settings, Secrets secrets) throws FetchException {
        Optional<URI> issuer = settings.tokenUrl();
        if (issuer.isEmpty()) {
            return secrets.get(Secrets.TOKEN)
                    .orElseThrow(() -> new FetchException(
                            FetchException.Kind.LOG_IN, "no token is kept for this source, and no token-url is set"));
        }
        Token known = bySource.get(source);
        if (known != null && clock.instant().isBefore(known.until)) {
            return known.text;
        }
        Token fresh = ask(issuer.get(), settings, secrets);
        bySource.put(source, fresh);
        return fresh.text;
    }

    /// A token was refused: the next call asks for another.
    public void forget(String source) {
        bySource.remove(source);
    }

    private Token ask(URI issuer, Settings settings, Secrets secrets) throws FetchException {
        Map<String, String> form = new LinkedHashMap<>();
        Optional<String> refresh = secrets.get(Secrets.REFRESH_TOKEN);
        form.put("grant_type", refresh.isPresent() ? "refresh_token" : "client_credentials");
        refresh.ifPresent(token -> form.put("refresh_token", token));
        form.put("client_id", settings.needed("client-id"));
        Optional<String> key = secrets.get(Secrets.CLIENT_KEY);
        if (key.isPresent()) {
            form.put("client_assertion_type", ClientAssertion.TYPE);
            try {
                form.put(
                        "client_assertion",
                        ClientAssertion.of(key.get()).signed(issuer, settings.needed("client-id"), clock.instant()));
            } catch (IllegalArgumentException e) {
                throw new FetchException(FetchException.Kind.LOG_IN, Lines.of(e), e);
            }
        } else {
            secrets.get(Secrets.CLIENT_SECRET).ifPresent(secret -> form.put("client_secret", secret));
        }
        settings.text("scope").ifPresent(scope -> form.put("scope", scope));
        String body = form.entrySet().stream()
                .map(e -> encoded(e.getKey()) + "=" + encoded(e.getValue()))
                .collect(Collectors.joining("&"));
        HttpRequest request = HttpRequest.newBuilder(issuer)
                .timeout(TIMEOUT)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "application/json")
                .POST(HttpRequest.BodyPublishers.ofString(body))
                .build();
        try (HttpClient client = HttpClient.newBuilder()
                .connectTimeout(TIMEOUT)
                .followRedirects(HttpClient.Redirect.NEVER) // a redirect would carry the secret elsewhere
                .build()) {
            HttpResponse<InputStream> answer = client.send(request, HttpResponse.BodyHandlers.ofInputStream());
            byte[] octets;
            try (InputStream in = answer.body()) {
                octets = in.readNBytes(ANSWER_LIMIT_BYTES);
            }
            return token(issuer, answer.statusCode(), octets, secrets);
        } catch (IOException e) {
            throw new FetchException(
                    FetchException.Kind.UNREACHABLE,
                    "the token's issuer " + issuer.getHost() + " does not answer: " + Lines.of(e),
                    e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FetchException(FetchException.Kind.CUT, "interrupted", e);
        } catch (FetchException e) {
            throw e;
        } catch (io.carteggio.archive.ArchiveException e) {
            throw new FetchException(
                    FetchException.Kind.UNREACHABLE, "the new refresh token cannot be kept: " + e.getMessage(), e);
        }
    }

    private Token token(URI issuer, int status, byte[] octets, Secrets secrets)
            throws io.carteggio.archive.ArchiveException {
        JsonNode answer;
        try {
            answer = JsonMapper.shared().readTree(octets);
        } catch (JacksonException e) {
            answer = JsonMapper.shared().createObjectNode();
        }
        String text = answer.path("access_token").asString("");
        if (status != 200 || text.isEmpty()) {
            String why = Lines.of(answer.path("error").asString("no token in the answer") + " "
                    + answer.path("error_description").asString(""));
            boolean passes = status >= 500 || status == 429;
            throw new FetchException(
                    passes ? FetchException.Kind.BUSY : FetchException.Kind.LOG_IN,
                    "the token's issuer " + issuer.getHost() + " refused: " + status + " " + why);
        }
        String renewed = answer.path("refresh_token").asString("");
        if (!renewed.isEmpty()) {
            secrets.put(Secrets.REFRESH_TOKEN, renewed);
        }
        long seconds = answer.path("expires_in").asLong(LIFE_IF_NOT_TOLD.toSeconds());
        return new Token(
                text,
                clock.instant().plusSeconds(Math.clamp(seconds, 0, 86_400)).minus(MARGIN));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }
}
