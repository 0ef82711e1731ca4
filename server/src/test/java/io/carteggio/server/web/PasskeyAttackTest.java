package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.approval.Asked.State;
import io.carteggio.archive.approval.Gate.Passage;
import io.carteggio.archive.audit.Actor;
import io.carteggio.archive.audit.Trail;
import io.carteggio.archive.audit.Trail.Entry;
import io.carteggio.archive.audit.Trail.Filter;
import io.carteggio.archive.entry.Change;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.role.LogIns.Way;
import io.carteggio.archive.role.Passkeys.Passkey;
import io.carteggio.server.login.SoftKey;
import io.carteggio.server.login.SoftKey.Kind;
import io.carteggio.server.login.WebAuthn.Assertion;
import io.carteggio.server.login.WebAuthn.Creation;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Passkeys on the pages, by an authenticator in software, and what was tried against them. What is believed of
/// a signature by itself: `WebAuthnTest`.
class PasskeyAttackTest {
    private Firm firm;
    private WebServer server;
    private String annaId;
    private String bertId;
    private String origin;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        firm = new Firm(dir);
        firm.person("Ada", PersonRole.ADMINISTRATOR);
        annaId = firm.person("Anna", PersonRole.USER, "anna@example.com");
        bertId = firm.person("Bert", PersonRole.USER, "bert@example.com");
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
        origin = "http://localhost:" + server.port();
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        firm.close();
    }

    // ---- a browser with an authenticator

    private static String text(byte[] octets) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(octets);
    }

    private static JsonNode options(Browser browser, String path) throws Exception {
        HttpResponse<String> answer = browser.get(path);
        assertThat(answer.statusCode()).as(path + answer.body()).isEqualTo(200);
        return JsonMapper.shared().readTree(answer.body());
    }

    private static String challenge(Browser browser, String path) throws Exception {
        return new String(
                Base64.getUrlDecoder()
                        .decode(options(browser, path).path("challenge").stringValue()),
                StandardCharsets.UTF_8);
    }

    private static HttpResponse<String> bring(Browser browser, String name, String challenge, Creation made)
            throws Exception {
        return browser.fill(
                "/account",
                "/account/passkeys",
                "name",
                name,
                "challenge",
                challenge,
                "client-data",
                text(made.clientData().toBytes()),
                "attestation",
                text(made.attestation().toBytes()),
                "transports",
                "internal,<script>");
    }

    private SoftKey made(Browser browser, String name) throws Exception {
        SoftKey key = new SoftKey(Kind.P256, origin);
        String challenge = challenge(browser, "/account/passkeys/options");
        HttpResponse<String> answer = bring(browser, name, challenge, key.create(challenge));
        assertThat(answer.headers().firstValue("Location")).as(answer.body()).contains("/account/passkeys");
        return key;
    }

    private SoftKey annas() throws Exception {
        try (Browser anna = new Browser(server).logIn("Anna")) {
            return made(anna, "blue key");
        }
    }

    private static HttpResponse<String> send(
            Browser browser, String page, String path, String challenge, Assertion assertion, String... more)
            throws Exception {
        List<String> fields = new ArrayList<>(Arrays.asList(more));
        fields.addAll(List.of(
                "challenge",
                challenge,
                "credential",
                text(assertion.credential().toBytes()),
                "client-data",
                text(assertion.clientData().toBytes()),
                "authenticator-data",
                text(assertion.authenticatorData().toBytes()),
                "signature",
                text(assertion.signature().toBytes()),
                "user-handle",
                assertion.userHandle().map(h -> text(h.toBytes())).orElse("")));
        return browser.fill(page, path, fields.toArray(String[]::new));
    }

    private static HttpResponse<String> logIn(Browser browser, SoftKey key, Optional<String> handle, String... more)
            throws Exception {
        String challenge = challenge(browser, "/log-in/passkey");
        return send(browser, "/log-in", "/log-in/passkey", challenge, key.sign(challenge, handle), more);
    }

    private Passkey kept() {
        return firm.passkeys().of(annaId).getFirst();
    }

    private List<Entry> entries(String what) throws Exception {
        return new Trail(firm.catalogue())
                .page(new Filter("", what, "", Optional.empty(), Optional.empty(), ""), Long.MAX_VALUE, 500)
                .entries();
    }

    // ---- what works

    @Test
    void oneIsMadeUsedListedAndRemoved() throws Exception {
        SoftKey key = annas();
        assertThat(kept().name()).isEqualTo("blue key");
        assertThat(kept().made().transports()).as("only words").containsExactly("internal");
        try (Browser browser = new Browser(server)) {
            assertThat(browser.get("/log-in").body())
                    .contains("data-origin=\"" + origin + "\"", "Log in with a passkey");
            HttpResponse<String> in = logIn(browser, key, Optional.of(annaId), "next", "/searches");
            assertThat(in.headers().firstValue("Location")).contains("/searches");
            assertThat(browser.get("/account").body()).contains("anna@example.com");
            assertThat(entries("log-in").getFirst().reason()).contains("passkey blue key");
            assertThat(kept().used()).isPresent();
            assertThat(browser.get("/log-in/passkey").statusCode())
                    .as("who is in needs none")
                    .isEqualTo(404);

            SoftKey second = made(browser, "phone");
            assertThat(browser.get("/account/passkeys").body()).contains("blue key", "phone", "Not used yet");
            String challenge = challenge(browser, "/account/passkeys/options");
            assertThat(bring(browser, "again", challenge, second.create(challenge))
                            .body())
                    .contains("This passkey is known already");
            for (String name : List.of("", " ", "x".repeat(61), "a\u0007b")) {
                challenge = challenge(browser, "/account/passkeys/options");
                assertThat(bring(browser, name, challenge, new SoftKey(Kind.P256, origin).create(challenge))
                                .body())
                        .contains("1 to 60 characters");
            }
            browser.fill("/account", "/account/passkeys/" + kept().id() + "/remove");
            assertThat(browser.get("/account/passkeys").body()).contains("blue key opens nothing any more");
            try (Browser other = new Browser(server)) {
                assertThat(logIn(other, key, Optional.of(annaId)).statusCode())
                        .as("removed")
                        .isEqualTo(422);
                assertThat(logIn(other, second, Optional.of(annaId)).statusCode())
                        .isEqualTo(303);
            }
        }
        for (String what : List.of("passkey-added", "passkey-used", "passkey-removed")) {
            assertThat(entries(what)).as(what).isNotEmpty();
        }
    }

    /// Both factors are in it: no code is asked for besides.
    @Test
    void itCountsAsBothFactorsAndAsOneBesideAPassword() throws Exception {
        SoftKey key = annas();
        firm.keepSecrets(Map.of("second-factor:" + annaId, new byte[20]));
        try (Browser browser = new Browser(server)) {
            assertThat(logIn(browser, key, Optional.of(annaId)).statusCode()).isEqualTo(303);
            assertThat(browser.get("/account").statusCode()).isEqualTo(200);
        }
        try (Browser browser = new Browser(server)) {
            HttpResponse<String> first = browser.fill(
                    "/log-in", "/log-in", "account", "Anna", "password", Firm.PASSWORD, "next", "/searches");
            assertThat(first.statusCode()).isEqualTo(200);
            assertThat(first.body()).contains("one-time-code", "data-passkey=\"use\"");
            String half = first.body().replaceAll("(?s).*name=\"half\" value=\"([^\"]+)\".*", "$1");
            assertThat(browser.get("/account").statusCode()).as("not in yet").isEqualTo(303);
            JsonNode options = options(browser, "/log-in/passkey?half=" + half);
            assertThat(options.path("known")).hasSize(1);
            assertThat(browser.get("/log-in/passkey?half=guessed").statusCode()).isEqualTo(404);

            firm.person("Carla", PersonRole.USER);
            SoftKey carlas;
            try (Browser carla = new Browser(server).logIn("Carla")) {
                carlas = made(carla, "hers");
            }
            assertThat(logIn(browser, carlas, Optional.empty(), "half", half).statusCode())
                    .as("another person's")
                    .isEqualTo(422);
            HttpResponse<String> in = logIn(browser, key, Optional.empty(), "half", half, "next", "/searches");
            assertThat(in.headers().firstValue("Location")).contains("/searches");
            assertThat(entries("log-in").getFirst().reason()).contains("password and passkey");
            try (Browser other = new Browser(server)) {
                assertThat(logIn(other, key, Optional.empty(), "half", half).statusCode())
                        .as("the half is used")
                        .isEqualTo(422);
            }
        }
    }

    @Test
    void aPasswordAloneIsNotEnoughWhereSheSaysSo() throws Exception {
        SoftKey key = annas();
        try (Browser anna = new Browser(server).logIn("Anna")) {
            anna.fill("/account", "/account/passkeys/ask", "ask", "yes");
            assertThat(anna.get("/account/passkeys").body()).contains("Your password alone does not let you in");
        }
        try (Browser browser = new Browser(server)) {
            HttpResponse<String> first =
                    browser.fill("/log-in", "/log-in", "account", "Anna", "password", Firm.PASSWORD);
            assertThat(first.statusCode()).isEqualTo(200);
            assertThat(first.body()).doesNotContain("one-time-code").contains("data-passkey=\"use\"");
            String half = first.body().replaceAll("(?s).*name=\"half\" value=\"([^\"]+)\".*", "$1");
            assertThat(browser.fill("/log-in", "/log-in/code", "half", half, "code", "000000")
                            .statusCode())
                    .as("no code of a second factor that is not on")
                    .isEqualTo(422);
            assertThat(logIn(browser, key, Optional.empty(), "half", half).statusCode())
                    .isEqualTo(303);
            browser.fill("/account", "/account/passkeys/" + kept().id() + "/remove");
        }
        try (Browser anna = new Browser(server).logIn("Anna")) { // the last one is gone
            made(anna, "next");
        }
        try (Browser anna = new Browser(server).logIn("Anna")) { // and the next is not asked for unawares
            assertThat(anna.get("/account").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void whatIsDangerousTakesItOrAPassword() throws Exception {
        SoftKey key = annas();
        try (Browser browser = new Browser(server)) {
            logIn(browser, key, Optional.of(annaId));
            firm.clock.forward(Sessions.FRESH);
            for (String path : List.of("/account/passkeys/ask", "/account/passkeys", "/account/passkeys/x/remove")) {
                assertThat(browser.fill("/account", path).headers().firstValue("Location"))
                        .as(path)
                        .contains("/confirm");
            }
            assertThat(browser.get("/account/passkeys/options").headers().firstValue("Location"))
                    .as("none is made in vain")
                    .contains("/confirm");
            assertThat(browser.get("/account/passkeys").body())
                    .contains("confirm-first")
                    .doesNotContain("make-passkey");
            assertThat(browser.get("/confirm").body()).contains("Confirm with a passkey");
            String forLogIn;
            try (Browser other = new Browser(server)) {
                forLogIn = challenge(other, "/log-in/passkey");
            }
            assertThat(send(browser, "/confirm", "/confirm/passkey", forLogIn, key.sign(forLogIn, Optional.empty()))
                            .statusCode())
                    .as("a challenge for something else")
                    .isEqualTo(422);
            assertThat(browser.get("/account/passkeys/options").statusCode()).isEqualTo(303);
            String challenge = challenge(browser, "/confirm/passkey");
            assertThat(send(browser, "/confirm", "/confirm/passkey", challenge, key.sign(challenge, Optional.empty()))
                            .statusCode())
                    .isEqualTo(303);
            assertThat(browser.get("/account/passkeys/options").statusCode()).isEqualTo(200);
            firm.clock.forward(Sessions.FRESH);
            browser.fill("/confirm", "/confirm", "current", Firm.PASSWORD); // her password is as good
            assertThat(browser.get("/account/passkeys/options").statusCode()).isEqualTo(200);
        }
        try (Browser bert = new Browser(server).logIn("Bert")) {
            made(bert, "his");
            firm.clock.forward(Sessions.FRESH);
            String challenge = challenge(bert, "/confirm/passkey");
            assertThat(send(bert, "/confirm", "/confirm/passkey", challenge, key.sign(challenge, Optional.of(annaId)))
                            .statusCode())
                    .as("hers confirms nothing of his")
                    .isEqualTo(422);
        }
    }

    // ---- what must not work

    @Test
    void aSignatureIsGoodOnceInTheBrowserThatAskedForAWhile() throws Exception {
        SoftKey key = annas();
        Optional<String> handle = Optional.of(annaId);
        try (Browser browser = new Browser(server);
                Browser thief = new Browser(server)) {
            String challenge = challenge(browser, "/log-in/passkey");
            Assertion signed = key.sign(challenge, handle);
            assertThat(send(thief, "/log-in", "/log-in/passkey", challenge, signed)
                            .statusCode())
                    .as("another browser")
                    .isEqualTo(422);
            assertThat(send(browser, "/log-in", "/log-in/passkey", challenge, signed)
                            .statusCode())
                    .as("nobody used it up for her")
                    .isEqualTo(303);
            browser.fill("/account", "/log-out");
            assertThat(send(browser, "/log-in", "/log-in/passkey", challenge, signed)
                            .statusCode())
                    .as("replayed")
                    .isEqualTo(422);
            String old = challenge(browser, "/log-in/passkey");
            firm.clock.forward(PasskeyPages.VALID);
            assertThat(send(browser, "/log-in", "/log-in/passkey", old, key.sign(old, handle))
                            .statusCode())
                    .as("late")
                    .isEqualTo(422);
            String fresh = challenge(browser, "/log-in/passkey");
            for (String forged : List.of(
                    "",
                    "x",
                    "a.b.c",
                    fresh + "x",
                    "." + fresh,
                    fresh.replaceFirst("\\.\\d+\\.", ".99999999999."),
                    "..")) {
                assertThat(send(browser, "/log-in", "/log-in/passkey", forged, key.sign(forged, handle))
                                .statusCode())
                        .as("forged: %s", forged)
                        .isEqualTo(422);
            }
            assertThat(send(browser, "/log-in", "/log-in/passkey", fresh, key.sign(old, handle))
                            .statusCode())
                    .as("signed something else")
                    .isEqualTo(422);
        }
        try (Browser anna = new Browser(server).logIn("Anna")) {
            String making = challenge(anna, "/account/passkeys/options");
            anna.fill("/account", "/log-out");
            assertThat(send(anna, "/log-in", "/log-in/passkey", making, key.sign(making, handle))
                            .statusCode())
                    .as("for making one")
                    .isEqualTo(422);
        }
    }

    @Test
    void nobodyElsesPasskeyAndNoLieOpensAnything() throws Exception {
        SoftKey key = annas();
        record Lie(String name, Optional<String> handle, java.util.function.Consumer<SoftKey> told) {}
        for (Lie lie : List.of(
                new Lie("another person's handle", Optional.of(bertId), k -> {}),
                new Lie("no handle", Optional.empty(), k -> {}),
                new Lie("the wrong origin", Optional.of(annaId), k -> k.origin = "https://evil.example"),
                new Lie(
                        "this machine by its number",
                        Optional.of(annaId),
                        k -> k.origin = server.url().toString()),
                new Lie("the wrong domain", Optional.of(annaId), k -> k.rpId = "evil.example"),
                new Lie("nobody verified", Optional.of(annaId), k -> k.flags = SoftKey.PRESENT))) {
            lie.told.accept(key);
            try (Browser browser = new Browser(server)) {
                assertThat(logIn(browser, key, lie.handle).statusCode())
                        .as(lie.name)
                        .isEqualTo(422);
                assertThat(browser.get("/account").statusCode()).as(lie.name).isEqualTo(303);
            }
            key.origin = origin;
            key.rpId = "localhost";
            key.flags = SoftKey.PRESENT | SoftKey.VERIFIED;
        }
        SoftKey forger = new SoftKey(Kind.P256, origin).impersonating(key);
        SoftKey unknown = new SoftKey(Kind.P256, origin);
        try (Browser browser = new Browser(server)) {
            assertThat(logIn(browser, forger, Optional.of(annaId)).statusCode()).isEqualTo(422);
            HttpResponse<String> nobodys = logIn(browser, unknown, Optional.of(annaId));
            assertThat(nobodys.statusCode()).isEqualTo(422);
            assertThat(nobodys.body()).contains("This passkey lets nobody in here");
            for (String garbage : List.of("", "!!!", "AAAA", "_".repeat(30_000))) {
                String challenge = challenge(browser, "/log-in/passkey");
                assertThat(browser.fill(
                                        "/log-in",
                                        "/log-in/passkey",
                                        "challenge",
                                        challenge,
                                        "credential",
                                        text(key.credential().toBytes()),
                                        "client-data",
                                        garbage,
                                        "authenticator-data",
                                        garbage,
                                        "signature",
                                        "AAAA",
                                        "user-handle",
                                        text(annaId.getBytes(StandardCharsets.UTF_8)))
                                .statusCode())
                        .as(garbage.substring(0, Math.min(9, garbage.length())))
                        .isEqualTo(422);
            }
            assertThat(logIn(browser, key, Optional.of(annaId)).statusCode())
                    .as("and the right one still does")
                    .isEqualTo(303);
        }
        assertThat(entries("log-in failed")).isNotEmpty();
    }

    @Test
    void aCopyOfAKeyIsFoundOut() throws Exception {
        SoftKey key = annas();
        try (Browser browser = new Browser(server);
                Browser thief = new Browser(server)) {
            key.counter = 10;
            assertThat(logIn(browser, key, Optional.of(annaId)).statusCode()).isEqualTo(303);
            for (long behind : List.of(10L, 9L, 0L)) {
                key.counter = behind;
                assertThat(logIn(thief, key, Optional.of(annaId)).statusCode())
                        .as("count %d after 10", behind)
                        .isEqualTo(422);
            }
            assertThat(entries("passkey-refused"))
                    .hasSize(3)
                    .allSatisfy(e -> assertThat(e.object()).contains("Anna", "blue key", "after 10", "copy"));
            assertThat(kept().counter()).isEqualTo(10);
            key.counter = 11;
            assertThat(logIn(thief, key, Optional.of(annaId)).statusCode()).isEqualTo(303);
        }
    }

    @Test
    void whoLeftOrIsAnotherNowOrMayNotLogsInNoMore() throws Exception {
        SoftKey key = annas();
        try (Browser browser = new Browser(server)) {
            firm.logIns().set(firm.acts(), "op", Way.PASSKEY, Map.of("people", "no"));
            assertThat(browser.get("/log-in").body()).doesNotContain("data-passkey");
            assertThat(browser.get("/log-in/passkey").statusCode()).isEqualTo(404);
            firm.logIns().set(firm.acts(), "op", Way.PASSKEY, Map.of());
            var _ = firm.people()
                    .change(firm.acts(), "op", Optional.empty(), (_, now) -> List.of(new Change.Gone(annaId, now)));
            assertThat(logIn(browser, key, Optional.of(annaId)).statusCode())
                    .as("a leaver")
                    .isEqualTo(422);
            var _ = firm.people()
                    .change(firm.acts(), "op", Optional.empty(), (_, _) -> List.of(new Change.Returned(annaId)));
            assertThat(logIn(browser, key, Optional.of(annaId)).statusCode()).isEqualTo(303);
            browser.fill("/account", "/log-out");
            var _ = firm.people()
                    .change(firm.acts(), "op", Optional.empty(), (_, _) -> List.of(new Change.Merged(annaId, bertId)));
            assertThat(logIn(browser, key, Optional.of(annaId)).statusCode())
                    .as("one person with another")
                    .isEqualTo(422);
            assertThat(logIn(browser, key, Optional.of(bertId)).statusCode()).isEqualTo(422);
        }
    }

    /// Nobody makes or removes a passkey for somebody else, nor by a form of another session.
    @Test
    void onesOwnAreOnesOwn() throws Exception {
        annas();
        try (Browser bert = new Browser(server).logIn("Bert");
                Browser anna = new Browser(server).logIn("Anna")) {
            assertThat(bert.fill("/account", "/account/passkeys/" + kept().id() + "/remove")
                            .statusCode())
                    .isEqualTo(404);
            String annas = challenge(anna, "/account/passkeys/options");
            SoftKey planted = new SoftKey(Kind.P256, origin);
            assertThat(bring(bert, "planted", annas, planted.create(annas)).statusCode())
                    .as("a challenge of another session")
                    .isEqualTo(422);
            String berts = challenge(bert, "/account/passkeys/options");
            SoftKey unverified = new SoftKey(Kind.P256, origin);
            unverified.flags = SoftKey.PRESENT;
            assertThat(bring(bert, "no PIN", berts, unverified.create(berts)).statusCode())
                    .isEqualTo(422);
            String again = challenge(bert, "/account/passkeys/options");
            assertThat(bring(bert, "his", again, planted.create(again)).statusCode())
                    .isEqualTo(303);
            assertThat(bring(bert, "twice", again, new SoftKey(Kind.P256, origin).create(again))
                            .statusCode())
                    .as("the same challenge again")
                    .isEqualTo(422);
        }
        assertThat(firm.passkeys().of(annaId)).hasSize(1);
        assertThat(firm.passkeys().of(bertId)).hasSize(1);
    }

    /// The way out for who lost all of them; for who has a role it takes two.
    @Test
    void anAdministratorTakesThemAway() throws Exception {
        SoftKey key = annas();
        try (Browser anna = new Browser(server).logIn("Anna");
                Browser ada = new Browser(server).logIn("Ada")) {
            anna.fill("/account", "/account/passkeys/ask", "ask", "yes");
            made(ada, "adas");
            String olga = firm.person("Olga", PersonRole.DATA_PROTECTION_OFFICER);
            try (Browser browser = new Browser(server).logIn("Olga")) {
                made(browser, "olgas");
            }
            String adaId = firm.people()
                    .directory()
                    .named("Ada", firm.clock.instant())
                    .orElseThrow()
                    .id();
            assertThat(firm.gate().setMode(new Actor("Ada", Optional.of(adaId), Optional.empty()), true, "two"))
                    .isInstanceOf(Passage.Open.class);
            assertThat(ada.get("/people/" + annaId).body()).contains("1 passkey lets this person in");
            assertThat(ada.fill("/people", "/people/" + annaId + "/passkeys/remove")
                            .headers()
                            .firstValue("Location"))
                    .contains("/people/" + annaId);
            assertThat(firm.passkeys().of(annaId)).isEmpty();
            assertThat(ada.fill("/people", "/people/" + annaId + "/passkeys/remove")
                            .statusCode())
                    .isEqualTo(404);
            assertThat(ada.fill("/people", "/people/" + olga + "/passkeys/remove")
                            .headers()
                            .firstValue("Location"))
                    .contains("/approvals");
            assertThat(firm.passkeys().of(olga)).hasSize(1);
            assertThat(firm.gate().approvals().in(State.OPEN, firm.clock.instant()))
                    .hasSize(1);
        }
        try (Browser anna = new Browser(server).logIn("Anna")) {
            assertThat(anna.get("/account").statusCode())
                    .as("a password is enough again")
                    .isEqualTo(200);
        }
        try (Browser browser = new Browser(server)) {
            assertThat(logIn(browser, key, Optional.of(annaId)).statusCode()).isEqualTo(422);
        }
    }

    /// The address is the configured one, whatever a request says it is; where no browser makes any, there
    /// are none.
    @Test
    void theyAreForTheConfiguredAddress() throws Exception {
        for (String url : List.of("https://archive.example.com", "https://192.0.2.7")) {
            WebConfig config = new WebConfig("127.0.0.1", 0, Optional.of(url), ZoneOffset.UTC);
            try (WebServer other = WebServer.start(config, firm, firm.clock);
                    var client = java.net.http.HttpClient.newHttpClient()) {
                var answer = client.send(
                        java.net.http.HttpRequest.newBuilder(
                                        java.net.URI.create("http://127.0.0.1:" + other.port() + "/log-in/passkey"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                if (url.contains("192")) {
                    assertThat(answer.statusCode()).isEqualTo(404);
                } else {
                    assertThat(answer.body()).contains("\"party\":\"archive.example.com\"");
                }
            }
        }
    }
}
