package io.carteggio.server.login;

import com.nimbusds.jwt.JWTClaimsSet;
import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.mail.Address;
import io.carteggio.mail.Sha256;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.Lines;
import io.carteggio.server.login.Accounts.Told;
import io.carteggio.server.login.IdTokens.Checked;
import io.carteggio.server.login.Provider.Metadata;
import io.carteggio.server.secret.Secrets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpRequest;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;

/// Logging in with an OpenID provider: the code flow with PKCE (OpenID Connect Core 1.0, RFC 7636, RFC
/// 9207). Safe for many threads.
///
/// What binds an answer to the browser that asked, and sees to it that it is taken once, is with the pages.
public final class OpenId implements AutoCloseable {
    /// Where its secrets lie in the keyring.
    public static final String SECRETS = "login/oidc/";

    /// A longer token is not sent back through the browser when she logs out.
    private static final int HINT_LIMIT_CHARS = 4_096;

    /// Codes are exchanged for tokens so many at a time; whoever waits longer is told so.
    private static final int AT_ONCE = 8;

    private static final long PATIENCE_SECONDS = 10;
    private static final int GROUPS_LIMIT = 10_000;

    private final Supplier<Optional<Map<String, String>>> settings;
    private final Secrets secrets;
    private final Clock clock;
    private final Semaphore atOnce = new Semaphore(AT_ONCE, true);
    private @Nullable Provider provider; // guarded by this
    private Map<String, String> providersSettings = Map.of(); // guarded by this

    /// @param settings those in force; absent where nobody logs in like this
    public OpenId(Supplier<Optional<Map<String, String>>> settings, Secrets secrets, Clock clock) {
        this.settings = settings;
        this.secrets = secrets;
        this.clock = clock;
    }

    /// A log-in that began here.
    ///
    /// @param redirect where the provider is to send the browser back
    /// @param state what the browser brings back
    /// @param nonce what the token must hold
    /// @param verifier what proves that whoever redeems the code is who asked for it
    /// @param again when the person was asked for her password again, where she was
    public record Begun(URI redirect, String state, String nonce, String verifier, Optional<Instant> again) {}

    /// What the browser brings.
    public record Brought(
            Optional<String> code, Optional<String> issuer, Optional<String> error, Optional<String> description) {}

    /// How it ends.
    public sealed interface Ended {
        /// The provider says who it is.
        ///
        /// @param roles what groups give, with their names
        /// @param authenticated when the person last gave her password there, as far as that is told
        /// @param hint what tells the provider whose session ends at the log-out
        record In(
                Told account,
                Optional<String> directory,
                Map<PersonRole, String> roles,
                Optional<Instant> authenticated,
                Optional<String> hint)
                implements Ended {}

        /// It does not, or cannot be believed.
        ///
        /// @param why in English, without a full stop: providers and standards speak it
        record Refused(String why) implements Ended {}
    }

    /// What is set, if anything is that can work.
    public Optional<OpenIdSettings> set() {
        return settings.get().flatMap(map -> {
            try {
                return Optional.of(OpenIdSettings.of(map));
            } catch (IllegalArgumentException e) { // settings of another version of this program
                return Optional.empty();
            }
        });
    }

    private Provider provider() throws FetchException {
        Map<String, String> now =
                settings.get().orElseThrow(() -> new FetchException(Kind.LOG_IN, "nobody logs in by OpenID here"));
        synchronized (this) {
            if (provider == null || !providersSettings.equals(now)) {
                if (provider != null) {
                    provider.close();
                }
                try {
                    provider = new Provider(OpenIdSettings.of(now), clock);
                } catch (IllegalArgumentException e) {
                    throw new FetchException(Kind.LOG_IN, "the settings: " + Lines.of(e), e);
                }
                providersSettings = now;
            }
            return Objects.requireNonNull(provider);
        }
    }

    // ---- there

    /// Where the browser is to go.
    public URI begin(Begun begun) throws FetchException {
        Provider at = provider();
        Map<String, String> query = new LinkedHashMap<>();
        query.put("response_type", "code");
        query.put("client_id", at.settings().client());
        query.put("redirect_uri", begun.redirect().toString());
        query.put("scope", at.settings().scope());
        query.put("state", begun.state());
        query.put("nonce", begun.nonce());
        query.put("code_challenge", challenge(begun.verifier()));
        query.put("code_challenge_method", "S256");
        if (begun.again().isPresent()) {
            query.put("prompt", "login");
            query.put("max_age", "0");
        }
        return with(at.metadata().authorization(), query);
    }

