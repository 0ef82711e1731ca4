package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Download;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Response;
import io.carteggio.mail.Content;
import io.carteggio.mail.mime.Letter;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.mail.mime.ReadLimits;
import io.carteggio.server.tls.TlsContexts;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Letters on the pages, in a real Chromium: who sees which, what is in them, how they come out, in three languages.
@Tag("peers")
class PagesReadingTest {
    private static Optional<Stage> started = Optional.empty();

    @BeforeAll
    static void start() throws Exception {
        started = Optional.of(Stage.firm());
    }

    private static Stage stage() {
        return started.orElseThrow();
    }

    @Test
    void theBlindCopiedReaderFindsReadsAndGetsItBack() throws Exception {
        Page page = stage().logIn("dora@firm.example");
        stage().picture(page, "search-home");
        stage().search(page, "mühle preis");
        assertThat(page.locator("#results li.result").count()).isEqualTo(1);
        stage().picture(page, "search");
        page.locator("#results h2 a").click();
        assertThat(page.url()).contains("/letters/" + stage().secretId());
        assertThat(page.textContent("#subject")).isEqualTo("Angebot für die Mühle");
        stage().picture(page, "letter");
        assertThat(page.textContent("#delivered"))
                .as("she sees that she got it blind")
                .contains("dora@firm.example")
                .containsIgnoringCase("blind");
        assertThat(page.textContent("#header"))
                .contains("anna@firm.example", "bruno@firm.example")
                .doesNotContain("dora");

        assertThat(page.getAttribute("#html", "sandbox"))
                .doesNotContain("allow-scripts")
                .doesNotContain("allow-same-origin");
        var frame = page.frameLocator("#html");
        assertThat(frame.locator("body").textContent())
                .contains("Das Angebot für die Mühle liegt bei.", "Der Preis bleibt unter uns.");
        assertThat(frame.locator("script, iframe, form, link").count()).isZero();
        assertThat(page.textContent("#blocked")).isNotBlank();
        page.waitForTimeout(300);
        assertThat(stage().foreign()).as("nothing is asked for outside").isEmpty();
        assertThat(page.title()).doesNotContain("scripted");

        Download attachment = page.waitForDownload(
                () -> page.locator("#attachments a").first().click());
        assertThat(Files.readAllBytes(attachment.path())).as("the attachment").isEqualTo(Stage.PLAN);
        assertThat(attachment.suggestedFilename()).isEqualTo("Pläne.bin");
        Download eml = page.waitForDownload(() -> page.click("#original"));
        assertThat(Files.readAllBytes(eml.path())).as("the original").isEqualTo(Stage.SECRET.original());
        assertThat(eml.suggestedFilename()).endsWith(".eml");

        page.click("#as-text");
        assertThat(page.textContent("#text")).contains("das Angebot für die Mühle liegt bei");
        stage().picture(page, "letter-text");
        assertThat(stage().foreign()).isEmpty();
        page.navigate(stage().url() + "/account");
        stage().look(page, "account");
        page.navigate(stage().url() + "/search?q=subject%3A(unclosed");
        stage().look(page, "a query with a mistake");
        page.navigate(stage().url() + "/search?q=nothinghasthisword");
        stage().picture(page, "search-nothing");
        page.click("#log-out");
        assertThat(page.url()).contains("/log-in");
        page.context().close();
    }

    @Test
    void theOtherRecipientLearnsNothingOfTheBlindCopy() {
        Page page = stage().logIn("Bruno Conti");
        stage().search(page, "Angebot");
        assertThat(page.content()).doesNotContainIgnoringCase("dora");
        page.navigate(stage().url() + "/letters/" + stage().secretId());
        assertThat(page.textContent("#delivered")).contains("bruno@firm.example", "carla@firm.example");
        assertThat(page.content()).doesNotContainIgnoringCase("dora").doesNotContainIgnoringCase("blind copy to");
        stage().search(page, "dora");
        assertThat(page.locator("#results li.result").count())
                .as("nor can he ask for her")
                .isZero();
        stage().search(page, "bcc:dora@firm.example");
        assertThat(page.locator("#results li.result").count()).isZero();
        page.context().close();

        Page sender = stage().logIn("Anna Berg");
        sender.navigate(stage().url() + "/letters/" + stage().secretId());
        assertThat(sender.textContent("#delivered")).as("the sender sees all").contains("dora@firm.example");
        sender.context().close();
    }

