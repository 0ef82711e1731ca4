package io.carteggio.server.command;

import static io.carteggio.server.command.Tampering.copy;
import static io.carteggio.server.command.Tampering.sidecar;
import static io.carteggio.server.command.Tampering.sidecarCopy;
import static io.carteggio.server.command.Tampering.sql;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Act.ErasedFrame;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.vault.KeyTree;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.archive.vault.Sidecar;
import io.carteggio.archive.vault.Sidecar.Gone;
import io.carteggio.archive.vault.Sidecar.Tombstone;
import io.carteggio.archive.vault.Vault;
import io.carteggio.embedded.home.DataDirectory;
import io.carteggio.embedded.keys.Keyring.SegmentKey;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.command.Shell.Said;
import io.carteggio.server.command.Tampering.Deed;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// P7, P8: nobody has anything erased, and nobody keeps anything from being erased, by writing into files: neither
/// into those that are derived, nor, with the keys, into sidecars and keyring, without `check` naming it.
@Tag("slow")
class ErasureTamperTest {
    @TempDir
    static Path folder = Path.of("");

    private static Path made = Path.of("");
    private static Path witness = Path.of("");

    /// A letter in segment 1, which is closed.
    private static Target alpha = new Target("", new Place(1, 1), List.of());

    /// Another one there.
    private static Target beta = alpha;

    /// A frame that is an act, and none that erases.
    private static long act;

    private record Target(String id, Place place, List<Byte> octets) {}

    @BeforeAll
    static void make() throws Exception {
        made = folder.resolve("made");
        Shell shell = new Shell(made);
        shell.done("person", "add", "Anna", "anna@example.com");
        for (String name : List.of("Alpha", "Beta")) {
            String mail = Shell.mail("anna@example.com", "bob@example.org", name, "Ciao.");
            shell.done(
                    "import", Shell.write(folder.resolve(name + ".eml"), mail).toString());
        }
        shell.done("backup", "--to", folder.resolve("backup").toString()); // which closes the segment
        String mail = Shell.mail("bob@example.org", "anna@example.com", "Gamma", "Mai.");
        shell.done("import", Shell.write(folder.resolve("Gamma.eml"), mail).toString());
        shell.done("check");
        witness = Files.writeString(
                folder.resolve("witness"), shell.done("ledger", "checkpoint").out());
        alpha = target(shell, "alpha");
        beta = target(shell, "beta");
        try (Archive archive = Archive.open(made, Clock.systemUTC()).orElseThrow()) {
            act = archive.catalogue().acts(Long.MAX_VALUE, 100).getLast().number();
        }
    }

    private static Target target(Shell shell, String query) throws Exception {
        String id = shell.done("search", query, "--json")
                .lines()
                .getFirst()
                .path("id")
                .stringValue();
        byte[] octets = raw(shell, id);
        try (Archive archive = Archive.open(shell.data(), Clock.systemUTC()).orElseThrow()) {
            CataloguedLetter letter = archive.catalogue().lettersAfter(0, 100).stream()
                    .filter(l -> l.id().text().equals(id))
                    .findFirst()
                    .orElseThrow();
            return new Target(id, letter.places().getFirst(), boxed(octets));
        }
    }

    private static byte[] raw(Shell shell, String id) {
        return shell.done("show", id, "--raw").octets();
    }

    private static List<Byte> boxed(byte[] octets) {
        List<Byte> all = new ArrayList<>();
        for (byte octet : octets) {
            all.add(octet);
        }
        return all;
    }

    private static Shell copied() throws Exception {
        Path data = Files.createTempDirectory(folder, "tampered").resolve("data");
        copy(made, data);
        return new Shell(data);
    }

    private static void isThere(Shell shell, Target letter) {
        assertThat(boxed(raw(shell, letter.id()))).isEqualTo(letter.octets());
    }

    /// Whether a key opens the letter, whatever anybody says of it.
    private static boolean opens(Shell shell, Target letter) throws Exception {
        try (DataDirectory directory = DataDirectory.open(shell.data()).orElseThrow();
                Vault vault = directory.openVault(Position.START, Clock.systemUTC())) {
            vault.read(letter.place());
            return true;
        } catch (ArchiveException e) {
            assertThat(e).hasMessageContaining("was erased");
            return false;
        }
    }

    private static String erase(Shell shell, Target letter) {
        return shell.done("erase", letter.id(), "--reason", "asked for", "--json")
                .json()
                .path("act")
                .asString("");
    }

    private static void allIsWell(Shell shell) {
        assertThat(shell.done("check", "--witness", witness.toString()).out()).contains("all is well");
    }

    /// Each way to check finds it.
    private static void isFound(Shell shell, String... finds) {
        for (List<String> how : List.of(
                List.of("check"),
                List.of("check", "--vault"),
                List.of("check", "--fast"),
                List.of("check", "--witness", witness.toString()))) {
            isFound(shell, how, finds);
        }
    }

