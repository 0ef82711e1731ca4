package io.carteggio.server.command;

import static io.carteggio.server.command.Tampering.copy;
import static io.carteggio.server.command.Tampering.flip;
import static io.carteggio.server.command.Tampering.frame;
import static io.carteggio.server.command.Tampering.frames;
import static io.carteggio.server.command.Tampering.segment;
import static io.carteggio.server.command.Tampering.sidecar;
import static io.carteggio.server.command.Tampering.sql;
import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.vault.Dictionary;
import io.carteggio.archive.vault.Place;
import io.carteggio.mail.Address;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.command.Shell.Said;
import io.carteggio.server.command.Tampering.Deed;
import io.carteggio.server.command.Tampering.FrameAt;
import io.carteggio.server.command.Tampering.RecordAt;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.stream.Stream;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.store.FSDirectory;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/// P7: a table of attacks on a real data directory, each found by `check`, and named to the letter where a letter
/// is hit. The directory is made once and copied for each.
@Tag("slow")
class TamperTest {
    @TempDir
    static Path folder = Path.of("");

    private static Path made = Path.of("");

    /// The archive before its last letters came: what a rollback brings back.
    private static Path earlier = Path.of("");

    private static Path witness = Path.of("");

    /// A letter of segment 1, without attachment.
    private static Target alpha = new Target("", new Place(1, 1));

    /// A letter of segment 1 whose attachment lies in a part that another letter uses too.
    private static Target beta = alpha;

    /// A letter of segment 3, which is open.
    private static Target omega = alpha;

    private record Target(String id, Place place) {
        long number() {
            return place.number();
        }
    }

    /// A letter of segment 1 with a blind copy.
    private static Target zeta = alpha;

    /// A letter of segment 2, which has a dictionary.
    private static Target delta = alpha;

    /// @param finds a part of what `check` says
    private record Attack(String name, Deed deed, String finds, boolean witnessed) {}

    @BeforeAll
    static void make() throws Exception {
        made = folder.resolve("made");
        earlier = folder.resolve("earlier");
        Shell shell = new Shell(made);
        shell.done("person", "add", "Anna", "anna@example.com");
        byte[] attachment = new byte[40_000];
        new Random(7).nextBytes(attachment);
        shell.done("import", mail("alpha", Shell.mail("anna@example.com", "bob@example.org", "Alpha", "Ciao.")));
        shell.done("import", mail("beta", withAttachment("Beta", attachment)));
        shell.done("import", mail("beta2", withAttachment("Beta two", attachment)));
        shell.done("import", mail("again", Shell.mail("anna@example.com", "bob@example.org", "Alpha", "Ciao.")));
        String blind = "Bcc: eva@example.net\r\n" + Shell.mail("bob@example.org", "anna@example.com", "Zeta", "Ave.");
        shell.done("import", mail("zeta", blind));
        shell.done("import", mail("quiet", Shell.mail("bob@example.org", "anna@example.com", "Gamma", "Salve.")));
        String likeness = Shell.mail("bob@example.org", "anna@example.com", "Delta", "Sempre.")
                .repeat(4);
        roll(shell, Optional.of(new Dictionary(likeness.getBytes(ISO_8859_1))));
        shell.done("import", mail("delta", Shell.mail("bob@example.org", "anna@example.com", "Delta", "Sempre.")));
        shell.done("import", mail("eps", Shell.mail("bob@example.org", "anna@example.com", "Epsilon", "Mai.")));
        copy(made, earlier);
        roll(shell, Optional.empty());
        shell.done("import", mail("omega", Shell.mail("anna@example.com", "bob@example.org", "Omega", "Fine.")));
        shell.done("check");
        witness = Files.writeString(
                folder.resolve("witness"), shell.done("ledger", "checkpoint").out());
        alpha = target(shell, "alpha");
        beta = target(shell, "\"beta two\"");
        omega = target(shell, "omega");
        zeta = target(shell, "zeta");
        delta = target(shell, "delta");
    }

    private static String mail(String name, String text) throws IOException {
        return Shell.write(folder.resolve("mails/" + name + ".eml"), text).toString();
    }

