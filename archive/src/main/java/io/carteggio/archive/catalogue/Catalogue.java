package io.carteggio.archive.catalogue;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Octets;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Position;
import io.carteggio.mail.Sha256;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// The catalogue's driver. [#register] is called by one thread; all questions may be asked by many.
public interface Catalogue extends AutoCloseable {
    /// How far in the vault the catalogue has come; what lies behind must be registered again.
    Position position() throws ArchiveException;

    /// Takes frames in the vault's order, all in one transaction together with the position reached
    /// and the outbox rows of the letters that the index must take (again).
    void register(List<Registration> frames) throws ArchiveException;

    /// Where to read what arrivals said, for [#testimonies] and [#quarantine]: the catalogue does not
    /// repeat it. Called once, before these.
    void readFrom(Frames frames);

    Optional<CataloguedLetter> letter(Sha256 sum) throws ArchiveException;

    /// Whether there is such a letter; quicker than asking for it where there is none.
    boolean knows(Sha256 sum) throws ArchiveException;

    Optional<CataloguedLetter> letter(LetterId id) throws ArchiveException;

    Optional<CataloguedLetter> letter(long number) throws ArchiveException;

    /// The letter that lies at a place, if one does.
    Optional<CataloguedLetter> letterAt(Place place) throws ArchiveException;

    /// The letters that a frame brought, or vouches for.
    List<CataloguedLetter> lettersOf(long frame) throws ArchiveException;

    /// Letters with numbers over `after` that are not at their first place any more and nowhere else
    /// either, in order, at most `limit`. An archive whose vault is whole has none.
    List<CataloguedLetter> lettersNowhere(long after, int limit) throws ArchiveException;

    /// Letters with numbers over `after`, in order, at most `limit`.
    List<CataloguedLetter> lettersAfter(long after, int limit) throws ArchiveException;

    /// Letters with numbers under `before`, the newest first, at most `limit`.
    List<CataloguedLetter> lettersBefore(long before, int limit) throws ArchiveException;

    /// All that was ever said of a letter, oldest first.
    List<Testimony> testimonies(long letter) throws ArchiveException;

    /// Those of them that can still be read: an arrival whose frame is damaged, or whose keys are lost, says
    /// nothing any more. For showing a letter, never for letting it go.
    default List<Testimony> legibleTestimonies(long letter) throws ArchiveException {
        return testimonies(letter);
    }

    /// Letters by their numbers in the order asked for, each with the arrivals that vouch for it. Those
    /// that are not there are left out. Takes few looks however many are asked for: for walks through
    /// many.
    List<Vouched> vouched(List<Long> letters) throws ArchiveException;

    /// As [#legibleTestimonies] of one letter.
    ///
    /// @param arrivals as [#vouched] tells them
    /// @param from where to read what they said: the caller may have it in hand
    List<Testimony> legibleTestimonies(List<Long> arrivals, Frames from) throws ArchiveException;

    /// Whether an arrival that vouches for this letter was registered with this envelope mark.
    boolean knowsEnvelope(Sha256 letter, long mark) throws ArchiveException;

    /// Letters whose body has this mark, oldest first, at most `limit`: forks of one message, if the
    /// bodies are equal.
    List<CataloguedLetter> lettersWithBody(long mark, int limit) throws ArchiveException;

    /// Letters that are the same message as this one but for trace headers, newest first, at most `limit`, without
    /// it.
    List<CataloguedLetter> variants(long letter, int limit) throws ArchiveException;

    /// Where parts with this mark lie, oldest first.
    List<Place> parts(long mark) throws ArchiveException;

    /// Letters of other frames that cannot be read without the record at this place.
    List<CataloguedLetter> lettersUsing(Place place) throws ArchiveException;

    Books books() throws ArchiveException;

    /// What lies in quarantine, newest first.
    List<QuarantineEntry> quarantine(int limit, long beforeNumber) throws ArchiveException;

    /// Arrivals with numbers over `after` that came into quarantine, in order, at most `limit`.
    ///
    /// @param left also those that have left it
    List<Quarantined> quarantined(long after, int limit, boolean left) throws ArchiveException;

    /// The same of one arrival; empty where it never was in quarantine, or was erased.
    Optional<Quarantined> quarantined(long arrival) throws ArchiveException;

