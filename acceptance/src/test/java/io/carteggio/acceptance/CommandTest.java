package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// The commands as a contract: exit codes, fields, and the same answers with and without a running server, and by
/// the script as by [Program#ask].
@Tag("peers")
class CommandTest {
    private static final List<String> COUNTS =
            List.of("received", "letters", "evidence", "notices", "quarantined", "discarded", "originals", "rawBytes");

    /// A small archive of four reports, one of them twice, and a plain mail.
    private static Program archive(String name) throws IOException {
        Path files = Program.freshDirectory(name + "-files");
        for (int i = 1; i <= 4; i++) {
            Files.write(files.resolve("report" + i + ".eml"), post(i).report().toByteArray(1 << 20));
        }
        Files.write(files.resolve("report5-again.eml"), post(4).report().toByteArray(1 << 20));
        Files.write(files.resolve("plain.eml"), post(6).original());
        Program program = Program.on(Program.freshDirectory(name));
        program.ask("person", "add", "Anna Berg", "anna@firm.example").done();
        program.ask("person", "add", "Dora Engel", "dora@firm.example").done();
        program.ask("person", "add", "Emil Faber", "emil@firm.example").done();
        program.ask("import", files.toString()).done();
        return program;
    }

    private static Post post(int i) {
        return Post.plain(
                "c" + i,
                "anna@firm.example",
                "bruno@firm.example",
                "Überblick number" + i,
                "Text of letter " + i + ".",
                "To: bruno@firm.example",
                "Bcc: dora@firm.example, Expanded: board@firm.example");
    }

    @Test
    void fieldsThatScriptsRelyOn() throws Exception {
        Program program = archive("fields");
        JsonNode stats = program.stats();
        for (String field : COUNTS) {
            assertThat(stats.path(field).isIntegralNumber()).as(field).isTrue();
            assertThat(stats.path("sources").path(0).path(field).isIntegralNumber())
                    .as("sources[].%s", field)
                    .isTrue();
        }
        for (String field : List.of("storedBytes", "indexBytes", "indexLag")) {
            assertThat(stats.path(field).isIntegralNumber()).as(field).isTrue();
        }
        Program.assertBalanced(stats);
        assertThat(stats.path("received").longValue()).isEqualTo(6);
        assertThat(stats.path("letters").longValue()).isEqualTo(5);
        assertThat(stats.path("evidence").longValue()).isEqualTo(1);
        assertThat(stats.path("originals").longValue()).isEqualTo(5);
        assertThat(stats.path("storedBytes").longValue()).isPositive();

        List<JsonNode> found = program.search("Anna Berg", "number2");
        assertThat(found).hasSize(1);
        JsonNode line = found.getFirst();
        assertThat(line.path("id").stringValue()).matches("[a-z2-7]{32}");
        assertThat(line.path("date").stringValue()).isEqualTo("2026-03-17T09:12:00Z");
        assertThat(line.path("from").stringValue()).isEqualTo("anna@firm.example");
        assertThat(line.path("to").get(0).stringValue()).isEqualTo("bruno@firm.example");
        assertThat(line.path("cc").isArray()).isTrue();
        assertThat(line.path("subject").stringValue()).isEqualTo("Überblick number2");
        assertThat(line.path("bytes").longValue()).isEqualTo(post(2).original().length);
        assertThat(line.path("attachments").isArray()).isTrue();

        Path report = Files.write(
                Program.freshDirectory("unwrap").resolve("r.eml"),
                post(3).report().toByteArray(1 << 20));
        JsonNode said =
                program.run("unwrap", report.toString(), "--json").done().json();
        assertThat(said.path("dialect").stringValue()).isNotBlank();
        assertThat(said.path("sender").stringValue()).isEqualTo("anna@firm.example");
        assertThat(said.has("onBehalfOf")).isTrue();
        assertThat(said.path("subject").stringValue()).isEqualTo("Überblick number3");
        assertThat(said.path("messageId").stringValue()).contains("c3@firm.example");
        assertThat(said.path("recipients").path(1).path("role").stringValue()).isEqualTo("bcc");
        assertThat(said.path("recipients").path(1).path("address").stringValue())
                .isEqualTo("dora@firm.example");
        assertThat(said.path("recipients").path(1).path("expanded").stringValue())
                .isEqualTo("board@firm.example");
        assertThat(said.path("recipients").path(1).has("forwarded")).isTrue();
        JsonNode original = said.path("originals").path(0);
        assertThat(original.path("bytes").longValue()).isEqualTo(post(3).original().length);
        assertThat(original.path("sha256").stringValue())
                .isEqualTo(post(3).sum().toString());
        assertThat(original.path("kind").stringValue()).isNotBlank();
        assertThat(said.path("warnings").isArray()).isTrue();
    }