    private static String withAttachment(String subject, byte[] octets) {
        return "From: anna@example.com\r\nTo: bob@example.org\r\nSubject: " + subject + "\r\nMIME-Version: 1.0\r\n"
                + "Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/plain\r\n\r\nHere.\r\n"
                + "--b\r\nContent-Type: application/octet-stream; name=paper.bin\r\n"
                + "Content-Transfer-Encoding: base64\r\n\r\n"
                + Base64.getMimeEncoder().encodeToString(octets) + "\r\n--b--\r\n";
    }

    /// A segment without frames forgets its dictionary, so it gets one.
    private static void roll(Shell shell, Optional<Dictionary> dictionary) throws Exception {
        try (Archive archive = Archive.open(shell.data(), Clock.systemUTC()).orElseThrow()) {
            dictionary.ifPresent(archive.vault()::use);
            archive.vault().roll();
            Holding held = new Holding(
                    new Address("eva" + dictionary.isPresent() + "@example.com"), Optional.empty(), Optional.empty());
            archive.people()
                    .add(archive.acts(), "test", "Eva " + dictionary.isPresent(), PersonRole.USER, List.of(held));
        }
    }

    private static Target target(Shell shell, String query) throws Exception {
        String id = shell.done("search", query, "--json")
                .lines()
                .getFirst()
                .path("id")
                .stringValue();
        try (Archive archive = Archive.open(shell.data(), Clock.systemUTC()).orElseThrow()) {
            CataloguedLetter letter = archive.catalogue().lettersAfter(0, 100).stream()
                    .filter(l -> l.id().text().equals(id))
                    .findFirst()
                    .orElseThrow();
            return new Target(id, letter.places().getFirst());
        }
    }

    // ---- what tamperers do ----

    private static Deed bit(String file, int at) {
        return data -> flip(data.resolve(file), at);
    }

    /// Flips a bit so far behind the begin of the frame that holds a letter.
    private static Deed inFrame(int offset) {
        return data -> flip(
                segment(data, 1), frame(segment(data, 1), alpha.place().frame()).at() + offset);
    }

    private static Deed inRecord(int segment, Target target, int record) {
        return data -> {
            FrameAt frame = frame(segment(data, segment), target.place().frame());
            flip(segment(data, segment), frame.records().get(record).at() + 3);
        };
    }

    /// Puts other octets in the place of a stretch of segment 1.
    private static Deed splice(long frame, boolean twice) {
        return data -> {
            Path file = segment(data, 1);
            byte[] octets = Files.readAllBytes(file);
            FrameAt found = frame(file, frame);
            int end = found.at() + found.length();
            byte[] result = new byte[octets.length + (twice ? found.length() : -found.length())];
            System.arraycopy(octets, 0, result, 0, found.at());
            int to = found.at();
            for (int i = 0; i < (twice ? 2 : 0); i++) {
                System.arraycopy(octets, found.at(), result, to, found.length());
                to += found.length();
            }
            System.arraycopy(octets, end, result, to, octets.length - end);
            Files.write(file, result);
        };
    }

    private static void swapRecords(Path data) throws IOException {
        Path file = segment(data, 1);
        byte[] octets = Files.readAllBytes(file);
        RecordAt one = frame(file, alpha.place().frame()).records().get(1);
        RecordAt other = frames(octets).getLast().records().get(1);
        int length = Math.min(one.length(), other.length());
        byte[] kept = Arrays.copyOfRange(octets, one.at(), one.at() + length);
        System.arraycopy(octets, other.at(), octets, one.at(), length);
        System.arraycopy(kept, 0, octets, other.at(), length);
        Files.write(file, octets);
    }

    private static void swap(Path one, Path other) throws IOException {
        byte[] kept = Files.readAllBytes(one);
        Files.write(one, Files.readAllBytes(other));
        Files.write(other, kept);
    }

    /// A document that no program of ours would write.
    private static void addForeign(Path data) throws IOException {
        try (FSDirectory directory = FSDirectory.open(data.resolve("index"));
                IndexWriter writer = new IndexWriter(directory, new IndexWriterConfig(new KeywordAnalyzer()))) {
            var before = writer.getLiveCommitData();
            writer.addDocument(new Document());
            writer.setLiveCommitData(before);
            writer.commit();
        }
    }

