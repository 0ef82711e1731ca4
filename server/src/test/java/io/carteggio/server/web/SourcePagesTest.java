package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.entry.PersonRole;
import io.carteggio.server.smtp.MailExchangers.Answer;
import io.carteggio.server.web.SourceGuide.Facts;
import io.carteggio.server.web.language.Language;
import io.carteggio.server.web.language.Texts;
import io.carteggio.server.web.page.SourceView.Step;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The wizard: what it refuses, what it warns of, what it says to do, and that it tells what has arrived. PagesTest
/// makes sources with it.
class SourcePagesTest {
    @TempDir
    Path dir;

    private Firm firm;
    private WebServer server;

    @BeforeEach
    void start() throws Exception {
        firm = new Firm(dir);
        firm.person("Ada", PersonRole.ADMINISTRATOR);
        firm.person("Bruna", PersonRole.USER, "bruna@example.com");
        firm.exchangers = domain -> switch (domain) {
            case "firm.example" -> new Answer.Hosts(List.of("firm-example.mail.protection.outlook.com"));
            case "archive.firm.example" -> new Answer.Hosts(List.of("archive.firm.example"));
            case "nowhere.example" -> new Answer.Nowhere();
            default -> new Answer.Unknown("timed out");
        };
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        firm.close();
    }

    @Test
    void everyMailSystemHasItsForm() throws Exception {
        try (Browser ada = new Browser(server).logIn("Ada")) {
            String all = ada.get("/sources/new").body();
            for (MailSystem system : MailSystem.values()) {
                String path = "/sources/new/" + system.word();
                assertThat(all).contains("href=\"" + path + "\"");
                assertThat(ada.get(path).body()).contains("action=\"" + path + "\"");
            }
            assertThat(ada.get("/sources/new/groupwise").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void whatExchangeOnlineCannotSendToIsRefused() throws Exception {
        String[][] table = {
            {"firm.example", "lost@elsewhere.example", "does not deliver journal reports to its own mailboxes"},
            {"archive.firm.example", "lost@firm.example", "takes no undeliverable reports there"},
            {"no domain", "lost@elsewhere.example", "is not an e-mail address"},
            {"archive.firm.example", "lost", "is not an e-mail address"},
        };
        try (Browser ada = new Browser(server).logIn("Ada")) {
            String path = "/sources/new/microsoft-365";
            for (String[] row : table) {
                var answer = ada.fill(path, path, "name", "m365", "domain", row[0], "ndr", row[1]);
                assertThat(answer.statusCode()).as(row[2]).isEqualTo(422);
                assertThat(answer.body()).contains(row[2], "value=\"m365\"");
            }
            assertThat(firm.sources().named("m365")).isEmpty();
        }
    }

    @Test
    void aSourceTellsWhatItNeedsAndWhatHasArrived() throws Exception {
        try (Browser ada = new Browser(server).logIn("Ada")) {
            String page = ada.get("/sources/journal?for=microsoft-365&ndr=bruna%40example.com")
                    .body();
            assertThat(page)
                    .contains("No report yet", "New-JournalRule", "journal-7f3a@archive.example")
                    .contains("bruna@example.com belongs to Bruna")
                    .contains("The name service did not answer")
                    .contains("None: add it as a source of an existing mailbox");
            assertThat(ada.get("/sources/journal?ndr=x%40archive.example").body())
                    .contains("is served by this archive");
            firm.report(
                    Firm.mail("Carla <carla@other.example>", "bruna@example.com", "Il contratto", "Cara Bruna"),
                    "Sender: carla@other.example",
                    "To: bruna@example.com",
                    "Cc: x@example.com",
                    "Bcc: y@example.com");
            assertThat(ada.get("/sources/journal/state").body())
                    .contains("First report received: 1 letter, 3 recipients.")
                    .contains("Mail came from")
                    .doesNotContain("<html");
            assertThat(ada.get("/sources").body()).contains("1 mail received");
            assertThat(ada.get("/sources/nosuch").statusCode()).isEqualTo(404);
        }
    }

    @Test
    void theStepsAreFilledInAndNothingTypedBreaksOut() {
        Facts facts = new Facts(
                "o'Hara’s $(rm)",
                "j-1@archive.firm.example",
                "archive.firm.example",
                "mx.firm.example",
                2525,
                "l@e.example");
        for (Language language : Language.values()) {
            for (MailSystem system : MailSystem.values()) {
                List<Step> steps = SourceGuide.of(Texts.in(language), system, facts);
                assertThat(steps)
                        .hasSize(system.steps())
                        .allMatch(s -> !s.text().isEmpty());
            }
        }
        assertThat(lines(MailSystem.MICROSOFT_365, facts))
                .contains("-JournalingReportNdrTo 'l@e.example'")
                .contains("New-JournalRule -Name 'o''Hara’’s $(rm)' -JournalEmailAddress 'j-1@archive.firm.example'")
                .doesNotContain("-Recipient ");
        assertThat(lines(MailSystem.POSTFIX, facts))
                .contains(
                        "always_bcc = j-1@archive.firm.example", "archive.firm.example    smtp:[mx.firm.example]:2525");
        assertThat(lines(MailSystem.EXIM, facts)).contains("route_list = * mx.firm.example::2525");
    }

    private static String lines(MailSystem system, Facts facts) {
        return SourceGuide.of(Texts.in(Language.ENGLISH), system, facts).stream()
                .flatMap(s -> s.lines().stream())
                .collect(Collectors.joining("\n"));
    }
}
