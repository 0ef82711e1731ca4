package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Address;
import io.carteggio.mail.Sha256;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpClient.Way;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// P1: "Killing the process at any system call … loses nothing acknowledged; what is sent again because the
/// answer was lost becomes further evidence, never a second letter."
@Tag("peers")
class KillTest {
    /// [SyscallKillTest] kills where it hurts; here it is chance, and the same archive that goes on.
    private static final int KILLS = Boolean.getBoolean("check.long") ? 50 : 8;
    private static final int CONNECTIONS = 8;
    private static final int LONGEST_MILLIS = 700;
    private static final String JOURNAL = "journal@archive.firm.example";

    /// Sums of originals that the server answered 250 for.
    private final Set<Sha256> acknowledged = ConcurrentHashMap.newKeySet();

    /// Everything ever sent, whole or in part.
    private final Map<Sha256, Post> sent = new ConcurrentHashMap<>();

    /// What was sent and never answered: it is sent again, as a mail server would.
    private final ConcurrentLinkedQueue<Post> unanswered = new ConcurrentLinkedQueue<>();

    private final AtomicInteger number = new AtomicInteger();
    private final AtomicInteger sentAgain = new AtomicInteger();
    private final ConcurrentLinkedQueue<String> refusals = new ConcurrentLinkedQueue<>();

    @Test
    void nothingAcknowledgedIsLost() throws Exception {
        long seed = System.nanoTime();
        System.out.println("KillTest seed " + seed);
        Random random = new Random(seed);
        // the quick compiler alone: a process that lives a second gains nothing from the other
        Program program = Program.on(Program.freshDirectory("kill")).withJavaOptions("-XX:TieredStopAtLevel=1");
        program.ask("source", "add", "exchange", "--smtp", JOURNAL).done();
        program.ask("person", "add", "Anna Berg", "anna@firm.example").done();

        for (int round = 1; round <= KILLS; round++) {
            Serving server = program.serve();
            try {
                assertKept(server, round);
                List<Thread> clients = deliver(server.smtp(), round, random.nextLong());
                Thread.sleep(random.nextInt(LONGEST_MILLIS));
                server.kill();
                for (Thread client : clients) {
                    client.join(Duration.ofSeconds(20));
                }
            } finally {
                server.kill();
            }
        }
        System.out.printf(
                "KillTest: %d letters acknowledged, %d sent, %d sent again%n",
                acknowledged.size(), sent.size(), sentAgain.get());
        assertThat(refusals).as("nothing was refused").isEmpty();
        assertThat(acknowledged).as("there was something to lose").hasSizeGreaterThan(KILLS);

        assertWhole(program);
    }

    /// What can be seen in an instant after each restart: nothing is damaged, the books balance, and there
    /// are as many letters as were acknowledged, or some more whose acknowledgement was lost.
    private void assertKept(Serving server, int round) throws Exception {
        try (Desk desk = Desk.of(server)) {
            JsonNode books = desk.line("stats");
            Program.assertBalanced(books);
            assertThat(books.path("originals").longValue())
                    .as("round %d: letters there, with %d acknowledged", round, acknowledged.size())
                    .isBetween((long) acknowledged.size(), (long) sent.size());
            assertThat(books.path("letters").longValue())
                    .isEqualTo(books.path("originals").longValue());
            desk.check(true);
        }
    }

    /// The complete comparison at the end.
    private void assertWhole(Program program) throws Exception {
        program.run("check").done();
        JsonNode books = program.stats();
        Program.assertBalanced(books);
        Path export = Program.freshDirectory("kill-export");
        program.run("export", "--to", export.toString(), "--format", "eml").done();
        List<Sha256> exported = new ArrayList<>();
        try (Stream<Path> files = Files.walk(export)) {
            for (Path file : (Iterable<Path>) files.filter(f -> f.toString().endsWith(".eml"))::iterator) {
                exported.add(Sha256.of(Files.readAllBytes(file)));
            }
        }
        assertThat(exported).as("each letter once").doesNotHaveDuplicates();
        assertThat(new TreeSet<>(exported)).as("everything acknowledged").containsAll(acknowledged);
        assertThat(sent.keySet()).as("nothing that was never sent").containsAll(exported);
        assertThat(books.path("originals").longValue()).isEqualTo(exported.size());
        assertThat(program.run("rebuild", "--compare").exit())
                .as("rebuild --compare")
                .isZero();
    }

    private List<Thread> deliver(InetSocketAddress smtp, int round, long seed) {
        List<Thread> clients = new ArrayList<>();
        for (int c = 0; c < CONNECTIONS; c++) {
            Random random = new Random(seed + c);
            Way way = c % 2 == 0 ? Way.DATA : Way.BDAT;
            clients.add(Thread.ofVirtual().start(() -> client(smtp, round, way, random)));
        }
        return Collections.unmodifiableList(clients);
    }

    private void client(InetSocketAddress smtp, int round, Way way, Random random) {
        Post post = next(round, random);
        try (SmtpClient client = SmtpClient.connect(smtp, "exchange.firm.example", Duration.ofSeconds(10))) {
            while (true) {
                sent.put(post.sum(), post);
                var outcome = client.send(
                        Optional.of(new Address("postmaster@firm.example")),
                        List.of(new Address(JOURNAL)),
                        post.report(),
                        way);
                if (outcome.kept()) {
                    acknowledged.add(post.sum());
                    post = next(round, random);
                } else if (outcome.end().transientFailure()) {
                    break;
                } else {
                    refusals.add(outcome.end().toString());
                    break;
                }
            }
        } catch (IOException killed) {
            // the point of it all: what is in hand was not acknowledged
        }
        if (sent.containsKey(post.sum())) {
            unanswered.add(post);
        }
    }

    private Post next(int round, Random random) {
        Post again = unanswered.poll();
        if (again != null) {
            sentAgain.incrementAndGet();
            return again;
        }
        int n = number.incrementAndGet();
        String filler = "0123456789abcdef ".repeat(1 + random.nextInt(random.nextInt(10) == 0 ? 20_000 : 200));
        return Post.plain(
                "k" + n,
                "anna@firm.example",
                "bruno@firm.example",
                "Letter " + n + " of round " + round,
                filler.replaceAll("(.{90})", "$1\r\n"),
                "To: bruno@firm.example");
    }
}
