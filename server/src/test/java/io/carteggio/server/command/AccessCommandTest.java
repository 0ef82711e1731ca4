package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class AccessCommandTest {
    @TempDir
    Path folder;

    @Test
    void everyoneWithRightsAndEveryAccountIsListedAndSigned() throws Exception {
        Shell shell = new Shell(folder.resolve("data"));
        shell.done("person", "add", "Ada", "ada@example.com", "--role", "administrator");
        shell.done("person", "add", "Bruna", "bruna@example.com");
        shell.done(
                "role", "grant", "Bruna", "auditor", "--whose", "Ada", "--until", "2099-01-01", "--reason", "enquiry");
        shell.done("source", "add", "journal", "--smtp", "journal@archive.example.com");
        Path password = Shell.write(folder.resolve("password"), "a secret of the mailbox\n");
        shell.done(
                "source",
                "add",
                "box",
                "--imap",
                "mail.example.com",
                "--user",
                "journal@example.com",
                "--password-file",
                password.toString());
        shell.done("sync", "add", "hr", "--csv", "people.csv");
        shell.done(
                "sync",
                "add",
                "ad",
                "--ldap",
                "dc.example.com",
                "--base",
                "dc=x",
                "--user",
                "cn=reader",
                "--password-file",
                password.toString());
        shell.done("token", "add", "nightly", "--person", "Ada", "--scope", "job.list", "--expires", tomorrow());
        String printed = shell.done("access", "review").out();
        assertThat(printed)
                .contains(
                        "single mode",
                        "Ada",
                        "administrator, without an end, cannot log in",
                        "auditor of Ada, until 2099-01-01",
                        "nightly, for job.list",
                        "logs in as journal@example.com at mail.example.com",
                        "takes mail at journal@archive.example.com",
                        "reads people as cn=reader at dc.example.com by ldap",
                        "people.csv",
                        "never reviewed")
                .doesNotContain("a secret of the mailbox");
        assertThat(shell.run("access", "review", "--sign").exit()).isEqualTo(2);
        assertThat(shell.run("access", "review", "--sign", "--reason", "x", "--days", "9999")
                        .exit())
                .isEqualTo(1);
        List<JsonNode> signed = shell.done("access", "review", "--sign", "--reason", "all of it", "--json")
                .lines();
        assertThat(signed.getLast().path("reviewedBy").stringValue()).isEqualTo("operator");
        assertThat(shell.done("access", "review").out()).contains("last reviewed");
        JsonNode entry = shell.done("audit", "list", "--what", "access-reviewed", "--json")
                .json();
        assertThat(entry.path("object").stringValue()).startsWith((signed.size() - 1) + " rights");
        String granted =
                shell.done("token", "list", "--json").json().path("token").stringValue();
        shell.done("token", "revoke", granted);
        assertThat(shell.done("access", "review").out()).doesNotContain("nightly");
    }

    private static String tomorrow() {
        return java.time.LocalDate.now(java.time.ZoneOffset.UTC).plusDays(1).toString();
    }
}
