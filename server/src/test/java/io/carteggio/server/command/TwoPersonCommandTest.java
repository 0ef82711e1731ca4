package io.carteggio.server.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Dangerous commands with one person and with two.
@Tag("slow")
class TwoPersonCommandTest {
    private static final Pattern REQUEST = Pattern.compile("request ([0-9a-f-]{36})");
    private static final String PASSWORD = "a quiet evening by the lake";

    @TempDir
    Path folder;

    private Shell shell = new Shell(Path.of("unset"));

    @BeforeEach
    void fill() throws IOException {
        shell = new Shell(folder.resolve("data"));
        Path mail = Shell.write(
                folder.resolve("one.eml"), Shell.mail("anna@example.com", "bob@example.com", "Plans", "hello"));
        shell.done("import", mail.toString());
        shell.done("person", "add", "Ada", "ada@example.com", "--role", "administrator");
        shell.done("person", "add", "Olga", "olga@example.com");
        shell.done("role", "grant", "Olga", "data-protection-officer", "--reason", "appointed");
        for (String name : List.of("Ada", "Olga")) {
            assertThat(shell.runWith(PASSWORD + "\n", "person", "password", name)
                            .exit())
                    .isZero();
        }
    }

    private String id() {
        return shell.done("search", "Plans", "--json")
                .lines()
                .getFirst()
                .path("id")
                .stringValue();
    }

    private String waits(String... command) {
        Shell.Said said = shell.run(command);
        assertThat(said.exit()).as(String.join(" ", command) + said.err()).isEqualTo(1);
        Matcher request = REQUEST.matcher(said.err());
        assertThat(request.find())
                .as(String.join(" ", command) + ": " + said.err())
                .isTrue();
        return request.group(1);
    }

    private Shell.Said decide(String what, String request, String who, String password) {
        return shell.runWith(password + "\n", "approval", what, request, "--as", who, "--reason", "looked at it");
    }

    @Test
    void aloneItIsDoneAtOnceAndAnnounced() {
        shell.done("hold", "add", "h", "Plans", "--reason", "case");
        shell.done("hold", "release", "h", "--reason", "closed");
        List<JsonNode> alarms = shell.done("alarm", "list", "--json").lines();
        assertThat(alarms).anySatisfy(a -> {
            assertThat(a.path("kind").stringValue()).isEqualTo("alone");
            assertThat(a.path("subject").stringValue()).isEqualTo("hold.release");
        });
        assertThat(shell.done("mode", "--json").json().path("mode").stringValue())
                .isEqualTo("single");
    }

    @Test
    void everythingDangerousWaitsAndIsDoneOnceItIsApproved() {
        String letter = id();
        shell.done("hold", "add", "h", "nothing-like-it", "--reason", "case");
        shell.done("retention", "set", "--min", "100", "--max", "90000");
        shell.done("mode", "two-person", "--reason", "we are two");
        List<List<String>> dangerous = new ArrayList<>(List.of(
                List.of("hold", "release", "h", "--reason", "closed"),
                List.of("retention", "set", "--min", "1"),
                List.of("export", "Plans", "--to", folder.resolve("all").toString(), "--format", "mbox"),
                List.of(
                        "export",
                        "Plans",
                        "--as",
                        "Ada",
                        "--to",
                        folder.resolve("hers").toString()),
                List.of("person", "add", "Puppet", "--role", "administrator"),
                List.of("person", "add", "Thief", "bob@example.com"),
                List.of(
                        "role",
                        "grant",
                        "Ada",
                        "auditor",
                        "--whose",
                        "everyone",
                        "--until",
                        "2099-01-01",
                        "--reason",
                        "enquiry"),
                List.of("retention", "apply"),
                List.of("key", "rotate"),
                List.of("erase", letter, "--reason", "GDPR 17"),
                List.of("mode", "single", "--reason", "over")));
        for (List<String> command : dangerous) {
            String[] words = command.toArray(String[]::new);
            String request = waits(words);
            assertThat(waits(words)).as("no second request: " + command).isEqualTo(request);
            assertThat(decide("approve", request, "Ada", "wrong password").exit())
                    .isEqualTo(1);
            assertThat(decide("approve", request, "Ada", PASSWORD).exit()).isZero();
        }
        assertThat(shell.done("person", "list", "--json").lines())
                .as("nothing was done yet")
                .hasSize(2);
        for (List<String> command : dangerous) {
            String[] words = command.toArray(String[]::new);
            Shell.Said said = shell.run(words);
            assertThat(REQUEST.matcher(said.err()).find())
                    .as(String.join(" ", command) + ": " + said.err())
                    .isFalse();
            if (!command.getFirst().equals("erase")) { // retention keeps the letter
                assertThat(said.exit())
                        .as(String.join(" ", command) + ": " + said.err())
                        .isZero();
            }
            if (command.getFirst().equals("erase")) {
                assertThat(said.err()).as("refused, and nothing was done").contains("must be kept");
                assertThat(shell.run(words).err())
                        .as("so the approval is good still")
                        .isEqualTo(said.err());
            }
            if (List.of("role", "key", "person").contains(command.getFirst())) { // others are done
                assertThat(waits(words)).as("a second time").isNotEmpty();
            }
        }
        assertThat(shell.done("mode", "--json").json().path("mode").stringValue())
                .isEqualTo("single");
        assertThat(shell.done("check").exit()).isZero();
        assertThat(shell.done("rebuild", "--compare").exit()).isZero();
    }

