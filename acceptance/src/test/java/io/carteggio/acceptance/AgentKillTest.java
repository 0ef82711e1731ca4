package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.server.smtp.SmtpClient.Way;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The journaling agent under load, beside Postfix as a filter and before Exim as a proxy at once. Agent, mail
/// systems and the archive that the reports go to are killed at random; whoever sends tries again until his
/// message is taken, as mail systems do. In the end the originals that were delivered are those that were
/// archived, by each rule, and each once.
///
/// One rule reports into the agent's own archive, the other by SMTP into that of a second process.
@Tag("peers")
class AgentKillTest {
    private static final Duration LOAD = Duration.ofSeconds(Boolean.getBoolean("check.long") ? 600 : 60);
    private static final int SENDERS = 3; // at each mail system

    /// Enough to be in the middle of something whenever it strikes, and little enough to leave the processor to others.
    private static final int PAUSE_MILLIS = 40;

    private static final int LONGEST_LIFE_MILLIS = 2_500;
    private static final String SECOND = "journal@second.example";
    private static final Pattern NUMBER = Pattern.compile("Message-ID: <kill-(\\d+)@test>");

    /// What became of the messages, by their numbers.
    private final Map<Integer, Sha256> sent = new ConcurrentHashMap<>();
    private final Set<String> refusals = ConcurrentHashMap.newKeySet();
    private final Map<String, String> answers = new ConcurrentHashMap<>();
    private final AtomicInteger number = new AtomicInteger();
    private final AtomicInteger sentAgain = new AtomicInteger();
    private volatile boolean over;

    @Test
    void whatIsDeliveredIsArchivedByEachRule() throws Exception {
        assumeTrue(Exim.available(), "skipped: no Exim; './check' unpacks Debian's package where root can get it");
        long seed = System.nanoTime();
        System.out.println("AgentKillTest seed " + seed);
        Random random = new Random(seed);
        int milter = FreePort.next();
        try (Dovecot dovecot = MailHouse.startDovecot();
                Postfix postfix = MailHouse.postfix(
                        dovecot, "smtpd_milters = inet:127.0.0.1:" + milter, "milter_default_action = tempfail");
                Exim exim = MailHouse.exim(dovecot);
                Victim second = Victim.archive();
                Victim agent = Victim.agent(milter, exim.smtp().getPort())) {
            agent.program
                    .ask("rule", "settings", "--route", "second.example=127.0.0.1:" + second.port)
                    .done();
            agent.program.ask("rule", "add", "Elsewhere", "--to", SECOND).done();
            List<Thread> senders = new ArrayList<>();
            InetSocketAddress proxy = agent.serving.proxy();
            for (int i = 0; i < SENDERS; i++) {
                senders.add(Thread.ofVirtual().start(() -> send(postfix.smtp())));
                senders.add(Thread.ofVirtual().start(() -> send(proxy)));
            }
            Map<String, Integer> kills = new TreeMap<>();
            long until = System.nanoTime() + LOAD.toNanos();
            while (System.nanoTime() < until) {
                Thread.sleep(random.nextInt(LONGEST_LIFE_MILLIS));
                String whom = List.of("agent", "archive", "postfix", "exim").get(random.nextInt(4));
                kills.merge(whom, 1, Integer::sum);
                switch (whom) {
                    case "agent" -> agent.killAndStart();
                    case "archive" -> second.killAndStart();
                    case "postfix" -> killAndStart(postfix);
                    default -> killAndStart(exim);
                }
            }
            over = true;
            for (Thread sender : senders) {
                assertThat(sender.join(Duration.ofSeconds(60)))
                        .as("what was begun is taken at last; the last answers were %s", answers)
                        .isTrue();
            }
            Map<Integer, Integer> delivered = awaitDelivered(dovecot);
            // it need not wait until it tries again by itself; where nothing is in the way, that is said, and well
            agent.program.ask("rule", "resume", SECOND);
            MailHouse.awaitReported(agent.program);
            System.out.printf(
                    "AgentKillTest: %d messages, %d sent again, kills %s, %d delivered twice by a mail system that was"
                            + " killed%n",
                    sent.size(),
                    sentAgain.get(),
                    kills,
                    delivered.values().stream().filter(times -> times > 1).count());
            assertThat(refusals).as("nothing was refused for good").isEmpty();
            assertThat(sent.size()).as("there was something to lose").isGreaterThan(100);
            assertArchived(agent);
            assertArchived(second);
        }
    }

    private static void killAndStart(MailSystem mailSystem) throws IOException, InterruptedException {
        mailSystem.kill();
        mailSystem.startAgain();
    }

