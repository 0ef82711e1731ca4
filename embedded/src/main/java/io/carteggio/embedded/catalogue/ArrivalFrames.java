package io.carteggio.embedded.catalogue;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Catalogue.Registration;
import io.carteggio.archive.catalogue.Frames;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.catalogue.QuarantineEntry;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Kept.KeptRecord;
import io.carteggio.archive.vault.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// What arrivals said: read from their frames, for the catalogue does not repeat it. Safe for many threads.
final class ArrivalFrames {
    private static final Logger LOG = LoggerFactory.getLogger(ArrivalFrames.class);

    private final Sqlite database;
    private final SaidLately said;
    private volatile Frames frames = number -> Optional.empty();

    ArrivalFrames(Sqlite database, SaidLately said) {
        this.database = database;
        this.said = said;
    }

    void readFrom(Frames vault) {
        frames = vault;
    }

    List<Testimony> testimonies(long letter) throws ArchiveException {
        List<Testimony> testimonies = new ArrayList<>();
        for (long arrival : arrivals(letter)) {
            testimonies.add(testimony(arrival, frames));
        }
        return testimonies;
    }

    List<Testimony> legibleTestimonies(long letter) throws ArchiveException {
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
    static List<Testimony> legibleTestimonies(List<Long> arrivals, Frames from) throws ArchiveException {
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

    private static List<Place> places(Kept kept, FrameRecord.Type type) {
        List<Place> places = new ArrayList<>(1);
        for (KeptRecord record : kept.records()) {
            if (record.type() == type) {
                places.add(record.place());
            }
        }
        return places;
    }

    /// Empty where it cannot be read any more: the others are shown all the same.
    Optional<QuarantineEntry> quarantined(long arrival) throws ArchiveException {
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
}
