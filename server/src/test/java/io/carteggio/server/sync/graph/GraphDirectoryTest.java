package io.carteggio.server.sync.graph;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.carteggio.archive.synchronisation.Snapshot;
import io.carteggio.archive.synchronisation.Snapshot.RemotePerson;
import io.carteggio.archive.vault.Key;
import io.carteggio.mail.Address;
import io.carteggio.mail.Sha256;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.secret.Secrets;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.Collections;
import java.util.Date;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509v3CertificateBuilder;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Entra ID by Graph, against a simulator that is strict and misbehaves as JOURNAL-FORMATS 11 says that
/// Graph does.
class GraphDirectoryTest {
    private Optional<GraphSimulator> running = Optional.empty();
    private final List<Duration> waited = Collections.synchronizedList(new ArrayList<>());

    @TempDir
    Path folder;

    private Key key = Key.random();
    private Secrets secrets = Secrets.inMemory(Map.of("client-secret", "s3cret"));

    @BeforeEach
    void users() throws Exception {
        GraphSimulator graph = new GraphSimulator();
        running = Optional.of(graph);
        for (int i = 0; i < 8; i++) {
            graph.user("u" + i, user("Üser " + i, "u" + i));
        }
    }

    @AfterEach
    void nothingWasRefused() {
        graph().close();
    }

    private GraphSimulator graph() {
        return running.orElseThrow();
    }

    private static String user(String name, String local) {
        return "\"displayName\":\"" + name + "\",\"userPrincipalName\":\"" + local + "@x.onmicrosoft.com\",\"mail\":\""
                + local + "@e.com\",\"proxyAddresses\":[\"smtp:alias-" + local + "@e.com\",\"SMTP:" + local
                + "@e.com\",\"SIP:" + local + "@e.com\",\"X500:/o=x\"],\"otherMails\":[\"private-" + local
                + "@home.example\"],\"accountEnabled\":true";
    }

    private Settings settings() {
        return new Settings(new HashMap<>(Map.of(
                "tenant",
                "tenant",
                "client-id",
                "app",
                "url",
                graph().address() + "/v1.0",
                "token-url",
                graph().address() + "/tenant/oauth2/v2.0/token")));
    }

    /// As after a start: nothing is known but what lies in the folder.
    private GraphDirectory directory() {
        return new GraphDirectory(Clock.systemUTC(), folder.resolve("sync"), key, waited::add);
    }

    private Snapshot read() throws Exception {
        return directory().read("entra", settings(), secrets);
    }

    private static List<String> keys(Snapshot snapshot) {
        return snapshot.people().stream().map(RemotePerson::key).toList();
    }

