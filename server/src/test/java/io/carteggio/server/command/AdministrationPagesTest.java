package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpServer;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.embedded.keys.Keyring;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Request;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.watch.AlarmKind;
import io.carteggio.server.web.Browser;
import io.carteggio.server.web.Passwords;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.node.ObjectNode;

/// The administrator's pages over an archive with all its operations: what they show, what they refuse, that the gate
/// holds, and that no secret and no letter comes out. One server for all; the last tests change how it works.
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class AdministrationPagesTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final String SECRET = "Her knuffelwort was told.";
    private static final String EVIL = "\"><script>alert(1)</script>";

    private Path folder = Path.of("");
    private ArchiveOpener.OwnArchive own;
    private RunningServer server;
    private Browser ada;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        folder = dir;
        Shell shell = new Shell(dir.resolve("data"));
        shell.done("person", "add", "Anna Rossi", "anna.rossi@firm.example");
        List<String> to = List.of(
                "anna.rossi@firm.example",
                "ana.rossi@firm.example",
                "dora.galli@firm.example",
                "someone@elsewhere.example");
        for (int i = 0; i < to.size(); i++) {
            Path file = Shell.write(
                    dir.resolve("in/" + i + ".eml"), Shell.mail("x@elsewhere.example", to.get(i), "no " + i, SECRET));
            shell.done("import", file.toString());
        }
        StringBuilder people = new StringBuilder("id,name,addresses\n");
        for (int i = 0; i < 120; i++) {
            people.append(i).append(",P").append(i).append(",p").append(i).append("@firm.example\n");
        }
        Files.writeString(dir.resolve("people.csv"), people);
        shell.done("sync", "add", "hr", "--csv", dir.resolve("people.csv").toString());
        own = ArchiveOpener.own(dir.resolve("data"), Optional.empty());
        Archive archive = own.archive();
        String hash = new Passwords().hash(Browser.PASSWORD);
        for (var person : List.of(PersonRole.ADMINISTRATOR, PersonRole.DATA_PROTECTION_OFFICER, PersonRole.USER)) {
            String name = person == PersonRole.ADMINISTRATOR ? "Ada" : person == PersonRole.USER ? "Bea" : "Olga";
            String id = archive.people().add(archive.acts(), "test", name, person, List.of());
            archive.people().setCredential(archive.acts(), "test", id, hash);
        }
        archive.sources().add(archive.acts(), "test", "alternate", Optional.empty(), Family.NDR);
        server = RunningServer.start(
                archive,
                own.operations(),
                new RunningServer.Addresses(ANY, ANY, RunningServer.Fronts.NONE, Optional.empty(), "archive.example"),
                Optional.empty(),
                Optional.empty());
        ada = new Browser(server.url()).logIn("Ada");
    }

    @AfterAll
    void stop() throws Exception {
        ada.close();
        server.close();
        own.close();
    }

    private HttpResponse<String> fill(String page, String path, String... fields) throws Exception {
        HttpResponse<String> answer = ada.fill(page, path, fields);
        assertThat(answer.body()).as(path).doesNotContain("<script>alert", "\tat ", "Exception");
        return answer;
    }

    private String page(String path) throws Exception {
        HttpResponse<String> answer = ada.get(path);
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        assertThat(answer.body()).as(path).doesNotContain("knuffelwort", "<script>alert");
        return answer.body();
    }

    private void goesTo(HttpResponse<String> answer, String path) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).contains(path);
    }

    private ObjectNode asked(String operation, ObjectNode params) throws Exception {
        List<ObjectNode> lines = new java.util.ArrayList<>();
        var outcome = own.operations()
                .run(new Request(operation, params, InputStream.nullInputStream()), new Lines(lines::add));
        assertThat(outcome.exit()).as("%s", outcome).isIn(Exit.DONE, Exit.NO);
        return lines.isEmpty() ? Json.object() : lines.getFirst();
    }

    @Test
    @Order(1)
    void everyPageIsForAdministratorsAlone() throws Exception {
        for (String name : List.of("Bea", "Olga")) {
            try (Browser other = new Browser(server.url()).logIn(name)) {
                for (String path : List.of(
                        "/administration",
                        "/first-steps",
                        "/health",
                        "/alarms",
                        "/backup",
                        "/keys",
                        "/keys/sheet",
                        "/domains",
                        "/unknown",
                        "/people/sync",
                        "/people/sync/new/ldap",
                        "/people/sync/hr",
                        "/people/sync/hr/plan",
                        "/books/days/picture")) {
                    assertThat(other.get(path).statusCode())
                            .as(name + " " + path)
                            .isEqualTo(403);
                }
                for (String path :
                        List.of("/unknown/assign", "/keys/renew", "/alarms/test", "/people/sync/hr/run", "/domains")) {
                    assertThat(other.fill("/account", path).statusCode())
                            .as(name + " " + path)
                            .isEqualTo(403);
                }
            }
        }
        assertThat(page("/administration"))
                .contains("href=\"/health\"", "href=\"/keys\"", "aria-label=\"Administration\"");
        assertThat(page("/people/sync/hr"))
                .as("of the synchronisations, not of the people")
                .contains("<a href=\"/people/sync\" aria-current=\"page\">");
    }

    @Test
    @Order(2)
    void domainsAreAddedAndRemoved() throws Exception {
        assertThat(page("/domains")).contains("None yet");
        for (String wrong : List.of("", "nodots", "a b.example", EVIL, "x".repeat(300) + ".example", "../etc")) {
            assertThat(fill("/domains", "/domains", "domain", wrong, "kind", "authoritative")
                            .statusCode())
                    .as(wrong)
                    .isEqualTo(422);
        }
        assertThat(fill("/domains", "/domains", "domain", "firm.example", "kind", "nonsense")
                        .statusCode())
                .isEqualTo(422);
        goesTo(
                fill("/domains", "/domains", "domain", "@Firm.example", "kind", "internal-relay", "subdomains", "yes"),
                "/domains");
        assertThat(page("/domains")).contains("firm.example", "with all below", "is yours from now on");
        goesTo(fill("/domains", "/domains/firm.example/remove"), "/domains");
        assertThat(page("/domains")).contains("None yet");
        goesTo(fill("/domains", "/domains/nosuch.example/remove"), "/domains");
        goesTo(fill("/domains", "/domains", "domain", "firm.example", "kind", "authoritative"), "/domains");
        assertThat(page("/trail")).contains("firm.example", "directory-changed");
    }

    @Test
    @Order(3)
    void aDirectoryIsAddedWithItsSecretSealed() throws Exception {
        assertThat(page("/people/sync/new/graph"))
                .contains("User.Read.All", "GroupMember.Read.All", "OrgContact.Read.All", "value=\"entra\"");
        assertThat(ada.get("/people/sync/new/csv").statusCode()).isEqualTo(404);
        String path = "/people/sync/new/ldap";
        String[][] wrong = {
            {"name", "a/b", "host", "dc.firm.example", "base", "DC=firm"},
            {"name", "dir", "host", "dc.firm.example", "base", ""},
            {"name", "dir", "host", "", "base", "DC=firm"},
            {"name", "dir", "host", "dc.firm.example", "base", "DC=firm", "people-filter", "((("},
            {"name", "dir", "host", "dc.firm.example", "base", "DC=firm", "share", "1000"},
            {"name", EVIL, "host", EVIL, "base", EVIL},
            {"name", "hr", "host", "dc.firm.example", "base", "DC=firm"},
        };
        for (String[] row : wrong) {
            HttpResponse<String> answer = fill(path, path, row);
            assertThat(answer.statusCode()).as(String.join(" ", row)).isEqualTo(422);
            assertThat(answer.body()).contains("id=\"fault\"");
        }
        goesTo(
                fill(
                        path,
                        path,
                        "name",
                        "dir",
                        "host",
                        "ldap://dc.firm.example:3389",
                        "tls",
                        "implicit",
                        "base",
                        "DC=firm",
                        "user",
                        "CN=reader",
                        "password",
                        "the secret of the reader",
                        "schedule",
                        "manual"),
                "/people/sync/dir");
        assertThat(page("/people/sync/dir"))
                .contains("dc.firm.example", "3389", "starttls", "kept sealed, never shown")
                .doesNotContain("the secret of the reader");
        assertThat(page("/people/sync/new/ldap")).doesNotContain("the secret of the reader");
        assertThat(page("/trail")).contains("sync-set").doesNotContain("the secret of the reader");
        goesTo(fill("/people/sync/dir", "/people/sync/dir/schedule", "schedule", "every:1h"), "/people/sync/dir");
        assertThat(page("/people/sync/dir/state")).contains("every hour").doesNotContain("<html");
        assertThat(fill("/people/sync/dir", "/people/sync/dir/schedule", "schedule", EVIL)
                        .statusCode())
                .isEqualTo(422);
        goesTo(fill("/people/sync/dir", "/people/sync/dir/remove"), "/people/sync");
        assertThat(ada.get("/people/sync/dir").statusCode()).isEqualTo(404);
        assertThat(fill("/people/sync", "/people/sync/dir/run").statusCode()).isEqualTo(404);
    }

    @Test
    @Order(4)
    void aDryRunIsLookedThroughBeforeItIsRun() throws Exception {
        assertThat(ada.get("/people/sync/hr/plan").statusCode())
                .as("nothing was looked at")
                .isEqualTo(303);
        goesTo(fill("/people/sync/hr", "/people/sync/hr/look"), "/people/sync/hr/plan");
        String plan = page("/people/sync/hr/plan");
        assertThat(plan).contains("240 changes", "new person", "has the address", "P0", "rel=\"next\"");
        assertThat(page("/people/sync/hr/plan?kind=given&from=100")).contains("p119@firm.example", "since always");
        assertThat(page("/people/sync/hr/plan?kind=nonsense&from=999999")).doesNotContain("rel=\"next\"");
        assertThat(own.archive().people().directory().people())
                .as("nothing was changed")
                .hasSize(4);

        goesTo(fill("/people/sync/hr", "/people/sync/hr/run"), "/people/sync/hr");
        for (int i = 0; i < 100 && own.archive().people().directory().people().size() < 124; i++) {
            Thread.sleep(50);
        }
        assertThat(own.archive().people().directory().people()).hasSize(124);

        Files.writeString(folder.resolve("people.csv"), "id,name,addresses\n0,P0,p0@firm.example\n");
        goesTo(fill("/people/sync/hr", "/people/sync/hr/look"), "/people/sync/hr/plan");
        assertThat(page("/people/sync/hr/plan")).contains("119 of 120 people would be gone", "id=\"confirm\"");
        assertThat(fill("/people/sync/hr", "/people/sync/hr/confirm").statusCode())
                .as("not ticked")
                .isEqualTo(422);
        goesTo(fill("/people/sync/hr", "/people/sync/hr/confirm", "looked", "yes"), "/people/sync/hr");
        assertThat(page("/people/sync/hr")).contains("has run, as it was confirmed");
        assertThat(own.archive().people().directory().people().stream().filter(p -> p.mayLogIn()))
                .as("gone")
                .hasSize(5);
        assertThat(fill("/people/sync/hr", "/people/sync/hr/confirm", "looked", "yes")
                        .statusCode())
                .as("what was looked at is used up")
                .isEqualTo(422);
    }

    @Test
    @Order(5)
    void whatNobodyOwnsIsGivenAfterALook() throws Exception {
        String desk = page("/unknown");
        assertThat(desk)
                .contains("ana.rossi@firm.example", "wrongly written", "Looks like anna.rossi@firm.example")
                .contains("dora.galli@firm.example", "missing in the directory")
                .doesNotContain("someone@elsewhere.example");
        assertThat(page("/unknown?kind=foreign")).contains("someone@elsewhere.example");
        assertThat(page("/unknown?kind=" + "%22%3E%3Cscript%3Ealert")).contains("dora.galli@firm.example");
        String[][] wrong = {
            {"person", "Anna Rossi"},
            {"address", "dora.galli@firm.example"},
            {"address", "dora.galli@firm.example", "person", "Nobody " + EVIL},
            {"address", "dora.galli@firm.example", "person", "Anna Rossi", "from", "yesterday"},
            {"address", "dora.galli@firm.example", "person", "Anna Rossi", "from", "2024-02-01", "to", "2024-01-01"},
            {"address", "<x>@y", "person", "Anna Rossi"},
        };
        for (String[] row : wrong) {
            assertThat(fill("/unknown", "/unknown/preview", row).statusCode())
                    .as(String.join(" ", row))
                    .isEqualTo(422);
            assertThat(fill("/unknown", "/unknown/assign", row).statusCode())
                    .as(String.join(" ", row))
                    .isEqualTo(422);
        }
        assertThat(fill("/unknown", "/unknown/preview", "kind", "typo").body())
                .contains("1 address", "ana.rossi@firm.example", "Anna Rossi", "always");
        goesTo(fill("/unknown", "/unknown/assign", "kind", "typo"), "/unknown");
        HttpResponse<String> preview = fill(
                "/unknown",
                "/unknown/preview",
                "address",
                "dora.galli@firm.example",
                "person",
                "Bea",
                "from",
                "2024-01-01",
                "to",
                "2024-12-31");
        assertThat(preview.body()).contains("Bea", "1 Jan 2024 – 31 Dec 2024");
        assertThat(own.archive()
                        .people()
                        .directory()
                        .named("Bea", own.archive().acts().now())
                        .orElseThrow()
                        .holdings())
                .as("only looked at")
                .isEmpty();
        goesTo(fill("/unknown", "/unknown/assign", "address", "dora.galli@firm.example", "person", "Bea"), "/unknown");
        assertThat(page("/unknown")).contains("1 address was given", "Nothing to ask about");
    }

    @Test
    @Order(6)
    void alarmsAreSetTriedAndTold() throws Exception {
        String[][] wrong = {
            {"mail", "server", "", "from", "a@b.c", "to", "d@e.f"},
            {"mail", "server", "mx:99999", "from", "a@b.c", "to", "d@e.f"},
            {"mail", "server", "mx", "from", EVIL, "to", "d@e.f"},
            {"webhook", "url", "javascript:alert(1)"},
            {"limits", "diskFree", "-1"},
            {"limits", "backupDays", "0"},
            {"canary", "server", "mx", "from", "a@b.c", "to", "d@e.f", "every", "60", "within", "600"},
            {"alternate-canary", "server", "mx", "from", "a@b.c", "to", "d@e.f", "alternate", "nosuch"},
        };
        for (String[] row : wrong) {
            assertThat(fill("/alarms", "/alarms/set/" + row[0], java.util.Arrays.copyOfRange(row, 1, row.length))
                            .statusCode())
                    .as(String.join(" ", row))
                    .isEqualTo(422);
        }
        assertThat(fill("/alarms", "/alarms/set/give-back-imap", "host", "evil.example")
                        .statusCode())
                .isEqualTo(404);
        assertThat(fill("/alarms", "/alarms/test").body()).contains("nobody would be told");
        goesTo(
                fill(
                        "/alarms",
                        "/alarms/set/mail",
                        "server",
                        "127.0.0.1:1",
                        "tls",
                        "none",
                        "from",
                        "a@b.c",
                        "to",
                        "d@e.f"),
                "/alarms");
        goesTo(fill("/alarms", "/alarms/set/limits", "diskFree", "1024", "backupDays", "3"), "/alarms");
        assertThat(page("/alarms")).contains("value=\"127.0.0.1:1\"", "value=\"1024\"", "value=\"3\"");
        assertThat(own.archive().watch().settings().limits().diskFreeBytes()).isEqualTo(1L << 30);
        assertThat(fill("/alarms", "/alarms/test").body()).contains("id=\"tested\"", "check-bad");
        goesTo(
                fill(
                        "/alarms",
                        "/alarms/set/canary",
                        "server",
                        "127.0.0.1:1",
                        "tls",
                        "none",
                        "from",
                        "a@b.c",
                        "to",
                        "d@e.f"),
                "/alarms");
        goesTo(fill("/alarms", "/alarms/run/canary"), "/alarms");
        assertThat(page("/alarms/state")).contains("could not be sent").doesNotContain("<html");
        goesTo(fill("/alarms", "/alarms/set/canary", "act", "off"), "/alarms");
        assertThat(fill("/alarms", "/alarms/run/mail").statusCode()).isEqualTo(404);
        own.archive().watch().alarms().raise(AlarmKind.REFUSED, "exchange " + EVIL, "A mail was over the limit.");
        assertThat(page("/alarms")).contains("refused", "nobody was told");
    }

    /// The first of several ways is nobody's choice.
    @Test
    @Order(6)
    void whereMailComesBySeveralWaysTheSourceOfATestMessageIsChosen() throws Exception {
        Archive archive = own.archive();
        assertThat(page("/alarms"))
                .contains("as a report or, where that source brings copies, as a copy", "as it was sent")
                .doesNotContain("Choose a source", "that must come back as a report");
        for (String name : List.of("copies", "reports")) {
            archive.sources()
                    .add(
                            archive.acts(),
                            "test",
                            name,
                            Optional.empty(),
                            name.equals("copies") ? Family.MULTIDROP : Family.REPORT);
        }
        assertThat(page("/alarms")).contains("<option value=\"\">Choose a source</option>");
        String[] canary = {"server", "127.0.0.1:1", "tls", "none", "from", "a@b.c", "to", "d@e.f", "source", ""};
        HttpResponse<String> unsaid = fill("/alarms", "/alarms/set/canary", canary);
        assertThat(unsaid.statusCode()).isEqualTo(422);
        assertThat(unsaid.body()).contains("name the source", "<option value=\"\">Choose a source</option>");
        canary[canary.length - 1] = "copies";
        goesTo(fill("/alarms", "/alarms/set/canary", canary), "/alarms");
        assertThat(page("/alarms"))
                .contains("<option value=\"copies\" selected>copies</option>")
                .doesNotContain("Choose a source");
        archive.sources().remove(archive.acts(), "test", "copies");
        archive.sources().add(archive.acts(), "test", "more", Optional.empty(), Family.MULTIDROP);
        assertThat(page("/alarms")).as("its source is gone").contains("Choose a source");
        goesTo(fill("/alarms", "/alarms/set/canary", "act", "off"), "/alarms");
        archive.sources().remove(archive.acts(), "test", "more");
        archive.sources().remove(archive.acts(), "test", "reports");
    }

    /// A secret given on the page is sealed, goes to whom it was given for alone, and is nowhere to be seen.
    @Test
    @Order(6)
    void secretsOfAlarmsAreSealedAndNeverShown() throws Exception {
        BlockingQueue<String> came = new LinkedBlockingQueue<>();
        HttpServer hook = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        hook.createContext("/", exchange -> {
            came.add(Optional.ofNullable(exchange.getRequestHeaders().getFirst("Authorization"))
                    .orElse("none"));
            exchange.getRequestBody().readAllBytes();
            exchange.sendResponseHeaders(204, -1);
            exchange.close();
        });
        hook.start();
        String url = "http://127.0.0.1:" + hook.getAddress().getPort() + "/alarms";
        String set = "/alarms/set/webhook";
        for (String wrong : List.of("two words", "line\nbreak", EVIL)) {
            assertThat(fill("/alarms", set, "url", url, "secret", wrong).statusCode())
                    .as(wrong)
                    .isEqualTo(422);
        }
        assertThat(fill("/alarms", set, "url", "http://elsewhere.example/", "secret", "t0ken.of-ours=")
                        .body())
                .contains("https")
                .doesNotContain("t0ken");
        goesTo(fill("/alarms", set, "url", url, "secret", "t0ken.of-ours="), "/alarms");
        fill("/alarms", "/alarms/test");
        assertThat(came.poll(20, TimeUnit.SECONDS)).isEqualTo("Bearer t0ken.of-ours=");
        goesTo(fill("/alarms", set, "url", url), "/alarms");
        fill("/alarms", "/alarms/test");
        assertThat(came.poll(20, TimeUnit.SECONDS))
                .as("kept where none is typed")
                .isEqualTo("Bearer t0ken.of-ours=");
        assertThat(fill("/alarms", set, "url", "https://evil.example/").body()).contains("given anew");
        assertThat(page("/alarms")).contains("One is kept, sealed", url).doesNotContain("t0ken", "evil.example");

        String[] mail = {
            "server", "mx.firm.example:587", "tls", "verified", "from", "a@b.c", "to", "d@e.f", "user", "archive"
        };
        assertThat(fill("/alarms", "/alarms/set/mail", mail).body()).contains("given anew");
        goesTo(fill("/alarms", "/alarms/set/mail", with(mail, "password", "pass phrase of ours")), "/alarms");
        mail[1] = "evil.example:587";
        assertThat(fill("/alarms", "/alarms/set/mail", mail).body()).contains("given anew");
        assertThat(page("/alarms")).contains("value=\"archive\"").doesNotContain("pass phrase");
        Keyring keyring = own.archive().keyring();
        assertThat(keyring.secrets().stream().filter(name -> name.startsWith("watch/")))
                .containsExactlyInAnyOrder(
                        "watch/mail/password of archive at mx.firm.example:587", "watch/webhook/token for " + url);
        assertThat(page("/trail?what=watch-set"))
                .contains("secret=sealed", "password=sealed")
                .doesNotContain("t0ken", "pass phrase");

        goesTo(fill("/alarms", set, "act", "off"), "/alarms");
        goesTo(fill("/alarms", "/alarms/set/mail", "act", "off"), "/alarms");
        assertThat(keyring.secrets()).noneMatch(name -> name.startsWith("watch/"));
        hook.stop(0);
    }

    private static String[] with(String[] fields, String... more) {
        return Stream.concat(Stream.of(fields), Stream.of(more)).toArray(String[]::new);
    }

    /// Whoever is an administrator on the pages alone reads no file of the machine, and sends no password elsewhere.
    @Test
    @Order(7)
    void aPasswordOfTheMachineGoesNowhereElse() throws Exception {
        ObjectNode params = Json.object().put("subject", "mail");
        params.putObject("settings")
                .put("server", "mx.firm.example:587")
                .put("tls", "verified")
                .put("user", "archive")
                .put("passwordFile", folder.resolve("pw").toAbsolutePath().toString())
                .put("from", "a@b.c")
                .put("to", "d@e.f");
        asked("watch.set", params);
        assertThat(page("/alarms")).contains("It logs in with a password").doesNotContain("/pw");
        assertThat(fill(
                                "/alarms",
                                "/alarms/set/mail",
                                "server",
                                "evil.example:587",
                                "tls",
                                "verified",
                                "from",
                                "a@b.c",
                                "to",
                                "d@e.f")
                        .body())
                .contains("at the machine itself");
        goesTo(
                fill(
                        "/alarms",
                        "/alarms/set/mail",
                        "server",
                        "mx.firm.example:587",
                        "tls",
                        "verified",
                        "from",
                        "a@b.c",
                        "to",
                        "other@e.f"),
                "/alarms");
        assertThat(own.archive().watch().settings().raw(io.carteggio.server.watch.Settings.Subject.MAIL))
                .containsEntry("to", "other@e.f")
                .containsEntry("user", "archive");
        String token = ada.token("/account");
        HttpResponse<String> api = ada.send(
                "/api/v1/watch.set",
                "token",
                token,
                "params",
                "{\"subject\":\"canary\",\"settings\":{\"server\":\"evil.example\",\"tls\":\"verified\",\"user\":\"x\","
                        + "\"passwordFile\":\"/etc/shadow\",\"from\":\"a@b.c\",\"to\":\"d@e.f\"}}");
        assertThat(api.body()).contains("at the machine itself", "\"exit\":1");
        assertThat(ada.send(
                                "/api/v1/watch.set",
                                "token",
                                token,
                                "params",
                                "{\"subject\":\"give-back-imap\",\"settings\":{\"host\":\"evil.example\"}}")
                        .body())
                .contains("at the machine itself");
    }

    @Test
    @Order(8)
    void backupsAreKnownAndTheirCommandsFilledIn() throws Exception {
        assertThat(page("/backup"))
                .contains("No backup was ever made", "carteggio --data " + folder.resolve("data"))
                .contains("--key-file " + folder.resolve("data/master.key"));
        assertThat(page("/health")).contains("no backup");
        assertThat(new Shell(folder.resolve("data"))
                        .run("backup", "--to", folder.resolve("it's here").toString(), "--verify")
                        .exit())
                .isZero();
        assertThat(page("/backup").replace("&#39;", "'"))
                .contains("The last backup is whole", "all of it, as it was written")
                .contains("--to '" + folder + "/it'\\''s here'");
        assertThat(page("/trail")).contains("backed-up");
        assertThat(page("/health")).doesNotContain("no backup");
        asked(
                "backup.done",
                Json.object()
                        .put("place", "/b")
                        .put("frames", 1)
                        .put("damaged", 2)
                        .put("masterKey", true));
        assertThat(page("/backup")).contains("is damaged", "2 files are damaged", "The master key lies in this backup");
        assertThat(page("/health")).contains("damaged backup");
        assertThat(new Shell(folder.resolve("data")).done("backup", "--last").out())
                .contains("2 FILES DAMAGED", "read back", "another one is due");
    }

    @Test
    @Order(9)
    void healthSaysWhatIsWrongTheMostUrgentFirst() throws Exception {
        String health = page("/health");
        assertThat(health)
                .containsSubsequence("urgency-now", "refused", "damaged backup", "urgency-look", "no witness outside")
                .contains("Raise the mail system’s limits", "Reports known to be missing", "not from a jar");
        assertThat(health).doesNotContain("is:unsearched");
        assertThat(fill("/health", "/health/gaps/x/close", "reason", "y").statusCode())
                .isEqualTo(404);
        goesTo(fill("/health", "/health/gaps/7/close", "reason", ""), "/health");
        assertThat(page("/health")).contains("Say why");
        goesTo(fill("/health", "/health/gaps/7/close", "reason", EVIL), "/health");
        assertThat(new Shell(folder.resolve("data")).run("health").exit()).isEqualTo(1);
        assertThat(new Shell(folder.resolve("data"))
                        .run("health", "--json")
                        .lines()
                        .getFirst()
                        .path("version")
                        .stringValue())
                .contains("carteggio");
    }

    @Test
    @Order(10)
    void theFirstStepsAreCountedSkippedAndDismissed() throws Exception {
        String steps = page("/first-steps");
        assertThat(steps).contains("First steps: 4 of 5 done", "href=\"/sources/new\"");
        assertThat(page("/administration")).contains("id=\"steps-bar\"", "4 of 5");
        assertThat(fill("/first-steps", "/first-steps/nonsense").statusCode()).isEqualTo(404);
        goesTo(fill("/first-steps", "/first-steps/source"), "/first-steps");
        assertThat(page("/first-steps")).contains("5 of 5", "Nothing is left to do here");
        assertThat(page("/administration")).doesNotContain("steps-bar");
        goesTo(fill("/first-steps", "/first-steps/source", "again", "yes"), "/first-steps");
        assertThat(page("/books")).contains("steps-bar");
        goesTo(fill("/first-steps", "/first-steps"), "/administration");
        assertThat(page("/books")).doesNotContain("steps-bar").contains("Searched wholly", "the newest signed root");
        assertThat(page("/trail")).contains("first-steps: dismissed");
    }

    @Test
    @Order(11)
    void keysAreShownButNoneIsTold() throws Exception {
        String digits = Files.readString(folder.resolve("data/master.key")).strip();
        for (String path : List.of("/keys", "/keys/sheet")) {
            assertThat(page(path))
                    .contains(
                            own.archive().keyring().fingerprint(),
                            own.archive().ledger().key().toString())
                    .doesNotContain(digits, digits.substring(0, 32));
        }
        assertThat(page("/keys")).contains("The master key lies in the data directory");
        assertThat(page("/keys/sheet")).contains("Where a copy of the master key lies", "carteggio restore --from");
        assertThat(fill("/keys", "/keys/renew").statusCode()).as("not sure").isEqualTo(422);
        assertThat(ada.get("/books/days/picture").body()).startsWith("<?xml").contains("<svg", "</svg>");
    }

    /// The horizon stands on a page, with each erasure that copies may still undo (P8).
    @Test
    @Order(11)
    void erasuresStandWithTheDayFromWhichNoCopyUndoesThem() throws Exception {
        assertThat(page("/retention"))
                .contains("30 days", "no bound", "id=\"no-erasures\"")
                .contains("<a href=\"/retention\" aria-current=\"page\">");
        asked("retention.set", Json.object().put("copies", 45).put("minimum", 1).put("maximum", 4_000));
        asked("retention.set", Json.object().put("minimum", -1));
        String id = asked("search", Json.object().put("query", "to:someone@elsewhere.example"))
                .path("id")
                .asString("");
        ObjectNode done = asked("erase", Json.object().put("id", id).put("reason", "asked for " + EVIL));
        String everywhere = done.path("everywhereFrom").asString("");
        assertThat(everywhere).isNotEmpty();
        assertThat(page("/retention"))
                .contains(
                        "45 days",
                        "4,000 days",
                        "no bound",
                        "asked for ",
                        "alert(1)",
                        "datetime=\"" + everywhere + "\"")
                .doesNotContain("id=\"no-erasures\"");
        assertThat(page("/backup")).contains("live longer than 45 days", "href=\"/retention\"");
        try (Browser olga = new Browser(server.url()).logIn("Olga");
                Browser bea = new Browser(server.url()).logIn("Bea")) {
            String hers = olga.get("/retention").body();
            assertThat(hers).contains(everywhere, "href=\"/retention\"").doesNotContain("href=\"/backup\"");
            assertThat(bea.get("/retention").statusCode()).isEqualTo(403);
            assertThat(bea.get("/search").body()).doesNotContain("/retention");
        }
    }

    /// In two-person mode nothing of it is done before somebody else agrees, and then once.
    @Test
    @Order(12)
    void whatIsDangerousWaitsForASecondPerson() throws Exception {
        own.archive().gate().setMode(io.carteggio.archive.audit.Actor.MACHINE, true, "we are two now");
        Path file = folder.resolve("data/master.key");
        String before = Files.readString(file, StandardCharsets.US_ASCII);
        String fingerprint = own.archive().keyring().fingerprint();
        String path = "/people/sync/new/ldap";
        String[] directory = {"name", "second", "host", "dc.firm.example", "base", "DC=firm", "schedule", "manual"};
        goesTo(fill("/keys", "/keys/renew", "sure", "yes"), "/approvals");
        goesTo(fill("/unknown", "/unknown/assign", "address", "x@elsewhere.example", "person", "Bea"), "/approvals");
        goesTo(fill(path, path, directory), "/approvals");
        assertThat(page("/approvals")).contains("key.renew", "unknown.assign", "sync.add");
        assertThat(Files.readString(file)).isEqualTo(before);
        assertThat(own.archive().syncs().named("second")).isEmpty();
        goesTo(fill("/keys", "/keys/renew", "sure", "yes"), "/approvals");

        try (Browser olga = new Browser(server.url()).logIn("Olga")) {
            for (var open : own.archive().gate().approvals().all()) {
                olga.fill("/approvals", "/approvals/" + open.id(), "decision", "approve", "reason", "looked at it");
            }
        }
        goesTo(fill(path, path, directory), "/people/sync/second");
        goesTo(fill("/unknown", "/unknown/assign", "address", "x@elsewhere.example", "person", "Bea"), "/unknown");
        goesTo(fill("/keys", "/keys/renew", "sure", "yes"), "/keys");
        assertThat(page("/keys")).contains("locked with a new key", file.toString());
        assertThat(Files.readString(file)).isNotEqualTo(before);
        assertThat(own.archive().keyring().fingerprint()).isNotEqualTo(fingerprint);
        assertThat(asked("key.show", Json.object()).path("fileFits").booleanValue())
                .isTrue();
        goesTo(fill("/keys", "/keys/renew", "sure", "yes"), "/approvals");

        Files.writeString(file, "f".repeat(64) + "\n");
        assertThat(page("/keys")).contains("is not the one that opens this archive now", "do it at the machine");
    }

    /// A report that came back without its original is answered for on the page, with a reason that is kept.
    @Test
    @Order(13)
    void aMissingReportIsAnsweredFor() throws Exception {
        Archive archive = own.archive();
        archive.sources()
                .add(archive.acts(), "test", "ndr", Optional.of(new Address("ndr@archive.example")), Family.NDR);
        String notice = "From: <postmaster@firm.example>\r\nTo: <ndr@archive.example>\r\nContent-Type:"
                + " multipart/report; report-type=delivery-status; boundary=\"n\"\r\nSubject: Undeliverable\r\n\r\n--n"
                + "\r\nContent-Type: text/plain\r\n\r\nNo.\r\n--n\r\nContent-Type: message/delivery-status\r\n\r\n"
                + "Reporting-MTA: dns;mta.firm.example\r\n\r\nFinal-Recipient: rfc822;journal@archive.example\r\n"
                + "Action: failed\r\nStatus: 5.4.316\r\n\r\n--n\r\nContent-Type: text/rfc822-headers\r\n\r\n"
                + "From: <anna@firm.example>\r\nSubject: report\r\nMessage-ID: <lost@journal.report.generator>\r\n"
                + "Date: Tue, 17 Mar 2026 09:12:05 +0000\r\nX-MS-Journal-Report:\r\n\r\n--n--\r\n";
        try (SmtpClient client = SmtpClient.connect(server.smtp(), "mx.example", Duration.ofSeconds(20))) {
            assertThat(client.send(
                                    Optional.empty(),
                                    List.of(new Address("ndr@archive.example")),
                                    Content.of(notice.getBytes(StandardCharsets.US_ASCII)),
                                    SmtpClient.Way.DATA)
                            .kept())
                    .isTrue();
        }
        archive.catalogue(); // everything is registered
        var gap = archive.gaps().list(false).getFirst();
        String close = "/health/gaps/" + gap.arrival() + "/close";
        assertThat(page("/health")).contains("missing report", "lost@journal.report.generator", close);
        goesTo(fill("/health", close, "reason", "imported from the sender’s mailbox"), "/health");
        assertThat(page("/health")).contains("is closed").doesNotContain("lost@journal.report.generator");
        assertThat(page("/trail")).contains("gap-closed", "imported from the sender’s mailbox");
    }
}
