package io.carteggio.server.command;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.vault.Place;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.command.ArchiveOpener.OwnArchive;
import io.carteggio.server.command.Shell.Said;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Clock;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

/// Commands on a real archive, seen as a script sees them: exit code, output, fields.
@Tag("slow")
class CommandsTest {
    private static final String ANNA = Shell.mail(
            "Anna Bianchi <anna@example.com>", "bob@example.org", "Tender for Verona", "The quinquennial figures.");
    private static final String BOB =
            Shell.mail("bob@example.org", "carla@example.net", "Lunch", "Shall we say risotto?");

    @TempDir
    Path folder = Path.of("");

    private Shell shell = new Shell(Path.of(""));

    @BeforeEach
    void twoLetters() throws Exception {
        shell = new Shell(folder.resolve("data"));
        Shell.write(folder.resolve("in/anna.eml"), ANNA);
        Shell.write(folder.resolve("in/bob.eml"), BOB);
        shell.done("import", folder.resolve("in").toString());
    }

    private String id(String query) {
        return shell.done("search", query, "--json")
                .lines()
                .getFirst()
                .path("id")
                .stringValue();
    }

    private static List<String> fields(JsonNode object) {
        return List.copyOf(object.propertyNames());
    }

    @Test
    void theFieldsOfStatsStay() {
        JsonNode stats = shell.done("stats", "--json").json();
        assertThat(fields(stats))
                .contains(
                        "received",
                        "letters",
                        "evidence",
                        "notices",
                        "quarantined",
                        "discarded",
                        "originals",
                        "rawBytes",
                        "storedBytes",
                        "indexBytes",
                        "indexLag",
                        "sources");
        assertThat(stats.path("received").longValue()).isEqualTo(2);
        assertThat(stats.path("originals").longValue()).isEqualTo(2);
        assertThat(stats.path("rawBytes").longValue()).isEqualTo(ANNA.length() + BOB.length());
        assertThat(stats.path("sources").get(0).path("name").stringValue()).isEqualTo("import");
        assertThat(fields(stats.path("sources").get(0))).contains("received", "letters", "originals", "rawBytes");
    }

    @Test
    void aSecondImportIsEvidence() {
        JsonNode books =
                shell.done("import", folder.resolve("in").toString(), "--json").json();
        assertThat(fields(books)).contains("storedBytes", "indexBytes", "indexLag", "failed", "skipped", "sources");
        assertThat(books.path("received").longValue()).isEqualTo(2);
        assertThat(books.path("letters").longValue()).isZero();
        assertThat(books.path("evidence").longValue()).isEqualTo(2);
        assertThat(books.path("indexLag").longValue()).isZero();
        assertThat(shell.done("stats", "--json").json().path("received").longValue())
                .isEqualTo(4);
        assertThat(shell.done("check").out()).contains("all is well");
    }

    @Test
    void aLineOfASearchTellsALetter() {
        Said said = shell.done("search", "quinquennial", "--json");
        assertThat(said.lines()).hasSize(1);
        String id = said.lines().getFirst().path("id").stringValue();
        assertThat(said.out())
                .isEqualTo("{\"id\":\"" + id + "\",\"date\":\"2024-03-01T11:34:56Z\",\"from\":\"anna@example.com\","
                        + "\"fromName\":\"Anna Bianchi\",\"to\":[\"bob@example.org\"],\"cc\":[],"
                        + "\"subject\":\"Tender for Verona\",\"bytes\":" + ANNA.length() + ",\"attachments\":[]}\n");
        assertThat(shell.done("search", "", "--limit", "1", "--json").lines()).hasSize(1);
        assertThat(shell.done("search", "", "--json").lines()).hasSize(2);
        assertThat(shell.run("search", "before:nonsense").exit()).isEqualTo(2);
    }

    @Test
    void aLetterComesOutAsItCameIn() {
        String id = id("quinquennial");
        assertThat(new String(shell.done("show", id, "--raw").octets(), ISO_8859_1))
                .isEqualTo(ANNA);
        assertThat(shell.done("show", id).out()).contains("anna@example.com", "Tender for Verona", "quinquennial");
        JsonNode letter = shell.done("show", id, "--json").json();
        assertThat(letter.path("envelopes").get(0).path("source").stringValue()).isEqualTo("import");
        assertThat(letter.path("bytes").intValue()).isEqualTo(ANNA.length());
        assertThat(shell.run("show", id, "--evidence").exit()).isEqualTo(1);
        assertThat(shell.run("show", id, "--evidence", "--raw").exit()).isEqualTo(2);
        assertThat(shell.run("show", "a".repeat(32)).exit()).isEqualTo(1);
        assertThat(shell.run("show", "nonsense").exit()).isEqualTo(2);
    }

