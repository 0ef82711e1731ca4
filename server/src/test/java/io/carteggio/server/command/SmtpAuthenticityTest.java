package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.QuarantineEntry;
import io.carteggio.archive.entry.ClientCertificate;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.smtp.Reply;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.archive.ArchiveMailbox;
import io.carteggio.server.smtp.Limits;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpServer;
import io.carteggio.server.tls.ClientTrust;
import io.carteggio.server.tls.PemIdentity;
import io.carteggio.server.tls.SelfSigned;
import io.carteggio.server.tls.TlsContexts;
import io.carteggio.server.watch.Alarm;
import io.carteggio.server.watch.AlarmKind;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyStore;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// A listener that runs, and who may deliver to it: mail that did not come as its source expects is
/// acknowledged, kept whole in quarantine with the reason, and told of; never bounced (P3).
@Tag("slow")
class SmtpAuthenticityTest {
    private static final InetSocketAddress ANY = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    private static final String TENANT = "11111111-2222-3333-4444-555555555555";

    @TempDir
    Path directory;

    private ArchiveOpener.OwnArchive own;
    private Archive archive;
    private RunningServer server;
    private Shell shell;
    private SSLContext anonymous;
    private PemIdentity identity;
    private SSLContext named;

    @BeforeEach
    void start() throws Exception {
        own = ArchiveOpener.own(directory.resolve("data"), Optional.empty());
        archive = own.archive();
        server = RunningServer.start(
                archive,
                own.operations(),
                new RunningServer.Addresses(ANY, ANY, RunningServer.Fronts.NONE, Optional.empty(), "archive.example"),
                Optional.empty(),
                Optional.empty());
        shell = new Shell(directory.resolve("data"));
        Path sender = Files.createDirectories(directory.resolve("sender"));
        SelfSigned.contextFor("mail.sender.example", sender);
        identity = PemIdentity.load(SelfSigned.file(sender), SelfSigned.file(sender));
        anonymous = TlsContexts.opportunisticClient();
        named = TlsContexts.opportunisticClient(identity.chain(), identity.key());
    }

    @AfterEach
    void stop() throws Exception {
        assertThat(archive.catalogue().books().sources()).allMatch(Books.Account::balances);
        server.close();
        own.close();
    }

    private String source(String name, String... options) {
        List<String> command = new ArrayList<>(List.of("source", "add", name, "--smtp", "@archive.example", "--json"));
        command.addAll(List.of(options));
        return shell.done(command.toArray(String[]::new)).json().path("address").stringValue();
    }

    private static String report(String id, String fields) {
        return fields
                + WatchServerTest.report(
                        id,
                        Shell.mail("anna@firm.example", "bruno@firm.example", id, "Hello " + id),
                        "Sender: anna@firm.example",
                        "Recipient: bruno@firm.example");
    }

    private SmtpClient.Outcome send(InetSocketAddress at, Optional<SSLContext> tls, String to, String mail)
            throws IOException {
        SmtpClient.Outcome outcome;
        try (SmtpClient client = SmtpClient.connect(at, "mx.example", Duration.ofSeconds(20))) {
            if (tls.isPresent()) {
                client.startTls(tls.get());
            }
            outcome = client.send(
                    Optional.of(new Address("ndr@firm.example")),
                    List.of(new Address(to)),
                    Content.of(mail.getBytes(StandardCharsets.UTF_8)),
                    SmtpClient.Way.DATA);
        }
        archive.catalogue(); // everything is registered
        return outcome;
    }

    /// Sends a mail that is acknowledged in any case.
    private void deliver(Optional<SSLContext> tls, String to, String mail) throws IOException {
        SmtpClient.Outcome outcome = send(server.smtp(), tls, to, mail);
        assertThat(outcome.kept()).as("never bounced: %s", outcome).isTrue();
    }

    private Books.Account books(String source) throws Exception {
        return archive.catalogue().books().sources().stream()
                .filter(a -> a.source().equals(source))
                .findFirst()
                .orElse(Books.Account.nothing(source));
    }

