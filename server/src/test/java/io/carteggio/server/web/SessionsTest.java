package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.entry.PersonRole;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Log-in, log-out, and what ends a session.
class SessionsTest {
    @TempDir
    Path dir;

    private Firm firm;
    private WebServer server;

    @BeforeEach
    void start() throws Exception {
        firm = new Firm(dir);
        firm.person("Ada", PersonRole.ADMINISTRATOR);
        firm.person("Bruna", PersonRole.USER, "bruna@example.com");
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        firm.close();
    }

    @Test
    void thereIsALogInByNameAndByAddress() throws Exception {
        for (String account : new String[] {"Bruna", "bruna", "BRUNA@example.com"}) {
            try (Browser browser = new Browser(server).logIn(account)) {
                assertThat(browser.get("/account").body()).contains("bruna@example.com");
            }
        }
    }

    @Test
    void theCookieIsClosedToScriptsAndNewAtEachLogIn() throws Exception {
        try (Browser browser = new Browser(server)) {
            HttpResponse<String> answer =
                    browser.fill("/log-in", "/log-in", "account", "Bruna", "password", Firm.PASSWORD);
            assertThat(answer.headers().allValues("Set-Cookie"))
                    .anySatisfy(c ->
                            assertThat(c).startsWith("carteggio=").contains("HttpOnly", "SameSite=Strict", "Path=/"));
            String first = browser.cookie("carteggio");
            browser.send("/log-in", "token", browser.token("/account"), "account", "Bruna", "password", Firm.PASSWORD);
            assertThat(browser.cookie("carteggio")).isNotEmpty().isNotEqualTo(first);
        }
    }

    @Test
    void behindTlsTheCookieIsForTlsOnly() throws Exception {
        WebConfig tls = new WebConfig(
                "127.0.0.1", 0, java.util.Optional.of("https://archive.example"), java.time.ZoneOffset.UTC);
        try (WebServer secure = WebServer.start(tls, firm, firm.clock);
                var client = java.net.http.HttpClient.newHttpClient()) {
            var answer = client.send(
                    java.net.http.HttpRequest.newBuilder(
                                    java.net.URI.create("http://127.0.0.1:" + secure.port() + "/log-in"))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.headers().firstValue("Set-Cookie").orElseThrow())
                    .startsWith("__Host-carteggio-form=")
                    .contains("; Secure");
            assertThat(answer.headers().firstValue("Strict-Transport-Security")).isPresent();
            assertThat(secure.url()).hasToString("https://archive.example/");
        }
    }

    @Test
    void aSessionEndsByLogOutByIdlenessAndByAge() throws Exception {
        try (Browser browser = new Browser(server)) {
            browser.logIn("Bruna");
            String stolen = browser.cookie("carteggio");
            browser.fill("/account", "/log-out");
            assertThat(browser.get("/search").statusCode()).isEqualTo(303);
            assertThat(stolen).isNotEmpty();

            browser.logIn("Bruna");
            firm.clock.forward(Sessions.IDLE.minusSeconds(1));
            assertThat(browser.get("/search").statusCode()).isEqualTo(200);
            firm.clock.forward(Sessions.IDLE);
            assertThat(browser.get("/search").headers().firstValue("Location")).contains("/log-in?next=%2Fsearch");

            browser.logIn("Bruna");
            for (Duration age = Duration.ZERO; age.compareTo(Sessions.LONGEST) < 0; age = age.plusMinutes(20)) {
                assertThat(browser.get("/search").statusCode())
                        .as(age.toString())
                        .isEqualTo(200);
                firm.clock.forward(Duration.ofMinutes(20));
            }
            assertThat(browser.get("/search").statusCode()).isEqualTo(303);
        }
    }

    @Test
    void afterTheLogInOneIsWhereOneWantedToBeButNeverElsewhere() throws Exception {
        String[][] table = {
            {"/search?q=from%3Aanna", "/search?q=from%3Aanna"},
            {"https://evil.example/", "/"},
            {"//evil.example/", "/"},
            {"/\\evil.example", "/"},
            {"/search\r\nSet-Cookie: x=y", "/"},
            {"", "/"},
        };
        for (String[] row : table) {
            try (Browser browser = new Browser(server)) {
                var answer = browser.fill(
                        "/log-in", "/log-in", "account", "Bruna", "password", Firm.PASSWORD, "next", row[0]);
                assertThat(answer.headers().firstValue("Location")).as(row[0]).contains(row[1]);
            }
        }
    }