    @Test
    void onlyWhoIsInTheEnvelopeSees() {
        shell.done("person", "add", "Carla Conti", "carla@example.net");
        assertThat(shell.done("search", "", "--as", "Carla Conti", "--json").lines())
                .hasSize(1);
        assertThat(shell.done("search", "", "--as", "carla@example.net", "--json")
                        .lines())
                .hasSize(1);
        String annas = id("quinquennial");
        assertThat(shell.run("show", annas, "--as", "Carla Conti").exit()).isEqualTo(1);
        assertThat(shell.run("show", annas, "--raw", "--as", "Carla Conti").octets())
                .isEmpty();
        assertThat(shell.done("search", "", "--auditor", "case 12", "--json").lines())
                .hasSize(2);
        assertThat(shell.run("search", "", "--as", "Nobody").exit()).isEqualTo(1);
        assertThat(shell.run("search", "", "--as", "Carla Conti", "--auditor", "both")
                        .exit())
                .isEqualTo(2);
        assertThat(shell.run("search", "", "--auditor", " ").exit()).isEqualTo(2);
        String to = folder.resolve("hers").toString();
        assertThat(shell.done("export", "--to", to, "--as", "Carla Conti", "--json")
                        .json()
                        .path("letters")
                        .intValue())
                .isEqualTo(1);
    }

    @Test
    void peopleHaveDatedAddresses() {
        shell.done("person", "add", "Anna", "anna@example.com", "a.bianchi@example.com", "--from", "2020-01-01");
        shell.done("person", "add", "Max", "max@example.com", "--role", "auditor");
        List<JsonNode> people = shell.done("person", "list", "--json").lines();
        assertThat(people).hasSize(2);
        assertThat(people.getFirst().path("addresses").get(1).path("from").stringValue())
                .isEqualTo("2020-01-01T00:00:00Z");
        assertThat(people.get(1).path("role").stringValue()).isEqualTo("auditor");
        assertThat(shell.run("person", "add", "Eva", "eva@x", "--from", "2020-01-01", "--to", "2019-01-01")
                        .exit())
                .isEqualTo(1);
        assertThat(shell.run("person", "add", "Eva", "eva@x", "--role", "king").exit())
                .isEqualTo(2);
        assertThat(shell.run("person", "add", " ", "eva@x").exit()).isEqualTo(1);
    }

    @Test
    void aPasswordComesOnTheInput() {
        shell.done("person", "add", "Anna", "anna@example.com");
        assertThat(shell.runWith("short\n", "person", "password", "Anna").exit())
                .isEqualTo(1);
        assertThat(shell.runWith("", "person", "password", "Anna").exit()).isEqualTo(2);
        Said said = shell.runWith("correct horse battery staple\n", "person", "password", "Anna");
        assertThat(said.exit()).as(said.err()).isZero();
        assertThat(shell.done("person", "list", "--json")
                        .json()
                        .path("password")
                        .booleanValue())
                .isTrue();
        assertThat(shell.runWith("correct horse battery\n", "person", "password", "Nobody")
                        .exit())
                .isEqualTo(1);
    }

    @Test
    void aSourceHasAnAddressOfItsOwn() {
        shell.done("source", "add", "exchange", "--smtp", "journal-1@archive.example");
        List<JsonNode> sources = shell.done("source", "list", "--json").lines();
        assertThat(sources).hasSize(2);
        assertThat(sources.get(1).path("address").stringValue()).isEqualTo("journal-1@archive.example");
        assertThat(sources.get(1).path("family").stringValue()).isEqualTo("report");
        assertThat(shell.run("source", "add", "exchange", "--smtp", "other@archive.example")
                        .exit())
                .isEqualTo(1);
        assertThat(shell.run("source", "add", "two", "--smtp", "JOURNAL-1@archive.example")
                        .exit())
                .isEqualTo(1);
        assertThat(shell.run("source", "add", "three", "--smtp", "nonsense").exit())
                .isEqualTo(2);
    }

    @Test
    void aSourceTakesOneKindOfMail() {
        String in = folder.resolve("in").toString();
        assertThat(shell.run("import", in, "--as", "multidrop", "--source", "import")
                        .exit())
                .isEqualTo(1);
        shell.done("import", in, "--as", "mailbox:dora@example.com");
        shell.done("person", "add", "Dora", "dora@example.com");
        assertThat(shell.done("search", "", "--as", "Dora", "--json").lines()).hasSize(2);
        assertThat(shell.run("import", in, "--as", "mailbox:emil@example.com", "--source", "mailbox dora@example.com")
                        .exit())
                .isEqualTo(1);
    }

