package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpClient.Outcome;
import io.carteggio.server.smtp.SmtpClient.Way;
import java.io.IOException;
import java.io.OutputStream;
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
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.MethodOrderer;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestMethodOrder;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

/// The journaling agent as a filter beside a real Postfix, whose mailboxes are Dovecot's, which also knows who may
/// log in: each message arrives once and unharmed, and its report names whom it should.
@Tag("peers")
@TestMethodOrder(MethodOrderer.OrderAnnotation.class)
class MilterTest {
    private static final String JOURNAL = "journal-9c1f@archive.example";
    private static final int LARGE_LINES = 400_000; // 30 MB

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

    private static Serving server;
    private static Program program;
    private static Dovecot dovecot;
    private static Postfix postfix;

    @BeforeAll
    static void start() throws Exception {
        Assumptions.assumeTrue(Postfix.available(), "skipped: no Postfix that this user may start");
        Assumptions.assumeTrue(Dovecot.available(), "skipped: no Dovecot that this user may start");
        program = Program.on(Program.freshDirectory("milter"));
        server = program.serve("--milter", "127.0.0.1:" + FreePort.next());
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
        dovecot = Dovecot.start("service auth {", "  unix_listener postfix-auth {", "    mode = 0666", "  }", "}");
        Path maps = Files.writeString(
                dovecot.directory().resolve("mailboxes"),
                MAILBOXES.stream().map(a -> a + " " + a + "/\n").collect(Collectors.joining()));
        postfix = Postfix.start(
                server.smtp(), // never used: every mailbox is here
                "smtpd_milters = inet:127.0.0.1:" + server.milter().getPort(),
                "non_smtpd_milters = $smtpd_milters",
                "milter_default_action = tempfail",
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
                "smtpd_sasl_security_options =");
    }

    @AfterAll
    static void stop() throws Exception {
        if (postfix != null) {
            postfix.close();
        }
        if (dovecot != null) {
            dovecot.close();
        }
        if (server != null) {
            server.close();
        }
    }

    private static Outcome send(String from, Content mail, boolean loggedIn, String... to) throws IOException {
        try (SmtpClient client = SmtpClient.connect(postfix.smtp(), "client.example", Duration.ofSeconds(60))) {
            if (loggedIn) {
                String token = Base64.getEncoder().encodeToString("\0anna\0secret".getBytes(StandardCharsets.UTF_8));
                assertThat(client.command("AUTH PLAIN " + token).code()).isEqualTo(235);
            }
            return client.send(
                    from.isEmpty() ? Optional.empty() : Optional.of(new Address(from)),
                    Stream.of(to).map(Address::new).toList(),
                    mail,
                    Way.DATA);
        }
    }