    @Test
    void wrongPasswordsAndUnknownPeopleAreAnsweredAlikeAndBraked() throws Exception {
        for (String account : new String[] {"Bruna", "Nobody"}) {
            try (Browser browser = new Browser(server)) {
                for (int i = 0; i < Brake.FREE_TRIES; i++) {
                    var answer =
                            browser.fill("/log-in", "/log-in", "account", account, "password", "wrong password " + i);
                    assertThat(answer.statusCode()).isEqualTo(422);
                    assertThat(answer.body()).contains("This name and password do not go together.");
                }
                var braked = browser.fill("/log-in", "/log-in", "account", account, "password", Firm.PASSWORD);
                assertThat(braked.statusCode()).isEqualTo(429);
                assertThat(braked.headers().firstValue("Retry-After")).isPresent();
            }
        }
        try (Browser ada = new Browser(server).logIn("Ada")) { // others are not shut out
            assertThat(ada.get("/books").statusCode()).isEqualTo(200);
        }
        firm.clock.forward(Brake.LONGEST);
        try (Browser bruna = new Browser(server).logIn("Bruna")) { // nor is she, for long
            assertThat(bruna.get("/search").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void anotherPasswordEndsTheOtherSessions() throws Exception {
        try (Browser one = new Browser(server).logIn("Bruna");
                Browser two = new Browser(server).logIn("Bruna")) {
            String other = "quite another sentence";
            assertThat(one.fill(
                                    "/account",
                                    "/account",
                                    "current",
                                    "wrong wrong wrong",
                                    "password",
                                    other,
                                    "again",
                                    other)
                            .statusCode())
                    .isEqualTo(422);
            assertThat(one.fill("/account", "/account", "current", Firm.PASSWORD, "password", other, "again", other)
                            .statusCode())
                    .isEqualTo(303);
            assertThat(one.get("/account").body()).contains("Your password is changed");
            assertThat(two.get("/account").statusCode()).isEqualTo(303);
        }
    }

    @Test
    void aFormThatIsTooLargeIsRefused() throws Exception {
        try (Browser browser = new Browser(server)) {
            var answer = browser.send("/log-in", "account", "x".repeat(2 * WebServer.FORM_LIMIT_BYTES));
            assertThat(answer.statusCode()).isEqualTo(413);
            assertThat(answer.body()).contains("This form is too large");
        }
        try (var client = java.net.http.HttpClient.newHttpClient()) {
            var endless = client.send(
                    java.net.http.HttpRequest.newBuilder(server.url().resolve("/log-in"))
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .POST(java.net.http.HttpRequest.BodyPublishers.ofInputStream(
                                    () -> new java.io.ByteArrayInputStream(new byte[100_000])))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(endless.statusCode()).isEqualTo(411);
        }
    }

    @Test
    void aFormFromAnotherSiteIsRefusedWhateverItCarries() throws Exception {
        try (Browser browser = new Browser(server);
                var client = java.net.http.HttpClient.newHttpClient()) {
            String token = browser.token("/log-in");
            var answer = client.send(
                    java.net.http.HttpRequest.newBuilder(server.url().resolve("/log-in"))
                            .header("Content-Type", "application/x-www-form-urlencoded")
                            .header("Cookie", "carteggio-form=" + browser.cookie("carteggio-form"))
                            .header("Sec-Fetch-Site", "cross-site")
                            .POST(java.net.http.HttpRequest.BodyPublishers.ofString("account=Ada&token=" + token))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(403);
        }
    }

    @Test
    void aCookieThatNobodyGaveOutIsNoSession() throws Exception {
        try (var client = java.net.http.HttpClient.newHttpClient()) {
            for (String cookie : new String[] {"carteggio=x", "carteggio=", "carteggio=" + "y".repeat(5_000)}) {
                var answer = client.send(
                        java.net.http.HttpRequest.newBuilder(server.url().resolve("/search"))
                                .header("Cookie", cookie)
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
                assertThat(answer.statusCode()).isEqualTo(303);
            }
        }
    }
}
