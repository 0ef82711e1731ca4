package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `quarantine`, as an administrator uses it without a server.
class QuarantineCommandTest {
    private static final String SECRET = "Her knuffelwort was told.";

    @TempDir
    Path folder = Path.of("");

    private Shell shell = new Shell(Path.of(""));

    @BeforeEach
    void archive() throws IOException {
        shell = new Shell(folder.resolve("data"));
        for (String name : List.of("one", "two")) {
            Path file = Shell.write(
                    folder.resolve("in/" + name + ".eml"),
                    Shell.mail("a@firm.example", "b@firm.example", name, SECRET));
            shell.done("import", file.toString(), "--as", "report", "--source", "box");
        }
    }

    private List<JsonNode> listed(String... options) {
        String[] command = new String[options.length + 3];
        command[0] = "quarantine";
        command[1] = "list";
        command[2] = "--json";
        System.arraycopy(options, 0, command, 3, options.length);
        return shell.done(command).lines();
    }

    private void allIsWell() {
        assertThat(shell.done("check").out()).contains("all is well");
        assertThat(shell.done("rebuild", "--compare").out()).contains("the same");
    }

    @Test
    void whatLiesHereIsShownAndCanBeClosed() {
        String one = listed().getFirst().path("arrival").toString();
        assertThat(shell.done("quarantine").out())
                .contains("not a journal report")
                .doesNotContain("knuffelwort");
        assertThat(shell.done("quarantine", "show", one).out())
                .contains("not a journal report")
                .contains("it would stay: not a journal report")
                .doesNotContain("knuffelwort");
        assertThat(new String(shell.done("quarantine", "show", one, "--raw").octets(), StandardCharsets.ISO_8859_1))
                .isEqualTo(Shell.mail("a@firm.example", "b@firm.example", "one", SECRET));

        Shell.Said stays = shell.run("quarantine", "retry", "--all");
        assertThat(stays.exit()).as("the answer is no").isEqualTo(1);
        assertThat(stays.out().lines()).hasSize(2).allMatch(line -> line.contains("stays (not a journal report)"));
        assertThat(shell.run("quarantine", "release", one, "--why", "looked").exit())
                .as("no release makes a report of it")
                .isEqualTo(1);

        assertThat(shell.done("quarantine", "discard", one, "--why", "an advertisement")
                        .out())
                .startsWith(one + ": discarded, arrival ");
        assertThat(listed()).hasSize(1);
        JsonNode left = listed("--left").getFirst();
        assertThat(left.path("disposition").stringValue()).isEqualTo("discarded");
        assertThat(left.path("left").path("by").stringValue()).isEqualTo("operator");
        assertThat(left.path("left").path("why").stringValue()).isEqualTo("an advertisement");
        assertThat(shell.done("quarantine", "--left").out())
                .contains("by operator")
                .contains(": an advertisement");
        JsonNode books = shell.done("stats", "--json").json();
        assertThat(books.path("received").longValue()).isEqualTo(2);
        assertThat(books.path("quarantined").longValue()).isEqualTo(1);
        assertThat(books.path("discarded").longValue()).isEqualTo(1);
        allIsWell();
        shell.done("rebuild");
        allIsWell();
        assertThat(listed("--left")).hasSize(2);
        assertThat(shell.done("erase", "--arrival", one, "--reason", "asked for")
                        .exit())
                .as("its octets were there still")
                .isZero();
        assertThat(listed("--left")).hasSize(1);
        allIsWell();
    }

    @Test
    void aPersonTakesAPlainMailForALetter() {
        String one = listed().getFirst().path("arrival").toString();
        shell.done("person", "add", "Bruna", "b@firm.example");
        assertThat(shell.done("quarantine", "release", one, "--as-letter", "--why", "she wrote there")
                        .out())
                .startsWith(one + ": letters, arrival ");
        assertThat(shell.done("search", SECRET, "--as", "Bruna").out()).contains("one");
        allIsWell();
    }

    @Test
    void wrongUsage() {
        assertThat(shell.run("quarantine", "retry").exit()).isEqualTo(2);
        assertThat(shell.run("quarantine", "retry", "--all", "3").exit()).isEqualTo(2);
        assertThat(shell.run("quarantine", "discard", "3").exit()).isEqualTo(2);
        assertThat(shell.run("quarantine", "discard", "3", "--why", " ").exit()).isEqualTo(1);
        assertThat(shell.run("quarantine", "show", "4711").exit()).isEqualTo(1);
        Shell.Said unknown = shell.run("quarantine", "retry", "4711");
        assertThat(unknown.exit()).isEqualTo(1);
        assertThat(unknown.out()).contains("no such mail is or was in quarantine");
    }
}
