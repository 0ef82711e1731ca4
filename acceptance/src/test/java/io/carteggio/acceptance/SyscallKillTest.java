package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.acceptance.TroubledDisk.How;
import io.carteggio.mail.Address;
import io.carteggio.mail.Sha256;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpClient.Way;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.random.RandomGenerator;
import java.util.stream.LongStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// P1, at each system call in turn: the program is killed before, in or after the n-th call by which it
/// changes something in its data directory, from the first of its start to the last of its end. Between two
/// letters a segment is closed and the next begun: footer, sidecars, keyring, header with the dictionary. Then
/// the program is started again, what got no answer is sent again, and everything must be there once.
///
/// The calls of a run are counted first; then a sample spread over them is killed at, or, with
/// `-Dcheck.long`, every one. `-Dsyscall.kills=…` names another number, `-Dcrash.seed=…` draws the same
/// sample again, `-Dsyscall.only=…` kills at one call.
@Tag("peers")
class SyscallKillTest {
    private static final int SAMPLE = Integer.getInteger("syscall.kills", 8);
    private static final String JOURNAL = "journal@archive.firm.example";
    private static final List<How> HOWS = List.of(How.BEFORE, How.HALF, How.AFTER);
    private static final int CONNECTIONS = 3;
    private static final int LETTERS_EACH = 5;

    /// So many letters of each connection come before the segment is closed.
    private static final int BEFORE_CLOSING = 3;

    private final long seed = Long.getLong("crash.seed", System.nanoTime());

    @Test
    void killedAtEachSystemCallInTurn() throws Exception {
        System.out.println("SyscallKillTest seed " + seed);
        RandomGenerator random = new SplittableRandom(seed);
        // the quick compiler alone: a process that lives a few seconds gains nothing from the other
        Program template = Program.on(Program.freshDirectory("syscalls")).withJavaOptions("-XX:TieredStopAtLevel=1");
        template.ask("source", "add", "exchange", "--smtp", JOURNAL).done();
        template.ask("person", "add", "Anna Berg", "anna@firm.example").done();
        TroubledDisk disk = TroubledDisk.calm();

        Run whole = new Run(template, disk);
        whole.killed(0, How.AFTER);
        long calls = disk.counted();
        assertThat(whole.acknowledged).hasSize(CONNECTIONS * LETTERS_EACH);
        assertThat(whole.closedSegments()).as("segments that were closed").isPositive();
        whole.verify();
        System.out.printf(
                "SyscallKillTest: %d calls change something in a run of %d letters: %d while it starts, %d while it"
                        + " takes mail (%d of them close a segment), the rest after%n",
                calls,
                whole.sent.size(),
                whole.callsOfStart,
                whole.callsOfWork - whole.callsOfStart,
                whole.closed - whole.closing);

        long started = System.nanoTime();
        long[] at = chosen(calls, whole, random);
        Set<String> where = new HashSet<>();
        long acknowledged = 0;
        for (long call : at) {
            How how = HOWS.get(random.nextInt(HOWS.size()));
            Run run = new Run(template, disk);
            try {
                where.add(run.killed(call, how));
                acknowledged += run.acknowledged.size();
                run.verify();
            } catch (AssertionError | Exception e) {
                throw new AssertionError(
                        "killed at call " + call + " of about " + calls + " (" + how + "); seed " + seed + "; "
                                + run.program.data(),
                        e);
            }
            remove(run.program.data());
        }
        System.out.printf(
                "SyscallKillTest: killed at %d calls in %d s, in %s; %d letters were acknowledged before%n",
                at.length, Duration.ofNanos(System.nanoTime() - started).toSeconds(), where, acknowledged);
    }

    /// The numbers of the calls to kill at, ascending: of a sample, half anywhere, a quarter while mail is taken, a
    /// quarter while the segment is closed.
    private static long[] chosen(long calls, Run whole, RandomGenerator random) {
        long only = Long.getLong("syscall.only", 0);
        if (only > 0) {
            return new long[] {only};
        }
        if (Boolean.getBoolean("check.long") || SAMPLE >= calls) {
            return LongStream.rangeClosed(1, calls).toArray();
        }
        int quarter = SAMPLE / 4;
        LongStream working = LongStream.concat(
                spread(quarter, whole.callsOfStart + 1, whole.callsOfWork + 1, random),
                spread(quarter, whole.closing + 1, whole.closed + 1, random));
        return LongStream.concat(spread(SAMPLE - 2 * quarter, 1, calls + 1, random), working)
                .sorted()
                .toArray();
    }

    /// One number of each of so many stretches.
    private static LongStream spread(int many, long from, long to, RandomGenerator random) {
        return LongStream.range(0, many)
                .map(i -> random.nextLong(from + i * (to - from) / many, from + (i + 1) * (to - from) / many));
    }

    /// One life of the program and the next.
    private static final class Run {
        private final Program program;
        private final TroubledDisk disk;
        private final Set<Sha256> acknowledged = ConcurrentHashMap.newKeySet();
        private final List<Post> sent = new ArrayList<>();
        private long callsOfStart;
        private long callsOfWork;

        /// How many calls there were before the segment was closed, and after.
        private long closing;

        private long closed;

        private final ConcurrentLinkedQueue<Post> unanswered = new ConcurrentLinkedQueue<>();

