package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.Page;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Logging in with a real OpenID provider, in a real Chromium. The provider is another site (`localhost`)
/// than the archive (`127.0.0.1`), so that cookies do what they do between sites.
@Tag("peers")
class OpenIdTest {
    private static final String SECRET = "a secret of the client: +&=%";

    private static Optional<Process> provider = Optional.empty();
    private static Optional<Serving> server = Optional.empty();
    private static Optional<Browser> browser = Optional.empty();
    private static Optional<Program> program = Optional.empty();

    @BeforeAll
    static void start() throws Exception {
        Path folder = Program.root().resolve("acceptance/target/oidc-provider");
        assumeTrue(
                Files.isDirectory(folder.resolve("node_modules/oidc-provider")),
                "skipped: npm could not fetch oidc-provider (./check does it)");
        program = Optional.of(Program.on(Program.freshDirectory("openid")));
        browser = Optional.of(Chromium.browser());
        server = Optional.of(program().serve());
        try (Pages _ = Pages.ofAdministrator(server())) {
            program().ask("person", "add", "Anna Rossi", "anna@firm.example").done();
            program().ask("person", "add", "Bert Boss", "bert@firm.example").done();
            program().ask("person", "add", "Dora Engel", "dora@firm.example").done();
        }
        int port = FreePort.next();
        provide(folder, port);
        Path secret = Files.writeString(program().data().resolve("secret"), SECRET + "\n");
        program()
                .ask(
                        "login",
                        "oidc",
                        "set",
                        "--issuer",
                        "http://localhost:" + port,
                        "--client-id",
                        "archive",
                        "--client-secret-file",
                        secret.toString(),
                        "--name",
                        "the firm",
                        "--scope",
                        "openid email groups",
                        "--role",
                        "archive-admins=administrator")
                .done();
    }

    private static Program program() {
        return program.orElseThrow();
    }

    private static Serving server() {
        return server.orElseThrow();
    }

    private static void provide(Path folder, int port) throws IOException, InterruptedException {
        Files.copy(
                Program.root().resolve("acceptance/src/test/node/provider.mjs"),
                folder.resolve("provider.mjs"),
                StandardCopyOption.REPLACE_EXISTING);
        Path log = folder.resolve("provider.log");
        Process process = new ProcessBuilder(
                        "node",
                        "provider.mjs",
                        Integer.toString(port),
                        server().url() + "/log-in/oidc/callback",
                        server().url() + "/log-in")
                .directory(folder.toFile())
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start();
        provider = Optional.of(process);
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try (Socket _ = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return;
            } catch (IOException e) {
                if (System.nanoTime() > until || !process.isAlive()) {
                    throw new IOException("the provider does not listen: " + Files.readString(log), e);
                }
            }
            Thread.sleep(50);
        }
    }

    @AfterAll
    static void stop() {
        provider.ifPresent(Process::destroy);
        server.ifPresent(Serving::close);
    }

    private static Page window() {
        BrowserContext context = browser.orElseThrow().newContext();
        context.setDefaultTimeout(15_000);
        // the provider's page for developers would like a font from elsewhere
        context.route(
                url -> !url.startsWith("http://localhost:") && !url.startsWith("http://127.0.0.1:"),
                route -> route.abort());
        return context.newPage();
    }

    /// Logs in at the provider's page, and agrees to what is asked there.
    private static void there(Page page, String name) {
        page.fill("input[name=login]", name);
        page.fill("input[name=password]", "any");
        submit(page);
        while (page.url().contains("/interaction/")) {
            submit(page);
        }
    }

    private static void submit(Page page) {
        String before = page.url();
        page.click("button[type=submit]");
        page.waitForURL(url -> !url.equals(before));
    }

    private static Page logIn(String name) {
        Page page = window();
        page.navigate(server().url() + "/search?q=x");
        page.click("#log-in-there");
        there(page, name);
        return page;
    }

    @Test
    void everyStepOfTheTrialIsGood() throws Exception {
        Program.Ran trial = program()
                .ask("login", "oidc", "test", "--redirect", server().url() + "/log-in/oidc/callback", "--json")
                .done();
        assertThat(trial.jsonLines())
                .hasSize(5)
                .allSatisfy(
                        step -> assertThat(step.path("result").stringValue()).isEqualTo("ok"));
        Path wrong = Files.writeString(program().data().resolve("wrong"), "another secret\n");
        program()
                .ask("login", "oidc", "set", "--client-secret-file", wrong.toString())
                .done();
        assertThat(program().ask("login", "oidc", "test").exit(1).out()).contains("client or its secret is refused");
        program()
                .ask(
                        "login",
                        "oidc",
                        "set",
                        "--client-secret-file",
                        program().data().resolve("secret").toString())
                .done();
        assertThat(program().ask("login", "oidc", "show").done().out())
                .contains("client-secret is kept")
                .doesNotContain(SECRET);
    }

    @Test
    void oneLogsInThereAndIsInHere() {
        Page page = logIn("anna");
        page.waitForURL(server().url() + "/search?q=x");
        assertThat(page.textContent("#account-link")).contains("Anna Rossi");
        page.click("#log-out");
        assertThat(page.textContent("h1")).contains("Logged out");
        page.click("a.button"); // at the provider, too
        page.click("button[name=logout]");
        page.waitForURL(server().url() + "/log-in");
        page.click("#log-in-there");
        page.waitForSelector("input[name=login]"); // the provider asks again
        page.context().close();
    }

    @Test
    void nobodyIsMade() {
        for (String name : List.of("stranger", "dora")) {
            Page page = logIn(name);
            page.waitForURL(url -> url.contains("/log-in/oidc/callback"));
            assertThat(page.textContent("main")).as(name).contains("knows nobody", "administrator");
            page.navigate(server().url() + "/account");
            assertThat(page.url()).as(name).contains("/log-in");
            page.context().close();
        }
    }

    @Test
    void aGroupMakesAnAdministratorWhoGivesHerPasswordAgainForWhatIsDangerous() {
        Page page = logIn("bert");
        page.waitForURL(server().url() + "/search?q=x");
        page.navigate(server().url() + "/people");
        page.fill("#name", "Carla Dietz");
        page.click("#add");
        page.waitForURL(server().url() + "/confirm");
        page.click("#confirm-there");
        page.waitForSelector("input[name=login]"); // although she is logged in there
        there(page, "bert");
        page.waitForURL(url -> url.startsWith(server().url()) && !url.contains("callback"));
        page.navigate(server().url() + "/people");
        page.fill("#name", "Carla Dietz");
        page.click("#add");
        page.waitForURL(server().url() + "/people/**");
        assertThat(page.textContent("h1")).contains("Carla Dietz");
        assertThat(program().ask("access", "review").done().out())
                .contains("for the group archive-admins", "whose groups give roles: archive-admins=administrator");
        page.context().close();
    }
}
