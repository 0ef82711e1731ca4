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
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import tools.jackson.databind.JsonNode;

/// A firm with a real mail system, whose mailboxes are Dovecot's, and an archive whose agent journals all mail:
/// by three rules into this archive (all mail, internal, external, each into a source of that name), and by one
/// into a mailbox elsewhere, which is reached by the mail system.
final class MailHouse implements AutoCloseable {
    /// The foreign journaling mailbox.
    static final String ELSEWHERE = "journal@elsewhere.example";

    /// The one address from which Postfix behind the proxy relays without a log-in.
    static final String TRUSTED = "127.0.0.3";

    private static final String UNKNOWN = "lost@nowhere.example";

    /// What the mail system makes of addresses by itself: the agent's directory says the same, but for `gone`.
    private static final Map<String, String> ALIASES = Map.of(
            "sales@firm.example", "bruno@firm.example, inner@firm.example",
            "inner@firm.example", "carla@firm.example",
            "eva@firm.example", "eva@firm.example, mobile@carrier.example",
            "gone@firm.example", UNKNOWN);

    private static final List<String> MAILBOXES = List.of(
            "anna@firm.example",
            "bruno@firm.example",
            "carla@firm.example",
            "eva@firm.example",
            "p1@firm.example",
            "p2@firm.example",
            "mobile@carrier.example",
            "x@outside.example",
            "y@outside.example",
            "blind@outside.example",
            "j\u00fcrgen@outside.example",
            ELSEWHERE);

    /// What a mail system puts before a message that it delivers, and nothing else.
    private static final Pattern TRACE =
            Pattern.compile("(?:(?:Return-Path|Delivered-To|Received):[^\\r]*\r\n(?:[ \t][^\\r]*\r\n)*)*");

    private final Program program;
    private final Dovecot dovecot;
    private final MailSystem mailSystem;
    private final Serving server;
    private final InetSocketAddress door;

    private MailHouse(Program program, Dovecot dovecot, MailSystem mailSystem, Serving server, InetSocketAddress door) {
        this.program = program;
        this.dovecot = dovecot;
        this.mailSystem = mailSystem;
        this.server = server;
        this.door = door;
    }

    /// One whose Postfix asks the agent's filter, at a socket that is for the group of Postfix.
    static MailHouse withMilter() throws Exception {
        Dovecot dovecot = startDovecot();
        Path socket =
                Postfix.folderForItsGroup(dovecot.directory().resolve("filter")).resolve("milter");
        Postfix postfix = postfix(
                dovecot,
                "smtpd_milters = unix:" + socket,
                "non_smtpd_milters = $smtpd_milters",
                "internal_mail_filter_classes = bounce",
                "milter_default_action = tempfail");
        Program program = Program.on(Program.freshDirectory("milter"));
        Serving server = program.serve("--milter", "unix:" + socket);
        return furnished(new MailHouse(program, dovecot, postfix, server, postfix.smtp()));
    }

    /// One with the agent's proxy before its Postfix.
    static MailHouse withProxy() throws Exception {
        Dovecot dovecot = startDovecot();
        return behindProxy(
                "proxy",
                dovecot,
                postfix(
                        dovecot,
                        "smtpd_authorized_xclient_hosts = 127.0.0.1",
                        "mynetworks = " + TRUSTED,
                        "smtpd_relay_restrictions = permit_mynetworks, permit_sasl_authenticated, reject_unauth_destination",
                        "local_header_rewrite_clients ="));
    }

    /// One with the agent's proxy before its Exim.
    static MailHouse withEximBehindProxy() throws Exception {
        Assumptions.assumeTrue(
                Exim.available(), "skipped: no Exim; './check' unpacks Debian's package where root can get it");
        Dovecot dovecot = startDovecot();
        return behindProxy("exim", dovecot, exim(dovecot));
    }

    /// One whose Sendmail asks the agent's filter.
    static MailHouse withSendmail() throws Exception {
        Assumptions.assumeTrue(
                Sendmail.available(), "skipped: no Sendmail; './check' unpacks Debian's package where root can get it");
        Dovecot dovecot = startDovecot();
        int milter = FreePort.next();
        Sendmail sendmail = Sendmail.start(dovecot.directory().resolve("mail"), milter);
        Program program = Program.on(Program.freshDirectory("sendmail"));
        Serving server = program.serve("--milter", "127.0.0.1:" + milter);
        return furnished(new MailHouse(program, dovecot, sendmail, server, sendmail.smtp()));
    }

