package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Disabled;
import org.junit.jupiter.api.Test;

/// "Every failure mode … as a table: what happens to the mail, the job, the alarm": each row names tests
/// that are there. Whether they show what the row says, a person must read.
class FailureTableTest {
    private static final Pattern TEST = Pattern.compile("`(\\w+)#(\\w+)`");

    private static final String STRING = "\"(?:\\\\.|[^\"\\\\])*+\"";
    private static final String ANNOTATION =
            "@[\\w.]+(?:\\((?:[^()\"]|" + STRING + "|\\((?:[^()\"]|" + STRING + ")*+\\))*+\\))?+";
    private static final String BETWEEN = "(?:\\s*+(?:" + ANNOTATION + "|public|protected|default|final)(?![\\w.]))*+";

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

    /// By the class where it is on our path, which that of other modules is not; else by its source.
    private static boolean isTest(Path file, String method) throws IOException {
        String path = file.toString().replace('\\', '/');
        String name = path.substring(path.indexOf("src/test/java/") + "src/test/java/".length())
                .replace(".java", "")
                .replace('/', '.');
        try {
            Class<?> test = Class.forName(name, false, FailureTableTest.class.getClassLoader());
            return Arrays.stream(test.getDeclaredMethods())
                    .filter(m -> m.getName().equals(method))
                    .anyMatch(FailureTableTest::runs);
        } catch (ClassNotFoundException e) {
            return isTest(Files.readString(file), method);
        }
    }

    private static boolean runs(Method method) {
        return !method.isAnnotationPresent(Disabled.class)
                && Arrays.stream(method.getAnnotations())
                        .map(a -> a.annotationType().getSimpleName())
                        .anyMatch(a -> List.of("Test", "TestFactory", "ParameterizedTest")
                                .contains(a));
    }

    private static boolean isTest(String source, String method) {
        String code = Pattern.compile("^\\s*//.*$|^\\s*/\\*.*?\\*/", Pattern.MULTILINE | Pattern.DOTALL)
                .matcher(source.replaceAll("(?m)^\\s*//.*$", ""))
                .replaceAll("");
        Matcher test = Pattern.compile("(" + BETWEEN + ")\\s*+void\\s+" + method + "\\s*\\(")
                .matcher(code);
        while (test.find()) {
            String annotations = test.group(1);
            if (Pattern.compile("@(Parameterized)?Test\\b").matcher(annotations).find()
                    && !annotations.contains("@Disabled")) {
                return true;
            }
        }
        return false;
    }

    @Test
    void aTestIsWhatIsMarkedAsOneItself() {
        record Row(boolean is, String source) {}
        for (Row row : List.of(
                new Row(true, "@Test\nvoid a() {}"),
                new Row(true, "int x;\n\n    @Test\n    public void a() throws Exception {"),
                new Row(true, "@Test\n@Tag(\"slow\")\n@Timeout(value = 3, unit = SECONDS)\nvoid a() {}"),
                new Row(true, "@Tag(\"(\")\n@Test\nvoid a() {}"),
                new Row(true, "@ParameterizedTest\n@CsvSource({\"1, (2\", \"3\\\"\"})\nvoid a(int x, int y) {}"),
                new Row(true, "@ParameterizedTest(name = \"{0}\")\n@ValueSource(ints = {f(1), 2})\nvoid a(int x) {}"),
                new Row(false, "@Test\nvoid b() {}\n\nprivate void a() {}"),
                new Row(false, "@Test\nvoid b() { a(); }\n\nvoid a() {}"),
                new Row(false, "@Test\nvoid ab() {}"),
                new Row(false, "@Test\nvoid ba() {}"),
                new Row(false, "@BeforeEach\nvoid a() {}"),
                new Row(false, "// @Test\nvoid a() {}"),
                new Row(false, "/* @Test */\nvoid a() {}"),
                new Row(false, "@Test\n@Disabled(\"slow\")\nvoid a() {}"),
                new Row(false, "@Disabled\n@Test\nvoid a() {}"))) {
            assertThat(isTest(row.source, "a")).as(row.source).isEqualTo(row.is);
        }
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
                if (file == null || !isTest(file, named.group(2))) {
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