    @Test
    void exitCodesAndErrorStream() throws Exception {
        Program program = archive("exits");
        Map<List<String>, Integer> expected = new LinkedHashMap<>();
        expected.put(List.of("--help"), 0);
        expected.put(List.of("--version"), 0);
        expected.put(List.of("search", "--help"), 0);
        expected.put(List.of("stats"), 0);
        expected.put(List.of("search", "nothinghasthisword"), 0);
        expected.put(List.of("nonsense"), 2);
        expected.put(List.of("search", "--no-such-option", "x"), 2);
        expected.put(List.of("import"), 2);
        expected.put(List.of("show"), 2);
        expected.put(List.of("show", "a".repeat(32)), 1);
        expected.put(List.of("import", "/no/such/file.eml"), 1);
        expected.put(List.of("unwrap", "/no/such/file.eml"), 1);
        expected.put(List.of("search", "x", "--as", "Nobody At All"), 1);
        expected.put(List.of("search", "subject:(unclosed"), 2);
        expected.put(List.of("person", "add", "Anna Berg", "anna@firm.example"), 0);
        List<String> wrong = new ArrayList<>();
        for (var each : expected.entrySet()) {
            var ran = program.run(each.getKey().toArray(String[]::new));
            if (ran.exit() != each.getValue()) {
                wrong.add(each + " but " + ran.exit() + ": " + ran.out() + ran.err());
            }
            boolean quiet =
                    ran.out().isBlank() || each.getKey().getFirst().equals("import"); // it says its books anyway
            if (ran.exit() != 0 && (ran.err().isBlank() || !quiet || ran.err().contains("\tat "))) {
                wrong.add(each + ": errors go to stderr, in words: " + ran.out() + ran.err());
            }
        }
        assertThat(wrong).isEmpty();
    }

    /// A process for each answer takes long: so the script gives only some of them.
    private static final Set<String> BY_SCRIPT = Set.of("search", "show", "check");

    @Test
    void theSameAnswersWithAndWithoutServer() throws Exception {
        Program program = archive("same");
        program.awaitIndexed();
        String id = program.find("Dora Engel", "number3").orElseThrow();
        List<List<String>> questions = List.of(
                List.of("search", "überblick", "--json"),
                List.of("search", "number3", "--as", "Dora Engel", "--json"),
                List.of("search", "number3", "--as", "Emil Faber", "--json"),
                List.of("show", id, "--json", "--as", "Dora Engel"),
                List.of("show", id, "--raw"),
                List.of("show", id, "--evidence", "--arrival", "3"),
                List.of("show", id, "--as", "Emil Faber"),
                List.of("person", "list", "--json"),
                List.of("source", "list", "--json"),
                List.of("check"),
                List.of("show", "b".repeat(32)));
        List<Answer> without =
                questions.stream().map(q -> Answer.of(program, q)).toList();
        assertTheScriptAnswers(program, questions, without);
        try (Serving server = program.serve()) {
            List<Answer> with =
                    questions.stream().map(q -> Answer.of(program, q)).toList();
            for (int i = 0; i < questions.size(); i++) {
                if (!questions.get(i).getFirst().equals("source")) { // the first start adds one of its own
                    assertThat(with.get(i)).as("%s", questions.get(i)).isEqualTo(without.get(i));
                }
            }
            assertTheScriptAnswers(program, questions, with);
            JsonNode stats = program.stats();
            assertThat(stats.path("received").longValue()).isEqualTo(6);
            Path more = Files.write(
                    Program.freshDirectory("more").resolve("7.eml"),
                    post(7).report().toByteArray(1 << 20));
            program.run("import", more.toString()).done();
            assertThat(program.stats().path("received").longValue())
                    .as("import into a running server")
                    .isEqualTo(7);
            assertThat(server.stop()).as("SIGTERM is a clean end").isIn(0, 143);
        }
        assertThat(program.stats().path("received").longValue()).isEqualTo(7);
    }

    private record Answer(int exit, String out, String err) {
        static Answer of(Program program, List<String> question) {
            return of(program.ask(question.toArray(String[]::new)));
        }

