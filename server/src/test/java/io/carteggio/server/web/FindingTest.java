package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.entry.PersonRole;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/// Order, conversations, what stands around the words, and saved searches: on the pages and as JSON.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FindingTest {
    private Firm firm;
    private WebServer server;
    private LetterId offer;
    private LetterId answer;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        firm = new Firm(dir);
        firm.person("Ada", PersonRole.ADMINISTRATOR);
        firm.person("Bruna", PersonRole.USER, "bruna@example.com");
        firm.person("Dario", PersonRole.USER, "dario@example.com");
        offer = firm.report(
                "Message-ID: <offer@x>\r\n"
                        + Firm.mail("carla@other.example", "bruna@example.com", "The turbine", "turbine, turbine"),
                "Sender: carla@other.example",
                "To: bruna@example.com");
        answer = firm.report(
                "Message-ID: <answer@x>\r\nReferences: <offer@x>\r\n"
                        + Firm.mail(
                                "bruna@example.com",
                                "carla@other.example",
                                "Re: Something",
                                "word ".repeat(100) + "the <b>turbine</b> is deep in here " + "word ".repeat(50)),
                "Sender: bruna@example.com",
                "To: carla@other.example");
        firm.report(
                "Message-ID: <other@x>\r\nReferences: <offer@x>\r\n"
                        + Firm.mail("carla@other.example", "dario@example.com", "Re: The turbine", "turbine"),
                "Sender: carla@other.example",
                "To: dario@example.com");
        firm.indexed();
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
    }

    @AfterAll
    void stop() throws Exception {
        server.close();
        firm.close();
    }

    private static JsonNode json(HttpResponse<String> answer) {
        return JsonMapper.shared().readTree(answer.body());
    }

    private static void inOrder(String body, String first, String second) {
        assertThat(body).contains(first, second);
        assertThat(body.indexOf(first)).isLessThan(body.indexOf(second));
    }

    @Test
    void lettersComeByRelevanceWhereThatIsAsked() throws Exception {
        try (Browser bruna = new Browser(server).logIn("Bruna")) {
            inOrder(bruna.get("/search?q=turbine").body(), "/letters/" + answer, "/letters/" + offer);
            String best = bruna.get("/search?q=turbine&sort=relevance").body();
            inOrder(best, "/letters/" + offer, "/letters/" + answer);
            assertThat(best)
                    .contains("most relevant first", "<input type=\"hidden\" name=\"sort\" value=\"relevance\">")
                    .contains("<strong aria-current=\"true\">By relevance</strong>");
            for (String wrong : new String[] {"x", "best.1.2", "best.1.2.3.99999"}) {
                assertThat(bruna.get("/search?q=turbine&before=" + wrong).statusCode())
                        .as(wrong)
                        .isEqualTo(303);
            }
            assertThat(bruna.get("/search?q=turbine&before=best.9.9.9.9").statusCode())
                    .as("another order")
                    .isEqualTo(303);
        }
    }

    @Test
    void aConversationIsOneRowAndAListOnTheLettersPage() throws Exception {
        try (Browser bruna = new Browser(server).logIn("Bruna");
                Browser dario = new Browser(server).logIn("Dario")) {
            String page = bruna.get("/search?q=turbine&conversations=yes").body();
            assertThat(page)
                    .contains("2 of 2 letters of a conversation", "/letters/" + answer, "2 letters match")
                    .doesNotContain("/letters/" + offer);
            String letter = bruna.get("/letters/" + offer + "?q=turbine").body();
            assertThat(letter)
                    .contains("2 letters in this conversation", "href=\"/letters/" + answer + "?q=turbine\"")
                    .contains("<strong aria-current=\"true\">The turbine</strong>")
                    .doesNotContain("dario@");
            assertThat(dario.get("/search?q=turbine&conversations=yes").body())
                    .contains("Re: The <mark>turbine</mark>")
                    .doesNotContain("of a conversation");
            JsonNode told = json(bruna.get("/api/v1/letters/" + offer + "/conversation"));
            assertThat(told.path("total").asInt(0)).isEqualTo(2);
            assertThat(told.path("letters").get(0).path("id").asString("")).isEqualTo(offer.text());
            assertThat(dario.get("/api/v1/letters/" + offer + "/conversation").statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void whatStandsAroundTheWordsIsShownWithAndWithoutAScript() throws Exception {
        try (Browser bruna = new Browser(server).logIn("Bruna");
                Browser dario = new Browser(server).logIn("Dario")) {
            String page = bruna.get("/search?q=turbine+-subject%3Aturbine").body();
            assertThat(page).contains("data-deep=\"" + answer + "\"", "id=\"show-around\"");
            Matcher part = Pattern.compile("data-around=\"([^\"]+)\"").matcher(page);
            assertThat(part.find()).isTrue();
            String url = part.group(1).replace("&amp;", "&");
            HttpResponse<String> said = bruna.get(url + "&id=" + answer + "&id=x&id=" + "a".repeat(32));
            assertThat(said.body())
                    .contains("\"text\":\"turbine\",\"marked\":true")
                    .doesNotContain("<mark>");
            assertThat(json(said).size()).isEqualTo(1);
            assertThat(dario.get(url + "&id=" + answer).statusCode()).isEqualTo(303);
            assertThat(bruna.get(url.replaceAll("pass=.*", "pass=x") + "&id=" + answer)
                            .statusCode())
                    .isEqualTo(303);
            assertThat(bruna.get("/search?q=turbine+-subject%3Aturbine&around=yes")
                            .body())
                    .contains("the &lt;b&gt;<mark>turbine</mark>&lt;/b&gt; is deep in here")
                    .doesNotContain("data-deep=\"" + answer, "id=\"show-around\"");
        }
    }

    @Test
    void searchesAreSavedByTheirOwnerAlone() throws Exception {
        try (Browser bruna = new Browser(server).logIn("Bruna");
                Browser dario = new Browser(server).logIn("Dario")) {
            HttpResponse<String> saved = bruna.fill(
                    "/search?q=turbine&sort=relevance",
                    "/searches",
                    "q",
                    "turbine",
                    "sort",
                    "relevance",
                    "conversations",
                    "yes",
                    "name",
                    "Turbines <x>");
            assertThat(saved.headers().firstValue("Location"))
                    .contains("/search?q=turbine&sort=relevance&conversations=yes");
            assertThat(bruna.get("/search").body())
                    .contains(
                            "<a href=\"/search?q=turbine&amp;sort=relevance&amp;conversations=yes\">Turbines &lt;x&gt;</a>");
            assertThat(dario.get("/search").body()).doesNotContain("Turbines");
            assertThat(dario.get("/searches").body()).doesNotContain("Turbines");
            assertThat(bruna.fill("/search?q=x", "/searches", "q", "x", "name", "turbines <X>")
                            .body())
                    .contains("There is a saved search with this name already");
            assertThat(bruna.fill("/search?q=x", "/searches", "q", "from:", "name", "Broken")
                            .statusCode())
                    .isEqualTo(422);
            assertThat(bruna.fill("/search?q=x", "/searches", "q", "x", "name", "n".repeat(101))
                            .statusCode())
                    .isEqualTo(422);
            JsonNode list = json(bruna.get("/api/v1/searches")).path("searches");
            assertThat(list.size()).isEqualTo(1);
            String id = list.get(0).path("search").asString("");
            assertThat(json(dario.get("/api/v1/searches")).path("searches").size())
                    .isZero();
            assertThat(dario.fill("/searches", "/searches/" + id + "/remove").statusCode())
                    .as("not his")
                    .isEqualTo(422);
            bruna.fill("/searches", "/searches/" + id + "/name", "name", "Motors");
            assertThat(bruna.get("/searches").body()).contains("Motors", "By relevance, by conversations");
            bruna.fill("/searches", "/searches/" + id + "/remove");
            assertThat(bruna.get("/searches").body()).doesNotContain("Motors").contains("You have saved no search yet");
        }
    }

    @Test
    void programsAreAnsweredInJson() throws Exception {
        try (Browser bruna = new Browser(server).logIn("Bruna")) {
            JsonNode first = json(bruna.get("/api/v1/letters?q=turbine&sort=relevance&limit=1&around=yes"));
            assertThat(first.path("total").asInt(0)).isEqualTo(2);
            assertThat(first.path("letters").get(0).path("id").asString("")).isEqualTo(offer.text());
            JsonNode second = json(bruna.get("/api/v1/letters?q=turbine&sort=relevance&limit=1&around=yes&before="
                    + first.path("next").asString("")));
            assertThat(second.path("letters").get(0).path("id").asString("")).isEqualTo(answer.text());
            assertThat(second.path("letters").get(0).path("around").asString(""))
                    .contains("is deep in here");
            JsonNode wrong = json(bruna.get("/api/v1/letters?q=from%3A"));
            assertThat(wrong.path("position").asInt(-1)).isZero();
            assertThat(wrong.path("detail").asString("")).contains("needs a word");
            for (String bad : new String[] {"limit=0", "limit=201", "limit=x", "before=x"}) {
                assertThat(bruna.get("/api/v1/letters?" + bad).statusCode())
                        .as(bad)
                        .isEqualTo(400);
            }
        }
    }
}