    private static void isFound(Shell shell, List<String> how, String... finds) {
        Said said = shell.run(how.toArray(String[]::new));
        assertThat(said.exit()).as(how + " " + said.out() + said.err()).isEqualTo(1);
        for (String find : finds) {
            assertThat(said.err()).as(String.join(" ", how)).containsPattern(find);
        }
    }

    // ---- by who can write the catalogue ----

    private static Deed row(long number, Target letter) {
        byte[] manifest = EntryCodec.encode(new Act.Erased(
                Instant.EPOCH,
                "nobody",
                "none",
                List.of(new ErasedFrame(
                        letter.place().frame(), List.of(letter.place().record()), Optional.empty())),
                List.of()));
        return sql("INSERT INTO erasure VALUES (" + number + ", X'"
                + HexFormat.of().formatHex(manifest) + "')");
    }

    @Test
    void aRowThatIsNoActHidesNoErasure() throws Exception {
        Shell shell = copied();
        erase(shell, alpha);
        sql("INSERT INTO erasure VALUES (1000000, X'A161616162')").to(shell.data());
        assertThat(shell.done("erasures").out()).contains("in copies until", "asked for");
        isFound(shell, "the catalogue tells of an erasure in frame 1000000");
    }

    private record Row(String name, long number, String says) {}

    @TestFactory
    Stream<DynamicTest> anErasureThatIsAddedDestroysNothing() {
        return Stream.of(
                        new Row("an arrival", alpha.place().frame(), "that frame is an arrival"),
                        new Row("another act", act, "that frame is another act"),
                        new Row("far ahead", 1_000_000, "the vault has no such frame"))
                .map(row -> DynamicTest.dynamicTest("erasure: added, " + row.name(), () -> {
                    Shell shell = copied();
                    row(row.number(), alpha).to(shell.data());
                    String says = "the catalogue tells of an erasure in frame " + row.number() + ", and " + row.says();
                    isFound(shell, says);
                    isFound(shell, List.of("check"), "table 'erasure'");
                    assertThat(shell.done("stats", "--json")
                                    .json()
                                    .path("concerns")
                                    .toString())
                            .contains(says);
                    isThere(shell, alpha);
                    erase(shell, beta);
                    assertThat(opens(shell, beta))
                            .as("a true erasure destroys all the same")
                            .isFalse();
                    isThere(shell, alpha);
                    shell.done("rebuild");
                    allIsWell(shell);
                    isThere(shell, alpha);
                }));
    }

    @Test
    void anErasureThatIsRemovedIsMissed() throws Exception {
        Shell shell = copied();
        erase(shell, alpha);
        sql("DELETE FROM erasure").to(shell.data());
        isFound(shell, List.of("check"), "table 'erasure'");
        shell.done("rebuild");
        allIsWell(shell);
        assertThat(opens(shell, alpha)).isFalse();
    }

    /// Keys of before are put back, and what tells to destroy them again is taken away.
    @Test
    void anErasureThatIsHiddenIsNamedAndCarriedOutByRebuild() throws Exception {
        Shell shell = copied();
        String number = erase(shell, alpha);
        for (Path file : Shell.filesBelow(made.resolve("vault"))) {
            String name = String.valueOf(file.getFileName());
            if (name.startsWith("keyring") || name.contains(".keys")) {
                Files.write(shell.data().resolve("vault").resolve(name), Files.readAllBytes(file));
            }
        }
        sql("DELETE FROM erasure").to(shell.data());
        isFound(shell, "the erasure that frame " + number + " decided is not complete");
        assertThat(opens(shell, alpha)).as("there was something to destroy").isTrue();
        erase(shell, beta);
        isFound(shell, "the erasure that frame " + number + " decided is not complete");
        shell.done("rebuild");
        assertThat(opens(shell, alpha)).isFalse();
        assertThat(opens(shell, beta)).isFalse();
        allIsWell(shell);
    }

    /// What stands in the outbox is put into the index once more, and nothing else.
    @Test
    void whatTheOutboxSaysTooMuchIsHarmless() throws Exception {
        Shell shell = copied();
        sql("INSERT INTO outbox (letter) VALUES (" + alpha.place().number() + "), (7), (4611686018427387904)")
                .to(shell.data());
        allIsWell(shell);
        isThere(shell, alpha);
    }

    /// A letter waits for the index, and is taken out of what waits.
    @Test
    void whatIsTakenOutOfTheOutboxIsMissed() throws Exception {
        Shell shell = copied();
        sql("INSERT INTO outbox (letter) VALUES (" + alpha.place().number() + ")")
                .to(shell.data());
        IndexTampering.edit(
                shell.data(),
                writer ->
                        writer.deleteDocuments(IndexTampering.key(alpha.place().number())));
        sql("DELETE FROM outbox").to(shell.data());
        isFound(shell, List.of("check"), "the index had 2 of 3 letters: not letter " + alpha.id());
        allIsWell(shell);
    }

    // ---- by who has the master key ----

