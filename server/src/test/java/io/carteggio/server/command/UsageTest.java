package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.command.Shell.Said;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Exit codes and what is said where a command is used wrongly, or there is nothing to work on.
@Tag("slow")
class UsageTest {
    @TempDir
    Path folder = Path.of("");

    private Shell shell() {
        return new Shell(folder.resolve("data"));
    }

    private static String[] words(String line) {
        return line.isEmpty() ? new String[0] : line.split(" ");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "''                                    | which command",
                "nonsense                              | nonsense",
                "--nonsense                            | --nonsense",
                "stats more                            | more",
                "stats --data                          | --data",
                "search                                | QUERY",
                "search x --limit many                 | --limit",
                "search x --as                         | --as",
                "show                                  | ID",
                "show a b                              | b",
                "import                                | PATH",
                "import x --as nonsense                | --as takes auto",
                "import x --as mailbox:                | --as takes auto",
                "export                                | --to",
                "export --to x --format pdf            | pdf",
                "unwrap                                | FILE",
                "unwrap a b                            | b",
                "check --slow                          | --slow",
                "rebuild more                          | more",
                "person                                | add, list, show",
                "person give Anna                      | ADDRESS",
                "person end Anna a@x --at never        | not a date",
                "person split Anna Berta               | ADDRESS",
                "group                                 | add, list, show",
                "group member Sales                    | MEMBER",
                "domain                                | add, list or remove",
                "domain add                            | DOMAIN",
                "person add                            | NAME",
                "login                                 | show, oidc, ldap",
                "login oidc                            | set, show, off",
                "login password                        | off",
                "login passkey                         | off",
                "login oidc set --role                 | --role",
                "person add Anna a@x --from yesterday  | not a date",
                "person nonsense                       | nonsense",
                "source                                | add, list, show",
                "source add journal                    | --smtp",
                "source add j --smtp a@x --family pst  | pst",
                "serve --http                          | --http",
                "serve --smtp nonsense                 | --smtp",
                "serve --http a:b                      | --http",
                "serve --tls-cert x                    | come together",
            })
    void wrongUsageIsTwoAndOneLine(String line, String said) {
        Said result = shell().run(words(line));
        assertThat(result.exit()).as(result.err()).isEqualTo(2);
        assertThat(result.err()).contains(said).startsWith("carteggio");
        assertThat(result.err().lines()).hasSize(1);
        assertThat(folder.resolve("data")).doesNotExist();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "serve",
                "import",
                "unwrap",
                "search",
                "show",
                "export",
                "stats",
                "check",
                "rebuild",
                "source",
                "source add",
                "source list",
                "person",
                "person add",
                "person list",
                "person show",
                "person rename",
                "person give",
                "person end",
                "person gone",
                "person return",
                "person merge",
                "person split",
                "group add",
                "group member",
                "group remove",
                "domain add",
                "domain remove",
                "login",
                "login oidc set",
                "login ldap test",
                "login password",
                "login passkey",
                "person password",
                "proof",
                "verify-proof",
                "ledger",
                "ledger show",
                "ledger key",
                "ledger checkpoint",
                "ledger consistency",
                "ledger timestamp",
                "ledger lodge"
            })
    void everyCommandTellsOfItself(String command) {
        Said said = shell().run(words((command + " --help").strip()));
        assertThat(said.exit()).isZero();
        assertThat(said.out()).contains("Usage: carteggio " + command).contains("--data", "--json", "--help");
        assertThat(said.err()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "stats",
                "search x",
                "show aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "export --to EXPORT",
                "check",
                "rebuild",
                "rebuild --compare",
                "person list",
                "source list",
                "proof aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
                "ledger show",
                "ledger lodge --off"
            })
    void whereThereIsNoArchiveNoneIsMade(String line) {
        Said said =
                shell().run(words(line.replace("EXPORT", folder.resolve("out").toString())));
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.err()).contains("there is no archive in");
        assertThat(said.err().lines()).hasSize(1);
        assertThat(folder.resolve("data")).doesNotExist();
        assertThat(folder.resolve("out")).doesNotExist();
    }

    @Test
    void theDataDirectoryIsNamedBeforeOrAfterTheCommand() {
        String elsewhere = folder.resolve("elsewhere").toString();
        assertThat(shell().run("person", "add", "Anna", "--data", elsewhere).exit())
                .isZero();
        assertThat(shell().run("--data", elsewhere, "person", "list").out()).contains("Anna");
        assertThat(folder.resolve("data")).doesNotExist();
    }

    @Test
    void whatIsNoArchiveIsLeftAlone() throws Exception {
        Shell.write(folder.resolve("data/letter.txt"), "mine");
        Said said = shell().run("person", "add", "Anna", "anna@example.com");
        assertThat(said.exit()).isEqualTo(1);
        assertThat(said.err()).contains("is no archive and not empty");
        assertThat(Shell.filesBelow(folder.resolve("data"))).hasSize(1);
    }
}
