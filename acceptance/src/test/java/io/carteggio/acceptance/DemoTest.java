package io.carteggio.acceptance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

/// What a newcomer sees first: `./carteggio serve --demo` makes a living archive.
@Tag("peers")
class DemoTest {
    private static final int LEAST_LETTERS = 500;
    private static final Pattern DATA = Pattern.compile("(/\\S*[^\\s.,;:)'\"])");

    @Test
    void aLivingArchiveAtOnce() throws Exception {
        Program anywhere = Program.on(Program.freshDirectory("demo"));
        long start = System.nanoTime();
        try (Serving server = anywhere.serve("--demo")) {
            Program program = programOf(server, anywhere);
            JsonNode books = awaitFilled(program);
            System.out.printf(
                    "DemoTest: %d letters %d s after the start%n",
                    books.path("originals").longValue(),
                    Duration.ofNanos(System.nanoTime() - start).toSeconds());
            Program.assertBalanced(books);
            assertThat(books.path("originals").longValue()).isGreaterThanOrEqualTo(LEAST_LETTERS);
            assertThat(books.path("evidence").longValue()).as("duplicates").isPositive();
            assertThat(books.path("quarantined").longValue())
                    .as("what cannot be read")
                    .isPositive();
            program.awaitIndexed();

            List<String> people = program.ask("person", "list", "--json").done().jsonLines().stream()
                    .map(p -> p.path("name").stringValue())
                    .toList();
            assertThat(people).hasSizeGreaterThanOrEqualTo(12);
            for (String word : List.of("fattura", "Rechnung", "facture", "τιμολόγιο", "請求書")) {
                assertThat(found(program, word)).as("letters with %s", word).isPositive();
            }
            List<Long> own = people.stream()
                    .map(name -> (long) program.search(name, "").size())
                    .collect(Collectors.toList());
            assertThat(own).as("letters of each person").anyMatch(n -> n > 20).allMatch(n -> n < LEAST_LETTERS);
            program.ask("check").done();
        }
    }

    private static long found(Program program, String word) {
        return program.ask("search", word, "--json").done().jsonLines().stream()
                .filter(line -> line.has("id"))
                .count();
    }

    /// The demo may use a throw-away directory of its own, which it prints.
    private static Program programOf(Serving server, Program given) {
        if (java.nio.file.Files.exists(given.data().resolve("vault"))) {
            return given;
        }
        Matcher paths = DATA.matcher(server.printed());
        while (paths.find()) {
            java.nio.file.Path path = java.nio.file.Path.of(paths.group(1));
            if (java.nio.file.Files.isDirectory(path.resolve("vault"))) {
                return Program.on(path);
            }
        }
        throw new AssertionError("where is the demo's archive?\n" + server.printed());
    }

    private static JsonNode awaitFilled(Program program) throws InterruptedException {
        long until = System.nanoTime() + TimeUnit.SECONDS.toNanos(90);
        JsonNode books = program.stats();
        long before = -1;
        while (System.nanoTime() < until
                && (books.path("originals").longValue() < LEAST_LETTERS
                        || books.path("received").longValue() != before)) {
            before = books.path("received").longValue();
            Thread.sleep(500);
            books = program.stats();
        }
        return books;
    }
}