    /// Writes the sidecars of segment 1 anew, under the key that the keyring has.
    private static void write(Path data, KeyTree keys, Map<Long, Tombstone> erased) throws Exception {
        try (DataDirectory directory = DataDirectory.open(data).orElseThrow()) {
            SegmentKey key = directory.keyring().segment(1).orElseThrow();
            byte[] octets = new Sidecar(1, key.generation(), keys, erased)
                    .toBytes(key.key(), directory.keyring().archiveId());
            Files.write(sidecar(data, 1), octets);
            Files.write(sidecarCopy(data, 1), octets);
        }
    }

    private static Sidecar read(Path data) throws Exception {
        try (DataDirectory directory = DataDirectory.open(data).orElseThrow()) {
            SegmentKey key = directory.keyring().segment(1).orElseThrow();
            return Sidecar.read(
                            Files.readAllBytes(sidecar(data, 1)),
                            1,
                            key.key(),
                            directory.keyring().archiveId())
                    .orElseThrow();
        }
    }

    /// Destroys keys of records, and says that an act did it.
    private static Deed puncture(Target letter, long said, Optional<Tombstone> like, Integer... records) {
        return data -> {
            Sidecar before = read(data);
            List<Gone> gone = Arrays.stream(records).map(r -> new Gone(r, 1)).toList();
            Map<Long, Tombstone> erased = new TreeMap<>(before.erased());
            long frame = letter.place().frame();
            erased.put(frame, new Tombstone(frame, gone, said, like.flatMap(Tombstone::manifest)));
            List<Long> leaves = Arrays.stream(records)
                    .map(r -> KeyTree.leaf(frame - 1, r)) // the segment begins with frame 1
                    .toList();
            write(data, before.keys().without(leaves), erased);
        };
    }

    @TestFactory
    Stream<DynamicTest> aRecordThatNoActErasedIsNamed() throws Exception {
        Shell erased = copied();
        erase(erased, alpha);
        Optional<Tombstone> like = Optional.ofNullable(
                read(erased.data()).erased().get(alpha.place().frame()));
        String letter = "letter " + alpha.id() + ": record 1 of frame "
                + alpha.place().frame() + " \\(letter\\) was erased, and no act that can be read says so";
        String manifest = "record 0 of frame " + alpha.place().frame() + " \\(manifest\\) was erased, and no act";
        Deed moved = sql("INSERT INTO moved VALUES (" + alpha.place().number() + ")");
        Deed rebuilt = data -> new Shell(data).done("rebuild");
        return Stream.of(
                named("said of another act", letter, puncture(alpha, act, Optional.empty(), 1)),
                named("said of no frame", letter, puncture(alpha, 1_000_000, Optional.empty(), 1)),
                named("and the catalogue told", letter, puncture(alpha, act, Optional.empty(), 1), moved),
                named("and rebuilt", letter, puncture(alpha, act, Optional.empty(), 1), rebuilt),
                named("with its manifest", letter, puncture(alpha, act, like, 0, 1)),
                named("with its manifest, and rebuilt", manifest, puncture(alpha, act, like, 0, 1), rebuilt));
    }

    private static DynamicTest named(String name, String finds, Deed... deeds) {
        return DynamicTest.dynamicTest("sidecar: a record counts as erased, " + name, () -> {
            Shell shell = copied();
            for (Deed deed : deeds) {
                deed.to(shell.data());
            }
            isFound(shell, finds);
            Said said = shell.run("check");
            assertThat(said.out()).doesNotContain("the index holds what");
        });
    }

    /// The act is there, and so is the key: it was kept aside and put back.
    @Test
    void aKeyThatWasPutBackIsNamedAndDestroyedByRebuild() throws Exception {
        Shell shell = copied();
        KeyTree keys = read(shell.data()).keys();
        String number = erase(shell, alpha);
        write(shell.data(), keys, read(shell.data()).erased());
        isFound(shell, "the erasure that frame " + number + " decided is not complete");
        assertThat(opens(shell, alpha)).isTrue();
        shell.done("rebuild");
        assertThat(opens(shell, alpha)).isFalse();
        allIsWell(shell);
    }

    @Test
    void aKeyringThatIsAheadIsNamedAndHidesNothing() throws Exception {
        Shell shell = copied();
        try (DataDirectory directory = DataDirectory.open(shell.data()).orElseThrow()) {
            directory.keyring().erasedThrough(1_000_000);
        }
        isFound(shell, "erasures were carried out as far as frame 1000000, and the vault ends");
        erase(shell, alpha);
        assertThat(opens(shell, alpha)).isFalse();
        allIsWell(shell);
        shell.done("person", "add", "Eva", "eva@example.com");
        long last;
        try (Archive archive = Archive.open(shell.data(), Clock.systemUTC()).orElseThrow()) {
            last = archive.catalogue().acts(Long.MAX_VALUE, 1).getFirst().number();
        }
        try (DataDirectory directory = DataDirectory.open(shell.data()).orElseThrow()) {
            directory.keyring().erasedThrough(last);
        }
        isFound(shell, "erasures were carried out as far as frame " + last + ", which decides none");
        shell.done("rebuild");
        allIsWell(shell);
        assertThatThrownBy(() -> raw(shell, alpha.id())).isInstanceOf(AssertionError.class);
    }
}
