package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.server.AccessMatrix;
import io.carteggio.server.AccessMatrix.Row;
import io.carteggio.server.web.Routes.Method;
import io.carteggio.server.web.Routes.Route;
import io.carteggio.server.web.Routes.Who;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

/// Walks every route and every operation of the API as every role and as nobody: allowed or refused exactly as
/// the table says. A route without a row fails.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class MatrixTest {
    private static final Map<String, String> NAMES =
            Map.of("user", "Dario", "administrator", "Ada", "auditor", "Elena", "officer", "Olga");

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
        firm.person("Elena", PersonRole.AUDITOR);
        firm.person("Olga", PersonRole.DATA_PROTECTION_OFFICER);
        brunas = firm.report(
                Firm.newsletter("news@x.example", "bruna@example.com", "Offers", "<p><img src='cid:logo@x'></p>"),
                "Sender: news@x.example",
                "To: bruna@example.com");
        firm.indexed();
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
        firm.close();
    }

    private HttpResponse<String> ask(Browser browser, Method method, String path, String token) throws Exception {
        String filled = path.replace("{id}", brunas.text())
                .replace("{person}", brunaId)
                .replace("{part}", "0")
                .replaceAll("\\{[a-z]+}", "none");
        return switch (method) {
            case GET -> browser.get(filled);
            case POST -> browser.send(filled, "token", token);
        };
    }

    /// Refused is: sent to the log-in, or 401 where a program asks, or 403. What there is not, and a form that is
    /// wrong, is nobody's secret.
    private static boolean isRefused(HttpResponse<String> answer) {
        return answer.statusCode() == 403
                || answer.statusCode() == 401
                || (answer.statusCode() == 303
                        && answer.headers().firstValue("Location").orElse("").startsWith("/log-in"));
    }

    @Test
    void everyRouteAsEverybody() throws Exception {
        Map<String, Row> table = AccessMatrix.of("route");
        assertThat(server.routes().stream()
                        .map(r -> r.method() + " " + r.path())
                        .collect(Collectors.toSet()))
                .as("rows in access-matrix.tsv")
                .isEqualTo(table.keySet());
        List<String> wrong = new ArrayList<>();
        List<Route> routes = new ArrayList<>(server.routes());
        routes.sort(Comparator.comparing(r -> r.path().equals("/log-out"))); // which ends the walk
        for (String who : AccessMatrix.WHO) {
            try (Browser browser = new Browser(server)) {
                if (!who.equals("nobody")) {
                    browser.logIn(NAMES.getOrDefault(who, ""));
                }
                for (Route route : routes) {
                    String token = browser.token(who.equals("nobody") ? "/log-in" : "/account");
                    HttpResponse<String> answer = ask(browser, route.method(), route.path(), token);
                    Row row = table.get(route.method() + " " + route.path());
                    String cell = row == null ? "no row" : row.cells().getOrDefault(who, "");
                    boolean loggedOut = route.path().equals("/log-out") && !who.equals("nobody");
                    boolean right = switch (cell) {
                        case "yes" ->
                            (!isRefused(answer) || loggedOut || route.who() == Who.ANYBODY)
                                    && answer.statusCode() != 500;
                        case "no" -> isRefused(answer);
                        case "own" -> answer.statusCode() == 404;
                        default -> false;
                    };
                    if (!right) {
                        wrong.add(who + " " + route.method() + " " + route.path() + ": " + cell + ", but "
                                + answer.statusCode());
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
        try (Browser bruna = new Browser(server).logIn("Bruna")) {
            assertThat(bruna.get("/letters/" + brunas).statusCode()).isEqualTo(200);
        }
    }

    @Test
    void everyOperationOverTheApiAsEverybody() throws Exception {
        Map<String, Row> table = AccessMatrix.of("operation");
        assertThat(table.keySet()).containsAll(ApiOperations.names());
        List<String> wrong = new ArrayList<>();
        for (String who : AccessMatrix.WHO) {
            try (Browser browser = new Browser(server)) {
                if (!who.equals("nobody")) {
                    browser.logIn(NAMES.getOrDefault(who, ""));
                }
                String token = browser.token(who.equals("nobody") ? "/log-in" : "/account");
                for (Row row : table.values()) {
                    HttpResponse<String> answer = browser.send("/api/v1/" + row.name(), "token", token);
                    // this firm knows one operation alone: of the others the call is let through, and not understood
                    boolean allowed = Set.of(200, 400).contains(answer.statusCode());
                    boolean refused = Set.of(401, 403, 404).contains(answer.statusCode());
                    String cell = row.cells().getOrDefault(who, "");
                    if (allowed == refused || allowed != cell.equals("yes")) {
                        wrong.add(who + " " + row.name() + ": " + cell + ", but " + answer.statusCode());
                    }
                }
            }
        }
        assertThat(wrong).isEmpty();
    }
}
