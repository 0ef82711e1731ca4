package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.search.SavedSearches;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Saved searches, relevance, conversations and excerpts at the command line.
class SavedCommandTest {
    @TempDir
    Path folder;

    private static List<String> subjects(Shell.Said said) {
        return said.lines().stream()
                .filter(l -> l.has("id"))
                .map(l -> l.path("subject").asString(""))
                .toList();
    }

    @Test
    void searchesAreSavedRenamedUsedAndForgotten() throws Exception {
        Shell shell = new Shell(folder.resolve("data"));
        String deep = "nothing of interest ".repeat(40) + "the boiler is hidden here " + "and so on ".repeat(20);
        shell.done(
                "import",
                Shell.write(
                                folder.resolve("a.eml"),
                                Shell.mail("anna@example.com", "b@x.org", "The boiler", "boiler, boiler"))
                        .toString(),
                Shell.write(folder.resolve("b.eml"), Shell.mail("anna@example.com", "b@x.org", "Minutes", deep))
                        .toString());
        shell.done(
                "import",
                Shell.write(
                                folder.resolve("c.eml"),
                                "In-Reply-To: <" + "Minutes".hashCode() + "@example.com>\r\n"
                                        + Shell.mail("b@x.org", "anna@example.com", "Re: Minutes", "Thanks"))
                        .toString());
        shell.done("person", "add", "Anna", "anna@example.com");
        shell.done("person", "add", "Bert", "bert@example.com");

        assertThat(subjects(shell.done("search", "boiler", "--sort", "relevance", "--json")))
                .containsExactly("The boiler", "Minutes");
        assertThat(shell.run("search", "boiler", "--sort", "luck").exit()).isEqualTo(2);
        JsonNode around =
                shell.done("search", "hidden", "--around", "--json").lines().getFirst();
        assertThat(around.path("around").asString(""))
                .contains("the boiler is hidden here")
                .startsWith("…");
        Shell.Said together = shell.done("search", "", "--conversations", "--json");
        assertThat(subjects(together)).containsExactly("Re: Minutes", "The boiler");
        assertThat(together.lines()
                        .getFirst()
                        .path("conversation")
                        .path("letters")
                        .asInt(0))
                .isEqualTo(2);
        String id = together.lines().getFirst().path("id").asString("");
        assertThat(subjects(shell.done("show", id, "--conversation", "--json")))
                .containsExactlyInAnyOrder("Minutes", "Re: Minutes");
        assertThat(shell.done("show", id, "--conversation").out()).contains("> " + id);
        assertThat(shell.run("show", id, "--conversation", "--raw").exit()).isEqualTo(2);

        shell.done("saved", "add", "Heating", "boiler", "--as", "Anna", "--sort", "relevance");
        assertThat(shell.run("saved", "add", "heating", "x", "--as", "Anna").err())
                .contains("with this name already");
        assertThat(shell.run("saved", "add", "Broken", "from:", "--as", "Anna").err())
                .contains("at character");
        assertThat(shell.run("saved", "add", " ", "x", "--as", "Anna").exit()).isEqualTo(1);
        shell.done("saved", "add", "Heating", "from:bert", "--as", "Bert", "--conversations");
        assertThat(subjects(shell.done("search", "--saved", "heating", "--as", "Anna", "--json")))
                .containsExactly("The boiler", "Minutes");
        assertThat(shell.run("search", "--saved", "Heating").exit()).isEqualTo(2);
        assertThat(shell.run("search", "--saved", "None", "--as", "Anna").exit())
                .isEqualTo(1);
        assertThat(shell.run("search").exit()).isEqualTo(2);
        shell.done("saved", "rename", "Heating", "Boilers", "--as", "Anna");
        assertThat(shell.done("saved", "list", "--as", "Anna").out()).isEqualTo("Boilers: boiler, by relevance\n");
        assertThat(shell.done("saved", "list", "--as", "Bert", "--json").lines())
                .singleElement()
                .satisfies(l ->
                        assertThat(l.path("conversations").asBoolean(false)).isTrue());
        String trail = shell.done("audit", "list").out();
        assertThat(trail).contains("search-saved").doesNotContain("from:bert");

        shell.done("rebuild");
        shell.done("saved", "remove", "boilers", "--as", "Anna");
        assertThat(shell.done("saved", "list", "--as", "Anna").out()).isEmpty();
        assertThat(shell.run("saved", "remove", "boilers", "--as", "Anna").exit())
                .isEqualTo(1);
        assertThat(shell.done("saved", "list", "--as", "Bert").out()).contains("from:bert, by conversations");
        assertThat(SavedSearches.LIMIT).isEqualTo(200);
    }
}
