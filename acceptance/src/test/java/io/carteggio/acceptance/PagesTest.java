package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.deque.html.axecore.playwright.AxeBuilder;
import com.deque.html.axecore.results.Rule;
import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Download;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.Response;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import com.microsoft.playwright.options.WaitForSelectorState;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.mime.Letter;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.mail.mime.ReadLimits;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpClient.Way;
import io.carteggio.server.tls.TlsContexts;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;

/// The pages in a real Chromium: one story from the first start to a blind-copied reader, told in order. Every
/// page that is visited is looked at by axe; pictures of them lie in `target/screenshots`.
@Tag("peers")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class PagesTest {
    private static final Path CHROMIUM = Path.of("/usr/bin/chromium");
    private static final String JOURNAL = "journal@archive.firm.example";
    private static final String PASSWORD = "a long pass phrase of mine";
    private static final byte[] PLAN = plan();
    private static final int MANY = 60;

    private static Serving server;
    private static Program program;
    private static Playwright playwright;
    private static Browser browser;
    private static String letterId = "";
    private static Post secret = post();

    /// Where any browser tried to go.
    private static final Set<String> FOREIGN = new LinkedHashSet<>();

    private static final List<String> FAULTS = new ArrayList<>();

    @BeforeAll
    static void start() throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(CHROMIUM), "skipped: no Chromium");
        program = Program.on(Program.freshDirectory("browser"));
        server = program.serve();
        program.ask("source", "add", "exchange", "--smtp", JOURNAL).done();
        playwright = Playwright.create(
                new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
        browser = playwright
                .chromium()
                .launch(new BrowserType.LaunchOptions()
                        .setExecutablePath(CHROMIUM)
                        .setHeadless(true)
                        .setArgs(List.of(
                                "--no-sandbox",
                                "--disable-gpu",
                                "--disable-quic",
                                "--no-first-run",
                                "--disable-background-networking",
                                "--disable-component-update",
                                "--disable-sync")));
    }

    @AfterAll
    static void stop() {
        if (browser != null) {
            browser.close();
        }
        if (playwright != null) {
            playwright.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private static byte[] plan() {
        byte[] bytes = new byte[30_000];
        new Random(3).nextBytes(bytes);
        return bytes;
    }

    /// A letter with text, HTML that would like to phone home, and an attachment; Dora gets it blind.
    private static Post post() {
        String letter = String.join(
                "\r\n",
                "Received: from anna by mx.firm.example; Tue, 17 Mar 2026 09:12:01 +0000",
                "From: Anna Berg <anna@firm.example>",
                "To: Bruno Conti <bruno@firm.example>, sales@firm.example",
                "Subject: =?utf-8?Q?Angebot_f=C3=BCr_die_M=C3=BChle?=",
                "Message-ID: <browser@firm.example>",
                "Date: Tue, 17 Mar 2026 09:12:00 +0000",
                "MIME-Version: 1.0",
                "Content-Type: multipart/mixed; boundary=mixed",
                "",
                "--mixed",
                "Content-Type: multipart/alternative; boundary=alt",
                "",
                "--alt",
                "Content-Type: text/plain; charset=utf-8",
                "Content-Transfer-Encoding: 8bit",
                "",
                "Lieber Bruno,",
                "",
                "das Angebot für die Mühle liegt bei. Der Preis bleibt unter uns.",
                "",
                "> Was kostet die Mühle?",
                "",
                "Anna  https://firm.example/muehle",
                "--alt",
                "Content-Type: text/html; charset=utf-8",
                "Content-Transfer-Encoding: 8bit",
                "",
                "<html><head><style>body { color: #224; font-family: sans-serif }</style>"
                        + "<link rel=stylesheet href='http://192.0.2.1/style.css'></head><body background='http://192.0.2.1/b.png'>"
                        + "<script>document.title='scripted';parent.document.title='scripted';fetch('http://192.0.2.1/fetch')</script>"
                        + "<h1 onclick=\"alert(1)\">Angebot</h1><p>Das <b>Angebot</b> f&uuml;r die M&uuml;hle liegt bei.</p>"
                        + "<img src='http://192.0.2.1/pixel.gif' width=1 height=1 onerror='alert(2)'>"
                        + "<div style=\"background:url(http://192.0.2.1/css.png)\">Der Preis bleibt unter uns.</div>"
                        + "<iframe src='http://192.0.2.1/frame'></iframe><form action='http://192.0.2.1/form'><input name=q></form>"
                        + "<a href='http://192.0.2.1/link'>Mehr</a></body></html>",
                "--alt--",
                "--mixed",
                "Content-Type: application/octet-stream; name=\"plan.bin\"",
                "Content-Disposition: attachment; filename*=UTF-8''Pl%C3%A4ne.bin",
                "Content-Transfer-Encoding: base64",
                "",
                Base64.getMimeEncoder().encodeToString(PLAN),
                "--mixed--",
                "");
        return new Post(
                "anna@firm.example",
                "Angebot für die Mühle",
                "<browser@firm.example>",
                List.of(
                        "To: bruno@firm.example",
                        "To: carla@firm.example, Expanded: sales@firm.example",
                        "Bcc: dora@firm.example"),
                letter.getBytes(StandardCharsets.UTF_8));
    }

    /// A window of somebody's own, in which nothing leaves for elsewhere unseen.
    private static Page window() {
        return window("en-GB");
    }

    private static Page window(String locale) {
        BrowserContext context = browser.newContext(new Browser.NewContextOptions()
                .setViewportSize(1280, 900)
                .setAcceptDownloads(true)
                .setLocale(locale));
        context.setDefaultTimeout(15_000);
        context.onRequest(request -> {
            if (!request.url().startsWith(server.url())
                    && !request.url().startsWith("data:")
                    && !request.url().startsWith("about:")) {
                FOREIGN.add(request.url());
            }
        });
        context.onPage(page -> page.onConsoleMessage(message -> {
            // an answer of 403 or 404 is asserted where it is asked for
            if (message.type().equals("error") && !message.text().startsWith("Failed to load resource")) {
                FAULTS.add(page.url() + " " + message.text());
            }
        }));
        Page page = context.newPage();
        page.onDialog(dialog -> {
            FAULTS.add("a dialog: " + dialog.message());
            dialog.dismiss();
        });
        return page;
    }

    /// Lets axe look at the page as it stands.
    private static void look(Page page, String what) {
        for (Rule rule : new AxeBuilder(page).exclude("iframe").analyze().getViolations()) {
            FAULTS.add(what + ": " + rule.getId() + " (" + rule.getImpact() + ") " + rule.getHelp() + " "
                    + rule.getNodes().stream().map(n -> n.getHtml()).limit(3).toList());
        }
        boolean wide =
                (Boolean) page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
        if (wide) {
            FAULTS.add(what + ": must be scrolled sideways at " + page.viewportSize().width);
        }
    }

    /// Pictures: light on a desktop, dark on a phone.
    private static void picture(Page page, String what) throws IOException {
        Path folder = Program.root().resolve("acceptance/target/screenshots");
        Files.createDirectories(folder);
        shoot(page, folder, what, ColorScheme.LIGHT, 1280);
        shoot(page, folder, what, ColorScheme.DARK, 360);
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        page.setViewportSize(1280, 900);
    }

    private static void shoot(Page page, Path folder, String what, ColorScheme scheme, int width) {
        // still, so that axe does not judge a colour that is on its way to another
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme).setReducedMotion(ReducedMotion.REDUCE));
        page.setViewportSize(width, width == 360 ? 740 : 900);
        String name = what + "-" + width + "-" + scheme.name().toLowerCase(java.util.Locale.ROOT);
        look(page, name);
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(folder.resolve(name + ".png"))
                .setFullPage(true));
    }

    /// One picture, on a phone: where words are longer they need more room.
    private static void glance(Page page, String what) throws IOException {
        page.emulateMedia(new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.REDUCE));
        page.setViewportSize(360, 740);
        look(page, what);
        Path folder = Program.root().resolve("acceptance/target/screenshots");
        Files.createDirectories(folder);
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(folder.resolve(what + ".png"))
                .setFullPage(true));
        page.setViewportSize(1280, 900);
    }

    private static void fillPasswords(Page page) {
        for (var field : page.locator("input[type=password]").all()) {
            field.fill(PASSWORD);
        }
    }

    private static Page logIn(String account) {
        return logIn(window(), account);
    }

    private static Page logIn(Page page, String account) {
        page.navigate(server.url() + "/log-in");
        look(page, "log-in");
        page.fill("#account", account);
        page.fill("#password", PASSWORD);
        page.locator("#log-in-form button[type=submit]").click();
        assertThat(page.url()).as("logged in").doesNotContain("log-in");
        return page;
    }

    private static void search(Page page, String query) {
        page.navigate(server.url() + "/");
        page.fill("#q", query);
        page.click("#search");
    }

    @Test
    @Order(1)
    void theSetUpLinkMakesTheAdministrator() throws Exception {
        Page page = window();
        page.navigate(server.url() + "/");
        assertThat(page.url()).endsWith("/set-up");
        look(page, "waiting for set-up");
        page.navigate(server.setUpLink().toString());
        picture(page, "set-up");
        page.fill("#name", "Ada Minister");
        page.fill("#address", "ada@firm.example");
        fillPasswords(page);
        page.click("#save");
        assertThat(page.url()).endsWith("/first-steps");
        page.navigate(server.url() + "/books");
        picture(page, "books-empty");

        Page late = window();
        Response gone = late.navigate(server.setUpLink().toString());
        assertThat(gone.status()).as("the link works once").isEqualTo(404);
        look(late, "a set-up link that was used");

        page.navigate(server.url() + "/people");
        for (String person : List.of("Anna Berg", "Bruno Conti", "Carla Dietz", "Dora Engel", "Emil Faber")) {
            String first = person.substring(0, person.indexOf(' ')).toLowerCase(java.util.Locale.ROOT);
            page.navigate(server.url() + "/people");
            page.fill("#name", person);
            page.locator("#add-person input[name=address]").first().fill(first + "@firm.example");
            page.click("#add");
            page.click("#invite");
            String link = page.inputValue("#invitation-link");
            if (person.equals("Dora Engel")) {
                picture(page, "person");
            }
            Page own = window();
            own.navigate(link);
            look(own, "invitation");
            fillPasswords(own);
            own.click("#save");
            assertThat(own.textContent("#account-link")).contains(person);
            own.context().close();
        }
        page.navigate(server.url() + "/people");
        picture(page, "people");
        page.context().close();
    }

    @Test
    @Order(2)
    void aReportComesIn() throws Exception {
        for (Post post : List.of(
                secret,
                Post.plain(
                        "b2",
                        "bruno@firm.example",
                        "anna@firm.example",
                        "Lunch on Thursday",
                        "Shall we meet at the mill?",
                        "To: anna@firm.example"))) {
            try (SmtpClient client =
                    SmtpClient.connect(server.smtp(), "exchange.firm.example", Duration.ofSeconds(30))) {
                client.startTls(TlsContexts.opportunisticClient());
                assertThat(client.send(
                                        Optional.of(new Address("postmaster@firm.example")),
                                        List.of(new Address(JOURNAL)),
                                        post.report(),
                                        Way.BDAT)
                                .kept())
                        .isTrue();
            }
        }
        try (SmtpClient client = SmtpClient.connect(server.smtp(), "exchange.firm.example", Duration.ofSeconds(30))) {
            client.send(
                    Optional.of(new Address("postmaster@firm.example")),
                    List.of(new Address(JOURNAL)),
                    io.carteggio.mail.Content.of(
                            "Subject: no report\r\n\r\nsecretwordinquarantine\r\n".getBytes(StandardCharsets.US_ASCII)),
                    Way.DATA);
        }
        program.awaitIndexed();
        letterId = program.find("Dora Engel", "Angebot").orElseThrow();
    }

    @Test
    @Order(3)
    void theBlindCopiedReaderFindsReadsAndGetsItBack() throws Exception {
        Page page = logIn("dora@firm.example");
        picture(page, "search-home");
        search(page, "mühle preis");
        assertThat(page.locator("#results li.result").count()).isEqualTo(1);
        picture(page, "search");
        page.locator("#results h2 a").click();
        assertThat(page.url()).contains("/letters/" + letterId);
        assertThat(page.textContent("#subject")).isEqualTo("Angebot für die Mühle");
        picture(page, "letter");
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
        assertThat(FOREIGN).as("nothing is asked for outside").isEmpty();
        assertThat(page.title()).doesNotContain("scripted");

        Download attachment = page.waitForDownload(
                () -> page.locator("#attachments a").first().click());
        assertThat(Files.readAllBytes(attachment.path())).as("the attachment").isEqualTo(PLAN);
        assertThat(attachment.suggestedFilename()).isEqualTo("Pläne.bin");
        Download eml = page.waitForDownload(() -> page.click("#original"));
        assertThat(Files.readAllBytes(eml.path())).as("the original").isEqualTo(secret.original());
        assertThat(eml.suggestedFilename()).endsWith(".eml");

        page.click("#as-text");
        assertThat(page.textContent("#text")).contains("das Angebot für die Mühle liegt bei");
        picture(page, "letter-text");
        assertThat(FOREIGN).isEmpty();
        page.navigate(server.url() + "/account");
        look(page, "account");
        page.navigate(server.url() + "/search?q=subject%3A(unclosed");
        look(page, "a query with a mistake");
        page.navigate(server.url() + "/search?q=nothinghasthisword");
        picture(page, "search-nothing");
        page.click("#log-out");
        assertThat(page.url()).contains("/log-in");
        page.context().close();
    }

    @Test
    @Order(4)
    void theOtherRecipientLearnsNothingOfTheBlindCopy() {
        Page page = logIn("Bruno Conti");
        search(page, "Angebot");
        assertThat(page.content()).doesNotContainIgnoringCase("dora");
        page.navigate(server.url() + "/letters/" + letterId);
        assertThat(page.textContent("#delivered")).contains("bruno@firm.example", "carla@firm.example");
        assertThat(page.content()).doesNotContainIgnoringCase("dora").doesNotContainIgnoringCase("blind copy to");
        search(page, "dora");
        assertThat(page.locator("#results li.result").count())
                .as("nor can he ask for her")
                .isZero();
        search(page, "bcc:dora@firm.example");
        assertThat(page.locator("#results li.result").count()).isZero();
        page.context().close();

        Page sender = logIn("Anna Berg");
        sender.navigate(server.url() + "/letters/" + letterId);
        assertThat(sender.textContent("#delivered")).as("the sender sees all").contains("dora@firm.example");
        sender.context().close();
    }

    @Test
    @Order(5)
    void anOutsiderSeesNothing() {
        Page page = logIn("Emil Faber");
        for (String query : List.of("Angebot", "from:anna", "to:bruno", "")) {
            search(page, query);
            assertThat(page.locator("#results li.result").count()).as(query).isZero();
        }
        String unknown = (letterId.charAt(0) == 'a' ? "b" : "a") + letterId.substring(1);
        Response guessed = page.navigate(server.url() + "/letters/" + letterId);
        String answer = page.content();
        assertThat(guessed.status()).isEqualTo(404);
        look(page, "not found");
        Response nobodys = page.navigate(server.url() + "/letters/" + unknown);
        assertThat(nobodys.status()).isEqualTo(404);
        assertThat(answer.replace(letterId, ""))
                .as("the same answer")
                .isEqualTo(page.content().replace(unknown, ""));
        for (String below :
                List.of("/text", "/original", "/attachments/0", "/attachments/1", "/reports/1", "/letters/1")) {
            Response response = page.navigate(server.url() + "/letters/" + letterId + below);
            assertThat(response.status()).as(below).isEqualTo(404);
        }
        assertThat(page.navigate(server.url() + "/books").status()).isEqualTo(403);
        look(page, "not for you");
        assertThat(page.navigate(server.url() + "/quarantine").status()).isEqualTo(403);
        assertThat(page.navigate(server.url() + "/people").status()).isEqualTo(403);
        page.context().close();

        Page stranger = window();
        stranger.navigate(server.url() + "/letters/" + letterId);
        assertThat(stranger.url()).contains("/log-in");
        assertThat(stranger.content()).doesNotContain("Mühle");
        stranger.context().close();
    }

    @Test
    @Order(6)
    void theAdministratorSeesTheBooksAndNoLetter() throws Exception {
        Page page = logIn("ada@firm.example");
        page.navigate(server.url() + "/books");
        assertThat(page.textContent("main")).contains("exchange");
        assertThat(page.locator("#days .bar").count()).isEqualTo(60);
        picture(page, "books");
        page.navigate(server.url() + "/quarantine");
        assertThat(page.textContent("main")).contains("not a journal report").doesNotContain("secretwordinquarantine");
        picture(page, "quarantine");
        page.navigate(server.url() + "/trail");
        look(page, "trail");
        page.fill("#text", "log-in");
        page.click("#find-trail");
        assertThat(page.textContent("main")).contains("log-in", "Dora Engel");
        picture(page, "trail");
        page.navigate(server.url() + "/approvals");
        picture(page, "approvals");
        page.navigate(server.url() + "/account/second-factor");
        picture(page, "second-factor");
        page.navigate(server.url() + "/confirm");
        look(page, "confirm");
        page.navigate(server.url() + "/people");
        page.click("#people a.name >> nth=0");
        page.selectOption("#role", "data-protection-officer");
        page.fill("#role-reason", "appointed");
        page.click("#give-role-button");
        assertThat(page.textContent("#roles")).contains("data-protection officer", "appointed");
        picture(page, "person-roles");
        search(page, "Angebot");
        assertThat(page.locator("#results li.result").count()).isZero();
        assertThat(page.navigate(server.url() + "/letters/" + letterId).status())
                .isEqualTo(404);
        assertThat(page.navigate(server.url() + "/letters/" + letterId + "/original")
                        .status())
                .isEqualTo(404);
        page.context().close();
    }

    /// The browser says what it likes best; who chooses a language has it everywhere.
    @Test
    @Order(7)
    void thePagesSpeakItalianAndGerman() throws Exception {
        Page page = window("it-IT");
        page.navigate(server.url() + "/log-in");
        assertThat(page.getAttribute("html", "lang")).isEqualTo("it");
        assertThat(page.textContent("h1")).isEqualTo("Accedi");
        glance(page, "log-in-it");
        logIn(page, "Dora Engel");
        search(page, "Angebot");
        assertThat(page.textContent("#total")).isEqualTo("1 lettera trovata");
        glance(page, "search-it");
        page.click("#results h2 a");
        assertThat(page.textContent("#delivered")).contains("Copia nascosta");
        glance(page, "letter-it");
        search(page, "(angebot");
        assertThat(page.textContent("#mistake")).contains("Questa parentesi non viene mai chiusa.");
        page.navigate(server.url() + "/account");
        glance(page, "account-it");
        page.selectOption("#language", "de");
        page.click("#set-language");
        assertThat(page.getAttribute("html", "lang")).isEqualTo("de");
        assertThat(page.textContent("#language-heading")).isEqualTo("Sprache");
        search(page, "Angebot");
        assertThat(page.textContent("#total")).isEqualTo("1 Brief gefunden");
        glance(page, "search-de");
        page.navigate(server.url() + "/account");
        page.selectOption("#language", "");
        page.click("#set-language");
        assertThat(page.getAttribute("html", "lang")).as("as the browser likes").isEqualTo("it");
        page.context().close();

        Page ada = logIn(window("it-IT"), "ada@firm.example");
        for (String path :
                List.of("/books", "/quarantine", "/trail", "/approvals", "/people", "/account/second-factor")) {
            ada.navigate(server.url() + path);
            assertThat(ada.getAttribute("html", "lang")).isEqualTo("it");
            glance(ada, path.substring(path.lastIndexOf('/') + 1) + "-it");
        }
        ada.context().close();
    }

    @Test
    @Order(8)
    void aStrangersFormIsRefused() {
        Page page = logIn("ada@firm.example");
        Response answer = page.waitForResponse(
                "**/people",
                () -> page.evaluate(
                        "() => { const f = document.createElement('form'); f.method = 'post'; f.action = '/people';"
                                + " f.innerHTML = '<input name=name value=Mallory><input name=token value=guess>';"
                                + " document.body.append(f); f.submit(); }"));
        assertThat(answer.status()).isEqualTo(403);
        Page people = page.context().newPage(); // the other one is still on its way to the refusal
        people.navigate(server.url() + "/people");
        assertThat(people.content()).contains("Dora Engel").doesNotContain("Mallory");
        page.context().close();

        Page wrong = window();
        wrong.navigate(server.url() + "/log-in");
        wrong.fill("#account", "ada@firm.example");
        wrong.fill("#password", "not this one at all");
        wrong.locator("#log-in-form button[type=submit]").click();
        assertThat(wrong.url()).contains("log-in");
        look(wrong, "a wrong password");
        wrong.context().close();
    }

    /// More than a page of letters: narrowed, listed to the end, and gone through without a mouse.
    @Test
    @Order(9)
    void manyLettersAreNarrowedAndGoneThroughByKeys() throws Exception {
        try (SmtpClient client = SmtpClient.connect(server.smtp(), "exchange.firm.example", Duration.ofSeconds(30))) {
            client.startTls(TlsContexts.opportunisticClient());
            for (int i = 0; i < MANY; i++) {
                Post post = Post.plain(
                        "many" + i,
                        i % 3 == 0 ? "carla@firm.example" : "anna@firm.example",
                        "bruno@firm.example",
                        "Mill wheel " + i,
                        "About the wheel, part " + i + ".",
                        "To: bruno@firm.example");
                assertThat(client.send(
                                        Optional.of(new Address("postmaster@firm.example")),
                                        List.of(new Address(JOURNAL)),
                                        post.report(),
                                        Way.BDAT)
                                .kept())
                        .isTrue();
            }
        }
        program.awaitIndexed();
        Page page = logIn("Bruno Conti");
        search(page, "wheel");
        assertThat(page.locator("#results mark").first().textContent()).isEqualToIgnoringCase("wheel");
        page.waitForSelector("#narrowing .choices");
        picture(page, "search-many");
        page.evaluate("window.scrollTo(0, document.body.scrollHeight)");
        page.locator("#results > li")
                .nth(25)
                .waitFor(new Locator.WaitForOptions().setState(WaitForSelectorState.ATTACHED));
        for (int i = 0; i < 10; i++) {
            page.evaluate("window.scrollTo(0, document.body.scrollHeight)");
            page.waitForTimeout(100);
        }
        assertThat(page.locator("#results > li").count()).isEqualTo(MANY);
        look(page, "the end of a long list");
        page.locator("#narrowing a", new Page.LocatorOptions().setHasText("carla@firm.example"))
                .first()
                .click();
        assertThat(page.textContent("#total")).contains("20 letters match");
        assertThat(page.inputValue("#q")).isEqualTo("wheel from:carla@firm.example");

        page.navigate(server.url() + "/search");
        page.keyboard().press("/");
        page.keyboard().type("from:an");
        page.waitForSelector("#suggestions li");
        look(page, "suggestions");
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
    @Order(10)
    void lettersAreSeenOtherwiseAndSearchesSaved() throws Exception {
        try (SmtpClient client = SmtpClient.connect(server.smtp(), "exchange.firm.example", Duration.ofSeconds(30))) {
            client.startTls(TlsContexts.opportunisticClient());
            Post post = Post.plain(
                    "answer",
                    "bruno@firm.example",
                    "anna@firm.example",
                    "Re: Mill wheel 1",
                    "So many words before what was looked for. ".repeat(12) + "Here is the sluice.",
                    "To: anna@firm.example");
            assertThat(client.send(
                                    Optional.of(new Address("postmaster@firm.example")),
                                    List.of(new Address(JOURNAL)),
                                    post.report(),
                                    Way.BDAT)
                            .kept())
                    .isTrue();
        }
        program.awaitIndexed();
        Page page = logIn("Bruno Conti");
        search(page, "sluice");
        page.waitForSelector("#results .snippet mark");
        assertThat(page.textContent("#results .snippet")).contains("Here is the sluice");
        page.click("#seen-as a:has-text('Conversations')");
        assertThat(page.textContent("#results")).contains("1 of 2 letters of a conversation");
        page.click("#seen-as a:has-text('By relevance')");
        assertThat(page.textContent("#total")).contains("1 letter matches");
        page.click("#saved summary");
        page.fill("#save-name", "The sluice");
        picture(page, "search-otherwise");
        page.click("#save");
        assertThat(page.inputValue("#q")).isEqualTo("sluice");
        page.click("#saved summary");
        page.click("#saved-searches a");
        assertThat(page.url()).contains("sort=relevance", "conversations=yes");
        page.click("#results h2 a");
        assertThat(page.textContent("#conversation")).contains("2 letters in this conversation", "Mill wheel 1");
        picture(page, "letter-conversation");
        page.navigate(server.url() + "/searches");
        picture(page, "saved-searches");
        page.context().close();
    }

    /// An address for Microsoft 365, whose first report is seen without loading the page again; and a mailbox in a
    /// real Dovecot, tried and fetched.
    @Test
    @Order(11)
    void theWizardMakesSources() throws Exception {
        Page page = logIn("ada@firm.example");
        page.navigate(server.url() + "/sources");
        picture(page, "sources");
        page.click("#add-source");
        picture(page, "source-systems");
        page.click("#system-microsoft-365");
        picture(page, "source-new");
        page.fill("#domain", "archive.firm.example");
        page.fill("#ndr", "lost@elsewhere.example");
        page.click("#create-source");
        assertThat(page.textContent("#steps"))
                .contains("New-JournalRule -Name 'microsoft-365'", "JournalingReportNdrTo 'lost@elsewhere.example'");
        assertThat(page.textContent("#arrived")).contains("No report yet");
        picture(page, "source-microsoft-365");
        String address = page.inputValue("#journal-address");
        assertThat(address).endsWith("@archive.firm.example").hasSizeGreaterThan(40);
        Post post = Post.plain(
                "wizard1",
                "anna@firm.example",
                "bruno@firm.example",
                "First report",
                "Here it is.",
                "To: bruno@firm.example");
        try (SmtpClient client = SmtpClient.connect(server.smtp(), "exchange.firm.example", Duration.ofSeconds(30))) {
            client.send(
                    Optional.of(new Address("lost@elsewhere.example")),
                    List.of(new Address(address)),
                    post.report(),
                    Way.DATA);
        }
        page.locator("#arrived:has-text('1 letter, 1 recipient.')").waitFor();
        look(page, "the first report");

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
                page.navigate(server.url() + "/sources/new/mailbox");
                picture(page, "source-new-mailbox");
                page.fill("#name", "dovecot");
                page.fill("#host", "127.0.0.1:" + dovecot.imaps());
                page.fill("#certificate", "sha256:" + dovecot.certificateSum());
                page.fill("#user", "journal@firm.example");
                page.fill("#password", "wrong");
                page.click("#create-source");
                page.click("#test-source");
                assertThat(page.textContent("#tried")).contains("log in", "to do");
                picture(page, "source-tried");
                program.ask("source", "remove", "dovecot").done();
                page.navigate(server.url() + "/sources/new/mailbox");
                page.fill("#name", "dovecot");
                page.fill("#host", "127.0.0.1:" + dovecot.imaps());
                page.fill("#certificate", "sha256:" + dovecot.certificateSum());
                page.fill("#user", "journal@firm.example");
                page.fill("#password", "secret");
                page.click("#create-source");
                page.click("#test-source");
                assertThat(page.textContent("#tried"))
                        .contains("log in", "folder")
                        .doesNotContain("to do");
                page.locator("#arrived:has-text('1 letter')").waitFor();
                page.navigate(server.url() + "/jobs");
                assertThat(page.textContent("#jobs")).contains("dovecot");
                picture(page, "jobs");
                page.click("#jobs a.name");
                assertThat(page.textContent("#history")).contains("done");
                picture(page, "job");
                assertThat(dovecot.mails("journal@firm.example", "INBOX")).isEmpty();
            }
            program.ask("source", "remove", "dovecot").done();
        }
        page.context().close();
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
    @Order(12)
    void sheBringsALetterBackToHerMailbox() throws Exception {
        Page page = logIn("Dora Engel");
        page.navigate(server.url() + "/letters/" + letterId);
        assertThat(page.locator("#back").count())
                .as("not offered before it is set")
                .isZero();
        Download proof = page.waitForDownload(() -> page.click("#proof"));
        assertThat(program.ask("verify-proof", proof.path().toString()).done().out())
                .contains("proven", "holds the letter");
        Page printed = page.waitForPopup(() -> page.click("#print"));
        assertThat(printed.textContent("body"))
                .contains("Angebot für die Mühle", "dora@firm.example", "Das Angebot für die Mühle liegt bei.");
        assertThat(printed.locator("script").count()).isZero(); // axe cannot run there either: nothing can
        printed.close();

        Assumptions.assumeTrue(Dovecot.available(), "skipped: no Dovecot");
        try (Dovecot dovecot = Dovecot.start()) {
            program.ask(
                            "give-back",
                            "imap",
                            "set",
                            "127.0.0.1",
                            "--port",
                            Integer.toString(dovecot.imaps()),
                            "--certificate",
                            "sha256:" + dovecot.certificateSum())
                    .done();
            page.navigate(server.url() + "/letters/" + letterId);
            page.click("#put-back summary");
            page.fill("#mailbox-password", "wrong");
            page.click("#put");
            assertThat(page.textContent("main")).contains("does not take this password");
            page.navigate(server.url() + "/letters/" + letterId);
            page.click("#put-back summary");
            page.fill("#mailbox-password", "secret");
            picture(page, "letter-back");
            page.click("#put");
            assertThat(page.textContent("#news")).contains("dora@firm.example");
            assertThat(mailOf("dora@firm.example", dovecot.imaps())).isEqualTo(secret.original());
        }

        program.ask("source", "add", "dora", "--smtp", "dora@firm.example", "--family", "multidrop", "--headers", "To")
                .done();
        program.ask(
                        "give-back",
                        "smtp",
                        "set",
                        "--server",
                        "127.0.0.1:" + server.smtp().getPort(),
                        "--from",
                        "archive@firm.example")
                .done();
        page.navigate(server.url() + "/letters/" + letterId);
        page.click("#send");
        assertThat(page.textContent("#news")).contains("dora@firm.example");
        program.awaitIndexed();
        // the address is a source's here, so the letter is nobody's
        String id = program.ask("search", "subject:\"from the archive\"", "--auditor", "what was sent", "--json")
                .done()
                .jsonLines()
                .getFirst()
                .path("id")
                .asString("");
        Content sent = Content.of(program.ask("show", id, "--raw", "--auditor", "what was sent")
                .done()
                .octets());
        Letter carrier = LetterReader.read(sent, ReadLimits.DEFAULT);
        try (InputStream attached =
                LetterReader.openAttachment(sent, carrier.files().getFirst().index())) {
            assertThat(attached.readAllBytes()).isEqualTo(secret.original());
        }
        page.context().close();
    }

    @Test
    @Order(99)
    void noFaultWasSeenOnAnyPage() {
        assertThat(FAULTS).as("axe, console, sideways scrolling").isEmpty();
        assertThat(FOREIGN).as("requests to elsewhere").isEmpty();
    }
}
