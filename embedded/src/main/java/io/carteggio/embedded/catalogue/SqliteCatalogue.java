package io.carteggio.embedded.catalogue;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.QuarantineEntry;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Octets;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.embedded.catalogue.Sqlite.Session;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The catalogue in one SQLite file.
///
/// It has no migrations: it is a projection, so a file with another schema version is set aside and
/// filled anew from the vault, which is the same code that registers every arrival.
public final class SqliteCatalogue implements Catalogue {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteCatalogue.class);

    /// Raised with every change of the schema below.
    private static final int SCHEMA_VERSION = 3;

    private static final String SCHEMA = """
            CREATE TABLE position (only INTEGER PRIMARY KEY, segment INTEGER NOT NULL, offset INTEGER NOT NULL,
                frames INTEGER NOT NULL, letters INTEGER NOT NULL);
            CREATE TABLE letter (number INTEGER PRIMARY KEY, sum BLOB NOT NULL UNIQUE, id TEXT NOT NULL UNIQUE,
                size INTEGER NOT NULL);
            CREATE TABLE place (letter INTEGER NOT NULL, frame INTEGER NOT NULL, record INTEGER NOT NULL,
                PRIMARY KEY (letter, frame, record)) WITHOUT ROWID;
            CREATE INDEX place_frame ON place (frame);
            CREATE TABLE arrival (number INTEGER PRIMARY KEY, disposition TEXT NOT NULL, envelope_mark INTEGER,
                manifest BLOB NOT NULL, record INTEGER);
            CREATE INDEX arrival_envelope ON arrival (envelope_mark) WHERE envelope_mark IS NOT NULL;
            CREATE INDEX arrival_quarantined ON arrival (number) WHERE disposition = 'quarantined';
            CREATE TABLE testimony (letter INTEGER NOT NULL, arrival INTEGER NOT NULL,
                PRIMARY KEY (letter, arrival)) WITHOUT ROWID;
            CREATE TABLE address (number INTEGER PRIMARY KEY, key TEXT NOT NULL UNIQUE);
            CREATE TABLE envelope (address INTEGER NOT NULL, arrival INTEGER NOT NULL,
                PRIMARY KEY (address, arrival)) WITHOUT ROWID;
            CREATE TABLE books (source TEXT PRIMARY KEY, received INTEGER NOT NULL, letters INTEGER NOT NULL,
                evidence INTEGER NOT NULL, notice INTEGER NOT NULL, quarantined INTEGER NOT NULL,
                discarded INTEGER NOT NULL, originals INTEGER NOT NULL, raw_bytes INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE act (number INTEGER PRIMARY KEY, manifest BLOB NOT NULL);
            CREATE TABLE audit (number INTEGER PRIMARY KEY, manifest BLOB NOT NULL);
            CREATE TABLE outbox (row INTEGER PRIMARY KEY AUTOINCREMENT, letter INTEGER NOT NULL);
            CREATE TABLE erasure (number INTEGER PRIMARY KEY, manifest BLOB NOT NULL);
            CREATE TABLE erased (mark BLOB PRIMARY KEY) WITHOUT ROWID;
            CREATE TABLE used (frame INTEGER NOT NULL, record INTEGER NOT NULL, by_frame INTEGER NOT NULL,
                by_record INTEGER NOT NULL, PRIMARY KEY (frame, record, by_frame, by_record)) WITHOUT ROWID;
            CREATE INDEX used_by ON used (by_frame, by_record);
            CREATE TABLE unpurged (letter INTEGER PRIMARY KEY);
            INSERT INTO position VALUES (1, 0, 0, 0, 0)
            """;

    /// What a rebuild must make the same, and how it is read in an order that the way to it does not change:
    /// addresses have numbers that differ once some were forgotten. Outbox and `unpurged` belong to the index.
    private static final Map<String, String> DERIVED = derived();

    private static Map<String, String> derived() {
        Map<String, String> queries = new LinkedHashMap<>();
        for (String table : List.of(
                "letter", "arrival", "testimony", "books", "act", "audit", "erasure")) {
            queries.put(table, "SELECT * FROM " + table + " ORDER BY 1, 2");
        }
        queries.put("position", "SELECT frames, letters FROM position"); // compaction moves where that is
        queries.put("erased", "SELECT mark FROM erased ORDER BY 1");
        queries.put("place", "SELECT * FROM place ORDER BY 1, 2, 3");
        queries.put("used", "SELECT * FROM used ORDER BY 1, 2, 3, 4");
        queries.put("address", "SELECT key FROM address ORDER BY 1");
        queries.put(
                "envelope",
                "SELECT e.arrival, a.key FROM envelope e LEFT JOIN address a ON a.number = e.address ORDER BY 1, 2");
        return queries;
    }

    private final Sqlite database;
    private final LetterId.Maker ids;

    /// Opens the file, or makes it anew where it is missing, of another version, or not a database
    /// any more.
    public static SqliteCatalogue open(Path file, LetterId.Maker ids) throws ArchiveException {
        try {
            if (Files.exists(file) && !usable(file)) {
                LOG.warn("{} is of another version or damaged; the catalogue is made anew from the vault", file);
                remove(file);
            }
            boolean fresh = !Files.exists(file);
            Sqlite database = new Sqlite(file);
            if (fresh) {
                database.write(session -> {
                    session.script(SCHEMA);
                    return session.run("PRAGMA user_version = " + SCHEMA_VERSION);
                });
            }
            return new SqliteCatalogue(database, ids);
        } catch (SQLException | IOException e) {
            throw new ArchiveException("the catalogue " + file + " cannot be opened: " + e.getMessage(), true, e);
        }
    }

    private static boolean usable(Path file) {
        try (Sqlite database = new Sqlite(file)) {
            return database.read(session -> session.first("PRAGMA user_version", r -> r.getInt(1)))
                            .orElse(0)
                    == SCHEMA_VERSION;
        } catch (SQLException | ArchiveException e) {
            LOG.warn("the catalogue does not open: {}", e.getMessage());
            return false;
        }
    }

    /// Removes a catalogue's files.
    public static void remove(Path file) throws IOException {
        for (String suffix : List.of("", "-wal", "-shm")) {
            Files.deleteIfExists(file.resolveSibling(file.getFileName() + suffix));
        }
    }

    private SqliteCatalogue(Sqlite database, LetterId.Maker ids) {
        this.database = database;
        this.ids = ids;
    }

    @Override
    public Position position() throws ArchiveException {
        return database.read(s -> s.first(
                        "SELECT segment, offset, frames FROM position",
                        r -> new Position(r.getLong(1), r.getLong(2), r.getLong(3))))
                .orElse(Position.START);
    }

    @Override
    public void register(List<Registration> frames) throws ArchiveException {
        if (frames.isEmpty()) {
            return;
        }
        database.write(session -> {
            Map<String, Books.Account> booked = new LinkedHashMap<>();
            Batch batch = new Batch(session, ids);
            for (Registration frame : frames) {
                switch (frame) {
                    case Registration.OfArrival(Kept kept, ArrivalEntry entry) -> {
                        int originals = batch.arrival(kept, entry);
                        booked.merge(entry.source(), account(entry, originals), SqliteCatalogue::plus);
                    }
                    case Registration.OfAct(Kept kept, Act act) -> batch.act(kept, act);
                }
            }
            for (Books.Account account : booked.values()) {
                book(session, account);
            }
            return batch.end(frames.getLast().kept().end());
        });
    }

    private static Books.Account account(ArrivalEntry entry, int originals) {
        Disposition d = entry.disposition();
        return new Books.Account(
                entry.source(),
                1,
                d == Disposition.LETTERS ? 1 : 0,
                d == Disposition.EVIDENCE ? 1 : 0,
                d == Disposition.NOTICE ? 1 : 0,
                d == Disposition.QUARANTINED ? 1 : 0,
                d == Disposition.DISCARDED ? 1 : 0,
                originals,
                entry.rawBytes());
    }

    private static Books.Account plus(Books.Account a, Books.Account b) {
        return a.plus(b);
    }

    private static void book(Session session, Books.Account a) throws SQLException {
        session.run(
                """
                INSERT INTO books VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source) DO UPDATE SET
                    received = received + excluded.received, letters = letters + excluded.letters,
                    evidence = evidence + excluded.evidence, notice = notice + excluded.notice,
                    quarantined = quarantined + excluded.quarantined, discarded = discarded + excluded.discarded,
                    originals = originals + excluded.originals, raw_bytes = raw_bytes + excluded.raw_bytes""",
                a.source(),
                a.received(),
                a.letters(),
                a.evidence(),
                a.notices(),
                a.quarantined(),
                a.discarded(),
                a.originals(),
                a.rawBytes());
    }

    @Override
    public Optional<CataloguedLetter> letter(Sha256 sum) throws ArchiveException {
        return database.read(s -> letterWhere(s, "sum = ?", sum.toBytes()));
    }

    @Override
    public Optional<CataloguedLetter> letter(LetterId id) throws ArchiveException {
        return database.read(s -> letterWhere(s, "id = ?", id.text()));
    }

    @Override
    public Optional<CataloguedLetter> letter(long number) throws ArchiveException {
        return database.read(s -> letterWhere(s, "number = ?", number));
    }

    @Override
    public Optional<CataloguedLetter> letterAt(Place place) throws ArchiveException {
        return database.read(s -> {
            Optional<Long> number = s.first(
                    "SELECT letter FROM place WHERE frame = ? AND record = ?",
                    r -> r.getLong(1),
                    place.frame(),
                    place.record());
            return number.isPresent() ? letterWhere(s, "number = ?", number.get()) : Optional.empty();
        });
    }

    private static Optional<CataloguedLetter> letterWhere(Session s, String condition, Object value)
            throws SQLException {
        return letters(s, condition + " LIMIT 1", value).stream().findFirst();
    }

    @Override
    public List<CataloguedLetter> lettersAfter(long after, int limit) throws ArchiveException {
        return database.read(s -> letters(s, "number > ? ORDER BY number LIMIT ?", after, limit));
    }

    private static List<CataloguedLetter> letters(Session s, String condition, Object... values) throws SQLException {
        record Bare(long number, LetterId id, Sha256 sum, long size) {}
        List<Bare> bare = s.list(
                "SELECT number, id, sum, size FROM letter WHERE " + condition,
                r -> new Bare(r.getLong(1), new LetterId(r.getString(2)), Sha256.ofSum(r.getBytes(3)), r.getLong(4)),
                values);
        List<CataloguedLetter> letters = new ArrayList<>(bare.size());
        for (Bare b : bare) {
            List<Place> places = s.list(
                    "SELECT frame, record FROM place WHERE letter = ? ORDER BY frame, record",
                    r -> new Place(r.getLong(1), r.getInt(2)),
                    b.number());
            letters.add(new CataloguedLetter(b.number(), b.id(), b.sum(), b.size(), places));
        }
        return letters;
    }

    @Override
    public List<Testimony> testimonies(long letter) throws ArchiveException {
        return database.read(s ->
                s.list("""
                SELECT a.number, a.manifest, a.record FROM testimony t
                    JOIN arrival a ON a.number = t.arrival WHERE t.letter = ? ORDER BY t.arrival""", r -> new Testimony(r.getLong(1), EntryCodec.arrival(r.getBytes(2)), place(r)), letter));
    }

    private static Optional<Place> place(ResultSet r) throws SQLException {
        return r.getObject("record") == null
                ? Optional.empty()
                : Optional.of(new Place(r.getLong("number"), r.getInt("record")));
    }

    @Override
    public boolean hasEnvelopeMark(long mark) throws ArchiveException {
        return database.read(s -> s.first("SELECT 1 FROM arrival WHERE envelope_mark = ?", r -> true, mark)
                .isPresent());
    }

    @Override
    public Books books() throws ArchiveException {
        return new Books(database.read(s -> s.list(
                """
                SELECT source, received, letters, evidence, notice, quarantined, discarded, originals, raw_bytes
                    FROM books ORDER BY source""",
                r -> new Books.Account(
                        r.getString(1),
                        r.getLong(2),
                        r.getLong(3),
                        r.getLong(4),
                        r.getLong(5),
                        r.getLong(6),
                        r.getLong(7),
                        r.getLong(8),
                        r.getLong(9)))));
    }

    @Override
    public List<QuarantineEntry> quarantine(int limit, long beforeNumber) throws ArchiveException {
        return database.read(s -> s.list(
                """
                SELECT number, manifest, record FROM arrival
                    WHERE disposition = 'quarantined' AND number < ? ORDER BY number DESC LIMIT ?""",
                r -> new QuarantineEntry(r.getLong(1), EntryCodec.arrival(r.getBytes(2)), place(r).orElseThrow()),
                beforeNumber,
                limit));
    }

    @Override
    public List<Act> administration() throws ArchiveException {
        return database.read(
                s -> s.list("SELECT manifest FROM act ORDER BY number", r -> EntryCodec.act(r.getBytes(1))));
    }

    @Override
    public List<Erasure> erasures(long after, int limit) throws ArchiveException {
        return database.read(s -> s.list(
                "SELECT number, manifest FROM erasure WHERE number > ? ORDER BY number LIMIT ?",
                r -> new Erasure(r.getLong(1), (Act.Erased) EntryCodec.act(r.getBytes(2))),
                after,
                limit));
    }

    @Override
    public boolean isErased(Octets mark) throws ArchiveException {
        return database.read(s -> s.first("SELECT 1 FROM erased WHERE mark = ?", r -> true, mark.toBytes())
                .isPresent());
    }

    @Override
    public long erasedMarks() throws ArchiveException {
        return count("SELECT count(*) FROM erased");
    }

    @Override
    public List<Long> users(Place record) throws ArchiveException {
        return database.read(s -> s.list(
                """
                SELECT DISTINCT p.letter FROM used u JOIN place p ON p.frame = u.by_frame AND p.record = u.by_record
                    WHERE u.frame = ? AND u.record = ? ORDER BY 1""",
                r -> r.getLong(1),
                record.frame(),
                record.record()));
    }

    @Override
    public List<Long> unpurged() throws ArchiveException {
        return database.read(s -> s.list("SELECT letter FROM unpurged ORDER BY 1", r -> r.getLong(1)));
    }

    @Override
    public void purged(Collection<Long> letters) throws ArchiveException {
        database.write(s -> {
            int gone = 0;
            for (long letter : letters) {
                gone += s.run("DELETE FROM unpurged WHERE letter = ?", letter);
            }
            return gone;
        });
    }

    @Override
    public void scrub() throws ArchiveException {
        database.emptyLog();
    }

    @Override
    public List<Act.Audited> audit(int limit) throws ArchiveException {
        return database.read(s -> s.list(
                "SELECT manifest FROM audit ORDER BY number DESC LIMIT ?",
                r -> (Act.Audited) EntryCodec.act(r.getBytes(1)),
                limit));
    }

    @Override
    public long letters() throws ArchiveException {
        return count("SELECT count(*) FROM letter");
    }

    @Override
    public List<Outstanding> outbox(long afterRow, int limit) throws ArchiveException {
        return database.read(s -> s.list(
                "SELECT row, letter FROM outbox WHERE row > ? ORDER BY row LIMIT ?",
                r -> new Outstanding(r.getLong(1), r.getLong(2)),
                afterRow,
                limit));
    }

    @Override
    public long outboxSize() throws ArchiveException {
        return count("SELECT count(*) FROM outbox");
    }

    private long count(String sql) throws ArchiveException {
        return database.read(s -> s.first(sql, r -> r.getLong(1))).orElse(0L);
    }

    @Override
    public void confirmOutbox(long row) throws ArchiveException {
        database.write(s -> s.run("DELETE FROM outbox WHERE row <= ?", row));
    }

    @Override
    public void fillOutbox() throws ArchiveException {
        database.write(s -> s.run("INSERT INTO outbox (letter) SELECT number FROM letter ORDER BY number"));
    }

    /// A sum over each table's rows in their order: equal for two catalogues that say the same. For
    /// `rebuild
    /// --compare`.
    public Map<String, Sha256> digest() throws ArchiveException {
        Map<String, Sha256> sums = new LinkedHashMap<>();
        for (Map.Entry<String, String> table : DERIVED.entrySet()) {
            MessageDigest digest = Sha256.digest();
            database.read(s -> s.list(table.getValue(), r -> {
                for (int i = 1; i <= r.getMetaData().getColumnCount(); i++) {
                    byte[] cell = r.getBytes(i);
                    digest.update(
                            (i + ":" + (cell == null ? -1 : cell.length) + ":").getBytes(StandardCharsets.US_ASCII));
                    if (cell != null) {
                        digest.update(cell);
                    }
                }
                return Boolean.TRUE;
            }));
            sums.put(table.getKey(), Sha256.finish(digest));
        }
        return sums;
    }

    @Override
    public void close() throws ArchiveException {
        try {
            database.close();
        } catch (SQLException e) {
            throw new ArchiveException("the catalogue cannot be closed", false, e);
        }
    }
}
