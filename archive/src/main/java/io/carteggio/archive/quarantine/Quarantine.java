package io.carteggio.archive.quarantine;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.authenticity.Verdict;
import io.carteggio.archive.catalogue.Arrivals;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.Catalogue.Registration;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.Revision;
import io.carteggio.archive.erasure.Erasure;
import io.carteggio.archive.intake.Arrival;
import io.carteggio.archive.intake.Intake;
import io.carteggio.archive.intake.Receipt;
import io.carteggio.archive.intake.Source;
import io.carteggio.archive.intake.Sources;
import io.carteggio.archive.vault.Vault;
import io.carteggio.mail.Content;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.Lock;
import java.util.function.UnaryOperator;

/// Mail in quarantine, and how it leaves.
///
/// What leaves is one arrival as before, with another disposition. A retry that comes twice, also after a crash,
/// finds that it has left already. One at a time, and never beside an erasure: what is being erased does not come
/// back. Safe for many threads.
public final class Quarantine {
    /// What marks, among an arrival's warnings, that it lay here; the reason comes behind it.
    public static final String REMARK = "OUT_OF_QUARANTINE";

    private static final String UNREADABLE = "it cannot be read any more; run `carteggio check`";

    private final Vault vault;
    private final Catalogue catalogue;
    private final Projection projection;
    private final Intake intake;
    private final Sources sources;
    private final Acts acts;
    private final Erasure erasure;
    private final Runnable indexing;
    private final Lock deciding;
    private final Arrivals arrivals;

    /// @param indexing told when letters came out, so that they are found soon
    public Quarantine(
            Vault vault,
            Catalogue catalogue,
            Projection projection,
            Intake intake,
            Sources sources,
            Acts acts,
            Erasure erasure,
            Runnable indexing) {
        this.vault = vault;
        this.catalogue = catalogue;
        this.projection = projection;
        this.intake = intake;
        this.sources = sources;
        this.acts = acts;
        this.erasure = erasure;
        this.indexing = indexing;
        this.deciding = erasure.deciding();
        this.arrivals = new Arrivals(vault);
    }

    /// What came of asking for a mail to leave.
    public sealed interface Answer {
        /// It has left.
        ///
        /// @param now what has become of it
        record Out(Receipt now) implements Answer {}

        /// It is discarded.
        ///
        /// @param revision the number of the frame that says so
        record Discarded(long revision) implements Answer {}

        /// It stays, and nothing was changed.
        record Still(String why) implements Answer {}

        /// It had left before, and nothing was changed.
        record Already(Disposition now, long revision) implements Answer {}

        /// No such mail is or was here.
        record Unknown() implements Answer {}
    }

    /// Numbers over `after` of the mail that lies here, in order, at most `limit`.
    ///
    /// @param left also of mail that has left
    public List<Quarantined> list(long after, int limit, boolean left) throws ArchiveException {
        List<Quarantined> list = new ArrayList<>();
        for (Catalogue.Quarantined row : catalogue.quarantined(after, limit, left)) {
            list.add(item(row));
        }
        return list;
    }

    public Optional<Quarantined> show(long number) throws ArchiveException {
        Optional<Catalogue.Quarantined> row = catalogue.quarantined(number);
        return row.isPresent() ? Optional.of(item(row.get())) : Optional.empty();
    }

    private Quarantined item(Catalogue.Quarantined row) throws ArchiveException {
        Optional<Quarantined.Left> left = Optional.empty();
        if (row.left().isPresent()) {
            long revision = row.left().get().revision();
            left = Optional.of(
                    new Quarantined.Left(revision, arrivals.legible(revision).map(Registration.OfArrival::entry)));
        }
        return new Quarantined(
                row.arrival(), row.now(), arrivals.legible(row.arrival()).map(Registration.OfArrival::entry), left);
    }

