package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// "Every failure mode … as a table: what happens to the mail, the job, the alarm": each row names tests
/// that are there.
class FailureTableTest {
    private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");

    private static Path root() {
        return Path.of(Optional.ofNullable(System.getProperty("carteggio.root")).orElseThrow());
    }

    private static Map<String, Path> tests() throws IOException {
        Map<String, Path> tests = new HashMap<>();
        for (String module : List.of("mail", "archive", "embedded", "extract", "server", "acceptance")) {
            try (Stream<Path> files = Files.walk(root().resolve(module).resolve("src/test/java"))) {
                files.filter(f -> f.toString().endsWith(".java")) // what several tests extend has tests, too
                        .forEach(f -> tests.put(f.getFileName().toString().replace(".java", ""), f));
            }
        }
        return tests;
    }

    @Test
    void everyRowIsShownByATest() throws Exception {
        Map<String, Path> tests = tests();
        List<String> wrong = new ArrayList<>();
        int rows = 0;
        for (String line : Files.readAllLines(root().resolve("docs/operations/failures.md"))) {
            if (!line.startsWith("| ") || line.startsWith("| what |") || line.startsWith("| --- |")) {
                continue;
            }
            rows++;
            String[] cells = line.split("(?<!\\\\)\\|", -1);
            assertThat(cells).as(line).hasSize(7);
            Matcher named = TEST.matcher(cells[5]);
            boolean any = false;
            while (named.find()) {
                any = true;
                Path file = tests.get(named.group(1));
                if (file == null
                        || !Files.readString(file)
                                .matches("(?s).*@(Parameterized)?Test\\b.*void " + named.group(2) + "\\(.*")) {
                    wrong.add(named.group());
                }
            }
            if (!any) {
                wrong.add("no test: " + line);
            }
        }
        assertThat(wrong).isEmpty();
        assertThat(rows).isGreaterThan(50);
    }
}
