package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.sun.net.httpserver.HttpServer;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// "After an outage the alternate mailbox holds the whole firm's reports: a flood of 50,000 NDRs drains with
/// balanced books." P3: `received = letters + evidence + notices + quarantined + discarded`, always, per source.
///
/// Of twenty NDRs two carry reports that had come by the main way all the same, three the header alone of a
/// report (that had come before, comes by the next NDR, never comes), one is a delay notice, one is about
/// an ordinary mail, and thirteen carry reports that nobody has seen.
@Tag("peers")
class FloodTest {
    private static final int ROUNDS = Boolean.getBoolean("check.long") ? 2_500 : 100;
    private static final int ROUND = 20;
    private static final int NDRS = ROUND * ROUNDS;
    private static final String JOURNAL = "journal-5d1c@archive.firm.example";

    private static final ObjectNode ALTERNATE =
            JsonNodeFactory.instance.objectNode().put("name", "alternate");

    /// It must do with so little, whatever the mailbox holds.
    private static final String SMALL_HEAP = "-Xmx128m";

    @BeforeAll
    static void needs() {
        assumeTrue(Dovecot.available(), "skipped: Dovecot is not here, or we are not root");
    }

    private static Post post(int n) {
        return Post.plain(
                "n" + n,
                "anna" + n % 211 + "@firm.example",
                "bruno@outside.example",
                "Order " + n,
                "Of the outage, number " + n + ".",
                "To: bruno@outside.example");
    }