    private RemotePerson one(Snapshot snapshot, String key) {
        return snapshot.people().stream()
                .filter(p -> p.key().equals(key))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void allUsersOverAllPages() throws Exception {
        Snapshot read = read();
        assertThat(keys(read)).hasSize(8);
        assertThat(one(read, "u3").name()).isEqualTo("Üser 3");
        assertThat(one(read, "u3").addresses()).extracting(Address::raw).containsExactly("u3@e.com", "alias-u3@e.com");
        assertThat(graph().refusals).isEmpty();
    }

    @Test
    void laterOnlyWhatChangedAndWhatIsAbsentStays() throws Exception {
        var _ = read();
        int before = graph().asked.size();
        graph().tell("{\"id\":\"u1\",\"displayName\":\"Renamed\"}");
        graph().tell("{\"id\":\"u2\",\"mail\":null,\"proxyAddresses\":[]}");
        graph().tell("{\"id\":\"u3\",\"accountEnabled\":false}");
        graph().remove("u4", "changed");
        graph().remove("u5", "deleted");
        graph().user("u9", user("Neun", "u9"));
        Snapshot read = read();
        assertThat(keys(read)).doesNotContain("u4", "u5").contains("u9").hasSize(7);
        assertThat(one(read, "u1").name()).isEqualTo("Renamed");
        assertThat(one(read, "u1").addresses()).as("absent is unchanged").hasSize(2);
        assertThat(one(read, "u2").addresses()).as("null is cleared").isEmpty();
        assertThat(one(read, "u3").enabled()).isFalse();
        assertThat(graph().asked.subList(before, graph().asked.size()).getFirst())
                .contains("deltatoken=");
        graph().user("u4", user("Vier", "u4"));
        assertThat(keys(read())).as("restored").contains("u4");
    }

    @Test
    void whereItRemembersNoLongerAllIsReadAnew() throws Exception {
        var _ = read();
        graph().remove("u0", "deleted");
        graph().forget();
        Snapshot read = read();
        assertThat(keys(read)).hasSize(7).doesNotContain("u0");
        assertThat(graph().asked).anyMatch(q -> q.contains("again=1"));
        assertThat(graph().refusals).isEmpty();
    }

    private Path kept() throws Exception {
        try (Stream<Path> files = Files.list(folder.resolve("sync"))) {
            return files.findFirst().orElseThrow();
        }
    }

    private String firstAskedSince(int before) {
        return graph().asked.subList(before, graph().asked.size()).getFirst();
    }

    /// Each [#read] is one after a start.
    @Test
    void aStartGoesOnWhereTheLastRunStood() throws Exception {
        Snapshot first = read();
        int before = graph().asked.size();
        Snapshot again = read();
        assertThat(again.people()).isEqualTo(first.people());
        assertThat(firstAskedSince(before)).contains("deltatoken=");
        assertThat(Files.readString(kept(), StandardCharsets.ISO_8859_1)).doesNotContain("s3cret");
        directory().forget("entra");
        before = graph().asked.size();
        assertThat(keys(read())).hasSize(8);
        assertThat(firstAskedSince(before)).as("nothing is kept any more").contains("select=");
    }

    @Test
    void whatWasKeptAndIsDamagedOrOfOtherSettingsIsReadAnew() throws Exception {
        var _ = read();
        byte[] whole = Files.readAllBytes(kept());
        byte[] turned = whole.clone();
        turned[whole.length / 2] ^= 4;
        for (byte[] damaged : List.of(
                turned, Arrays.copyOf(whole, whole.length - 1), Arrays.copyOf(whole, 10), new byte[0], new byte[70])) {
            Files.write(kept(), damaged);
            int before = graph().asked.size();
            assertThat(keys(read())).hasSize(8);
            assertThat(firstAskedSince(before)).contains("select=");
        }
        Map<String, String> other = new HashMap<>(settings().all());
        other.put("only-licensed", "yes");
        int before = graph().asked.size();
        assertThat(keys(directory().read("entra", new Settings(other), secrets)))
                .hasSize(8);
        assertThat(firstAskedSince(before)).contains("assignedLicenses");
    }

    /// What lies on the disk tells nobody anything: neither who is there nor how to go on asking.
    @Test
    void whatIsKeptIsSealedUnderTheArchivesKeyAndForItsNameAlone() throws Exception {
        var _ = read();
        String octets = Files.readString(kept(), StandardCharsets.ISO_8859_1);
        assertThat(octets)
                .doesNotContain("user", "User 1", "u1@e.com", "alias-", "delta", "http", "127.0.0.1", "users");

        Path others = folder.resolve("sync")
                .resolve("graph-"
                        + Sha256.of("other".getBytes(StandardCharsets.UTF_8))
                                .toString()
                                .substring(0, 32));
        Files.copy(kept(), others);
        int before = graph().asked.size();
        var _ = directory().read("other", settings(), secrets);
        assertThat(firstAskedSince(before)).as("another's is nobody's").contains("select=");
        Files.delete(others);

        before = graph().asked.size();
        assertThat(keys(read())).hasSize(8);
        assertThat(firstAskedSince(before)).as("the same key goes on").contains("deltatoken=");
        key = Key.random();
        before = graph().asked.size();
        assertThat(keys(read())).hasSize(8);
        assertThat(firstAskedSince(before)).as("another key opens nothing").contains("select=");
    }

    /// What was kept must not be in the way for ever.
    @Test
    void aLinkThatIsRefusedIsGivenUpForAll() throws Exception {
        var _ = read();
        graph().remove("u0", "deleted");
        graph().next(GraphSimulator.status(400));
        assertThat(keys(read())).hasSize(7);
        assertThat(graph().refusals).isEmpty();
    }

    @Test
    void withoutRoomToKeepItARunIsRightAllTheSame() throws Exception {
        Files.writeString(folder.resolve("sync"), "no folder");
        assertThat(keys(read())).hasSize(8);
        assertThat(keys(read())).hasSize(8);
    }

    @Test
    void aBusyServerIsWaitedForAsLongAsItSays() throws Exception {
        graph().next(GraphSimulator.status(429, "Retry-After", "7"));
        graph().next(GraphSimulator.status(503));
        graph().next(GraphSimulator.status(504));
        assertThat(keys(read())).hasSize(8);
        assertThat(waited).containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(4), Duration.ofSeconds(8));
    }

