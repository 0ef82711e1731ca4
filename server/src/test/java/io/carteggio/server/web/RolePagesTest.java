package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.role.Grant;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Roles as they are given and withdrawn on the pages, and what they open that very instant.
class RolePagesTest {
    private Firm firm;
    private WebServer server;
    private String carlaId;
    private LetterId brunas;
    private LetterId darios;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        firm = new Firm(dir);
        firm.person("Ada", PersonRole.ADMINISTRATOR);
        firm.person("Bruna", PersonRole.USER, "bruna@example.com");
        carlaId = firm.person("Carla", PersonRole.USER, "carla@example.com");
        firm.person("Dario", PersonRole.USER, "dario@example.com");
        brunas = letter("bruna@example.com", "For Bruna");
        darios = letter("dario@example.com", "For Dario");
        firm.indexed();
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
    }

    private LetterId letter(String to, String subject) throws Exception {
        return firm.report(
                Firm.mail("anna@out.example", to, subject, "plain words"),
                "Sender: anna@out.example",
                "To: " + to,
                "Bcc: blind@out.example");
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        firm.close();
    }

    private void give(Browser ada, String... fields) throws Exception {
        var answer = ada.fill("/people/" + carlaId, "/people/" + carlaId + "/roles", fields);
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(303);
    }

    @Test
    void anAuditorReadsWhatHerGrantOpensUntilItEndsOrIsWithdrawn() throws Exception {
        try (Browser ada = new Browser(server).logIn("Ada");
                Browser carla = new Browser(server).logIn("Carla")) {
            assertThat(carla.get("/reason").statusCode()).isEqualTo(403);
            give(ada, "role", "auditor", "until", "2026-11-21", "whose", "Bruna", "reason", "case 7");
            assertThat(carla.get("/reason").body()).contains("letters of Bruna").contains("21 Nov 2026");
            assertThat(carla.get("/letters/" + brunas).statusCode())
                    .as("no reason stated yet")
                    .isEqualTo(404);
            carla.fill("/reason", "/reason", "reason", "the case at hand");
            assertThat(carla.get("/search").body()).contains("For Bruna").doesNotContain("For Dario");
            assertThat(carla.get("/letters/" + brunas).body()).contains("blind@out.example");
            assertThat(carla.get("/letters/" + darios).statusCode()).isEqualTo(404);

            give(ada, "role", "auditor", "until", "2026-11-22", "to", "2026-11-19", "reason", "case 8");
            assertThat(carla.get("/search").body())
                    .as("everyone's, of earlier days")
                    .doesNotContain("For Dario");
            give(ada, "role", "auditor", "until", "2026-11-22", "from", "2026-11-20", "reason", "case 8");
            assertThat(carla.get("/search").body()).contains("For Bruna", "For Dario");
            for (Grant grant : firm.roles().inForce(firm.clock.instant())) {
                if (grant.person().equals(carlaId)) {
                    ada.fill(
                            "/people/" + carlaId,
                            "/people/" + carlaId + "/roles/" + grant.id() + "/withdraw",
                            "reason",
                            "closed");
                }
            }
            assertThat(carla.get("/letters/" + brunas).statusCode()).isEqualTo(404);
            assertThat(carla.get("/reason").statusCode()).isEqualTo(403);
        }
    }

    @Test
    void aGrantEndsByItself() throws Exception {
        try (Browser ada = new Browser(server).logIn("Ada")) {
            give(ada, "role", "auditor", "until", "2026-11-20", "reason", "case 7");
            firm.clock.forward(Duration.ofHours(14));
            try (Browser carla = new Browser(server).logIn("Carla")) {
                assertThat(carla.get("/reason").statusCode()).isEqualTo(200);
                carla.fill("/reason", "/reason", "reason", "the case at hand");
                assertThat(carla.get("/letters/" + darios).statusCode()).isEqualTo(200);
                firm.clock.forward(Duration.ofHours(1));
                try (Browser again = new Browser(server).logIn("Carla")) {
                    assertThat(again.get("/reason").statusCode()).isEqualTo(403);
                }
            }
        }
    }

    @Test
    void whatCannotBeGivenIsRefusedWithAReason() throws Exception {
        record Refused(List<String> fields, String why) {}
        try (Browser ada = new Browser(server).logIn("Ada")) {
            for (Refused r : List.of(
                    new Refused(List.of("role", "auditor", "reason", "x"), "has an end"),
                    new Refused(List.of("role", "auditor", "until", "2020-01-01", "reason", "x"), "cannot end before"),
                    new Refused(List.of("role", "auditor", "until", "2027-01-01", "reason", " "), "for a reason"),
                    new Refused(
                            List.of("role", "auditor", "until", "2027-01-01", "whose", "Nobody", "reason", "x"),
                            "Nobody, or more than one"),
                    new Refused(
                            List.of(
                                    "role",
                                    "auditor",
                                    "until",
                                    "2027-01-01",
                                    "from",
                                    "2026-02-01",
                                    "to",
                                    "2026-01-01",
                                    "reason",
                                    "x"),
                            "is never"),
                    new Refused(List.of("role", "user", "reason", "x"), "Everybody is a user"),
                    new Refused(List.of("role", "emperor", "reason", "x"), "Choose a role"))) {
                var answer = ada.fill(
                        "/people/" + carlaId, "/people/" + carlaId + "/roles", r.fields.toArray(String[]::new));
                assertThat(answer.statusCode()).as(r.why).isEqualTo(422);
                assertThat(answer.body()).contains(r.why);
            }
            assertThat(firm.roles().rolesOf(carlaId, firm.clock.instant())).containsExactly(PersonRole.USER);
        }
    }

    @Test
    void theLastAdministratorStays() throws Exception {
        String adaId = firm.people()
                .directory()
                .named("Ada", firm.clock.instant())
                .orElseThrow()
                .id();
        try (Browser ada = new Browser(server).logIn("Ada")) {
            String withdraw = "/people/" + adaId + "/roles/" + adaId + "/withdraw";
            assertThat(ada.fill("/people/" + adaId, withdraw, "reason", "enough")
                            .body())
                    .contains("give the role to another first");
            give(ada, "role", "administrator", "reason", "takes over");
            assertThat(ada.fill("/people/" + adaId, withdraw, "reason", "enough")
                            .statusCode())
                    .isEqualTo(303);
            assertThat(ada.get("/people").statusCode()).isEqualTo(403);
            assertThat(ada.get("/set-up").statusCode()).isEqualTo(303);
        }
    }

    @Test
    void aDataProtectionOfficerSeesTheTrailAndNoBooks() throws Exception {
        try (Browser ada = new Browser(server).logIn("Ada");
                Browser carla = new Browser(server).logIn("Carla")) {
            give(ada, "role", "data-protection-officer", "reason", "appointed");
            assertThat(carla.get("/trail").statusCode()).isEqualTo(200);
            for (String path : List.of("/books", "/people", "/quarantine", "/reason")) {
                assertThat(carla.get(path).statusCode()).as(path).isEqualTo(403);
            }
        }
    }
}
