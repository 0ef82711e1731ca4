package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.entry.PersonRole;
import io.carteggio.server.web.language.Language;
import io.carteggio.server.web.language.Texts;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The guides say what the wizard says, and are there where it leads to.
class GuidesTest {
    private static final Path DOCS = Path.of("../docs/guides");

    private static SourceGuide.Facts facts(MailSystem system) {
        return new SourceGuide.Facts(
                system.word(),
                "journal-2f9c4e7a1b6d8053@archive.example.com",
                "archive.example.com",
                "archive.example.com",
                25,
                "undeliverable@elsewhere.example");
    }

    @Test
    void everyLineOfTheWizardStandsInItsGuide() throws Exception {
        for (MailSystem system : MailSystem.values()) {
            List<String> guide =
                    GuidePages.text(system).lines().map(String::strip).toList();
            List<String> missing = new ArrayList<>();
            for (var step : SourceGuide.of(Texts.in(Language.ENGLISH), system, facts(system))) {
                step.lines().stream()
                        .flatMap(String::lines)
                        .map(String::strip)
                        .filter(line -> !guide.contains(line))
                        .forEach(missing::add);
            }
            assertThat(missing).as(system.guide()).isEmpty();
            assertThat(guide.getFirst()).startsWith("# ");
        }
    }

    /// Pictures, other pages and parts of them.
    @Test
    void whatTheyLeadToIsThere() throws Exception {
        for (MailSystem system : MailSystem.values()) {
            for (var link : Pattern.compile("]\\(([^)#]+)(?:#[^)]*)?\\)")
                    .matcher(GuidePages.text(system))
                    .results()
                    .toList()) {
                Path there = DOCS.resolve(link.group(1));
                assertThat(there).as(system.guide()).exists();
                if (there.toString().endsWith(".png")) {
                    assertThat(Files.size(there)).as(there.toString()).isLessThan(60_000);
                }
            }
        }
    }

    @Test
    void theWizardLeadsToThem(@TempDir Path dir) throws Exception {
        try (Firm firm = new Firm(dir)) {
            firm.person("Ada", PersonRole.ADMINISTRATOR);
            try (WebServer server = WebServer.start(WebConfig.local(), firm, firm.clock);
                    Browser ada = new Browser(server).logIn("Ada")) {
                for (MailSystem system : MailSystem.values()) {
                    String url = "/guides/" + system.word();
                    assertThat(ada.get("/sources/new/" + system.word()).body()).contains("href=\"" + url + "\"");
                    assertThat(ada.get(url).body()).isEqualTo(GuidePages.text(system));
                    assertThat(ada.get(url).headers().firstValue("Content-Type"))
                            .contains("text/plain;charset=utf-8");
                }
                assertThat(ada.get("/sources/journal?for=postfix").body()).contains("href=\"/guides/postfix\"");
                assertThat(ada.get("/guides/none").statusCode()).isEqualTo(404);
            }
        }
    }
}
