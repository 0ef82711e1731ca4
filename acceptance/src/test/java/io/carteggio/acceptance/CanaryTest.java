package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Content;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
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
    private static final String ALTERNATE = "ndr@firm.example";

    private Serving server;
    private Program program;
    private Dovecot dovecot;

    @BeforeEach
    void start() throws Exception {
        Assumptions.assumeTrue(
                Postfix.available() && Dovecot.available(), "skipped: no Postfix and Dovecot that this user may start");
        program = Program.on(Program.freshDirectory("canary"));
        // the quick compiler alone: a process that lives a few seconds gains nothing from the other
        server = program.withJavaOptions("-XX:TieredStopAtLevel=1").serve("--hostname", "archive.firm.example");
        program.ask("source", "add", "copies", "--smtp", JOURNAL, "--family", "multidrop")
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
                "virtual_mailbox_maps = inline:{ " + ADMINISTRATOR + "=it/, " + ALTERNATE + "=ndr/ }",
                "virtual_uid_maps = static:" + id("-u"),
                "virtual_gid_maps = static:" + id("-g"),
                "virtual_minimum_uid = 1",
                "virtual_mailbox_limit = 0")); // else its delivery agent stops: ours is smaller than a message may be
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
        program.ask(
                        "canary",
                        "set",
                        "--server",
                        "127.0.0.1:" + mailSystem.smtp().getPort(),
                        "--from",
                        "canary@firm.example",
                        "--to",
                        ADMINISTRATOR,
                        "--source",
                        "copies",
                        "--within",
                        Integer.toString(within))
                .done();
    }

    @Test
    void theCanaryComesBackThroughPostfix() throws Exception {
        try (Postfix mailSystem = mailSystem("always_bcc = " + JOURNAL)) {
            set(mailSystem, 60);
            JsonNode back = program.ask("canary", "run", "--json").done().json();
            assertThat(back.path("seconds").doubleValue()).isBetween(0.0, 60.0);
            assertThat(program.ask("canary", "show", "--json")
                            .done()
                            .json()
                            .path("back")
                            .isString())
                    .isTrue();
            assertThat(program.ask("alarm", "list", "--json").done().jsonLines())
                    .isEmpty();
            Program.assertBalanced(program.stats());
        }
    }

    private void alternate() throws Exception {
        program.ask(dovecot.loggingIn(
                        "ndr", "secret", List.of("source", "add", "alternate"), "--family", "ndr", "--after", "delete"))
                .done();
    }

    private void setAlternate(Postfix mailSystem, int within) {
        program.ask(
                        "canary",
                        "set",
                        "--alternate",
                        "alternate",
                        "--server",
                        "127.0.0.1:" + mailSystem.smtp().getPort(),
                        "--from",
                        "canary@firm.example",
                        "--to",
                        ALTERNATE,
                        "--within",
                        Integer.toString(within))
                .done();
    }

    private List<String> alarms() {
        return program.ask("alarm", "list", "--json").done().jsonLines().stream()
                .map(a -> a.path("kind").stringValue() + " " + a.path("subject").stringValue())
                .toList();
    }

    /// A session that is open outlives its server for a moment.
    private void awaitFailing() throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!program.ask("job", "show", "alternate", "--json")
                .done()
                .json()
                .path("state")
                .stringValue()
                .equals("failing")) {
            assertThat(System.nanoTime()).isLessThan(until);
            Thread.sleep(50);
        }
        assertThat(alarms()).as("the job is patient: it has failed once").isEmpty();
    }

    private void awaitAlarms(String... expected) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!alarms().containsAll(List.of(expected)) || (expected.length == 0 && !alarms().isEmpty())) {
            assertThat(System.nanoTime()).as("only %s", alarms()).isLessThan(until);
            Thread.sleep(50);
        }
    }

    /// The alternate mailbox "is normally silent, so silence proves nothing": a test message goes there and is
    /// found, and is nobody's letter.
    @Test
    void theCanaryIsFoundInTheAlternateMailbox() throws Exception {
        alternate();
        try (Postfix mailSystem = mailSystem()) {
            program.ask("canary", "set", "--alternate", "copies", "--server", "x", "--from", "a@b.c", "--to", "a@b.c")
                    .exit(1);
            setAlternate(mailSystem, 60);
            JsonNode back =
                    program.ask("canary", "run", "--alternate", "--json").done().json();
            assertThat(back.path("seconds").doubleValue()).isBetween(0.0, 60.0);
            assertThat(program.ask("canary", "show").done().out()).contains("alternate: ", "back after");
            JsonNode books = program.stats();
            Program.assertBalanced(books);
            assertThat(books.path("notices").longValue()).isPositive();
            assertThat(books.path("letters").longValue()
                            + books.path("quarantined").longValue())
                    .isZero();
            assertThat(alarms()).as("it is no report that came back").isEmpty();
        }
    }

    /// "It has its own availability test": who cannot log in there hears of it, though no report is missing yet.
    @Test
    void anAlternateMailboxThatIsDownIsAnAlarmAtOnce() throws Exception {
        alternate();
        try (Postfix mailSystem = mailSystem()) {
            setAlternate(mailSystem, 60);
            program.ask("canary", "run", "--alternate").done();
            setAlternate(mailSystem, 3);
            dovecot.stop();
            awaitFailing();
            assertThat(program.ask("canary", "run", "--alternate").exit(1).err())
                    .contains("has not come back within 3 s");
            awaitAlarms("alternate alternate", "canary alternate");
            assertThat(program.ask("alarm", "list").done().out())
                    .contains("cannot be got into", "nobody listens", "has not come in through source alternate");
            dovecot.startAgain();
            program.ask("job", "run", "alternate").done();
            setAlternate(mailSystem, 60);
            program.ask("canary", "run", "--alternate").done();
            awaitAlarms();
        }
    }

    /// Nothing is journaled: the canary is missed, and the administrator reads it in his mailbox.
    @Test
    void aCanaryThatDoesNotComeBackIsAnAlarmInTheMailbox() throws Exception {
        try (Postfix mailSystem = mailSystem()) {
            program.ask(
                            "alarm",
                            "mail",
                            "set",
                            "--server",
                            "127.0.0.1:" + mailSystem.smtp().getPort(),
                            "--from",
                            "archive@firm.example",
                            "--to",
                            ADMINISTRATOR)
                    .done();
            program.ask("alarm", "test").done();
            mailSystem.await(line -> line.contains("to=<" + ADMINISTRATOR + ">") && line.contains("status=sent"));
            assertThat(awaitMail("[Carteggio] test of the alarms"))
                    .contains("Alarms of archive.firm.example reach you.");
            set(mailSystem, 3);
            program.ask("canary", "run").exit(1);
            String alarm = awaitMail("[Carteggio] alarm: canary");
            assertThat(alarm)
                    .contains("From: Carteggio <archive@firm.example>", "To: " + ADMINISTRATOR)
                    .contains("The test message sent at", "has not come back through source copies.");
            assertThat(program.ask("alarm", "list", "--json").done().jsonLines())
                    .extracting(line -> line.path("kind").stringValue())
                    .contains("canary");
        }
    }

    /// Waits for a mail with this in its subject, and reads it by IMAP.
    private String awaitMail(String subject) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        while (System.nanoTime() < until) {
            Optional<String> mail = mails().stream()
                    .filter(m -> m.lines().anyMatch(line -> line.startsWith("Subject: ") && line.contains(subject)))
                    .findFirst();
            if (mail.isPresent()) {
                return mail.get();
            }
            Thread.sleep(50);
        }
        throw new AssertionError("no mail with the subject " + subject + " but " + mails());
    }

    private List<String> mails() throws IOException {
        try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), dovecot.imap());
                BufferedReader in =
                        new BufferedReader(new InputStreamReader(socket.getInputStream(), StandardCharsets.UTF_8))) {
            in.readLine();
            command(socket, in, "a LOGIN it secret");
            String selected = command(socket, in, "b SELECT INBOX");
            int many = selected.lines()
                    .filter(line -> line.endsWith(" EXISTS"))
                    .mapToInt(line -> Integer.parseInt(line.replaceAll("\\D", "")))
                    .findFirst()
                    .orElseThrow();
            List<String> mails = new ArrayList<>();
            for (int i = 1; i <= many; i++) {
                mails.add(command(socket, in, "c" + i + " FETCH " + i + " BODY.PEEK[]"));
            }
            return mails;
        }
    }

    /// All lines until the tagged one, which must say OK.
    private static String command(Socket socket, BufferedReader in, String command) throws IOException {
        socket.getOutputStream().write((command + "\r\n").getBytes(StandardCharsets.US_ASCII));
        String tag = command.substring(0, command.indexOf(' ') + 1);
        StringBuilder lines = new StringBuilder();
        for (String line = in.readLine(); line != null; line = in.readLine()) {
            if (line.startsWith(tag)) {
                assertThat(line).startsWith(tag + "OK");
                return lines.toString();
            }
            lines.append(line).append('\n');
        }
        throw new IOException("cut off after " + command);
    }
}