    private static Deed index(IndexTampering.Edit edit) {
        return data -> IndexTampering.edit(data, edit);
    }

    private static Deed indexAnew(IndexTampering.Change change) {
        return data -> IndexTampering.rewrite(data, change);
    }

    /// Takes a letter out of an index of the catalogue, so that it is no longer found by its id: the table has it
    /// as before.
    private static void hollowIndex(Path data) throws Exception {
        String column = "number, sum, id, size, envelope, body, message";
        sql(
                        "CREATE TABLE kept AS SELECT " + column + " FROM letter WHERE number = " + alpha.number(),
                        "DELETE FROM letter WHERE number = " + alpha.number(),
                        "CREATE TABLE master AS SELECT * FROM sqlite_schema WHERE name = 'letter_id'",
                        "PRAGMA writable_schema = ON",
                        "DELETE FROM sqlite_schema WHERE name = 'letter_id'")
                .to(data);
        sql(
                        "INSERT INTO letter SELECT * FROM kept",
                        "PRAGMA writable_schema = ON",
                        "INSERT INTO sqlite_schema SELECT * FROM master",
                        "DROP TABLE kept",
                        "DROP TABLE master")
                .to(data);
    }

    /// Swaps the sealed dictionaries behind the headers of two segments.
    private static void swapDictionaries(Path data) throws IOException {
        byte[] one = Files.readAllBytes(segment(data, 2));
        byte[] other = Files.readAllBytes(segment(data, 3));
        int length = ByteBuffer.wrap(one).getInt(88);
        assertThat(length).isPositive().isEqualTo(ByteBuffer.wrap(other).getInt(88));
        byte[] kept = Arrays.copyOfRange(one, 104, 104 + length);
        System.arraycopy(other, 104, one, 104, length);
        System.arraycopy(kept, 0, other, 104, length);
        Files.write(segment(data, 2), one);
        Files.write(segment(data, 3), other);
    }

    private static void rollBack(Path data) throws IOException {
        try (Stream<Path> files = Files.walk(data)) {
            for (Path file : (Iterable<Path>) files.sorted(java.util.Comparator.reverseOrder())::iterator) {
                Files.delete(file);
            }
        }
        copy(earlier, data);
    }

    private static Deed replaceInText(String file, String regex, String with) {
        return data -> {
            Path path = data.resolve(file);
            String text = Files.readString(path, ISO_8859_1);
            String other = text.replaceFirst(regex, with);
            assertThat(other).isNotEqualTo(text);
            Files.writeString(path, other, ISO_8859_1);
        };
    }

    private static Attack attack(String name, Deed deed, String finds) {
        return new Attack(name, deed, finds, false);
    }