    @Test
    void anApprovalStaysGoodWhereNothingWasDoneAndIsUsedOnce() {
        String letter = id();
        shell.done("mode", "two-person", "--reason", "we are two");
        String[] erase = {"erase", letter, "--reason", "GDPR 17"};
        shell.done("hold", "add", "h", "Plans", "--reason", "case");
        String request = waits(erase);
        assertThat(decide("approve", request, "Olga", PASSWORD).exit()).isZero();
        for (int i = 0; i < 2; i++) {
            Shell.Said refused = shell.run(erase);
            assertThat(refused.exit()).isEqualTo(1);
            assertThat(refused.err()).contains("hold").doesNotContain("second person");
        }
        String[] release = {"hold", "release", "h", "--reason", "closed"};
        assertThat(decide("approve", waits(release), "Olga", PASSWORD).exit()).isZero();
        shell.done(release);
        shell.done(erase);
        assertThat(waits(erase)).as("done, and so used").isNotEqualTo(request);
        assertThat(shell.done("audit", "list", "--what", "approval-returned", "--json")
                        .lines())
                .hasSize(2);
        assertThat(shell.done("rebuild", "--compare").exit()).isZero();
    }

    @Test
    void lettersAreReadAsAnAuditorWhomTwoMadeOne() {
        String letter = id();
        shell.done("mode", "two-person", "--reason", "we are two");
        for (String[] command : List.of(
                new String[] {"search", "Plans"},
                new String[] {"search", "Plans", "--as", "Ada"},
                new String[] {"search", "Plans", "--auditor", "case 7"},
                new String[] {"show", letter},
                new String[] {"show", letter, "--raw"},
                new String[] {"show", letter, "--evidence"})) {
            Shell.Said said = shell.run(command);
            assertThat(said.exit()).as(String.join(" ", command)).isEqualTo(1);
            assertThat(said.out()).isEmpty();
            assertThat(said.err()).contains("two-person mode");
        }
        String[] grant = {
            "role", "grant", "Ada", "auditor", "--whose", "everyone", "--until", "2099-01-01", "--reason", "enquiry"
        };
        String request = waits(grant);
        assertThat(decide("refuse", request, "Olga", PASSWORD).exit()).isZero();
        request = waits(grant);
        assertThat(decide("approve", request, "Olga", PASSWORD).exit()).isZero();
        shell.done(grant);
        assertThat(shell.done("search", "Plans", "--as", "Ada", "--auditor", "case 7", "--json")
                        .lines())
                .hasSize(1);
    }

    @Test
    void aGrantIsListedWithItsBoundsAndWithdrawn() {
        String grant = shell.done(
                        "role",
                        "grant",
                        "Ada",
                        "auditor",
                        "--whose",
                        "Olga",
                        "--from",
                        "2026-01-01",
                        "--until",
                        "2099-01-01",
                        "--reason",
                        "enquiry",
                        "--json")
                .json()
                .path("grant")
                .stringValue();
        JsonNode line = shell.done("role", "list", "--json").lines().stream()
                .filter(l -> l.path("grant").stringValue().equals(grant))
                .findFirst()
                .orElseThrow();
        assertThat(line.path("whose").get(0).stringValue()).isEqualTo("Olga");
        assertThat(line.path("from").stringValue()).isEqualTo("2026-01-01T00:00:00Z");
        assertThat(shell.done("search", "", "--as", "Ada", "--auditor", "case 7", "--json")
                        .lines())
                .as("not a letter of Olga's")
                .isEmpty();
        shell.done("role", "withdraw", grant, "--reason", "closed");
        assertThat(shell.run("role", "withdraw", grant, "--reason", "closed").exit())
                .isEqualTo(1);
        assertThat(shell.run("search", "", "--as", "Ada", "--auditor", "case 7").exit())
                .isEqualTo(2);
        for (String[] wrong : List.of(
                new String[] {"role", "grant", "Ada", "auditor", "--reason", "x"},
                new String[] {"role", "grant", "Ada", "auditor", "--until", "2099-01-01", "--reason", "x"},
                new String[] {"role", "grant", "Ada", "administrator", "--whose", "everyone", "--reason", "x"})) {
            assertThat(shell.run(wrong).exit()).as(String.join(" ", wrong)).isEqualTo(1);
        }
        assertThat(shell.run("role", "grant", "Ada", "king", "--reason", "x").exit())
                .isEqualTo(2);
    }
}