    /// In how many reports a source's mail came in each hour from this one on, by hours since 1970; hours
    /// without any are left out. Mail that came back by NDR is no sign of life and not counted.
    List<Hour> rhythm(String source, long fromHour) throws ArchiveException;

    /// When the source's last report came, in the same sense.
    Optional<Instant> lastReport(String source) throws ArchiveException;

    /// Notices which tell that a report was lost, oldest first.
    List<GapEntry> gaps() throws ArchiveException;

    /// The same, without those that were closed.
    List<GapEntry> openGaps() throws ArchiveException;

    /// Numbers over `after` of arrivals that are kept whole, in order, at most `limit`: quarantined, discarded out of
    /// quarantine, or notices.
    List<Long> keptWhole(long after, int limit) throws ArchiveException;

    /// Every act but the audit trail, erasures and what belongs to them, oldest first: sources,
    /// people, addresses, credentials, holds, retention.
    List<Act> administration() throws ArchiveException;

    /// Erasures with numbers over `after`, in their order, at most `limit`.
    List<Erasure> erasures(long after, int limit) throws ArchiveException;

    /// Erasures with numbers below `before`, the newest first, at most `limit`.
    List<Erasure> newestErasures(long before, int limit) throws ArchiveException;

    /// Whether a letter with this keyed mark was erased and has not been readmitted.
    boolean isErased(Octets mark) throws ArchiveException;

    /// How many marks of erased letters there are.
    long erasedMarks() throws ArchiveException;

    /// Numbers of letters that were erased and that the index may still have.
    List<Long> unpurged() throws ArchiveException;

    /// The index has forgotten these letters, durably.
    void purged(Collection<Long> letters) throws ArchiveException;

    /// Sees to it that no file of the catalogue holds what was deleted from it.
    ///
    /// @throws ArchiveException where that cannot be had now, such as while somebody reads for long
    void scrub() throws ArchiveException;

    /// Newest first.
    List<Act.Audited> audit(int limit) throws ArchiveException;

    /// Every act with a number under `before`, newest first, at most `limit`: what anybody did, and the audit trail.
    List<Done> acts(long before, int limit) throws ArchiveException;

    /// How many letters there are.
    long letters() throws ArchiveException;

    /// Letters that the index has not confirmed, oldest first, with the row that confirms each. Rows
    /// become visible in the order of their numbers, so who has read up to one misses none by asking
    /// for those after it.
    ///
    /// @param afterRow only rows with larger numbers; 0 for the first
    List<Outstanding> outbox(long afterRow, int limit) throws ArchiveException;

    /// How many rows the outbox has.
    long outboxSize() throws ArchiveException;

    /// The index has taken all rows up to this one, durably.
    void confirmOutbox(long row) throws ArchiveException;

    /// Puts every letter into the outbox: for an index that is made anew.
    void fillOutbox() throws ArchiveException;

    /// Nothing has come for a while: a time to give back what is only needed for writing.
    void rest() throws ArchiveException;

    @Override
    void close() throws ArchiveException;

    /// A letter, and the numbers of the arrivals that vouch for it, oldest first.
    record Vouched(CataloguedLetter letter, List<Long> arrivals) {
        public Vouched {
            arrivals = List.copyOf(arrivals);
        }
    }

    /// A letter that the index has yet to take.
    record Outstanding(long row, long letter) {}

    /// The reports of an hour.
    record Hour(long hour, long reports) {}

    /// A report is missing.
    ///
    /// @param arrival the number of the notice that tells of it
    /// @param closed the number of the act that closed it
    record GapEntry(long arrival, Optional<Long> closed) {}

    /// An arrival that came into quarantine.
    ///
    /// @param left how it left
    record Quarantined(long arrival, Optional<Left> left) {
        /// What it is now.
        public Disposition now() {
            return left.map(Left::became).orElse(Disposition.QUARANTINED);
        }
    }

    /// How an arrival left quarantine.
    ///
    /// @param revision the number of the frame that says so
    record Left(long revision, Disposition became) {}

    /// An act with the number of its frame.
    record Done(long number, Act act) {}

    /// An erasure with the number of its frame.
    ///
    /// @param manifest what the catalogue has of the act. Only the vault tells what was decided
    record Erasure(long number, Octets manifest) {}

    /// A frame with what its manifest says.
    sealed interface Registration {
        Kept kept();

        record OfArrival(Kept kept, ArrivalEntry entry) implements Registration {}

        record OfAct(Kept kept, Act act) implements Registration {}
    }
}
