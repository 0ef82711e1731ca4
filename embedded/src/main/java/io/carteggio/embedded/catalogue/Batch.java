package io.carteggio.embedded.catalogue;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Act.ErasedFrame;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.entry.LetterRef;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Kept.KeptRecord;
import io.carteggio.archive.vault.Octets;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.embedded.catalogue.Sqlite.Session;
import io.carteggio.mail.Address;
import io.carteggio.mail.Sha256;
import java.sql.SQLException;
import java.util.Iterator;
import java.util.LinkedHashSet;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What one transaction registers. Belongs to one thread.
///
/// The invariant that `rebuild --compare` rests on: the catalogue is the same whether a frame is registered whole
/// and then an act erases it, or only what the erasure left of it is ever seen. So a tombstone uses up a letter's
/// number as the letter did, and a letter is there exactly as long as an arrival vouches for it.
final class Batch {
    private static final Logger LOG = LoggerFactory.getLogger(Batch.class);

    private final Session session;
    private final LetterId.Maker ids;
    private final Set<Long> touched = new LinkedHashSet<>();
    private long letters; // how many ever were

    Batch(Session session, LetterId.Maker ids) throws SQLException {
        this.session = session;
        this.ids = ids;
        letters = session.first("SELECT letters FROM position", r -> r.getLong(1))
                .orElse(0L);
    }

    /// @return how many letters came of it for the first time
    int arrival(Kept kept, ArrivalEntry entry) throws SQLException {
        Optional<Place> evidence = kept.records().stream()
                .filter(r -> r.type() == FrameRecord.Type.EVIDENCE || r.type() == FrameRecord.Type.WHOLE)
                .map(KeptRecord::place)
                .findFirst();
        session.run(
                "INSERT INTO arrival VALUES (?, ?, ?, ?, ?)",
                kept.number(),
                entry.disposition().word(),
                entry.envelopeMark().orElse(null),
                EntryCodec.encode(entry),
                evidence.map(Place::record).orElse(null));
        int originals = 0;
        Iterator<Optional<Place>> places = kept.letters().iterator();
        for (LetterRef ref : entry.letters()) {
            boolean brought = ref.fresh() && places.hasNext();
            Optional<Place> place = brought ? places.next() : Optional.empty();
            if (ref.isGoneOriginal()) {
                letters++;
                originals++;
            }
            if (ref.isGone()) {
                continue;
            }
            Optional<Long> number = number(ref.sum());
            if (number.isEmpty() && brought) {
                number = Optional.of(++letters);
                session.run(
                        "INSERT INTO letter (number, sum, id, size) VALUES (?, ?, ?, ?)",
                        letters,
                        ref.sum().toBytes(),
                        ids.of(ref.sum()).text(),
                        ref.sizeBytes());
                originals++;
            }
            if (number.isEmpty()) {
                LOG.error("frame {} vouches for a letter that the vault does not hold any more", kept.number());
                continue;
            }
            if (place.isPresent()) {
                place(number.get(), place.get(), ref);
            }
            session.run("INSERT OR IGNORE INTO testimony VALUES (?, ?)", number.get(), kept.number());
            touched.add(number.get());
        }
        envelope(kept.number(), entry);
        return originals;
    }

    private void place(long letter, Place place, LetterRef ref) throws SQLException {
        session.run("INSERT OR IGNORE INTO place VALUES (?, ?, ?)", letter, place.frame(), place.record());
        for (Place used : ref.uses()) {
            session.run(
                    "INSERT OR IGNORE INTO used VALUES (?, ?, ?, ?)",
                    used.frame(),
                    used.record(),
                    place.frame(),
                    place.record());
        }
    }

    private Optional<Long> number(Sha256 sum) throws SQLException {
        return session.first("SELECT number FROM letter WHERE sum = ?", r -> r.getLong(1), sum.toBytes());
    }

    private static Set<String> addresses(ArrivalEntry entry) {
        Set<String> keys = new LinkedHashSet<>();
        Stream.concat(
                        Stream.concat(entry.sender().stream(), entry.onBehalfOf().stream()),
                        entry.addressees().stream().map(Addressee::told).map(t -> t.address()))
                .map(Address::key)
                .forEach(keys::add);
        return keys;
    }

    private void envelope(long arrival, ArrivalEntry entry) throws SQLException {
        for (String key : addresses(entry)) {
            Optional<Long> known = session.first("SELECT number FROM address WHERE key = ?", r -> r.getLong(1), key);
            if (known.isEmpty()) {
                session.run("INSERT INTO address (key) VALUES (?)", key);
                known = session.first("SELECT last_insert_rowid()", r -> r.getLong(1));
            }
            session.run("INSERT OR IGNORE INTO envelope VALUES (?, ?)", known.orElseThrow(), arrival);
        }
    }

