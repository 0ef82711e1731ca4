package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Page;
import io.carteggio.server.smtp.SmtpClient.Way;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// The journaling agent's pages in a real Chromium: from no rule to one that is looked at, added, changed and
/// removed; settings, a file from Exchange, reports that do not arrive. Without a script, too.
@Tag("peers")
class PagesRulesTest {
    private static Optional<Stage> started = Optional.empty();

    @BeforeAll
    static void start() throws Exception {
        started = Optional.of(Stage.firm());
        stage().program().ask("domain", "add", "firm.example").done();
    }

    private static Stage stage() {
        return started.orElseThrow();
    }

    @Test
    void rulesAreMadeAndUnmade() throws Exception {
        Page page = stage().logIn("ada@firm.example");
        page.navigate(stage().url() + "/rules");
        assertThat(page.textContent("#none")).contains("No rule yet");
        stage().picture(page, "rules-none");
        page.click("#add-rule");
        stage().picture(page, "rule-new");

        page.fill("#name", "All mail");
        page.fill("#mailbox", "exchange");
        page.fill("#from", "anna@firm.example");
        page.fill("#to", "bruno@firm.example, x@elsewhere.example");
        page.check("#authenticated");
        page.click("#look");
        assertThat(page.textContent("#verdicts")).contains("fires", "All mail", "everybody’s mail");
        assertThat(page.textContent("#looked"))
                .contains("To bruno@firm.example", "x@elsewhere.example")
                .contains("letters of the last 30");
        assertThat(page.inputValue("#name")).isEqualTo("All mail");
        stage().picture(page, "rule-looked-at");
        page.click("#save-rule");
        assertThat(page.textContent("#rules")).contains("All mail", "at work", "Everybody");

        page.navigate(stage().url() + "/rules/new");
        page.fill("#name", "Anna outside");
        page.fill("#recipient", "Anna Berg");
        page.selectOption("#scope", "external");
        page.fill("#mailbox", "anna@firm.example");
        page.click("#save-rule");
        assertThat(page.textContent("#fault")).contains("anna@firm.example");
        stage().picture(page, "rule-refused");
        page.fill("#mailbox", "j@other.example");
        page.click("#save-rule");
        page.click("#count-past");
        assertThat(page.textContent("#rules")).contains("of the last 30 days");
        stage().picture(page, "rules");

        page.click("#rules a:has-text('Anna outside')");
        page.click("#disable");
        stage().picture(page, "rule-confirm");
        page.click("#do");
        assertThat(page.textContent("#rules")).contains("disabled");
        page.click("#rules a:has-text('Anna outside')");
        page.click("#remove");
        page.click("#do");
        assertThat(page.textContent("#rules")).doesNotContain("Anna outside");

        page.navigate(stage().url() + "/rules/settings");
        page.fill("#alternate", "ndr@other.example");
        page.click("#save-settings");
        page.fill("#domain", "other.example");
        page.fill("#server", "127.0.0.1:1");
        page.selectOption("#tls", "none");
        page.click("#add-route");
        page.fill("#address", "eva@firm.example");
        page.fill("#forward-form #to", "mobile@carrier.example");
        page.check("#copy");
        page.click("#add-forward");
        assertThat(page.textContent("#forwards")).contains("mobile@carrier.example, and keeps a copy");
        assertThat(page.textContent("#routes")).contains("127.0.0.1:1");
        stage().picture(page, "rules-settings");

        Path file = Files.createTempFile("rules", ".csv");
        Files.write(
                file,
                List.of(
                        "Name,Recipient,JournalEmailAddress,Scope,Enabled",
                        "From Exchange,,j3@other.example,Global,True",
                        "Wild,*@firm.example,j3@other.example,Internal,True"));
        page.navigate(stage().url() + "/rules/import");
        page.setInputFiles("#file", file);
        page.click("#look-file");
        assertThat(page.textContent("#found")).contains("From Exchange", "can be added", "refused");
        stage().picture(page, "rules-import");
        page.click("#add-found");
        assertThat(page.textContent("#rules")).contains("From Exchange");
        assertThat(page.waitForDownload(() -> page.click("#export a >> nth=0")).suggestedFilename())
                .isEqualTo("journal-rules.csv");
        Files.delete(file);
        page.context().close();
    }

