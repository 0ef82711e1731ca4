package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Change;
import io.carteggio.archive.entry.Change.DomainKind;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.journaling.JournalRule;
import io.carteggio.embedded.reports.QueuedReport.Draft;
import io.carteggio.embedded.reports.QueuedReport.State;
import io.carteggio.embedded.reports.ReportQueue.Destination;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.report.ReportWriter.Octets;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.watch.AlarmKind;
import io.carteggio.server.web.Browser;
import io.carteggio.server.web.Passwords;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.api.io.TempDir;

/// The journaling agent's pages over an archive with all its operations. One server for all,
/// in order.
@Tag("slow")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
@SuppressWarnings("NullAway.Init") // set before all tests
class RulePagesTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final String EVIL = "\"><script>alert(1)</script>";
    private static final String NAME = "Sales / \u00dcberall & <b>";
    private static final Address FAR = new Address("j@nowhere.invalid");

    private ArchiveOpener.OwnArchive own;
    private Archive archive;
    private RunningServer server;
    private Browser ada;

    @BeforeAll
    void start(@TempDir Path dir) throws Exception {
        Shell shell = new Shell(dir.resolve("data"));
        String[][] mails = {{"anna@firm.example", "x@elsewhere.example"}, {"x@elsewhere.example", "bea@firm.example"}};
        for (int i = 0; i < mails.length; i++) {
            Path file = Shell.write(
                    dir.resolve("in/" + i + ".eml"),
                    WatchServerTest.report(
                            "r" + i,
                            Shell.mail(mails[i][0], mails[i][1], "no " + i, "knuffelwort"),
                            "Sender: " + mails[i][0],
                            "Recipient: " + mails[i][1]));
            shell.done("import", file.toString());
        }
        own = ArchiveOpener.own(dir.resolve("data"), Optional.empty());
        archive = own.archive();
        String hash = new Passwords().hash(Browser.PASSWORD);
        String id = archive.people().add(archive.acts(), "test", "Ada", PersonRole.ADMINISTRATOR, List.of());
        archive.people().setCredential(archive.acts(), "test", id, hash);
        archive.acts()
                .keep(new Act.DirectoryChanged(
                        archive.acts().now(),
                        "test",
                        Optional.empty(),
                        List.of(new Change.DomainSet("firm.example", DomainKind.AUTHORITATIVE, false))));
        archive.sources()
                .add(archive.acts(), "test", "agent", Optional.of(new Address("j@archive.example")), Family.REPORT);
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

    private static void goesTo(HttpResponse<String> answer, String path) {
        assertThat(answer.statusCode()).as(answer.body()).isEqualTo(303);
        assertThat(answer.headers().firstValue("Location")).contains(path);
    }

    private JournalRule rule(String name) {
        return archive.journalRules().book().named(name).orElseThrow();
    }

    private static String in(String name) {
        return java.net.URLEncoder.encode(name, StandardCharsets.UTF_8);
    }

    @Test
    @Order(1)
    void theEmptyPageSaysWhatComesNext() throws Exception {
        assertThat(page("/rules"))
                .contains("No rule yet", "href=\"/rules/new\"", "href=\"/domains\"", "serve --milter");
        assertThat(page("/reports")).contains("Every report has arrived");
        assertThat(page("/administration")).contains("href=\"/rules\"", "href=\"/reports\"");
    }

    @Test
    @Order(2)
    void whatMakesNoSenseIsRefusedAndKeptInTheForm() throws Exception {
        String[][] wrong = {
            {"name", "", "mailbox", "agent"},
            {"name", "x".repeat(65), "mailbox", "agent"},
            {"name", "All", "mailbox", ""},
            {"name", "All", "mailbox", "no address"},
            {"name", "All", "mailbox", "j@firm.example"},
            {"name", "All", "mailbox", "agent", "scope", "everything"},
            {"name", "All", "mailbox", "agent", "recipient", "*@firm.example"},
            {"name", "All", "mailbox", "agent", "alternate", "nowhere"},
            {"name", EVIL, "mailbox", EVIL, "recipient", EVIL, "scope", EVIL}
        };
        for (String[] fields : wrong) {
            HttpResponse<String> answer = fill("/rules/new", "/rules/new", fields);
            assertThat(answer.statusCode()).as(Arrays.toString(fields)).isEqualTo(422);
            assertThat(answer.body()).contains("id=\"fault\"");
        }
        assertThat(archive.journalRules().book().rules()).isEmpty();
        assertThat(ada.get("/rules/rule?name=nosuch").statusCode()).isEqualTo(404);
        assertThat(ada.get("/rules/rule").statusCode()).isEqualTo(404);
        assertThat(fill("/rules/new", "/rules/rule", "name", "nosuch", "mailbox", "agent")
                        .statusCode())
                .isEqualTo(404);
        assertThat(fill("/rules/new", "/rules/act/start", "name", "nosuch").statusCode())
                .isEqualTo(404);
    }

    @Test
    @Order(3)
    void aRuleIsLookedAtThenAdded() throws Exception {
        String[] fields = {
            "name",
            NAME,
            "mailbox",
            "agent",
            "scope",
            "external",
            "alternate",
            "ndr@other.example",
            "from",
            "anna@firm.example",
            "to",
            "bea@firm.example, x@elsewhere.example"
        };
        HttpResponse<String> looked = fill("/rules/new", "/rules/new/look", fields);
        assertThat(looked.statusCode()).isEqualTo(200);
        assertThat(looked.body())
                .contains("fires", "everybody’s mail", "j@archive.example (source agent of this archive)")
                .doesNotContain("not yet added")
                .contains("x@elsewhere.example", "2 letters of the last 30 days", "ndr@other.example");
        assertThat(looked.body().replaceAll("(?s).*id=\"looked\"", "")).doesNotContain("bea@firm.example");
        assertThat(archive.journalRules().book().rules())
                .as("nothing was added")
                .isEmpty();
        fields[9] = "";
        fields[11] = "bea@firm.example";
        fields[5] = "internal";
        assertThat(fill("/rules/new", "/rules/new/look", fields).body())
                .contains("does not", "No report would be made", "0 letters of the last 30 days");
        fields[5] = "external";
        fields[11] = "nonsense";
        assertThat(fill("/rules/new", "/rules/new/look", fields).statusCode()).isEqualTo(422);
        fields[11] = "";
        goesTo(fill("/rules/new", "/rules/new", fields), "/rules");
        assertThat(page("/rules"))
                .contains(
                        "Sales / \u00dcberall &amp; &lt;b&gt;",
                        "at work",
                        "sent or received outside",
                        "works from now on")
                .doesNotContain("No rule yet");
        assertThat(page("/rules?past=yes")).contains("2 letters of the last 30 days", "is not counted");
        assertThat(rule(NAME).alternate()).contains(new Address("ndr@other.example"));
    }

    @Test
    @Order(4)
    void aRuleIsChangedDisabledAndRemoved() throws Exception {
        String url = "/rules/rule?name=" + in(NAME);
        assertThat(page(url)).contains("value=\"agent\"", "value=\"ndr@other.example\"");
        assertThat(fill(
                                url,
                                "/rules/rule/look",
                                "name",
                                NAME,
                                "mailbox",
                                "agent",
                                "scope",
                                "global",
                                "to",
                                "a@firm.example")
                        .body())
                .contains("fires");
        assertThat(fill(url, "/rules/rule", "name", NAME, "mailbox", "j@firm.example", "scope", "global")
                        .statusCode())
                .isEqualTo(422);
        goesTo(
                fill(url, "/rules/rule", "name", NAME, "mailbox", FAR.raw(), "scope", "global", "recipient", "Ada"),
                "/rules");
        assertThat(rule(NAME).recipient()).isPresent();
        assertThat(rule(NAME).alternate()).isEmpty();
        assertThat(page("/rules/confirm?act=disable&name=" + in(NAME))).contains("Disable Sales /");
        assertThat(ada.get("/rules/confirm?act=enable&name=" + in(NAME)).statusCode())
                .isEqualTo(404);
        goesTo(fill(url, "/rules/act/disable", "name", NAME), "/rules");
        assertThat(rule(NAME).enabled()).isFalse();
        assertThat(page("/rules")).contains("disabled");
        goesTo(fill(url, "/rules/act/enable", "name", NAME), "/rules");
        assertThat(rule(NAME).enabled()).isTrue();
        assertThat(page("/rules/confirm?act=remove&name=" + in(NAME))).contains("Remove Sales /");
        assertThat(page("/trail")).contains("/rules/act/disable");
    }

    @Test
    @Order(5)
    void settingsRoutesAndForwards() throws Exception {
        String url = "/rules/settings";
        assertThat(page(url)).contains("value=\"50\"", "Mail that goes on");
        Map<String, String> before = archive.journalRules().settings();
        goesTo(fill(url, url, "limit", "50", "expire-days", "2", "unable", "tempfail", "suspended", "queue"), url);
        assertThat(archive.journalRules().settings())
                .as("what is usual is not chosen by being shown")
                .isEqualTo(before);
        for (String[] wrong : new String[][] {
            {"limit", "0"},
            {"expire-days", "8"},
            {"alternate", "x"},
            {"unable", "y"},
            {"suspended", EVIL},
            {"sender", EVIL}
        }) {
            assertThat(fill(url, url, wrong).statusCode()).as(wrong[0]).isEqualTo(422);
        }
        goesTo(
                fill(
                        url,
                        url,
                        "limit",
                        "60",
                        "expire-days",
                        "",
                        "alternate",
                        "all@other.example",
                        "suspended",
                        "disable"),
                url);
        assertThat(archive.journalRules().book().settings().limit()).isEqualTo(60);
        assertThat(archive.journalRules().book().settings().disables()).isTrue();
        assertThat(page(url)).contains("were saved", "value=\"60\"", "value=\"all@other.example\"");
        assertThat(fill(url, url + "/route", "domain", "x y", "server", "a:25").statusCode())
                .isEqualTo(422);
        assertThat(fill(url, url + "/route", "domain", "a.example", "server", "a", "tls", "verified")
                        .statusCode())
                .isEqualTo(422);
        assertThat(fill(url, url + "/route", "domain", "a.example").statusCode())
                .isEqualTo(422);
        goesTo(fill(url, url + "/route", "domain", "A.example", "server", "127.0.0.1:25", "tls", "none"), url);
        assertThat(page(url)).contains("a.example", "127.0.0.1:25 none");
        goesTo(fill(url, url + "/route", "domain", "a.example", "remove", "yes"), url);
        assertThat(archive.journalRules().book().settings().routes()).isEmpty();
        assertThat(archive.journalRules().book().settings().limit())
                .as("what is not in the form stays")
                .isEqualTo(60);
        assertThat(fill(url, url + "/forward", "address", "eve@firm.example").statusCode())
                .isEqualTo(422);
        assertThat(fill(url, url + "/forward", "address", "eve@firm.example", "to", "eve@firm.example")
                        .statusCode())
                .isEqualTo(422);
        goesTo(
                fill(
                        url,
                        url + "/forward",
                        "address",
                        "eve@firm.example",
                        "to",
                        "m@y.example,n@y.example",
                        "copy",
                        "yes"),
                url);
        assertThat(page(url)).contains("goes on to m@y.example, n@y.example, and keeps a copy");
        goesTo(fill(url, url + "/forward", "address", "eve@firm.example", "remove", "yes"), url);
        assertThat(archive.journalRules().book().forwardings()).isEmpty();
    }

    @Test
    @Order(6)
    void rulesComeFromAFileAndGoIntoOne() throws Exception {
        String csv = String.join(
                "\r\n",
                "Name,Recipient,JournalEmailAddress,Scope,Enabled",
                "Imported,,j2@other.example,Global,True",
                "Wild,*@firm.example,j2@other.example,Global,True");
        for (byte[] file : List.of(
                new byte[0],
                "nothing at all".getBytes(StandardCharsets.UTF_8),
                new byte[] {(byte) 0xff, (byte) 0xfe, 0, 1, 2},
                new byte[(1 << 20) + 1],
                EVIL.getBytes(StandardCharsets.UTF_8))) {
            HttpResponse<String> refused = ada.upload("/rules/import", "/rules/import", file);
            assertThat(refused.statusCode()).isEqualTo(422);
            assertThat(refused.body()).contains("id=\"fault\"").doesNotContain("<script>alert", "Exception");
        }
        assertThat(ada.upload("/rules/import", "/rules/import", new byte[3 << 20])
                        .statusCode())
                .isEqualTo(413);
        assertThat(fill("/rules/import", "/rules/import").statusCode()).isEqualTo(422);
        assertThat(fill("/rules/import", "/rules/import/add", "octets", "not base64!")
                        .statusCode())
                .isEqualTo(422);
        HttpResponse<String> preview =
                ada.upload("/rules/import", "/rules/import", csv.getBytes(StandardCharsets.UTF_8), "scope", "");
        assertThat(preview.statusCode()).isEqualTo(200);
        assertThat(preview.body()).contains("2 rules, 1 refused", "Imported", "make a group");
        Matcher octets = Pattern.compile("name=\"octets\" value=\"([^\"]+)\"").matcher(preview.body());
        assertThat(octets.find()).isTrue();
        assertThat(archive.journalRules().book().named("Imported")).isEmpty();
        goesTo(ada.upload("/rules/import", "/rules/import/add", new byte[0], "octets", octets.group(1)), "/rules");
        assertThat(rule("Imported").mailbox()).isEqualTo(new Address("j2@other.example"));
        assertThat(page("/rules")).contains("1 rule was added, 1 refused");
        for (String form : List.of("csv", "json", "clixml", "dsc", "list", "xml")) {
            HttpResponse<String> file = ada.get("/rules/export?form=" + form);
            assertThat(file.statusCode()).isEqualTo(200);
            assertThat(file.body()).as(form).contains("Imported");
            assertThat(file.headers().firstValue("Content-Disposition").orElse(""))
                    .startsWith("attachment; filename=\"journal-rules.");
        }
        assertThat(ada.get("/rules/export?form=exe").statusCode()).isEqualTo(404);
    }

    private long queued(State state) throws Exception {
        long id = archive.reports()
                .put(
                        new Draft(false, FAR, Optional.empty(), List.of(NAME), "r@x", Octets.SEVEN_BIT),
                        Content.of("X-MS-Journal-Report:\r\n\r\nknuffelwort".getBytes(StandardCharsets.UTF_8)),
                        Instant.now(),
                        true);
        archive.reports().ended(id, state, "554 5.7.1 " + EVIL);
        return id;
    }

    @Test
    @Order(7)
    void reportsAreSentAgainAndMailboxesResumed() throws Exception {
        long one = queued(State.RETURNED);
        long two = queued(State.DEAD);
        queued(State.DEAD);
        archive.reports()
                .troubled(new Destination(
                        FAR, true, Instant.now().minusSeconds(200_000), true, "550 5.1.1 no such user"));
        archive.watch().alarms().raise(AlarmKind.JOURNALING, FAR.key(), "SUSPENDED");
        archive.watch().alarms().raise(AlarmKind.UNJOURNALED, "agent", "UNJOURNALED");
        assertThat(page("/health")).contains("journaling agent", "href=\"/reports\"", "href=\"/rules\"");
        assertThat(page("/rules"))
                .contains("suspended", "each message is a gap", "550 5.1.1 no such user", "Resume now");
        String page = page("/reports");
        assertThat(page)
                .contains("0 waiting, 1 returned, 2 kept here alone", "suspended", "550 5.1.1 no such user")
                .contains("value=\"" + one + "\"", "Sales / \u00dcberall &amp; &lt;b&gt;");
        assertThat(page("/reports?state=returned")).doesNotContain("id=\"tick-" + two + "\"");
        assertThat(page("/reports?state=" + in(EVIL) + "&after=x")).contains("id=\"tick-" + two + "\"");
        assertThat(fill("/reports", "/reports/again").statusCode()).isEqualTo(422);
        assertThat(fill("/reports", "/reports/again", "id", "999999").statusCode())
                .isEqualTo(422);
        goesTo(fill("/reports", "/reports/again", "id", Long.toString(one)), "/reports");
        assertThat(archive.reports().named(one).orElseThrow().state()).isEqualTo(State.WAITING);
        assertThat(page("/reports")).contains("1 report is on its way again");
        goesTo(fill("/reports", "/reports/again", "all", "yes"), "/reports");
        assertThat(archive.reports().counts().getOrDefault(State.DEAD, 0L)).isZero();
        goesTo(fill("/reports", "/reports/resume", "mailbox", FAR.raw()), "/reports");
        goesTo(fill("/reports", "/reports/resume", "mailbox", "nobody@nowhere.invalid"), "/reports");
        assertThat(page("/reports")).contains("nothing is in the way of reports for nobody@nowhere.invalid");
        assertThat(page("/trail")).contains("reports-again", "reports-resumed");
    }

    @Test
    @Order(8)
    void thePagesSpeakGermanAndItalian() throws Exception {
        for (String[] language :
                new String[][] {{"de", "Journalregeln", "greift"}, {"it", "Regole di journaling", "scatta"}}) {
            fill("/account", "/account/language", "language", language[0]);
            assertThat(page("/rules")).contains("lang=\"" + language[0] + "\"", language[1]);
            assertThat(fill("/rules/new", "/rules/new/look", "mailbox", "agent", "scope", "global", "to", "a@b.example")
                            .body())
                    .contains(language[2]);
            page("/reports");
            page("/rules/settings");
            page("/rules/import");
        }
        fill("/account", "/account/language", "language", "en");
    }
}
