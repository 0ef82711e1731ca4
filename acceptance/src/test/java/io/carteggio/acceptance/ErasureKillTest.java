package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.acceptance.TroubledDisk.How;
import io.carteggio.archive.ledger.LetterProof;
import io.carteggio.archive.ledger.VerifierKey;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpClient.Way;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// P8, "Erasure is real", of the program as it runs: alone and beside `serve`, and killed in the middle at a
/// call by which it changes its files. After the next start the erasure has not begun or it is complete; then
/// no file, no record that any key opens, no table and no index has a word of the letter, and everything else
/// is as it was.
///
/// In the long form at all calls in turn, or at every second, third, …, so that there are at most [#MOST_IN_TURN]
/// kills:
/// twenty minutes. `-Derasure.kills=…` kills so often in each of three scenes, alone and beside a server, spread evenly
/// over the calls; `-Dcrash.seed=…` at the same calls again.
@Tag("peers")
class ErasureKillTest {
    private static final int KILLS = Integer.getInteger("erasure.kills", KillPoints.IN_TURN ? 0 : 1);

    /// Each takes nine seconds on a busy machine.
    private static final int MOST_IN_TURN = 130;

    private static final String JOURNAL = "journal@archive.firm.example";
    private static final String REASON = "asked for by whom it is about";
    private static final List<How> HOWS = List.of(How.BEFORE, How.HALF, How.AFTER);

    private static final Post VICTIM = victim("mx1");
    private static final Post VARIANT = victim("mx2");
    private static final Post FIRST_OF_FORKS =
            fork("pellzwick@vastorp2.example", "Wobbelkrams", "Bcc: blind@firm.example");
    private static final Post FORK = fork("anna@firm.example", "Something else", "To: bruno@firm.example");
    private static final Post NEIGHBOUR = withEnclosures(
            "anna@firm.example",
            "The contract",
            "<n1@firm.example>",
            List.of("To: bruno@firm.example"),
            "Received: from a.example by b.example; Tue, 17 Mar 2026 09:12:01 +0000\r\n",
            "The contract, as agreed.",
            enclosure("contract.bin", octets(3, "")));

    private static final Traces OF_VICTIM = Traces.of(
            VICTIM.sum(),
            List.of("qwezzel", "vastorp.example", "xylobrim", "knuffelwort", "grimbelwald", "zwollenstein"),
            "trokkenheim was here",
            "SNORKELBAAR");
    private static final Traces OF_FORK =
            Traces.of(FIRST_OF_FORKS.sum(), List.of("pellzwick", "vastorp2", "wobbelkrams"));

    private static Program template = Program.on(Path.of(""));
    private static Program erasedBefore = template;
    private static Optional<VerifierKey> key = Optional.empty();
    private static byte[] proofOfNeighbour = new byte[0];

    /// What happens to which archive.
    enum Scene {
        /// The segment is open, the letter has a variant, two reports, and parts of its own and shared.
        FIRST_ERASURE,
        /// Another letter cannot be read without this one and must be kept anew.
        WITH_DEPENDENT,
        /// The segment is closed and has a sidecar that says what was erased before.
        SECOND_ERASURE;

        Program template() {
            return this == SECOND_ERASURE ? erasedBefore : template;
        }

        Traces traces() {
            return this == WITH_DEPENDENT ? OF_FORK : OF_VICTIM;
        }

        List<Post> gone() {
            return this == WITH_DEPENDENT ? List.of(FIRST_OF_FORKS) : List.of(VICTIM, VARIANT);
        }

        List<Sha256> before() {
            List<Sha256> letters = new ArrayList<>();
            letters.addAll(List.of(VICTIM.sum(), VARIANT.sum(), FORK.sum(), NEIGHBOUR.sum()));
            others().forEach(post -> letters.add(post.sum()));
            if (this != SECOND_ERASURE) {
                letters.add(FIRST_OF_FORKS.sum());
            }
            return letters;
        }

        List<Sha256> after() {
            List<Sha256> letters = new ArrayList<>(before());
            gone().forEach(post -> letters.remove(post.sum()));
            return letters;
        }
    }

