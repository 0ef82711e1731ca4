package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.access.Correspondent;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.search.Query;
import io.carteggio.mail.Address;
import io.carteggio.server.web.language.Language;
import io.carteggio.server.web.language.Texts;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// By what a search can be narrowed, and how a word may go on that is being typed.
class NarrowingTest {
    private static final Pattern CHOICE = Pattern.compile(
            "<a href=\"(/search[^\"]*)\"><span class=\"label\">([^<]*)</span> <span class=\"count\">([^<]*)</span>");

    @TempDir
    Path dir;

    private Firm firm;
    private WebServer server;

    @BeforeEach
    void start() throws Exception {
        firm = new Firm(dir);
        firm.person("Ada", PersonRole.ADMINISTRATOR);
        firm.person("Bruna", PersonRole.USER, "bruna@example.com");
        firm.person("Elena", PersonRole.AUDITOR, "elena@example.com");
        for (int i = 0; i < 6; i++) {
            firm.report(
                    Firm.mail("Carla Conti <carla@other.example>", "bruna@example.com", "Offer " + i, "The mill."),
                    "Sender: carla@other.example",
                    "To: bruna@example.com");
        }
        firm.report(
                Firm.mail("bruna@example.com", "dario@other.example", "Answer", "No."),
                "Sender: bruna@example.com",
                "To: dario@other.example");
        firm.report(
                Firm.newsletter("news@x.example", "bruna@example.com", "News", "<p>x</p>"),
                "Sender: news@x.example",
                "To: bruna@example.com");
        firm.report(
                Firm.mail("Mila Secret <mila@other.example>", "elena@example.com", "For Elena", "The mill."),
                "Sender: mila@other.example",
                "To: elena@example.com");
        firm.indexed();
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        firm.close();
    }

    private static String narrowUrl(String searchPage) {
        Matcher url = Pattern.compile("<a href=\"(/search/narrow[^\"]+)\"").matcher(searchPage);
        assertThat(url.find()).isTrue();
        return url.group(1).replace("&amp;", "&");
    }

    private record Choice(String url, String label, long count) {}

    private static List<Choice> choices(String page) {
        List<Choice> choices = new ArrayList<>();
        Matcher each = CHOICE.matcher(page);
        while (each.find()) {
            choices.add(new Choice(each.group(1).replace("&amp;", "&"), each.group(2), Long.parseLong(each.group(3))));
        }
        return choices;
    }

    @Test
    void eachChoiceLeavesWhatItSays() throws Exception {
        try (Browser bruna = new Browser(server).logIn("Bruna")) {
            for (String query : List.of("", "q=mill+or+answer", "q=-nothing")) {
                String page = bruna.get("/search" + (query.isEmpty() ? "" : "?" + query))
                        .body();
                HttpResponse<String> narrow = bruna.get(narrowUrl(page));
                assertThat(narrow.statusCode()).isEqualTo(200);
                List<Choice> choices = choices(narrow.body());
                assertThat(choices).hasSizeGreaterThan(2);
                for (Choice choice : choices) {
                    String found = bruna.get(choice.url()).body();
                    assertThat(found)
                            .as(choice.toString())
                            .contains(choice.count() + (choice.count() == 1 ? " letter matches" : " letters match"));
                }
                assertThat(narrow.body()).doesNotContain("mila@", "Mila");
            }
            String all = bruna.get(narrowUrl(bruna.get("/search").body())).body();
            assertThat(choices(all))
                    .extracting(Choice::label)
                    .contains("Carla Conti", "sent by me", "sent to me", "any", "PDF")
                    .doesNotContain("2026", "later", "before 2015", "over 1 MB");
            String part = bruna.get(narrowUrl(bruna.get("/search").body()) + "&part=yes")
                    .body();
            assertThat(part).contains("Carla Conti").doesNotContain("<html", "<main");
        }
    }

    /// What the page asks for where it did not wait for the counting.
    @Test
    void howManyThereAreIsToldLater() throws Exception {
        try (Browser elena = new Browser(server).logIn("Elena");
                Browser bruna = new Browser(server).logIn("Bruna")) {
            elena.fill("/reason", "/reason", "reason", "enquiry 2026/14");
            String url = narrowUrl(elena.get("/search?q=mill").body()).replace("/narrow?", "/count?");
            int acts = firm.catalogue().audit(500).size();
            assertThat(elena.get(url).body()).isEqualTo("7 letters match across people");
            assertThat(elena.get(url + "&sort=relevance").body())
                    .isEqualTo("7 letters match across people, most relevant first");
            assertThat(firm.catalogue().audit(500))
                    .as("it belongs to the search")
                    .hasSize(acts);
            for (String wrong : List.of("/search/count?q=mill", url.replace("q=mill", "q=offer"), url + "x")) {
                assertThat(elena.get(wrong).statusCode()).as(wrong).isEqualTo(303);
            }
            assertThat(bruna.get(url).statusCode()).as("of another session").isEqualTo(303);
            String all = narrowUrl(bruna.get("/search").body()).replace("/narrow?", "/count?");
            assertThat(bruna.get(all).body()).matches("[0-9]+ letters, newest first");
        }
    }