        static Answer of(Program.Ran ran) {
            return new Answer(ran.exit(), new String(ran.octets(), StandardCharsets.ISO_8859_1), ran.err());
        }
    }

    /// The last question of each of some commands; the last `show` fails.
    private static void assertTheScriptAnswers(Program program, List<List<String>> questions, List<Answer> answers) {
        for (String command : BY_SCRIPT) {
            int at = questions.size() - 1;
            while (!questions.get(at).getFirst().equals(command)) {
                at--;
            }
            assertThat(Answer.of(program.run(questions.get(at).toArray(String[]::new))))
                    .as("%s by the script", questions.get(at))
                    .isEqualTo(answers.get(at));
        }
    }

    @Test
    void checkFindsOneFlippedBitAndNamesTheLetter() throws Exception {
        Program program = archive("flip");
        program.ask("check").done();
        String id = program.ask("search", "number2", "--json")
                .done()
                .jsonLines()
                .getFirst()
                .path("id")
                .stringValue();
        flipInLetter(program, post(2).sum());
        var check = program.run("check").exit(1);
        assertThat(check.out() + check.err()).as("the damaged letter is named").contains(id);
        var shown = program.run("show", id, "--raw").exit(1);
        assertThat(shown.octets())
                .as("damaged bytes are not given out as the letter")
                .isEmpty();
        var others =
                program.ask("search", "number3", "--json").done().jsonLines().getFirst();
        assertThat(Sha256.of(program.ask("show", others.path("id").stringValue(), "--raw")
                        .done()
                        .octets()))
                .as("the others are well")
                .isEqualTo(post(3).sum());
    }

    /// Letters are sealed: where one lies is known from the independent reader, and from the frame's table
    /// (`docs/format/segment.md`).
    private static void flipInLetter(Program program, Sha256 sum) throws Exception {
        Process reader = new ProcessBuilder(
                        Program.root().resolve("docs/format/read_segment.py").toString(),
                        program.data().toString(),
                        program.data().resolve("master.key").toString(),
                        "list")
                .start();
        String[] place = new String(reader.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                .lines()
                .filter(line -> line.startsWith(sum.toString()))
                .map(line -> line.substring(line.lastIndexOf(' ') + 1).split("/"))
                .findFirst()
                .orElseThrow();
        Path file = program.data().resolve("vault/0000000001.seg");
        ByteBuffer segment = ByteBuffer.wrap(Files.readAllBytes(file));
        int at = 104 + segment.getInt(88);
        while (segment.getLong(at + 8) != Long.parseLong(place[0])) {
            at += (int) segment.getLong(at + 16);
        }
        int record = at + 68 + 48 * segment.getShort(at + 6);
        for (int i = 0; i < Integer.parseInt(place[1]); i++) {
            record += (int) segment.getLong(at + 64 + 48 * i + 8);
        }
        segment.put(record + 5, (byte) (segment.get(record + 5) ^ 1));
        Files.write(file, segment.array());
    }

    @Test
    void importIsResumableAndSaysTheBooks() throws Exception {
        Path files = Program.freshDirectory("resume-files");
        for (int i = 1; i <= 20; i++) {
            Files.write(files.resolve("m" + i + ".eml"), post(i).report().toByteArray(1 << 20));
        }
        Program program = Program.on(Program.freshDirectory("resume"));
        JsonNode first =
                program.run("import", files.toString(), "--json").done().json();
        assertThat(first.path("letters").longValue()).isEqualTo(20);
        JsonNode again =
                program.run("import", files.toString(), "--json").done().json();
        Program.assertBalanced(again);
        assertThat(program.stats().path("originals").longValue())
                .as("never a second letter")
                .isEqualTo(20);
    }

    @Test
    void helpComesQuickly() throws Exception {
        Program program = Program.on(Program.freshDirectory("help"));
        program.run("--help").done(); // builds what is not yet built
        assertThat(program.run("--version").done().out()).matches("carteggio \\d+\\.\\d+\\.\\d+.*, on Java 2\\d.*\\s*");
        long best = Long.MAX_VALUE;
        for (int i = 0; i < 3; i++) {
            long start = System.nanoTime();
            program.run("--help").done();
            best = Math.min(best, System.nanoTime() - start);
        }
        assertThat(Duration.ofNanos(best)).isLessThan(Duration.ofMillis(1500));
    }
}