    /// Why it would stay here, were it read again now; empty where it would not. Keeps nothing.
    public Optional<String> today(long number) throws ArchiveException {
        Optional<Whole> whole = whole(number);
        if (whole.isEmpty()) {
            return Optional.of(UNREADABLE);
        }
        Optional<String> gone = gone(whole.get());
        return gone.isPresent()
                ? gone
                : intake.wouldQuarantine(
                        arrival(whole.get(), source(whole.get())),
                        whole.get().entry().arrived());
    }

    /// The octets, for a person who must look at them; written into the audit trail.
    ///
    /// @return empty where no such mail is or was here, or it cannot be read any more
    public Optional<Content> open(String by, long number) throws ArchiveException {
        if (catalogue.quarantined(number).isEmpty()) {
            return Optional.empty();
        }
        Optional<Whole> whole = whole(number);
        if (whole.isPresent()) {
            acts.audit(by, "open", named(number), Optional.empty());
        }
        return whole.map(Whole::mail);
    }

    /// Reads a mail again, with today's code and by what its source expects today.
    public Answer retry(String by, long number) throws ArchiveException {
        return leave(by, number, Optional.empty(), UnaryOperator.identity());
    }

    /// The same, but whatever its source expects: a person looked at it, and answers for its being what it says.
    ///
    /// @throws IllegalArgumentException where no reason is given
    public Answer release(String by, long number, String why) throws ArchiveException {
        return leave(by, number, Optional.of(stated(why)), Source::trusting);
    }

    /// The same, and mail that is no report is a letter of those whom its header names: somebody wrote to the
    /// journaling address, or what made it a report is gone for good. A person says so; by itself nothing does.
    ///
    /// @throws IllegalArgumentException where no reason is given
    public Answer releaseAsLetter(String by, long number, String why) throws ArchiveException {
        return leave(
                by,
                number,
                Optional.of(stated(why)),
                source -> source.trusting().takingPlainMail());
    }

    private Answer leave(String by, long number, Optional<String> why, UnaryOperator<Source> as)
            throws ArchiveException {
        deciding.lock();
        try {
            Optional<Catalogue.Quarantined> row = row(number);
            if (row.isEmpty()) {
                return new Answer.Unknown();
            }
            if (row.get()
                    .left()
                    .filter(l -> l.became() != Disposition.DISCARDED)
                    .isPresent()) {
                eraseRest(by, row.get()); // a crash may have come between
                return already(row.get());
            }
            Optional<Whole> whole = whole(number);
            if (whole.isEmpty()) {
                return new Answer.Still(UNREADABLE);
            }
            Optional<String> gone = gone(whole.get());
            if (why.isEmpty() && gone.isPresent()) {
                return new Answer.Still(gone.get());
            }
            return leave(by, row.get(), whole.get(), as.apply(source(whole.get())), why);
        } finally {
            deciding.unlock();
        }
    }

    private Answer leave(String by, Catalogue.Quarantined row, Whole whole, Source source, Optional<String> why)
            throws ArchiveException {
        ArrivalEntry entry = whole.entry();
        Revision revision = new Revision(row.arrival(), booked(row, entry), row.now(), acts.now(), by, why);
        String remark = REMARK + ": " + entry.reason().orElse("no reason");
        Intake.Again again;
        try {
            again = intake.again(arrival(whole, source), entry.arrived(), revision, remark);
        } catch (ArchiveException e) {
            if (e.laterHelps()) {
                throw e;
            }
            return new Answer.Still(String.valueOf(e.getMessage()));
        }
        return switch (again) {
            case Intake.Again.Still(String still) -> new Answer.Still(still);
            case Intake.Again.Kept(Receipt receipt) -> {
                projection.await(receipt.number());
                indexing.run();
                eraseRest(by, receipt.reason(), row.arrival());
                acts.audit(by, why.isPresent() ? "release" : "retry", named(row.arrival()), why);
                yield new Answer.Out(receipt);
            }
        };
    }

    /// Of a mail that has left: what of it must not stay, if that is still there.
    private void eraseRest(String by, Catalogue.Quarantined row) throws ArchiveException {
        Optional<Registration.OfArrival> revision =
                arrivals.legible(row.left().orElseThrow().revision());
        eraseRest(by, revision.flatMap(r -> r.entry().reason()), row.arrival());
    }