    private static MailHouse behindProxy(String name, Dovecot dovecot, MailSystem mailSystem) throws Exception {
        Program program = Program.on(Program.freshDirectory(name));
        Serving server = program.serve(
                "--proxy",
                "127.0.0.1:" + FreePort.next(),
                "--next-hop",
                "127.0.0.1:" + mailSystem.smtp().getPort());
        return furnished(new MailHouse(program, dovecot, mailSystem, server, server.proxy()));
    }

    /// A Dovecot that also tells Postfix who may log in.
    static Dovecot startDovecot() throws Exception {
        Assumptions.assumeTrue(Dovecot.available(), "skipped: no Dovecot that this user may start");
        return Dovecot.start("service auth {", "  unix_listener postfix-auth {", "    mode = 0666", "  }", "}");
    }

    /// A Postfix that puts mail into the mailboxes of a Dovecot, also that for the world outside, to which it relays
    /// for those alone who log in.
    static Postfix postfix(Dovecot dovecot, String... settings) throws Exception {
        Assumptions.assumeTrue(Postfix.available(), "skipped: no Postfix that this user may start");
        Path checks = Files.writeString(
                dovecot.directory().resolve("checks"), "/^Subject:.*forbidden/ REJECT nothing of the kind\n");
        List<String> all = new ArrayList<>(List.of(
                "virtual_mailbox_domains = firm.example",
                "virtual_alias_domains =",
                "virtual_alias_maps = texthash:" + aliases(dovecot, " "),
                "enable_original_recipient = no",
                "relay_domains = elsewhere.example",
                "relay_transport = virtual:",
                "default_transport = virtual:",
                "relayhost =",
                "smtpd_relay_restrictions = permit_sasl_authenticated, reject_unauth_destination",
                "smtpd_recipient_restrictions = check_recipient_access inline:{nobody@firm.example=reject}, permit",
                "header_checks = regexp:" + checks,
                "virtual_mailbox_maps = texthash:" + boxes(dovecot, " "),
                "virtual_mailbox_base = " + dovecot.directory() + "/mail",
                "virtual_mailbox_limit = 0",
                "virtual_minimum_uid = 1",
                "virtual_uid_maps = static:8",
                "virtual_gid_maps = static:8",
                "smtpd_sasl_auth_enable = yes",
                "smtpd_sasl_type = dovecot",
                "smtpd_sasl_path = " + dovecot.directory() + "/run/postfix-auth",
                "smtpd_sasl_security_options ="));
        all.addAll(List.of(settings));
        return Postfix.start(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 1), all.toArray(String[]::new)); // no relay
    }

    static Exim exim(Dovecot dovecot) throws Exception {
        return Exim.start(
                boxes(dovecot, ": "),
                aliases(dovecot, ": "),
                dovecot.directory().resolve("mail"),
                "elsewhere.example");
    }

    private static Path aliases(Dovecot dovecot, String between) throws IOException {
        return Files.writeString(
                dovecot.directory().resolve("aliases" + between.strip()),
                ALIASES.entrySet().stream()
                        .map(one -> one.getKey() + between + one.getValue() + "\n")
                        .collect(Collectors.joining()));
    }

    private static Path boxes(Dovecot dovecot, String between) throws IOException {
        return Files.writeString(
                dovecot.directory().resolve("mailboxes" + between.strip()),
                MAILBOXES.stream().map(a -> a + between + a + "/\n").collect(Collectors.joining()));
    }

    private static MailHouse furnished(MailHouse house) {
        furnish(house.program);
        house.program
                .ask(
                        "rule",
                        "settings",
                        "--route",
                        "elsewhere.example=127.0.0.1:" + house.mailSystem.smtp().getPort() + ",none")
                .done();
        house.program.ask("rule", "add", "Elsewhere", "--to", ELSEWHERE).done();
        for (String scope : List.of("internal", "external")) {
            house.program.ask("source", "add", scope, "--smtp").done();
            house.program
                    .ask("rule", "add", scope, "--scope", scope, "--to", scope)
                    .done();
        }
        return house;
    }

    /// Makes the firm known to an archive, and a rule for all mail.
    static void furnish(Program program) {
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
        program.ask("source", "add", "all", "--smtp").done();
        program.ask("rule", "add", "All mail", "--to", "all").done();
    }

    Program program() {
        return program;
    }

    Serving server() {
        return server;
    }

    Dovecot dovecot() {
        return dovecot;
    }

    MailSystem mailSystem() {
        return mailSystem;
    }

    /// Where the firm's mail comes in: at the proxy where there is one, else at the mail system.
    InetSocketAddress door() {
        return door;
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

    /// Waits until no report is on its way any more.
    void awaitReported() throws InterruptedException {
        awaitReported(program);
    }

    /// Waits until the agent of an archive has no report any more that is on its way.
    static void awaitReported(Program program) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        JsonNode queue = queue(program);
        while (queue.path("waiting").asLong(1) > 0) {
            if (System.nanoTime() > until) {
                throw new AssertionError("reports wait: " + queue);
            }
            Thread.sleep(100);
            queue = queue(program);
        }
    }

    private static JsonNode queue(Program program) {
        return program.ask("rule", "queue", "--json").done().jsonLines().getLast();
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

    /// Whom the reports of the rule for all mail name.
    List<String> recipients(String id) {
        return reported(id).getOrDefault("all", List.of());
    }

    /// Whom each report of a letter names, by the source that it came to. Fails where one came there twice.
    Map<String, List<String>> reported(String id) {
        Map<String, List<String>> bySource = new TreeMap<>();
        for (JsonNode envelope : program.ask("show", id, "--json", "--auditor", "test")
                .done()
                .json()
                .path("envelopes")) {
            List<String> lines = new ArrayList<>();
            for (JsonNode one : envelope.path("recipients")) {
                lines.add(one.path("role").asString("") + " "
                        + one.path("address").asString("") + said(one, "expanded", " of ")
                        + said(one, "forwarded", " by "));
            }
            assertThat(bySource.put(envelope.path("source").stringValue(), lines))
                    .as("one report of %s for each rule", id)
                    .isNull();
        }
        return bySource;
    }

    private static String said(JsonNode one, String field, String word) {
        return one.path(field).isString() ? word + one.path(field).stringValue() : "";
    }

    byte[] original(String id) {
        return program.ask("show", id, "--raw", "--auditor", "test").done().octets();
    }

    /// What lies in somebody's mailbox with a word in it, once something is there.
    List<String> delivered(String address, String word) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (System.nanoTime() < until) {
            List<String> mails = lying(address, word);
            if (!mails.isEmpty()) {
                return mails;
            }
            Thread.sleep(50);
        }
        throw new AssertionError("nothing came to " + address + ":\n" + String.join("\n", mailSystem.log()));
    }

    /// What lies in somebody's mailbox now with a word in it, in lines of CRLF.
    List<String> lying(String address, String word) throws IOException {
        List<String> mails = new ArrayList<>();
        for (Path file : dovecot.mails(address)) {
            String mail = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
            if (mail.contains(word)) {
                mails.add(mail.replace("\n", "\r\n"));
            }
        }
        return mails;
    }

    /// The mailboxes in which a message lies, each as often as it does; the foreign journaling mailbox is left out.
    List<String> whereItLies(String word) throws IOException {
        List<String> where = new ArrayList<>();
        for (String address : MAILBOXES) {
            int times = address.equals(ELSEWHERE) ? 0 : lying(address, word).size();
            where.addAll(Collections.nCopies(times, address));
        }
        return where;
    }

    /// Fails where a message was altered on its way to a mailbox: before it stands what a mail system notes of the
    /// way, and nothing else.
    static void assertUnharmed(String delivered, byte[] journaled) {
        String original = new String(journaled, StandardCharsets.ISO_8859_1);
        assertThat(delivered.endsWith(original))
                .as(
                        "what was journaled is what was delivered: %s",
                        delivered.substring(0, Math.min(2_000, delivered.length())))
                .isTrue();
        assertThat(delivered.substring(0, delivered.length() - original.length()))
                .matches(TRACE);
    }

    @Override
    public void close() throws IOException {
        try (dovecot;
                server) {
            mailSystem.close();
        }
    }
}