    private static List<Attack> attacks() {
        String damagedAlpha = "letter " + alpha.id();
        List<Attack> table = new ArrayList<>();
        // one flipped bit
        table.add(attack("FORMAT", bit("FORMAT", 3), "reads only format 2"));
        table.add(attack("keyring", bit("vault/keyring", -200), "the keyring was damaged"));
        table.add(attack("keyring's copy", bit("vault/keyring.copy", -200), "the keyring's copy was damaged"));
        table.add(attack(
                "keyring and copy",
                data -> {
                    flip(data.resolve("vault/keyring"), -200);
                    flip(data.resolve("vault/keyring.copy"), -200);
                },
                "missing or damaged"));
        table.add(attack("master key", bit("master.key", 5), "master key"));
        table.add(attack("sidecar", data -> flip(sidecar(data, 1), 60), "0000000001.keys is missing or not"));
        table.add(attack(
                "sidecar's copy", bit("vault/0000000001.keys.copy", 60), "0000000001.keys.copy is missing or not"));
        for (int at : new int[] {0, 9, 11, 19, 27, 33, 47, 71, 90, -40, -32, -1}) {
            table.add(attack("sidecar, octet " + at, data -> flip(sidecar(data, 2), at), "0000000002.keys is"));
        }
        for (int at : new int[] {0, 12, 30, 60, 75, 90, 101, 110, 150, 300, -80, -60, -2, -1}) {
            table.add(attack("keyring, octet " + at, bit("vault/keyring", at), "the keyring was damaged"));
        }
        table.add(
                attack("segment header", data -> flip(segment(data, 1), 20), "segment 1 at 0: the header is damaged"));
        table.add(attack("header of the open segment", data -> flip(segment(data, 3), 20), "header is damaged"));
        String[] fields = {
            "magic",
            "kind",
            "zero",
            "count",
            "number",
            "length",
            "forced-up-to",
            "previous hash",
            "type",
            "coding",
            "size",
            "sealed size",
            "commitment"
        };
        int[] offsets = {0, 4, 5, 7, 15, 23, 31, 40, 112, 113, 119, 127, 130};
        for (int i = 0; i < fields.length; i++) {
            table.add(attack("frame head: " + fields[i], inFrame(offsets[i]), damagedAlpha));
        }
        table.add(attack(
                "manifest",
                data -> inRecord(1, alpha, 0).to(data),
                damagedAlpha + ": a frame that tells of it is damaged: .* the manifest cannot be read"));
        table.add(attack(
                "manifest of another arrival of a letter",
                data -> {
                    byte[] octets = Files.readAllBytes(segment(data, 1));
                    FrameAt again = frames(octets).stream()
                            .filter(f -> octets[f.at() + 4] == 1 && f.records().size() == 1) // an arrival, no letter
                            .findFirst()
                            .orElseThrow();
                    flip(segment(data, 1), again.records().getFirst().at() + 3);
                },
                damagedAlpha + ": a frame that tells of it is damaged"));
        table.add(attack("letter", data -> inRecord(1, alpha, 1).to(data), damagedAlpha));
        table.add(attack(
                "letter in the open segment", data -> inRecord(3, omega, 1).to(data), "letter " + omega.id()));
        table.add(attack(
                "part that a letter shares",
                data -> {
                    byte[] octets = Files.readAllBytes(segment(data, 1));
                    RecordAt part = frames(octets).stream()
                            .flatMap(f -> f.records().stream())
                            .filter(r -> r.type() == 5)
                            .findFirst()
                            .orElseThrow();
                    flip(segment(data, 1), part.at() + 1000);
                },
                "letter " + beta.id()));
        table.add(attack(
                "frame trailer",
                data -> {
                    FrameAt frame = frame(segment(data, 1), alpha.place().frame());
                    flip(segment(data, 1), frame.at() + frame.length() - 2);
                },
                damagedAlpha + ": a frame that tells of it is damaged: .*checksum of the records"));
        table.add(attack(
                "footer's offsets",
                data -> flip(segment(data, 1), -70),
                "segment 1 at \\d+: the footer is not as it was written"));
        table.add(attack(
                "footer's hash",
                data -> flip(segment(data, 1), -40),
                "segment 1 at \\d+: the footer is not as it was written"));
        table.add(attack(
                "footer's end",
                data -> flip(segment(data, 1), -2),
                "segment 1 at \\d+, frame 9: \\d+ octets are no frame"));
        // records, frames and files moved about
        table.add(attack("two letters swapped", TamperTest::swapRecords, damagedAlpha));
        table.add(attack(
                "frame removed", data -> splice(alpha.place().frame(), false).to(data), damagedAlpha));
        table.add(attack(
                "frame twice",
                data -> splice(alpha.place().frame(), true).to(data),
                "segment 1 at .*: the frame does not follow frame "
                        + alpha.place().frame()));
        table.add(attack("first segment removed", data -> Files.delete(segment(data, 1)), "letter " + alpha.id()));
        table.add(attack("last segment removed", data -> Files.delete(segment(data, 3)), "segments are missing"));
        table.add(attack(
                "segment from an older copy",
                data -> Files.write(segment(data, 2), Files.readAllBytes(segment(earlier, 2))),
                "segment 2 .*lost its footer"));
        table.add(attack("two segments swapped", data -> swap(segment(data, 1), segment(data, 2)), damagedAlpha));
        table.add(attack(
                "acknowledged tail cut off",
                data -> {
                    byte[] octets = Files.readAllBytes(segment(data, 3));
                    Files.write(segment(data, 3), Arrays.copyOf(octets, octets.length - 20));
                },
                "segment 3 at \\d+, frame 18: \\d+ octets are no frame as it was written"));
        table.add(attack(
                "sidecar of another segment",
                data -> swap(sidecar(data, 1), sidecar(data, 2)),
                "0000000002.keys is missing or not"));
        table.add(attack(
                "sidecar and copy removed",
                data -> {
                    Files.delete(sidecar(data, 1));
                    Files.delete(data.resolve("vault/0000000001.keys.copy"));
                },
                damagedAlpha + " can no longer be read"));
        table.add(attack("dictionary", data -> flip(segment(data, 2), 130), "letter " + delta.id()));
        table.add(attack("two dictionaries swapped", TamperTest::swapDictionaries, "letter " + delta.id()));
        catalogueAttacks(table);
        indexAttacks(table);
        // the ledger
        table.add(attack(
                "checkpoint's signature",
                bit("ledger/checkpoint", -10),
                "the latest checkpoint has a note that is not ours"));
        table.add(attack(
                "checkpoint's size",
                replaceInText("ledger/checkpoint", "\\n(\\d+)\\n", "\n9\n"),
                "the latest checkpoint has a note that is not ours"));
        table.add(attack(
                "checkpoint's root",
                data -> flip(data.resolve("ledger/checkpoint"), 40),
                "the latest checkpoint has a note that is not ours"));
        table.add(attack(
                "history of checkpoints",
                data -> flip(data.resolve("ledger/checkpoints"), 40),
                "the history of checkpoints has a note that is not ours"));
        table.add(new Attack(
                "end cut off and signed anew, against a witness",
                TamperTest::signAnewWithoutTheEnd,
                "rolled back or re-signed: the witness says size",
                true));
        table.add(new Attack("rolled back, against a witness", TamperTest::rollBack, "rolled back or re-signed", true));
        return table;
    }

