package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.server.web.Routes.Method;
import io.carteggio.server.web.Routes.Route;
import io.carteggio.server.web.Routes.Who;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Walks the whole table of routes as everybody who might come along. A route that is added is
/// walked too.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RoutesTest {
    private static final List<String> HEADERS = List.of(
            "Content-Security-Policy",
            "X-Content-Type-Options",
            "Referrer-Policy",
            "Cross-Origin-Opener-Policy",
            "Cross-Origin-Resource-Policy",
            "X-Frame-Options",
            "Cache-Control");

    private Firm firm;
    private WebServer server;
    private LetterId brunas;
    private String brunaId;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        firm = new Firm(dir);
        firm.person("Ada", PersonRole.ADMINISTRATOR);
        brunaId = firm.person("Bruna", PersonRole.USER, "bruna@example.com");
        firm.person("Dario", PersonRole.USER, "dario@example.com");
        firm.person("Elena", PersonRole.AUDITOR, "elena@example.com");
        firm.person("Olga", PersonRole.DATA_PROTECTION_OFFICER, "olga@example.com");
        brunas = firm.report(
                Firm.newsletter(
                        "news@moebel.example", "bruna@example.com", "Offers", "<p>Hello <img src='cid:logo@x'></p>"),
                "Sender: news@moebel.example",
                "To: bruna@example.com");
        firm.indexed();
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
        firm.close();
    }

    private String path(Route route) {
        return route.path()
                .replace("{job}", "no-such-job")
                .replace("{act}", "start")
                .replace("{system}", "postfix")
                .replace("{step}", "no-such-step")
                .replace("{subject}", "no-such-subject")
                .replace("{domain}", "nosuch.example")
                .replace("{protocol}", "ldap")
                .replace("{sync}", "no-such-sync")
                .replace("{source}", "journal")
                .replace("{id}", brunas.text())
                .replace("{person}", brunaId)
                .replace("{part}", "0")
                .replace("{grant}", "no-such-grant")
                .replace("{request}", "no-such-request")
                .replace("{session}", "no-such-session")
                .replace("{passkey}", "no-such-passkey")
                .replace("{search}", "no-such-search")
                .replace("{arrival}", "7")
                .replace("{pass}", "a.b")
                .replace("{token}", "guessed")
                .replace("{operation}", "job.list")
                .replace("{sum}", "000000000000")
                .replace("{name}", "carteggio.css");
    }

    private HttpResponse<String> ask(Browser browser, Route route, String token) throws Exception {
        return switch (route.method()) {
            case GET -> browser.get(path(route));
            case POST -> browser.send(path(route), "token", token);
        };
    }

    private static boolean ofALetter(Route route) {
        return route.path().startsWith("/letters/") || route.path().startsWith("/api/v1/letters/");
    }

    @Test
    void nobodyIsSentToTheLogIn() throws Exception {
        try (Browser nobody = new Browser(server)) {
            String token = nobody.token("/log-in");
            for (Route route : server.routes()) {
                HttpResponse<String> answer = ask(nobody, route, token);
                String location = answer.headers().firstValue("Location").orElse("");
                switch (route.who()) {
                    case ANYBODY, VISITOR ->
                        assertThat(answer.statusCode())
                                .as(route.path())
                                .isNotEqualTo(500)
                                .isNotEqualTo(403);
                    case PERSON, AUDITOR, ADMINISTRATOR, OVERSEER -> {
                        boolean api = route.path().startsWith("/api/");
                        assertThat(answer.statusCode()).as(route.path()).isEqualTo(api ? 401 : 303);
                        assertThat(location).as(route.path()).startsWith(api ? "" : "/log-in");
                        assertThat(answer.body()).as(route.path()).doesNotContain("Offers");
                    }
                }
            }
        }
    }

    @Test
    void aPersonGetsWhatHerRoleIncludesAndNobodyElsesLetters() throws Exception {
        record Visitor(String name, PersonRole role, boolean owns) {}
        for (Visitor visitor : List.of(
                new Visitor("Bruna", PersonRole.USER, true),
                new Visitor("Dario", PersonRole.USER, false),
                new Visitor("Ada", PersonRole.ADMINISTRATOR, false),
                new Visitor("Elena", PersonRole.AUDITOR, false),
                new Visitor("Olga", PersonRole.DATA_PROTECTION_OFFICER, false))) {
            try (Browser browser = new Browser(server).logIn(visitor.name)) {
                for (Route route : server.routes()) {
                    String as = visitor.name + " " + route.method() + " " + route.path();
                    if (route.path().equals("/log-out")) {
                        continue; // ends the walk; FlowTest has it
                    }
                    HttpResponse<String> answer = ask(browser, route, browser.token("/account"));
                    boolean allowed = switch (route.who()) {
                        case ANYBODY, VISITOR, PERSON -> true;
                        case AUDITOR -> visitor.role == PersonRole.AUDITOR;
                        case ADMINISTRATOR -> visitor.role == PersonRole.ADMINISTRATOR;
                        case OVERSEER ->
                            visitor.role == PersonRole.ADMINISTRATOR
                                    || visitor.role == PersonRole.DATA_PROTECTION_OFFICER;
                    };
                    if (!allowed) {
                        assertThat(answer.statusCode()).as(as).isEqualTo(403);
                    } else if (ofALetter(route) && !visitor.owns) {
                        assertThat(answer.statusCode()).as(as).isEqualTo(404);
                        assertThat(answer.body()).as(as).doesNotContain("Offers");
                    } else {
                        assertThat(answer.statusCode()).as(as).isIn(200, 303, 400, 404, 422);
                    }
                }
            }
        }
    }

    @Test
    void aLetterOfOthersLooksExactlyLikeNone() throws Exception {
        String none = "a".repeat(32);
        for (String name : List.of("Dario", "Ada", "Elena")) {
            try (Browser browser = new Browser(server).logIn(name)) {
                for (Route route : server.routes()) {
                    if (!ofALetter(route)) {
                        continue;
                    }
                    HttpResponse<String> others = browser.get(path(route));
                    HttpResponse<String> missing = browser.get(path(route).replace(brunas.text(), none));
                    assertThat(others.statusCode()).as(route.path()).isEqualTo(404);
                    assertThat(missing.statusCode()).as(route.path()).isEqualTo(404);
                    assertThat(others.body()).as(route.path()).isEqualTo(missing.body());
                    assertThat(names(others)).as(route.path()).isEqualTo(names(missing));
                }
            }
        }
    }

    private static List<String> names(HttpResponse<String> answer) {
        return new ArrayList<>(answer.headers().map().keySet());
    }

    @Test
    void everyFormNeedsItsOwnToken() throws Exception {
        try (Browser ada = new Browser(server).logIn("Ada");
                Browser elena = new Browser(server).logIn("Elena");
                Browser nobody = new Browser(server)) {
            String strangers = elena.token("/account");
            for (Route route : server.routes()) {
                if (route.method() != Method.POST || route.who() == Who.AUDITOR) {
                    continue;
                }
                for (String token : List.of("", "x", strangers)) {
                    assertThat(ask(ada, route, token).statusCode())
                            .as(route.path())
                            .isEqualTo(403);
                }
                if (route.who() == Who.ANYBODY || route.who() == Who.VISITOR) {
                    assertThat(ask(nobody, route, "").statusCode())
                            .as(route.path())
                            .isEqualTo(403);
                }
            }
            assertThat(elena.send("/reason", "reason", "a good reason").statusCode())
                    .isEqualTo(403);
            assertThat(elena.get("/search").body()).doesNotContain("You are reading across");
            assertThat(ada.get("/people").body()).contains("Bruna");
        }
    }

    @Test
    void everyAnswerCarriesTheHeaders() throws Exception {
        try (Browser bruna = new Browser(server).logIn("Bruna");
                Browser nobody = new Browser(server)) {
            List<HttpResponse<String>> answers = new ArrayList<>();
            for (Route route : server.routes()) {
                if (route.method() == Method.GET) {
                    answers.add(bruna.get(path(route)));
                    answers.add(nobody.get(path(route)));
                }
            }
            answers.add(nobody.get("/no/such/page"));
            answers.add(nobody.get("/favicon.ico"));
            answers.add(bruna.send("/log-in", "token", "wrong"));
            for (HttpResponse<String> answer : answers) {
                for (String name : HEADERS) {
                    assertThat(answer.headers().allValues(name))
                            .as(answer.uri() + " " + name)
                            .hasSize(1);
                }
                String policy =
                        answer.headers().firstValue("Content-Security-Policy").orElseThrow();
                assertThat(policy)
                        .as(answer.uri().toString())
                        .contains("default-src 'none'")
                        .contains("base-uri 'none'")
                        .contains("frame-ancestors")
                        .doesNotContain("unsafe-eval");
                boolean frame = answer.uri().getPath().matches(".*/(html|print)") && answer.statusCode() == 200;
                boolean download = policy.startsWith("sandbox;") || policy.contains("object-src 'self'"); // a PDF
                assertThat(policy.contains("script-src"))
                        .as("mail runs nothing: %s", answer.uri())
                        .isEqualTo(!frame && !download);
                assertThat(policy).contains(frame || download ? "" : "script-src 'self';");
                assertThat(policy.contains("'unsafe-inline'"))
                        .as(answer.uri().toString())
                        .isEqualTo(frame);
                assertThat(answer.headers().firstValue("Cache-Control"))
                        .as(answer.uri().toString())
                        .contains("no-store");
                assertThat(answer.headers().firstValue("X-Content-Type-Options"))
                        .contains("nosniff");
                assertThat(answer.headers().firstValue("Server")).isEmpty();
                assertThat(answer.body()).as(answer.uri().toString()).doesNotContain("\tat ", "Exception");
            }
        }
    }

    @Test
    void pagesHaveNoScriptButOursNoInlineStylesAndALanguage() throws Exception {
        try (Browser bruna = new Browser(server).logIn("Bruna")) {
            for (String path : List.of("/search", "/letters/" + brunas, "/account", "/nothing")) {
                String page = bruna.get(path).body();
                assertThat(page).as(path).contains("/carteggio.js\" defer></script>");
                assertThat(Browser.withoutOurScript(page))
                        .as(path)
                        .contains("<html lang=\"en\">", "href=\"#main\"", "<main id=\"main\"", "<h1")
                        .doesNotContain("<script", "style=\"", "onclick", "javascript:");
            }
        }
    }
}
