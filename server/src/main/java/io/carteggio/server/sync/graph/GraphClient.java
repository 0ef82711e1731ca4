package io.carteggio.server.sync.graph;

import io.carteggio.archive.ArchiveException;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.Lines;
import io.carteggio.server.fetch.OAuthTokens;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.secret.Secrets;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Asks Microsoft Graph, with a token, again where it is busy. Safe for many threads.
final class GraphClient implements AutoCloseable {
    static final int ANSWER_LIMIT_BYTES = 64 << 20;

    /// So often a request is made while the server is busy.
    static final int TIMES = 6;

    /// Waiting longer than this is left to the job, which tries again later.
    static final Duration LONGEST_HERE = Duration.ofMinutes(2);

    private static final Duration FIRST = Duration.ofSeconds(2);

    private final URI base;
    private final String name;
    private final Settings settings;
    private final Secrets secrets;
    private final OAuthTokens tokens;
    private final Pause pause;
    private final HttpClient http;

    /// Waits; a test does not.
    @FunctionalInterface
    interface Pause {
        void of(Duration time) throws InterruptedException;
    }

    /// What was asked for is there no longer: the link to go on from, or the thing itself.
    static final class GoneException extends Exception {
        private static final long serialVersionUID = 1L;
        private final transient Optional<URI> instead;
        private final boolean state;

        GoneException(boolean state, Optional<URI> instead) {
            super(state ? "the state to go on from is known no longer" : "not there");
            this.state = state;
            this.instead = instead;
        }

        /// Whether the server has forgotten where we were (410), and not only one thing (404).
        boolean isState() {
            return state;
        }

        Optional<URI> instead() {
            return instead;
        }
    }

    GraphClient(URI base, String name, Settings settings, Secrets secrets, OAuthTokens tokens, Pause pause) {
        this.base = base;
        this.name = name;
        this.settings = settings;
        this.secrets = secrets;
        this.tokens = tokens;
        this.pause = pause;
        this.http = HttpClient.newBuilder()
                .connectTimeout(settings.connectTimeout())
                .followRedirects(HttpClient.Redirect.NEVER) // a redirect would carry the token elsewhere
                .build();
    }

    /// One of our own requests.
    ///
    /// @param path below the base, with its query, as it goes over the wire
    URI at(String path) {
        return URI.create(base + path);
    }

    /// A link that the server gave: taken as it is, but the token goes nowhere else.
    URI link(String text) throws FetchException {
        URI link;
        try {
            link = URI.create(text);
        } catch (IllegalArgumentException e) {
            throw new FetchException(Kind.PROTOCOL, "a link that is none", e);
        }
        if (!base.getScheme().equalsIgnoreCase(link.getScheme())
                || !base.getRawAuthority().equalsIgnoreCase(link.getRawAuthority())) {
            throw new FetchException(
                    Kind.PROTOCOL, "a link to another server, which is not followed: " + Lines.of(text));
        }
        return link;
    }

    JsonNode get(URI url) throws ArchiveException, GoneException {
        boolean renewed = false;
        for (int times = 1; ; times++) {
            HttpResponse<InputStream> answer = ask(url);
            int status = answer.statusCode();
            JsonNode body = body(answer);
            if (status == 200) {
                return body;
            }
            if (status == 401 && !renewed) {
                tokens.forget("sync " + name);
                renewed = true;
                continue;
            }
            if (status == 410 || status == 404) {
                Optional<String> location = answer.headers().firstValue("Location");
                throw new GoneException(
                        status == 410, location.isPresent() ? Optional.of(link(location.get())) : Optional.empty());
            }
            if (status != 429 && status < 500) {
                throw refused(status, body);
            }
            Duration away = away(answer, times);
            if (times == TIMES || away.compareTo(LONGEST_HERE) > 0) {
                throw new FetchException(Kind.BUSY, "Graph is busy: " + status + " " + said(body), Optional.of(away));
            }
            await(away);
        }
    }

    private HttpResponse<InputStream> ask(URI url) throws ArchiveException {
        HttpRequest request = HttpRequest.newBuilder(url)
                .timeout(settings.timeout())
                .header("Authorization", "Bearer " + tokens.of("sync " + name, settings, secrets))
                .header("Accept", "application/json")
                .GET()
                .build();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofInputStream());
        } catch (IOException e) {
            throw new FetchException(Kind.UNREACHABLE, base.getHost() + " does not answer: " + Lines.of(e), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FetchException(Kind.CUT, "interrupted", e);
        }
    }

    private static JsonNode body(HttpResponse<InputStream> answer) throws FetchException {
        byte[] octets;
        try (InputStream in = answer.body()) {
            octets = in.readNBytes(ANSWER_LIMIT_BYTES);
        } catch (IOException e) {
            throw new FetchException(Kind.CUT, "the answer broke off: " + Lines.of(e), e);
        }
        try {
            return JsonMapper.shared().readTree(octets);
        } catch (JacksonException e) {
            if (answer.statusCode() != 200) {
                return JsonMapper.shared().createObjectNode(); // whatever stands in between says so
            }
            throw new FetchException(Kind.PROTOCOL, "an answer that is no JSON", e);
        }
    }

    private static FetchException refused(int status, JsonNode body) {
        Kind kind = status == 401 ? Kind.LOG_IN : status == 403 ? Kind.RIGHTS : Kind.PROTOCOL;
        return new FetchException(kind, "Graph refuses: " + status + " " + said(body));
    }

    private static String said(JsonNode body) {
        JsonNode error = body.path("error");
        String id = error.path("innerError").path("request-id").asString("");
        return Lines.of(error.path("code").asString("") + " "
                + error.path("message").asString("") + (id.isEmpty() ? "" : " (request " + id + ")"));
    }

    private static Duration away(HttpResponse<InputStream> answer, int times) {
        Optional<String> told = answer.headers().firstValue("Retry-After").filter(t -> t.matches("\\d{1,6}"));
        return told.map(t -> Duration.ofSeconds(Long.parseLong(t)))
                .orElseGet(() -> FIRST.multipliedBy(1L << (times - 1)));
    }

    private void await(Duration time) throws FetchException {
        try {
            pause.of(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FetchException(Kind.CUT, "interrupted", e);
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