    /// By keyboard and without a script, in German, on a phone.
    @Test
    void everythingWorksWithoutAScript() throws Exception {
        Page page = stage().logIn(
                        stage().window(new Browser.NewContextOptions()
                                .setViewportSize(360, 740)
                                .setJavaScriptEnabled(false)
                                .setLocale("de-DE")),
                        "ada@firm.example");
        page.navigate(stage().url() + "/rules/new");
        page.focus("#name");
        page.keyboard().type("Ohne Skript");
        page.focus("#mailbox");
        page.keyboard().type("exchange");
        page.focus("#to");
        page.keyboard().type("x@y.example");
        page.focus("#look");
        page.keyboard().press("Enter");
        assertThat(page.textContent("#verdicts")).contains("greift", "Post aller");
        page.focus("#save-rule");
        page.keyboard().press("Enter");
        assertThat(page.textContent("#rules")).contains("Ohne Skript", "arbeitet");
        stage().program().ask("rule", "remove", "Ohne Skript").done();
        page.context().close();
    }

    /// In a house of its own, with a Postfix that the agent stands beside.
    @Test
    void reportsThatDoNotArriveAreSeenAndSentAgain() throws Exception {
        try (MailHouse house = MailHouse.withMilter()) {
            house.program()
                    .ask("person", "add", "Ada", "--role", "administrator")
                    .done();
            house.program()
                    .ask("rule", "settings", "--route", "other.example=127.0.0.1:1,none")
                    .done();
            house.program()
                    .ask("rule", "add", "Overseas", "--to", "j@other.example")
                    .done();
            Stage at = Stage.on(house.program(), house.server());
            at.password("Ada");
            Page page = at.logIn("Ada");
            page.navigate(at.url() + "/reports");
            assertThat(page.textContent("#none")).contains("Every report has arrived");
            at.picture(page, "reports-none");
            for (String word : List.of("firstword", "secondword")) {
                assertThat(MailHouse.send(
                                        house.door(),
                                        "anna@firm.example",
                                        MailHouse.mail(MailHouse.text(word, "anna@firm.example", "bruno@firm.example")),
                                        false,
                                        Way.DATA,
                                        List.of("bruno@firm.example"))
                                .kept())
                        .isTrue();
            }
            page.waitForCondition(() -> {
                page.navigate(at.url() + "/reports");
                String shown = page.textContent("main"); // those of the rule Elsewhere wait, too, until they are gone
                return shown.contains("mailbox unreachable") && shown.contains("2 waiting");
            });
            assertThat(page.textContent("#mailboxes")).contains("j@other.example", "Last answer");
            assertThat(page.textContent("main")).doesNotContain("firstword");
            at.picture(page, "reports");
            page.navigate(at.url() + "/health");
            page.click("main a[href='/reports']");
            page.click(".resume");
            assertThat(page.textContent("#news")).contains("j@other.example is tried now");
            page.waitForCondition(() -> {
                page.navigate(at.url() + "/rules");
                return page.textContent("main").contains("mailbox unreachable");
            });
            at.picture(page, "rules-unreachable");
            page.navigate(at.url() + "/metrics");
            assertThat(page.textContent("body"))
                    .containsPattern("carteggio_agent_messages_total [2-9]") // reports go through the filter, too
                    .contains("carteggio_agent_queue_reports{state=\"waiting\"} 2");
            page.context().close();
            at.assertNoFault();
        }
    }

    @AfterEach
    void noFaultWasSeen() {
        stage().assertNoFault();
    }
}