    private static Content mail(String text) {
        return Content.of(text.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    /// A mail with what a filter could spoil: folds, blanks, dots, octets above 127, no space behind a colon.
    private static String text(String word, String from, String to) {
        return "From: Somebody <" + from + ">\nTo: " + to + "\nSubject: about  " + word
                + " \n\tfolded\t line\nX-Odd:no blank\n" + "X-Empty:\nMessage-ID: <" + word
                + "@test>\nDate: Sun, 29 Nov 2026 12:00:00 +0000\n\nThe word is " + word
                + ".\n.\n..dots\n\u00fc  \n\n\n";
    }

    private static String letter(String word) throws Exception {
        program.awaitIndexed();
        List<JsonNode> found = program.ask("search", word, "--auditor", "test", "--json").done().jsonLines().stream()
                .filter(line -> line.has("id"))
                .toList();
        assertThat(found).as("letters with %s", word).hasSize(1);
        return found.getFirst().path("id").stringValue();
    }

    private static List<String> recipients(String id) {
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

    private static byte[] original(String id) {
        return program.ask("show", id, "--raw", "--auditor", "test").done().octets();
    }

    /// What lies in somebody's mailbox, once it is there.
    private static List<byte[]> delivered(String address) throws Exception {
        Path folder = dovecot.directory().resolve("mail").resolve(address).resolve("new");
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (System.nanoTime() < until) {
            if (Files.isDirectory(folder)) {
                try (Stream<Path> files = Files.list(folder)) {
                    List<byte[]> mails = new ArrayList<>();
                    for (Path file : files.toList()) {
                        mails.add(Files.readAllBytes(file));
                    }
                    if (!mails.isEmpty()) {
                        return mails;
                    }
                }
            }
            Thread.sleep(50);
        }
        throw new AssertionError("nothing came to " + address + ":\n" + String.join("\n", postfix.log()));
    }

    @ParameterizedTest
    @Order(1)
    @CsvSource(delimiter = '|', textBlock = """
            inbound   | x@outside.example  | anna@firm.example                    | recipient anna@firm.example
            outbound  | anna@firm.example  | y@outside.example                    | recipient y@outside.example
            internal  | anna@firm.example  | bruno@firm.example                   | recipient bruno@firm.example
            mixed     | anna@firm.example  | bruno@firm.example y@outside.example | recipient bruno@firm.example;recipient y@outside.example
            grouped   | x@outside.example  | sales@firm.example                   | recipient bruno@firm.example of sales@firm.example;recipient carla@firm.example of sales@firm.example
            forwarded | x@outside.example  | eva@firm.example                     | recipient eva@firm.example;recipient mobile@carrier.example by eva@firm.example
            bounced   |                    | anna@firm.example                    | recipient anna@firm.example
            """)
    void everyMessageIsJournaledWithWhomItReaches(String word, @Nullable String from, String to, String expected)
            throws Exception {
        String sender = from == null ? "" : from;
        String text = text(word, from == null ? "postmaster@outside.example" : from, "undisclosed-recipients:;");
        assertThat(send(sender, mail(text), false, to.split(" ", -1)).kept()).isTrue();
        String id = letter(word);
        assertThat(recipients(id)).containsExactlyInAnyOrder(expected.split(";", -1));
        assertThat(new String(original(id), StandardCharsets.UTF_8)).isEqualTo(text.replace("\n", "\r\n"));
    }

    @Test
    @Order(2)
    void whoLoggedInIsBelievedWhomSheWroteTo() throws Exception {
        String text = text("believed", "anna@firm.example", "bruno@firm.example\nCc: sales@firm.example");
        assertThat(send(
                                "anna@firm.example",
                                mail(text),
                                true,
                                "bruno@firm.example",
                                "sales@firm.example",
                                "blind@outside.example")
                        .kept())
                .isTrue();
        assertThat(recipients(letter("believed")))
                .containsExactlyInAnyOrder(
                        "to bruno@firm.example",
                        "cc bruno@firm.example of sales@firm.example",
                        "cc carla@firm.example of sales@firm.example",
                        "bcc blind@outside.example");
    }

    /// Every recipient has it once, and it is what was journaled, behind what the mail system has put before it.
    @Test
    @Order(3)
    void mailFlowIsUnharmed() throws Exception {
        String text = text("unharmed", "x@outside.example", "p1@firm.example");
        assertThat(send("x@outside.example", mail(text), false, "p1@firm.example", "p2@firm.example")
                        .kept())
                .isTrue();
        byte[] journaled = original(letter("unharmed"));
        for (String address : List.of("p1@firm.example", "p2@firm.example")) {
            List<byte[]> mails = delivered(address);
            assertThat(mails).as(address).hasSize(1);
            String whole = new String(mails.getFirst(), StandardCharsets.ISO_8859_1).replace("\n", "\r\n");
            assertThat(whole)
                    .as(address)
                    .endsWith(new String(journaled, StandardCharsets.ISO_8859_1))
                    .contains("Received:");
        }
    }

    @Test
    @Order(4)
    void aLargeMailPasses() throws Exception {
        Path file = Files.createTempFile("large", ".eml");
        try (OutputStream out = Files.newOutputStream(file)) {
            out.write("""
                    From: x@outside.example
                    Subject: enormous
                    Message-ID: <large@test>
                    Date: Sun, 29 Nov 2026 12:00:00 +0000

                    """.replace("\n", "\r\n").getBytes(StandardCharsets.US_ASCII));
            byte[] line = ("x".repeat(74) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            for (int i = 0; i < LARGE_LINES; i++) {
                out.write(line);
            }
        }
        Content mail = new io.carteggio.embedded.disk.FileContent(file, 0, Files.size(file));
        assertThat(send("x@outside.example", mail, false, "anna@firm.example").kept())
                .isTrue();
        assertThat(original(letter("enormous"))).isEqualTo(Files.readAllBytes(file));
        Files.delete(file);
    }

    /// Nobody keeps a message from being journaled by what he writes into it.
    @Test
    @Order(5)
    void markersOfStrangersChangeNothing() throws Exception {
        String text = "X-MS-Journal-Report:\nX-Journal-Mark: 00112233445566778899aabbccddeeff\n"
                + "X-MS-Exchange-Organization-Processed-By-Journaling: Journal Agent\n"
                + "X-MS-Exchange-Organization-AuthAs: Internal\n"
                + text("evading", "x@outside.example", "anna@firm.example");
        assertThat(send("x@outside.example", mail(text), false, "anna@firm.example")
                        .kept())
                .isTrue();
        assertThat(recipients(letter("evading"))).containsExactly("recipient anna@firm.example");
    }

    @Test
    @Order(6)
    void whatIsRefusedByNobodyButCannotBeJournaledComesAgain() throws Exception {
        server.stop();
        Outcome outcome = send(
                "x@outside.example",
                mail(text("patience", "x@outside.example", "a@b.example")),
                false,
                "anna@firm.example");
        assertThat(outcome.kept()).isFalse();
        assertThat(outcome.mail().code()).isEqualTo(451);
    }
}