    private void eraseRest(String by, Optional<String> reason, long number) throws ArchiveException {
        if (reason.equals(Optional.of(Intake.ERASED))) {
            erasure.eraseRest(by, number, "a letter in it had been erased");
        }
    }

    /// Under which source an arrival is booked now.
    private String booked(Catalogue.Quarantined row, ArrivalEntry entry) throws ArchiveException {
        if (row.left().isEmpty()) {
            return entry.source();
        }
        return arrivals.legible(row.left().get().revision())
                .map(r -> r.entry().source())
                .orElseThrow(() -> new ArchiveException(
                        "frame " + row.left().get().revision()
                                + " cannot be read, so it cannot be told where the mail is booked; run `carteggio check`",
                        false));
    }

    /// Closes a mail's case: it stays what it is, nobody need look at it again. Its octets are kept.
    ///
    /// @throws IllegalArgumentException where no reason is given
    public Answer discard(String by, long number, String why) throws ArchiveException {
        String stated = stated(why);
        deciding.lock();
        try {
            Optional<Catalogue.Quarantined> row = row(number);
            if (row.isEmpty()) {
                return new Answer.Unknown();
            }
            if (row.get().left().isPresent()) {
                return already(row.get());
            }
            Optional<Registration.OfArrival> frame = arrivals.legible(number);
            if (frame.isEmpty()) {
                return new Answer.Still(UNREADABLE);
            }
            ArrivalEntry entry = frame.get().entry();
            Revision revision =
                    new Revision(number, entry.source(), Disposition.QUARANTINED, acts.now(), by, Optional.of(stated));
            long kept = intake.discard(entry, revision, "by hand");
            projection.await(kept);
            acts.audit(by, "discard", named(number), Optional.of(stated));
            return new Answer.Discarded(kept);
        } finally {
            deciding.unlock();
        }
    }

    private static Answer already(Catalogue.Quarantined row) {
        Catalogue.Left left = row.left().orElseThrow();
        return new Answer.Already(left.became(), left.revision());
    }

    private static String named(long number) {
        return "quarantined mail " + number;
    }

    private static String stated(String why) {
        if (why.isBlank()) {
            throw new IllegalArgumentException("a reason must be given");
        }
        return why.strip();
    }

    /// What the catalogue says when it has come to the vault's end: who asks it earlier may let a mail leave twice.
    private Optional<Catalogue.Quarantined> row(long number) throws ArchiveException {
        long end = vault.end().frames();
        projection.await(end);
        if (!projection.isRegistered(end)) {
            throw new ArchiveException(
                    projection.trouble().orElse("the catalogue does not follow the vault yet"), true);
        }
        return catalogue.quarantined(number);
    }

    /// A mail with its octets.
    private record Whole(ArrivalEntry entry, Content mail) {}

    private Optional<Whole> whole(long number) throws ArchiveException {
        Optional<Registration.OfArrival> frame = arrivals.legible(number);
        Optional<Content> mail = frame.isPresent() ? arrivals.whole(frame.get().kept()) : Optional.empty();
        return mail.map(octets -> new Whole(frame.orElseThrow().entry(), octets));
    }

    private static Arrival arrival(Whole whole, Source source) {
        return new Arrival(source, whole.mail(), whole.entry().provenance());
    }

    /// Its source as it is set today; one that was removed, as it was in its last mail.
    private Source source(Whole whole) {
        ArrivalEntry entry = whole.entry();
        return sources.named(entry.source())
                .orElseGet(() -> new Source(entry.source(), Optional.empty(), entry.family()));
    }

    /// Where a source is gone, nothing tells any more who might deliver to it: that must not let a forgery in.
    private Optional<String> gone(Whole whole) {
        ArrivalEntry entry = whole.entry();
        return sources.named(entry.source()).isEmpty() && Verdict.isReason(entry.reason())
                ? Optional.of(
                        "source " + entry.source() + " was removed, so nothing says any more who may deliver; it came"
                                + " " + entry.reason().orElseThrow())
                : Optional.empty();
    }
}
