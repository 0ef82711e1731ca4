package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.command.Shell.Said;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// `person`, `group` and `domain` on a real archive, seen as a script sees them.
@Tag("slow")
class DirectoryCommandTest {
    @TempDir
    Path folder = Path.of("");

    private Shell shell = new Shell(Path.of(""));

    @BeforeEach
    void people() {
        shell = new Shell(folder.resolve("data"));
        shell.done("person", "add", "Anna Rossi", "anna@example.com", "a.rossi@example.com");
        shell.done("person", "add", "Bert Moser", "bert@example.com");
    }

    private List<String> seenBy(String person, String query) {
        return shell.done("search", query, "--as", person, "--json").lines().stream()
                .map(line -> line.path("subject").stringValue())
                .toList();
    }

    private void letter(String to, String subject) throws Exception {
        Path file = folder.resolve("in/" + subject + ".eml");
        Shell.write(file, Shell.mail("someone@example.net", to, subject, "Text."));
        shell.done("import", file.toString());
    }

    private static String address(JsonNode person, int n, String field) {
        return person.path("addresses").get(n).path(field).asString("null");
    }

    @Test
    void anAddressEndsAndIsDeniedAndItsLettersFollow() throws Exception {
        letter("a.rossi@example.com", "Now");
        assertThat(seenBy("Anna Rossi", "Now")).containsExactly("Now");
        JsonNode ended = shell.done(
                        "person", "end", "Anna Rossi", "a.rossi@example.com", "--at", "2001-01-01", "--json")
                .json();
        assertThat(address(ended, 1, "to")).isEqualTo("2001-01-01T00:00:00Z");
        assertThat(seenBy("Anna Rossi", "Now")).isEmpty();
        assertThat(shell.run("person", "end", "Anna Rossi", "a.rossi@example.com")
                        .err())
                .contains("is not held beyond");
        shell.done("person", "give", "Bert Moser", "a.rossi@example.com");
        assertThat(seenBy("Bert Moser", "Now")).containsExactly("Now");
        JsonNode denied = shell.done("person", "end", "Bert Moser", "a.rossi@example.com", "--wrong", "--json")
                .json();
        assertThat(denied.path("addresses").size()).isEqualTo(1);
        assertThat(seenBy("Bert Moser", "Now")).isEmpty();
    }

    @Test
    void aLeaverKeepsNothingAndCannotLogIn() throws Exception {
        letter("anna@example.com", "Before");
        JsonNode gone = shell.done("person", "gone", "Anna Rossi", "--at", "2010-01-01", "--json")
                .json();
        assertThat(gone.path("gone").stringValue()).isEqualTo("2010-01-01T00:00:00Z");
        assertThat(address(gone, 0, "to")).isEqualTo("2010-01-01T00:00:00Z");
        assertThat(seenBy("Anna Rossi", "Before")).isEmpty();
        assertThat(shell.run("person", "gone", "Anna Rossi").err()).contains("is gone since");
        shell.done("person", "return", "Anna Rossi");
        assertThat(seenBy("Anna Rossi", "Before")).as("what ended stays ended").isEmpty();
        shell.done("person", "give", "Anna Rossi", "anna@example.com", "--from", "2010-01-01");
        assertThat(seenBy("Anna Rossi", "Before")).containsExactly("Before");
    }

    @Test
    void mergingAndSplittingMoveLettersAndRefileNothing() throws Exception {
        letter("bert@example.com", "For Bert");
        shell.done("person", "merge", "Bert Moser", "Anna Rossi");
        assertThat(seenBy("Anna Rossi", "Bert")).containsExactly("For Bert");
        assertThat(shell.run("search", "Bert", "--as", "Bert Moser").exit()).isEqualTo(1);
        List<JsonNode> split = shell.done("person", "split", "Anna Rossi", "Berta", "bert@example.com", "--json")
                .lines();
        assertThat(split).hasSize(2);
        assertThat(split.getLast().path("name").stringValue()).isEqualTo("Berta");
        assertThat(seenBy("Anna Rossi", "Bert")).isEmpty();
        assertThat(seenBy("Berta", "Bert")).containsExactly("For Bert");
        assertThat(shell.run("person", "split", "Anna Rossi", "X", "never@example.com")
                        .err())
                .contains("never held");
        assertThat(shell.run("person", "merge", "Anna Rossi", "Anna Rossi").err())
                .contains("one person already");
    }

    @Test
    void thePastCanBeAsked() throws Exception {
        shell.done("person", "add", "Carla", "info@example.com", "--from", "2015-01-01", "--to", "2016-01-01");
        assertThat(shell.done("person", "list", "--at", "2015-06-01", "--json").lines())
                .extracting(line -> line.path("name").stringValue())
                .contains("Carla");
        assertThat(shell.done("person", "list", "--at", "2017-06-01", "--json").lines())
                .extracting(line -> line.path("name").stringValue())
                .doesNotContain("Carla");
        String before = java.time.Instant.now().toString();
        Thread.sleep(5);
        shell.done("person", "rename", "Carla", "Carla Neri");
        assertThat(shell.done("person", "list", "--known", before, "--json").lines())
                .extracting(line -> line.path("name").stringValue())
                .contains("Carla");
        assertThat(shell.done("person", "list", "--json").lines())
                .extracting(line -> line.path("name").stringValue())
                .contains("Carla Neri");
    }

