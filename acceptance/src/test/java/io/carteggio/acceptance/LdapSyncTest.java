package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.carteggio.mail.Sha256;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// People synchronised with a real OpenLDAP.
@Tag("peers")
class LdapSyncTest {
    private static final int PEOPLE = 1_200;

    @BeforeAll
    static void needs() {
        assumeTrue(Slapd.available(), "skipped: OpenLDAP (slapd) is not here");
    }

    private static String ldif() {
        StringBuilder ldif = new StringBuilder();
        for (int i = 0; i < PEOPLE; i++) {
            ldif.append("dn: uid=u").append(i).append(",dc=example,dc=org\n");
            ldif.append("objectClass: inetOrgPerson\nobjectClass: mailHolder\n");
            ldif.append("uid: u")
                    .append(i)
                    .append("\ncn: User ")
                    .append(i)
                    .append("\nsn: ")
                    .append(i);
            ldif.append("\nmail: u").append(i).append("@example.org\n");
            ldif.append("mailAlternateAddress: alias").append(i).append("@example.org\n\n");
        }
        ldif.append("dn: cn=Inner,dc=example,dc=org\nobjectClass: groupOfNames\nobjectClass: mailHolder\ncn: Inner\n");
        ldif.append("member: uid=u1,dc=example,dc=org\nmember: uid=u2,dc=example,dc=org\n\n");
        ldif.append("dn: cn=Outer,dc=example,dc=org\nobjectClass: groupOfNames\nobjectClass: mailHolder\ncn: Outer\n");
        ldif.append(
                "mail: outer@example.org\nmember: cn=Inner,dc=example,dc=org\nmember: uid=u3,dc=example,dc=org\n\n");
        return ldif.toString();
    }

    private static List<String> everyone(Program program) {
        return program.ask("group", "show", "outer@example.org", "--json")
                .done()
                .jsonLines()
                .getFirst()
                .path("everyone")
                .valueStream()
                .map(JsonNode::stringValue)
                .toList();
    }

    @Test
    void peopleAndGroupsComeAndGo() throws Exception {
        try (Slapd slapd = Slapd.start(ldif())) {
            Program program = Program.on(Program.freshDirectory("ldap-sync"));
            Path password = Files.writeString(slapd.directory().resolve("pw"), "secret\n");
            program.ask(
                            "sync",
                            "add",
                            "openldap",
                            "--ldap",
                            "127.0.0.1:" + slapd.port(),
                            "--tls",
                            "none",
                            "--base",
                            "dc=example,dc=org",
                            "--user",
                            "cn=admin,dc=example,dc=org",
                            "--password-file",
                            password.toString())
                    .done();
            JsonNode first =
                    program.ask("person", "sync", "--json").done().jsonLines().getLast();
            assertThat(first.path("counts").path("people new").asInt(0))
                    .as(first.toString())
                    .isEqualTo(PEOPLE);
            assertThat(first.path("counts").path("addresses given").asInt(0)).isEqualTo(2 * PEOPLE + 1);
            assertThat(everyone(program)).containsExactlyInAnyOrder("User 1", "User 2", "User 3");
            slapd.modify("""
                    dn: uid=u1,dc=example,dc=org
                    changetype: modify
                    replace: cn
                    cn: Anna Rossi
                    -
                    delete: mailAlternateAddress

                    dn: uid=u2,dc=example,dc=org
                    changetype: delete

                    dn: uid=u3,dc=example,dc=org
                    changetype: modrdn
                    newrdn: uid=moved
                    deleteoldrdn: 1
                    """);
            JsonNode second =
                    program.ask("person", "sync", "--json").done().jsonLines().getLast();
            assertThat(second.path("counts").path("gone").asInt(0))
                    .as(second.toString())
                    .isEqualTo(1);
            assertThat(second.path("counts").path("renamed").asInt(0)).isEqualTo(1);
            assertThat(second.path("counts").path("people new").asInt(0))
                    .as("who is moved is known by her entryUUID")
                    .isZero();
            assertThat(everyone(program)).contains("Anna Rossi").doesNotContain("User 2");
            program.ask("sync", "set", "openldap", "--tls", "starttls").done();
            Program.Ran refused = program.ask("person", "sync").exit(1); // no TLS, no password
            assertThat(refused.toString()).doesNotContain("secret");
        }
    }

    private static final String THREE = """
            dn: uid=anna,dc=example,dc=org
            objectClass: inetOrgPerson
            uid: anna
            cn: Anna
            sn: Rossi
            mail: anna@example.org

            dn: uid=bert,dc=example,dc=org
            objectClass: inetOrgPerson
            uid: bert
            cn: Bert
            sn: Moser
            mail: bert@example.org
            """;

