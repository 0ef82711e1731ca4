package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.audit.Trail;
import io.carteggio.archive.audit.Trail.Entry;
import io.carteggio.archive.audit.Trail.Filter;
import io.carteggio.archive.entry.PersonRole;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The audit trail: what gets into it from the pages, and how it is looked at.
class TrailTest {
    private Firm firm;
    private WebServer server;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        firm = new Firm(dir);
        firm.person("Ada", PersonRole.ADMINISTRATOR);
        firm.person("Olga", PersonRole.DATA_PROTECTION_OFFICER);
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        firm.close();
    }

    private List<Entry> entries(String what) throws Exception {
        return new Trail(firm.catalogue())
                .page(new Filter("", what, "", Optional.empty(), Optional.empty(), ""), Long.MAX_VALUE, 500)
                .entries();
    }

    @Test
    void logInAndLogOutAndFormsAreEntriesWithWhereFrom() throws Exception {
        try (Browser ada = new Browser(server).logIn("Ada")) {
            ada.fill("/people", "/people", "name", "Bruna", "role", "user");
            ada.fill("/account", "/log-out");
        }
        for (String what : List.of("log-in", "form", "log-out")) {
            assertThat(entries(what)).as(what).hasSize(1);
            assertThat(entries(what).getFirst().by()).isEqualTo("Ada");
            assertThat(entries(what).getFirst().from()).contains("127.0.0.1");
        }
        assertThat(entries("directory-changed")).anyMatch(e -> e.object().contains("person Bruna, user"));
        assertThat(entries("password-set")).hasSize(2).noneMatch(e -> e.object().contains("argon2"));
    }

    /// Ids are for programs: the page says whose they are, and offers the kinds there are.
    @Test
    void thePageSaysNames() throws Exception {
        String id = firm.people()
                .directory()
                .named("Olga", firm.clock.instant())
                .orElseThrow()
                .id();
        try (Browser olga = new Browser(server).logIn("Olga")) {
            String page = olga.get("/trail").body();
            assertThat(page).contains("person Olga, ").doesNotContain(id);
            assertThat(page).contains("<option value=\"password-set\">");
            assertThat(olga.get("/trail/export").body()).contains(id);
        }
    }

    /// However many log-ins fail, they are a few entries an hour, and no name that nobody has is written down.
    @Test
    void aGuesserCannotFillTheVault() throws Exception {
        FailedLogIns failed = new FailedLogIns(firm.acts(), firm.clock);
        int tries = 100_000;
        for (int i = 0; i < tries; i++) {
            failed.failed(i % 2 == 0 ? Optional.of("Ada") : Optional.empty(), "192.0.2." + i % 200);
            firm.clock.forward(Duration.ofMillis(72)); // two hours in all
        }
        failed.tellNow();
        List<Entry> told = entries("log-in failed");
        assertThat(told.size()).isBetween(13, 2 * 13);
        int counted = 0;
        for (Entry entry : told) {
            assertThat(entry.object().length()).isLessThan(200);
            assertThat(entry.from().orElse("").length()).isLessThan(400);
            counted += entry.object().contains(" more: ")
                    ? Integer.parseInt(
                            entry.object().substring(0, entry.object().indexOf(' ')))
                    : 1;
        }
        assertThat(counted).as("all of them").isEqualTo(tries);
    }

    @Test
    void aFailedLogInNamesWhoItWasAboutButNothingTypedByMistake() throws Exception {
        try (Browser guesser = new Browser(server)) {
            guesser.fill("/log-in", "/log-in", "account", "Ada", "password", "a wrong pass phrase");
            guesser.fill("/log-in", "/log-in", "account", "my secret pass phrase", "password", "Ada");
        }
        server.close();
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
        List<Entry> told = entries("log-in failed");
        assertThat(told).hasSize(2);
        assertThat(told.getLast().object()).isEqualTo("Ada");
        assertThat(told.getFirst().object()).isEqualTo("1 more: a name that nobody has 1 time");
        assertThat(told.toString()).doesNotContain("pass phrase");
    }

    @Test
    void itIsFilteredPagedAndExported() throws Exception {
        for (int i = 0; i < 130; i++) {
            firm.acts().audit("tester", "probe", "number " + i, Optional.of(i == 7 ? "=cmd|\"x\"" : "why"));
        }
        try (Browser olga = new Browser(server).logIn("Olga")) {
            String first = olga.get("/trail?what=probe").body();
            assertThat(first)
                    .contains("number 129", "number 80", "Older entries")
                    .doesNotContain("number 79");
            String link = first.replaceAll("(?s).*href=\"([^\"]*)\" rel=\"next\".*", "$1")
                    .replace("&amp;", "&");
            assertThat(olga.get(link).body()).contains("number 79", "number 30").doesNotContain("number 80");
            assertThat(olga.get("/trail?text=number+77").body())
                    .contains("number 77")
                    .doesNotContain("number 78");
            assertThat(olga.get("/trail?who=nobody+at+all").body()).contains("Nothing here");
            assertThat(olga.get("/trail?since=2026-11-21").body()).doesNotContain("number");
            assertThat(olga.get("/trail?until=2026-11-20&what=probe").body()).contains("number 129");
            assertThat(olga.get("/trail?since=yesterday").statusCode()).isEqualTo(422);
            String csv = olga.get("/trail/export?what=probe").body();
            assertThat(csv.lines()).hasSize(131);
            assertThat(csv)
                    .startsWith("number,at,by,from,what,object,reason\r\n")
                    .contains("\"'=cmd|\"\"x\"\"\"");
        }
        assertThat(entries("audit-export")).hasSize(1);
    }
}
