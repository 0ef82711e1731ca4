package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSimpleBindRequest;
import com.unboundid.ldap.listener.interceptor.InMemoryOperationInterceptor;
import io.carteggio.archive.entry.Change;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.role.LogIns;
import io.carteggio.archive.role.LogIns.Way;
import java.net.InetAddress;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Logging in by the password that an LDAP directory has, and what somebody might type instead. A real
/// OpenLDAP has its own test.
class LdapLogInTest {
    private Firm firm;
    private WebServer server;
    private InMemoryDirectoryServer ldap;
    private String annaId;
    private final List<String> binds = new CopyOnWriteArrayList<>();

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=example,dc=com");
        config.addAdditionalBindCredentials("cn=reader", "secret");
        config.setSchema(null);
        config.setListenerConfigs(
                InMemoryListenerConfig.createLDAPConfig("l", InetAddress.getLoopbackAddress(), 0, null));
        config.addInMemoryOperationInterceptor(new InMemoryOperationInterceptor() {
            @Override
            public void processSimpleBindRequest(InMemoryInterceptedSimpleBindRequest bind) {
                binds.add(bind.getRequest().getBindDN());
            }
        });
        ldap = new InMemoryDirectoryServer(config);
        ldap.add("dn: dc=example,dc=com", "objectClass: domain", "dc: example");
        entry("anna", "anna@example.com", "anna's own word");
        entry("bruno", "bruno@example.com", "bruno's own word");
        entry("nemo", "nemo@example.com", "nemo's own word");
        ldap.startListening();
        firm = new Firm(dir);
        firm.person("Ada", PersonRole.ADMINISTRATOR, "ada@example.com");
        annaId = firm.person("Anna", PersonRole.USER, "anna@example.com");
        firm.person("Bruno", PersonRole.USER, "bruno@example.com");
        firm.keepSecrets(Map.of("login/ldap/password", "secret".getBytes(StandardCharsets.UTF_8)));
        set(Map.of("trust-address", "yes"));
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
    }

    private void entry(String uid, String mail, String password) throws Exception {
        ldap.add(
                "dn: uid=" + uid + ",dc=example,dc=com",
                "objectClass: inetOrgPerson",
                "uid: " + uid,
                "cn: " + uid,
                "mail: " + mail,
                "entryUUID: key-of-" + uid,
                "userPassword: " + password);
    }

    private void set(Map<String, String> more) throws Exception {
        Map<String, String> all = new LinkedHashMap<>(Map.of(
                "host",
                "127.0.0.1",
                "port",
                Integer.toString(ldap.getListenPort()),
                "tls",
                "none",
                "base",
                "dc=example,dc=com",
                "user",
                "cn=reader"));
        all.putAll(more);
        firm.logIns().set(firm.acts(), "test", Way.LDAP, all);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        ldap.shutDown(true);
        firm.close();
    }

    private HttpResponse<String> logIn(Browser browser, String account, String password) throws Exception {
        firm.clock.forward(Brake.LONGEST);
        return browser.fill("/log-in", "/log-in", "account", account, "password", password);
    }

    private int status(String account, String password) throws Exception {
        try (Browser browser = new Browser(server)) {
            return logIn(browser, account, password).statusCode();
        }
    }

    @Test
    void thePasswordOfTheDirectoryLogsIn() throws Exception {
        for (String account : List.of("anna", "ANNA", "anna@example.com")) {
            try (Browser browser = new Browser(server)) {
                assertThat(logIn(browser, account, "anna's own word").statusCode())
                        .as(account)
                        .isEqualTo(303);
                assertThat(browser.get("/account").body()).contains("anna@example.com");
            }
        }
        assertThat(firm.logIns().whose(LogIns.LDAP_ISSUER, "key-of-anna")).contains(annaId);
        try (Browser browser = new Browser(server).logIn("Anna")) {
            assertThat(browser.get("/account").statusCode())
                    .as("a password here is good, too")
                    .isEqualTo(200);
        }
        assertThat(firm.catalogue().acts(Long.MAX_VALUE, 100).toString())
                .contains("password of the directory")
                .doesNotContain("anna's own word");
    }

    @Test
    void whatIsTypedIsAValueAndNeverAFilter() throws Exception {
        assertThat(status("anna", "anna's own word")).isEqualTo(303);
        binds.clear();
        for (String account : List.of(
                "*",
                "a*",
                "anna)(uid=*",
                "*)(objectClass=*",
                "anna)(|(uid=*",
                "x)(userPassword=*",
                "\\2a",
                "anna\0",
                "anna\\00",
                "uid=anna,dc=example,dc=com",
                "анна",
                "nemo*",
                "a".repeat(320))) {
            assertThat(status(account, "anna's own word")).as(account).isEqualTo(422);
        }
        assertThat(binds).noneMatch(dn -> dn.startsWith("uid="));
        for (String password : List.of("", " ", "anna's own wor", "anna's own word ", "{SSHA}x", "*", "\0")) {
            assertThat(status("anna", password)).as("'" + password + "'").isEqualTo(422);
        }
        assertThat(binds.stream().filter(dn -> dn.startsWith("uid=anna,")).count())
                .as("an empty password never gets there")
                .isEqualTo(6);
    }

    @Test
    void whomTheArchiveDoesNotKnowIsNeitherTriedNorMade() throws Exception {
        int people = firm.people().directory().people().size();
        assertThat(status("nemo", "nemo's own word")).isEqualTo(422);
        assertThat(binds)
                .as("the directory's own lock-out counts no guess at strangers")
                .noneMatch(dn -> dn.startsWith("uid=nemo,"))
                .filteredOn(dn -> dn.startsWith("cn=nobody-"))
                .hasSize(1);
        assertThat(firm.people().directory().people()).hasSize(people);
        entry("anna2", "anna@example.com", "the second word");
        assertThat(status("anna@example.com", "the second word"))
                .as("two entries with that address: nobody is guessed")
                .isEqualTo(422);
    }

    @Test
    void anAddressThatIsAnothersNowOpensNothing() throws Exception {
        assertThat(status("anna", "anna's own word")).isEqualTo(303);
        ldap.delete("uid=anna,dc=example,dc=com");
        entry("newanna", "anna@example.com", "the new one's word");
        assertThat(status("newanna", "the new one's word")).isEqualTo(422);
        ldap.modify("dn: uid=bruno,dc=example,dc=com", "changetype: modify", "replace: mail", "mail: anna@example.com");
        assertThat(status("bruno", "bruno's own word"))
                .as("who changes her own address")
                .isEqualTo(422);
    }

    @Test
    void whoASynchronisationBroughtIsKnownByHerEntryAlone() throws Exception {
        set(Map.of("directory", "ad"));
        assertThat(status("anna", "anna's own word"))
                .as("addresses do not count")
                .isEqualTo(422);
        firm.people()
                .change(
                        firm.acts(),
                        "job",
                        Optional.of("ad"),
                        (_, _) -> List.of(new Change.Linked(annaId, "key-of-bruno")));
        try (Browser browser = new Browser(server)) {
            assertThat(logIn(browser, "bruno", "bruno's own word").statusCode()).isEqualTo(303);
            assertThat(browser.get("/account").body()).contains("anna@example.com");
        }
        firm.people().change(firm.acts(), "t", Optional.empty(), (_, at) -> List.of(new Change.Gone(annaId, at)));
        assertThat(status("bruno", "bruno's own word")).as("a leaver").isEqualTo(422);
    }

    @Test
    void herPasswordAgainIsTheDirectorys() throws Exception {
        firm.roles().give(firm.acts(), "t", annaId, PersonRole.ADMINISTRATOR, Optional.empty(), Optional.empty(), "x");
        try (Browser browser = new Browser(server)) {
            logIn(browser, "anna", "anna's own word");
            firm.clock.forward(Sessions.FRESH);
            assertThat(browser.fill("/people", "/people", "name", "N", "role", "user")
                            .headers()
                            .firstValue("Location"))
                    .contains("/confirm");
            assertThat(browser.fill("/confirm", "/confirm", "current", "wrong").statusCode())
                    .isEqualTo(422);
            assertThat(browser.fill("/confirm", "/confirm", "current", "anna's own word")
                            .statusCode())
                    .isEqualTo(303);
            assertThat(browser.fill("/people", "/people", "name", "N", "role", "user")
                            .headers()
                            .firstValue("Location")
                            .orElse(""))
                    .startsWith("/people/");
        }
    }

    @Test
    void aDirectoryThatIsAwayKeepsNobodyOutWhoHasAPasswordHere() throws Exception {
        ldap.shutDown(true);
        try (Browser browser = new Browser(server)) {
            HttpResponse<String> answer = logIn(browser, "anna", "anna's own word");
            assertThat(answer.statusCode()).isEqualTo(503);
            assertThat(answer.body()).contains("does not answer").doesNotContain("127.0.0.1");
        }
        try (Browser ada = new Browser(server).logIn("Ada")) {
            assertThat(ada.get("/books").statusCode()).isEqualTo(200);
        }
    }

    @Test
    void guessingIsSlowedDownAsEverywhere() throws Exception {
        int braked = 0;
        try (Browser browser = new Browser(server)) {
            for (int i = 0; i < 3 * Brake.FREE_TRIES; i++) {
                braked += browser.fill("/log-in", "/log-in", "account", "anna", "password", "guess " + i)
                                        .statusCode()
                                == 429
                        ? 1
                        : 0;
            }
        }
        assertThat(braked).isEqualTo(2 * Brake.FREE_TRIES);
        assertThat(binds.stream().filter(dn -> dn.startsWith("uid=anna,")).count())
                .as("the directory's own lock-out is not driven from here faster than that")
                .isEqualTo(Brake.FREE_TRIES);
    }
}
