package io.carteggio.server.login;

import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.jwk.JWK;
import com.nimbusds.jose.jwk.JWKMatcher;
import com.nimbusds.jose.jwk.JWKSelector;
import com.nimbusds.jose.jwk.JWKSet;
import com.nimbusds.jose.jwk.KeyType;
import com.nimbusds.jose.jwk.KeyUse;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.Lines;
import java.net.URI;
import java.net.http.HttpRequest;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What a provider says of itself (OpenID Connect Discovery 1.0), and its keys. Both are kept for a while,
/// and fetched anew where a token is signed by a key that is not known. Safe for many threads.
final class Provider implements AutoCloseable {
    /// So long what it said is believed without asking again.
    static final Duration FRESH = Duration.ofHours(1);

    /// So long while it does not answer.
    static final Duration STALE = Duration.ofHours(24);

    /// A key that is not known has all of them fetched again, but not more often: anybody can name a key.
    static final Duration AGAIN = Duration.ofSeconds(30);

    /// So many keys are tried for a token that names none.
    private static final int KEYS_TRIED = 10;

    private static final String WELL_KNOWN = "/.well-known/openid-configuration";

    private final OpenIdSettings settings;
    private final Http http;
    private final Clock clock;
    private final ReentrantLock asking = new ReentrantLock();

    private volatile @Nullable Kept<Metadata> metadata;
    private volatile @Nullable Kept<JWKSet> keys;

    private record Kept<T>(T what, Instant at) {
        boolean isYounger(Duration age, Instant now) {
            return now.isBefore(at.plus(age));
        }
    }

    /// What we need of it.
    ///
    /// @param basic whether the client's secret goes into the header, and not into the form
    /// @param namesItself whether each answer by way of the browser says whose it is (RFC 9207)
    record Metadata(
            URI authorization,
            URI token,
            URI keys,
            Optional<URI> userInfo,
            Optional<URI> endSession,
            Set<JWSAlgorithm> algorithms,
            boolean basic,
            boolean namesItself) {}

    Provider(OpenIdSettings settings, Clock clock) throws FetchException {
        this.settings = settings;
        this.http = new Http(settings);
        this.clock = clock;
    }

    Http http() {
        return http;
    }

    OpenIdSettings settings() {
        return settings;
    }

    // ---- what it says of itself

    Metadata metadata() throws FetchException {
        Kept<Metadata> kept = metadata;
        if (kept != null && kept.isYounger(FRESH, clock.instant())) {
            return kept.what;
        }
        asking.lock();
        try {
            kept = metadata;
            if (kept != null && kept.isYounger(FRESH, clock.instant())) {
                return kept.what;
            }
            try {
                Metadata fetched = read(get(wellKnown()));
                metadata = new Kept<>(fetched, clock.instant());
                return fetched;
            } catch (FetchException e) {
                if (kept != null && e.laterHelps() && kept.isYounger(STALE, clock.instant())) {
                    return kept.what;
                }
                throw e;
            }
        } finally {
            asking.unlock();
        }
    }

    URI wellKnown() {
        return URI.create(settings.issuer().replaceFirst("/$", "") + WELL_KNOWN);
    }

    private JsonNode get(URI url) throws FetchException {
        Http.Answer answer = http.send(HttpRequest.newBuilder(url)
                .header("Accept", "application/json")
                .GET()
                .build());
        if (answer.status() != 200) {
            throw new FetchException(
                    answer.status() >= 500 ? Kind.BUSY : Kind.PROTOCOL, url + " answers " + answer.status());
        }
        return json(url, answer.body());
    }

    static JsonNode json(URI url, String body) throws FetchException {
        try {
            return JsonMapper.shared().readTree(body);
        } catch (JacksonException e) {
            throw new FetchException(Kind.PROTOCOL, url + " answers with no JSON", e);
        }
    }

