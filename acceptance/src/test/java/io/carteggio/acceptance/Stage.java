package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Frame;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.options.ColorScheme;
import com.microsoft.playwright.options.ReducedMotion;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpClient.Way;
import io.carteggio.server.tls.TlsContexts;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import tools.jackson.databind.node.JsonNodeFactory;

/// A running server with what the tests of its pages do there: windows in which nothing leaves for elsewhere unseen,
/// looks by axe, pictures. The one with a firm in it is shared by all such tests of a process, which send letters
/// of their own and mind nobody else's. Belongs to the thread that runs the tests.
final class Stage {
    static final String JOURNAL = "journal@archive.firm.example";
    static final String PASSWORD = "a long pass phrase of mine";
    static final byte[] PLAN = plan();

    /// Dora gets it blind; it has text, HTML that would like to phone home, and an attachment.
    static final Post SECRET = secret();

    private static final Path PICTURES = Program.root().resolve("acceptance/target/screenshots");

    private static Optional<Stage> shared = Optional.empty();
    private static boolean ending;

    private final Program program;
    private final Serving server;

    /// Where any browser tried to go.
    private final Set<String> foreign = new LinkedHashSet<>();

    private final List<String> faults = new ArrayList<>();
    private String secretId = "";

    private Stage(Program program, Serving server) {
        this.program = program;
        this.server = server;
    }

    /// A server that was never set up.
    static Stage bare(String name) throws Exception {
        Chromium.browser();
        endWithUs();
        Program program = Program.on(Program.freshDirectory(name));
        return new Stage(program, program.serve());
    }

    /// On a server that a test has started itself.
    static Stage on(Program program, Serving server) {
        return new Stage(program, server);
    }

    /// One with a firm: an administrator, five people, a source, a few letters.
    static Stage firm() throws Exception {
        if (shared.isEmpty()) {
            Stage stage = bare("stage");
            stage.people();
            stage.program.ask("source", "add", "exchange", "--smtp", JOURNAL).done();
            stage.send(
                    SECRET,
                    Post.plain(
                            "b2",
                            "bruno@firm.example",
                            "anna@firm.example",
                            "Lunch on Thursday",
                            "Shall we meet at the mill?",
                            "To: anna@firm.example"));
            stage.sendAsIs("Subject: no report\r\n\r\nsecretwordinquarantine\r\n");
            stage.program.awaitIndexed();
            stage.secretId = stage.program.find("Dora Engel", "Angebot").orElseThrow();
            shared = Optional.of(stage);
        }
        return shared.orElseThrow();
    }

    /// Whatever this process started ends with it.
    static synchronized void endWithUs() {
        if (!ending) {
            ending = true;
            Runtime.getRuntime()
                    .addShutdownHook(new Thread(
                            () -> ProcessHandle.current().descendants().forEach(ProcessHandle::destroy),
                            "end of stage"));
        }
    }

    private void people() throws IOException {
        program.ask("person", "add", "Ada Minister", "ada@firm.example", "--role", "administrator")
                .done();
        for (String person : List.of("Anna Berg", "Bruno Conti", "Carla Dietz", "Dora Engel", "Emil Faber")) {
            String first = person.substring(0, person.indexOf(' ')).toLowerCase(Locale.ROOT);
            program.ask("person", "add", person, first + "@firm.example").done();
        }
        for (String person : List.of("Ada Minister", "Anna Berg", "Bruno Conti", "Dora Engel", "Emil Faber")) {
            password(person);
        }
    }

    /// Gives somebody the password that all have here.
    void password(String person) throws IOException {
        try (Desk desk = Desk.of(server)) {
            desk.line(
                    "person.password",
                    JsonNodeFactory.instance.objectNode().put("person", person).put("password", PASSWORD));
        }
    }

    private static byte[] plan() {
        byte[] bytes = new byte[30_000];
        new Random(3).nextBytes(bytes);
        return bytes;
    }

