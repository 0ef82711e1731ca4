package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.server.smtp.SmtpClient;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// A running server answers as `openapi.json` says: every operation and every route is called, what is sent and what
/// comes back are held against their schemas, which for this are closed, so that nothing goes unsaid. The examples of
/// `docs/api.md` run against the same server.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ApiAnswersTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final String PASSWORD = "a quiet evening by the lake";
    private static final String JOURNAL = "journal-7f3a@archive.example";

    private ArchiveOpener.OwnArchive own;
    private RunningServer server;
    private ApiCaller ada;
    private ApiCaller olga;
    private ObjectNode document;
    private final Map<String, String> found = new HashMap<>();
    private final Set<String> called = new TreeSet<>();

    @BeforeAll
    void start(@TempDir Path folder) throws Exception {
        Shell shell = new Shell(folder.resolve("data"));
        shell.done("source", "add", "exchange", "--smtp", JOURNAL);
        shell.done("person", "add", "Ada", "ada@example.com", "--role", "administrator");
        shell.done("person", "add", "Olga", "--role", "data-protection-officer");
        for (String name : List.of("Ada", "Olga")) {
            shell.runWith(PASSWORD + "\n", "person", "password", name);
        }
        Path csv = Files.writeString(folder.resolve("people.csv"), "id,name,addresses\n1,Carla,carla@example.com\n");
        shell.done("sync", "add", "hr", "--csv", csv.toString());
        own = ArchiveOpener.own(shell.data(), Optional.empty());
        server = RunningServer.start(
                own.archive(),
                own.operations(),
                new RunningServer.Addresses(ANY, ANY, RunningServer.Fronts.NONE, Optional.empty(), "archive.example"),
                Optional.empty(),
                Optional.empty());
        String original = String.join(
                "\r\n",
                "From: Ada <ada@example.com>",
                "To: bert@elsewhere.example",
                "Subject: The offer",
                "Message-ID: <offer@example.com>",
                "Date: Tue, 17 Mar 2026 09:12:00 +0000",
                "MIME-Version: 1.0",
                "Content-Type: multipart/mixed; boundary=b",
                "",
                "--b",
                "Content-Type: text/plain",
                "",
                "here is the offer",
                "--b",
                "Content-Type: text/csv; name=prices.csv",
                "Content-Disposition: attachment; filename=prices.csv",
                "",
                "mill,1",
                "--b",
                "Content-Type: message/rfc822",
                "",
                "Subject: before",
                "",
                "the question",
                "--b--",
                "");
        send(WatchServerTest.report("r1", original, "Sender: ada@example.com", "To: bert@elsewhere.example"));
        send("Subject: no report\r\n\r\nnothing\r\n");
        send("Subject: no report either\r\n\r\nnothing\r\n");
        assertThat(own.archive().indexer().awaitCaughtUp(Duration.ofSeconds(30)))
                .isTrue();
        ada = ApiCaller.loggedIn(server.url(), "Ada", PASSWORD);
        olga = ApiCaller.loggedIn(server.url(), "Olga", PASSWORD);
        document = (ObjectNode)
                JsonMapper.shared().readTree(ada.get("/api/v1/openapi.json").body());
        close(document);
    }

    @AfterAll
    void stop() throws Exception {
        ada.close();
        olga.close();
        server.close();
        own.close();
    }

    private void send(String mail) throws Exception {
        try (SmtpClient client = SmtpClient.connect(server.smtp(), "mx.example", Duration.ofSeconds(20))) {
            assertThat(client.send(
                                    Optional.of(new Address("postmaster@example.com")),
                                    List.of(new Address(JOURNAL)),
                                    Content.of(mail.getBytes(StandardCharsets.UTF_8)),
                                    SmtpClient.Way.DATA)
                            .kept())
                    .isTrue();
        }
    }

    /// In no object may be more than is said.
    private static void close(JsonNode node) {
        if (node instanceof ObjectNode object
                && object.path("properties").isObject()
                && !object.has("additionalProperties")) {
            object.put("additionalProperties", false);
        }
        node.forEach(ApiAnswersTest::close);
    }

    private List<String> faults(JsonNode schema, JsonNode value) {
        ObjectNode whole = JsonMapper.shared().createObjectNode();
        whole.set("components", document.path("components"));
        whole.putArray("allOf").add(schema);
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(whole)
                .validate(value)
                .stream()
                .map(Object::toString)
                .toList();
    }

    private JsonNode described(String path, String method) {
        return document.path("paths").path(path).path(method);
    }

    private static JsonNode schema(JsonNode content) {
        return content.path("content").path("application/json").path("schema");
    }

    // ---- operations

    /// What is called, in order: whom it is called by where not by Ada, what comes of it where that is not 200, and
    /// what is kept of it for later calls, as `name=pointer`.
    private static final List<String> STORY = List.of(
            "stats {}",
            "alarm.list {'all':true}",
            "gap.list {'all':true}",
            "ledger.show {}",
            "text.show {}",
            "watch.set {'subject':'limits','settings':{'quarantined':'20'}}",
            "watch.show {}",
            "alarm.test {} 422",
            "canary.show {} 422",
            "canary.run {'noWait':true} 422",
            "gap.close {'gap':1,'reason':'it was a test'} 422",
            "health.show {}",
            "backup.show {}",
            "retention.show {}",
            "olga erasure.list {'all':true}",
            "key.show {}",
            "rule.add {'name':'All mail','mailbox':'exchange','scope':'global'}",
            "rule.set {'name':'All mail','alternate':'ndr@other.example','recipient':'Ada'}",
            "rule.disable {'name':'All mail'}",
            "rule.enable {'name':'All mail'}",
            "rule.list {}",
            "rule.show {'name':'All mail'}",
            "rule.test {'from':'ada@example.com','to':['x@y.example'],'authenticated':true}",
            "rule.test {'to':['ada@example.com'],'mailbox':'j@y.example','rule':'All mail'}",
            "rule.past {'days':30,'progress':true}",
            "rule.past {'days':30,'most':1,'mailbox':'j@y.example','scope':'external','recipient':'Ada'}",
            "rule.settings {'settings':{'alternate':'all@other.example'}}",
            "rule.forward {'address':'eve@example.com','to':['m@y.example'],'copy':true}",
            "rule.queue {'state':'dead','limit':5}",
            "rule.again {'all':true}",
            "rule.resume {'mailbox':'x@y.example'} 422",
            "rule.remove {'name':'All mail'}",
            "text.again {'why':['slow']} 422",
            "source.list {}",
            "source.show {'name':'exchange'}",
            "source.add {'name':'extra','smtp':'@archive.example','headers':['Delivered-To'],'family':'multidrop','settings':{'tls':'required'}}",
            "source.fetch {'name':'box','protocol':'imap','settings':{'host':'127.0.0.1','port':'1','user':'u','schedule':'manual'},'secrets':{'password':'p'}}",
            "source.set {'name':'box','settings':{'folder':'INBOX'},'secrets':{'password':'q'}}",
            "source.show {'name':'box'}",
            "source.test {'name':'box'}",
            "source.networks {}",
            "job.pause {'name':'box'}",
            "job.resume {'name':'box'}",
            "job.start {'name':'box'}",
            "job.list {}",
            "job.show {'name':'box'}",
            "job.history {'name':'box','limit':3}",
            "job.cancel {'name':'sync:hr'} 422",
            "source.remove {'name':'extra'}",
            "quarantine.list {'left':true,'notices':true} first=/lines/0/arrival second=/lines/1/arrival",
            "quarantine.show {'arrival':{first}}",
            "quarantine.retry {'all':true}",
            "quarantine.retry {'arrivals':[{first}]}",
            "quarantine.release {'arrival':{first},'why':'looked at','asLetter':true}",
            "quarantine.discard {'arrival':{second},'why':'of no use'}",
            "quarantine.list {'left':true}",
            "person.add {'name':'Bea','addresses':['bea@example.com'],'from':'2020-01-01T00:00:00Z'}",
            "person.list {'at':'2026-01-01T00:00:00Z'}",
            "person.show {'person':'Bea'}",
            "person.rename {'person':'Bea','name':'Beatrice'}",
            "person.give {'person':'Beatrice','addresses':['b@example.com','be@example.com']}",
            "person.end {'person':'Beatrice','addresses':['b@example.com'],'wrong':true}",
            "person.split {'person':'Beatrice','name':'Bee','addresses':['be@example.com']}",
            "person.merge {'person':'Bee','into':'Beatrice'}",
            "person.gone {'person':'Beatrice'} person=/lines/0/id",
            "person.return {'person':'{person}'}",
            "contact.add {'name':'Bert','addresses':['bert@elsewhere.example']}",
            "contact.list {}",
            "person.show {'person':'Bert'}",
            "group.add {'name':'Sales','addresses':['sales@example.com']}",
            "group.member {'group':'Sales','members':['Beatrice','x@y.example']}",
            "group.list {}",
            "group.show {'group':'Sales'}",
            "group.give {'group':'Sales','addresses':['sale@example.com']}",
            "group.end {'group':'Sales','addresses':['sale@example.com']}",
            "group.rename {'group':'Sales','name':'Selling'}",
            "person.show {'person':'Beatrice'}",
            "group.remove {'group':'Selling'} group=/lines/0/id",
            "group.return {'group':'{group}'}",
            "domain.add {'domain':'example.com','kind':'authoritative','subdomains':true}",
            "domain.list {}",
            "domain.remove {'domain':'example.com'}",
            "unknown.list {'all':true,'limit':10}",
            "unknown.assign {'person':'Ada','addresses':['old@example.com'],'dryRun':true}",
            "sync.add {'name':'ad','protocol':'ldap','settings':{'host':'127.0.0.1','port':'1','base':'dc=x','user':'cn=x','schedule':'manual'},'secrets':{'password':'p'}}",
            "sync.set {'name':'ad','settings':{'schedule':'manual'}}",
            "sync.list {}",
            "sync.show {'name':'ad'}",
            "sync.remove {'name':'ad'}",
            "person.sync {'name':'hr','dryRun':true}",
            "person.sync {'name':'hr'}",
            "role.list {'all':true}",
            "role.grant {'person':'Beatrice','role':'auditor','whose':['everyone'],'until':'2099-01-01T00:00:00Z','reason':'a case'} grant=/lines/0/grant",
            "role.withdraw {'grant':'{grant}','reason':'closed'}",
            "role.list {'all':true}",
            "mode.show {}",
            "mode.set {'mode':'two-person','reason':'we are two'}",
            "role.grant {'person':'Beatrice','role':'administrator','reason':'a deputy'} 422",
            "approval.list {'all':true} request=/lines/0/request",
            "approval.show {'request':'{request}'}",
            "olga approval.refuse {'request':'{request}','reason':'not now'}",
            "mode.set {'mode':'single','reason':'once more'} 422",
            "approval.list {} request=/lines/0/request",
            "olga approval.approve {'request':'{request}','reason':'so be it'}",
            "mode.set {'mode':'single','reason':'once more'}",
            "approval.list {'all':true}",
            "olga audit.list {'limit':3}",
            "olga access.review {}",
            "access.sign {'reason':'looked at','days':90}",
            "token.add {'name':'nightly','scopes':['letter.*','saved.*','books.days','job.list'],'expires':'{soon}'} token=/lines/0/token secret=/lines/0/secret",
            "token.list {'all':true}",
            "token.add {'name':'other','scopes':['job.list'],'expires':'{soon}'} other=/lines/0/token narrow=/lines/0/secret",
            "login.set {'subject':'oidc','settings':{'issuer':'http://127.0.0.1:1','client-id':'archive'},'secrets':{'client-secret':'s'}}",
            "login.show {}",
            "login.test {'subject':'oidc'}",
            "login.set {'subject':'oidc','off':true}",
            "login.forget {'person':'Ada'}",
            "key.renew {}");

    @Test
    void everythingIsAnsweredAsItIsDescribed() throws Exception {
        found.put("soon", own.archive().acts().now().plus(Duration.ofDays(2)).toString());
        List<String> wrong = new ArrayList<>();
        for (String told : STORY) {
            tell(told, wrong);
        }
        routes(wrong);
        tell("token.revoke {'token':'{other}'}", wrong);
        Set<String> all = new TreeSet<>();
        document.path("paths")
                .properties()
                .forEach(path ->
                        path.getValue().properties().forEach(method -> all.add(method.getKey() + " " + path.getKey())));
        all.removeAll(called);
        assertThat(wrong).isEmpty();
        assertThat(all).as("what is described and was never called").isEmpty();
    }

    private String filled(String text) {
        String filled = text.replace('\'', '"');
        for (Map.Entry<String, String> known : found.entrySet()) {
            filled = filled.replace("{" + known.getKey() + "}", known.getValue());
        }
        return filled;
    }

    private void tell(String told, List<String> wrong) throws Exception {
        boolean olgas = told.startsWith("olga ");
        String[] words = (olgas ? told.substring(5) : told).split(" (?=[{0-9])| (?=[a-z]+=/)", -1);
        String operation = words[0];
        String path = "/api/v1/" + operation;
        String sent = filled(words[1]);
        called.add("post " + path);
        JsonNode said = described(path, "post");
        faults(schema(said.path("requestBody")), JsonMapper.shared().readTree(sent))
                .forEach(fault -> wrong.add(told + ": sent: " + fault));
        HttpResponse<String> answer = (olgas ? olga : ada).post(path, sent);
        int status = words.length > 2 && words[2].matches("\\d+") ? Integer.parseInt(words[2]) : 200;
        if (answer.statusCode() != status) {
            wrong.add(told + ": " + answer.statusCode() + " " + answer.body());
            return;
        }
        JsonNode body = JsonMapper.shared().readTree(answer.body());
        JsonNode expected =
                status == 200 ? schema(said.path("responses").path("200")) : document.at("/components/schemas/Problem");
        faults(expected, body).forEach(fault -> wrong.add(told + ": " + fault + " in " + body));
        for (int i = 2; i < words.length; i++) {
            String[] kept = words[i].split("=", 2);
            if (kept.length == 2) {
                found.put(kept[0], body.at(kept[1]).asString(""));
            }
        }
        needed(said, path, olgas, told, wrong);
        assertThat(ada.post(path, "{\"nobody-asks-for-this\":1}").statusCode())
                .as(told)
                .isEqualTo(400);
    }

    /// What must be there is missed.
    private void needed(JsonNode said, String path, boolean olgas, String told, List<String> wrong) throws Exception {
        if (!schema(said.path("requestBody")).path("required").isEmpty()) {
            int status = (olgas ? olga : ada).post(path, "{}").statusCode();
            if (status != 400 && status != 422) {
                wrong.add(told + ": without what it needs: " + status);
            }
        }
    }

    // ---- routes

    private void routes(List<String> wrong) throws Exception {
        try (ApiCaller program = ApiCaller.withToken(server.url(), found.getOrDefault("secret", ""));
                ApiCaller other = ApiCaller.withToken(server.url(), found.getOrDefault("narrow", ""))) {
            JsonNode letters = got(program, "/api/v1/letters", "?q=offer&around=yes&conversations=yes&limit=1", wrong);
            String id = letters.at("/letters/0/id").asString("");
            JsonNode letter = got(program, "/api/v1/letters/{id}", id, wrong);
            assertThat(letter.path("text").asString("")).contains("here is the offer");
            assertThat(letter.at("/envelopes/0/recipients/0/address").asString(""))
                    .isEqualTo("bert@elsewhere.example");
            String part = letter.at("/attachments/0/part").asString("");
            String nested = letter.at("/letters/0/part").asString("");
            String arrival = letter.at("/envelopes/0/arrival").asString("");
            got(program, "/api/v1/letters/{id}/conversation", id, wrong);
            assertThat(octets(program, "/api/v1/letters/{id}/original", id, "", "message/rfc822"))
                    .contains("Subject: The offer", "mill,1");
            assertThat(octets(program, "/api/v1/letters/{id}/attachments/{part}", id, part, "text/csv"))
                    .isEqualTo("mill,1");
            assertThat(octets(program, "/api/v1/letters/{id}/letters/{part}", id, nested, "message/rfc822"))
                    .contains("the question");
            assertThat(octets(program, "/api/v1/letters/{id}/reports/{arrival}", id, arrival, "message/rfc822"))
                    .contains("X-MS-Journal-Report");
            assertThat(octets(program, "/api/v1/letters/{id}/proof", id, "", "application/octet-stream"))
                    .isNotEmpty();
            sent(program, "/api/v1/letters/{id}/send", id, "{\"address\":\"ada@example.com\"}", 404, wrong);
            String saved = sent(
                            program, "/api/v1/searches", "", "{\"name\":\"Offers\",\"query\":\"offer\"}", 200, wrong)
                    .path("search")
                    .asString("");
            sent(program, "/api/v1/searches", "", "{\"name\":\"Offers\",\"query\":\"from:\"}", 422, wrong);
            sent(program, "/api/v1/searches/{search}/name", saved, "{\"name\":\"All offers\"}", 200, wrong);
            got(program, "/api/v1/searches", "", wrong);
            sent(program, "/api/v1/searches/{search}/remove", saved, "{}", 200, wrong);
            got(program, "/api/v1/days", "", wrong);
            got(program, "/api/v1/openapi.json", "", wrong);
            for (String closed :
                    List.of("letters", "letters/" + id, "letters/" + id + "/original", "searches", "days")) {
                assertThat(other.get("/api/v1/" + closed).statusCode())
                        .as(closed)
                        .isEqualTo(403);
            }
            assertThat(other.post("/api/v1/job.list", "{}").statusCode()).isEqualTo(200);
            assertThat(other.post("/api/v1/searches", "{\"name\":\"x\"}").statusCode())
                    .isEqualTo(403);
        }
    }

    /// @param rest what fills the path, or goes behind it
    private JsonNode got(ApiCaller program, String path, String rest, List<String> wrong) throws Exception {
        called.add("get " + path);
        String url = path.contains("{") ? path.replaceFirst("\\{[a-z]+}", rest) : path + rest;
        HttpResponse<String> answer = program.get(url);
        assertThat(answer.statusCode()).as(url + " " + answer.body()).isEqualTo(200);
        JsonNode body = JsonMapper.shared().readTree(answer.body());
        if (!path.endsWith("openapi.json")) {
            faults(schema(described(path, "get").path("responses").path("200")), body)
                    .forEach(fault -> wrong.add(path + ": " + fault + " in " + body));
        }
        return body;
    }

    private String octets(ApiCaller program, String path, String id, String part, String type) throws Exception {
        called.add("get " + path);
        HttpResponse<String> answer = program.get(path.replace("{id}", id).replaceFirst("\\{[a-z]+}", part));
        assertThat(answer.statusCode()).as(path).isEqualTo(200);
        assertThat(answer.headers().firstValue("Content-Type").orElse(""))
                .as(path)
                .startsWith(type);
        assertThat(described(path, "get")
                        .path("responses")
                        .path("200")
                        .path("content")
                        .propertyNames())
                .as(path)
                .containsAnyOf(type, "*/*");
        return answer.body();
    }

    private JsonNode sent(ApiCaller program, String path, String filled, String json, int status, List<String> wrong)
            throws Exception {
        called.add("post " + path);
        JsonNode said = described(path, "post");
        if (status == 200 && said.has("requestBody")) {
            faults(schema(said.path("requestBody")), JsonMapper.shared().readTree(json))
                    .forEach(fault -> wrong.add(path + ": sent: " + fault));
        }
        HttpResponse<String> answer = program.post(path.replaceFirst("\\{[a-z]+}", filled), json);
        assertThat(answer.statusCode()).as(path + " " + answer.body()).isEqualTo(status);
        JsonNode body = JsonMapper.shared().readTree(answer.body());
        faults(
                        status == 200
                                ? schema(said.path("responses").path("200"))
                                : document.at("/components/schemas/Problem"),
                        body)
                .forEach(fault -> wrong.add(path + ": " + fault + " in " + body));
        return body;
    }

    // ---- what the documentation says

    /// Every block of commands of `docs/api.md`, as it stands there, with the server's address and a token.
    @Test
    void theExamplesOfTheDocumentationRun(@TempDir Path folder) throws Exception {
        Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin/curl")), "skipped: no curl");
        String expires = own.archive().acts().now().plus(Duration.ofDays(2)).toString();
        HttpResponse<String> made = ada.post(
                "/api/v1/token.add",
                "{\"name\":\"docs\",\"scopes\":[\"letter.*\",\"saved.*\",\"job.*\",\"person.*\",\"audit.list\",\"stats\"],\"expires\":\""
                        + expires + "\"}");
        String secret =
                JsonMapper.shared().readTree(made.body()).at("/lines/0/secret").asString("");
        String text = Files.readString(Path.of("../docs/api.md"));
        List<String> blocks = Pattern.compile("(?s)```sh\n(.*?)```")
                .matcher(text)
                .results()
                .map((MatchResult block) -> block.group(1))
                .toList();
        assertThat(blocks).hasSizeGreaterThan(5);
        for (String block : blocks) {
            String script = "set -e\nARCHIVE=" + server.url().toString().replaceAll("/$", "") + "\nTOKEN=" + secret
                    + "\n" + block;
            Process process = new ProcessBuilder("bash", "-c", script)
                    .directory(folder.toFile())
                    .redirectErrorStream(true)
                    .start();
            String out = output(process);
            assertThat(process.waitFor(30, TimeUnit.SECONDS)).as(block).isTrue();
            assertThat(process.exitValue()).as(block + out).isZero();
            assertThat(out).as(block).doesNotContain("problem");
        }
        assertThat(folder.resolve("letter.eml")).isNotEmptyFile();
    }

    private static String output(Process process) throws IOException {
        return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
}
