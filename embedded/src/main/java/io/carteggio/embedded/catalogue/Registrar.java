package io.carteggio.embedded.catalogue;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.Catalogue.Registration;
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
import java.sql.SQLException;
import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Takes frames into the tables: what arrivals brought, what acts did, what erasures took away. Called by the
/// one thread that registers.
final class Registrar {
    private static final long HOUR_MILLIS = 3_600_000;
    private static final Logger LOG = LoggerFactory.getLogger(Registrar.class);

    private final LetterId.Maker ids;
    private final KnownKeys known;
    private final SaidLately said;

    Registrar(LetterId.Maker ids, KnownKeys known, SaidLately said) {
        this.ids = ids;
        this.known = known;
        this.said = said;
    }

    /// Takes frames in their order, with the position reached.
    ///
    /// @return rows changed by the last statement
    int register(Session session, List<Registration> batch) throws SQLException {
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
                "UPDATE position SET segment = ?, offset = ?, frames = ?", end.segment(), end.offset(), end.frames());
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
                known.add(mark);
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
            Optional<Long> before =
                    known.isNew(ref.sum()) ? Optional.empty() : LetterRows.numbered(session, ref.sum(), id.prefix());
            if (before.isEmpty() && first.isPresent()) {
                known.add(ref.sum()); // before the transaction ends: what is in the file is in the filters
                ref.bodyMark().ifPresent(known::add);
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
            } else if (before.isPresent()) {
                again(session, before.get(), frame, place, entry);
                touched.add(before.get());
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

    private static long number(Place place) {
        return place.number();
    }

    private static Place place(long number) {
        return Place.ofNumber(number);
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
                    LetterRows.numbered(session, ref.sum(), ids.of(ref.sum()).prefix());
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
                LetterRows.numbered(session, ref.sum(), ids.of(ref.sum()).prefix())
                        .ifPresent(survivors::add);
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
}
