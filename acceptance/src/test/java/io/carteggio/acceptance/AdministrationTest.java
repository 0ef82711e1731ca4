package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Page;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// An administrator's first hour in a real Chromium: from the set-up link by the first steps to people, alarms,
/// a backup and a sheet for the safe. axe looks at every page, light on a desktop and dark on a phone; pictures
/// lie in `target/screenshots`.
@Tag("peers")
class AdministrationTest {
    private static final int PEOPLE = 30;

    /// Letters that nobody owns, and a directory of people in a file.
    private static void fill(Program program) throws IOException, InterruptedException {
        Path folder = program.data().resolveSibling("administration-in");
        Files.createDirectories(folder);
        List<String> to = List.of("anna.berg@firm.example", "ana.berg@firm.example", "dora.engel@firm.example");
        for (int i = 0; i < to.size(); i++) {
            Files.write(
                    folder.resolve(i + ".eml"),
                    Post.plain(
                                    "u" + i,
                                    "x@other.example",
                                    to.get(i),
                                    "Letter " + i,
                                    "secretword " + i,
                                    "To: " + to.get(i))
                            .original());
        }
        StringBuilder people = new StringBuilder("id,name,addresses\n");
        for (int i = 0; i < PEOPLE; i++) {
            people.append(i)
                    .append(",Person ")
                    .append(i)
                    .append(",person")
                    .append(i)
                    .append("@firm.example\n");
        }
        Path file = folder.resolve("people.csv");
        Files.writeString(file, people, StandardCharsets.UTF_8);
        program.ask("person", "add", "Anna Berg", "anna.berg@firm.example").done();
        program.ask("import", folder.toString()).done();
        program.ask("sync", "add", "hr", "--csv", file.toString()).done();
        program.awaitIndexed();
    }

