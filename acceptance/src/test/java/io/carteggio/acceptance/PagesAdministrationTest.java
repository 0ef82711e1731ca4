package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What an administrator does on the pages, in a real Chromium.
@Tag("peers")
class PagesAdministrationTest {
    private static Optional<Stage> started = Optional.empty();

    @BeforeAll
    static void start() throws Exception {
        started = Optional.of(Stage.firm());
    }

    private static Stage stage() {
        return started.orElseThrow();
    }

    @Test
    void theAdministratorSeesTheBooksAndNoLetter() throws Exception {
        stage().logIn("Dora Engel").context().close();
        Page page = stage().logIn("ada@firm.example");
        page.navigate(stage().url() + "/books");
        assertThat(page.textContent("main")).contains("exchange");
        assertThat(page.locator("#days .bar").count()).isEqualTo(60);
        stage().picture(page, "books");
        page.navigate(stage().url() + "/quarantine");
        assertThat(page.textContent("main")).contains("not a journal report").doesNotContain("secretwordinquarantine");
        stage().picture(page, "quarantine");
        page.navigate(stage().url() + "/trail");
        stage().look(page, "trail");
        page.fill("#text", "log-in");
        page.click("#find-trail");
        assertThat(page.textContent("main")).contains("log-in", "Dora Engel");
        stage().picture(page, "trail");
        page.navigate(stage().url() + "/approvals");
        stage().picture(page, "approvals");
        page.navigate(stage().url() + "/account/second-factor");
        stage().picture(page, "second-factor");
        page.navigate(stage().url() + "/confirm");
        stage().look(page, "confirm");
        page.navigate(stage().url() + "/people");
        page.click("#people a.name >> nth=0");
        page.selectOption("#role", "data-protection-officer");
        page.fill("#role-reason", "appointed");
        page.click("#give-role-button");
        assertThat(page.textContent("#roles")).contains("data-protection officer", "appointed");
        stage().picture(page, "person-roles");
        stage().search(page, "Angebot");
        assertThat(page.locator("#results li.result").count()).isZero();
        assertThat(page.navigate(stage().url() + "/letters/" + stage().secretId())
                        .status())
                .isEqualTo(404);
        assertThat(page.navigate(stage().url() + "/letters/" + stage().secretId() + "/original")
                        .status())
                .isEqualTo(404);
        page.context().close();
    }

    /// An address for Microsoft 365, whose first report is seen without loading the page again; and a mailbox in a
    /// real Dovecot, tried and fetched.
    @Test
    void theWizardMakesSources() throws Exception {
        Page page = stage().logIn("ada@firm.example");
        page.navigate(stage().url() + "/sources");
        stage().picture(page, "sources");
        page.click("#add-source");
        stage().picture(page, "source-systems");
        page.click("#system-microsoft-365");
        stage().picture(page, "source-new");
        page.fill("#domain", "archive.firm.example");
        page.fill("#ndr", "lost@elsewhere.example");
        page.click("#create-source");
        assertThat(page.textContent("#steps"))
                .contains("New-JournalRule -Name 'microsoft-365'", "JournalingReportNdrTo 'lost@elsewhere.example'");
        assertThat(page.textContent("#arrived")).contains("No report yet");
        stage().picture(page, "source-microsoft-365");
        String address = page.inputValue("#journal-address");
        assertThat(address).endsWith("@archive.firm.example").hasSizeGreaterThan(40);
        Post post = Post.plain(
                "wizard1",
                "anna@firm.example",
                "bruno@firm.example",
                "First report",
                "Here it is.",
                "To: bruno@firm.example");
        stage().send(address, post);
        page.locator("#arrived:has-text('1 letter, 1 recipient.')").waitFor();
        stage().look(page, "the first report");

        if (Dovecot.available()) {
            try (Dovecot dovecot = Dovecot.start()) {
                dovecot.deliver(
                        "journal@firm.example",
                        List.of(Post.plain(
                                        "wizard2",
                                        "anna@firm.example",
                                        "bruno@firm.example",
                                        "Second report",
                                        "Here is another.",
                                        "To: bruno@firm.example")
                                .report()));
                page.navigate(stage().url() + "/sources/new/mailbox");
                stage().picture(page, "source-new-mailbox");
                page.fill("#name", "dovecot");
                page.fill("#host", "127.0.0.1:" + dovecot.imaps());
                page.fill("#certificate", "sha256:" + dovecot.certificateSum());
                page.fill("#user", "journal@firm.example");
                page.fill("#password", "wrong");
                page.click("#create-source");
                page.click("#test-source");
                assertThat(page.textContent("#tried")).contains("Log-in", "failed", "not tried");
                stage().picture(page, "source-tried");
                stage().program().ask("source", "remove", "dovecot").done();
                page.navigate(stage().url() + "/sources/new/mailbox");
                page.fill("#name", "dovecot");
                page.fill("#host", "127.0.0.1:" + dovecot.imaps());
                page.fill("#certificate", "sha256:" + dovecot.certificateSum());
                page.fill("#user", "journal@firm.example");
                page.fill("#password", "secret");
                page.click("#create-source");
                page.click("#test-source");
                assertThat(page.textContent("#tried"))
                        .contains("Log-in", "Folder")
                        .doesNotContain("failed", "not tried");
                page.locator("#arrived:has-text('1 letter')").waitFor();
                page.navigate(stage().url() + "/jobs");
                assertThat(page.textContent("#jobs")).contains("dovecot");
                stage().picture(page, "jobs");
                page.click("#jobs a.name");
                assertThat(page.textContent("#history")).contains("done");
                stage().picture(page, "job");
                assertThat(dovecot.mails("journal@firm.example", "INBOX")).isEmpty();
            }
            stage().program().ask("source", "remove", "dovecot").done();
        }
        page.context().close();
    }

    /// The guides that the wizard leads to; with `-Dguides.pictures=true` their pictures are made anew.
    @Test
    void theGuidesAreThere() throws Exception {
        Page page = stage().logIn("ada@firm.example");
        for (String[] system : new String[][] {
            {"microsoft-365", "microsoft-365"},
            {"exchange-server", "exchange-server"},
            {"google-workspace", "google-workspace"},
            {"postfix", "postfix"},
            {"exim", "exim"},
            {"other", "any-other"},
            {"mailbox", "existing-mailbox"}
        }) {
            page.navigate(stage().url() + "/sources/new/" + system[0]);
            Page guide = page.waitForPopup(() -> page.click("#guide"));
            assertThat(guide.textContent("body")).as(system[0]).startsWith("# ");
            guide.close();
            if (Boolean.getBoolean("guides.pictures")) {
                page.setViewportSize(900, 1100);
                if (!system[0].equals("mailbox")) {
                    page.navigate(stage().url() + "/sources/exchange?for=" + system[0]);
                }
                Pictures.save(
                        page.locator(
                                        system[0].equals("mailbox")
                                                ? "#source-form"
                                                : "section[aria-labelledby=steps-heading]")
                                .screenshot(),
                        Program.root().resolve("docs/guides/pictures/" + system[1] + ".png"));
                page.setViewportSize(1280, 900);
            }
        }
        page.context().close();
    }

    @AfterEach
    void noFaultWasSeen() {
        stage().assertNoFault();
    }
}
