package io.carteggio.server.sync.ldap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import com.unboundid.ldap.listener.InMemoryDirectoryServer;
import com.unboundid.ldap.listener.InMemoryDirectoryServerConfig;
import com.unboundid.ldap.listener.InMemoryListenerConfig;
import com.unboundid.ldap.listener.interceptor.InMemoryInterceptedSearchEntry;
import com.unboundid.ldap.listener.interceptor.InMemoryOperationInterceptor;
import com.unboundid.ldap.sdk.Attribute;
import com.unboundid.ldap.sdk.Entry;
import io.carteggio.archive.synchronisation.Snapshot;
import io.carteggio.archive.synchronisation.Snapshot.RemoteGroup;
import io.carteggio.archive.synchronisation.Snapshot.RemoteMember;
import io.carteggio.archive.synchronisation.Snapshot.RemotePerson;
import io.carteggio.mail.Address;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.secret.Secrets;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// Active Directory's attributes, in a directory that lives in memory; members of large groups come in
/// ranges, as there.
class LdapDirectoryTest {
    private static final int RANGE = 5;
    private Optional<InMemoryDirectoryServer> running = Optional.empty();
    private final LdapDirectory directory = new LdapDirectory();

    @BeforeEach
    void start() throws Exception {
        InMemoryDirectoryServerConfig config = new InMemoryDirectoryServerConfig("dc=example,dc=com");
        config.addAdditionalBindCredentials("cn=reader", "secret");
        config.setSchema(null);
        config.setListenerConfigs(
                InMemoryListenerConfig.createLDAPConfig("l", InetAddress.getLoopbackAddress(), 0, null));
        config.addInMemoryOperationInterceptor(new Ranges());
        InMemoryDirectoryServer server = new InMemoryDirectoryServer(config);
        running = Optional.of(server);
        server.add("dn: dc=example,dc=com", "objectClass: domain", "dc: example");
        server.startListening();
    }

    @AfterEach
    void stop() {
        running.ifPresent(s -> s.shutDown(true));
    }

    private InMemoryDirectoryServer server() {
        return running.orElseThrow();
    }

    /// Gives `member` in ranges, and only those that are asked for.
    private final class Ranges extends InMemoryOperationInterceptor {
        @Override
        public void processSearchEntry(InMemoryInterceptedSearchEntry found) {
            Entry entry =
                    java.util.Objects.requireNonNull(found.getSearchEntry()).duplicate();
            String[] members; // all of them, also where a range was asked for
            try {
                members = java.util.Objects.requireNonNull(server().getEntry(entry.getDN()))
                        .getAttributeValues("member");
            } catch (com.unboundid.ldap.sdk.LDAPException e) {
                throw new IllegalStateException(e);
            }
            int from = found.getRequest().getAttributeList().stream()
                    .filter(a -> a.startsWith("member;range="))
                    .map(a -> Integer.parseInt(a.replaceAll("member;range=(\\d+)-.*", "$1")))
                    .findFirst()
                    .orElse(0);
            if (members == null || members.length <= RANGE) {
                return;
            }
            entry.removeAttribute("member");
            int to = Math.min(from + RANGE, members.length);
            String name = "member;range=" + from + "-" + (to == members.length ? "*" : Integer.toString(to - 1));
            entry.addAttribute(new Attribute(name, Arrays.copyOfRange(members, from, to)));
            found.setSearchEntry(new com.unboundid.ldap.sdk.SearchResultEntry(entry));
        }
    }

    private Settings settings(String... more) {
        Map<String, String> all = new HashMap<>(Map.of(
                "host",
                "127.0.0.1",
                "port",
                Integer.toString(server().getListenPort()),
                "tls",
                "none",
                "user",
                "cn=reader",
                "base",
                "dc=example,dc=com",
                "kind",
                "ad"));
        for (int i = 0; i < more.length; i += 2) {
            all.put(more[i], more[i + 1]);
        }
        return new Settings(all);
    }

    private Snapshot read(String... more) throws Exception {
        return directory.read("ad", settings(more), Secrets.inMemory(Map.of("password", "secret")));
    }

    private static byte[] guid(int n) {
        byte[] guid = new byte[16];
        guid[0] = (byte) n;
        guid[1] = (byte) 0xff;
        return guid;
    }

    private static byte[] sid(int rid) {
        byte[] sid = new byte[28];
        sid[0] = 1;
        sid[1] = 5;
        sid[7] = 5;
        sid[24] = (byte) rid;
        sid[25] = (byte) (rid >> 8);
        return sid;
    }

    private void user(int n, String... more) throws Exception {
        Entry entry = new Entry(
                "cn=User " + n + ",dc=example,dc=com",
                new Attribute("objectClass", "user"),
                new Attribute("objectCategory", "person"),
                new Attribute("cn", "User " + n),
                new Attribute("objectGUID", guid(n)),
                new Attribute("mail", "u" + n + "@e.com"),
                new Attribute("proxyAddresses", "smtp:a" + n + "@e.com", "SMTP:u" + n + "@e.com", "x500:/o=x"),
                new Attribute("primaryGroupID", "513"));
        for (int i = 0; i < more.length; i += 2) {
            entry.setAttribute(more[i], more[i + 1]);
        }
        server().add(entry);
    }