    @Test
    void groupsAreNestedAndDated() {
        shell.done("group", "add", "Sales", "sales@example.com");
        shell.done("group", "add", "All", "all@example.com");
        shell.done("group", "member", "Sales", "Anna Rossi", "--from", "2020-01-01");
        shell.done("group", "member", "All", "Sales", "stranger@example.org");
        JsonNode all = shell.done("group", "show", "All", "--json").json();
        assertThat(Json.texts(all.path("everyone"))).containsExactly("Anna Rossi");
        assertThat(all.path("members").get(1).path("kind").stringValue()).isEqualTo("address");
        JsonNode then = shell.done("group", "show", "all@example.com", "--at", "2019-01-01", "--json")
                .json();
        assertThat(Json.texts(then.path("everyone"))).isEmpty();
        shell.done("group", "member", "Sales", "Anna Rossi", "--end", "--at", "2021-01-01");
        assertThat(Json.texts(
                        shell.done("group", "show", "All", "--json").json().path("everyone")))
                .isEmpty();
        assertThat(Json.texts(shell.done("group", "show", "All", "--at", "2020-06-01", "--json")
                        .json()
                        .path("everyone")))
                .containsExactly("Anna Rossi");
        assertThat(shell.run("group", "member", "Sales", "Sales").err()).contains("not a member of itself");
        shell.done("group", "remove", "Sales");
        assertThat(shell.run("group", "member", "Sales", "Bert Moser").err()).contains("is gone");
        assertThat(shell.done("group", "list", "--json").lines()).hasSize(2);
    }

    @Test
    void plainMailToAGroupIsItsMembersAsTheyWereThen() throws Exception {
        letter("all@example.com", "Circular");
        shell.done("group", "add", "All", "all@example.com");
        shell.done("group", "add", "Sales", "sales@example.com");
        shell.done("group", "member", "All", "Sales");
        assertThat(seenBy("Anna Rossi", "Circular")).isEmpty();
        shell.done("group", "member", "Sales", "Anna Rossi", "--from", "2000-01-01");
        shell.done("group", "member", "All", "bert@example.com", "--to", "2000-01-01");
        assertThat(seenBy("Anna Rossi", "Circular")).containsExactly("Circular");
        assertThat(seenBy("Bert Moser", "Circular")).as("a member only before").isEmpty();
        JsonNode shown = shell.done("person", "show", "Anna Rossi", "--json").json();
        assertThat(Json.texts(shown.path("groups"))).containsExactlyInAnyOrder("All", "Sales");
        shell.done("group", "remove", "Sales", "--at", "2001-01-01");
        assertThat(seenBy("Anna Rossi", "Circular")).isEmpty();
    }

    @Test
    void domainsAndContacts() {
        shell.done("domain", "add", "Bücher.example", "--subdomains");
        shell.done("domain", "add", "example.com", "--kind", "internal-relay");
        List<JsonNode> domains = shell.done("domain", "list", "--json").lines();
        assertThat(domains)
                .extracting(d -> d.path("domain").stringValue())
                .containsExactly("example.com", "xn--bcher-kva.example");
        assertThat(domains.getFirst().path("kind").stringValue()).isEqualTo("internal-relay");
        assertThat(domains.getLast().path("subdomains").booleanValue()).isTrue();
        assertThat(shell.done("domain", "remove", "bücher.example", "--json").lines())
                .hasSize(1);
        for (String wrong : List.of("no domain", "a@b.example", ".example", "")) {
            assertThat(shell.run("domain", "add", wrong).exit()).as(wrong).isEqualTo(1);
        }
        assertThat(shell.run("domain", "add", "e.com", "--kind", "odd").exit()).isEqualTo(2);
        shell.done("person", "add", "Partner", "p@partner.example", "--contact");
        Said contacts = shell.done("person", "list", "--contacts", "--json");
        assertThat(contacts.lines().getFirst().path("name").stringValue()).isEqualTo("Partner");
        assertThat(shell.done("person", "list", "--json").lines()).hasSize(2);
    }

    @Test
    void everythingIsThereAfterARestartAndARebuild() {
        shell.done("group", "add", "Sales", "sales@example.com");
        shell.done("group", "member", "Sales", "Anna Rossi");
        shell.done("person", "end", "Bert Moser", "bert@example.com");
        String people = shell.done("person", "list", "--json").out();
        String group = shell.done("group", "show", "Sales", "--at", "2030-01-01", "--json")
                .out();
        shell.done("rebuild");
        assertThat(shell.done("person", "list", "--json").out()).isEqualTo(people);
        assertThat(shell.done("group", "show", "Sales", "--at", "2030-01-01", "--json")
                        .out())
                .isEqualTo(group);
    }
}
