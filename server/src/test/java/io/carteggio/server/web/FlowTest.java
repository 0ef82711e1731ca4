package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.entry.PersonRole;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
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

    /// Browsers say that they want HTML; what is nowhere is a page of ours all the same.
    @Test
    void anAddressThatIsNowhereIsAPage() throws Exception {
        try (HttpClient client = HttpClient.newHttpClient()) {
            HttpResponse<String> answer = client.send(
                    HttpRequest.newBuilder(server.url().resolve("/nowhere/at-all"))
                            .header("Accept", "text/html,application/xhtml+xml")
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            assertThat(answer.statusCode()).isEqualTo(404);
            assertThat(answer.body()).contains("<main").doesNotContain("Endpoint");
        }
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
            assertThat(done.headers().firstValue("Location")).contains("/first-steps");
            assertThat(browser.get("/books").body())
                    .contains("The books balance")
                    .contains("Mail is taken, but this needs you")
                    .contains("the ledger cannot be written")
                    .contains("Refused</th>", "<span class=\"bad\">2</span>", "<span class=\"bad\">3</span>")
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

    @Test
    void whoChoosesALanguageHasItEverywhereUntilAnotherIsChosen() throws Exception {
        firm.person("Ada", PersonRole.ADMINISTRATOR);
        try (Browser ada = new Browser(server).logIn("Ada");
                Browser elsewhere = new Browser(server).logIn("Ada")) {
            assertThat(ada.get("/account").body()).contains("lang=\"en\">", "Your account");
            assertThat(ada.fill("/account", "/account/language", "language", "it")
                            .statusCode())
                    .isEqualTo(303);
            assertThat(elsewhere.get("/account").body()).contains("<html lang=\"it\">", "Il tuo account");
            assertThat(ada.get("/search?q=from:").body()).contains("vuole una parola subito dopo");
            assertThat(ada.fill("/people", "/people", "name", "", "role", "user")
                            .body())
                    .contains("Serve un nome.");
            assertThat(ada.fill("/account", "/account/language", "language", "tlh")
                            .statusCode())
                    .isEqualTo(404);
            assertThat(ada.fill("/account", "/account/language", "language", "").statusCode())
                    .isEqualTo(303);
            assertThat(ada.get("/account").body()).contains("<html lang=\"en\">");
            assertThat(ada.get("/trail?what=preference-set").body()).contains("language: it", "language, as usual");
        }
    }

    @Test
    void aReusedAddressOpensNothingOld() throws Exception {
        firm.person("Ada", PersonRole.ADMINISTRATOR);
        String bruna = firm.person("Bruna", PersonRole.USER);
        firm.person("Dario", PersonRole.USER);
        String dario = firm.people()
                .directory()
                .named("Dario", Firm.START)
                .orElseThrow()
                .id();
        LetterId old = firm.report(
                Firm.mail("x@other.example", "sales@example.com", "Before", "old"),
                "Sender: x@other.example",
                "To: sales@example.com"); // vouched for 20 November 2026
        firm.indexed();
        try (Browser ada = new Browser(server).logIn("Ada")) {
            String[][] refused = {
                {"nonsense", "", "", "is not an e-mail address"},
                {"sales@example.com", "2026-13-01", "", "is not a day"},
                {"sales@example.com", "2026-11-21", "2026-11-20", "lies before its first"},
                {"sales@example.com", "0001-01-01", "", "between 1970 and 2999"},
            };
            String page = "/people/" + bruna;
            for (String[] row : refused) {
                var answer = ada.fill(page, page + "/addresses", "address", row[0], "from", row[1], "to", row[2]);
                assertThat(answer.statusCode()).as(row[3]).isEqualTo(422);
                assertThat(answer.body()).contains(row[3]);
            }
            // Bruna had the address until the 20th, that day included; Dario has it since
            assertThat(ada.fill(
                                    page,
                                    page + "/addresses",
                                    "address",
                                    "sales@example.com",
                                    "from",
                                    "2026-01-01",
                                    "to",
                                    "2026-11-20")
                            .statusCode())
                    .isEqualTo(303);
            assertThat(ada.get(page).body()).contains("1 Jan 2026 – 20 Nov 2026");
            ada.fill(
                    "/people/" + dario,
                    "/people/" + dario + "/addresses",
                    "address",
                    "sales@example.com",
                    "from",
                    "2026-11-21",
                    "to",
                    "");
            assertThat(ada.get("/people").body()).contains("since 21 Nov 2026");
        }
        try (Browser b = new Browser(server).logIn("Bruna");
                Browser d = new Browser(server).logIn("Dario")) {
            assertThat(b.get("/letters/" + old).statusCode()).isEqualTo(200);
            assertThat(b.get("/search").body()).contains("Before");
            assertThat(d.get("/letters/" + old).statusCode()).isEqualTo(404);
            assertThat(d.get("/search").body()).contains("No letters of yours yet");
        }
    }

    @Test
    void resultsComePageByPageEachLetterOnce() throws Exception {
        firm.person("Ada", PersonRole.ADMINISTRATOR);
        firm.person("Bruna", PersonRole.USER, "bruna@example.com");
        int letters = 2 * SearchPages.PAGE + 3;
        for (int i = 0; i < letters; i++) {
            firm.report(
                    Firm.mail("x@other.example", "bruna@example.com", "Number " + i, "text " + i),
                    "Sender: x@other.example",
                    "To: bruna@example.com");
        }
        firm.indexed();
        Set<String> seen = new HashSet<>();
        int pages = 0;
        try (Browser bruna = new Browser(server).logIn("Bruna")) {
            String next = "/search?q=number";
            while (!next.isEmpty()) {
                String body = bruna.get(next).body();
                assertThat(body).contains(letters + " letters match");
                Matcher row = Pattern.compile("href=\"/letters/([a-z2-7]{32})").matcher(body);
                while (row.find()) {
                    assertThat(seen.add(row.group(1))).isTrue();
                }
                Matcher link =
                        Pattern.compile("href=\"([^\"]+)\">Older letters").matcher(body);
                next = link.find() ? link.group(1).replace("&amp;", "&") : "";
                pages++;
            }
        }
        assertThat(seen).hasSize(letters);
        assertThat(pages).isEqualTo(3);
    }

    @Test
    void hostileNamesAreOnlyNames() throws Exception {
        String hostile = "<script>alert(1)</script>\"' onload=x";
        firm.person("Ada", PersonRole.ADMINISTRATOR);
        firm.person(hostile, PersonRole.USER, "\"<b>x</b>\"@example.com");
        LetterId id = firm.report(
                String.join(
                        "\r\n",
                        "From: \"<img src=x onerror=alert(1)>\" <a@x.example>",
                        "To: \"<b>x</b>\"@example.com",
                        "Subject: </title><script>alert(1)</script>",
                        "X-Evil: <svg onload=alert(1)>",
                        "",
                        "</div><script>alert(1)</script> https://x.example/\"onmouseover=alert(1)"),
                "Sender: a@x.example",
                "To: \"<b>x</b>\"@example.com");
        firm.take("no report <script>alert(1)</script>".getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        firm.indexed();
        try (Browser ada = new Browser(server).logIn("Ada");
                Browser user = new Browser(server).logIn(hostile)) {
            for (String page : List.of(
                    ada.get("/people").body(),
                    ada.get("/books").body(),
                    ada.get("/quarantine").body(),
                    user.get("/account").body(),
                    user.get("/search").body(),
                    user.get("/search?q=%22%3E%3Cscript%3E").body(),
                    user.get("/letters/" + id).body())) {
                assertThat(Browser.withoutOurScript(page))
                        .doesNotContain("<script", "<svg onload", "<img src=x", "<b>x</b>")
                        .doesNotContainPattern("<[^>]*\\son(load|error|mouseover)=");
            }
        }
    }
}