    /// Each table whose rows alter an answer, and the file as such.
    private static void catalogueAttacks(List<Attack> table) {
        String alphaIn = "letter " + alpha.id() + ": the catalogue's table ";
        String first = " WHERE number = " + alpha.number();
        table.add(attack(
                "letter: its place",
                sql("UPDATE letter SET number = number + 1000000" + first),
                "letter " + alpha.id() + ".*table 'letter'"));
        table.add(attack("letter: its size", sql("UPDATE letter SET size = size + 1" + first), alphaIn + "'letter'"));
        table.add(attack("letter: its sum", sql("UPDATE letter SET sum = zeroblob(32)" + first), alphaIn + "'letter'"));
        table.add(attack("letter: its id", sql("UPDATE letter SET id = id + 1" + first), alphaIn + "'letter'"));
        table.add(attack("letter: its body's mark", sql("UPDATE letter SET body = 5" + first), alphaIn + "'letter'"));
        table.add(attack(
                "letter: its envelope's mark", sql("UPDATE letter SET envelope = 5" + first), alphaIn + "'letter'"));
        table.add(attack("letter: removed", sql("DELETE FROM letter" + first), alphaIn + "'letter'"));
        table.add(attack(
                "letter: added",
                sql("INSERT INTO letter SELECT number + 1, zeroblob(32), id, size, envelope, body, message FROM letter"
                        + first),
                "table 'letter'"));
        table.add(attack(
                "place: added",
                sql("INSERT INTO place VALUES (" + alpha.number() + ", "
                        + beta.place().frame() + ", 1)"),
                alphaIn + "'place'"));
        table.add(
                attack("moved: added", sql("INSERT INTO moved VALUES (" + alpha.number() + ")"), alphaIn + "'moved'"));
        table.add(attack(
                "testimony: added",
                sql("INSERT INTO testimony VALUES (" + beta.number() + ", 1, 5)"),
                "letter " + beta.id() + ": the catalogue's table 'testimony'"));
        table.add(attack("testimony: removed", sql("DELETE FROM testimony"), alphaIn + "'testimony'"));
        table.add(attack(
                "testimony: of another arrival",
                sql("UPDATE testimony SET arrival = arrival - 1"),
                alphaIn + "'testimony'"));
        table.add(attack("testimony: its mark", sql("UPDATE testimony SET envelope = 5"), alphaIn + "'testimony'"));
        table.add(attack(
                "quarantined: added", sql("INSERT INTO quarantined VALUES (3, NULL, NULL)"), "table 'quarantined'"));
        table.add(attack("notice: added", sql("INSERT INTO notice VALUES (3)"), "table 'notice'"));
        table.add(attack("part: its mark", sql("UPDATE part SET mark = mark + 1"), "table 'part'"));
        table.add(attack("part: removed", sql("DELETE FROM part"), "table 'part'"));
        table.add(attack(
                "uses: removed", sql("DELETE FROM uses"), "letter " + beta.id() + ": the catalogue's table 'uses'"));
        table.add(attack(
                "books",
                sql("UPDATE books SET received = received + 1, letters = letters + 1"),
                "the books of source"));
        table.add(attack("books: octets", sql("UPDATE books SET raw_bytes = 0"), "the books of source"));
        table.add(attack(
                "act: a person's address",
                sql("UPDATE act SET manifest = CAST(replace(CAST(manifest AS TEXT),"
                        + " 'anna@', 'evil@') AS BLOB) WHERE instr(manifest, CAST('anna@' AS BLOB)) > 0"),
                "table 'act'"));
        table.add(attack(
                "act: removed", sql("DELETE FROM act WHERE number = (SELECT max(number) FROM act)"), "table 'act'"));
        table.add(attack("audit: removed", sql("DELETE FROM audit"), "table 'audit'"));
        table.add(attack("erased: added", sql("INSERT INTO erased VALUES (zeroblob(32))"), "table 'erased'"));
        table.add(attack(
                "unpurged: added, so that the index lets go of a letter",
                sql("INSERT INTO unpurged VALUES (" + alpha.number() + ")"),
                "index had 7 of 8 letters: not letter " + alpha.id()));
        table.add(attack(
                "position: ahead",
                sql("UPDATE position SET frames = frames + 5"),
                "the catalogue knows 23 frames, the vault has only 18"));
        table.add(attack(
                "position: behind, so that a frame would count again",
                sql("UPDATE position SET frames = frames - 1"),
                "the catalogue cannot be written: .*UNIQUE"));
        table.add(attack(
                "a trigger",
                sql(
                        "CREATE TRIGGER later AFTER INSERT ON letter BEGIN DELETE FROM outbox; END",
                        "UPDATE position SET frames = frames"),
                "table 'sqlite_schema'"));
        table.add(attack("gap: one that there is not", sql("INSERT INTO gap VALUES (2, NULL)"), "table 'gap'"));
        table.add(attack(
                "rhythm: reports that never came", sql("INSERT INTO rhythm VALUES ('a', 1, 5, 5)"), "table 'rhythm'"));
        table.add(attack(
                "an index without a letter",
                TamperTest::hollowIndex,
                "letter " + alpha.id() + ": the catalogue is damaged: row"));
    }

