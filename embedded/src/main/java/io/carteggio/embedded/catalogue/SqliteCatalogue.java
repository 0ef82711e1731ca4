package io.carteggio.embedded.catalogue;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Frames;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.catalogue.QuarantineEntry;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.entry.LetterRef;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Kept.KeptRecord;
import io.carteggio.archive.vault.Octets;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.embedded.catalogue.Sqlite.Session;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
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
    private static final long HOUR_MILLIS = 3_600_000;

    /// Letters looked up by one statement.
    private static final int AT_ONCE = 32;

    private static final String PLACEHOLDERS = "(" + "?, ".repeat(AT_ONCE - 1) + "?)";
    private static final Logger LOG = LoggerFactory.getLogger(SqliteCatalogue.class);

    /// Raised with every change of the schema below.
    private static final int SCHEMA_VERSION = 8;

    /// `letter.envelope` is the mark of the arrival that brought the letter; further arrivals stand in
    /// `testimony`. `place` has further places of a letter, where arrivals raced. `uses` says which letters
    /// cannot be read without a record of another frame. `moved` has letters that are no longer at their first
    /// place. `erased` has the marks of erased letters, `unpurged` the numbers of those that the index may
    /// still have. `gap` has notices that tell of a report that is missing, with the act that closed it.
    /// `rhythm` has how many reports came in each hour, and the instant of the last in milliseconds.
    /// `quarantined` has all arrivals that came into quarantine, with the frame that says what has become of
    /// them since, and what.
    private static final String SCHEMA = """
            CREATE TABLE position (only INTEGER PRIMARY KEY, segment INTEGER NOT NULL, offset INTEGER NOT NULL,
                frames INTEGER NOT NULL);
            CREATE TABLE letter (number INTEGER PRIMARY KEY, sum BLOB NOT NULL, id INTEGER NOT NULL,
                size INTEGER NOT NULL, envelope INTEGER, body INTEGER, message INTEGER);
            CREATE INDEX letter_id ON letter (id);
            CREATE INDEX letter_body ON letter (body) WHERE body IS NOT NULL;
            CREATE INDEX letter_message ON letter (message) WHERE message IS NOT NULL;
            CREATE TABLE place (letter INTEGER NOT NULL, frame INTEGER NOT NULL, record INTEGER NOT NULL,
                PRIMARY KEY (letter, frame, record)) WITHOUT ROWID;
            CREATE INDEX place_frame ON place (frame, record);
            CREATE TABLE testimony (letter INTEGER NOT NULL, arrival INTEGER NOT NULL, envelope INTEGER,
                PRIMARY KEY (letter, arrival)) WITHOUT ROWID;
            CREATE INDEX testimony_arrival ON testimony (arrival);
            CREATE TABLE quarantined (arrival INTEGER PRIMARY KEY, revision INTEGER, became TEXT);
            CREATE INDEX quarantined_now ON quarantined (arrival) WHERE revision IS NULL;
            CREATE TABLE gap (arrival INTEGER PRIMARY KEY, closed INTEGER);
            CREATE INDEX gap_open ON gap (arrival) WHERE closed IS NULL;
            CREATE TABLE rhythm (source TEXT NOT NULL, hour INTEGER NOT NULL, reports INTEGER NOT NULL,
                last INTEGER NOT NULL, PRIMARY KEY (source, hour)) WITHOUT ROWID;

            CREATE TABLE notice (arrival INTEGER PRIMARY KEY);
            CREATE TABLE part (mark INTEGER NOT NULL, frame INTEGER NOT NULL, record INTEGER NOT NULL,
                PRIMARY KEY (mark, frame, record)) WITHOUT ROWID;
            CREATE TABLE uses (frame INTEGER NOT NULL, record INTEGER NOT NULL, letter INTEGER NOT NULL,
                PRIMARY KEY (frame, record, letter)) WITHOUT ROWID;
            CREATE TABLE books (source TEXT PRIMARY KEY, received INTEGER NOT NULL, letters INTEGER NOT NULL,
                evidence INTEGER NOT NULL, notice INTEGER NOT NULL, quarantined INTEGER NOT NULL,
                discarded INTEGER NOT NULL, originals INTEGER NOT NULL, raw_bytes INTEGER NOT NULL,
                redeliveries INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE act (number INTEGER PRIMARY KEY, manifest BLOB NOT NULL);
            CREATE TABLE audit (number INTEGER PRIMARY KEY, manifest BLOB NOT NULL);
            CREATE TABLE outbox (row INTEGER PRIMARY KEY AUTOINCREMENT, letter INTEGER NOT NULL);
            CREATE TABLE moved (letter INTEGER PRIMARY KEY);
            CREATE TABLE erasure (number INTEGER PRIMARY KEY, manifest BLOB NOT NULL);
            CREATE TABLE erased (mark BLOB PRIMARY KEY) WITHOUT ROWID;
            CREATE TABLE unpurged (letter INTEGER PRIMARY KEY);
            INSERT INTO position VALUES (1, 0, 0, 0)
            """;

    private final Path file;
    private final SaidLately said = new SaidLately();
    private final Sqlite database;
    private final LetterId.Maker ids;
    private final KeyFilter sums;
    private final KeyFilter marks; // of bodies and parts
    private final Thread filling;
    private volatile boolean filled; // the filters hold all that was here when the file was opened
    private volatile boolean closed;
    private volatile Frames frames = number -> Optional.empty();

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
            return new SqliteCatalogue(file, database, ids);
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

    private SqliteCatalogue(Path file, Sqlite database, LetterId.Maker ids) throws ArchiveException {
        this.file = file;
        this.database = database;
        this.ids = ids;
        long letters = letters();
        this.sums = new KeyFilter(letters);
        this.marks = new KeyFilter(letters);
        this.filling = Thread.ofVirtual().name("catalogue-filters").start(this::fillFilters);
    }

    @Override
    public void readFrom(Frames vault) {
        frames = vault;
    }

    @Override
    public Position position() throws ArchiveException {
        return database.read(s -> s.first(
                        "SELECT segment, offset, frames FROM position",
                        r -> new Position(r.getLong(1), r.getLong(2), r.getLong(3))))
                .orElse(Position.START);
    }

    // ---- registering

    @Override
    public void register(List<Registration> batch) throws ArchiveException {
        if (batch.isEmpty()) {
            return;
        }
        database.write(session -> {
            Map<String, Books.Account> booked = new LinkedHashMap<>();
            Set<Long> touched = new LinkedHashSet<>();
            Map<String, Reported> reported = new LinkedHashMap<>();
            for (Registration frame : batch) {
                switch (frame) {
                    case Registration.OfArrival(Kept kept, ArrivalEntry entry) -> {
                        int originals = arrival(session, kept, entry, touched);
                        for (Books.Account change : Books.changes(entry, originals)) {
                            booked.merge(change.source(), change, Books.Account::plus);
                        }
                        if (isSignOfLife(entry)) {
                            Reported one = Reported.of(entry);
                            reported.merge(one.source() + "\n" + one.hour(), one, Reported::plus);
                        }
                    }
                    case Registration.OfAct(Kept kept, Act act) -> act(session, kept, act, touched);
                }
            }
            for (Books.Account account : booked.values()) {
                book(session, account);
            }
            for (Reported hour : reported.values()) {
                report(session, hour);
            }
            for (long letter : touched) {
                session.run("INSERT INTO outbox (letter) VALUES (?)", letter);
            }
            Position end = batch.getLast().kept().end();
            return session.run(
                    "UPDATE position SET segment = ?, offset = ?, frames = ?",
                    end.segment(),
                    end.offset(),
                    end.frames());
        });
    }

    /// What came of a source in an hour.
    private record Reported(String source, long hour, long reports, long last) {
        static Reported of(ArrivalEntry entry) {
            long millis = entry.arrived().toEpochMilli();
            return new Reported(entry.source(), Math.floorDiv(millis, HOUR_MILLIS), 1, millis);
        }

        Reported plus(Reported o) {
            return new Reported(source, hour, reports + o.reports, Math.max(last, o.last));
        }
    }

    /// Decided by what also a tombstone says, so that a rebuild after an erasure counts the same.
    private static boolean isSignOfLife(ArrivalEntry entry) {
        boolean regular = entry.family() == Family.REPORT || entry.family() == Family.MULTIDROP;
        return regular
                && switch (entry.disposition()) {
                    case LETTERS, EVIDENCE, DISCARDED -> true;
                    case NOTICE, QUARANTINED -> false;
                };
    }

    private static void report(Session session, Reported reported) throws SQLException {
        session.run("""
                INSERT INTO rhythm VALUES (?, ?, ?, ?) ON CONFLICT (source, hour) DO UPDATE SET
                    reports = reports + excluded.reports, last = max(last, excluded.last)""", reported.source(), reported.hour(), reported.reports(), reported.last());
    }

    /// @return how many letters came of it for the first time
    private int arrival(Session session, Kept kept, ArrivalEntry entry, Set<Long> touched) throws SQLException {
        long frame = kept.number();
        if (entry.disposition() == Disposition.QUARANTINED && entry.erased().isEmpty()) {
            session.run("INSERT INTO quarantined VALUES (?, NULL, NULL)", frame);
        }
        if (entry.revision().isPresent()) {
            session.run(
                    "UPDATE quarantined SET revision = ?, became = ? WHERE arrival = ?",
                    frame,
                    entry.disposition().word(),
                    entry.revision().get().arrival());
        }
        if (entry.disposition() == Disposition.NOTICE && entry.via().equals(Optional.of("gap"))) {
            session.run("INSERT INTO gap VALUES (?, NULL)", frame);
        }
        if (entry.disposition() == Disposition.NOTICE && entry.erased().isEmpty()) {
            session.run("INSERT INTO notice VALUES (?)", frame);
        }
        Iterator<Optional<Place>> parts = all(kept, FrameRecord.Type.PART).iterator();
        for (long mark : entry.parts()) {
            Optional<Place> part = parts.hasNext() ? parts.next() : Optional.empty();
            if (part.isPresent()) {
                marks.add(mark);
                session.run(
                        "INSERT INTO part VALUES (?, ?, ?)",
                        mark,
                        part.get().frame(),
                        part.get().record());
            }
        }
        Iterator<Place> fresh = kept.places(FrameRecord.Type.LETTER).iterator();
        int originals = 0;
        for (LetterRef ref : entry.letters()) {
            Optional<Place> first = ref.fresh() && fresh.hasNext() ? Optional.of(fresh.next()) : Optional.empty();
            Optional<Place> place = first.filter(p -> kept.record(p).isPresent());
            if (ref.isGone()) {
                originals += ref.isGoneOriginal() ? 1 : 0;
                continue;
            }
            LetterId id = ids.of(ref.sum());
            Optional<Long> known = filled && !sums.mayHold(ref.sum().prefix())
                    ? Optional.empty()
                    : numbered(session, ref.sum(), id.prefix());
            if (known.isEmpty() && first.isPresent()) {
                sums.add(ref.sum().prefix()); // before the transaction ends: what is in the file is in the filters
                ref.bodyMark().ifPresent(marks::add);
                long number = number(first.get());
                session.run(
                        "INSERT INTO letter VALUES (?, ?, ?, ?, ?, ?, ?)",
                        number,
                        ref.sum().toBytes(),
                        id.prefix(),
                        ref.sizeBytes(),
                        entry.envelopeMark().orElse(null),
                        ref.bodyMark().orElse(null),
                        ref.messageMark().orElse(null));
                if (place.isPresent()) {
                    for (Place used : ref.uses()) {
                        session.run("INSERT OR IGNORE INTO uses VALUES (?, ?, ?)", used.frame(), used.record(), number);
                    }
                } else { // it was kept anew, and its record here erased; the frame that says where is still to come
                    session.run("INSERT INTO moved VALUES (?)", number);
                }
                touched.add(number);
                originals++;
            } else if (known.isPresent()) {
                again(session, known.get(), frame, place, entry);
                touched.add(known.get());
            } else {
                LOG.error("frame {} vouches for a letter that the vault does not hold any more", frame);
            }
        }
        return originals;
    }

    /// A letter came again: with the octets, where two arrivals raced, or without.
    private static void again(Session session, long letter, long frame, Optional<Place> place, ArrivalEntry entry)
            throws SQLException {
        if (place.isPresent()) {
            session.run(
                    "INSERT OR IGNORE INTO place VALUES (?, ?, ?)",
                    letter,
                    place.get().frame(),
                    place.get().record());
            for (Place used :
                    entry.letters().stream().flatMap(l -> l.uses().stream()).toList()) {
                session.run("INSERT OR IGNORE INTO uses VALUES (?, ?, ?)", used.frame(), used.record(), letter);
            }
        }
        if (place(letter).frame() != frame) { // else it is in the report twice
            session.run(
                    "INSERT OR IGNORE INTO testimony VALUES (?, ?, ?)",
                    letter,
                    frame,
                    entry.envelopeMark().orElse(null));
        }
    }

    /// The records of a type in their order, empty for those that were erased.
    private static List<Optional<Place>> all(Kept kept, FrameRecord.Type type) {
        return kept.places(type).stream()
                .map(p -> kept.record(p).map(KeptRecord::place))
                .toList();
    }

    private static List<Place> places(Kept kept, FrameRecord.Type type) {
        List<Place> places = new ArrayList<>(1);
        for (KeptRecord record : kept.records()) {
            if (record.type() == type) {
                places.add(record.place());
            }
        }
        return places;
    }

    private static long number(Place place) {
        return place.number();
    }

    private static Place place(long number) {
        return Place.ofNumber(number);
    }

    private static Optional<Long> numbered(Session session, Sha256 sum, long prefix) throws SQLException {
        return session.first(
                "SELECT number FROM letter WHERE id = ? AND sum = ?", r -> r.getLong(1), prefix, sum.toBytes());
    }

    private void act(Session session, Kept kept, Act act, Set<Long> touched) throws SQLException {
        switch (act) {
            case Act.Audited _ -> put(session, "audit", kept, act);
            case Act.Erased erased -> {
                said.forget();
                put(session, "erasure", kept, act);
                erase(session, erased, touched);
            }
            case Act.KeptAnew anew -> keptAnew(session, kept, anew);
            case Act.Readmitted readmitted -> {
                put(session, "act", kept, act);
                session.run(
                        "DELETE FROM erased WHERE mark = ?", readmitted.mark().toBytes());
            }
            case Act.GapClosed closed -> {
                put(session, "act", kept, act);
                session.run(
                        "UPDATE gap SET closed = ? WHERE arrival = ? AND closed IS NULL",
                        kept.number(),
                        closed.arrival());
            }
            case Act.SourceAdded _,
                    Act.SourceSet _,
                    Act.MailboxSet _,
                    Act.SourceRemoved _,
                    Act.PersonAdded _,
                    Act.RoleGranted _,
                    Act.AccessReviewed _,
                    Act.TokenAdded _,
                    Act.TokenRevoked _,
                    Act.SearchSaved _,
                    Act.SearchForgotten _,
                    Act.ApprovalAsked _,
                    Act.ApprovalDecided _,
                    Act.ApprovalUsed _,
                    Act.ApprovalReturned _,
                    Act.LogInSet _,
                    Act.PasskeyAdded _,
                    Act.PasskeyUsed _,
                    Act.PasskeyRemoved _,
                    Act.PreferenceSet _,
                    Act.AccountLinked _,
                    Act.BackedUp _,
                    Act.ModeSet _,
                    Act.RoleWithdrawn _,
                    Act.AddressGiven _,
                    Act.DirectoryChanged _,
                    Act.SyncSet _,
                    Act.SyncRemoved _,
                    Act.CredentialSet _,
                    Act.HoldAdded _,
                    Act.HoldReleased _,
                    Act.TimestampAuthoritySet _,
                    Act.LodgingSet _,
                    Act.WatchSet _,
                    Act.JournalRuleSet _,
                    Act.JournalRuleRemoved _,
                    Act.ForwardingSet _,
                    Act.AgentSet _,
                    Act.EscrowKeysAdded _,
                    Act.EscrowKeysRemoved _,
                    Act.RetentionSet _ -> put(session, "act", kept, act);
        }
    }

    private static void put(Session session, String table, Kept kept, Act act) throws SQLException {
        session.run("INSERT INTO " + table + " VALUES (?, ?)", kept.number(), EntryCodec.encode(act));
    }

    private void keptAnew(Session session, Kept kept, Act.KeptAnew anew) throws SQLException {
        Iterator<Optional<Place>> places = all(kept, FrameRecord.Type.LETTER).iterator();
        for (LetterRef ref : anew.letters()) {
            Optional<Place> place = places.hasNext() ? places.next() : Optional.empty();
            Optional<Long> letter =
                    numbered(session, ref.sum(), ids.of(ref.sum()).prefix());
            if (place.isPresent() && letter.isPresent()) {
                session.run(
                        "INSERT OR IGNORE INTO place VALUES (?, ?, ?)",
                        letter.get(),
                        place.get().frame(),
                        place.get().record());
            }
        }
    }

    /// Forgets what lay in erased records.
    ///
    /// The invariant that `rebuild --compare` rests on: the catalogue is the same whether a frame is
    /// registered whole and then an act erases it, or only what the erasure left of it is ever seen.
    /// A letter of which no record is left is gone; one that was kept anew before has moved.
    private void erase(Session session, Act.Erased erasure, Set<Long> touched) throws SQLException {
        Set<Long> affected = new LinkedHashSet<>();
        for (Act.ErasedFrame frame : erasure.frames()) {
            for (int record : frame.records()) {
                long at = number(new Place(frame.frame(), record));
                session.first("SELECT number FROM letter WHERE number = ?", r -> r.getLong(1), at)
                        .ifPresent(affected::add);
                affected.addAll(session.list(
                        "SELECT letter FROM place WHERE frame = ? AND record = ?",
                        r -> r.getLong(1),
                        frame.frame(),
                        record));
                session.run("DELETE FROM place WHERE frame = ? AND record = ?", frame.frame(), record);
                session.run("DELETE FROM part WHERE frame = ? AND record = ?", frame.frame(), record);
            }
        }
        Set<Place> records = new HashSet<>();
        erasure.frames().forEach(f -> f.records().forEach(r -> records.add(new Place(f.frame(), r))));
        for (long letter : affected) {
            boolean atFirst = !records.contains(place(letter))
                    && session.first("SELECT 1 FROM moved WHERE letter = ?", r -> true, letter)
                            .isEmpty();
            boolean elsewhere = session.first("SELECT 1 FROM place WHERE letter = ? LIMIT 1", r -> true, letter)
                    .isPresent();
            if (!atFirst && !elsewhere) {
                for (String table : List.of("place", "testimony", "uses", "outbox", "moved")) {
                    session.run("DELETE FROM " + table + " WHERE letter = ?", letter);
                }
                session.run("DELETE FROM letter WHERE number = ?", letter);
                session.run("INSERT OR IGNORE INTO unpurged VALUES (?)", letter);
                touched.remove(letter);
            } else if (!atFirst) {
                session.run("INSERT OR IGNORE INTO moved VALUES (?)", letter);
                session.run("DELETE FROM uses WHERE letter = ?", letter);
            }
        }
        for (Act.ErasedFrame frame : erasure.frames()) {
            if (frame.tombstone().isPresent()) {
                bury(
                        session,
                        frame.frame(),
                        EntryCodec.tombstone(frame.tombstone().get()),
                        touched);
            }
        }
        for (Octets mark : erasure.marks()) {
            session.run("INSERT OR IGNORE INTO erased VALUES (?)", mark.toBytes());
        }
    }

    /// What an arrival said is now what its tombstone says.
    private void bury(Session session, long arrival, Optional<ArrivalEntry> tombstone, Set<Long> touched)
            throws SQLException {
        session.run("DELETE FROM quarantined WHERE arrival = ?", arrival);
        session.run("DELETE FROM gap WHERE arrival = ?", arrival);
        session.run("DELETE FROM notice WHERE arrival = ?", arrival);
        Set<Long> survivors = new LinkedHashSet<>();
        for (LetterRef ref : tombstone.map(ArrivalEntry::letters).orElse(List.of())) {
            if (!ref.isGone()) {
                numbered(session, ref.sum(), ids.of(ref.sum()).prefix()).ifPresent(survivors::add);
            }
        }
        session.run("UPDATE testimony SET envelope = NULL WHERE arrival = ?", arrival);
        for (long letter : survivors) {
            if (place(letter).frame() == arrival) {
                session.run("UPDATE letter SET envelope = NULL WHERE number = ?", letter);
            }
            touched.add(letter);
        }
    }

    private static void book(Session session, Books.Account a) throws SQLException {
        session.run(
                """
                INSERT INTO books VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT (source) DO UPDATE SET
                    received = received + excluded.received, letters = letters + excluded.letters,
                    evidence = evidence + excluded.evidence, notice = notice + excluded.notice,
                    quarantined = quarantined + excluded.quarantined, discarded = discarded + excluded.discarded,
                    originals = originals + excluded.originals, raw_bytes = raw_bytes + excluded.raw_bytes,
                    redeliveries = redeliveries + excluded.redeliveries""",
                a.source(),
                a.received(),
                a.letters(),
                a.evidence(),
                a.notices(),
                a.quarantined(),
                a.discarded(),
                a.originals(),
                a.rawBytes(),
                a.redeliveries());
    }

    @Override
    public void rest() throws ArchiveException {
        database.shortenLog();
    }

    // ---- letters
    // ---------------------------------------------------------------------------------------------------

    @Override
    public boolean knows(Sha256 sum) throws ArchiveException {
        if (filled && !sums.mayHold(sum.prefix())) {
            return false;
        }
        long prefix = ids.of(sum).prefix();
        return database.read(s -> numbered(s, sum, prefix)).isPresent();
    }

    /// Goes through all letters once, so that from then on most questions for new ones need no look
    /// into the file.
    private void fillFilters() {
        try {
            filled = pages("SELECT number, sum, body FROM letter WHERE number > ? ORDER BY number LIMIT 5000", r -> {
                        sums.add(Sha256.ofSum(r.getBytes(2)).prefix());
                        marks.add(r.getLong(3)); // 0 where there is none
                    })
                    && pages(
                            "SELECT DISTINCT mark FROM part WHERE mark > ? ORDER BY mark LIMIT 5000",
                            r -> marks.add(r.getLong(1)));
        } catch (ArchiveException e) {
            LOG.warn("the filters of what is known were not filled: {}", e.getMessage()); // slower, not wrong
        }
    }

    private interface RowTaker {
        void take(ResultSet row) throws SQLException;
    }

    /// Goes through rows by their first column, a page at a time, so that no long read keeps the log
    /// from being taken in; false where the catalogue was closed before the end.
    private boolean pages(String sql, RowTaker taker) throws ArchiveException {
        long last = Long.MIN_VALUE;
        boolean more = true;
        while (more && !closed) {
            long after = last;
            List<Long> keys = database.read(s -> s.list(
                    sql,
                    r -> {
                        taker.take(r);
                        return r.getLong(1);
                    },
                    after));
            more = !keys.isEmpty();
            last = more ? keys.getLast() : last;
        }
        return !more;
    }

    @Override
    public boolean knowsEnvelope(Sha256 letter, long mark) throws ArchiveException {
        long prefix = ids.of(letter).prefix();
        return database.read(s -> {
            Optional<Long> number = numbered(s, letter, prefix);
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
        return database.read(s -> first(letters(s, "id = ? AND sum = ?", prefix, sum.toBytes())));
    }

    @Override
    public Optional<CataloguedLetter> letter(LetterId id) throws ArchiveException {
        return first(database.read(s -> letters(s, "id = ?", id.prefix())).stream()
                .filter(l -> l.id().equals(id))
                .toList());
    }

    @Override
    public Optional<CataloguedLetter> letter(long number) throws ArchiveException {
        return database.read(s -> first(letters(s, "number = ?", number)));
    }

    @Override
    public Optional<CataloguedLetter> letterAt(Place place) throws ArchiveException {
        return database.read(s -> {
            Optional<CataloguedLetter> here = first(letters(s, "number = ?", number(place)));
            if (here.isPresent()) {
                return here;
            }
            Optional<Long> elsewhere = s.first(
                    "SELECT letter FROM place WHERE frame = ? AND record = ?",
                    r -> r.getLong(1),
                    place.frame(),
                    place.record());
            return elsewhere.isPresent() ? first(letters(s, "number = ?", elsewhere.get())) : Optional.empty();
        });
    }

    private static Optional<CataloguedLetter> first(List<CataloguedLetter> letters) {
        return letters.stream().findFirst();
    }

    @Override
    public List<CataloguedLetter> lettersAfter(long after, int limit) throws ArchiveException {
        return database.read(s -> letters(s, "number > ? ORDER BY number LIMIT ?", after, limit));
    }

    @Override
    public List<CataloguedLetter> lettersBefore(long before, int limit) throws ArchiveException {
        return database.read(s -> letters(s, "number < ? ORDER BY number DESC LIMIT ?", before, limit));
    }

    @Override
    public List<CataloguedLetter> lettersWithBody(long mark, int limit) throws ArchiveException {
        return isNew(mark)
                ? List.of()
                : database.read(s -> letters(s, "body = ? ORDER BY number LIMIT ?", mark, limit));
    }

    @Override
    public List<CataloguedLetter> variants(long letter, int limit) throws ArchiveException {
        return database.read(s -> letters(
                s,
                "message = (SELECT message FROM letter WHERE number = ?) AND number <> ? ORDER BY number DESC LIMIT ?",
                letter,
                letter,
                limit));
    }

    @Override
    public List<CataloguedLetter> lettersUsing(Place place) throws ArchiveException {
        return database.read(s -> letters(
                s,
                "number IN (SELECT letter FROM uses WHERE frame = ? AND record = ?) ORDER BY number",
                place.frame(),
                place.record()));
    }

    @Override
    public List<Place> parts(long mark) throws ArchiveException {
        return isNew(mark)
                ? List.of()
                : database.read(s -> s.list(
                        "SELECT frame, record FROM part WHERE mark = ? ORDER BY frame, record",
                        r -> new Place(r.getLong(1), r.getInt(2)),
                        mark));
    }

    private boolean isNew(long mark) {
        return filled && !marks.mayHold(mark);
    }

    private List<CataloguedLetter> letters(Session s, String condition, Object... values) throws SQLException {
        record Bare(long number, Sha256 sum, long size, boolean moved, boolean elsewhere) {}
        List<Bare> bare = s.list(
                """
                SELECT number, sum, size, EXISTS (SELECT 1 FROM moved WHERE letter = number),
                    EXISTS (SELECT 1 FROM place WHERE letter = number) FROM letter WHERE\s""" + condition,
                r -> new Bare(
                        r.getLong(1), Sha256.ofSum(r.getBytes(2)), r.getLong(3), r.getBoolean(4), r.getBoolean(5)),
                values);
        List<CataloguedLetter> letters = new ArrayList<>(bare.size());
        for (Bare b : bare) {
            List<Place> places = new ArrayList<>(1);
            if (!b.moved()) {
                places.add(place(b.number()));
            }
            if (b.elsewhere()) {
                places.addAll(s.list(
                        "SELECT frame, record FROM place WHERE letter = ? ORDER BY frame, record",
                        r -> new Place(r.getLong(1), r.getInt(2)),
                        b.number()));
            }
            if (places.isEmpty()) { // no catalogue of ours says so; the vault will tell whether it is there
                places.add(place(b.number()));
            }
            letters.add(new CataloguedLetter(b.number(), ids.of(b.sum()), b.sum(), b.size(), places));
        }
        return letters;
    }

    @Override
    public long letters() throws ArchiveException {
        return count("SELECT count(*) FROM letter");
    }

    // ---- what arrivals said
    // ----------------------------------------------------------------------------------------

    @Override
    public List<Testimony> testimonies(long letter) throws ArchiveException {
        List<Testimony> testimonies = new ArrayList<>();
        for (long arrival : arrivals(letter)) {
            testimonies.add(testimony(arrival, frames));
        }
        return testimonies;
    }

    @Override
    public List<Testimony> legibleTestimonies(long letter) throws ArchiveException {
        List<Testimony> testimonies = new ArrayList<>();
        for (long arrival : arrivals(letter)) {
            Optional<Testimony> known = said.of(arrival);
            if (known.isEmpty()) {
                long now = said.now();
                known = legible(arrival, frames);
                known.ifPresent(read -> said.keep(read, now));
            }
            known.ifPresent(testimonies::add);
        }
        return testimonies;
    }

    /// Remembers nothing: a walk through many would push out what is asked for again and again.
    @Override
    public List<Testimony> legibleTestimonies(List<Long> arrivals, Frames from) throws ArchiveException {
        List<Testimony> testimonies = new ArrayList<>(arrivals.size());
        for (long arrival : arrivals) {
            legible(arrival, from).ifPresent(testimonies::add);
        }
        return testimonies;
    }

    private static Optional<Testimony> legible(long arrival, Frames from) throws ArchiveException {
        try {
            return Optional.of(testimony(arrival, from));
        } catch (ArchiveException e) {
            if (e.laterHelps()) {
                throw e;
            }
            LOG.warn("what arrival {} said of a letter cannot be read: {}", arrival, e.getMessage());
            return Optional.empty();
        }
    }

    @Override
    public List<Vouched> vouched(List<Long> letters) throws ArchiveException {
        List<Vouched> vouched = new ArrayList<>(letters.size());
        for (int from = 0; from < letters.size(); from += AT_ONCE) {
            List<Long> some = letters.subList(from, Math.min(letters.size(), from + AT_ONCE));
            Object[] numbers = new Object[AT_ONCE];
            for (int i = 0; i < AT_ONCE; i++) { // one statement serves any number of them
                numbers[i] = some.get(Math.min(i, some.size() - 1));
            }
            database.read(s -> {
                Map<Long, CataloguedLetter> found = new HashMap<>();
                letters(s, "number IN " + PLACEHOLDERS, numbers).forEach(l -> found.put(l.number(), l));
                Map<Long, SortedSet<Long>> arrivals = new HashMap<>();
                s.list(
                        "SELECT letter, arrival FROM testimony WHERE letter IN " + PLACEHOLDERS,
                        r -> arrivals.computeIfAbsent(r.getLong(1), n -> new TreeSet<>())
                                .add(r.getLong(2)),
                        numbers);
                for (long number : some) {
                    CataloguedLetter letter = found.get(number);
                    if (letter != null) {
                        SortedSet<Long> all = arrivals.getOrDefault(number, new TreeSet<>());
                        all.add(place(number).frame());
                        vouched.add(new Vouched(letter, List.copyOf(all)));
                    }
                }
                return found.size();
            });
        }
        return vouched;
    }

    private List<Long> arrivals(long letter) throws ArchiveException {
        return database.read(s -> s.list("""
                SELECT number >> 16 AS arrival FROM letter WHERE number = ?
                UNION SELECT arrival FROM testimony WHERE letter = (SELECT number FROM letter WHERE number = ?)
                ORDER BY arrival""", r -> r.getLong(1), letter, letter));
    }

    private static Testimony testimony(long arrival, Frames from) throws ArchiveException {
        Kept kept = frame(arrival, from);
        return new Testimony(
                arrival,
                entry(kept),
                places(kept, FrameRecord.Type.EVIDENCE).stream().findFirst());
    }

    private static Kept frame(long number, Frames from) throws ArchiveException {
        return from.frame(number)
                .orElseThrow(() -> new ArchiveException("frame " + number + " cannot be read; run check", false));
    }

    private static ArrivalEntry entry(Kept kept) throws ArchiveException {
        if (Projection.registration(kept) instanceof Registration.OfArrival(Kept _, ArrivalEntry entry)) {
            return entry;
        }
        throw new ArchiveException("frame " + kept.number() + " is no arrival", false);
    }

    @Override
    public List<QuarantineEntry> quarantine(int limit, long beforeNumber) throws ArchiveException {
        List<Long> arrivals = database.read(s -> s.list(
                "SELECT arrival FROM quarantined WHERE revision IS NULL AND arrival < ? ORDER BY arrival DESC LIMIT ?",
                r -> r.getLong(1),
                beforeNumber,
                limit));
        List<QuarantineEntry> entries = new ArrayList<>(arrivals.size());
        for (long arrival : arrivals) {
            Optional<QuarantineEntry> entry = quarantineEntry(arrival);
            entry.ifPresent(entries::add);
        }
        return entries;
    }

    /// Empty where it cannot be read any more: the others are shown all the same.
    private Optional<QuarantineEntry> quarantineEntry(long arrival) throws ArchiveException {
        try {
            Kept kept = frame(arrival, frames);
            Place whole = places(kept, FrameRecord.Type.WHOLE).stream()
                    .findFirst()
                    .orElseThrow(() -> new ArchiveException("frame " + arrival + " holds no mail", false));
            return Optional.of(new QuarantineEntry(arrival, entry(kept), whole));
        } catch (ArchiveException e) {
            if (e.laterHelps()) {
                throw e;
            }
            LOG.warn("quarantined arrival {} cannot be read: {}", arrival, e.getMessage());
            return Optional.empty();
        }
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
        closed = true;
        try {
            filling.join(); // it has a connection in hand
            sums.release();
            marks.release();
            database.close();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted while the catalogue was closed", false, e);
        } catch (SQLException e) {
            throw new ArchiveException("the catalogue cannot be closed", false, e);
        }
    }
}