    private void group(String name, int rid, String... members) throws Exception {
        server().add(new Entry(
                "cn=" + name + ",dc=example,dc=com",
                new Attribute("objectClass", "group"),
                new Attribute("cn", name),
                new Attribute("objectGUID", guid(100 + rid % 100)),
                new Attribute("objectSid", sid(rid)),
                new Attribute("mail", name + "@e.com"),
                new Attribute("member", members)));
    }

    @Test
    void peopleByTheirGuidWithThePrimaryAddressFirst() throws Exception {
        user(1);
        user(2, "userAccountControl", "514", "displayName", "Zwei, Ö");
        server().add(
                        "dn: cn=Partner,dc=example,dc=com",
                        "objectClass: contact",
                        "cn: Partner",
                        "mail: p@partner.example");
        Snapshot read = read();
        assertThat(read.people()).hasSize(2);
        RemotePerson one = read.people().getFirst();
        assertThat(one.key()).startsWith("01ff").hasSize(32);
        assertThat(one.addresses()).extracting(Address::raw).startsWith("u1@e.com", "a1@e.com");
        assertThat(one.enabled()).isTrue();
        assertThat(read.people().getLast().enabled()).as("userAccountControl").isFalse();
        assertThat(read.people().getLast().name()).isEqualTo("Zwei, Ö");
        assertThat(read.contacts()).hasSize(1);
    }

    @Test
    void membersInRangesAndOfThePrimaryGroup() throws Exception {
        List<String> members = new ArrayList<>();
        for (int n = 1; n <= 13; n++) {
            user(n);
            members.add("CN=user " + n + ", DC=example,DC=com"); // as others may write it
        }
        group("Big", 1_200, members.toArray(String[]::new));
        group("Domain Users", 513, "cn=Big,dc=example,dc=com");
        Snapshot read = read();
        RemoteGroup big = read.groups().stream()
                .filter(g -> g.name().equals("Big"))
                .findFirst()
                .orElseThrow();
        assertThat(big.members()).hasSize(13).doesNotHaveDuplicates();
        RemoteGroup primary = read.groups().stream()
                .filter(g -> g.name().equals("Domain Users"))
                .findFirst()
                .orElseThrow();
        assertThat(primary.members()).hasSize(14).contains(new RemoteMember.OfKey(big.key()));
    }

    @Test
    void thousandsComeInPages() throws Exception {
        for (int n = 0; n < 1_203; n++) {
            server().add(
                            "dn: cn=P" + n + ",dc=example,dc=com",
                            "objectClass: user",
                            "objectCategory: person",
                            "cn: P" + n,
                            "mail: p" + n + "@e.com");
        }
        assertThat(read().people()).hasSize(1_203);
    }

    @Test
    void aFilterNarrowsAndCannotBreakOut() throws Exception {
        user(1);
        user(2, "ou", "Sales");
        assertThat(read("people-filter", "(ou=Sales)").people()).hasSize(1);
        for (String wrong : List.of("(ou=Sales", "ou=Sales)", "(ou=*)(objectClass=*)", ")(")) {
            assertThatIllegalArgumentException()
                    .as(wrong)
                    .isThrownBy(() -> directory.check(settings("people-filter", wrong)));
        }
    }

    @Test
    void troubleIsNamedAndNothingIsHalf() throws Exception {
        user(1);
        assertThatExceptionOfType(FetchException.class)
                .isThrownBy(() -> directory.read("ad", settings(), Secrets.inMemory(Map.of("password", "wrong"))))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.LOG_IN))
                .withMessageNotContaining("wrong");
        assertThatExceptionOfType(FetchException.class)
                .isThrownBy(() -> directory.read("ad", settings(), Secrets.inMemory(Map.of())))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.LOG_IN));
        assertThatExceptionOfType(FetchException.class)
                .isThrownBy(() -> read("base", "dc=none"))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.FOLDER));
        int port = server().getListenPort();
        server().shutDown(true);
        assertThatExceptionOfType(FetchException.class)
                .isThrownBy(() -> directory.read(
                        "ad",
                        new Settings(Map.of(
                                "host", "127.0.0.1", "port", Integer.toString(port), "tls", "none", "base", "dc=x")),
                        Secrets.inMemory(Map.of())))
                .satisfies(e -> assertThat(e.kind()).isEqualTo(Kind.UNREACHABLE));
    }

    @Test
    void nonsenseInAttributesIsLeftOutAndSaid() throws Exception {
        user(1, "mail", "not an address", "userAccountControl", "many");
        user(2, "primaryGroupID", "no number");
        group("Odd", 7, "no dn at all", "cn=User 2,dc=example,dc=com");
        Snapshot read = read();
        assertThat(read.people()).hasSize(2);
        assertThat(read.remarks()).singleElement().asString().contains("cn=User 1");
        assertThat(read.groups().getFirst().members()).hasSize(1);
    }
}