    /// All but the first four with right checksums, as Lucene's own tools write them.
    private static void indexAttacks(List<Attack> table) {
        String different = ": the index holds something else";
        String alphaDiffers = "index: letter " + alpha.id() + different;
        table.add(attack(
                "index: a bit of a file",
                data -> {
                    try (Stream<Path> files = Files.list(data.resolve("index"))) {
                        flip(
                                files.filter(f -> f.toString().endsWith(".cfs"))
                                        .findFirst()
                                        .orElseThrow(),
                                200);
                    }
                },
                "the index is damaged: checksum failed"));
        table.add(attack("index: a document that is no letter", TamperTest::addForeign, "the index was damaged"));
        table.add(attack(
                "index: from an older copy",
                data -> {
                    try (Stream<Path> files = Files.list(data.resolve("index"))) {
                        for (Path file : files.toList()) {
                            Files.delete(file);
                        }
                    }
                    copy(earlier.resolve("index"), data.resolve("index"));
                },
                "the index had 7 of 8 letters: not letter " + omega.id()));
        table.add(attack(
                "index: a letter removed",
                index(writer -> writer.deleteDocuments(IndexTampering.key(alpha.number()))),
                "the index had 7 of 8 letters: not letter " + alpha.id()));
        table.add(attack(
                "index: a letter twice",
                index(writer -> IndexTampering.twice(writer, alpha.number())),
                "the index had 9 letters, the catalogue 8: more than once letter " + alpha.id()));
        Deed swapped = index(writer -> {
            IndexTampering.twice(writer, beta.number());
            writer.deleteDocuments(IndexTampering.key(alpha.number()));
        });
        table.add(attack(
                "index: one letter removed, another twice", swapped, "index: letter " + alpha.id() + ": it is not in"));
        table.add(attack(
                "index: one letter twice, another removed",
                swapped,
                "index: letter " + beta.id() + ": .* more than once"));
        table.add(attack("index: a word removed", indexAnew(IndexTampering.term("text", "ciao", "")), alphaDiffers));
        table.add(
                attack("index: a word changed", indexAnew(IndexTampering.term("text", "ciao", "cibo")), alphaDiffers));
        table.add(attack(
                "index: a subject changed",
                indexAnew(IndexTampering.term("subject", "alpha", "alpine")),
                alphaDiffers));
        table.add(attack(
                "index: a word moved",
                indexAnew(IndexTampering.positions("subject", "two")),
                "index: letter " + beta.id() + different));
        table.add(attack(
                "index: who may see it",
                indexAnew(IndexTampering.term("who", "bob@example.org", "bob@example.orh")),
                alphaDiffers));
        table.add(attack(
                "index: a recipient",
                indexAnew(IndexTampering.term("to", "bob@example.org", "bob@example.orh")),
                alphaDiffers));
        table.add(attack(
                "index: a blind recipient",
                indexAnew(IndexTampering.octets("envelopes", "eva@", "evi@")),
                "index: letter " + zeta.id() + different));
        table.add(attack(
                "index: a flag",
                indexAnew(IndexTampering.term("flag", "attachment", "")),
                "index: letter " + beta.id() + different));
        table.add(attack(
                "index: the instant that access follows",
                indexAnew(IndexTampering.value("at")),
                "index: letter " + omega.id() + different));
        table.add(attack("index: the date", indexAnew(IndexTampering.value("date")), alphaDiffers));
        table.add(attack("index: the size", indexAnew(IndexTampering.value("size")), alphaDiffers));
        table.add(attack("index: what a page shows", indexAnew(IndexTampering.shown("Alpha", "Alphb")), alphaDiffers));
        table.add(attack(
                "index: a number",
                indexAnew(IndexTampering.value("number")),
                "index: letter number " + (alpha.number() + 1) + " .*: the index has it, the catalogue does not"));
    }