    private QuarantineEntry quarantined() throws Exception {
        return archive.catalogue().quarantine(1, Long.MAX_VALUE).getFirst();
    }

    private Optional<Alarm> alarm(String source) {
        return archive.watch().standing().stream()
                .filter(a -> a.kind() == AlarmKind.AUTHENTICITY && a.subject().equals(source))
                .findFirst();
    }

    @Test
    void whatIsSetIsShown() {
        String address = source("m365", "--networks", "exchange-online,192.0.2.0/24", "--tls", "required");
        assertThat(address).matches("journal-[a-z2-7]{26}@archive\\.example");
        assertThat(source("other")).as("130 bits by chance").isNotEqualTo(address);
        shell.done("source", "set", "m365", "--originator-org", "contoso.onmicrosoft.com", "--tenant", TENANT);
        shell.done("source", "set", "m365", "--client-certificate", "mail.protection.outlook.com", "--tls", "");
        JsonNode settings =
                shell.done("source", "show", "m365", "--json").json().path("settings");
        assertThat(settings.toString())
                .isEqualTo("{\"tls\":\"offered\",\"unknown\":\"keep\","
                        + "\"client-certificate\":\"mail.protection.outlook.com\","
                        + "\"networks\":\"exchange-online,192.0.2.0/24\","
                        + "\"originator-org\":\"contoso.onmicrosoft.com\",\"tenant\":\"" + TENANT + "\"}");
        assertThat(shell.done("source", "show", "m365").out()).contains("networks = exchange-online,192.0.2.0/24");
        assertThat(shell.done("source", "show", "other").err()).contains("from anywhere");
        shell.done("source", "set", "other", "--originator-org", "contoso.onmicrosoft.com");
        assertThat(shell.done("source", "show", "other").err()).contains("only together with networks");
        assertThat(shell.done("source", "add", "third", "--smtp", "--json")
                        .json()
                        .path("address")
                        .stringValue())
                .as("beside those that there are")
                .matches("journal-[a-z2-7]{26}@archive\\.example");

        for (String[] wrong : new String[][] {
            {"--networks", "mail.example.com"},
            {"--networks", "192.0.2.1/24"},
            {"--tls", "starttls"},
            {"--tenant", "contoso"},
            {"--client-certificate", "x"},
            {"--folder", "INBOX"},
            {"--unknown", "discard-and-delete"},
            {"--family", "ndr"}
        }) {
            Shell.Said said = shell.run("source", "set", "m365", wrong[0], wrong[1]);
            assertThat(said.exit())
                    .as("%s %s: %s", wrong[0], wrong[1], said.err())
                    .isEqualTo(1);
        }
        assertThat(shell.done("source", "show", "m365", "--json").json().path("settings"))
                .as("what is refused changes nothing")
                .isEqualTo(settings);
    }

    @Test
    void aHostFromElsewhere() throws Exception {
        String here = source("here", "--networks", "127.0.0.1,::1");
        String there = source("there", "--networks", "exchange-online");
        deliver(Optional.of(anonymous), here, report("r1", ""));
        assertThat(books("here").letters()).isEqualTo(1);
        assertThat(alarm("here")).isEmpty();

        String mail = report("r2", "");
        deliver(Optional.of(anonymous), there, mail);
        assertThat(books("there").quarantined()).isEqualTo(1);
        String why = "not authentic: expected a host in exchange-online (shipped, of 2026-08-14), came 127.0.0.1";
        assertThat(quarantined().entry().reason()).contains(why);
        assertThat(archive.vault().read(quarantined().whole()).toByteArray(1 << 20))
                .as("P2: byte for byte")
                .isEqualTo(mail.getBytes(StandardCharsets.UTF_8));
        assertThat(alarm("there").orElseThrow().text())
                .contains(why)
                .contains("arrival " + quarantined().number());
        assertThat(shell.done("quarantine", "list").out()).contains(why);
        assertThat(shell.done("quarantine", "--json").json().path("reason").stringValue())
                .isEqualTo(why);
        assertThat(shell.done("alarm", "list").out()).contains("authenticity");

        shell.done("source", "set", "there", "--networks", "exchange-online 127.0.0.0/8");
        deliver(Optional.empty(), there, mail);
        assertThat(books("there").letters())
                .as("the same mail, once it may come")
                .isEqualTo(1);
    }

