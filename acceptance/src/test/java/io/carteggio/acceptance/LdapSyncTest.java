package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

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
}