    /// RFC 7636 4.2.
    static String challenge(String verifier) {
        byte[] sum = Sha256.of(verifier.getBytes(StandardCharsets.US_ASCII)).toBytes();
        return Base64.getUrlEncoder().withoutPadding().encodeToString(sum);
    }

    private static URI with(URI endpoint, Map<String, String> query) {
        String before = endpoint.getRawQuery();
        return URI.create(endpoint + (before == null ? "?" : before.isEmpty() ? "" : "&") + form(query));
    }

    private static String form(Map<String, String> fields) {
        return fields.entrySet().stream()
                .map(f -> encoded(f.getKey()) + "=" + encoded(f.getValue()))
                .collect(Collectors.joining("&"));
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    // ---- and back

    /// Redeems what the browser brought.
    ///
    /// @throws FetchException where the provider cannot be asked
    public Ended end(Begun begun, Brought brought) throws ArchiveException {
        Provider at = provider();
        Metadata metadata = at.metadata();
        Optional<String> issuer = brought.issuer();
        if (issuer.isPresent() ? !issuer.get().equals(at.settings().issuer()) : metadata.namesItself()) {
            return new Ended.Refused("the answer is not of the provider that was asked"); // RFC 9207 2.4
        }
        if (brought.error().isPresent()) {
            return new Ended.Refused("it says " + Lines.of(brought.error().get())
                    + brought.description().map(d -> ", " + Lines.of(d)).orElse(""));
        }
        if (brought.code().isEmpty()) {
            return new Ended.Refused("there is no code in its answer");
        }
        if (!acquired()) {
            throw new FetchException(Kind.BUSY, "too many people are logging in");
        }
        try {
            return redeemed(at, metadata, begun, brought.code().get());
        } finally {
            atOnce.release();
        }
    }

    private boolean acquired() throws FetchException {
        try {
            return atOnce.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FetchException(Kind.CUT, "interrupted", e);
        }
    }

    private Ended redeemed(Provider at, Metadata metadata, Begun begun, String code) throws ArchiveException {
        Http.Answer answer = at.http().send(tokenRequest(at.settings(), metadata, begun, code));
        JsonNode said = answer.status() >= 500
                ? Provider.json(metadata.token(), "{}")
                : Provider.json(metadata.token(), answer.body());
        if (answer.status() >= 500) {
            throw new FetchException(Kind.BUSY, metadata.token() + " answers " + answer.status());
        }
        if (answer.status() != 200) {
            return new Ended.Refused(
                    "it refuses the code (" + Lines.of(said.path("error").asString("no reason")) + ")");
        }
        String token = said.path("id_token").asString("");
        Checked checked = IdTokens.check(
                token,
                at::keysFor,
                new IdTokens.Expected(
                        at.settings().issuer(),
                        at.settings().client(),
                        metadata.algorithms(),
                        begun.nonce(),
                        begun.again(),
                        clock.instant()));
        return switch (checked) {
            case Checked.Bad(String why) -> new Ended.Refused("its token cannot be believed, " + why);
            case Checked.Good(JWTClaimsSet claims) -> {
                Claims all = new Claims(claims.getClaims(), Optional.empty());
                if (!isEnough(at.settings(), all)
                        && metadata.userInfo().isPresent()
                        && !said.path("access_token").asString("").isEmpty()) {
                    all = new Claims(
                            claims.getClaims(),
                            userInfo(
                                    at,
                                    metadata.userInfo().get(),
                                    said.path("access_token").asString(""),
                                    claims.getSubject()));
                }
                yield in(at, all, IdTokens.authenticated(claims), token);
            }
        };
    }

    private HttpRequest tokenRequest(OpenIdSettings set, Metadata metadata, Begun begun, String code) {
        Map<String, String> fields = new LinkedHashMap<>();
        fields.put("grant_type", "authorization_code");
        fields.put("code", code);
        fields.put("redirect_uri", begun.redirect().toString());
        fields.put("code_verifier", begun.verifier());
        HttpRequest.Builder request = HttpRequest.newBuilder(metadata.token())
                .header("Content-Type", "application/x-www-form-urlencoded")
                .header("Accept", "application/json");
        Optional<String> secret = secrets.get(Secrets.CLIENT_SECRET).filter(s -> !s.isEmpty());
        if (secret.isPresent() && metadata.basic()) {
            String both = encoded(set.client()) + ":" + encoded(secret.get()); // RFC 6749 2.3.1
            request.header(
                    "Authorization",
                    "Basic " + Base64.getEncoder().encodeToString(both.getBytes(StandardCharsets.UTF_8)));
        } else {
            fields.put("client_id", set.client());
            secret.ifPresent(s -> fields.put("client_secret", s));
        }
        return request.POST(HttpRequest.BodyPublishers.ofString(form(fields))).build();
    }

    // ---- who it is

    /// What the token says, and where it is silent, what the provider says of the same person besides.
    private record Claims(Map<String, Object> token, Optional<JsonNode> more) {
        Optional<String> text(String name) {
            return token.get(name) instanceof String text
                    ? Optional.of(text)
                    : more.map(m -> m.path(name)).filter(JsonNode::isString).map(JsonNode::stringValue);
        }

        boolean has(String name) {
            return token.get(name) != null || more.filter(m -> m.has(name)).isPresent();
        }

        /// Some providers write `"true"`.
        boolean isTrue(String name) {
            Object said = token.get(name);
            if (said != null) {
                return said.equals(true) || said.equals("true");
            }
            return more.map(m -> m.path(name))
                    .filter(n -> (n.isBoolean() && n.booleanValue())
                            || (n.isString() && n.stringValue().equals("true")))
                    .isPresent();
        }

        Set<String> texts(String name) {
            Set<String> texts = new HashSet<>();
            switch (token.get(name)) {
                case List<?> list ->
                    list.stream().limit(GROUPS_LIMIT).forEach(one -> {
                        if (one instanceof String text) {
                            texts.add(text);
                        }
                    });
                case String one -> texts.add(one);
                case null, default ->
                    more.ifPresent(m -> m.path(name)
                            .valueStream()
                            .limit(GROUPS_LIMIT)
                            .filter(JsonNode::isString)
                            .forEach(text -> texts.add(text.stringValue())));
            }
            return texts;
        }
    }

    private static boolean isEnough(OpenIdSettings set, Claims claims) {
        return claims.has(set.addressClaim()) && (set.roles().isEmpty() || claims.has(set.groupsClaim()));
    }

    private static Optional<JsonNode> userInfo(Provider at, URI url, String access, String subject)
            throws FetchException {
        if (access.chars().anyMatch(c -> c <= ' ' || c > '~')) {
            return Optional.empty();
        }
        Http.Answer answer = at.http()
                .send(HttpRequest.newBuilder(url)
                        .header("Authorization", "Bearer " + access)
                        .header("Accept", "application/json")
                        .GET()
                        .build());
        if (answer.status() != 200) {
            return Optional.empty();
        }
        JsonNode said = Provider.json(url, answer.body());
        // what is said of somebody else is nothing (OpenID Connect Core 1.0, 5.3.2)
        return said.path("sub").asString("").equals(subject) ? Optional.of(said) : Optional.empty();
    }

    private static Ended in(Provider at, Claims claims, Optional<Instant> authenticated, String token) {
        OpenIdSettings set = at.settings();
        Optional<String> account = claims.text(set.accountClaim()).filter(text -> !text.isBlank());
        if (account.isEmpty()) {
            return new Ended.Refused("its token has no " + set.accountClaim());
        }
        Optional<Address> address = address(set, claims);
        Set<String> groups = claims.texts(set.groupsClaim());
        Map<PersonRole, String> roles = new LinkedHashMap<>();
        set.roles().entrySet().stream()
                .filter(r -> groups.contains(r.getKey()))
                .sorted(Map.Entry.comparingByKey())
                .forEach(r -> roles.putIfAbsent(r.getValue(), r.getKey()));
        String shown = Lines.of(claims.text(set.addressClaim())
                .or(() -> claims.text("preferred_username"))
                .or(() -> claims.text("name"))
                .orElse(account.get()));
        return new Ended.In(
                new Told(
                        set.issuer(),
                        set.accountClaim() + " " + account.get(),
                        account.get(),
                        address.map(List::of).orElse(List.of()),
                        shown),
                set.directory(),
                roles,
                authenticated,
                token.length() <= HINT_LIMIT_CHARS ? Optional.of(token) : Optional.empty());
    }

    /// An address that the provider vouches for.
    private static Optional<Address> address(OpenIdSettings set, Claims claims) {
        boolean vouched = set.trusted() || (set.addressClaim().equals("email") && claims.isTrue("email_verified"));
        return claims.text(set.addressClaim())
                .map(String::strip)
                .filter(text -> vouched
                        && text.length() <= 254
                        && text.indexOf('@') > 0
                        && text.chars().noneMatch(c -> Character.isISOControl(c) || Character.isWhitespace(c)))
                .map(Address::new);
    }

    // ---- logging out

    /// Where the browser is to go so that the provider's session ends too; empty where the provider does
    /// not offer it.
    ///
    /// @param back where it is to come back to
    public Optional<URI> logOut(Optional<String> hint, URI back) {
        try {
            Provider at = provider();
            return at.metadata().endSession().map(end -> {
                Map<String, String> query = new LinkedHashMap<>();
                hint.ifPresent(token -> query.put("id_token_hint", token));
                query.put("client_id", at.settings().client());
                query.put("post_logout_redirect_uri", back.toString());
                return with(end, query);
            });
        } catch (FetchException e) {
            return Optional.empty(); // our session has ended; what the provider does is its own
        }
    }

    // ---- trying it

    /// How a step of a trial went.
    ///
    /// @param good absent: it was not come to
    public record Step(String name, Optional<Boolean> good, String detail) {}

    private static final List<String> STEPS = List.of("settings", "resolve", "discovery", "keys", "client");

    /// Tries it step by step. Nobody is logged in.
    ///
    /// @param redirect where the provider would send browsers back, as far as that is known
    /// @return the steps in their order; after one that failed none is taken
    public List<Step> test(URI redirect) {
        List<Step> steps = new ArrayList<>();
        try {
            Provider at = provider();
            done(
                    steps,
                    "issuer " + at.settings().issuer() + ", client "
                            + at.settings().client());
            String host = OpenIdSettings.uri(at.settings().issuer()).getHost();
            done(steps, host + " is " + InetAddress.getByName(host).getHostAddress());
            Metadata metadata = at.metadata();
            done(
                    steps,
                    metadata.authorization() + ", " + metadata.token()
                            + (metadata.endSession().isPresent() ? ", ends its sessions, too" : ""));
            long usable = at.keys(java.time.Duration.ZERO).getKeys().stream()
                    .filter(key -> key instanceof com.nimbusds.jose.jwk.AsymmetricJWK)
                    .count();
            if (usable == 0) {
                throw new FetchException(Kind.PROTOCOL, "no public keys at " + metadata.keys());
            }
            done(steps, usable + " public keys at " + metadata.keys());
            done(steps, client(at, metadata, redirect));
        } catch (ArchiveException e) {
            steps.add(new Step(STEPS.get(steps.size()), Optional.of(false), String.valueOf(e.getMessage())));
        } catch (IOException e) {
            steps.add(new Step(STEPS.get(steps.size()), Optional.of(false), "there is no such host: " + Lines.of(e)));
        }
        for (int i = steps.size(); i < STEPS.size(); i++) {
            steps.add(new Step(STEPS.get(i), Optional.empty(), ""));
        }
        return steps;
    }

    private static void done(List<Step> steps, String detail) {
        steps.add(new Step(STEPS.get(steps.size()), Optional.of(true), detail));
    }

    /// Redeems a code that nobody gave: a provider that knows us says that the code is wrong, else that we
    /// are.
    private String client(Provider at, Metadata metadata, URI redirect) throws FetchException {
        Begun none = new Begun(redirect, "-", "-", "-".repeat(43), Optional.empty());
        Http.Answer answer = at.http().send(tokenRequest(at.settings(), metadata, none, "carteggio-test"));
        String error =
                Provider.json(metadata.token(), answer.body()).path("error").asString("");
        if (!error.equals("invalid_grant")) {
            throw new FetchException(
                    Kind.LOG_IN, "the client or its secret is refused: " + answer.status() + " " + Lines.of(error));
        }
        return "the client and its secret are taken";
    }

    @Override
    public void close() {
        synchronized (this) {
            if (provider != null) {
                provider.close();
            }
        }
    }
}