    /// One who sends, and sends again what was not taken. He ends once all that he has begun is taken.
    private void send(InetSocketAddress door) {
        while (!over) {
            int mine = number.incrementAndGet();
            Content mail = mail(mine);
            sent.put(mine, sum(mail));
            boolean again = false;
            while (!isTaken(door, mail)) {
                again = true;
                pause();
            }
            if (again) {
                sentAgain.incrementAndGet();
            }
            pause();
        }
    }

    private boolean isTaken(InetSocketAddress door, Content mail) {
        try {
            var outcome =
                    MailHouse.send(door, "x@outside.example", mail, false, Way.DATA, List.of("anna@firm.example"));
            if (!outcome.kept() && !outcome.end().transientFailure()) {
                refusals.add(outcome.toString());
                return true;
            }
            answers.put(door.toString(), outcome.toString());
            return outcome.kept();
        } catch (IOException killed) {
            answers.put(door.toString(), killed.toString());
            return false; // it was not acknowledged, so it comes again
        }
    }

    private static void pause() {
        try {
            Thread.sleep(PAUSE_MILLIS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private static Content mail(int number) {
        return MailHouse.mail("From: x@outside.example\nTo: anna@firm.example\nSubject: number " + number
                + "\nMessage-ID: <kill-" + number + "@test>\nDate: Sun, 29 Nov 2026 12:00:00 +0000\n\n"
                + ("line of " + number + "\n").repeat(1 + number % 400));
    }

    private static Sha256 sum(Content mail) {
        try {
            return Sha256.of(mail);
        } catch (IOException e) {
            throw new IllegalStateException("it lies in memory", e);
        }
    }

    /// Waits until each message lies in the mailbox, whole, and says how often it does.
    private Map<Integer, Integer> awaitDelivered(Dovecot dovecot) throws IOException, InterruptedException {
        Map<Integer, Integer> times = new TreeMap<>();
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (!times.keySet().equals(sent.keySet()) && System.nanoTime() < until) {
            Thread.sleep(200);
            times.clear();
            for (Path file : dovecot.mails("anna@firm.example")) {
                String text =
                        Files.readString(file, StandardCharsets.ISO_8859_1).replace("\n", "\r\n");
                Matcher found = NUMBER.matcher(text);
                assertThat(found.find()).as(text).isTrue();
                int one = Integer.parseInt(found.group(1));
                MailHouse.assertUnharmed(text, mail(one).toByteArray(1 << 20));
                times.merge(one, 1, Integer::sum);
            }
        }
        assertThat(times.keySet()).as("what was taken is delivered").isEqualTo(sent.keySet());
        return times;
    }

    private void assertArchived(Victim victim) throws IOException {
        try (Desk desk = Desk.of(victim.serving)) {
            List<Sha256> letters = desk.letters();
            assertThat(letters).as("each once").doesNotHaveDuplicates();
            assertThat(new TreeSet<>(letters)).as("what was delivered").isEqualTo(new TreeSet<>(sent.values()));
            JsonNode books = desk.line("stats");
            Program.assertBalanced(books);
            assertThat(books.path("letters").longValue()).isEqualTo(sent.size());
            assertThat(books.path("quarantined").longValue()).isZero();
            System.out.println("AgentKillTest: " + books.path("evidence") + " reports came again");
            desk.check(false);
        }
    }

    /// A server that is killed and started where it was.
    private static final class Victim implements AutoCloseable {
        private final Program program;
        private final int port;
        private final String[] options;
        private Serving serving;

        private Victim(String name, int port, String... options) throws IOException, InterruptedException {
            // the quick compiler alone: a process that lives a second gains nothing from the other
            program = Program.on(Program.freshDirectory(name)).withJavaOptions("-XX:TieredStopAtLevel=1");
            this.port = port;
            this.options = options;
            serving = program.serveAt(port, options);
        }

        static Victim archive() throws IOException, InterruptedException {
            Victim archive = new Victim("agent-kill-archive", FreePort.next());
            archive.program.ask("source", "add", "reports", "--smtp", SECOND).done();
            return archive;
        }

        static Victim agent(int milter, int nextHop) throws IOException, InterruptedException {
            Victim agent = new Victim(
                    "agent-kill",
                    0,
                    "--milter",
                    "127.0.0.1:" + milter,
                    "--proxy",
                    "127.0.0.1:" + FreePort.next(),
                    "--next-hop",
                    "127.0.0.1:" + nextHop);
            MailHouse.furnish(agent.program);
            return agent;
        }

        void killAndStart() throws IOException, InterruptedException {
            serving.kill();
            serving = program.serveAt(port, options);
        }

        @Override
        public void close() {
            serving.close();
        }
    }
}
