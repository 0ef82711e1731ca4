package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The firm's mail system is a real Postfix, which journals by `always_bcc`; its own mail goes into a real
/// Dovecot's mailboxes.
@Tag("peers")
class CanaryTest {
    private static final String JOURNAL = "journal-7f3a@archive.firm.example";
    private static final String ADMINISTRATOR = "it@firm.example";

    private Serving server;
    private Program program;
    private Dovecot dovecot;

    @BeforeEach
    void start() throws Exception {
        Assumptions.assumeTrue(
                Postfix.available() && Dovecot.available(), "skipped: no Postfix and Dovecot that this user may start");
        program = Program.on(Program.freshDirectory("canary"));
        server = program.serve("--hostname", "archive.firm.example");
        program.run("source", "add", "copies", "--smtp", JOURNAL, "--family", "multidrop")
                .done();
        dovecot = Dovecot.start();
        dovecot.deliver(
                "it",
                List.of(Content.of(
                        "Subject: welcome\r\n\r\nThe mailbox is there.\r\n".getBytes(StandardCharsets.US_ASCII))));
    }

    @AfterEach
    void stop() throws Exception {
        if (server != null) {
            server.close();
        }
        if (dovecot != null) {
            dovecot.close();
        }
    }

    /// A mail system that delivers the firm's own mail into Dovecot's mailboxes and sends the rest on.
    private Postfix mailSystem(String... more) throws Exception {
        List<String> settings = new ArrayList<>(List.of(
                "virtual_mailbox_domains = firm.example",
                "virtual_mailbox_base = " + dovecot.directory().resolve("mail"),
                "virtual_mailbox_maps = inline:{ " + ADMINISTRATOR + "=it/ }",
                "virtual_uid_maps = static:" + id("-u"),
                "virtual_gid_maps = static:" + id("-g"),
                "virtual_minimum_uid = 1"));
        settings.addAll(List.of(more));
        return Postfix.start(server.smtp(), settings.toArray(String[]::new));
    }

    private static String id(String option) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("id", option, "mail").start();
        String id = new String(process.getInputStream().readAllBytes(), StandardCharsets.US_ASCII).strip();
        process.waitFor();
        return id;
    }

    private void set(Postfix mailSystem, int within) {
        program.run(
                        "canary",
                        "set",
                        "--server",
                        "127.0.0.1:" + mailSystem.smtp().getPort(),
                        "--from",
                        "canary@firm.example",
                        "--to",
                        ADMINISTRATOR,
                        "--within",
                        Integer.toString(within))
                .done();
    }

    @Test
    void theCanaryComesBackThroughPostfix() throws Exception {
        try (Postfix mailSystem = mailSystem("always_bcc = " + JOURNAL)) {
            set(mailSystem, 60);
            JsonNode back = program.run("canary", "run", "--json").done().json();
            assertThat(back.path("seconds").doubleValue()).isBetween(0.0, 60.0);
            assertThat(program.run("canary", "show", "--json")
                            .done()
                            .json()
                            .path("back")
                            .isString())
                    .isTrue();
            assertThat(program.run("alarm", "list", "--json").done().jsonLines())
                    .isEmpty();
            Program.assertBalanced(program.stats());
        }
    }
}