    @Test
    void anOutsiderSeesNothing() {
        Page page = stage().logIn("Emil Faber");
        for (String query : List.of("Angebot", "from:anna", "to:bruno", "")) {
            stage().search(page, query);
            assertThat(page.locator("#results li.result").count()).as(query).isZero();
        }
        String unknown = (stage().secretId().charAt(0) == 'a' ? "b" : "a")
                + stage().secretId().substring(1);
        Response guessed = page.navigate(stage().url() + "/letters/" + stage().secretId());
        String answer = page.content();
        assertThat(guessed.status()).isEqualTo(404);
        stage().look(page, "not found");
        Response nobodys = page.navigate(stage().url() + "/letters/" + unknown);
        assertThat(nobodys.status()).isEqualTo(404);
        assertThat(answer.replace(stage().secretId(), ""))
                .as("the same answer")
                .isEqualTo(page.content().replace(unknown, ""));
        for (String below :
                List.of("/text", "/original", "/attachments/0", "/attachments/1", "/reports/1", "/letters/1")) {
            Response response = page.navigate(stage().url() + "/letters/" + stage().secretId() + below);
            assertThat(response.status()).as(below).isEqualTo(404);
        }
        assertThat(page.navigate(stage().url() + "/books").status()).isEqualTo(403);
        stage().look(page, "not for you");
        assertThat(page.navigate(stage().url() + "/quarantine").status()).isEqualTo(403);
        assertThat(page.navigate(stage().url() + "/people").status()).isEqualTo(403);
        page.context().close();

        Page stranger = stage().window();
        stranger.navigate(stage().url() + "/letters/" + stage().secretId());
        assertThat(stranger.url()).contains("/log-in");
        assertThat(stranger.content()).doesNotContain("Mühle");
        stranger.context().close();
    }

    /// The browser says what it likes best; who chooses a language has it everywhere.
    @Test
    void thePagesSpeakItalianAndGerman() throws Exception {
        Page page = stage().window("it-IT");
        page.navigate(stage().url() + "/log-in");
        assertThat(page.getAttribute("html", "lang")).isEqualTo("it");
        assertThat(page.textContent("h1")).isEqualTo("Accedi");
        stage().glance(page, "log-in-it");
        stage().logIn(page, "Dora Engel");
        stage().search(page, "Angebot");
        assertThat(page.textContent("#total")).isEqualTo("1 lettera trovata");
        stage().glance(page, "search-it");
        page.click("#results h2 a");
        assertThat(page.textContent("#delivered")).contains("Copia nascosta");
        stage().glance(page, "letter-it");
        stage().search(page, "(angebot");
        assertThat(page.textContent("#mistake")).contains("Questa parentesi non viene mai chiusa.");
        page.navigate(stage().url() + "/account");
        stage().glance(page, "account-it");
        page.selectOption("#language", "de");
        page.click("#set-language");
        assertThat(page.getAttribute("html", "lang")).isEqualTo("de");
        assertThat(page.textContent("#language-heading")).isEqualTo("Sprache");
        stage().search(page, "Angebot");
        assertThat(page.textContent("#total")).isEqualTo("1 Brief gefunden");
        stage().glance(page, "search-de");
        page.navigate(stage().url() + "/account");
        page.selectOption("#language", "");
        page.click("#set-language");
        assertThat(page.getAttribute("html", "lang")).as("as the browser likes").isEqualTo("it");
        page.context().close();

        Page ada = stage().logIn(stage().window("it-IT"), "ada@firm.example");
        for (String path :
                List.of("/books", "/quarantine", "/trail", "/approvals", "/people", "/account/second-factor")) {
            ada.navigate(stage().url() + path);
            assertThat(ada.getAttribute("html", "lang")).isEqualTo("it");
            stage().glance(ada, path.substring(path.lastIndexOf('/') + 1) + "-it");
        }
        ada.context().close();
    }

    @Test
    void aStrangersFormIsRefused() {
        Page page = stage().logIn("ada@firm.example");
        Response answer = page.waitForResponse(
                "**/people",
                () -> page.evaluate(
                        "() => { const f = document.createElement('form'); f.method = 'post'; f.action = '/people';"
                                + " f.innerHTML = '<input name=name value=Mallory><input name=token value=guess>';"
                                + " document.body.append(f); f.submit(); }"));
        assertThat(answer.status()).isEqualTo(403);
        Page people = page.context().newPage(); // the other one is still on its way to the refusal
        people.navigate(stage().url() + "/people");
        assertThat(people.content()).contains("Dora Engel").doesNotContain("Mallory");
        page.context().close();

        Page wrong = stage().window();
        wrong.navigate(stage().url() + "/log-in");
        wrong.fill("#account", "ada@firm.example");
        wrong.fill("#password", "not this one at all");
        wrong.locator("#log-in-form button[type=submit]").click();
        assertThat(wrong.url()).contains("log-in");
        stage().look(wrong, "a wrong password");
        wrong.context().close();
    }

