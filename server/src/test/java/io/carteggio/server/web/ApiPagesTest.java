package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.entry.PersonRole;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// What programs send, and how they are answered. This firm's only operation gives back what it was asked.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiPagesTest {
    private Firm firm;
    private WebServer server;
    private Browser ada;
    private String token;

    @BeforeAll
    void start(@TempDir Path directory) throws Exception {
        firm = new Firm(directory);
        firm.person("Ada", PersonRole.ADMINISTRATOR);
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
        ada = new Browser(server).logIn("Ada");
        token = ada.token("/account");
    }

    @AfterAll
    void stop() throws Exception {
        ada.close();
        server.close();
        firm.close();
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    private JsonNode problem(HttpResponse<String> answer, int status) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(status);
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/problem+json");
        JsonNode problem = json(answer);
        assertThat(problem.path("status").asInt(0)).isEqualTo(status);
        assertThat(problem.path("title").asString("")).isNotBlank();
        return problem;
    }

    @Test
    void anAdministratorCallsOperationsByAForm() throws Exception {
        HttpResponse<String> answer = ada.send("/api/v1/source.set", "token", token, "params", "{\"name\":\"box\"}");
        assertThat(problem(answer, 400).path("exit").asInt(0)).isEqualTo(2);
        JsonNode json = json(ada.send("/api/v1/job.list", "token", token, "params", "{}"));
        assertThat(json.path("exit").asInt(-1)).isZero();
        assertThat(json.path("error").isNull()).isTrue();
        assertThat(json.path("lines").get(0).size()).isZero();
        for (String wrong : List.of("[1]", "{", "1", "\"x\"", "null")) {
            problem(ada.send("/api/v1/job.list", "token", token, "params", wrong), 400);
        }
        problem(ada.send("/api/v1/job.list", "token", "guessed"), 403);
        problem(ada.send("/api/v1/raw", "token", token), 404);
        problem(ada.send("/api/v1/quarantine.raw", "token", token), 404);
        problem(ada.send("/api/job.list", "token", token), 404);
    }

    @Test
    void aScriptSendsJson() throws Exception {
        assertThat(json(ada.json("/api/v1/job.list", token, "{}")).path("lines").size())
                .isEqualTo(2);
        for (String wrong : List.of("[1]", "{", "1", "{}{", "\u0000", "[".repeat(60_000))) {
            problem(ada.json("/api/v1/job.list", token, wrong), 400);
        }
        problem(ada.json("/api/v1/job.list", "guessed", "{}"), 403);
        problem(ada.json("/api/v1/job.list", token, "{\"x\":\"" + "y".repeat(70_000) + "\"}"), 413);
    }

    @Test
    void whatIsNotAskedForIsRefused() throws Exception {
        assertThat(problem(ada.json("/api/v1/job.list", token, "{\"by\":\"somebody else\"}"), 400)
                        .path("detail")
                        .asString(""))
                .contains("job.list takes nothing called by");
        problem(ada.json("/api/v1/job.list", token, "{\"secrets\":{\"password\":\"p\"}}"), 400);
        problem(ada.send("/api/v1/job.list", "token", token, "secrets", "{\"password\":\"p\"}"), 400);
    }

    @Test
    void longAnswersComeInPages() throws Exception {
        JsonNode first = json(ada.json("/api/v1/job.list?limit=1", token, "{}"));
        assertThat(first.path("lines").size()).isEqualTo(1);
        assertThat(first.path("next").asString("")).isEqualTo("1");
        JsonNode second = json(ada.json("/api/v1/job.list?limit=1&cursor=1", token, "{}"));
        assertThat(second.path("lines").get(0).has("body")).isTrue();
        assertThat(second.has("next")).isFalse();
        for (String wrong : List.of("limit=0", "limit=1001", "limit=x", "cursor=-1", "cursor=x", "limit=99999999999")) {
            problem(ada.json("/api/v1/job.list?" + wrong, token, "{}"), 400);
        }
        problem(ada.json("/api/v1/job.start?limit=1", token, "{\"name\":\"x\"}"), 400);
    }
}
