package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.command.Shell.Said;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Both sidecars of a closed segment are gone, and with them the keys of what lies there. That is a loss, which
/// the archive names; but what comes in today must not be lost too.
class LostKeysTest {
    @TempDir
    Path folder = Path.of("");

    private static String withBody(String subject) {
        return Shell.mail("anna@example.com", "bob@example.org", subject, "The same words in each. ".repeat(30));
    }

    private String take(Shell shell, String name, String mail) throws IOException {
        Path file = Shell.write(folder.resolve("in/" + name + ".eml"), mail);
        return shell.done("import", file.toString(), "--json").out();
    }

    private static List<String> ids(Shell shell) {
        return shell.done("search", "*", "--json").lines().stream()
                .map(line -> line.path("id").stringValue())
                .toList();
    }

    @Test
    void theArchiveStartsNamesWhatIsLostAndTakesMail() throws Exception {
        Shell shell = new Shell(folder.resolve("data"));
        take(shell, "one", withBody("One"));
        take(shell, "two", withBody("Two"));
        List<String> lost = ids(shell);
        assertThat(lost).hasSize(2);
        shell.done("backup", "--to", folder.resolve("backup").toString()); // closes the segment
        take(shell, "three", withBody("Three")); // compressed against One
        Path vault = shell.data().resolve("vault");
        Files.delete(vault.resolve("0000000001.keys"));
        Files.delete(vault.resolve("0000000001.keys.copy"));

        JsonNode books = shell.done("stats", "--json").json();
        assertThat(books.path("letters").longValue()).isEqualTo(3);
        assertThat(books.path("concerns").toString()).contains("the keys of segment 1 are lost");
        assertThat(shell.done("stats").out()).contains("needs you: the keys of segment 1 are lost");
        Said check = shell.run("check");
        assertThat(check.exit()).isEqualTo(1);
        for (String id : lost) {
            assertThat(check.out() + check.err()).contains("letter " + id + " can no longer be read");
            Said shown = shell.run("show", id, "--raw");
            assertThat(shown.exit()).isEqualTo(1);
            assertThat(shown.err()).contains("no sidecar of segment 1 opens");
        }

        // new mail, also what is much like the lost, is kept and can be read
        take(shell, "four", withBody("Four"));
        String four = ids(shell).getFirst();
        assertThat(lost).doesNotContain(four);
        assertThat(new String(shell.done("show", four, "--raw").octets(), StandardCharsets.ISO_8859_1))
                .isEqualTo(withBody("Four"));

        // what comes again is kept again
        take(shell, "one-again", withBody("One"));
        assertThat(shell.done("stats", "--json").json().path("received").longValue())
                .isEqualTo(5);
        String one = lost.stream()
                .filter(id -> shell.run("show", id, "--raw").exit() == 0)
                .findFirst()
                .orElseThrow();
        assertThat(new String(shell.done("show", one, "--raw").octets(), StandardCharsets.ISO_8859_1))
                .isEqualTo(withBody("One"));
        String two = lost.stream().filter(id -> !id.equals(one)).findFirst().orElseThrow();
        Said then = shell.run("check");
        assertThat(then.out() + then.err())
                .contains("letter " + two + " can no longer be read")
                .doesNotContain("letter " + one + " can no longer be read")
                .doesNotContain("letter " + four + " can no longer be read");

        // the sidecar, put back from the backup, makes it whole; what was indexed meanwhile has less people
        Files.copy(folder.resolve("backup/vault/0000000001.keys"), vault.resolve("0000000001.keys"));
        Files.copy(folder.resolve("backup/vault/0000000001.keys"), vault.resolve("0000000001.keys.copy"));
        shell.done("rebuild");
        assertThat(shell.done("check").out()).contains("all is well");
        assertThat(shell.done("stats", "--json").json().path("concerns").size()).isZero();
        assertThat(ids(shell)).hasSize(4);
        assertThat(shell.done("ledger", "show").out()).doesNotContain("TROUBLE");
    }
}
