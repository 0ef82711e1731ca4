package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Whose way a canary tests must be said where there is more than one.
@Tag("slow")
class CanaryCommandTest {
    @TempDir
    Path folder = Path.of("");

    private static String[] set(String... more) {
        List<String> words = new ArrayList<>(List.of(
                "canary", "set", "--server", "mx.example", "--from", "c@firm.example", "--to", "n@firm.example"));
        words.addAll(Arrays.asList(more));
        return words.toArray(String[]::new);
    }

    @Test
    void theSourceIsTheOnlyOneOrTheOneThatIsNamed() {
        Shell shell = new Shell(folder.resolve("data"));
        shell.done("source", "add", "copies", "--smtp", "copies-7f3a@archive.example", "--family", "multidrop");
        shell.done(set());
        assertThat(shell.done("canary", "show").out()).contains("source=copies");
        shell.done("source", "add", "exchange", "--smtp", "journal-7f3a@archive.example");
        shell.done("source", "add", "second", "--smtp", "second-7f3a@archive.example");
        shell.done("source", "add", "returned", "--smtp", "ndr-7f3a@archive.example", "--family", "ndr");
        assertThat(shell.run(set()).err()).contains("copies", "exchange", "second", "name the source");
        for (String wrong : List.of("nosuch", "returned")) {
            assertThat(shell.run(set("--source", wrong)).err()).contains("there is no source " + wrong);
        }
        assertThat(shell.done("canary", "show").out()).as("as it was").contains("source=copies");
        shell.done(set("--source", "second"));
        assertThat(shell.done("canary", "show").out()).contains("source=second");
    }
}