    /// A letter with text, HTML that would like to phone home, and an attachment; Dora gets it blind.
    private static Post secret() {
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

    Program program() {
        return program;
    }

    Serving server() {
        return server;
    }

    String url() {
        return server.url();
    }

    String secretId() {
        return secretId;
    }

    void close() {
        server.close();
    }

    // ---- mail

    /// Sends reports to the firm's journaling address.
    void send(Post... posts) throws Exception {
        send(JOURNAL, posts);
    }

    void send(String address, Post... posts) throws Exception {
        try (SmtpClient client = SmtpClient.connect(server.smtp(), "exchange.firm.example", Duration.ofSeconds(30))) {
            client.startTls(TlsContexts.opportunisticClient());
            for (Post post : posts) {
                assertThat(client.send(
                                        Optional.of(new Address("postmaster@firm.example")),
                                        List.of(new Address(address)),
                                        post.report(),
                                        Way.BDAT)
                                .kept())
                        .isTrue();
            }
        }
    }

    private void sendAsIs(String mail) throws Exception {
        try (SmtpClient client = SmtpClient.connect(server.smtp(), "exchange.firm.example", Duration.ofSeconds(30))) {
            client.send(
                    Optional.of(new Address("postmaster@firm.example")),
                    List.of(new Address(JOURNAL)),
                    Content.of(mail.getBytes(StandardCharsets.US_ASCII)),
                    Way.DATA);
        }
    }

    // ---- windows

    /// A window of somebody's own, in which nothing leaves for elsewhere unseen.
    Page window() {
        return window("en-GB");
    }

    Page window(String locale) {
        return window(new Browser.NewContextOptions().setViewportSize(1280, 900).setLocale(locale));
    }

    Page window(Browser.NewContextOptions options) {
        BrowserContext context = Chromium.browser().newContext(options.setAcceptDownloads(true));
        context.setDefaultTimeout(15_000);
        context.onRequest(request -> {
            if (!request.url().startsWith(server.url())
                    && !request.url().startsWith("data:")
                    && !request.url().startsWith("about:")) {
                foreign.add(request.url());
            }
        });
        context.onPage(page -> page.onConsoleMessage(message -> {
            // an answer of 403 or 404 is asserted where it is asked for
            if (message.type().equals("error") && !message.text().startsWith("Failed to load resource")) {
                faults.add(page.url() + " " + message.text());
            }
        }));
        Page page = context.newPage();
        page.onDialog(dialog -> {
            faults.add("a dialog: " + dialog.message());
            dialog.dismiss();
        });
        return page;
    }

    Page logIn(String account) {
        return logIn(window(), account);
    }

    Page logIn(Page page, String account) {
        page.navigate(url() + "/log-in");
        page.fill("#account", account);
        page.fill("#password", PASSWORD);
        page.locator("#log-in-form button[type=submit]").click();
        assertThat(page.url()).as("logged in").doesNotContain("log-in");
        return page;
    }

    void search(Page page, String query) {
        page.navigate(url() + "/search");
        page.fill("#q", query);
        page.click("#search");
    }

    static void fillPasswords(Page page) {
        for (var field : page.locator("input[type=password]").all()) {
            field.fill(PASSWORD);
        }
    }

    // ---- looks and pictures

    /// Lets axe look at the page as it stands.
    void look(Page page, String what) {
        page.waitForLoadState(); // into a page that is about to go nothing can be put
        Axe.violations(page).forEach(rule -> faults.add(what + ": " + rule));
        narrow(page, what);
    }

    /// Looks whether all of a page is seen without scrolling sideways.
    void narrow(Page page, String what) {
        boolean wide =
                (Boolean) page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
        if (wide) {
            faults.add(what + ": must be scrolled sideways at " + page.viewportSize().width);
        }
    }

    /// Pictures: light on a desktop, dark on a phone.
    void picture(Page page, String what) throws IOException {
        shoot(page, what, ColorScheme.LIGHT, 1280);
        pictureOnPhone(page, what);
    }

    /// The one on a phone, where another page is made alike.
    void pictureOnPhone(Page page, String what) throws IOException {
        shoot(page, what, ColorScheme.DARK, 360);
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(ColorScheme.LIGHT));
        page.setViewportSize(1280, 900);
    }

    private void shoot(Page page, String what, ColorScheme scheme, int width) throws IOException {
        // still, so that axe does not judge a colour that is on its way to another
        page.emulateMedia(new Page.EmulateMediaOptions().setColorScheme(scheme).setReducedMotion(ReducedMotion.REDUCE));
        page.setViewportSize(width, width == 360 ? 740 : 900);
        String name = what + "-" + width + "-" + scheme.name().toLowerCase(Locale.ROOT);
        look(page, name);
        save(page, name);
    }

    /// One picture, on a phone: where words are longer they need more room.
    void glance(Page page, String what) throws IOException {
        page.emulateMedia(new Page.EmulateMediaOptions().setReducedMotion(ReducedMotion.REDUCE));
        page.setViewportSize(360, 740);
        look(page, what);
        save(page, what);
        page.setViewportSize(1280, 900);
    }

    /// A picture as the window stands.
    void save(Page page, String what) throws IOException {
        Files.createDirectories(PICTURES);
        for (Frame frame : page.frames()) {
            frame.waitForLoadState();
        }
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))");
        page.screenshot(new Page.ScreenshotOptions()
                .setPath(PICTURES.resolve(what + ".png"))
                .setFullPage(true));
    }

    // ---- what went wrong

    /// What any browser tried to load from elsewhere so far.
    Set<String> foreign() {
        return foreign;
    }

    /// What was seen so far that should not be.
    List<String> faults() {
        return faults;
    }

    /// Fails where something was seen that should not be, on whatever page so far.
    void assertNoFault() {
        List<String> seen = List.copyOf(faults);
        List<String> tried = List.copyOf(foreign);
        faults.clear();
        foreign.clear();
        assertThat(seen).as("axe, console, sideways scrolling").isEmpty();
        assertThat(tried).as("requests to elsewhere").isEmpty();
    }
}