    /// P3, P8: what left quarantine is a letter like any other, and its octets here go with it.
    @Test
    void whatLeavesQuarantineIsALetterLikeAnyOther() throws Exception {
        String there = source("there", "--networks", "exchange-online");
        deliver(Optional.of(anonymous), there, report("r1", ""));
        deliver(Optional.of(anonymous), there, report("r2", ""));
        deliver(Optional.of(anonymous), there, report("r3", ""));
        List<String> numbers = shell.done("quarantine", "--json").lines().stream()
                .map(line -> line.path("arrival").toString())
                .toList();
        assertThat(shell.run("quarantine", "retry", "--all").exit()).isEqualTo(1);
        shell.done("quarantine", "release", numbers.getFirst(), "--why", "our new host");
        shell.done("source", "set", "there", "--networks", "127.0.0.0/8");
        assertThat(shell.done("quarantine", "show", numbers.getLast()).out()).contains("it would leave");
        List<JsonNode> left =
                shell.done("quarantine", "retry", "--all", "--json").lines();
        assertThat(left)
                .hasSize(2)
                .allMatch(line -> line.path("disposition").stringValue().equals("letters"));
        assertThat(books("there").received()).isEqualTo(3);
        assertThat(books("there").letters()).isEqualTo(3);
        assertThat(books("there").quarantined()).isZero();
        assertThat(shell.done("quarantine", "retry", numbers.getFirst()).out()).contains("had left already");

        String id =
                shell.done("search", "subject:r2", "--json").json().path("id").stringValue();
        assertThat(shell.done("show", id).out()).contains("out of quarantine");
        assertThat(shell.run("erase", "--arrival", numbers.get(1), "--reason", "x")
                        .err())
                .contains("it left quarantine as arrival");
        shell.done("erase", id, "--reason", "asked for");
        assertThat(shell.run("quarantine", "show", numbers.get(1), "--raw").exit())
                .as("gone with the letter")
                .isEqualTo(1);
        assertThat(shell.done("check").out()).contains("all is well");
        assertThat(shell.done("rebuild", "--compare").out()).contains("the same");
        assertThat(shell.done("quarantine", "--left", "--json").lines()).hasSize(2);
    }

    @Test
    void aHostOfIpv6() throws Exception {
        InetAddress six = InetAddress.ofLiteral("::1");
        try (ServerSocket probe = new ServerSocket(0, 1, six)) {
            Assumptions.assumeTrue(probe.isBound());
        } catch (IOException e) {
            Assumptions.abort("no IPv6 here: " + e.getMessage());
        }
        String only6 = source("six", "--networks", "::1");
        String only4 = source("four", "--networks", "127.0.0.0/8");
        try (SmtpServer listener = listen(new InetSocketAddress(six, 0), Optional.empty(), ClientTrust.ofSystem())) {
            assertThat(send(listener.address(), Optional.empty(), only6, report("r1", ""))
                            .kept())
                    .isTrue();
            assertThat(send(listener.address(), Optional.empty(), only4, report("r2", ""))
                            .kept())
                    .isTrue();
        }
        assertThat(books("six").letters()).isEqualTo(1);
        assertThat(books("four").quarantined()).isEqualTo(1);
        assertThat(quarantined().entry().reason())
                .hasValueSatisfying(why -> assertThat(why).endsWith("came 0:0:0:0:0:0:0:1"));
    }