        Run(Program template, TroubledDisk disk) throws IOException {
            Path data = Program.freshDirectory("syscall");
            copy(template.data(), data);
            this.program = Program.on(data).withJavaOptions("-XX:TieredStopAtLevel=1");
            this.disk = disk;
            for (int i = 0; i < CONNECTIONS * LETTERS_EACH; i++) {
                String filler = "a line of the letter\r\n".repeat(i % 5 == 4 ? 12_000 : 1 + 40 * i);
                sent.add(Post.plain(
                        "s" + i,
                        "anna@firm.example",
                        "bruno@firm.example",
                        "Letter " + i,
                        filler,
                        "To: bruno@firm.example"));
            }
        }

        /// Starts the program, sends it mail and stops it, unless it is killed meanwhile.
        ///
        /// @return in what it was killed
        String killed(long call, How how) throws Exception {
            disk.reset();
            disk.killAt(call, how);
            Optional<Serving> started = disk.under(program).tryServe();
            if (started.isEmpty()) {
                assertThat(disk.counted()).isGreaterThanOrEqualTo(call);
                unanswered.addAll(sent);
                return "start";
            }
            try (Serving server = started.get()) {
                callsOfStart = disk.counted();
                deliver(server.smtp(), 0, BEFORE_CLOSING);
                closing = disk.counted();
                closeSegment(server);
                closed = disk.counted();
                deliver(server.smtp(), BEFORE_CLOSING, LETTERS_EACH);
                callsOfWork = disk.counted();
                if (!server.alive() || server.ended(Duration.ofMillis(700))) { // catalogue, index, housekeeping
                    return "work";
                }
                int exit = server.stop();
                assertThat(exit == 137 || exit == 0 || exit == 143)
                        .as("exit %d", exit)
                        .isTrue();
                return "end";
            }
        }

        /// What a backup begins with.
        private static void closeSegment(Serving server) throws IOException, InterruptedException {
            try (Desk desk = Desk.of(server)) {
                desk.line("backup.begin");
            } catch (IOException e) {
                if (!server.ended(Duration.ofSeconds(10))) {
                    throw e;
                }
            }
        }

        long closedSegments() throws IOException {
            try (Stream<Path> files = Files.list(program.data().resolve("vault"))) {
                return files.filter(file -> file.toString().endsWith(".keys")).count();
            }
        }

        /// Some of the letters of each connection.
        private void deliver(InetSocketAddress smtp, int from, int to) throws InterruptedException {
            List<Thread> clients = new ArrayList<>();
            for (int c = 0; c < CONNECTIONS; c++) {
                List<Post> share = sent.subList(c * LETTERS_EACH + from, c * LETTERS_EACH + to);
                clients.add(Thread.ofVirtual().start(() -> deliver(smtp, share)));
            }
            for (Thread client : clients) {
                client.join(Duration.ofSeconds(60));
            }
        }

        private void deliver(InetSocketAddress smtp, List<Post> posts) {
            int at = 0;
            try (SmtpClient client = SmtpClient.connect(smtp, "exchange.firm.example", Duration.ofSeconds(30))) {
                for (; at < posts.size(); at++) {
                    if (!send(client, posts.get(at), at % 2 == 0 ? Way.DATA : Way.BDAT)) {
                        break;
                    }
                }
            } catch (IOException killed) {
                // what is in hand was not acknowledged
            }
            unanswered.addAll(posts.subList(at, posts.size()));
        }

        private boolean send(SmtpClient client, Post post, Way way) throws IOException {
            var outcome = client.send(
                    Optional.of(new Address("postmaster@firm.example")),
                    List.of(new Address(JOURNAL)),
                    post.report(),
                    way);
            if (outcome.kept()) {
                acknowledged.add(post.sum());
            }
            return outcome.kept();
        }

        /// The next life: all that was acknowledged is there, all that was not is taken, once.
        void verify() throws Exception {
            Set<Sha256> all = new HashSet<>();
            sent.forEach(post -> all.add(post.sum()));
            try (Serving server = program.serve();
                    Desk desk = Desk.of(server)) {
                desk.check(false);
                Program.assertBalanced(desk.line("stats"));
                List<Sha256> there = desk.letters();
                assertThat(there)
                        .as("after the restart")
                        .doesNotHaveDuplicates()
                        .containsAll(acknowledged);
                assertThat(all).as("nothing that was never sent").containsAll(there);
                long before = desk.line("stats").path("originals").longValue();
                assertThat(before).isEqualTo(there.size());

                try (SmtpClient client =
                        SmtpClient.connect(server.smtp(), "exchange.firm.example", Duration.ofSeconds(30))) {
                    for (Post post : unanswered) {
                        assertThat(send(client, post, Way.DATA)).isTrue();
                    }
                }
                assertThat(desk.letters())
                        .as("after all was sent again")
                        .doesNotHaveDuplicates()
                        .hasSameElementsAs(all);
                JsonNode books = desk.line("stats");
                Program.assertBalanced(books);
                assertThat(books.path("originals").longValue()).isEqualTo(all.size());
                assertThat(books.path("letters").longValue()).isEqualTo(all.size());
                desk.check(false);
            }
        }
    }

    static void copy(Path from, Path to) throws IOException {
        Files.walkFileTree(from, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes)
                    throws IOException {
                Path made = to.resolve(from.relativize(directory));
                if (!Files.exists(made)) {
                    Files.createDirectory(made);
                }
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                if (attributes.isRegularFile()) {
                    Files.copy(file, to.resolve(from.relativize(file)));
                }
                return FileVisitResult.CONTINUE;
            }
        });
    }

    static void remove(Path data) throws IOException {
        Files.walkFileTree(data, new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                Files.delete(file);
                return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path directory, IOException trouble) throws IOException {
                Files.delete(directory);
                return FileVisitResult.CONTINUE;
            }
        });
    }
}
