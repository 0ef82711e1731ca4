package io.carteggio.server.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.fail;

import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.intake.Source;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.command.ArchiveOpener.OwnArchive;
import io.carteggio.server.command.Fixtures.Fixture;
import io.carteggio.server.command.Shell.Said;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The 27 fixtures (JOURNAL-FORMATS, appendix A): what `unwrap` says of each mail, what becomes of it, what is
/// found then and by whom. The expectation of each lies beside this class as JSON; one that is missing is written,
/// and the test fails until somebody has read it.
@Tag("slow")
class FixturesTest {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

    /// Longer lists and texts are told by their length, first and last.
    private static final int LONG = 60;

    private static final int LONG_TEXT = 300;

    @TempDir
    Path folder = Path.of("");

    private Shell shell = new Shell(Path.of(""));

    static List<Fixture> fixtures() {
        return Fixtures.all();
    }

    @ParameterizedTest
    @MethodSource("fixtures")
    void eachIsReadAsExpected(Fixture fixture) throws Exception {
        shell = new Shell(folder.resolve("data"));
        ObjectNode told = JSON.createObjectNode();
        Map<String, String> sums = new LinkedHashMap<>(); // of what the test itself put into the reports
        for (String original : fixture.originals()) {
            sums.putIfAbsent(sum(original), "original " + (sums.size() + 1));
        }
        Set<String> found = new HashSet<>();
        ArrayNode unwrapped = told.putArray("unwrap");
        for (int i = 0; i < fixture.mails().size(); i++) {
            Path file = Shell.write(
                    folder.resolve(fixture.name() + "-" + i + ".eml"),
                    fixture.mails().get(i));
            Said said = shell.run("unwrap", file.toString(), "--json");
            ObjectNode line = (ObjectNode) said.json();
            line.path("originals").forEach(o -> found.add(o.path("sha256").stringValue()));
            unwrapped.add(line.put("exit", said.exit()));
        }
        assertThat(found).as("originals, byte for byte").containsAll(sums.keySet());
        try (OwnArchive own =
                OwnArchive.serving(Archive.open(shell.data(), Clock.systemUTC()).orElseThrow())) {
            archive(fixture, own.archive(), told);
        }
        assertThat(shell.done("check").out()).contains("all is well");
        compare(fixture, JSON.writeValueAsString(plain(told, sums)) + "\n");
    }

    private static String sum(String octets) {
        return Sha256.of(octets.getBytes(ISO_8859_1)).toString();
    }

    private void archive(Fixture fixture, Archive archive, ObjectNode told) throws Exception {
        for (String person : fixture.people()) {
            List<String> words = new ArrayList<>(List.of("person", "add"));
            words.addAll(List.of(person.split(" ", -1)));
            shell.done(words.toArray(String[]::new));
        }
        Address journal = new Address(Fixtures.JOURNAL);
        Source source = new Source("fixture", Optional.of(journal), fixture.family());
        Provenance provenance = new Provenance(
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(journal),
                Optional.empty());
        ArrayNode arrivals = told.putArray("arrivals");
        for (String mail : fixture.mails()) {
            Receipt receipt = archive.take(new Arrival(source, Content.of(mail.getBytes(ISO_8859_1)), provenance));
            ObjectNode line = arrivals.addObject()
                    .put("disposition", receipt.disposition().word())
                    .put("letters", receipt.letters().size())
                    .put("fresh", receipt.fresh())
                    .put("redelivery", receipt.redelivery());
            receipt.reason().ifPresent(r -> line.put("reason", r));
        }
        ArrayNode messages = told.putArray("messages");
        for (JsonNode found : shell.done("search", "", "--json").lines()) {
            messages.add(message(found.path("id").stringValue(), found));
        }
        ObjectNode who = told.putObject("whoFinds");
        for (String person : fixture.people()) {
            String name = person.split(" ", -1)[0];
            ArrayNode hers = who.putArray(name);
            shell.done("search", "", "--as", name, "--json").lines().forEach(l -> hers.add(messageId(l, name)));
        }
    }

    private String messageId(JsonNode found, String name) {
        JsonNode letter = shell.done("show", found.path("id").stringValue(), "--as", name, "--json")
                .json();
        return letter.path("messageId").asString("none")
                + (found.has("variants") ? " in " + found.path("variants").size() + " variants" : "");
    }

    /// What does not change from run to run of a found message.
    private ObjectNode message(String id, JsonNode found) {
        JsonNode letter = shell.done("show", id, "--json").json();
        ObjectNode message = JSON.createObjectNode();
        for (String field : List.of("messageId", "from", "to", "subject", "sha256", "attachments", "notes")) {
            message.set(field, letter.path(field));
        }
        ArrayNode variants = message.putArray("variants");
        found.path("variants").forEach(v -> variants.add(v.path("kind").stringValue()));
        message.set("recipients", found.has("recipients") ? found.path("recipients") : JSON.createArrayNode());
        message.put("protected", found.path("protected").asBoolean(false));
        message.put("otherVersions", letter.path("otherVersions").size());
        ArrayNode envelopes = message.putArray("envelopes");
        for (JsonNode e : letter.path("envelopes")) {
            ObjectNode envelope = envelopes.addObject();
            for (String field : List.of("sender", "onBehalfOf", "recipients", "dialect", "via", "redelivery")) {
                envelope.set(field, e.path(field));
            }
        }
        return message;
    }

    /// Without what is too long to be read, and with the test's own originals by their names.
    private static JsonNode plain(JsonNode node, Map<String, String> sums) {
        if (node instanceof ObjectNode object) {
            ObjectNode plain = JSON.createObjectNode();
            for (String name : object.propertyNames()) {
                plain.set(name, plain(object.path(name), sums));
            }
            if (sums.containsKey(object.path("sha256").asString(""))) {
                plain.remove("bytes"); // as long as that one, which may be packed otherwise on another machine
            }
            return plain;
        }
        if (node instanceof ArrayNode array) {
            ArrayNode plain = JSON.createArrayNode();
            if (array.size() <= LONG) {
                array.forEach(item -> plain.add(plain(item, sums)));
            } else {
                plain.add(array.size() + " items, the first and the last:");
                plain.add(plain(array.get(0), sums));
                plain.add(plain(array.get(array.size() - 1), sums));
            }
            return plain;
        }
        if (node.isString()) {
            String text = node.stringValue();
            String named = Objects.requireNonNullElse(sums.get(text), text);
            return JsonNodeFactory.instance.stringNode(
                    named.length() <= LONG_TEXT
                            ? named.replaceAll("original of \\d+ octets", "original of … octets")
                            : named.length() + " characters");
        }
        return node;
    }

    private static void compare(Fixture fixture, String told) throws Exception {
        String name = "fixtures/" + fixture.name() + ".json";
        try (InputStream in = FixturesTest.class.getResourceAsStream(name)) {
            if (in == null) {
                Path file = Path.of(System.getProperty("carteggio.root", ".."))
                        .resolve("server/src/test/resources/io/carteggio/server/command")
                        .resolve(name);
                Files.createDirectories(Objects.requireNonNull(file.getParent()));
                Files.writeString(file, told);
                fail("there was no expectation; it was written to " + file + ": read it, and keep it if it is right");
            }
            assertThat(told).isEqualTo(new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8));
        }
    }
}
