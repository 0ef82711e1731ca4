package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpClient.Outcome;
import io.carteggio.server.smtp.SmtpClient.Way;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;

/// A firm with a real Postfix, whose mailboxes are Dovecot's, which also knows who may log in, and an archive whose
/// agent
/// journals all mail.
final class MailHouse implements AutoCloseable {
    private static final String JOURNAL = "journal-9c1f@archive.example";
    private static final List<String> MAILBOXES = List.of(
            "anna@firm.example",
            "bruno@firm.example",
            "sales@firm.example",
            "eva@firm.example",
            "p1@firm.example",
            "p2@firm.example",
            "x@outside.example",
            "y@outside.example",
            "blind@outside.example");

    private final Program program;
    private final Dovecot dovecot;
    private final Postfix postfix;
    private final Serving server;

    private MailHouse(Program program, Dovecot dovecot, Postfix postfix, Serving server) {
        this.program = program;
        this.dovecot = dovecot;
        this.postfix = postfix;
        this.server = server;
    }

    /// One whose Postfix asks the agent's filter.
    static MailHouse withMilter() throws Exception {
        int milter = FreePort.next();
        return start(
                "milter",
                List.of("--milter", "127.0.0.1:" + milter),
                "smtpd_milters = inet:127.0.0.1:" + milter,
                "non_smtpd_milters = $smtpd_milters",
                "milter_default_action = tempfail");
    }

    /// One with the agent's proxy before its Postfix.
    static MailHouse withProxy() throws Exception {
        return start(
                "proxy",
                List.of("--proxy", "127.0.0.1:" + FreePort.next(), "--next-hop"),
                "smtpd_authorized_xforward_hosts = 127.0.0.0/8",
                "smtpd_recipient_restrictions = check_recipient_access inline:{nobody@firm.example=reject}, permit",
                "header_checks = inline:{}");
    }