    void act(Kept kept, Act act) throws SQLException {
        switch (act) {
            case Act.Audited _ ->
                session.run("INSERT INTO audit VALUES (?, ?)", kept.number(), EntryCodec.encode(act));
            case Act.Erased erased -> {
                session.run("INSERT INTO erasure VALUES (?, ?)", kept.number(), EntryCodec.encode(act));
                erased(kept.number(), erased);
            }
            case Act.KeptAnew anew -> keptAnew(kept, anew);
            case Act.Readmitted readmitted -> {
                session.run("INSERT INTO act VALUES (?, ?)", kept.number(), EntryCodec.encode(act));
                session.run(
                        "DELETE FROM erased WHERE mark = ?", readmitted.mark().toBytes());
            }
            case Act.SourceAdded _,
                    Act.PersonAdded _,
                    Act.AddressGiven _,
                    Act.CredentialSet _,
                    Act.HoldAdded _,
                    Act.HoldReleased _,
                    Act.RetentionSet _ ->
                session.run("INSERT INTO act VALUES (?, ?)", kept.number(), EntryCodec.encode(act));
        }
    }

    private void keptAnew(Kept kept, Act.KeptAnew act) throws SQLException {
        Iterator<Optional<Place>> places = kept.letters().iterator();
        for (LetterRef ref : act.letters()) {
            Optional<Place> place = places.hasNext() ? places.next() : Optional.empty();
            Optional<Long> number = number(ref.sum());
            if (number.isPresent() && place.isPresent()) {
                place(number.get(), place.get(), ref);
            }
        }
    }

    private void erased(long act, Act.Erased erasure) throws SQLException {
        Set<Long> affected = new LinkedHashSet<>();
        for (ErasedFrame frame : erasure.frames()) {
            for (int record : frame.records()) {
                session.run("DELETE FROM place WHERE frame = ? AND record = ?", frame.frame(), record);
                session.run("DELETE FROM used WHERE by_frame = ? AND by_record = ?", frame.frame(), record);
            }
            if (frame.tombstone().isPresent()) {
                bury(act, frame.frame(), frame.tombstone().get(), affected);
            }
        }
        for (long letter : affected) {
            boolean vouchedFor = session.first(
                            "SELECT 1 FROM testimony WHERE letter = ? LIMIT 1", r -> true, letter)
                    .isPresent();
            if (vouchedFor) {
                touched.add(letter);
            } else {
                session.run("DELETE FROM place WHERE letter = ?", letter);
                session.run("DELETE FROM letter WHERE number = ?", letter);
                session.run("DELETE FROM outbox WHERE letter = ?", letter);
                session.run("INSERT OR IGNORE INTO unpurged VALUES (?)", letter);
                touched.remove(letter);
            }
        }
        for (Octets mark : erasure.marks()) {
            session.run("INSERT OR IGNORE INTO erased VALUES (?)", mark.toBytes());
        }
    }

    /// Puts the tombstone in the place of what was said by an arrival.
    private void bury(long act, long arrival, Octets tombstone, Set<Long> affected) throws SQLException {
        Optional<ArrivalEntry> stored = session.first(
                "SELECT manifest FROM arrival WHERE number = ?", r -> EntryCodec.arrival(r.getBytes(1)), arrival);
        if (stored.isEmpty() || stored.get().erased().orElse(0L) >= act) {
            return; // an act's frame; or a later act has been here already, which the walk found first
        }
        ArrivalEntry before = stored.get();
        ArrivalEntry after = EntryCodec.arrival(tombstone.toBytes()).erasedBy(act);
        for (LetterRef ref : before.letters()) {
            Optional<Long> number = ref.isGone() ? Optional.empty() : number(ref.sum());
            if (number.isPresent()) {
                session.run("DELETE FROM testimony WHERE letter = ? AND arrival = ?", number.get(), arrival);
                affected.add(number.get());
            }
        }
        for (String key : addresses(before)) {
            forget(key, arrival);
        }
        session.run(
                "UPDATE arrival SET envelope_mark = ?, manifest = ?, record = NULL WHERE number = ?",
                after.envelopeMark().orElse(null),
                EntryCodec.encode(after),
                arrival);
        for (LetterRef ref : after.letters()) {
            Optional<Long> number = ref.isGone() ? Optional.empty() : number(ref.sum());
            if (number.isPresent()) {
                session.run("INSERT OR IGNORE INTO testimony VALUES (?, ?)", number.get(), arrival);
            }
        }
        envelope(arrival, after);
    }

    private void forget(String address, long arrival) throws SQLException {
        Optional<Long> number = session.first("SELECT number FROM address WHERE key = ?", r -> r.getLong(1), address);
        if (number.isPresent()) {
            session.run("DELETE FROM envelope WHERE address = ? AND arrival = ?", number.get(), arrival);
            boolean elsewhere = session.first(
                            "SELECT 1 FROM envelope WHERE address = ? LIMIT 1", r -> true, number.get())
                    .isPresent();
            if (!elsewhere) {
                session.run("DELETE FROM address WHERE number = ?", number.get());
            }
        }
    }

    /// @param end the position reached
    int end(Position end) throws SQLException {
        for (long letter : touched) {
            session.run("INSERT INTO outbox (letter) VALUES (?)", letter);
        }
        return session.run(
                "UPDATE position SET segment = ?, offset = ?, frames = ?, letters = ?",
                end.segment(),
                end.offset(),
                end.frames(),
                letters);
    }
}