    /// By somebody who has the machine and all keys: nothing there contradicts what is left.
    private static void signAnewWithoutTheEnd(Path data) throws Exception {
        Files.delete(segment(data, 3));
        try (Stream<Path> files = Files.walk(data)) {
            List<Path> derived = files.filter(Files::isRegularFile)
                    .filter(file -> data.relativize(file).toString().matches("(catalogue\\.db.*|index/.*|ledger/.*)"))
                    .toList();
            for (Path file : derived) {
                Files.delete(file);
            }
        }
        Shell shell = new Shell(data);
        shell.done("rebuild", "--accept-loss");
        shell.done("import", mail("other", Shell.mail("anna@example.com", "bob@example.org", "Other", "Altro.")));
        assertThat(shell.done("check").out()).contains("all is well");
    }

    @TestFactory
    Stream<DynamicTest> eachIsFound() {
        return attacks().stream().map(attack -> DynamicTest.dynamicTest(attack.name(), () -> found(attack)));
    }

    private static void found(Attack attack) throws Exception {
        Path data = Files.createTempDirectory(folder, "tampered").resolve("data");
        copy(made, data);
        attack.deed().to(data);
        Shell shell = new Shell(data);
        Said said = attack.witnessed() ? shell.run("check", "--witness", witness.toString()) : shell.run("check");
        assertThat(said.exit()).as(said.out() + said.err()).isEqualTo(1);
        assertThat(said.err()).containsPattern(attack.finds());
    }

    @Test
    void thereAreThirtyAtLeast() {
        assertThat(attacks()).hasSizeGreaterThanOrEqualTo(30);
    }

    /// The one thing that cannot be found from inside: the whole directory as it once was. `check` says so.
    @Test
    void withoutAWitnessARollbackIsUnproven() throws Exception {
        Path data = folder.resolve("rolled-back");
        copy(made, data);
        rollBack(data);
        assertThat(new Shell(data).done("check").out()).contains("unproven: that the archive was not taken back");
    }
}