    private static Content ndr(int n) {
        String id = "n" + n;
        try {
            return switch (n % ROUND) {
                case 2, 3, 6 -> Ndr.headerOnly(id, JOURNAL, post(n).report()).mail();
                case 4 -> Ndr.delay(id, JOURNAL).mail();
                case 5 ->
                    Ndr.whole(id, "nobody@outside.example", post(n).mail()).mail();
                case 7 -> Ndr.whole(id, JOURNAL, post(n - 1).report()).mail();
                default -> Ndr.whole(id, JOURNAL, post(n).report()).mail();
            };
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Whether its report came by the main way.
    private static boolean cameBefore(int n) {
        return n % ROUND <= 2;
    }

    @Test
    void itDrainsWithBalancedBooksAndOneAlarm() throws Exception {
        Program program = Program.on(Program.freshDirectory("flood")).withJavaOptions(SMALL_HEAP);
        try (Hook hook = new Hook();
                Dovecot dovecot = Dovecot.start();
                Serving server = program.serve();
                Desk desk = Desk.of(server)) {
            program.ask("source", "add", "main", "--smtp", JOURNAL).done();
            bringBefore(program);
            dovecot.deliver(
                    "ndr",
                    () -> IntStream.range(0, NDRS).mapToObj(FloodTest::ndr).iterator());
            program.ask("alarm", "webhook", "set", hook.url()).done();
            program.ask(dovecot.loggingIn(
                            "ndr",
                            "secret",
                            List.of("source", "add", "alternate"),
                            "--family",
                            "ndr",
                            "--after",
                            "delete",
                            "--schedule",
                            "manual"))
                    .done();
            long began = System.nanoTime();
            desk.line("job.start", ALTERNATE);
            JsonNode run = awaitEnd(desk);
            double seconds = (System.nanoTime() - began) / 1e9;
            assertThat(run.path("outcome").stringValue()).isEqualTo("done");
            assertThat(dovecot.mails("ndr")).isEmpty();
            assertBooks(desk.line("stats"));
            awaitGaps(program);
            System.out.printf(
                    "FloodTest: %d NDRs in %.1f s, %.0f a second; gaps closed %.1f s later; peak %d MiB%n",
                    NDRS,
                    seconds,
                    NDRS / seconds,
                    (System.nanoTime() - began) / 1e9 - seconds,
                    server.peakMemoryBytes() >> 20);
            assertGaps(program);
            assertAlarms(program, hook);
            assertThat(new TreeSet<>(desk.letters())).isEqualTo(expected());
            desk.check(false);
        }
    }

    /// What was archived by the main way before it went down.
    private static void bringBefore(Program program) throws Exception {
        Path before = Files.createDirectory(
                program.data().resolveSibling(program.data().getFileName() + "-before"));
        for (int n = 0; n < NDRS; n++) {
            if (cameBefore(n)) {
                Files.write(before.resolve(n + ".eml"), post(n).report().toByteArray(1 << 20));
            }
        }
        program.ask("import", "--as", "report", "--source", "main", before.toString())
                .done();
    }

    private static JsonNode awaitEnd(Desk desk) throws Exception {
        while (true) {
            Program.assertBalanced(desk.line("stats"));
            JsonNode run = desk.line("job.show", ALTERNATE).path("lastRun");
            if (run.isObject() && !run.path("outcome").stringValue().equals("running")) {
                return run;
            }
            Thread.sleep(200);
        }
    }

    private static void assertBooks(JsonNode books) {
        Program.assertBalanced(books);
        assertThat(count(account(books, "main"), "letters")).isEqualTo((3L + 13) * ROUNDS);
        assertThat(count(account(books, "main"), "evidence")).isEqualTo(2L * ROUNDS);
        assertThat(count(account(books, "main"), "notices")).as("headers alone").isEqualTo(3L * ROUNDS);
        assertThat(count(account(books, "alternate"), "notices"))
                .as("delays, and what is no report")
                .isEqualTo(2L * ROUNDS);
        assertThat(count(books, "received")).isEqualTo(NDRS + 3L * ROUNDS);
        assertThat(count(books, "quarantined") + count(books, "discarded")).isZero();
        assertThat(count(books, "originals")).isEqualTo(expected().size());
    }

    private static long count(JsonNode row, String field) {
        return row.path(field).longValue();
    }

    private static JsonNode account(JsonNode books, String source) {
        return books.path("sources")
                .valueStream()
                .filter(account -> account.path("name").stringValue().equals(source))
                .findFirst()
                .orElseThrow();
    }

    private static Set<Sha256> expected() {
        Set<Sha256> sums = new TreeSet<>();
        for (int n = 0; n < NDRS; n++) {
            if (!List.of(3, 4, 5, 7).contains(n % ROUND)) {
                sums.add(post(n).sum());
            }
        }
        return sums;
    }

    private static void awaitGaps(Program program) throws Exception {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(120);
        while (open(program).size() != ROUNDS && System.nanoTime() < until) {
            Thread.sleep(50);
        }
    }

    private static List<JsonNode> open(Program program) {
        return program.ask("gap", "list", "--json").done().jsonLines();
    }

    private static void assertGaps(Program program) {
        List<String> missing = new ArrayList<>();
        for (int n = 3; n < NDRS; n += ROUND) {
            missing.add(post(n).messageId().replaceAll("[<>]", ""));
        }
        assertThat(open(program))
                .extracting(gap -> gap.path("messageId").stringValue())
                .hasSameElementsAs(missing);
        assertThat(open(program)).allSatisfy(gap -> {
            assertThat(gap.path("source").stringValue()).isEqualTo("main");
            assertThat(gap.path("recipient").stringValue()).isEqualTo(JOURNAL);
            assertThat(gap.path("reportId").stringValue()).endsWith("@journal.report.generator");
        });
        assertThat(program.ask("gap", "list", "--all", "--json").done().jsonLines())
                .hasSize(3 * ROUNDS);
    }

    /// Told once, however many came.
    private static void assertAlarms(Program program, Hook hook) throws Exception {
        List<JsonNode> alarms = program.ask("alarm", "list", "--json").done().jsonLines();
        assertThat(alarms)
                .extracting(a ->
                        a.path("kind").stringValue() + " " + a.path("subject").stringValue())
                .containsExactlyInAnyOrder("ndr main", "ndr alternate", "gap main");
        assertThat(alarms.stream()
                        .filter(a -> a.path("kind").stringValue().equals("ndr"))
                        .mapToLong(a -> a.path("times").longValue())
                        .sum())
                .isEqualTo(NDRS);
        assertThat(alarms)
                .anySatisfy(a -> assertThat(a.path("text").stringValue()).startsWith(ROUNDS + " reports are missing"));
        Thread.sleep(4_000); // longer than it takes until an alarm is told
        assertThat(hook.opened()).hasSize(3).doesNotHaveDuplicates();
    }

    /// Gets what a chat program would show.
    private static final class Hook implements AutoCloseable {
        private final HttpServer server;
        private final Queue<JsonNode> alarms = new ConcurrentLinkedQueue<>();

        Hook() throws IOException {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
            server.createContext("/", exchange -> {
                Program.JSON
                        .readTree(exchange.getRequestBody().readAllBytes())
                        .path("alarms")
                        .forEach(alarms::add);
                exchange.sendResponseHeaders(204, -1);
                exchange.close();
            });
            server.start();
        }

        String url() {
            return "http://127.0.0.1:" + server.getAddress().getPort() + "/";
        }

        List<String> opened() {
            return alarms.stream()
                    .filter(a -> a.path("state").stringValue().equals("opened"))
                    .map(a -> a.path("kind").stringValue() + " "
                            + a.path("subject").stringValue())
                    .toList();
        }

        @Override
        public void close() {
            server.stop(0);
        }
    }
}