    private static Post victim(String host) {
        return withEnclosures(
                "qwezzel@vastorp.example",
                "Xylobrim plan",
                "<v1@vastorp.example>",
                List.of("To: bruno@firm.example", "Bcc: grimbelwald@firm.example"),
                "Received: from outside.example by " + host + ".firm.example; Tue, 17 Mar 2026 09:12:01 +0000\r\n",
                "Her knuffelwort was told. ".repeat(20),
                enclosure("notes.txt", "trokkenheim was here\n".repeat(9).getBytes(StandardCharsets.US_ASCII)),
                enclosure("own.bin", octets(2, "SNORKELBAAR")),
                enclosure("contract.bin", octets(3, "")));
    }

    private static Post fork(String sender, String subject, String recipient) {
        return Post.plain(
                "f" + subject.length(),
                sender,
                "bruno@firm.example",
                subject,
                "What both letters say, line for line.\r\n".repeat(40),
                recipient);
    }

    private static List<Post> others() {
        List<Post> posts = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            posts.add(Post.plain(
                    "o" + i,
                    "anna@firm.example",
                    "bruno@firm.example",
                    "Other " + i,
                    ("line of the other letter " + i + "\r\n").repeat(1 + 400 * i),
                    "To: bruno@firm.example"));
        }
        return posts;
    }

    private static byte[] octets(int seed, String word) {
        byte[] octets = new byte[40_000];
        new Random(seed).nextBytes(octets);
        byte[] in = word.getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(in, 0, octets, 20_000, in.length);
        return octets;
    }

    private static String enclosure(String name, byte[] octets) {
        return "\r\n--xx\r\nContent-Type: application/octet-stream\r\nContent-Transfer-Encoding: base64\r\n"
                + "Content-Disposition: attachment; filename=" + name + "\r\n\r\n"
                + Base64.getMimeEncoder(76, new byte[] {'\r', '\n'}).encodeToString(octets);
    }

    private static Post withEnclosures(
            String sender,
            String subject,
            String messageId,
            List<String> recipients,
            String trace,
            String text,
            String... enclosures) {
        String letter = trace + "From: " + sender + "\r\nTo: bruno@firm.example\r\nSubject: " + subject
                + "\r\nMessage-ID: " + messageId + "\r\nDate: Tue, 17 Mar 2026 09:12:00 +0000\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: multipart/mixed; boundary=xx\r\n\r\n--xx\r\nContent-Type: text/plain\r\n\r\n" + text
                + String.join("", enclosures) + "\r\n--xx--\r\n";
        return new Post(sender, subject, messageId, recipients, letter.getBytes(StandardCharsets.US_ASCII));
    }

    @BeforeAll
    static void templates() throws Exception {
        template = fast(Program.freshDirectory("erasure"));
        template.ask("source", "add", "exchange", "--smtp", JOURNAL).done();
        Path first = Program.freshDirectory("erasure-in");
        write(first, "v1", VICTIM.report());
        write(first, "f1", FIRST_OF_FORKS.report());
        template.ask("import", first.toString(), "--as", "report").done();
        Path second = Program.freshDirectory("erasure-in");
        write(second, "v2", VARIANT.report());
        write(second, "again", blindTo(VICTIM, "zwollenstein@firm.example").report());
        write(second, "f2", FORK.report());
        write(second, "n", NEIGHBOUR.report());
        for (Post post : others()) {
            write(second, post.messageId().replaceAll("\\W", ""), post.report());
        }
        template.ask("import", second.toString(), "--as", "report").done();
        template.awaitIndexed();
        proofOfNeighbour = template.ask("proof", id(template, NEIGHBOUR)).done().octets();
        key = VerifierKey.parse(template.ask("ledger", "key").done().out());
        erasedBefore = copyOf(template);
        erasedBefore
                .ask("erase", id(erasedBefore, FIRST_OF_FORKS), "--reason", REASON)
                .done();
    }

    private static Program fast(Path data) {
        return Program.on(data).withJavaOptions("-XX:TieredStopAtLevel=1");
    }

    private static Program copyOf(Program program) throws IOException {
        Path data = Program.freshDirectory("erasure");
        SyscallKillTest.copy(program.data(), data);
        return fast(data);
    }

    private static Post blindTo(Post post, String blind) {
        return new Post(post.sender(), post.subject(), post.messageId(), List.of("Bcc: " + blind), post.mail());
    }

    private static void write(Path folder, String name, Content report) throws IOException {
        Files.write(folder.resolve(name + ".eml"), report.toByteArray(Integer.MAX_VALUE));
    }

    /// By a search that leaves no word of it in the audit trail.
    private static String id(Program program, Post post) {
        return program.ask("search", "*", "--limit", "100", "--json").done().jsonLines().stream()
                .filter(line -> line.path("subject").asString("").equals(post.subject()))
                .map(line -> line.path("id").asString(""))
                .findFirst()
                .orElseThrow();
    }

    private final List<Program> made = new ArrayList<>();

    private Program archive(Scene scene) throws IOException {
        Program program = copyOf(scene.template());
        made.add(program);
        return program;
    }

    @AfterEach
    void remove() throws IOException {
        for (Program program : made) {
            SyscallKillTest.remove(program.data());
        }
    }

    // ---- not killed ----

    @Test
    void aloneAndAgainAfterCompaction() throws Exception {
        Program program = archive(Scene.FIRST_ERASURE);
        assertThat(OF_VICTIM.in(program.data(), true))
                .as("there is something to find, wherever it can be")
                .anyMatch(f -> f.contains("record "))
                .anyMatch(f -> f.contains(" of the index"))
                .anyMatch(f -> f.contains("letter"));
        assertThat(OF_FORK.in(program.data(), true)).isNotEmpty();

        JsonNode done = program.run("erase", id(program, VICTIM), "--reason", REASON, "--json")
                .done()
                .json();
        assertThat(done.path("letters").longValue()).isEqualTo(2);
        assertThat(done.path("arrivals").longValue()).isEqualTo(3);
        assertThat(OF_VICTIM.in(program.data(), true)).isEmpty();
        program.run("erase", id(program, FIRST_OF_FORKS), "--reason", REASON).done();
        assertThat(OF_FORK.in(program.data(), true)).isEmpty();
        program.run("compact").done();
        assertThat(OF_VICTIM.in(program.data(), true)).isEmpty();
        assertThat(OF_FORK.in(program.data(), true)).isEmpty();
        program.ask("check").done();
        assertThat(program.ask("rebuild", "--compare").exit()).isZero();
        assertProofsStand(program);
        program.ask("rebuild").done();
        assertThat(OF_VICTIM.in(program.data(), true)).as("rebuilt").isEmpty();

        // what comes again, and what is let in again
        Path again = Program.freshDirectory("erasure-in");
        write(again, "v1", VICTIM.report());
        long discarded = program.stats().path("discarded").longValue();
        assertThat(program.ask("import", again.toString(), "--as", "report").exit())
                .isZero();
        assertThat(program.stats().path("discarded").longValue()).isEqualTo(discarded + 1);
        assertThat(OF_VICTIM.in(program.data(), true)).as("discarded").isEmpty();
        for (JsonNode mark : done.path("marks")) {
            program.ask("erase", "--readmit", mark.stringValue(), "--reason", "a mistake")
                    .done();
        }
        Path third = Program.freshDirectory("erasure-in");
        write(third, "v1-again", VICTIM.report());
        program.ask("import", third.toString(), "--as", "report").done();
        program.ask("check").done();
        assertThat(program.ask("show", id(program, VICTIM), "--raw").done().octets())
                .isEqualTo(VICTIM.original());
    }

    /// A proof that was given out before says what it said, and a new one can be had.
    private static void assertProofsStand(Program program) throws Exception {
        assertThat(LetterProof.verify(proofOfNeighbour, key.orElseThrow(), Optional.of(NEIGHBOUR.sum())))
                .isInstanceOf(LetterProof.Verdict.Proven.class);
        byte[] fresh = program.ask("proof", id(program, NEIGHBOUR)).done().octets();
        assertThat(LetterProof.verify(fresh, key.orElseThrow(), Optional.of(NEIGHBOUR.sum())))
                .isInstanceOf(LetterProof.Verdict.Proven.class);
    }

    @Test
    void whileItServes() throws Exception {
        Program program = archive(Scene.FIRST_ERASURE);
        String printed;
        try (Serving server = program.serve();
                Desk desk = Desk.of(server)) {
            program.run("erase", id(program, VICTIM), "--reason", REASON).done();
            assertThat(OF_VICTIM.in(program.data(), false))
                    .as("when it returns, it is done")
                    .isEmpty();
            assertThat(desk.letters()).containsExactlyInAnyOrderElementsOf(Scene.FIRST_ERASURE.after());
            assertDiscarded(server, desk, Scene.FIRST_ERASURE);
            assertProofsStand(program);
            printed = server.printed();
        }
        assertThat(printed.toLowerCase(Locale.ROOT))
                .as("what the server says")
                .doesNotContain(OF_VICTIM.words().stream()
                        .map(word -> word.toLowerCase(Locale.ROOT))
                        .toList());
        assertThat(OF_VICTIM.in(program.data(), true)).as("at rest").isEmpty();
        program.ask("check").done();
    }

    // ---- killed ----

    @Test
    void killedInTheMiddle() throws Exception {
        long seed = Long.getLong("crash.seed", System.nanoTime());
        System.out.println("ErasureKillTest seed " + seed);
        RandomGenerator random = new SplittableRandom(seed);
        TroubledDisk disk = TroubledDisk.calm();
        Map<Outcome, Integer> outcomes = new EnumMap<>(Outcome.class);
        Map<Work, Long> callsOf = new LinkedHashMap<>();
        for (Scene scene : Scene.values()) {
            for (boolean serving : List.of(false, true)) {
                Killed calm = new Killed(scene, serving, archive(scene), disk);
                calm.erase(0, How.AFTER);
                callsOf.put(new Work(scene, serving), calm.calls);
                calm.verify();
            }
        }
        long step = KillPoints.step(
                callsOf.values().stream().mapToLong(calls -> calls).sum(), MOST_IN_TURN);
        long started = System.nanoTime();
        int part = random.nextInt(callsOf.size());
        for (Map.Entry<Work, Long> each : callsOf.entrySet()) {
            Work work = each.getKey();
            long calls = each.getValue();
            for (long call : KILLS > 0 ? sample(calls, part, random) : KillPoints.inTurn(calls, step, random)) {
                How how = call == 1 ? How.BEFORE : HOWS.get(random.nextInt(HOWS.size()));
                Program program = archive(work.scene());
                Killed killed = new Killed(work.scene(), work.serving(), program, disk);
                try {
                    killed.erase(call, how);
                    Outcome outcome = killed.verify();
                    outcomes.merge(outcome, 1, Integer::sum);
                    System.out.printf(
                            "ErasureKillTest: %s, killed at call %d of %d (%s): %s%n", work, call, calls, how, outcome);
                } catch (AssertionError | Exception e) {
                    throw new AssertionError(
                            work + ", killed at call " + call + " of about " + calls + " (" + how + "); seed " + seed
                                    + "; " + program.data(),
                            e);
                }
                SyscallKillTest.remove(program.data());
                made.remove(program);
            }
            part = (part + 1) % callsOf.size();
        }
        System.out.printf(
                "ErasureKillTest: calls of each: %s, killed at %s: %s in %d s%n",
                callsOf,
                KILLS > 0 ? KILLS + " of them" : "every one of " + step,
                outcomes,
                Duration.ofNanos(System.nanoTime() - started).toSeconds());
        assertThat(outcomes).as("some were interrupted on either side").containsKeys(Outcome.NOT_BEGUN, Outcome.GONE);
    }

    /// An erasure in an archive, alone or beside a server.
    private record Work(Scene scene, boolean serving) {
        @Override
        public String toString() {
            return scene + (serving ? " while it serves" : " alone");
        }
    }

    /// The calls are in as many parts as there are kills in all; each kill falls into another of them.
    private static long[] sample(long calls, int part, RandomGenerator random) {
        int runs = 2 * Scene.values().length;
        double parts = runs * (double) KILLS;
        long[] sample = new long[KILLS];
        for (int i = 0; i < KILLS; i++) {
            boolean first = i == 0 && part == 0; // chance may leave this side out
            double at = first ? 0 : i * runs + part + random.nextDouble();
            sample[i] = 1 + (long) (at * calls / parts);
        }
        return sample;
    }

    private enum Outcome {
        NOT_BEGUN,
        GONE
    }

    /// An erasure that is interrupted, and the life after.
    private static final class Killed {
        private final Scene scene;
        private final boolean serving;
        private final Program program;
        private final TroubledDisk disk;
        private final String id;
        private long calls;
        private boolean answered;

        Killed(Scene scene, boolean serving, Program program, TroubledDisk disk) throws Exception {
            this.scene = scene;
            this.serving = serving;
            this.program = program;
            this.disk = disk;
            this.id = IDS.computeIfAbsent(scene, s -> id(s.template(), s.gone().getFirst()));
            if (!ERASED_RECORDS.containsKey(scene)) {
                ERASED_RECORDS.put(scene, erased(scene.template()));
            }
        }

        private static final Map<Scene, String> IDS = new EnumMap<>(Scene.class);

        /// How many there are before.
        private static final Map<Scene, Long> ERASED_RECORDS = new EnumMap<>(Scene.class);

        private ObjectNode asked() {
            return JsonNodeFactory.instance.objectNode().put("id", id).put("reason", REASON);
        }

        /// Erases, and dies at the call of this number; 0 to live on.
        void erase(long call, How how) throws Exception {
            disk.reset();
            if (serving) {
                try (Serving server = disk.under(program).serve();
                        Desk desk = Desk.of(server)) {
                    Thread.sleep(300); // what a start leaves to do
                    long before = disk.counted();
                    disk.killAt(call == 0 ? 0 : before + call, how);
                    try {
                        desk.line("erase", asked());
                        answered = true;
                        calls = disk.counted() - before;
                    } catch (IOException killed) {
                        assertThat(server.ended(Duration.ofSeconds(10))).isTrue();
                    }
                    if (call > 0) {
                        server.kill();
                    }
                }
            } else {
                disk.killAt(call, how);
                int exit =
                        disk.under(program).run("erase", id, "--reason", REASON).exit();
                answered = exit == 0;
                assertThat(answered || exit == 137).as("exit %d", exit).isTrue();
                calls = disk.counted();
            }
            disk.reset();
        }

        Outcome verify() throws Exception {
            if (answered) {
                assertThat(scene.traces().in(program.data(), false))
                        .as("it said that it was done")
                        .isEmpty();
            }
            Outcome outcome;
            try (Serving server = program.serve();
                    Desk desk = Desk.of(server)) {
                List<Sha256> letters = desk.letters();
                boolean begun = !letters.contains(scene.gone().getFirst().sum());
                assertThat(letters).containsExactlyInAnyOrderElementsOf(begun ? scene.after() : scene.before());
                outcome = begun ? Outcome.GONE : Outcome.NOT_BEGUN;
                if (!begun) {
                    assertThat(answered).isFalse();
                    assertThat(erased(program)).as("no tombstone").isEqualTo(ERASED_RECORDS.get(scene));
                    desk.check(false);
                    desk.line("erase", asked());
                }
                assertThat(scene.traces().in(program.data(), false)).isEmpty();
                assertThat(desk.letters()).containsExactlyInAnyOrderElementsOf(scene.after());
                desk.check(false);
                Program.assertBalanced(desk.line("stats"));
                assertThat(desk.line("rebuild.compare").path("equal").booleanValue())
                        .isTrue();
                assertDiscarded(server, desk, scene);
                assertThat(LetterProof.verify(proofOfNeighbour, key.orElseThrow(), Optional.of(NEIGHBOUR.sum())))
                        .isInstanceOf(LetterProof.Verdict.Proven.class);
            }
            assertThat(scene.traces().in(program.data(), true)).as("at rest").isEmpty();
            return outcome;
        }

        private static long erased(Program program) throws Exception {
            Process list = new ProcessBuilder(
                            Program.root()
                                    .resolve("docs/format/read_segment.py")
                                    .toString(),
                            program.data().toString(),
                            program.data().resolve("master.key").toString(),
                            "list")
                    .redirectError(ProcessBuilder.Redirect.INHERIT)
                    .start();
            String out = new String(list.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertThat(list.waitFor()).isZero();
            return out.lines().filter(line -> line.startsWith("erased")).count();
        }
    }

    /// What comes again is acknowledged, counted, told of, and not kept.
    private static void assertDiscarded(Serving server, Desk desk, Scene scene) throws Exception {
        long before = desk.line("stats").path("discarded").longValue();
        try (SmtpClient client = SmtpClient.connect(server.smtp(), "exchange.firm.example", Duration.ofSeconds(30))) {
            assertThat(client.send(
                                    Optional.of(new Address("postmaster@firm.example")),
                                    List.of(new Address(JOURNAL)),
                                    scene.gone().getFirst().report(),
                                    Way.DATA)
                            .kept())
                    .isTrue();
        }
        JsonNode books = desk.line("stats");
        Program.assertBalanced(books);
        assertThat(books.path("discarded").longValue()).isEqualTo(before + 1);
        assertThat(desk.letters()).containsExactlyInAnyOrderElementsOf(scene.after());
        assertThat(server.printed()).contains("ALARM: erased exchange: Mail that was erased came again");
    }
}