    private SmtpServer listen(InetSocketAddress at, Optional<SSLContext> tls, ClientTrust clients) throws IOException {
        return SmtpServer.start(
                new SmtpServer.Config(at, "archive.example", tls, Limits.DEFAULT, clients),
                new ArchiveMailbox(archive),
                Clock.systemUTC());
    }

    @Test
    void whoWasOfferedTlsMustUseIt() throws Exception {
        String address = source("secured", "--tls", "required");
        SmtpClient.Outcome clear = send(server.smtp(), Optional.empty(), address, report("r1", ""));
        assertThat(clear.kept()).isFalse();
        assertThat(clear.recipients()).extracting(Reply::code).containsExactly(530);
        assertThat(books("secured").received()).as("refused before it was sent").isZero();
        assertThat(alarm("secured").orElseThrow().text())
                .contains("in the clear")
                .contains("530");

        deliver(Optional.of(anonymous), address, report("r1", ""));
        assertThat(books("secured").letters()).isEqualTo(1);

        // a listener that offers no TLS cannot ask for it
        try (SmtpServer plain = listen(ANY, Optional.empty(), ClientTrust.ofSystem())) {
            assertThat(send(plain.address(), Optional.empty(), address, report("r2", ""))
                            .kept())
                    .isTrue();
        }
        assertThat(quarantined().entry().reason()).contains("not authentic: expected TLS, came in the clear");
        assertThat(books("secured").quarantined()).isEqualTo(1);
    }

    @Test
    void aClientsCertificate() throws Exception {
        Sha256 sum = Sha256.of(identity.chain().getFirst().getEncoded());
        String pinned = source("pinned", "--client-certificate", "sha256:" + sum);
        String subject = source("subject", "--client-certificate", "CN=mail.sender.example");
        deliver(Optional.of(named), pinned, report("r1", ""));
        assertThat(books("pinned").letters()).isEqualTo(1);
        deliver(Optional.of(anonymous), pinned, report("r2", ""));
        assertThat(quarantined().entry().reason())
                .contains("not authentic: expected the client certificate sha256:" + sum + ", came none");
        deliver(Optional.empty(), pinned, report("r3", ""));
        assertThat(books("pinned").quarantined()).as("nor in the clear").isEqualTo(2);

        deliver(Optional.of(named), subject, report("r4", ""));
        assertThat(quarantined().entry().reason())
                .as("anybody can give himself a name")
                .hasValueSatisfying(
                        why -> assertThat(why).contains("came 'CN=mail.sender.example' that no authority vouches for"));
        assertThat(quarantined().entry().provenance().client())
                .contains(new ClientCertificate("CN=mail.sender.example", sum, false));

        KeyStore authorities = KeyStore.getInstance("PKCS12");
        authorities.load(null, null);
        authorities.setCertificateEntry("ours", identity.chain().getFirst());
        SSLContext tls = SelfSigned.contextFor("archive.example", Files.createDirectories(directory.resolve("other")));
        try (SmtpServer trusting = listen(ANY, Optional.of(tls), ClientTrust.of(authorities))) {
            assertThat(send(trusting.address(), Optional.of(named), subject, report("r5", ""))
                            .kept())
                    .isTrue();
        }
        assertThat(books("subject").letters()).isEqualTo(1);
    }

