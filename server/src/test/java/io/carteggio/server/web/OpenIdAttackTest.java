package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jose.jwk.RSAKey;
import com.nimbusds.jose.jwk.gen.RSAKeyGenerator;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.PlainJWT;
import com.nimbusds.jwt.SignedJWT;
import io.carteggio.archive.approval.Gate.Passage;
import io.carteggio.archive.audit.Actor;
import io.carteggio.archive.entry.Change;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.role.LogIns.Way;
import io.carteggio.server.web.OpenIdSimulator.Signer;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Date;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Logging in with an OpenID provider: the honest way, and each attack of the table in
/// docs/operations/access.md that goes by it. The provider is played, so that it can lie.
@Tag("slow")
class OpenIdAttackTest {
    private static final Map<String, Object> BRUNA =
            Map.of("sub", "b1", "email", "bruna@example.com", "email_verified", true);

    private Firm firm;
    private WebServer server;
    private OpenIdSimulator provider;
    private String brunaId;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        firm = new Firm(dir);
        firm.person("Ada", PersonRole.ADMINISTRATOR, "ada@example.com");
        brunaId = firm.person("Bruna", PersonRole.USER, "bruna@example.com");
        provider = new OpenIdSimulator(firm.clock);
        firm.keepSecrets(Map.of("login/oidc/client-secret", OpenIdSimulator.SECRET.getBytes(StandardCharsets.UTF_8)));
        set(Map.of());
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        provider.close();
        firm.close();
    }

    private void set(Map<String, String> more) throws Exception {
        Map<String, String> all = new LinkedHashMap<>(
                Map.of("issuer", provider.issuer(), "client-id", OpenIdSimulator.CLIENT, "name", "Firm"));
        all.putAll(more);
        firm.logIns().set(firm.acts(), "test", Way.OIDC, all);
    }

    private static URI begin(Browser browser, String next) throws Exception {
        HttpResponse<String> there =
                browser.get("/log-in/oidc?next=" + URLEncoder.encode(next, StandardCharsets.UTF_8));
        assertThat(there.statusCode()).as(there.body()).isEqualTo(303);
        return URI.create(there.headers().firstValue("Location").orElseThrow());
    }

    private static String callback(URI asked, String code) {
        String state = OpenIdSimulator.query(asked.getRawQuery()).get("state");
        return "/log-in/oidc/callback?code=" + code + "&state=" + URLEncoder.encode(state, StandardCharsets.UTF_8);
    }

    private HttpResponse<String> logIn(Browser browser, Map<String, Object> claims) throws Exception {
        URI asked = begin(browser, "/search");
        return browser.get(callback(asked, provider.code(asked, claims)));
    }

    private static Map<String, Object> with(Map<String, Object> claims, String name, Object value) {
        Map<String, Object> all = new LinkedHashMap<>(claims);
        all.put(name, value);
        return all;
    }

    private static boolean isIn(Browser browser) throws Exception {
        return browser.get("/account").statusCode() == 200;
    }

    // ---- the honest way

    @Test
    void whoTheProviderVouchesForIsInAndIsKnownAgain() throws Exception {
        try (Browser browser = new Browser(server)) {
            assertThat(browser.get("/log-in").body()).contains("Log in with Firm", "id=\"password\"");
            URI asked = begin(browser, "/search?q=x");
            Map<String, String> query = OpenIdSimulator.query(asked.getRawQuery());
            assertThat(query)
                    .containsEntry("response_type", "code")
                    .containsEntry("code_challenge_method", "S256")
                    .containsKeys("state", "nonce", "code_challenge")
                    .doesNotContainKey("client_secret");
            assertThat(query.get("redirect_uri")).endsWith("/log-in/oidc/callback");
            HttpResponse<String> back = browser.get(callback(asked, provider.code(asked, BRUNA)));
            assertThat(back.statusCode()).as(back.body()).isEqualTo(200);
            assertThat(back.headers().firstValue("Refresh")).contains("0; url=/search?q=x");
            assertThat(back.headers().allValues("Set-Cookie"))
                    .anySatisfy(c -> assertThat(c).startsWith("carteggio=").contains("HttpOnly", "SameSite=Strict"))
                    .anySatisfy(
                            c -> assertThat(c).startsWith("carteggio-openid=;").contains("Max-Age=0"));
            assertThat(browser.get("/account").body()).contains("bruna@example.com");
        }
        assertThat(firm.logIns().whose(provider.issuer(), "sub b1")).contains(brunaId);
        try (Browser browser = new Browser(server)) { // by another address, the account is the same
            logIn(browser, Map.of("sub", "b1", "email", "married@example.com", "email_verified", true));
            assertThat(isIn(browser)).isTrue();
        }
        assertThat(firm.catalogue().acts(Long.MAX_VALUE, 100).toString()).contains("OpenID at " + provider.issuer());
    }

    @Test
    void whatTheTokenDoesNotSayIsAskedOfTheProvider() throws Exception {
        provider.userInfo = Map.of("sub", "b1", "email", "bruna@example.com", "email_verified", true);
        try (Browser browser = new Browser(server)) {
            logIn(browser, Map.of("sub", "other"));
            assertThat(isIn(browser)).as("what is said of somebody else").isFalse();
            logIn(browser, Map.of("sub", "b1"));
            assertThat(isIn(browser)).isTrue();
        }
    }

    // ---- tokens that lie

    private record Lie(String what, Signer signer, String answer) {}

    private static JWTClaimsSet changed(JWTClaimsSet claims, String name, Object value) {
        return new JWTClaimsSet.Builder(claims).claim(name, value).build();
    }

    private Lie lie(String what, String claim, Object value, String answer) {
        return new Lie(what, claims -> provider.honest(changed(claims, claim, value)), answer);
    }

    /// By the clock as it is when the token is made.
    private Lie late(String what, String claim, Duration time, String answer) {
        return new Lie(what, claims -> provider.honest(changed(claims, claim, in(time))), answer);
    }

    private Date in(Duration time) {
        return Date.from(firm.clock.instant().plus(time));
    }

    private List<Lie> lies() throws Exception {
        RSAKey key = provider.key;
        RSAKey thiefs = OpenIdSimulator.key("k1");
        byte[] publicKey = key.toRSAPublicKey().getEncoded();
        byte[] pem = ("-----BEGIN PUBLIC KEY-----\n"
                        + java.util.Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(publicKey)
                        + "\n-----END PUBLIC KEY-----\n")
                .getBytes(StandardCharsets.US_ASCII);
        JWSHeader.Builder rs = new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("k1");
        return List.of(
                new Lie("alg none", claims -> new PlainJWT(claims).serialize(), "not signed"),
                new Lie("alg HS256 with the public key", claims -> mac(claims, publicKey), "proves nothing"),
                new Lie("alg HS256 with the public key in PEM", claims -> mac(claims, pem), "proves nothing"),
                new Lie("the signature cut off", claims -> cut(provider.honest(claims)), "cannot be believed"),
                new Lie("claims of one, signature of another", this::swapped, "not the issuer"),
                new Lie("another key of the same name", c -> OpenIdSimulator.signed(thiefs, c, rs), "not the issuer"),
                new Lie(
                        "a key in the token itself",
                        c -> OpenIdSimulator.signed(
                                thiefs, c, new JWSHeader.Builder(JWSAlgorithm.RS256).jwk(thiefs.toPublicJWK())),
                        "not the issuer"),
                new Lie(
                        "an address of keys in the token itself",
                        c -> OpenIdSimulator.signed(
                                thiefs,
                                c,
                                new JWSHeader.Builder(JWSAlgorithm.RS256)
                                        .keyID("k1")
                                        .jwkURL(URI.create("http://127.0.0.1:1/keys"))),
                        "not the issuer"),
                new Lie(
                        "a header that must be understood",
                        c -> OpenIdSimulator.signed(
                                key,
                                c,
                                new JWSHeader.Builder(JWSAlgorithm.RS256)
                                        .keyID("k1")
                                        .criticalParams(java.util.Set.of("x"))
                                        .customParam("x", 1)),
                        "do not know"),
                new Lie("an access token", c -> OpenIdSimulator.typed(key, c, "at+jwt"), "another kind"),
                new Lie("a log-out token", c -> OpenIdSimulator.typed(key, c, "logout+jwt"), "another kind"),
                new Lie("a short key", this::shortKey, "not the issuer"),
                new Lie("nothing", _ -> "", "cannot be read"),
                new Lie("no token", _ -> "a.b.c", "cannot be read"),
                new Lie("too large", c -> provider.honest(changed(c, "x", "y".repeat(70_000))), "larger"),
                lie("wrong issuer", "iss", "https://login.example", "another issuer"),
                lie("the issuer with a slash", "iss", provider.issuer() + "/", "another issuer"),
                lie("wrong audience", "aud", "other", "another audience"),
                lie("one audience too many", "aud", List.of("archive", "other"), "another audience"),
                lie("another party", "azp", "other", "another party"),
                lie("no subject", "sub", "", "names nobody"),
                lie("another log-in's nonce", "nonce", "other", "another log-in"),
                new Lie(
                        "no nonce",
                        c -> provider.honest(
                                new JWTClaimsSet.Builder(c).claim("nonce", null).build()),
                        "another log-in"),
                late("expired", "exp", Duration.ofSeconds(-61), "expired"),
                new Lie(
                        "no expiry",
                        c -> provider.honest(
                                new JWTClaimsSet.Builder(c).expirationTime(null).build()),
                        "expired"),
                late("made in the future", "iat", Duration.ofSeconds(70), "not made now"),
                late("made long ago", "iat", Duration.ofMinutes(-11), "not made now"),
                late("not good yet", "nbf", Duration.ofSeconds(70), "not made now"));
    }

    private static String mac(JWTClaimsSet claims, byte[] secret) throws JOSEException {
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.HS256).keyID("k1").build(), claims);
        token.sign(new MACSigner(secret));
        return token.serialize();
    }

    private static String cut(String token) {
        return token.substring(0, token.lastIndexOf('.') + 1);
    }

    private String swapped(JWTClaimsSet claims) throws JOSEException {
        String hers = provider.honest(claims);
        String others = provider.honest(changed(claims, "sub", "x"));
        return hers.substring(0, hers.lastIndexOf('.')) + others.substring(others.lastIndexOf('.'));
    }

    private String shortKey(JWTClaimsSet claims) throws JOSEException {
        RSAKey weak = new RSAKeyGenerator(1024, true).keyID("weak").generate();
        provider.key = weak;
        SignedJWT token = new SignedJWT(
                new JWSHeader.Builder(JWSAlgorithm.RS256).keyID("weak").build(), claims);
        token.sign(new com.nimbusds.jose.crypto.RSASSASigner(
                weak.toPrivateKey(), java.util.Set.of(com.nimbusds.jose.crypto.opts.AllowWeakRSAKey.getInstance())));
        return token.serialize();
    }

    @Test
    void noTokenThatLiesIsBelieved() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (Lie lie : lies()) {
            RSAKey before = provider.key;
            firm.clock.forward(Duration.ofSeconds(31)); // so that unknown keys are looked for
            provider.signer = lie.signer;
            try (Browser browser = new Browser(server)) {
                HttpResponse<String> answer = logIn(browser, BRUNA);
                if (answer.statusCode() != 403 || !answer.body().contains(lie.answer) || isIn(browser)) {
                    wrong.add(lie.what + ": " + answer.statusCode() + " "
                            + answer.body().replaceAll("(?s).*<h1>(.*)</section>.*", "$1"));
                }
            }
            provider.key = before;
        }
        assertThat(wrong).isEmpty();
        assertThat(firm.logIns().accounts()).as("nobody was remembered").isEmpty();
        provider.signer = provider::honest;
        try (Browser browser = new Browser(server)) {
            firm.clock.forward(Duration.ofSeconds(31));
            logIn(browser, with(BRUNA, "exp", in(Duration.ofSeconds(-59))));
            assertThat(isIn(browser)).as("a clock that is a minute off").isTrue();
        }
    }

    // ---- answers that were not asked for

    @Test
    void anAnswerCountsOnceInTheBrowserThatAsked() throws Exception {
        try (Browser victim = new Browser(server);
                Browser thief = new Browser(server)) {
            URI thiefs = begin(thief, "/search");
            begin(victim, "/search");
            String link = callback(thiefs, provider.code(thiefs, BRUNA));
            assertThat(victim.get(link).statusCode())
                    .as("the state of another browser: nobody is logged in as somebody else unawares")
                    .isEqualTo(400);
            assertThat(provider.redeemed.get())
                    .as("the code was not even redeemed")
                    .isZero();
            assertThat(thief.get(link).statusCode()).isEqualTo(200);
            assertThat(thief.get(link).statusCode()).as("replayed state").isEqualTo(400);

            for (String state : List.of("", "x", "a.1.b", "..", "9999999999.x")) {
                begin(victim, "/search");
                assertThat(victim.get("/log-in/oidc/callback?code=x&state=" + state)
                                .statusCode())
                        .as("forged state " + state)
                        .isEqualTo(400);
            }
            URI again = begin(victim, "/search");
            String used = provider.code(again, BRUNA);
            assertThat(victim.get(callback(again, used)).statusCode()).isEqualTo(200);
            again = begin(victim, "/search");
            HttpResponse<String> replayed = victim.get(callback(again, used));
            assertThat(replayed.statusCode()).as("replayed code").isEqualTo(403);
            assertThat(replayed.body()).contains("refuses the code (invalid_grant)");
            again = begin(victim, "/search");
            String others = provider.code(begin(thief, "/search"), BRUNA);
            assertThat(victim.get(callback(again, others)).body())
                    .as("an injected code: its PKCE challenge is another's")
                    .contains("invalid_grant");
            again = begin(victim, "/search");
            firm.clock.forward(OpenIdPages.VALID);
            assertThat(victim.get(callback(again, provider.code(again, BRUNA))).statusCode())
                    .as("too late")
                    .isEqualTo(400);
            again = begin(victim, "/search");
            set(Map.of("client-id", "another"));
            assertThat(victim.get(callback(again, "x")).statusCode())
                    .as("set anew meanwhile")
                    .isEqualTo(400);
        }
    }

    @Test
    void anAnswerOfAnotherProviderIsNoAnswer() throws Exception {
        try (Browser browser = new Browser(server)) {
            URI asked = begin(browser, "/");
            String link = callback(asked, provider.code(asked, BRUNA));
            assertThat(browser.get(link + "&iss=https://login.example").body())
                    .as("mix-up (RFC 9207)")
                    .contains("not of the provider that was asked");
            asked = begin(browser, "/");
            String good = callback(asked, provider.code(asked, BRUNA));
            assertThat(browser.get(good + "&iss=" + provider.issuer()).statusCode())
                    .isEqualTo(200);
            asked = begin(browser, "/");
            assertThat(browser.get(callback(asked, "") + "&error=access_denied&error_description=no%0d%0aSet-Cookie:x")
                            .body())
                    .contains("access_denied");
        }
        provider.metadata = Map.of("authorization_response_iss_parameter_supported", true);
        set(Map.of("name", "Firm again"));
        try (Browser browser = new Browser(server)) {
            URI asked = begin(browser, "/");
            assertThat(browser.get(callback(asked, provider.code(asked, BRUNA))).body())
                    .as("it says it names itself, and does not")
                    .contains("not of the provider that was asked");
        }
    }

    @Test
    void nobodyIsSentElsewhereAndNoSessionIsFixed() throws Exception {
        for (String next :
                List.of("https://evil.example/", "//evil.example/", "/\\evil.example", "/x\r\nSet-Cookie: a=b")) {
            try (Browser browser = new Browser(server)) {
                browser.logIn("Ada");
                String before = browser.cookie("carteggio");
                URI asked = begin(browser, next);
                HttpResponse<String> back = browser.get(callback(asked, provider.code(asked, BRUNA)));
                assertThat(back.headers().firstValue("Refresh")).as(next).contains("0; url=/");
                assertThat(browser.cookie("carteggio")).isNotEmpty().isNotEqualTo(before);
                assertThat(browser.get("/account").body()).contains("bruna@example.com");
            }
        }
    }

    // ---- whose account it is

    @Test
    void nobodyIsMadeAndNoAddressIsEnoughWhereItIsNotSure() throws Exception {
        record Case(String what, Map<String, Object> claims, String answer) {}
        firm.person("Carla", PersonRole.USER, "shared@example.com");
        firm.person("Carlo", PersonRole.USER, "shared@example.com");
        String gone = firm.person("Gina", PersonRole.USER, "gina@example.com");
        firm.people().change(firm.acts(), "test", Optional.empty(), (_, at) -> List.of(new Change.Gone(gone, at)));
        int people = firm.people().directory().people().size();
        for (Case one : List.of(
                new Case(
                        "unknown",
                        Map.of("sub", "u", "email", "u@example.com", "email_verified", true),
                        "knows nobody"),
                new Case("not verified", Map.of("sub", "u", "email", "bruna@example.com"), "knows nobody"),
                new Case("said not verified", with(BRUNA, "email_verified", false), "knows nobody"),
                new Case("verified in a string of no", with(BRUNA, "email_verified", "false"), "knows nobody"),
                new Case("no address", Map.of("sub", "u"), "knows nobody"),
                new Case(
                        "an address with a line break",
                        with(BRUNA, "email", "bruna@example.com\r\nX: y"),
                        "knows nobody"),
                new Case("an address in brackets", with(BRUNA, "email", "<bruna@example.com>"), "knows nobody"),
                new Case(
                        "an address that is a list",
                        with(BRUNA, "email", List.of("bruna@example.com")),
                        "knows nobody"),
                new Case("an address of two", with(BRUNA, "email", "shared@example.com"), "several people"),
                new Case("a leaver's", with(BRUNA, "email", "gina@example.com"), "knows nobody"))) {
            try (Browser browser = new Browser(server)) {
                HttpResponse<String> answer = logIn(browser, one.claims);
                assertThat(answer.statusCode()).as(one.what).isEqualTo(403);
                assertThat(answer.body()).as(one.what).contains(one.answer, "administrator");
                assertThat(isIn(browser)).as(one.what).isFalse();
            }
        }
        assertThat(firm.people().directory().people()).hasSize(people);
        set(Map.of("trust-address", "yes"));
        try (Browser browser = new Browser(server)) {
            logIn(browser, Map.of("sub", "b1", "email", "BRUNA@example.com"));
            assertThat(isIn(browser))
                    .as("the administrator trusts the issuer's addresses")
                    .isTrue();
        }
    }

    @Test
    void anAddressThatIsAnothersNowOpensNothing() throws Exception {
        try (Browser browser = new Browser(server)) {
            logIn(browser, BRUNA);
            assertThat(isIn(browser)).isTrue();
        }
        Map<String, Object> newcomer = with(BRUNA, "sub", "b2");
        try (Browser browser = new Browser(server)) {
            HttpResponse<String> answer = logIn(browser, newcomer);
            assertThat(answer.statusCode()).isEqualTo(403);
            assertThat(answer.body()).contains("logs in with another account");
        }
        assertThat(firm.logIns().forget(firm.acts(), "op", brunaId)).isEqualTo(1);
        try (Browser browser = new Browser(server)) {
            logIn(browser, newcomer);
            assertThat(isIn(browser)).as("after the administrator said so").isTrue();
        }
        firm.people()
                .change(firm.acts(), "test", Optional.empty(), (_, _) -> List.of(new Change.Locked(brunaId, true)));
        try (Browser browser = new Browser(server)) {
            assertThat(logIn(browser, newcomer).body()).contains("closed here");
        }
    }

    // ---- what groups give

    private boolean holds(String person, PersonRole role) {
        return firm.roles().holds(person, role, firm.clock.instant());
    }

    @Test
    void groupsGiveWhatIsSetForAsLongAsTheyAreSaid() throws Exception {
        Map<String, Object> boss = with(BRUNA, "groups", List.of("admins", "others"));
        try (Browser browser = new Browser(server)) {
            logIn(browser, boss);
            assertThat(browser.get("/books").statusCode())
                    .as("no group gives anything unless it is set")
                    .isEqualTo(403);
            browser.fill("/account", "/log-out");
        }
        set(Map.of("roles", "admins=administrator"));
        try (Browser browser = new Browser(server)) {
            logIn(browser, boss);
            assertThat(browser.get("/books").statusCode()).isEqualTo(200);
            assertThat(firm.roles().of(brunaId, firm.clock.instant()))
                    .singleElement()
                    .satisfies(g -> assertThat(g.group()).contains("admins"));
            logIn(browser, boss);
            assertThat(firm.roles().of(brunaId, firm.clock.instant()))
                    .as("given once")
                    .hasSize(1);
            logIn(browser, with(BRUNA, "groups", List.of("others")));
            assertThat(browser.get("/books").statusCode()).as("no longer said").isEqualTo(403);
            logIn(browser, boss);
            HttpResponse<String> out = browser.fill("/account", "/log-out");
            assertThat(out.body()).contains(provider.issuer() + "/end?id_token_hint=");
            assertThat(isIn(browser)).isFalse();
            assertThat(holds(brunaId, PersonRole.ADMINISTRATOR))
                    .as("after the log-out")
                    .isFalse();
            logIn(browser, boss);
            firm.clock.forward(Sessions.LONGEST);
            assertThat(holds(brunaId, PersonRole.ADMINISTRATOR))
                    .as("longer than a session")
                    .isFalse();
        }
    }

    @Test
    void whoRunsTheProviderIsNoSecondPerson() throws Exception {
        set(Map.of("roles", "admins=administrator"));
        firm.person("Olga", PersonRole.DATA_PROTECTION_OFFICER);
        assertThat(firm.gate().setMode(Actor.MACHINE, true, "two")).isInstanceOf(Passage.Open.class);
        assertThat(firm.gate().pass(Actor.MACHINE, "erase", "letter 7", "7", Optional.empty()))
                .isInstanceOf(Passage.Waiting.class);
        String request = firm.gate().approvals().all().getFirst().id();
        try (Browser browser = new Browser(server)) {
            logIn(
                    browser,
                    with(
                            with(BRUNA, "groups", List.of("admins")),
                            "auth_time",
                            firm.clock.instant().getEpochSecond()));
            HttpResponse<String> answer = browser.fill(
                    "/approvals", "/approvals/" + request, "decision", "approve", "reason", "looked at it");
            assertThat(answer.statusCode()).as(answer.body()).isEqualTo(422);
            assertThat(answer.body()).contains("dministrators and data-protection officers decide");
        }
        assertThat(firm.gate().approvers()).doesNotContain(brunaId);
    }

    // ---- her password again

    @Test
    void whatIsDangerousTakesHerPasswordAgainThere() throws Exception {
        firm.roles().give(firm.acts(), "t", brunaId, PersonRole.ADMINISTRATOR, Optional.empty(), Optional.empty(), "x");
        try (Browser browser = new Browser(server)) {
            logIn(
                    browser,
                    with(
                            BRUNA,
                            "auth_time",
                            firm.clock.instant().minusSeconds(3_600).getEpochSecond()));
            String[] act = {"/people", "/people", "name", "New", "role", "user"};
            assertThat(browser.fill(act[0], act[1], "name", "New", "role", "user")
                            .headers()
                            .firstValue("Location"))
                    .as("the provider's own session is no password given now")
                    .contains("/confirm");
            assertThat(browser.get("/confirm").body())
                    .contains("Give it at Firm")
                    .doesNotContain("type=\"password\"");
            assertThat(browser.fill("/account", "/confirm", "current", Firm.PASSWORD)
                            .statusCode())
                    .as("a password here is not what she logged in with")
                    .isEqualTo(422);
            record Case(String what, Map<String, Object> claims, int status) {}
            long now = firm.clock.instant().getEpochSecond();
            for (Case one : List.of(
                    new Case("no time told", BRUNA, 403),
                    new Case("not given again", with(BRUNA, "auth_time", now - 120), 403),
                    new Case("somebody else gave hers", with(with(BRUNA, "auth_time", now), "sub", "x"), 403),
                    new Case("given", with(BRUNA, "auth_time", now), 200))) {
                URI asked = URI.create(browser.get("/confirm/oidc")
                        .headers()
                        .firstValue("Location")
                        .orElseThrow());
                assertThat(OpenIdSimulator.query(asked.getRawQuery()))
                        .containsEntry("prompt", "login")
                        .containsEntry("max_age", "0");
                assertThat(browser.get(callback(asked, provider.code(asked, one.claims)))
                                .statusCode())
                        .as(one.what)
                        .isEqualTo(one.status);
                boolean fresh = !browser.fill(act[0], act[1], "name", "", "role", "user")
                        .headers()
                        .firstValue("Location")
                        .orElse("")
                        .equals("/confirm");
                assertThat(fresh).as(one.what).isEqualTo(one.status == 200);
            }
            firm.clock.forward(Sessions.FRESH);
            assertThat(browser.fill(act[0], act[1], "name", "New", "role", "user")
                            .headers()
                            .firstValue("Location"))
                    .contains("/confirm");
        }
    }

    @Test
    void aSecondFactorHereIsAskedForAllTheSame() throws Exception {
        SecondFactors factors = new SecondFactors(firm, firm.clock);
        byte[] secret = factors.propose();
        String first = Totp.code(secret, Totp.step(firm.clock.instant()));
        assertThat(factors.turnOn(brunaId, secret, first)).isPresent();
        firm.clock.forward(Duration.ofMinutes(2));
        try (Browser browser = new Browser(server)) {
            String page = logIn(browser, BRUNA).body();
            assertThat(isIn(browser)).isFalse();
            String half = page.replaceAll("(?s).*name=\"half\" value=\"([^\"]+)\".*", "$1");
            String token = page.replaceAll("(?s).*name=\"token\" value=\"([^\"]+)\".*", "$1");
            String code = Totp.code(secret, Totp.step(firm.clock.instant()));
            browser.send("/log-in/code", "token", token, "half", half, "code", code, "next", "/");
            assertThat(isIn(browser)).isTrue();
        }
    }

    // ---- passwords off

    @Test
    void whereNobodyLogsInByAPasswordNobodyDoes() throws Exception {
        try (Browser browser = new Browser(server)) {
            String token = browser.token("/log-in");
            firm.logIns().set(firm.acts(), "test", Way.PASSWORD, Map.of("people", "no"));
            assertThat(browser.get("/log-in").body())
                    .contains("Log in with Firm")
                    .doesNotContain("type=\"password\"");
            HttpResponse<String> answer =
                    browser.send("/log-in", "token", token, "account", "Ada", "password", Firm.PASSWORD);
            assertThat(answer.statusCode()).isEqualTo(422);
            assertThat(isIn(browser)).isFalse();
            logIn(browser, BRUNA);
            assertThat(isIn(browser)).isTrue();
            firm.logIns().set(firm.acts(), "test", Way.PASSWORD, Map.of());
        }
        try (Browser browser = new Browser(server).logIn("Ada")) {
            assertThat(isIn(browser)).isTrue();
        }
    }

    // ---- what it says of itself

    @Test
    void keysAreChangedAndTheProviderMayBeAwayForAWhile() throws Exception {
        try (Browser browser = new Browser(server)) {
            logIn(browser, BRUNA);
            assertThat(isIn(browser)).isTrue();
        }
        provider.key = OpenIdSimulator.key("k2");
        firm.clock.forward(Duration.ofSeconds(31));
        try (Browser browser = new Browser(server)) {
            logIn(browser, BRUNA);
            assertThat(isIn(browser)).as("another key").isTrue();
        }
        int before = provider.discoveries.get();
        try (Browser browser = new Browser(server)) {
            logIn(browser, BRUNA);
        }
        assertThat(provider.discoveries.get()).as("kept for an hour").isEqualTo(before);
        provider.status = 503;
        firm.clock.forward(Duration.ofHours(2));
        try (Browser browser = new Browser(server)) {
            logIn(browser, BRUNA);
            assertThat(isIn(browser)).as("what is known is good for a day").isTrue();
        }
        firm.clock.forward(Duration.ofHours(25));
        try (Browser browser = new Browser(server)) {
            assertThat(browser.get("/log-in/oidc").statusCode()).isEqualTo(503);
        }
    }

    @Test
    void aProviderThatCannotBeTrustedIsNotAsked() throws Exception {
        record Case(String what, Map<String, Object> metadata) {}
        int n = 0;
        for (Case one : List.of(
                new Case("another issuer", Map.of("issuer", "https://login.example")),
                new Case("a token endpoint in the clear", Map.of("token_endpoint", "http://login.example/token")),
                new Case("no address", Map.of("jwks_uri", "file:///etc/passwd")),
                new Case("a user in it", Map.of("token_endpoint", "https://a:b@login.example/")),
                new Case("secrets only", Map.of("id_token_signing_alg_values_supported", List.of("HS256", "none"))),
                new Case("plain PKCE", Map.of("code_challenge_methods_supported", List.of("plain"))))) {
            provider.metadata = one.metadata;
            set(Map.of("name", "Firm " + n++));
            try (Browser browser = new Browser(server)) {
                assertThat(browser.get("/log-in/oidc").statusCode())
                        .as(one.what)
                        .isEqualTo(503);
            }
        }
        for (String body : List.of("", "[]", "{", "\"x\"", "x".repeat(2 << 20))) {
            provider.discovery = Optional.of(body);
            set(Map.of("name", "Firm " + n++));
            try (Browser browser = new Browser(server)) {
                assertThat(browser.get("/log-in/oidc").statusCode()).isEqualTo(503);
            }
        }
    }
}