    /// By the first octet and by STARTTLS: with the pinned certificate, or one of an authority that was given, or that
    /// this system trusts, for this host. Whoever shows another one is not told the password.
    @Test
    void overTlsOnlyTheRightCertificateIsToldThePassword() throws Exception {
        try (Slapd slapd = Slapd.start(THREE)) {
            Program program = Program.on(Program.freshDirectory("ldap-tls"));
            Path password = Files.writeString(slapd.directory().resolve("pw"), "secret\n");
            String pin = "sha256:" + slapd.certificateSum();
            String otherPin = "sha256:" + "ab".repeat(32);
            program.ask(
                            "sync",
                            "add",
                            "pinned",
                            "--ldap",
                            "ldaps://127.0.0.1:" + slapd.portTls(),
                            "--certificate",
                            otherPin,
                            "--base",
                            "dc=example,dc=org",
                            "--user",
                            "cn=admin,dc=example,dc=org",
                            "--password-file",
                            password.toString())
                    .done();
            for (String url : List.of("ldaps://localhost:" + slapd.portTls(), "ldap://localhost:" + slapd.port())) {
                String tls = url.startsWith("ldaps") ? "implicit" : "starttls";
                program.ask("sync", "set", "pinned", "--ldap", url, "--tls", tls, "--certificate", otherPin)
                        .done();
                refused(program, slapd, url, "not the pinned one");
                program.ask("sync", "set", "pinned", "--certificate", "system").done();
                refused(program, slapd, url, "is not good");
                long before = slapd.logIns();
                program.ask("sync", "set", "pinned", "--certificate", pin).done();
                program.ask("person", "sync", "pinned").done();
                assertThat(slapd.logIns()).as(url).isGreaterThan(before);
            }
            assertThat(program.ask("person", "list", "--json").done().jsonLines())
                    .extracting(p -> p.path("name").stringValue())
                    .containsExactlyInAnyOrder("Anna", "Bert");

            Path other = slapd.otherAuthority();
            for (String url : List.of("ldaps://localhost:" + slapd.portTls(), "ldap://localhost:" + slapd.port())) {
                String tls = url.startsWith("ldaps") ? "implicit" : "starttls";
                program.ask("sync", "set", "pinned", "--ldap", url, "--tls", tls, "--authority-file", other.toString())
                        .done();
                refused(program, slapd, url, "is not good");
                long before = slapd.logIns();
                program.ask(
                                "sync",
                                "set",
                                "pinned",
                                "--authority-file",
                                slapd.authority().toString())
                        .done();
                assertThat(program.ask("person", "sync", "pinned").done().out())
                        .as(url)
                        .contains("nothing to change");
                assertThat(slapd.logIns()).as(url).isGreaterThan(before);
            }
            assertThat(program.ask("sync", "show", "pinned").done().out())
                    .contains("certificate authority:" + Sha256.of(Files.readAllBytes(slapd.authority())))
                    .contains("authority is kept");
            Path hosts = Files.writeString(slapd.directory().resolve("hosts"), "127.0.0.1 localhost other.example\n");
            program.ask(
                            "sync",
                            "set",
                            "pinned",
                            "--ldap",
                            "ldaps://other.example:" + slapd.portTls(),
                            "--tls",
                            "implicit")
                    .done();
            long until = slapd.logIns();
            assertThat(program.withJavaOptions("-Djdk.net.hosts.file=" + hosts)
                            .run("person", "sync", "pinned")
                            .exit(1)
                            .err())
                    .as("by the right authority, for another host")
                    .contains("other.example");
            assertThat(slapd.logIns()).isEqualTo(until);
            assertThat(program.ask("sync", "set", "pinned", "--authority-file", password.toString())
                            .exit(1)
                            .err())
                    .contains("a file of PEM");
            program.ask("sync", "set", "pinned", "--ldap", "ldap://localhost:" + slapd.port(), "--tls", "starttls")
                    .done();

            Program trusting = program.withJavaOptions(slapd.trusting());
            program.ask("sync", "set", "pinned", "--certificate", "system").done(); // STARTTLS still
            assertThat(trusting.run("person", "sync", "pinned").done().out()).contains("nothing to change");
            program.ask("sync", "set", "pinned", "--ldap", "ldaps://localhost:" + slapd.portTls(), "--tls", "implicit")
                    .done();
            assertThat(trusting.run("person", "sync", "pinned").done().out()).contains("nothing to change");
            program.ask("sync", "set", "pinned", "--ldap", "ldaps://other.example:" + slapd.portTls())
                    .done();
            long before = slapd.logIns();
            Program.Ran elsewhere = program.withJavaOptions(slapd.trusting() + " -Djdk.net.hosts.file=" + hosts)
                    .run("person", "sync", "pinned")
                    .exit(1);
            assertThat(elsewhere.err()).as("issued for another host").contains("other.example");
            assertThat(slapd.logIns()).isEqualTo(before);
        }
    }

    private static void refused(Program program, Slapd slapd, String url, String why) throws Exception {
        long before = slapd.logIns();
        Program.Ran refused = program.ask("person", "sync", "pinned").exit(1);
        assertThat(refused.err()).as(url).contains(why).doesNotContain("secret");
        assertThat(slapd.logIns()).as("log-ins at %s", url).isEqualTo(before);
    }
}
