package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.audit.Actor;
import io.carteggio.server.AccessMatrix;
import io.carteggio.server.AccessMatrix.Row;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.local.Operations;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Request;
import java.io.ByteArrayInputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/// Walks every operation as whoever has the machine, in two-person mode, and the whole tree of commands: each
/// as the table says. What has no row fails.
class OperationMatrixTest {
    private static final String PASSWORD = "a quiet evening by the lake";

    @TempDir
    Path folder;

    @Test
    void everyOperationAtTheMachineInTwoPersonMode() throws Exception {
        Shell shell = new Shell(folder.resolve("data"));
        shell.done(
                "import",
                Shell.write(folder.resolve("a.eml"), Shell.mail("anna@example.com", "b@x.org", "A", "x"))
                        .toString());
        shell.done("person", "add", "Ada", "--role", "administrator");
        shell.done("person", "add", "Olga", "--role", "data-protection-officer");
        for (String name : List.of("Ada", "Olga")) {
            assertThat(shell.runWith(PASSWORD + "\n", "person", "password", name)
                            .exit())
                    .isZero();
        }
        shell.done("hold", "add", "h", "nothing", "--reason", "x");
        shell.done("retention", "set", "--min", "9");
        String letter =
                shell.done("search", "", "--json").lines().getFirst().path("id").stringValue();
        shell.done("mode", "two-person", "--reason", "two");
        Map<String, Row> table = AccessMatrix.of("operation");
        List<String> wrong = new ArrayList<>();
        try (Archive archive = Archive.open(shell.data(), Clock.systemUTC()).orElseThrow()) {
            OpenDesk desk = OpenDesk.of(archive);
            Operations operations = DeskOperations.of(desk);
            Set<String> names = new TreeSet<>();
            operations.names().forEach(names::add);
            assertThat(names).as("rows in access-matrix.tsv").isEqualTo(table.keySet());
            String ada = desk.people()
                    .directory()
                    .named("Ada", desk.acts().now())
                    .map(Person::id)
                    .orElseThrow();
            for (Row row : table.values()) {
                String[] note = row.note().split(" ", 2);
                String text = note[1].replace("LETTER", letter).replace("ADA", ada);
                ObjectNode params = (ObjectNode) JsonMapper.shared().readTree(text);
                Outcome outcome = operations.run(
                        new Request(row.name(), params, new ByteArrayInputStream(new byte[0]), Actor.MACHINE),
                        new Lines(line -> {}));
                String error = outcome.error().orElse("");
                String came = error.contains("this takes a second person")
                        ? "two"
                        : error.contains("in two-person mode letters are read") ? "never" : "alone";
                if (!came.equals(note[0])) {
                    wrong.add(row.name() + ": " + note[0] + ", but " + came + " (" + error + ")");
                }
            }
            desk.jobs().close();
        }
        assertThat(wrong).isEmpty();
    }

    @Test
    void everyCommandAsksForWhatTheTableSays() {
        Console console = new Console(
                new ByteArrayInputStream(new byte[0]),
                new PrintStream(java.io.OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                new PrintStream(java.io.OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8),
                Map.of(),
                false);
        Set<String> commands = new TreeSet<>();
        leaves("", new Carteggio(console, new ArchiveOpener()).commandLine(), commands);
        Map<String, Row> table = AccessMatrix.of("command");
        assertThat(commands).as("rows in access-matrix.tsv").isEqualTo(table.keySet());
        Set<String> operations = AccessMatrix.of("operation").keySet();
        Set<String> asked = new HashSet<>();
        for (Row row : table.values()) {
            if (!row.note().equals("-")) {
                List<String> named = Arrays.asList(row.note().split(" ", -1));
                assertThat(operations).as(row.name()).containsAll(named);
                asked.addAll(named);
            }
        }
        Set<String> nobodys = new TreeSet<>(operations);
        nobodys.removeAll(asked);
        assertThat(nobodys)
                .as("operations that no command asks for")
                .containsExactlyInAnyOrder("job.start", "key.renew");
    }

    private static void leaves(String path, CommandLine line, Set<String> found) {
        if (line.getSubcommands().isEmpty()) {
            found.add(path);
        }
        line.getSubcommands().forEach((name, below) -> leaves(path.isEmpty() ? name : path + " " + name, below, found));
    }
}
