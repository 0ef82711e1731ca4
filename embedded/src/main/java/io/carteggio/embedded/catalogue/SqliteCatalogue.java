package io.carteggio.embedded.catalogue;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Frames;
import io.carteggio.archive.catalogue.QuarantineEntry;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.vault.Octets;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The catalogue in one SQLite file.
///
/// It has no migrations: it is a projection, so a file with another schema version is set aside and filled anew
/// from the vault, which is the same code that registers every arrival.
///
/// It is kept small, about 135 octets a letter. A letter's number is its first place (frame and record), so no
/// column says where it lies, and a catalogue made anew numbers the same, also after erasures. What an arrival
/// says is read from its frame in the vault. Ids, bodies, envelopes and parts are found by 60 or 64 bits and
/// then compared.
public final class SqliteCatalogue implements Catalogue {
    private static final Logger LOG = LoggerFactory.getLogger(SqliteCatalogue.class);

    private final Path file;
    private final Sqlite database;
    private final LetterId.Maker ids;
    private final KnownKeys known;
    private final LetterRows letters;
    private final ArrivalFrames arrivals;
    private final Registrar registrar;

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
                    session.script(Schema.TABLES);
                    return session.run("PRAGMA user_version = " + Schema.VERSION);
                });
            }
            return new SqliteCatalogue(file, database, ids);
        } catch (SQLException | IOException e) {
            throw new ArchiveException("the catalogue " + file + " cannot be opened: " + e.getMessage(), true, e);
        }
    }

    private static boolean usable(Path file) {
        try (Sqlite database = new Sqlite(file)) {
            return database.read(session -> session.first("PRAGMA user_version", r -> r.getInt(1)))
                            .orElse(0)
                    == Schema.VERSION;
        } catch (SQLException | ArchiveException e) {
            LOG.warn("the catalogue does not open: {}", e.getMessage());
            return false;
        }
    }

    /// How far the vault had been registered in a catalogue; the start where there is none that can be read.
    public static Position positionIn(Path file) {
        if (!Files.exists(file) || !usable(file)) {
            return Position.START;
        }
        try (Sqlite database = new Sqlite(file)) {
            return position(database);
        } catch (SQLException | ArchiveException e) {
            LOG.warn("the catalogue does not tell how far it came: {}", e.getMessage());
            return Position.START;
        }
    }

    /// Removes a catalogue's files.
    public static void remove(Path file) throws IOException {
        for (String suffix : List.of("", "-wal", "-shm")) {
            Files.deleteIfExists(file.resolveSibling(file.getFileName() + suffix));
        }
    }

    private SqliteCatalogue(Path file, Sqlite database, LetterId.Maker ids) throws ArchiveException {
        this.file = file;
        this.database = database;
        this.ids = ids;
        this.known = new KnownKeys(database, letters());
        this.letters = new LetterRows(ids);
        SaidLately said = new SaidLately();
        this.arrivals = new ArrivalFrames(database, said);
        this.registrar = new Registrar(ids, known, said);
    }

    @Override
    public void readFrom(Frames vault) {
        arrivals.readFrom(vault);
    }

    @Override
    public Position position() throws ArchiveException {
        return position(database);
    }

    private static Position position(Sqlite database) throws ArchiveException {
        return database.read(s -> s.first(
                        "SELECT segment, offset, frames FROM position",
                        r -> new Position(r.getLong(1), r.getLong(2), r.getLong(3))))
                .orElse(Position.START);
    }

    @Override
    public void register(List<Registration> batch) throws ArchiveException {
        if (batch.isEmpty()) {
            return;
        }
        database.write(session -> registrar.register(session, batch));
    }

    @Override
    public void rest() throws ArchiveException {
        database.shortenLog();
    }

    // ---- letters
    // ---------------------------------------------------------------------------------------------------

    @Override
    public boolean knows(Sha256 sum) throws ArchiveException {
        if (known.isNew(sum)) {
            return false;
        }
        long prefix = ids.of(sum).prefix();
        return database.read(s -> LetterRows.numbered(s, sum, prefix)).isPresent();
    }

    @Override
    public boolean knowsEnvelope(Sha256 letter, long mark) throws ArchiveException {
        long prefix = ids.of(letter).prefix();
        return database.read(s -> {
            Optional<Long> number = LetterRows.numbered(s, letter, prefix);
            return number.isPresent()
                    && s.first("""
                                    SELECT 1 FROM letter WHERE number = ? AND envelope = ?
                                    UNION ALL SELECT 1 FROM testimony WHERE letter = ? AND envelope = ?""", r -> true, number.get(), mark, number.get(), mark)
                            .isPresent();
        });
    }

    @Override
    public Optional<CataloguedLetter> letter(Sha256 sum) throws ArchiveException {
        long prefix = ids.of(sum).prefix();
        return database.read(s -> letters.first(s, "id = ? AND sum = ?", prefix, sum.toBytes()));
    }

    @Override
    public Optional<CataloguedLetter> letter(LetterId id) throws ArchiveException {
        return database.read(s -> letters.list(s, "id = ?", id.prefix())).stream()
                .filter(l -> l.id().equals(id))
                .findFirst();
    }

    @Override
    public Optional<CataloguedLetter> letter(long number) throws ArchiveException {
        return database.read(s -> letters.first(s, "number = ?", number));
    }

    @Override
    public Optional<CataloguedLetter> letterAt(Place place) throws ArchiveException {
        return database.read(s -> {
            Optional<CataloguedLetter> here = letters.first(s, "number = ?", place.number());
            if (here.isPresent()) {
                return here;
            }
            Optional<Long> elsewhere = s.first(
                    "SELECT letter FROM place WHERE frame = ? AND record = ?",
                    r -> r.getLong(1),
                    place.frame(),
                    place.record());
            return elsewhere.isPresent() ? letters.first(s, "number = ?", elsewhere.get()) : Optional.empty();
        });
    }

    @Override
    public List<CataloguedLetter> lettersOf(long frame) throws ArchiveException {
        return database.read(s ->
                letters.list(s, """
                number IN (SELECT number FROM letter WHERE number BETWEEN ? AND ?
                    UNION SELECT letter FROM place WHERE frame = ?
                    UNION SELECT letter FROM testimony WHERE arrival = ?) ORDER BY number""", new Place(frame, 0).number(), new Place(frame + 1, 0).number() - 1, frame, frame));
    }

    @Override
    public List<CataloguedLetter> lettersNowhere(long after, int limit) throws ArchiveException {
        return database.read(s -> letters.list(
                s,
                "number IN (SELECT letter FROM moved EXCEPT SELECT letter FROM place) AND number > ?"
                        + " ORDER BY number LIMIT ?",
                after,
                limit));
    }

    @Override
    public List<CataloguedLetter> lettersAfter(long after, int limit) throws ArchiveException {
        return database.read(s -> letters.list(s, "number > ? ORDER BY number LIMIT ?", after, limit));
    }

    @Override
    public List<CataloguedLetter> lettersBefore(long before, int limit) throws ArchiveException {
        return database.read(s -> letters.list(s, "number < ? ORDER BY number DESC LIMIT ?", before, limit));
    }

    @Override
    public List<CataloguedLetter> lettersWithBody(long mark, int limit) throws ArchiveException {
        return known.isNew(mark)
                ? List.of()
                : database.read(s -> letters.list(s, "body = ? ORDER BY number LIMIT ?", mark, limit));
    }

    @Override
    public List<CataloguedLetter> variants(long letter, int limit) throws ArchiveException {
        return database.read(s -> letters.list(
                s,
                "message = (SELECT message FROM letter WHERE number = ?) AND number <> ? ORDER BY number DESC LIMIT ?",
                letter,
                letter,
                limit));
    }

    @Override
    public List<CataloguedLetter> lettersUsing(Place place) throws ArchiveException {
        return database.read(s -> letters.list(
                s,
                "number IN (SELECT letter FROM uses WHERE frame = ? AND record = ?) ORDER BY number",
                place.frame(),
                place.record()));
    }

    @Override
    public List<Place> parts(long mark) throws ArchiveException {
        return known.isNew(mark)
                ? List.of()
                : database.read(s -> s.list(
                        "SELECT frame, record FROM part WHERE mark = ? ORDER BY frame, record",
                        r -> new Place(r.getLong(1), r.getInt(2)),
                        mark));
    }

    @Override
    public long letters() throws ArchiveException {
        return count("SELECT count(*) FROM letter");
    }

    // ---- what arrivals said
    // ----------------------------------------------------------------------------------------

    @Override
    public List<Testimony> testimonies(long letter) throws ArchiveException {
        return arrivals.testimonies(letter);
    }

    @Override
    public List<Testimony> legibleTestimonies(long letter) throws ArchiveException {
        return arrivals.legibleTestimonies(letter);
    }

    @Override
    public List<Testimony> legibleTestimonies(List<Long> those, Frames from) throws ArchiveException {
        return ArrivalFrames.legibleTestimonies(those, from);
    }

    @Override
    public List<Vouched> vouched(List<Long> numbers) throws ArchiveException {
        List<Vouched> vouched = new ArrayList<>(numbers.size());
        for (int from = 0; from < numbers.size(); from += LetterRows.AT_ONCE) {
            List<Long> some = numbers.subList(from, Math.min(numbers.size(), from + LetterRows.AT_ONCE));
            vouched.addAll(database.read(s -> letters.vouched(s, some)));
        }
        return vouched;
    }

    @Override
    public List<QuarantineEntry> quarantine(int limit, long beforeNumber) throws ArchiveException {
        List<Long> numbers = database.read(s -> s.list(
                "SELECT arrival FROM quarantined WHERE revision IS NULL AND arrival < ? ORDER BY arrival DESC LIMIT ?",
                r -> r.getLong(1),
                beforeNumber,
                limit));
        List<QuarantineEntry> entries = new ArrayList<>(numbers.size());
        for (long arrival : numbers) {
            Optional<QuarantineEntry> entry = arrivals.quarantined(arrival);
            entry.ifPresent(entries::add);
        }
        return entries;
    }

    @Override
    public List<Long> keptWhole(long after, int limit) throws ArchiveException {
        return database.read(s -> s.list("""
                SELECT arrival FROM quarantined WHERE arrival > ? AND (revision IS NULL OR became = 'discarded')
                UNION ALL SELECT arrival FROM notice WHERE arrival > ? ORDER BY arrival LIMIT ?""", r -> r.getLong(1), after, after, limit));
    }

    @Override
    public List<Quarantined> quarantined(long after, int limit, boolean left) throws ArchiveException {
        return database.read(s -> s.list(
                "SELECT arrival, revision, became FROM quarantined WHERE arrival > ?"
                        + (left ? "" : " AND revision IS NULL") + " ORDER BY arrival LIMIT ?",
                SqliteCatalogue::quarantined,
                after,
                limit));
    }

    @Override
    public Optional<Quarantined> quarantined(long arrival) throws ArchiveException {
        return database.read(s -> s.first(
                "SELECT arrival, revision, became FROM quarantined WHERE arrival = ?",
                SqliteCatalogue::quarantined,
                arrival));
    }

    private static Quarantined quarantined(ResultSet row) throws SQLException {
        long revision = row.getLong(2);
        return new Quarantined(
                row.getLong(1),
                Optional.ofNullable(row.getString(3)).map(word -> new Left(revision, Disposition.ofWord(word))));
    }

    @Override
    public Books books() throws ArchiveException {
        return new Books(database.read(s -> s.list(
                """
                SELECT source, received, letters, evidence, notice, quarantined, discarded, originals, raw_bytes,
                    redeliveries FROM books ORDER BY source""",
                r -> new Books.Account(
                        r.getString(1),
                        r.getLong(2),
                        r.getLong(3),
                        r.getLong(4),
                        r.getLong(5),
                        r.getLong(6),
                        r.getLong(7),
                        r.getLong(8),
                        r.getLong(9),
                        r.getLong(10)))));
    }

    @Override
    public List<Hour> rhythm(String source, long fromHour) throws ArchiveException {
        return database.read(s -> s.list(
                "SELECT hour, reports FROM rhythm WHERE source = ? AND hour >= ? ORDER BY hour",
                r -> new Hour(r.getLong(1), r.getLong(2)),
                source,
                fromHour));
    }

    @Override
    public Optional<Instant> lastReport(String source) throws ArchiveException {
        return database.read(s -> s.first(
                "SELECT last FROM rhythm WHERE source = ? ORDER BY hour DESC LIMIT 1",
                r -> Instant.ofEpochMilli(r.getLong(1)),
                source));
    }

    @Override
    public List<GapEntry> gaps() throws ArchiveException {
        return database.read(s -> s.list("SELECT arrival, closed FROM gap ORDER BY arrival", SqliteCatalogue::gap));
    }

    @Override
    public List<GapEntry> openGaps() throws ArchiveException {
        return database.read(s ->
                s.list("SELECT arrival, closed FROM gap WHERE closed IS NULL ORDER BY arrival", SqliteCatalogue::gap));
    }

    private static GapEntry gap(ResultSet row) throws SQLException {
        long closed = row.getLong(2);
        return new GapEntry(row.getLong(1), row.wasNull() ? Optional.empty() : Optional.of(closed));
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
                r -> new Erasure(r.getLong(1), Octets.of(r.getBytes(2))),
                after,
                limit));
    }

    @Override
    public List<Erasure> newestErasures(long before, int limit) throws ArchiveException {
        return database.read(s -> s.list(
                "SELECT number, manifest FROM erasure WHERE number < ? ORDER BY number DESC LIMIT ?",
                r -> new Erasure(r.getLong(1), Octets.of(r.getBytes(2))),
                before,
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

    /// Each table's newest, of which the newest are taken: none is read further than that.
    @Override
    public List<Done> acts(long before, int limit) throws ArchiveException {
        String one = "SELECT number, manifest FROM (SELECT number, manifest FROM %s WHERE number < ?"
                + " ORDER BY number DESC LIMIT ?)";
        String all = String.join(" UNION ALL ", one.formatted("act"), one.formatted("audit"), one.formatted("erasure"))
                + " ORDER BY number DESC LIMIT ?";
        return database.read(s -> s.list(
                all,
                r -> new Done(r.getLong(1), EntryCodec.act(r.getBytes(2))),
                before,
                limit,
                before,
                limit,
                before,
                limit,
                limit));
    }

    @Override
    public List<Act.Audited> audit(int limit) throws ArchiveException {
        return database.read(s -> s.list(
                "SELECT manifest FROM audit ORDER BY number DESC LIMIT ?",
                r -> (Act.Audited) EntryCodec.act(r.getBytes(1)),
                limit));
    }

    // ---- the index's outbox
    // ----------------------------------------------------------------------------------------

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
    /// `rebuild --compare`.
    public Map<String, Sha256> digest() throws ArchiveException {
        return database.read(Comparison::digest);
    }

    /// What SQLite finds wrong with the file as such: pages, and indices that do not have what their
    /// table has.
    public List<Comparison.Fault> faults() throws ArchiveException {
        return database.read(s -> Comparison.faults(s, ids));
    }

    /// Of which letters another catalogue of the same archive says something else in a table, where
    /// the table has letters.
    ///
    /// @param anew the other's file, which is closed or at rest; told by what it says where both
    ///     know the
    /// letter
    public List<LetterId> different(String table, Path anew) throws ArchiveException {
        try (Sqlite both = new Sqlite(anew)) {
            return both.read(s -> Comparison.different(s, table, file, ids));
        } catch (SQLException e) {
            throw new ArchiveException("the two catalogues cannot be compared: " + e.getMessage(), true, e);
        }
    }

    @Override
    public void close() throws ArchiveException {
        try {
            known.close();
            database.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted while the catalogue was closed", false, e);
        } catch (SQLException e) {
            throw new ArchiveException("the catalogue cannot be closed", false, e);
        }
    }
}