    @Test
    void anAdministratorsFirstHour() throws Exception {
        Stage stage = Stage.bare("administration");
        try (Serving server = stage.server()) {
            Program program = stage.program();
            Page page = stage.window();
            page.navigate(server.setUpLink().toString());
            page.fill("#name", "Ada Minister");
            Stage.fillPasswords(page);
            page.click("#save");
            assertThat(page.url()).endsWith("/first-steps");
            assertThat(page.textContent("#progress")).contains("0 of 5");
            stage.picture(page, "admin-first-steps");

            // by keyboard alone: over the skip link to the field, and on with Enter
            page.navigate(server.url() + "/domains");
            page.keyboard().press("Tab");
            page.keyboard().press("Enter");
            page.keyboard().press("Tab");
            page.keyboard().type("firm.example");
            page.keyboard().press("Enter");
            page.waitForSelector("#domains");
            assertThat(page.textContent("#domains")).contains("firm.example");
            assertThat(page.textContent("#steps-bar")).contains("1 of 5");
            stage.pictureOnPhone(page, "admin-domains");
            fill(program);

            page.navigate(server.url() + "/people/sync");
            stage.pictureOnPhone(page, "admin-syncs");
            page.click("#new-graph");
            stage.picture(page, "admin-sync-new-graph");
            page.navigate(server.url() + "/people/sync/new/ldap");
            page.click("#new-sync summary");
            stage.pictureOnPhone(page, "admin-sync-new-ldap");
            page.navigate(server.url() + "/people/sync/hr");
            stage.picture(page, "admin-sync");
            page.click("#look");
            assertThat(page.textContent("#plan-says")).contains(2 * PEOPLE + " changes");
            stage.picture(page, "admin-sync-plan");
            page.click("#run");
            page.locator("#state:has-text('30 people new')").waitFor();

            page.navigate(server.url() + "/unknown");
            assertThat(page.textContent("main"))
                    .contains("dora.engel@firm.example")
                    .doesNotContain("secretword");
            stage.picture(page, "admin-unknown");
            page.check("input[value='dora.engel@firm.example']");
            page.fill("#person", "Anna Berg");
            page.click("#preview");
            stage.pictureOnPhone(page, "admin-unknown-preview");
            page.click("#assign");
            assertThat(page.textContent("#news")).contains("1 address was given");

            page.navigate(server.url() + "/alarms");
            page.fill("#mail-server", "127.0.0.1:1");
            page.fill("#mail-from", "archive@firm.example");
            page.fill("#mail-to", "it@firm.example");
            page.click("#set-mail button");
            page.click("#test");
            assertThat(page.textContent("#tested")).contains("e-mail");
            for (var more : page.locator("details summary").all()) {
                more.click();
            }
            stage.picture(page, "admin-alarms");

            // by keyboard alone: with two ways the one that is tested must be chosen, and its first letters choose it
            program.ask("source", "add", "copies", "--smtp", "--family", "multidrop")
                    .done();
            page.navigate(server.url() + "/alarms");
            page.focus("section:has(#set-canary) summary");
            page.keyboard().press("Enter");
            page.keyboard().press("Tab");
            assertThat(page.evaluate("document.activeElement.id")).isEqualTo("canary-source");
            assertThat(page.inputValue("#canary-source")).isEmpty();
            page.keyboard().type("cop");
            assertThat(page.inputValue("#canary-source")).isEqualTo("copies");
            page.fill("#canary-server", "127.0.0.1:1");
            page.fill("#canary-from", "canary@firm.example");
            page.fill("#canary-to", "journaled@firm.example");
            page.press("#canary-to", "Enter");
            assertThat(page.textContent("#news")).contains("Test message through the mail system");
            page.click("#canary-acts button >> nth=0");
            page.locator("#canaries:has-text('could not be sent')").waitFor();
            page.focus("section:has(#set-canary) summary");
            page.keyboard().press("Enter");
            stage.picture(page, "admin-canary");

            page.navigate(server.url() + "/health");
            stage.picture(page, "admin-health");
            program.ask("backup", "--to", program.data() + "-backup").done();
            page.navigate(server.url() + "/backup");
            assertThat(page.textContent("#backup-says")).contains("whole and young enough");
            stage.picture(page, "admin-backup");
            program.ask("retention", "set", "--copies", "90", "--max", "4000").done();
            page.navigate(server.url() + "/retention");
            assertThat(page.textContent("main")).contains("90 days", "4,000 days", "No copy should open any more");
            String id = program.find("Anna Berg", "secretword to:anna.berg@firm.example")
                    .orElseThrow();
            program.ask("erase", id, "--reason", "asked for by whom it is about")
                    .done();
            page.navigate(server.url() + "/retention");
            assertThat(page.textContent("#erasures")).contains("asked for by whom it is about");
            assertThat(Duration.between(
                            Instant.parse(page.getAttribute("#erasures th time", "datetime")),
                            Instant.parse(page.getAttribute("#erasures td time", "datetime"))))
                    .isEqualTo(Duration.ofDays(90));
            stage.picture(page, "admin-retention");
            page.navigate(server.url() + "/keys");
            stage.picture(page, "admin-keys");
            page.click("#sheet");
            assertThat(page.textContent("main"))
                    .doesNotContain(Files.readString(program.data().resolve("master.key"))
                            .strip());
            stage.picture(page, "admin-sheet");
            page.navigate(server.url() + "/administration");
            stage.picture(page, "admin-administration");
            page.navigate(server.url() + "/books");
            stage.pictureOnPhone(page, "admin-books");
            page.navigate(server.url() + "/first-steps");
            assertThat(page.textContent("#progress")).as("no report has come").contains("4 of 5");
            page.click("#steps .bright button");
            assertThat(page.textContent("#progress")).contains("5 of 5");

            // where words are longer they need more room
            page.navigate(server.url() + "/account");
            page.selectOption("#language", "de");
            page.click("#set-language");
            page.setViewportSize(360, 740);
            for (String path : List.of(
                    "/administration",
                    "/first-steps",
                    "/domains",
                    "/people/sync",
                    "/people/sync/new/graph",
                    "/people/sync/new/ldap",
                    "/people/sync/hr",
                    "/unknown",
                    "/alarms",
                    "/health",
                    "/backup",
                    "/retention",
                    "/keys",
                    "/keys/sheet",
                    "/books")) {
                page.navigate(server.url() + path);
                stage.narrow(page, path + " in German");
            }
            page.context().close();
            stage.assertNoFault();
        }
    }
}
