package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Logging in with the passwords of a real OpenLDAP.
@Tag("peers")
class LdapLogInTest {
    private static final int TRIES = 9;

    @BeforeAll
    static void needs() {
        assumeTrue(Slapd.available(), "skipped: OpenLDAP (slapd) is not here");
    }

    private static String entry(String uid) {
        return "dn: uid=" + uid + ",dc=example,dc=org\nobjectClass: inetOrgPerson\nuid: " + uid + "\ncn: Person " + uid
                + "\nsn: " + uid + "\nmail: " + uid + "@example.org\nuserPassword: word of " + uid + "\n\n";
    }

    @Test
    void thePasswordOfTheDirectoryLogsInAndNothingElse() throws Exception {
        try (Slapd slapd = Slapd.start(entry("anna") + entry("bert"))) {
            Program program = Program.on(Program.freshDirectory("ldap-login"));
            try (Serving server = program.serve();
                    Pages _ = Pages.ofAdministrator(server)) {
                Path password = Files.writeString(slapd.directory().resolve("pw"), "secret\n");
                List<String> where = List.of(
                        "--base",
                        "dc=example,dc=org",
                        "--user",
                        "cn=admin,dc=example,dc=org",
                        "--password-file",
                        password.toString(),
                        "--tls",
                        "none");
                ask(program, where, "sync", "add", "openldap", "--ldap", "127.0.0.1:" + slapd.port());
                program.ask("person", "sync").done();
                assertThat(program.ask(
                                        "login",
                                        "ldap",
                                        "set",
                                        "--url",
                                        "ldap://ldap.example",
                                        "--base",
                                        "dc=x",
                                        "--tls",
                                        "none")
                                .exit(1)
                                .err())
                        .contains("passwords go there");
                ask(
                        program,
                        where,
                        "login",
                        "ldap",
                        "set",
                        "--url",
                        "ldap://127.0.0.1:" + slapd.port(),
                        "--directory",
                        "openldap");
                assertThat(program.ask("login", "ldap", "test", "--account", "anna")
                                .done()
                                .out())
                        .contains("Person anna")
                        .doesNotContain("secret");
                program.ask("login", "ldap", "test", "--account", "a*").exit(1);
                try (Pages nobody = Pages.ofNobody(server)) {
                    for (String[] wrong : new String[][] {
                        {"anna", "word of bert"},
                        {"anna", ""},
                        {"*", "word of anna"},
                        {"anna)(uid=*", "word of anna"},
                        {"nobody", "word of anna"}
                    }) {
                        assertThat(nobody.logIn(wrong[0], wrong[1]))
                                .as(wrong[0])
                                .isEqualTo(422);
                    }
                    assertThat(nobody.logIn("anna", "word of anna")).isEqualTo(303);
                    assertThat(nobody.get("/account")).contains("Person anna");
                }
                overTls(program, server, slapd);
                assertThat(program.ask("login", "password", "off").exit(1).err())
                        .contains("no administrator has logged in another way");
                timing(server);
            }
        }
    }

    private static void ask(Program program, List<String> where, String... command) {
        String[] all = Arrays.copyOf(command, command.length + where.size());
        System.arraycopy(where.toArray(), 0, all, command.length, where.size());
        program.ask(all).done();
    }

    /// People's passwords go to a server that the given authority issued a certificate for, and to no other.
    private static void overTls(Program program, Serving server, Slapd slapd) throws Exception {
        String url = "ldaps://localhost:" + slapd.portTls();
        String other = slapd.otherAuthority().toString();
        program.ask("login", "ldap", "set", "--url", url, "--authority-file", other)
                .done();
        long before = slapd.logIns();
        try (Pages nobody = Pages.ofNobody(server)) {
            assertThat(nobody.logIn("anna", "word of anna")).isEqualTo(503);
            assertThat(slapd.logIns()).isEqualTo(before);
            program.ask(
                            "login",
                            "ldap",
                            "set",
                            "--authority-file",
                            slapd.authority().toString())
                    .done();
            assertThat(program.ask("login", "ldap", "test", "--account", "anna")
                            .done()
                            .out())
                    .contains("by TLS");
            assertThat(nobody.logIn("anna", "word of anna")).isEqualTo(303);
        }
        program.ask(
                        "login",
                        "ldap",
                        "set",
                        "--url",
                        "ldap://127.0.0.1:" + slapd.port(),
                        "--tls",
                        "none",
                        "--certificate",
                        "system")
                .done();
        assertThat(program.ask("login", "ldap", "show").done().out()).doesNotContain("authority");
    }

    /// What can be told by the time: the round trips are the same, slapd's own sum of the password is not.
    private static void timing(Serving server) throws Exception {
        double[] unknown = new double[TRIES];
        double[] wrong = new double[TRIES];
        try (Pages nobody = Pages.ofNobody(server)) {
            millis(nobody, "somebody"); // what only a first time takes
            // now one first, now the other: what a try leaves behind is the next one's
            for (int i = 0; i < TRIES; i++) {
                String account = i % 2 == 0 ? "bert" : "bert@example.org";
                if (i % 3 == 0) {
                    wrong[i] = millis(nobody, account);
                    unknown[i] = millis(nobody, "nobody" + i);
                } else {
                    unknown[i] = millis(nobody, "nobody" + i);
                    wrong[i] = millis(nobody, account);
                }
            }
        }
        Arrays.sort(unknown);
        Arrays.sort(wrong);
        double ratio = unknown[TRIES / 2] / wrong[TRIES / 2];
        System.out.printf(
                "LdapLogInTest: unknown name %.1f ms, wrong password %.1f ms, ratio of medians %.2f; all: %s, %s%n",
                unknown[TRIES / 2], wrong[TRIES / 2], ratio, Arrays.toString(unknown), Arrays.toString(wrong));
        assertThat(ratio).isBetween(0.33, 3.0);
    }

    private static double millis(Pages nobody, String account) throws Exception {
        long before = System.nanoTime();
        assertThat(nobody.logIn(account, "a wrong pass phrase")).isEqualTo(422);
        return (System.nanoTime() - before) / 1e6;
    }
}
