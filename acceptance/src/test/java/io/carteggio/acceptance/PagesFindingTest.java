package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.WaitForSelectorState;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Finding letters on the pages, in a real Chromium: narrowed, by keys, across people, on a phone.
@Tag("peers")
class PagesFindingTest {
    private static Optional<Stage> started = Optional.empty();

    @BeforeAll
    static void start() throws Exception {
        started = Optional.of(Stage.firm());
    }

    private static final int MANY = 60;

    private static Stage stage() {
        return started.orElseThrow();
    }

    /// More than a page of letters: narrowed, listed to the end, and gone through without a mouse.
    @Test
    void manyLettersAreNarrowedAndGoneThroughByKeys() throws Exception {
        Post[] posts = new Post[MANY];
        for (int i = 0; i < MANY; i++) {
            posts[i] = Post.plain(
                    "many" + i,
                    i % 3 == 0 ? "carla@firm.example" : "anna@firm.example",
                    "bruno@firm.example",
                    "Mill wheel " + i,
                    "About the wheel, part " + i + ".",
                    "To: bruno@firm.example");
        }
        stage().send(posts);
        stage().program().awaitIndexed();
        Page page = stage().logIn("Bruno Conti");
        stage().search(page, "wheel");
        assertThat(page.locator("#results mark").first().textContent()).isEqualToIgnoringCase("wheel");
        page.waitForSelector("#narrowing .choices");
        stage().picture(page, "search-many");
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)");
        page.locator("#results > li")
                .nth(25)
                .waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.ATTACHED));
        for (int i = 0; i < 10; i++) {
            page.evaluate("window.scrollTo(0, document.body.scrollHeight)");
            page.waitForTimeout(100);
        }
        assertThat(page.locator("#results > li").count()).isEqualTo(MANY);
        stage().look(page, "the end of a long list");
        page.locator("#narrowing a", new Page.LocatorOptions().setHasText("carla@firm.example"))
                .first()
                .click();
        assertThat(page.textContent("#total")).contains("20 letters match");
        assertThat(page.inputValue("#q")).isEqualTo("wheel from:carla@firm.example");

        page.navigate(stage().url() + "/search");
        page.keyboard().press("/");
        page.keyboard().type("from:an");
        page.waitForSelector("#suggestions li");
        stage().look(page, "suggestions");
        page.keyboard().press("ArrowDown");
        page.keyboard().press("Enter");
        assertThat(page.inputValue("#q")).isEqualTo("from:anna@firm.example ");
        page.keyboard().type("wheel");
        page.keyboard().press("Enter");
        page.waitForURL("**/search?q=*");
        assertThat(page.textContent("#total")).contains("40 letters match");
        page.keyboard().press("?");
        assertThat(page.getAttribute("#search-help", "open")).isNotNull();
        for (String key : List.of("j", "j", "j", "k")) {
            page.keyboard().press(key);
        }
        String second = page.locator("#results h2 a").nth(1).textContent();
        page.keyboard().press("Enter");
        page.waitForURL("**/letters/**");
        assertThat(page.textContent("#subject")).isEqualTo(second);
        page.context().close();
    }

    /// The same letters in another order, by conversations, and saved under a name.
    @Test
    void lettersAreSeenOtherwiseAndSearchesSaved() throws Exception {
        stage().send(
                        Post.plain(
                                "question",
                                "anna@firm.example",
                                "bruno@firm.example",
                                "Mill race",
                                "How is the race?",
                                "To: bruno@firm.example"),
                        Post.plain(
                                "answer",
                                "bruno@firm.example",
                                "anna@firm.example",
                                "Re: Mill race",
                                "So many words before what was looked for. ".repeat(12) + "Here is the sluice.",
                                "To: anna@firm.example"));
        stage().program().awaitIndexed();
        Page page = stage().logIn("Bruno Conti");
        stage().search(page, "sluice");
        page.waitForSelector("#results .snippet mark");
        assertThat(page.textContent("#results .snippet")).contains("Here is the sluice");
        page.click("#seen-as a:has-text('Conversations')");
        assertThat(page.textContent("#results")).contains("1 of 2 letters of a conversation");
        page.click("#seen-as a:has-text('By relevance')");
        assertThat(page.textContent("#total")).contains("1 letter matches");
        page.click("#saved summary");
        page.fill("#save-name", "The sluice");
        stage().picture(page, "search-otherwise");
        page.click("#save");
        assertThat(page.inputValue("#q")).isEqualTo("sluice");
        page.click("#saved summary");
        page.click("#saved-searches a");
        assertThat(page.url()).contains("sort=relevance", "conversations=yes");
        page.click("#results h2 a");
        assertThat(page.textContent("#conversation")).contains("2 letters in this conversation", "Mill race");
        stage().picture(page, "letter-conversation");
        page.navigate(stage().url() + "/searches");
        stage().picture(page, "saved-searches");
        page.context().close();
    }

    /// An auditor reads across people once she has said why; that stands above every page, and in the trail.
    @Test
    void anAuditorSearchesForAReason() throws Exception {
        stage().program()
                .ask("person", "add", "Elena Audit", "elena@firm.example")
                .done();
        stage().password("Elena Audit");
        stage().program()
                .ask(
                        "role",
                        "grant",
                        "Elena Audit",
                        "auditor",
                        "--whose",
                        "everyone",
                        "--until",
                        "2099-01-01",
                        "--reason",
                        "the case of the mill")
                .done();
        Page page = stage().logIn("Elena Audit");
        stage().search(page, "Angebot");
        assertThat(page.locator("#results li.result").count()).as("before").isZero();
        page.navigate(stage().url() + "/reason");
        page.fill("#reason", "short");
        page.click("#state-reason");
        assertThat(page.locator("#reason:invalid").count())
                .as("too short a reason")
                .isEqualTo(1);
        stage().picture(page, "reason");
        page.fill("#reason", "Enquiry 2026/14 about the mill");
        page.click("#state-reason");
        assertThat(page.textContent(".reason-banner")).contains("Enquiry 2026/14 about the mill");
        stage().search(page, "Angebot");
        assertThat(page.locator("#results li.result").count()).isEqualTo(1);
        stage().picture(page, "search-across");
        page.click("#results h2 a");
        assertThat(page.textContent("#delivered")).as("an auditor sees all").contains("dora@firm.example");
        stage().picture(page, "letter-across");
        page.click(".reason-banner button");
        stage().search(page, "Angebot");
        assertThat(page.locator("#results li.result").count()).as("after").isZero();
        page.context().close();
        assertThat(stage().program()
                        .ask("audit", "search", "Enquiry 2026/14")
                        .done()
                        .out())
                .contains("Elena Audit", "search", stage().secretId());
    }

    /// From the log-in to a letter and back without a mouse, and one always sees where one is.
    @Test
    void everythingIsReachedByKeys() throws Exception {
        stage().send(Post.plain(
                "keys1",
                "anna@firm.example",
                "dora@firm.example",
                "The keys",
                "To the barn.",
                "To: dora@firm.example"));
        stage().send(Post.plain(
                "keys2",
                "anna@firm.example",
                "dora@firm.example",
                "More keys",
                "To the mill.",
                "To: dora@firm.example"));
        stage().program().awaitIndexed();
        Page page = stage().window();
        page.navigate(stage().url() + "/log-in");
        assertThat(focused(page)).as("one may type at once").isEqualTo("INPUT.account");
        seen(page);
        page.keyboard().type("dora@firm.example");
        page.keyboard().press("Tab");
        seen(page);
        page.keyboard().type(Stage.PASSWORD);
        page.keyboard().press("Enter");
        page.waitForURL("**/search*");
        page.keyboard().press("/");
        page.keyboard().type("subject:keys");
        page.keyboard().press("Enter");
        page.waitForURL("**/search?q=*");
        assertThat(page.locator("#results li.result").count()).isEqualTo(2);
        page.keyboard().press("?");
        assertThat(page.getAttribute("#search-help", "open")).isNotNull();
        seen(page);
        page.keyboard().press("?");
        page.keyboard().press("j");
        seen(page);
        page.keyboard().press("j");
        stage().save(page, "keys-results");
        String second = page.locator("#results h2 a").nth(1).textContent();
        page.keyboard().press("Enter");
        page.waitForURL("**/letters/**");
        assertThat(page.textContent("#subject")).isEqualTo(second);
        page.keyboard().press("Tab");
        assertThat(focused(page)).isEqualTo("A.skip");
        assertThat(page.locator(".skip").boundingBox().y)
                .as("it comes into view")
                .isGreaterThanOrEqualTo(0);
        stage().save(page, "keys-skip");
        page.keyboard().press("Enter");
        tabTo(page, "#original");
        stage().save(page, "keys-letter");
        for (int i = 0; i < 60 && !focused(page).equals("A.back"); i++) {
            page.keyboard().press("Shift+Tab");
            seen(page);
        }
        page.keyboard().press("Enter");
        page.waitForURL("**/search?q=*");
        assertThat(page.inputValue("#q")).isEqualTo("subject:keys");
        for (int i = 0; i < 60 && !focused(page).equals("BUTTON.log-out"); i++) {
            page.keyboard().press("Tab");
            seen(page);
        }
        page.keyboard().press("Enter");
        page.waitForURL("**/log-in*");
        page.context().close();
    }

    /// What has the focus: the element, and its class or what it is in.
    private static String focused(Page page) {
        return String.valueOf(
                page.evaluate(
                        "() => { const a = document.activeElement; return a.tagName + '.' + (a.id || a.className || a.parentElement.className); }"));
    }

    /// Whatever has the focus shows it: by an outline of its own, or of the row that it stands for.
    private static void seen(Page page) {
        Object outlined = page.evaluate(
                "() => { const a = document.activeElement; const has = e => e && getComputedStyle(e).outlineStyle !== 'none'"
                        + " && parseFloat(getComputedStyle(e).outlineWidth) >= 2; return a === document.body || a.id === 'main' || has(a) || has(a.closest('.result')); }");
        assertThat(outlined).as("the focus at " + focused(page) + " is seen").isEqualTo(true);
    }

    private static void tabTo(Page page, String selector) {
        for (int i = 0; i < 60; i++) {
            seen(page);
            if ((Boolean) page.evaluate("selector => document.activeElement.matches(selector)", selector)) {
                return;
            }
            page.keyboard().press("Tab");
        }
        throw new AssertionError(selector + " is not reached by the keyboard");
    }

    /// A phone of 360 pixels, in the dark, in Italian: from the log-in to an attachment.
    @Test
    void onAPhoneInTheDark() throws Exception {
        Page page = stage().window(new Browser.NewContextOptions()
                .setViewportSize(360, 740)
                .setLocale("it-IT")
                .setHasTouch(true)
                .setColorScheme(ColorScheme.DARK));
        page.navigate(stage().url() + "/log-in");
        page.fill("#account", "dora@firm.example");
        page.fill("#password", Stage.PASSWORD);
        page.locator("#log-in-form button[type=submit]").tap();
        page.fill("#q", "angebot");
        page.locator("#search").tap();
        page.locator("#results h2 a").first().waitFor(); // a tap waits for nothing
        stage().look(page, "search on a phone");
        stage().save(page, "phone-search");
        page.locator("#results h2 a").first().tap();
        assertThat(page.textContent("#delivered")).contains("Copia nascosta");
        stage().look(page, "letter on a phone");
        stage().save(page, "phone-letter");
        Download plan = page.waitForDownload(
                () -> page.locator("#attachments a").first().tap());
        assertThat(plan.suggestedFilename()).isEqualTo("Pläne.bin");
        for (Locator target : page.locator("nav a, main button, main a.button").all()) {
            if (target.isVisible()) {
                assertThat(target.boundingBox().height).as(target.textContent()).isGreaterThanOrEqualTo(24);
            }
        }
        page.context().close();
    }

    @AfterEach
    void noFaultWasSeen() {
        stage().assertNoFault();
    }
}