    /// The one mail of a mailbox, as another client gets it.
    private static byte[] mailOf(String user, int port) throws Exception {
        try (Socket socket =
                TlsContexts.opportunisticClient().getSocketFactory().createSocket("127.0.0.1", port)) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream()
                    .write(("a LOGIN " + user + " secret\r\nb SELECT INBOX\r\nc FETCH 1:* BODY.PEEK[]\r\nd LOGOUT\r\n")
                            .getBytes(StandardCharsets.US_ASCII));
            String all = new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
            Matcher literal = Pattern.compile("BODY\\[] \\{(\\d+)}\r\n").matcher(all);
            assertThat(literal.results().count()).as(all).isEqualTo(1);
            literal.reset();
            assertThat(literal.find()).isTrue();
            return all.substring(literal.end(), literal.end() + Integer.parseInt(literal.group(1)))
                    .getBytes(StandardCharsets.ISO_8859_1);
        }
    }

    /// Into a real mailbox, byte for byte; and sent, with the original attached.
    @Test
    void sheBringsALetterBackToHerMailbox() throws Exception {
        Page page = stage().logIn("Dora Engel");
        page.navigate(stage().url() + "/letters/" + stage().secretId());
        assertThat(page.locator("#back").count())
                .as("not offered before it is set")
                .isZero();
        Download proof = page.waitForDownload(() -> page.click("#proof"));
        assertThat(stage().program()
                        .ask("verify-proof", proof.path().toString())
                        .done()
                        .out())
                .contains("proven", "holds the letter");
        Page printed = page.waitForPopup(() -> page.click("#print"));
        assertThat(printed.textContent("body"))
                .contains("Angebot für die Mühle", "dora@firm.example", "Das Angebot für die Mühle liegt bei.");
        assertThat(printed.locator("script").count()).isZero(); // axe cannot run there either: nothing can
        printed.close();

        Assumptions.assumeTrue(Dovecot.available(), "skipped: no Dovecot");
        try (Dovecot dovecot = Dovecot.start()) {
            stage().program()
                    .ask(
                            "give-back",
                            "imap",
                            "set",
                            "127.0.0.1",
                            "--port",
                            Integer.toString(dovecot.imaps()),
                            "--certificate",
                            "sha256:" + dovecot.certificateSum())
                    .done();
            page.navigate(stage().url() + "/letters/" + stage().secretId());
            page.click("#put-back summary");
            page.fill("#mailbox-password", "wrong");
            page.click("#put");
            assertThat(page.textContent("main")).contains("does not take this password");
            page.navigate(stage().url() + "/letters/" + stage().secretId());
            page.click("#put-back summary");
            page.fill("#mailbox-password", "secret");
            stage().picture(page, "letter-back");
            page.click("#put");
            assertThat(page.textContent("#news")).contains("dora@firm.example");
            assertThat(mailOf("dora@firm.example", dovecot.imaps())).isEqualTo(Stage.SECRET.original());
        }

        stage().program()
                .ask("source", "add", "dora", "--smtp", "dora@firm.example", "--family", "multidrop", "--headers", "To")
                .done();
        stage().program()
                .ask(
                        "give-back",
                        "smtp",
                        "set",
                        "--server",
                        "127.0.0.1:" + stage().server().smtp().getPort(),
                        "--from",
                        "archive@firm.example")
                .done();
        page.navigate(stage().url() + "/letters/" + stage().secretId());
        page.click("#send");
        assertThat(page.textContent("#news")).contains("dora@firm.example");
        stage().program().awaitIndexed();
        // the address is a source's here, so the letter is nobody's
        String id = stage().program()
                .ask("search", "subject:\"from the archive\"", "--auditor", "what was sent", "--json")
                .done()
                .jsonLines()
                .getFirst()
                .path("id")
                .asString("");
        Content sent = Content.of(stage().program()
                .ask("show", id, "--raw", "--auditor", "what was sent")
                .done()
                .octets());
        Letter carrier = LetterReader.read(sent, ReadLimits.DEFAULT);
        try (InputStream attached =
                LetterReader.openAttachment(sent, carrier.files().getFirst().index())) {
            assertThat(attached.readAllBytes()).isEqualTo(Stage.SECRET.original());
        }
        page.context().close();
    }

    @Test
    void sheLogsInWithAPasskey() throws Exception {
        try (PasskeyWalk walk =
                new PasskeyWalk(Chromium.browser(), stage().server(), Stage.PASSWORD, stage()::picture)) {
            walk.go("Emil Faber");
        }
    }

    @AfterEach
    void noFaultWasSeen() {
        stage().assertNoFault();
    }
}
