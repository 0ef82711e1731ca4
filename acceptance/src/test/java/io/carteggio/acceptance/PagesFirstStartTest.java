package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// From the first start to the first letter, in a real Chromium: the set-up link, people who are invited, a report that
/// comes in by SMTP, and who got it reads it.
@Tag("peers")
class PagesFirstStartTest {
    private static Optional<Stage> started = Optional.empty();

    @BeforeAll
    static void start() throws Exception {
        started = Optional.of(Stage.bare("first-start"));
    }

    @AfterAll
    static void stop() {
        started.ifPresent(Stage::close);
    }

    private static Stage stage() {
        return started.orElseThrow();
    }

    @Test
    void firstStartToFirstLetter() throws Exception {
        Page page = stage().window();
        page.navigate(stage().url() + "/");
        assertThat(page.url()).endsWith("/set-up");
        stage().look(page, "waiting for set-up");
        page.navigate(stage().server().setUpLink().toString());
        stage().picture(page, "set-up");
        page.fill("#name", "Ada Minister");
        page.fill("#address", "ada@firm.example");
        Stage.fillPasswords(page);
        page.click("#save");
        assertThat(page.url()).endsWith("/first-steps");
        page.navigate(stage().url() + "/books");
        stage().picture(page, "books-empty");

        Page late = stage().window();
        Response gone = late.navigate(stage().server().setUpLink().toString());
        assertThat(gone.status()).as("the link works once").isEqualTo(404);
        stage().look(late, "a set-up link that was used");

        for (String person : List.of("Anna Berg", "Dora Engel")) {
            invite(page, person);
        }
        page.navigate(stage().url() + "/people");
        stage().picture(page, "people");

        String journal = stage().server().printedMailbox().orElseThrow();
        stage().send(journal, Stage.SECRET);
        stage().program().awaitIndexed();
        Page dora = stage().logIn("dora@firm.example");
        dora.navigate(stage().url() + "/");
        assertThat(dora.locator("#results li.result").count()).isEqualTo(1);
        dora.locator("#results h2 a").click();
        assertThat(dora.textContent("#subject")).isEqualTo("Angebot für die Mühle");
        page.navigate(stage().url() + "/books");
        stage().look(page, "books with the first letter");
        stage().assertNoFault();
    }

    private static void invite(Page page, String person) throws Exception {
        String first = person.substring(0, person.indexOf(' ')).toLowerCase(Locale.ROOT);
        page.navigate(stage().url() + "/people");
        page.fill("#name", person);
        page.locator("#add-person input[name=address]").first().fill(first + "@firm.example");
        page.click("#add");
        page.click("#invite");
        String link = page.inputValue("#invitation-link");
        if (person.equals("Dora Engel")) {
            stage().picture(page, "person");
        }
        Page own = stage().window();
        own.navigate(link);
        stage().look(own, "invitation");
        Stage.fillPasswords(own);
        own.click("#save");
        assertThat(own.textContent("#account-link")).contains(person);
        own.context().close();
    }
}