    @Test
    void aChangedOctetIsNamedByItsLetter() throws Exception {
        String id = id("quinquennial");
        Path segment = Shell.filesBelow(folder.resolve("data/vault")).stream()
                .filter(f -> f.toString().endsWith(".seg"))
                .findFirst()
                .orElseThrow();
        Place place;
        try (Archive archive =
                Archive.open(folder.resolve("data"), Clock.systemUTC()).orElseThrow()) {
            place = archive.catalogue()
                    .letter(new LetterId(id))
                    .orElseThrow()
                    .places()
                    .getFirst();
        }
        byte[] octets = Files.readAllBytes(segment);
        octets[inRecord(octets, place)] ^= 1;
        Files.write(segment, octets);
        Said check = shell.run("check", "--json");
        assertThat(check.exit()).isEqualTo(1);
        assertThat(check.json().path("ok").booleanValue()).isFalse();
        assertThat(check.json().path("damaged").get(0).path("letter").stringValue())
                .isEqualTo(id);
        assertThat(check.err()).contains("letter " + id + " is damaged");
        Said raw = shell.run("show", id, "--raw");
        assertThat(raw.exit()).isEqualTo(1);
        assertThat(raw.octets()).isEmpty();
        Said export = shell.run("export", "--to", folder.resolve("out").toString());
        assertThat(export.exit()).isEqualTo(1);
        assertThat(export.err()).contains(id);
        assertThat(folder.resolve("out").toFile().list()).hasSize(2); // the other letter and the manifest
        assertThat(shell.run("check", "--fast").exit()).isEqualTo(1); // the checksum tells it, too
    }

    /// The first octet of a sealed record, found as `docs/format/segment.md` says.
    private static int inRecord(byte[] segment, Place place) {
        ByteBuffer b = ByteBuffer.wrap(segment);
        for (int at = 0; at + 68 < segment.length; at++) {
            if (b.getInt(at) == 0x46524d32 && b.getLong(at + 8) == place.frame()) {
                int record = at + 68 + 48 * b.getShort(at + 6);
                for (int i = 0; i < place.record(); i++) {
                    record += (int) b.getLong(at + 64 + 48 * i + 8);
                }
                return record;
            }
        }
        throw new AssertionError("no frame " + place.frame());
    }

    @Test
    void aCatalogueThatSaysSomethingElseIsFound() throws Exception {
        assertThat(shell.done("rebuild", "--compare").out()).contains("the same");
        try (Connection db = DriverManager.getConnection("jdbc:sqlite:" + folder.resolve("data/catalogue.db"));
                Statement sql = db.createStatement()) {
            sql.executeUpdate("UPDATE books SET letters = letters + 1, evidence = evidence - 1");
            sql.executeUpdate("UPDATE letter SET envelope = envelope + 1");
        }
        Said compared = shell.run("rebuild", "--compare", "--json");
        assertThat(compared.exit()).isEqualTo(1);
        assertThat(Json.texts(compared.json().path("different"))).containsExactly("letter", "books");
        Said check = shell.run("check");
        assertThat(check.exit()).isEqualTo(1);
        assertThat(check.err()).contains("books of source import", "table 'letter'");
        shell.done("rebuild");
        assertThat(shell.done("rebuild", "--compare").out()).contains("the same");
        shell.done("check");
    }

    @Test
    void catalogueAndIndexComeBackFromTheVaultAlone() throws Exception {
        shell.done("person", "add", "Anna", "anna@example.com");
        JsonNode before = shell.done("stats", "--json").json();
        for (Path file : Shell.filesBelow(folder.resolve("data"))) {
            if (file.toString().contains("/index/") || file.toString().contains("catalogue.db")) {
                Files.delete(file);
            }
        }
        shell.done("rebuild");
        JsonNode after = shell.done("stats", "--json").json();
        assertThat(after.path("sources")).isEqualTo(before.path("sources"));
        assertThat(shell.done("search", "quinquennial", "--as", "Anna", "--json")
                        .lines())
                .hasSize(1);
        shell.done("check");
        assertThat(Stream.of(folder.resolve("data").toFile().list())).noneMatch(name -> name.endsWith(".new"));
    }

    /// The same commands, the same answers, whoever has the archive open.
    @Test
    void commandsWorkBesideARunningServer() throws Exception {
        Path in = Shell.write(folder.resolve("more/carla.eml"), Shell.mail("carla@x", "anna@x", "Later", "risotto"));
        String alone = shell.done("search", "", "--json").out();
        try (OwnArchive server =
                OwnArchive.serving(Archive.open(shell.data(), Clock.systemUTC()).orElseThrow())) {
            assertThat(server.archive().directory()).isEqualTo(shell.data());
            assertThat(shell.done("search", "", "--json").out()).isEqualTo(alone);
            shell.done("import", in.toString());
            assertThat(shell.done("search", "risotto", "--json").lines()).hasSize(2);
            String id = id("subject:later");
            assertThat(shell.done("show", id, "--raw").octets()).isEqualTo(Files.readAllBytes(in));
            shell.done("person", "add", "Anna", "anna@example.com");
            shell.done("check");
            shell.done("rebuild", "--compare");
            assertThat(shell.done("export", "--to", folder.resolve("out").toString(), "--json")
                            .json()
                            .path("letters")
                            .intValue())
                    .isEqualTo(3);
            Said rebuild = shell.run("rebuild");
            assertThat(rebuild.exit()).isEqualTo(1);
            assertThat(rebuild.err()).contains("stop it first");
        }
        assertThat(shell.done("search", "", "--json").lines()).hasSize(3);
    }
}