    @Test
    void whoIsToldToStayAwayForLongStaysAway() {
        graph().next(GraphSimulator.status(429, "Retry-After", "900"));
        assertThatExceptionOfType(FetchException.class)
                .isThrownBy(this::read)
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.BUSY))
                .satisfies(e -> assertThat(e.retryAfter()).contains(Duration.ofMinutes(15)));
        assertThat(waited).isEmpty();
    }

    @Test
    void aServerThatStaysBusyIsGivenUp() {
        for (int i = 0; i < GraphClient.TIMES; i++) {
            graph().next(GraphSimulator.status(500));
        }
        assertThatExceptionOfType(FetchException.class)
                .isThrownBy(this::read)
                .withMessageContaining("Code500")
                .withMessageContaining("request r1");
    }

    @Test
    void anExpiredTokenIsRenewedOnce() throws Exception {
        GraphDirectory one = directory();
        var _ = one.read("entra", settings(), secrets);
        graph().expireTokens();
        assertThat(keys(one.read("entra", settings(), secrets))).hasSize(8);
        graph().next(GraphSimulator.status(401));
        graph().next(GraphSimulator.status(401));
        assertThatExceptionOfType(FetchException.class)
                .isThrownBy(() -> one.read("entra", settings(), secrets))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.LOG_IN));
    }

    @Test
    void missingRightsAndWrongSecretsAreSaid() {
        graph().next(GraphSimulator.status(403));
        assertThatExceptionOfType(FetchException.class)
                .isThrownBy(this::read)
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.RIGHTS));
        secrets = Secrets.inMemory(Map.of("client-secret", "wrong"));
        assertThatExceptionOfType(FetchException.class)
                .isThrownBy(() -> directory().read("x", settings(), secrets))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.LOG_IN))
                .withMessageContaining("AADSTS7000215")
                .withMessageNotContaining("wrong");
    }

    @Test
    void aLinkToAnotherServerIsNotFollowed() {
        graph().next(exchange -> {
            byte[] octets = "{\"value\":[],\"@odata.nextLink\":\"https://evil.example/v1.0/users\"}"
                    .getBytes(java.nio.charset.StandardCharsets.UTF_8);
            exchange.sendResponseHeaders(200, octets.length);
            exchange.getResponseBody().write(octets);
            exchange.close();
        });
        assertThatExceptionOfType(FetchException.class).isThrownBy(this::read).withMessageContaining("another server");
    }

    @Test
    void nonsenseIsAFailureNeverAnEmptyDirectory() {
        for (String nonsense :
                List.of("", "{}", "[]", "{\"value\":{}}", "{\"value\":[{}]}", "{\"value\":[]}", "<html>")) {
            graph().next(exchange -> {
                byte[] octets = nonsense.getBytes(java.nio.charset.StandardCharsets.UTF_8);
                exchange.sendResponseHeaders(200, octets.length == 0 ? -1 : octets.length);
                exchange.getResponseBody().write(octets);
                exchange.close();
            });
            assertThatExceptionOfType(FetchException.class).as(nonsense).isThrownBy(this::read);
        }
    }

    @Test
    void groupsWithAllWhoAreInThemAndContacts() throws Exception {
        graph().group(
                        "g1",
                        "\"displayName\":\"All\",\"mail\":\"all@e.com\",\"mailEnabled\":true,\"proxyAddresses\":[\"SMTP:all@e.com\"],\"groupTypes\":[]",
                        "{\"@odata.type\":\"#microsoft.graph.user\",\"id\":\"u1\"}",
                        "{\"@odata.type\":\"#microsoft.graph.group\",\"id\":\"g2\"}",
                        "{\"@odata.type\":\"#microsoft.graph.user\",\"id\":\"u2\"}",
                        "{\"@odata.type\":\"#microsoft.graph.orgContact\",\"id\":\"c1\"}",
                        "{\"@odata.type\":\"#microsoft.graph.user\",\"id\":\"u3\"}");
        graph().group(
                        "g2",
                        "\"displayName\":\"Dyn\",\"mail\":null,\"mailEnabled\":false,\"proxyAddresses\":[],\"groupTypes\":[\"DynamicMembership\"]");
        graph().contact("c1", "\"displayName\":\"Partner\",\"mail\":\"p@partner.example\",\"proxyAddresses\":[]");
        Snapshot read = read();
        assertThat(read.groups()).singleElement().satisfies(g -> {
            assertThat(g.name()).isEqualTo("All");
            assertThat(g.members()).hasSize(4);
        });
        assertThat(read.contacts()).hasSize(1);
        assertThat(graph().refusals).isEmpty();
    }

    @Test
    void aCertificateInThePlaceOfASecret() throws Exception {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(2048);
        KeyPair pair = generator.generateKeyPair();
        X500Name name = new X500Name("CN=app");
        X509Certificate certificate = new JcaX509CertificateConverter()
                .getCertificate(new JcaX509v3CertificateBuilder(
                                name,
                                BigInteger.ONE,
                                Date.from(Instant.now().minusSeconds(60)),
                                Date.from(Instant.now().plusSeconds(86_400)),
                                name,
                                pair.getPublic())
                        .build(new JcaContentSignerBuilder("SHA256withRSA").build(pair.getPrivate())));
        graph().signedBy(certificate);
        secrets = Secrets.inMemory(Map.of(
                "client-key",
                pem("PRIVATE KEY", pair.getPrivate().getEncoded()) + pem("CERTIFICATE", certificate.getEncoded())));
        assertThat(keys(read())).hasSize(8);
        secrets = Secrets.inMemory(Map.of("client-key", "nonsense"));
        assertThatExceptionOfType(FetchException.class)
                .isThrownBy(() -> directory().read("x", settings(), secrets))
                .withMessageContaining("PEM");
    }

    private static String pem(String kind, byte[] octets) {
        return "-----BEGIN " + kind + "-----\n" + Base64.getMimeEncoder().encodeToString(octets) + "\n-----END " + kind
                + "-----\n";
    }

    @Test
    void settingsThatCannotWorkAreRefused() {
        for (Map<String, String> wrong : List.of(
                Map.of("tenant", "t"),
                Map.of("tenant", "../x", "client-id", "c"),
                Map.of("tenant", "t", "client-id", "c", "url", "http://graph.example/v1.0"),
                Map.of("tenant", "t", "client-id", "c", "url", "https://u@graph.example/"),
                Map.of("tenant", "t", "client-id", "c", "url", "::"))) {
            assertThatIllegalArgumentException().isThrownBy(() -> directory().check(new Settings(wrong)));
        }
        directory().check(new Settings(Map.of("tenant", "contoso.example", "client-id", "c")));
    }
}