    @Test
    void theHeaderOfTheReport() throws Exception {
        String address = source(
                "m365", "--networks", "127.0.0.1", "--originator-org", "contoso.onmicrosoft.com", "--tenant", TENANT);
        String org = "X-OriginatorOrg: contoso.onmicrosoft.com\r\n";
        String tenant = "X-MS-Exchange-CrossTenant-Id:\r\n\t" + TENANT + "\r\n";
        deliver(Optional.of(anonymous), address, report("r1", org + tenant));
        assertThat(books("m365").letters()).isEqualTo(1);
        deliver(Optional.of(anonymous), address, report("r2", "X-OriginatorOrg: evil.example\r\n" + org + tenant));
        assertThat(quarantined().entry().reason())
                .contains("not authentic: expected X-OriginatorOrg contoso.onmicrosoft.com, came 'evil.example',"
                        + " 'contoso.onmicrosoft.com'");
        assertThat(alarm("m365").orElseThrow().text()).contains("evil.example");
        deliver(Optional.of(anonymous), address, "Subject: not even a report\r\n\r\nx\r\n");
        assertThat(quarantined().entry().reason())
                .hasValueSatisfying(
                        why -> assertThat(why).contains("came none").endsWith("; besides: not a journal report"));
        assertThat(archive.watch().standing()).noneMatch(a -> a.kind() == AlarmKind.MARKER);

        // the mail inside is only compared
        String inner = Shell.mail("anna@firm.example", "bruno@firm.example", "r4", "x");
        String inside = WatchServerTest.report(
                "r4",
                "X-MS-Exchange-Organization-Id: 99999999-2222-3333-4444-555555555555\r\n" + inner,
                "Sender: anna@firm.example",
                "Recipient: bruno@firm.example");
        deliver(Optional.of(anonymous), address, org + tenant + inside);
        assertThat(books("m365").letters()).isEqualTo(2);
        assertThat(books("m365").quarantined()).isEqualTo(2);
    }

    /// P8: what was erased does not come back by the back door.
    @Test
    void whatWasErasedComesNotIntoQuarantineEither() throws Exception {
        String address = source("m365", "--networks", "127.0.0.1");
        deliver(Optional.of(anonymous), address, report("r1", ""));
        archive.indexer().awaitCaughtUp(Duration.ofSeconds(30));
        String id = shell.done("search", "Hello", "--auditor", "test", "--json")
                .json()
                .path("id")
                .stringValue();
        shell.done("erase", id, "--reason", "asked for");
        shell.done("source", "set", "m365", "--networks", "192.0.2.1");
        deliver(Optional.of(anonymous), address, report("r1", ""));
        assertThat(books("m365").discarded()).isEqualTo(1);
        assertThat(books("m365").quarantined()).isZero();
    }

    @Test
    void anAdministratorsListWins() throws Exception {
        String address = source("m365", "--networks", "exchange-online");
        JsonNode shipped = shell.done("source", "networks", "--json").json();
        assertThat(shipped.path("name").stringValue()).isEqualTo("exchange-online");
        assertThat(shipped.path("date").stringValue()).isEqualTo("2026-08-14");
        assertThat(shipped.path("origin").stringValue()).isEqualTo("shipped");
        assertThat(shipped.path("sources").path(0).stringValue()).isEqualTo("m365");
        Path file = Path.of(shipped.path("file").stringValue());
        assertThat(file)
                .isEqualTo(
                        directory.resolve("data/networks/exchange-online.txt").toAbsolutePath());

        Shell.write(file, "date 2026-11-20\n127.0.0.0/8 # a relay\n");
        deliver(Optional.of(anonymous), address, report("r1", ""));
        assertThat(books("m365").letters()).isEqualTo(1);
        assertThat(shell.done("source", "networks").out())
                .contains("exchange-online, of 2026-11-20, " + file)
                .contains("127.0.0.0/8")
                .doesNotContain("40.92.0.0/15");

        Path backup = directory.resolve("backup");
        shell.done("backup", "--to", backup.toString());
        assertThat(backup.resolve("networks/exchange-online.txt")).hasSameBinaryContentAs(file);

        Shell.write(file, "date 2026-11-21\n127.0.0.0/8\nmail.example.com\n");
        deliver(Optional.of(anonymous), address, report("r2", ""));
        assertThat(quarantined().entry().reason())
                .as("the one that came with the program counts")
                .hasValueSatisfying(why -> assertThat(why).contains("shipped, of 2026-08-14"));
        assertThat(alarm("networks").orElseThrow().text()).contains("line 3").contains("mail.example.com");
        assertThat(shell.done("source", "networks").err()).contains("line 3");

        Files.delete(file);
        assertThat(shell.done("source", "networks").err()).isEmpty();
    }
}
