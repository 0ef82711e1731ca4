package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `sync` and `person sync` with a file, seen as a script sees them.
class SyncCommandTest {
    @TempDir
    Path folder = Path.of("");

    private Shell shell = new Shell(Path.of(""));
    private Path file = Path.of("");

    @BeforeEach
    void file() throws Exception {
        shell = new Shell(folder.resolve("data"));
        file = folder.resolve("people.csv");
        write("1,Anna,anna@e.com a@e.com", "2,Bert,bert@e.com");
        shell.done("sync", "add", "hr", "--csv", file.toString());
    }

    private void write(String... rows) throws Exception {
        Files.writeString(file, "id,name,addresses\n" + String.join("\n", rows) + "\n", StandardCharsets.UTF_8);
    }

    private List<String> people() {
        return shell.done("person", "list", "--json").lines().stream()
                .filter(p -> p.path("gone").isNull())
                .map(p -> p.path("name").stringValue())
                .toList();
    }

    @Test
    void aDryRunSaysWhatARunThenDoes() throws Exception {
        JsonNode dry = shell.done("person", "sync", "hr", "--dry-run", "--json")
                .lines()
                .getLast();
        assertThat(dry.path("counts").path("people new").asInt(0)).isEqualTo(2);
        assertThat(dry.path("dryRun").booleanValue()).isTrue();
        assertThat(people()).isEmpty();
        assertThat(shell.done("person", "sync").out()).contains("new: Anna", "2 people new, 3 addresses given");
        assertThat(people()).containsExactly("Anna", "Bert");
        JsonNode anna = shell.done("person", "show", "anna@e.com", "--json").json();
        assertThat(anna.path("origin").stringValue()).isEqualTo("hr");
        assertThat(anna.path("addresses").get(0).path("from").isNull()).isTrue();
        assertThat(shell.done("person", "sync", "hr").out()).contains("nothing to change");
        JsonNode history =
                shell.done("job", "history", "sync:hr", "--json").lines().getLast();
        assertThat(history.path("outcome").stringValue()).isEqualTo("done");
        assertThat(history.path("reason").stringValue()).contains("2 people new");
        JsonNode job = shell.done("job", "show", "sync:hr", "--json").json();
        assertThat(job.path("protocol").stringValue()).isEqualTo("csv");
        assertThat(job.path("schedule").stringValue()).isEqualTo("manual");
    }

    @Test
    void tooManyGoneNeedsConfirmation() throws Exception {
        StringBuilder rows = new StringBuilder();
        for (int i = 0; i < 20; i++) {
            rows.append(i).append(",P").append(i).append(",p").append(i).append("@e.com\n");
        }
        write(rows.toString());
        shell.done("person", "sync", "hr");
        write("0,P0,p0@e.com");
        Shell.Said stopped = shell.run("person", "sync", "hr");
        assertThat(stopped.exit()).isEqualTo(1);
        assertThat(stopped.err()).contains("nothing was changed", "19 of 20 people", "--confirm");
        assertThat(people()).hasSize(20);
        assertThat(shell.done("person", "sync", "hr", "--dry-run").out()).contains("unless it is confirmed");
        assertThat(shell.done("job", "show", "sync:hr", "--json")
                        .json()
                        .path("alarm")
                        .booleanValue())
                .isTrue();
        shell.done("person", "sync", "hr", "--confirm");
        assertThat(people()).containsExactly("P0");
    }

    @Test
    void aBrokenFileChangesNothing() throws Exception {
        shell.done("person", "sync", "hr");
        write("1,Anna,anna@e.com", "2,Bert,\"bert@e");
        assertThat(shell.run("person", "sync", "hr").err()).contains("line 3", "quote");
        Files.delete(file);
        assertThat(shell.run("person", "sync", "hr").err()).contains("cannot be read");
        assertThat(people()).containsExactly("Anna", "Bert");
    }

    @Test
    void settingsAreCheckedAndChanged() {
        assertThat(shell.run("sync", "add", "hr", "--csv", file.toString()).err())
                .contains("already");
        assertThat(shell.run("sync", "add", "x").exit()).isEqualTo(2);
        assertThat(shell.run("sync", "add", "x", "--csv", "a", "--graph", "b").exit())
                .isEqualTo(2);
        assertThat(shell.run("sync", "add", "a b", "--csv", file.toString()).exit())
                .isEqualTo(1);
        assertThat(shell.run("sync", "set", "hr", "--base", "dc=x").err()).contains("no setting 'base'");
        assertThat(shell.run("sync", "set", "hr", "--share", "0").err()).contains("percent");
        assertThat(shell.run("sync", "set", "hr", "--schedule", "continuous").err())
                .contains("all the time");
        shell.done("sync", "set", "hr", "--only-domains", "other.example", "--schedule", "every:1h");
        assertThat(shell.done("person", "sync", "hr").out()).contains("nothing to change");
        shell.done("sync", "set", "hr", "--only-domains", "");
        assertThat(shell.done("sync", "show", "hr", "--json")
                        .json()
                        .path("settings")
                        .has("only-domains"))
                .isFalse();
        shell.done("person", "sync", "hr");
        shell.done("sync", "remove", "hr");
        assertThat(people()).as("whom it brought stay").containsExactly("Anna", "Bert");
        assertThat(shell.run("person", "sync").err()).contains("nothing to synchronise with");
        assertThat(shell.done("sync", "list", "--json").lines()).isEmpty();
    }

    @Test
    void secretsAreKeptSealedAndNeverShown() throws Exception {
        Path password = Files.writeString(folder.resolve("pw"), "hunter2\n");
        shell.done(
                "sync",
                "add",
                "ad",
                "--ldap",
                "ldap://dc.example.com",
                "--base",
                "dc=example,dc=com",
                "--user",
                "cn=reader",
                "--password-file",
                password.toString());
        String shown = shell.done("sync", "show", "ad", "--json").out();
        assertThat(shown).contains("\"password\"", "starttls").doesNotContain("hunter2");
        for (String wrong : List.of("https://x/", "ldaps://u@h", "ldap://h/dc=x")) {
            assertThat(shell.run("sync", "add", "y", "--ldap", wrong, "--base", "dc=x")
                            .exit())
                    .as(wrong)
                    .isEqualTo(2);
        }
        assertThat(shell.run("sync", "add", "y", "--ldap", "h", "--base", "dc=x", "--people-filter", "(cn=")
                        .err())
                .contains("no filter");
        assertThat(shell.run("sync", "add", "y", "--ldap", "h").err()).contains("'base' is missing");
        assertThat(shell.run("sync", "add", "y", "--graph", "t/x", "--client-id", "c")
                        .err())
                .contains("tenant");
    }
}