    private Metadata read(JsonNode said) throws FetchException {
        String issuer = said.path("issuer").asString("");
        if (!issuer.equals(settings.issuer())) {
            throw new FetchException(
                    Kind.PROTOCOL,
                    "it calls itself " + Lines.of(issuer) + ", not " + settings.issuer()
                            + "; the issuer is compared to the letter");
        }
        JsonNode challenges = said.path("code_challenge_methods_supported");
        if (challenges.isArray() && !texts(challenges).contains("S256")) {
            throw new FetchException(Kind.PROTOCOL, "it does not know PKCE with S256");
        }
        Set<JWSAlgorithm> algorithms = new HashSet<>();
        texts(said.path("id_token_signing_alg_values_supported"))
                .forEach(name -> algorithms.add(JWSAlgorithm.parse(name)));
        algorithms.retainAll(IdTokens.ALGORITHMS);
        if (algorithms.isEmpty()) {
            throw new FetchException(Kind.PROTOCOL, "it signs its tokens by nothing that proves who signed");
        }
        Set<String> methods = texts(said.path("token_endpoint_auth_methods_supported"));
        return new Metadata(
                needed(said, "authorization_endpoint"),
                needed(said, "token_endpoint"),
                needed(said, "jwks_uri"),
                endpoint(said, "userinfo_endpoint"),
                endpoint(said, "end_session_endpoint"),
                Set.copyOf(algorithms),
                methods.isEmpty() || methods.contains("client_secret_basic"),
                said.path("authorization_response_iss_parameter_supported").asBoolean(false));
    }

    private static Set<String> texts(JsonNode array) {
        Set<String> texts = new HashSet<>();
        array.valueStream().filter(JsonNode::isString).forEach(text -> texts.add(text.stringValue()));
        return texts;
    }

    private URI needed(JsonNode said, String name) throws FetchException {
        return endpoint(said, name).orElseThrow(() -> new FetchException(Kind.PROTOCOL, "it has no " + name));
    }

    private Optional<URI> endpoint(JsonNode said, String name) throws FetchException {
        String text = said.path(name).asString("");
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            URI uri = OpenIdSettings.uri(text);
            if (OpenIdSettings.isSafe(uri, OpenIdSettings.uri(settings.issuer()))) {
                return Optional.of(uri);
            }
        } catch (IllegalArgumentException e) {
            throw new FetchException(Kind.PROTOCOL, "its " + name + " is no address: " + Lines.of(text), e);
        }
        throw new FetchException(Kind.PROTOCOL, "its " + name + " is not safe: " + Lines.of(text));
    }

    // ---- its keys

    /// Those that may have made a signature.
    List<JWK> keysFor(JWSHeader header) throws FetchException {
        JWKMatcher.Builder matcher = new JWKMatcher.Builder()
                .keyType(KeyType.forAlgorithm(header.getAlgorithm()))
                .keyUses(KeyUse.SIGNATURE, null)
                .algorithms(header.getAlgorithm(), null);
        if (header.getKeyID() != null) {
            matcher.keyID(header.getKeyID());
        }
        JWKSelector selector = new JWKSelector(matcher.build());
        List<JWK> found = selector.select(keys(FRESH));
        if (found.isEmpty()) {
            found = selector.select(keys(AGAIN)); // it may have changed them
        }
        return found.subList(0, Math.min(found.size(), KEYS_TRIED));
    }

    /// Its keys.
    ///
    /// @param age how old what we have may be
    JWKSet keys(Duration age) throws FetchException {
        Kept<JWKSet> kept = keys;
        if (kept != null && kept.isYounger(age, clock.instant())) {
            return kept.what;
        }
        URI url = metadata().keys();
        asking.lock();
        try {
            kept = keys;
            if (kept != null && kept.isYounger(age, clock.instant())) {
                return kept.what;
            }
            try {
                JWKSet fetched = JWKSet.parse(get(url).toString());
                keys = new Kept<>(fetched, clock.instant());
                return fetched;
            } catch (ParseException e) {
                throw new FetchException(Kind.PROTOCOL, url + " answers with no keys: " + Lines.of(e), e);
            } catch (FetchException e) {
                if (kept != null && e.laterHelps() && kept.isYounger(STALE, clock.instant())) {
                    return kept.what;
                }
                throw e;
            }
        } finally {
            asking.unlock();
        }
    }

    @Override
    public void close() {
        http.close();
    }
}