    private static MailHouse start(String name, List<String> fronts, String... settings) throws Exception {
        Assumptions.assumeTrue(Postfix.available(), "skipped: no Postfix that this user may start");
        Assumptions.assumeTrue(Dovecot.available(), "skipped: no Dovecot that this user may start");
        Dovecot dovecot =
                Dovecot.start("service auth {", "  unix_listener postfix-auth {", "    mode = 0666", "  }", "}");
        Path maps = Files.writeString(
                dovecot.directory().resolve("mailboxes"),
                MAILBOXES.stream().map(a -> a + " " + a + "/\n").collect(Collectors.joining()));
        Path checks = Files.writeString(
                dovecot.directory().resolve("checks"), "/^Subject:.*forbidden/ REJECT nothing of the kind\n");
        List<String> all = new ArrayList<>(List.of(
                "virtual_mailbox_domains = static:all",
                "virtual_mailbox_maps = texthash:" + maps,
                "virtual_mailbox_base = " + dovecot.directory() + "/mail",
                "virtual_mailbox_limit = 0",
                "virtual_minimum_uid = 1",
                "virtual_uid_maps = static:8",
                "virtual_gid_maps = static:8",
                "smtpd_sasl_auth_enable = yes",
                "smtpd_sasl_type = dovecot",
                "smtpd_sasl_path = " + dovecot.directory() + "/run/postfix-auth",
                "smtpd_sasl_security_options ="));
        for (String setting : settings) {
            all.add(setting.startsWith("header_checks") ? "header_checks = regexp:" + checks : setting);
        }
        Postfix postfix = Postfix.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1),
                all.toArray(String[]::new)); // relays nothing
        Program program = Program.on(Program.freshDirectory(name));
        List<String> options = new ArrayList<>(fronts);
        if (fronts.contains("--next-hop")) {
            options.add("127.0.0.1:" + postfix.smtp().getPort());
        }
        Serving server = program.serve(options.toArray(String[]::new));
        program.ask("domain", "add", "firm.example").done();
        program.ask("person", "add", "Anna", "anna@firm.example").done();
        program.ask("person", "add", "Bruno", "bruno@firm.example").done();
        program.ask("person", "add", "Carla", "carla@firm.example").done();
        program.ask("group", "add", "Inner", "inner@firm.example").done();
        program.ask("group", "member", "Inner", "Carla").done();
        program.ask("group", "add", "Sales", "sales@firm.example").done();
        program.ask("group", "member", "Sales", "Bruno", "inner@firm.example").done();
        program.ask("rule", "forward", "eva@firm.example", "mobile@carrier.example", "--copy")
                .done();
        program.ask("source", "add", "agent", "--smtp", JOURNAL).done();
        program.ask("rule", "add", "All mail", "--to", "agent").done();
        return new MailHouse(program, dovecot, postfix, server);
    }

    Program program() {
        return program;
    }

    Serving server() {
        return server;
    }

    Postfix postfix() {
        return postfix;
    }

    /// Hands a mail in where the firm's mail comes in.
    static Outcome send(InetSocketAddress where, String from, Content mail, boolean loggedIn, Way way, List<String> to)
            throws IOException {
        try (SmtpClient client = SmtpClient.connect(where, "client.example", Duration.ofSeconds(60))) {
            if (loggedIn) {
                String token = Base64.getEncoder().encodeToString("\0anna\0secret".getBytes(StandardCharsets.UTF_8));
                assertThat(client.command("AUTH PLAIN " + token).code()).isEqualTo(235);
            }
            return client.send(
                    from.isEmpty() ? Optional.empty() : Optional.of(new Address(from)),
                    to.stream().map(Address::new).toList(),
                    mail,
                    way);
        }
    }

    static Content mail(String text) {
        return Content.of(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    /// A mail with what a filter could spoil: folds, blanks, dots, octets above 127, no space behind a colon.
    static String text(String word, String from, String to) {
        return "From: Somebody <" + from + ">\nTo: " + to + "\nSubject: about  " + word
                + " \n\tfolded\t line\nX-Odd:no blank\n" + "X-Empty:\nMessage-ID: <" + word
                + "@test>\nDate: Sun, 29 Nov 2026 12:00:00 +0000\n\nThe word is " + word
                + ".\n.\n..dots\n\u00fc  \n\n\n";
    }

    /// The ids of the letters with a word in them, once so many are found.
    List<String> letters(String word, int number) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            List<String> ids = found(word);
            if (ids.size() >= number || System.nanoTime() > until) {
                assertThat(ids).as("letters with %s", word).hasSize(number);
                return ids;
            }
            Thread.sleep(100); // the proxy's reports go through the queue
        }
    }

    /// The ids of the letters with a word in them, now.
    List<String> found(String word) throws Exception {
        program.awaitIndexed();
        return program.ask("search", word, "--auditor", "test", "--limit", "1000", "--json").done().jsonLines().stream()
                .filter(line -> line.has("id"))
                .map(line -> line.path("id").stringValue())
                .toList();
    }

    String letter(String word) throws Exception {
        return letters(word, 1).getFirst();
    }

    List<String> recipients(String id) {
        List<String> lines = new ArrayList<>();
        for (JsonNode envelope : program.ask("show", id, "--json", "--auditor", "test")
                .done()
                .json()
                .path("envelopes")) {
            for (JsonNode one : envelope.path("recipients")) {
                lines.add(one.path("role").asString("") + " "
                        + one.path("address").asString("") + said(one, "expanded", " of ")
                        + said(one, "forwarded", " by "));
            }
        }
        return lines;
    }

    private static String said(JsonNode one, String field, String word) {
        return one.path(field).isString() ? word + one.path(field).stringValue() : "";
    }

    byte[] original(String id) {
        return program.ask("show", id, "--raw", "--auditor", "test").done().octets();
    }

    /// What lies in somebody's mailbox with a word in it, once something is there.
    List<String> delivered(String address, String word) throws Exception {
        Path folder = dovecot.directory().resolve("mail").resolve(address).resolve("new");
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (System.nanoTime() < until) {
            if (Files.isDirectory(folder)) {
                List<String> mails = new ArrayList<>();
                try (Stream<Path> files = Files.list(folder)) {
                    for (Path file : files.toList()) {
                        String mail = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                        if (mail.contains(word)) {
                            mails.add(mail.replace("\n", "\r\n"));
                        }
                    }
                }
                if (!mails.isEmpty()) {
                    return mails;
                }
            }
            Thread.sleep(50);
        }
        throw new AssertionError("nothing came to " + address + ":\n" + String.join("\n", postfix.log()));
    }

    @Override
    public void close() throws IOException {
        try (dovecot;
                server) {
            postfix.close();
        }
    }
}
