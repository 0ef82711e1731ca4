package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.entry.PersonRole;
import java.net.URI;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The ways people go through the pages.
class FlowTest {
    @TempDir
    Path dir;

    private Firm firm;
    private WebServer server;

    @BeforeEach
    void start() throws Exception {
        firm = new Firm(dir);
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        firm.close();
    }

    @Test
    void theFirstStartMakesTheAdministratorAndTheLinkWorksOnce() throws Exception {
        URI link = server.setUpLink().orElseThrow();
        try (Browser browser = new Browser(server)) {
            assertThat(browser.get("/search").headers().firstValue("Location")).contains("/set-up");
            assertThat(browser.get("/set-up").body()).contains("one-time set-up link");
            assertThat(browser.get("/set-up/guessed").statusCode()).isEqualTo(404);
            var refused =
                    browser.fill(link.getPath(), link.getPath(), "name", "Ada", "password", "short", "again", "short");
            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(refused.body()).contains("at least 12 characters");
            var done = browser.fill(
                    link.getPath(), link.getPath(), "name", "Ada", "password", Firm.PASSWORD, "again", Firm.PASSWORD);
            assertThat(done.headers().firstValue("Location")).contains("/books");
            assertThat(browser.get("/books").body())
                    .contains("The books balance")
                    .contains("Ada");
            assertThat(server.setUpLink()).isEmpty();
            assertThat(browser.get(link.getPath()).statusCode()).isEqualTo(404);
        }
    }

    @Test
    void anInvitedPersonSetsHerPasswordAndFindsHerLetter() throws Exception {
        firm.person("Ada", PersonRole.ADMINISTRATOR);
        LetterId id = firm.report(
                Firm.mail("Carla <carla@other.example>", "bruna@example.com", "Il contratto", "Cara Bruna, ecco."),
                "Sender: carla@other.example",
                "To: bruna@example.com",
                "Bcc: dario@example.com");
        firm.indexed();
        String link;
        try (Browser ada = new Browser(server).logIn("Ada")) {
            var added = ada.fill(
                    "/people",
                    "/people",
                    "name",
                    "Bruna Bianchi",
                    "role",
                    "user",
                    "address",
                    "bruna@example.com",
                    "from",
                    "",
                    "to",
                    "");
            String page = added.headers().firstValue("Location").orElseThrow();
            String invited = ada.fill(page, page + "/invitation").body();
            Matcher found =
                    Pattern.compile("value=\"http[^\"]*(/invitation/[^\"]+)\"").matcher(invited);
            assertThat(found.find()).isTrue();
            link = found.group(1);
            assertThat(ada.get(page).body()).doesNotContain("/invitation/" + link);
            assertThat(ada.get("/letters/" + id).statusCode()).isEqualTo(404);
        }
        try (Browser bruna = new Browser(server)) {
            assertThat(bruna.get(link).body()).contains("Welcome, Bruna Bianchi");
            assertThat(bruna.fill(link, link, "password", Firm.PASSWORD, "again", Firm.PASSWORD)
                            .statusCode())
                    .isEqualTo(303);
            assertThat(bruna.get(link).statusCode()).isEqualTo(404);
            assertThat(bruna.get("/search").body()).contains("Il contratto").contains("/letters/" + id);
            String letter = bruna.get("/letters/" + id).body();
            assertThat(letter)
                    .contains("Cara Bruna, ecco.")
                    .contains("bruna@example.com")
                    .doesNotContain("dario");
            assertThat(bruna.get("/log-out").statusCode()).isEqualTo(404);
        }
    }
}
