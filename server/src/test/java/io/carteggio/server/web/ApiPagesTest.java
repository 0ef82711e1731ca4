package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.entry.PersonRole;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class ApiPagesTest {
    @Test
    void anAdministratorCallsOperations(@TempDir Path directory) throws Exception {
        try (Firm firm = new Firm(directory)) {
            firm.person("Ada", PersonRole.ADMINISTRATOR);
            try (WebServer server = WebServer.start(WebConfig.local(), firm, firm.clock);
                    Browser ada = new Browser(server).logIn("Ada")) {
                String token = ada.token("/account");
                HttpResponse<String> answer = ada.send(
                        "/api/job.list",
                        "token",
                        token,
                        "params",
                        "{\"name\":\"box\",\"by\":\"somebody else\"}",
                        "secrets",
                        "{\"password\":\"p\"}");
                assertThat(answer.statusCode()).isEqualTo(200);
                JsonNode json = JsonMapper.shared().readTree(answer.body());
                assertThat(json.path("exit").asInt(-1)).isZero();
                assertThat(json.path("error").isNull()).isTrue();
                assertThat(json.path("lines").get(0).path("name").stringValue()).isEqualTo("box");
                assertThat(json.path("lines").get(0).path("by").stringValue())
                        .as("who is logged in, whatever she says")
                        .isEqualTo("Ada");
                assertThat(json.path("lines").get(1).path("body").stringValue()).isEqualTo("{\"password\":\"p\"}");
                assertThat(ada.send("/api/raw", "token", token).statusCode())
                        .as("no operation that reads letters")
                        .isEqualTo(404);
                assertThat(ada.send("/api/quarantine.raw", "token", token).statusCode())
                        .as("nor mail in quarantine")
                        .isEqualTo(404);
                assertThat(ada.send("/api/job.list", "token", token, "params", "[1]")
                                .statusCode())
                        .isEqualTo(400);
                assertThat(ada.send("/api/job.list", "token", token, "params", "{")
                                .statusCode())
                        .isEqualTo(400);
                assertThat(ada.send("/api/job.list", "token", "guessed").statusCode())
                        .isEqualTo(403);
            }
        }
    }
}
