package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `unknown`, as an administrator uses it without a server.
@Tag("slow")
class UnknownCommandTest {
    private static final String SECRET = "Her knuffelwort was told.";

    @TempDir
    Path folder = Path.of("");

    private Shell shell = new Shell(Path.of(""));

    @BeforeEach
    void archive() throws IOException {
        shell = new Shell(folder.resolve("data"));
        shell.done("person", "add", "Anna Rossi", "anna.rossi@firm.example");
        shell.done("person", "add", "Bruno Bianchi", "bruno.bianchi@firm.example");
        List<String> to = List.of(
                "anna.rossi@firm.example",
                "ana.rossi@firm.example",
                "ana.rossi@firm.example",
                "dora.galli@firm.example",
                "someone@elsewhere.example");
        for (int i = 0; i < to.size(); i++) {
            Path file = Shell.write(
                    folder.resolve("in/" + i + ".eml"),
                    Shell.mail("x@elsewhere.example", to.get(i), "no " + i, SECRET));
            shell.done("import", file.toString());
        }
    }

    private List<JsonNode> listed(String... options) {
        String[] command = new String[options.length + 3];
        command[0] = "unknown";
        command[1] = "list";
        command[2] = "--json";
        System.arraycopy(options, 0, command, 3, options.length);
        return shell.done(command).lines();
    }

    @Test
    void whatNobodyOwnsIsToldByAddressAndGivenToWhoseItIs() {
        List<JsonNode> lines = listed();
        assertThat(lines.getFirst().path("letters").longValue()).isEqualTo(4);
        assertThat(lines.getFirst().path("kinds").path("foreign").longValue()).isEqualTo(2);
        assertThat(lines.subList(1, lines.size()))
                .extracting(l -> l.path("address").stringValue() + " "
                        + l.path("kind").stringValue() + " " + l.path("letters").longValue())
                .containsExactlyInAnyOrder("ana.rossi@firm.example typo 2", "dora.galli@firm.example missing 1");
        assertThat(listed("--all")).hasSize(5);
        assertThat(listed("--kind", "foreign", "--domain", "ELSEWHERE.example")).hasSize(3);
        assertThat(shell.done("unknown", "list", "--all").out())
                .contains("4 letters without an owner")
                .contains("Anna Rossi (anna.rossi@firm.example)")
                .doesNotContain("knuffelwort");

        assertThat(shell.done("unknown", "assign", "--suggested", "typo", "--dry-run")
                        .out())
                .isEqualToIgnoringNewLines("would give: ana.rossi@firm.example to Anna Rossi");
        assertThat(listed()).hasSize(3);
        assertThat(shell.done("search", "--as", "Anna Rossi", "--json", "").lines())
                .hasSize(1);
        assertThat(shell.done("unknown", "assign", "--suggested", "typo,old-domain")
                        .out())
                .isEqualToIgnoringNewLines("given: ana.rossi@firm.example to Anna Rossi");
        assertThat(shell.done("search", "--as", "Anna Rossi", "--json", "").lines())
                .hasSize(3);
        assertThat(shell.done("unknown", "assign", "Bruno Bianchi", "dora.galli@firm.example", "--to", "2001-01-01")
                        .out())
                .startsWith("given: ");
        assertThat(listed().getFirst().path("letters").longValue())
                .as("hers, but not when she held it")
                .isEqualTo(2);
        assertThat(shell.done("unknown", "assign", "Bruno Bianchi", "dora.galli@firm.example", "--to", "2001-01-01")
                        .out())
                .startsWith("has: ");
        assertThat(shell.done("check").out()).contains("all is well");
        assertThat(shell.done("rebuild", "--compare").out()).contains("the same");
    }

    @Test
    void nothingLiesThere() {
        Shell empty = new Shell(folder.resolve("other"));
        empty.done("person", "add", "Anna Rossi", "anna.rossi@firm.example");
        assertThat(empty.done("unknown", "list").out()).isEqualToIgnoringNewLines("every letter has an owner");
    }

    @Test
    void wrongUsage() {
        assertThat(shell.run("unknown").exit()).isEqualTo(2);
        assertThat(shell.run("unknown", "list", "--kind", "odd").exit()).isEqualTo(2);
        assertThat(shell.run("unknown", "assign").exit()).isEqualTo(2);
        assertThat(shell.run("unknown", "assign", "Anna Rossi").exit()).isEqualTo(2);
        assertThat(shell.run("unknown", "assign", "--suggested", "leaver").exit())
                .isEqualTo(2);
        assertThat(shell.run("unknown", "assign", "Nobody", "a@b.example").exit())
                .isEqualTo(1);
        assertThat(shell.run("unknown", "assign", "Anna Rossi", "a<b@c.example").exit())
                .isEqualTo(2);
        assertThat(shell.run(
                                "unknown",
                                "assign",
                                "Anna Rossi",
                                "a@b.example",
                                "--from",
                                "2020-01-02",
                                "--to",
                                "2020-01-01")
                        .exit())
                .isEqualTo(1);
    }
}