    @Test
    void noPassNoCounts() throws Exception {
        try (Browser elena = new Browser(server).logIn("Elena");
                Browser bruna = new Browser(server).logIn("Bruna")) {
            elena.fill("/reason", "/reason", "reason", "enquiry 2026/14");
            String page = elena.get("/search?q=mill").body();
            assertThat(page).contains("7 letters match across people");
            String url = narrowUrl(page);
            long acts = firm.catalogue().audit(500).size();
            assertThat(choices(elena.get(url).body())).extracting(Choice::label).contains("Carla Conti", "Mila Secret");
            assertThat(firm.catalogue().audit(500))
                    .as("it belongs to the search")
                    .hasSize((int) acts);
            for (String wrong : List.of(
                    "/search/narrow?q=mill", url.replace("q=mill", "q=offer"), url.replaceAll("pass=.*", "pass=x"))) {
                HttpResponse<String> answer = elena.get(wrong);
                assertThat(answer.statusCode()).as(wrong).isEqualTo(303);
                assertThat(answer.headers().firstValue("Location").orElseThrow())
                        .startsWith("/search?q=");
            }
            assertThat(bruna.get(url).statusCode()).as("of another session").isEqualTo(303);
            elena.fill("/search", "/reason/end");
            assertThat(elena.get(url).statusCode()).as("the reason was ended").isEqualTo(303);
        }
    }

    @Test
    void wordsGoOnAsOperatorsAndPeopleOfOnesOwnLetters() throws Exception {
        try (Browser bruna = new Browser(server).logIn("Bruna");
                Browser elena = new Browser(server).logIn("Elena")) {
            assertThat(bruna.get("/search/suggest?word=fr").body()).contains("\"from:\"");
            assertThat(bruna.get("/search/suggest?word=con").body())
                    .contains("\"put\":\"from:carla@other.example\"", "Carla Conti");
            assertThat(bruna.get("/search/suggest?word=-to:da").body()).contains("\"put\":\"-to:dario@other.example\"");
            assertThat(bruna.get("/search/suggest?word=mil").body()).isEqualTo("[]");
            assertThat(bruna.get("/search/suggest?word=has:").body()).contains("has:attachment");
            assertThat(bruna.get("/search/suggest?word=att").body()).contains("\"put\":\"attachment:\"");
            assertThat(bruna.get("/search/suggest?word=uns").body()).contains("\"put\":\"unsearched:\"");
            assertThat(bruna.get("/search/suggest?word=-unsearched:enc").body())
                    .contains("\"put\":\"-unsearched:encrypted\"")
                    .doesNotContain("damaged");
            for (String nothing : List.of("", "x".repeat(300), "subject:c", "%22%3E%3Cscript%3E")) {
                assertThat(bruna.get("/search/suggest?word=" + nothing).body()).isEqualTo("[]");
            }
            elena.fill("/reason", "/reason", "reason", "enquiry 2026/14");
            assertThat(elena.get("/search/suggest?word=carla").body())
                    .as("typing is no act, so it tells an auditor of her own letters alone")
                    .isEqualTo("[]");
        }
    }

    @Test
    void whatWasLookedForIsMarked() throws Exception {
        try (Browser bruna = new Browser(server).logIn("Bruna")) {
            assertThat(bruna.get("/search?q=offer+mill").body())
                    .contains("<mark>Offer</mark> 3</a>", "The <mark>mill</mark>.");
            assertThat(bruna.get("/search?q=is:unsearched").body()).doesNotContain("<mark>");
        }
    }

    @Test
    void everyChoiceIsOfTheLanguage() {
        List<Correspondent> people = List.of(
                new Correspondent(new Address("anna@firm.it"), Optional.of("Anna"), 2, 1),
                new Correspondent(new Address("\"a b\"@firm.it"), Optional.empty(), 2, 1),
                new Correspondent(new Address("müller@bücher.example"), Optional.empty(), 1, 0));
        List<Narrowing.Group> groups = Narrowing.of(
                Texts.in(Language.ENGLISH),
                Instant.parse("2026-03-01T00:00:00Z"),
                people,
                List.of(new Address("me@firm.it"), new Address("me@old.example")),
                List.of("firm.it", "old.example"));
        List<String> all = groups.stream()
                .flatMap(g -> g.choices().stream())
                .map(Narrowing.Choice::condition)
                .toList();
        assertThat(all)
                .contains(
                        "from:anna@firm.it", "-from:(me@firm.it or me@old.example)", "-from:(@firm.it or @old.example)")
                .allMatch(c -> Query.parse(c) instanceof Query.Parsed.Good)
                .noneMatch(c -> c.contains("a b"));
        for (String text : List.of("", "mill", "a or b", "(a or b) c", "\"x or y\"")) {
            for (String condition : all) {
                assertThat(Query.parse(Narrowing.narrowed(text, condition)))
                        .as(Narrowing.narrowed(text, condition))
                        .isInstanceOf(Query.Parsed.Good.class);
            }
        }
        assertThat(Narrowing.narrowed("a or b", "on:2024")).isEqualTo("(a or b) on:2024");
    }
}
