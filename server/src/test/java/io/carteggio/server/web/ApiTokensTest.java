package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.role.ApiTokens.Made;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Programs with a token: what it opens, and what it never opens.
class ApiTokensTest {
    private Firm firm;
    private WebServer server;
    private String adaId;
    private String brunaId;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        firm = new Firm(dir);
        adaId = firm.person("Ada", PersonRole.ADMINISTRATOR);
        brunaId = firm.person("Bruna", PersonRole.USER, "bruna@example.com");
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        firm.close();
    }

    private Made token(String person, String... scopes) throws Exception {
        Instant end = firm.clock.instant().plus(Duration.ofDays(1));
        return firm.tokens().add(firm.acts(), "test", person, "nightly", List.of(scopes), end);
    }

    private int post(String path, String bearer) throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            return client.send(
                            HttpRequest.newBuilder(server.url().resolve(path))
                                    .header("Authorization", "Bearer " + bearer)
                                    .header("Content-Type", "application/x-www-form-urlencoded")
                                    .POST(HttpRequest.BodyPublishers.ofString("params=%7B%7D"))
                                    .build(),
                            HttpResponse.BodyHandlers.ofString())
                    .statusCode();
        }
    }

    @Test
    void itOpensWhatItIsForUntilItEndsOrIsRevoked() throws Exception {
        Made token = token(adaId, "job.*");
        assertThat(post("/api/v1/job.list", token.secret())).isEqualTo(200);
        assertThat(post("/api/v1/source.list", token.secret()))
                .as("not made for it")
                .isEqualTo(403);
        assertThat(post("/api/v1/raw", token.secret())).as("nobody's").isEqualTo(404);
        for (String wrong : List.of(
                "",
                "x",
                token.secret() + "x",
                token.secret().replace(token.token().id(), "AAAAAAAAAAAA"),
                token.secret().substring(0, token.secret().length() - 1) + "_",
                token.token().hash())) {
            assertThat(post("/api/v1/job.list", wrong)).as(wrong).isEqualTo(401);
        }
        firm.tokens().revoke(firm.acts(), "test", token.token().id());
        assertThat(post("/api/v1/job.list", token.secret())).isEqualTo(401);
        Made other = token(adaId, "job.list");
        firm.clock.forward(Duration.ofDays(1));
        assertThat(post("/api/v1/job.list", other.secret())).isEqualTo(401);
    }

    @Test
    void itOpensNoMoreThanItsPersonMayAtThatInstant() throws Exception {
        assertThat(post("/api/v1/job.list", token(brunaId, "job.*").secret())).isEqualTo(403);
        Made token = token(adaId, "job.*", "role.*", "approval.*", "mode.*", "token.*");
        for (ApiOperation operation : ApiOperations.all()) {
            if (operation.inPerson()) {
                assertThat(post("/api/v1/" + operation.name(), token.secret()))
                        .as(operation.name())
                        .isEqualTo(403);
            }
        }
        firm.person("Bea", PersonRole.ADMINISTRATOR);
        firm.roles().withdraw(firm.acts(), "test", adaId, "left");
        assertThat(post("/api/v1/job.list", token.secret())).isEqualTo(403);
    }

    @Test
    void itOpensNoPage() throws Exception {
        Made token = token(adaId, "job.*");
        for (var route : server.routes()) {
            if (route.method() == Routes.Method.POST && !route.path().startsWith("/api/")) {
                assertThat(post(route.path().replaceAll("[{}]", ""), token.secret()))
                        .as(route.path())
                        .isEqualTo(403);
            }
        }
        assertThat(firm.catalogue().administration().toString()).doesNotContain(token.secret());
    }

    @Test
    void whatCannotBeMadeIsRefused() {
        Instant now = firm.clock.instant();
        for (List<String> scopes : List.of(List.<String>of(), List.of("*"), List.of("job.**"), List.of("JOB.list"))) {
            assertThatIllegalArgumentException()
                    .as("%s", scopes)
                    .isThrownBy(() ->
                            firm.tokens().add(firm.acts(), "test", adaId, "x", scopes, now.plus(Duration.ofDays(1))));
        }
        for (Instant end : List.of(now, now.minusSeconds(1), now.plus(Duration.ofDays(400)))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> firm.tokens().add(firm.acts(), "test", adaId, "x", List.of("job.list"), end));
        }
    }

    @Test
    void sessionsAreListedAndEndedByTheirOwnerAndByTheAdministrator() throws Exception {
        try (Browser one = new Browser(server).logIn("Bruna");
                Browser two = new Browser(server).logIn("Bruna");
                Browser ada = new Browser(server).logIn("Ada")) {
            String page = one.get("/account").body();
            assertThat(page.split("/account/sessions/", -1)).hasSize(3);
            List<String> names = java.util.regex.Pattern.compile("/account/sessions/([^/]+)/end")
                    .matcher(page)
                    .results()
                    .map(r -> r.group(1))
                    .toList();
            assertThat(ada.fill("/account", "/account/sessions/" + names.getFirst() + "/end")
                            .statusCode())
                    .as("another's")
                    .isEqualTo(404);
            String own = java.util.regex.Pattern.compile(
                            "this browser.*?/account/sessions/([^/]+)/end", java.util.regex.Pattern.DOTALL)
                    .matcher(page)
                    .results()
                    .map(r -> r.group(1))
                    .findFirst()
                    .orElseThrow();
            List<String> others = names.stream().filter(n -> !n.equals(own)).toList();
            assertThat(others).hasSize(1);
            one.fill("/account", "/account/sessions/" + others.getFirst() + "/end");
            assertThat(two.get("/account").statusCode())
                    .as("the one that was ended")
                    .isEqualTo(303);
            assertThat(one.get("/account").statusCode())
                    .as("the one that ended it")
                    .isEqualTo(200);
            one.fill("/account", "/account/sessions/" + own + "/end");
            assertThat(one.get("/account").statusCode()).isEqualTo(303);
            try (Browser three = new Browser(server).logIn("Bruna")) {
                ada.fill("/people/" + brunaId, "/people/" + brunaId + "/sessions/end");
                assertThat(three.get("/account").statusCode()).isEqualTo(303);
            }
        }
    }

    @Test
    void whatChangesRightsTakesAPasswordGivenAMomentAgo() throws Exception {
        try (Browser ada = new Browser(server).logIn("Ada")) {
            String roles = "/people/" + brunaId + "/roles";
            firm.clock.forward(Sessions.FRESH);
            var answer = ada.fill("/people/" + brunaId, roles, "role", "administrator", "reason", "x");
            assertThat(answer.headers().firstValue("Location")).contains("/confirm");
            assertThat(firm.roles().rolesOf(brunaId, firm.clock.instant())).containsExactly(PersonRole.USER);
            assertThat(ada.send("/api/v1/role.grant", "token", ada.token("/account"), "params", "{}")
                            .statusCode())
                    .isEqualTo(403);
            assertThat(ada.fill("/confirm", "/confirm", "current", "a wrong pass phrase")
                            .statusCode())
                    .isEqualTo(422);
            assertThat(ada.fill("/confirm", "/confirm", "current", Firm.PASSWORD)
                            .statusCode())
                    .isEqualTo(303);
            ada.fill("/people/" + brunaId, roles, "role", "administrator", "reason", "x");
            assertThat(firm.roles().holds(brunaId, PersonRole.ADMINISTRATOR, firm.clock.instant()))
                    .isTrue();
        }
    }
}
