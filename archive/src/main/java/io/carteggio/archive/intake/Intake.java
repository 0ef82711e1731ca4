package io.carteggio.archive.intake;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.authenticity.NetworkLists;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.entry.LetterRef;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.entry.Revision;
import io.carteggio.archive.erasure.ErasedMarks;
import io.carteggio.archive.intake.Reader.Reading;
import io.carteggio.archive.vault.Frame;
import io.carteggio.archive.vault.FrameRecord;
import io.carteggio.archive.vault.Kept;
import io.carteggio.archive.vault.Octets;
import io.carteggio.archive.vault.Vault;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.report.Inside;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Clock;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantReadWriteLock;
import java.util.function.Function;
import java.util.function.Supplier;

/// The one way of a mail into the archive. Safe for many threads.
public final class Intake {
    /// The field of a header that marks a test message of an archive's own to its alternate mailbox.
    public static final String TEST_FIELD = "Carteggio-Canary";

    /// Why such a one is a notice.
    public static final String TEST_MESSAGE = "a test message of an archive";

    /// Why a mail is discarded of which all was erased earlier; also what is said of one of which some was.
    public static final String ERASED = "erased";

    private static final Logger LOG = System.getLogger(Intake.class.getName());

    private final Vault vault;
    private final Catalogue catalogue;
    private final Projection projection;
    private final LetterId.Maker ids;
    private final Marks marks;
    private final Clock clock;
    private final ErasedMarks erased;
    private final Supplier<Directory> people;
    private final Function<Address, Optional<Source>> sources;
    private final Supplier<NetworkLists> networks;
    private final Screening known;
    private final SharedOctets shared;
    private final ReentrantReadWriteLock exclusion = new ReentrantReadWriteLock();
    private final Lock sharing = exclusion.readLock();
    private final Claims claims = new Claims();
    private volatile OwnTests tests = (source, token) -> false;

    /// @param people who holds which address
    /// @param sources whose address an address is: reports that come back are booked under the source that
    ///     they were for, and by its rules
    /// @param networks what the names of networks mean now
    public Intake(
            Vault vault,
            Catalogue catalogue,
            Projection projection,
            LetterId.Maker ids,
            Marks marks,
            ErasedMarks erased,
            Supplier<Directory> people,
            Function<Address, Optional<Source>> sources,
            Supplier<NetworkLists> networks,
            Clock clock) {
        this.vault = vault;
        this.catalogue = catalogue;
        this.projection = projection;
        this.ids = ids;
        this.marks = marks;
        this.erased = erased;
        this.people = people;
        this.sources = sources;
        this.networks = networks;
        this.known = new KnownPeople(people);
        this.clock = clock;
        this.shared = SharedOctets.of(projection);
    }

    private Reader.Known knownNow() {
        return new Reader.Known(people.get(), networks, tests, sources);
    }

    /// Names who knows the archive's own test messages. Until then none is known.
    public void recogniseTests(OwnTests by) {
        tests = by;
    }

    /// The way of one arrival. When this returns, the sender may forget the mail (P1): its frame was
    /// forced to stable storage. Catalogue, index and alerts follow at their own pace; what comes
    /// next is told from this one all the same.
    ///
    /// @throws ArchiveException where we, not the mail, are in trouble; nothing was acknowledged, and
    ///     the same mail may be sent again: if it had been kept after all, that becomes further
    ///     evidence
    public Receipt accept(Arrival arrival) throws ArchiveException {
        refuseWhileBehind();
        Instant arrived = clock.instant().truncatedTo(ChronoUnit.MILLIS);
        try (Vault.Announced frame = vault.announce()) {
            // pure; bad mail is a case, not an exception
            Reading read = Reader.read(arrival, arrived, knownNow());
            return accept(arrival, arrived, read, Optional.empty(), frame);
        } catch (IOException e) {
            throw new ArchiveException("the mail that came in cannot be read back: " + e.getMessage(), true, e);
        }
    }

    private Receipt accept(
            Arrival arrival, Instant arrived, Reading read, Optional<Revision> revision, Vault.Announced frame)
            throws ArchiveException, IOException {
        Source books = Reader.booked(arrival, read, knownNow());
        Optional<String> unwanted = read.letters().isEmpty()
                ? Optional.empty() // what is no letter has no people, and is kept
                : screening(books).discards(read.people(), read.vouched().orElse(arrived));
        Reading reading =
                unwanted.map(why -> read.without(Set.copyOf(read.sums()), why)).orElse(read);
        try (Claims.Claim _ = claims.claim(reading.sums())) {
            Receipt receipt = keep(arrival, books, arrived, reading, revision, frame);
            projection.awaitNearly(receipt.number());
            return receipt;
        }
    }

    /// What came of reading a mail again that is kept whole.
    public sealed interface Again {
        /// It is more than that now; the frame that says so is forced.
        record Kept(Receipt receipt) implements Again {}

        /// It would be kept whole once more, so nothing was changed.
        record Still(String why) implements Again {}
    }

    /// Reads a mail that came in long ago once more, with what is known today. What comes of it is one frame,
    /// which revises the arrival: letters, evidence and the change of disposition are there together or not at
    /// all.
    ///
    /// Whoever calls this sees to it that nobody else revises or erases the arrival meanwhile.
    ///
    /// @param arrival as it came, by its source of today
    /// @param arrived when that was
    /// @param remark what is odd about it, kept among the warnings
    public Again again(Arrival arrival, Instant arrived, Revision revision, String remark) throws ArchiveException {
        refuseWhileBehind();
        try (Vault.Announced frame = vault.announce()) {
            Reading read = Reader.read(arrival, arrived, knownNow());
            Optional<String> still = quarantine(read);
            return still.isPresent()
                    ? new Again.Still(still.get())
                    : new Again.Kept(
                            accept(arrival, arrived, read.remarking(List.of(remark)), Optional.of(revision), frame));
        } catch (IOException e) {
            throw new ArchiveException("the mail that was kept cannot be read back: " + e.getMessage(), false, e);
        }
    }

    /// Why a mail would lie in quarantine, were it to come today; empty where it would not. Keeps nothing.
    public Optional<String> wouldQuarantine(Arrival arrival, Instant arrived) throws ArchiveException {
        try {
            return quarantine(Reader.read(arrival, arrived, knownNow()));
        } catch (IOException e) {
            throw new ArchiveException("the mail that was kept cannot be read back: " + e.getMessage(), false, e);
        }
    }

    private static Optional<String> quarantine(Reading read) {
        return read.letters().isEmpty() && read.otherwise() == Disposition.QUARANTINED
                ? Optional.of(read.reason().orElse("no reason"))
                : Optional.empty();
    }

    /// Lets go of a mail that came in and was kept whole: from now on it is discarded. Its octets stay where
    /// they are.
    ///
    /// @param reason in which an administrator chose so
    /// @return the number of the frame that says so
    public long discard(ArrivalEntry earlier, Revision revision, String reason) throws ArchiveException {
        refuseWhileBehind();
        ArrivalEntry entry = new ArrivalEntry(
                earlier.source(),
                earlier.family(),
                Provenance.NOTHING,
                earlier.arrived(),
                Optional.empty(),
                Disposition.DISCARDED,
                Optional.of(reason),
                Optional.empty(),
                Optional.empty(),
                earlier.rawBytes(),
                Optional.empty(),
                false,
                Optional.empty(),
                Optional.empty(),
                List.of(),
                List.of(),
                List.of(),
                Optional.empty(),
                List.of(),
                Optional.empty(),
                Optional.of(revision));
        byte[] manifest = EntryCodec.encode(entry);
        FrameRecord record = new FrameRecord(
                FrameRecord.Type.MANIFEST, Sha256.of(manifest), Content.owning(manifest, manifest.length));
        Kept kept = vault.append(new Frame(Frame.Kind.ARRIVAL, List.of(record)));
        projection.handOver(kept, entry);
        return kept.number();
    }

    /// Whether an arrival is about letters in which the directory knows nobody.
    public boolean isUnknown(ArrivalEntry entry) {
        return !entry.letters().isEmpty()
                && known.discards(people(entry), entry.at()).isPresent();
    }

    private static List<Address> people(ArrivalEntry entry) {
        List<Address> named = new ArrayList<>();
        entry.sender().ifPresent(named::add);
        entry.onBehalfOf().ifPresent(named::add);
        for (Addressee addressee : entry.addressees()) {
            named.add(addressee.told().address());
            addressee.told().expanded().ifPresent(named::add);
            addressee.told().forwarded().ifPresent(named::add);
        }
        return named;
    }

    private Screening screening(Source source) {
        return source.discardsUnknown() ? known : Screening.EVERYTHING;
    }

    private Receipt keep(
            Arrival arrival,
            Source books,
            Instant arrived,
            Reading reading,
            Optional<Revision> revision,
            Vault.Announced frame)
            throws ArchiveException, IOException {
        sharing.lock();
        try {
            Framed framed = framed(arrival, books, arrived, withoutErased(arrival, reading), revision);
            Kept kept = frame.append(framed.frame()); // forced: from here on the archive vouches
            projection.handOver(kept, framed.entry());
            return receipt(kept.number(), framed.entry());
        } finally {
            sharing.unlock();
        }
    }

    /// As [#accept], and then waits until the arrival stands in the catalogue.
    public Receipt take(Arrival arrival) throws ArchiveException {
        Receipt receipt = accept(arrival);
        projection.await(receipt.number());
        return receipt;
    }

    /// What was erased and comes again is not kept (P8); what comes with it is.
    private Reading withoutErased(Arrival arrival, Reading reading) throws ArchiveException, IOException {
        Set<Sha256> again = new HashSet<>();
        for (Sha256 sum : Framer.keepsWhole(reading) ? wholeAndInside(reading) : reading.sums()) {
            if (erased.knows(sum) && again.add(sum)) {
                LOG.log(
                        Level.WARNING,
                        "what was erased came again through {0} and was discarded; mark {1}",
                        arrival.source().name(),
                        HexFormat.of().formatHex(erased.of(sum).toBytes()));
            }
        }
        return again.isEmpty() ? reading : reading.without(again, ERASED);
    }

    /// A mail that is kept whole, for it is not understood or not authentic, must not bring back a letter in it
    /// either.
    private Set<Sha256> wholeAndInside(Reading reading) throws IOException {
        Set<Sha256> sums = new LinkedHashSet<>(reading.inside());
        sums.add(Sha256.of(reading.mail()));
        if (erased.any()) {
            Inside.visit(reading.mail(), candidate -> {
                if (candidate.sizeBytes() > 0) {
                    sums.add(Sha256.of(candidate));
                }
            });
        }
        return sums;
    }

    /// Taking more while the catalogue does not follow would only make the way back longer (DESIGN 4).
    private void refuseWhileBehind() throws ArchiveException {
        Optional<String> trouble = projection.trouble();
        if (trouble.isPresent()) {
            throw new ArchiveException(trouble.get(), true);
        }
    }

    /// Nobody takes a mail while this is held: so that what is being erased gets no new references.
    public Lock erasing() {
        return exclusion.writeLock();
    }

    private record Framed(ArrivalEntry entry, Frame frame) {}

    private Framed framed(Arrival arrival, Source books, Instant arrived, Reading reading, Optional<Revision> revision)
            throws ArchiveException, IOException {
        Set<Sha256> fresh = new LinkedHashSet<>();
        for (Reading.Found found : reading.letters()) {
            if (!fresh.contains(found.sum()) && (!projection.knows(found.sum()) || isLost(found.sum()))) {
                fresh.add(found.sum());
            }
        }
        Optional<Octets> small = small(reading.evidence());
        int others = (small.isEmpty() && reading.evidence().isPresent() ? 1 : 0) + (Framer.keepsWhole(reading) ? 1 : 0);
        LetterKeeping keeping = new LetterKeeping(vault, shared, marks, 1 + fresh.size() + others);
        List<FrameRecord> records = new ArrayList<>();
        ArrivalEntry entry = entry(arrival, books, arrived, reading, revision, small, fresh, keeping, records);
        return new Framed(entry, Framer.frame(entry, reading, records, keeping.parts()));
    }

    /// A known letter that nobody can open any more is kept once more.
    private boolean isLost(Sha256 sum) throws ArchiveException {
        return !vault.lostKeys().isEmpty()
                && catalogue
                        .letter(sum)
                        .filter(l -> l.places().stream().noneMatch(vault::opens))
                        .isPresent();
    }

    private ArrivalEntry entry(
            Arrival arrival,
            Source books,
            Instant arrived,
            Reading reading,
            Optional<Revision> revision,
            Optional<Octets> evidence,
            Set<Sha256> unknown,
            LetterKeeping keeping,
            List<FrameRecord> records)
            throws ArchiveException, IOException {
        Set<Sha256> seen = new HashSet<>();
        List<LetterRef> letters = new ArrayList<>();
        boolean anyFresh = false;
        for (Reading.Found found : reading.letters()) {
            boolean fresh = unknown.contains(found.sum()) && seen.add(found.sum());
            anyFresh |= fresh;
            Optional<LetterKeeping.Letter> kept =
                    fresh ? Optional.of(keeping.keep(found.sum(), found.content())) : Optional.empty();
            kept.ifPresent(k -> records.add(k.record()));
            letters.add(new LetterRef(
                    found.sum(),
                    found.content().sizeBytes(),
                    found.kind(),
                    fresh,
                    found.spliceOffset(),
                    found.said(),
                    kept.flatMap(LetterKeeping.Letter::bodyMark),
                    kept.map(LetterKeeping.Letter::messageMark),
                    kept.map(LetterKeeping.Letter::uses).orElse(List.of())));
        }
        Disposition disposition = reading.letters().isEmpty()
                ? reading.otherwise()
                : anyFresh ? Disposition.LETTERS : Disposition.EVIDENCE;
        Optional<Long> envelopeMark = reading.envelopeSum().map(marks::of);
        // the mark is over the originals too: with a new one among them it cannot be a redelivery
        boolean redelivery = !anyFresh
                && envelopeMark.isPresent()
                && !letters.isEmpty()
                && projection.knowsEnvelope(letters.getFirst().sum(), envelopeMark.get());
        return new ArrivalEntry(
                books.name(),
                arrival.source().family(),
                disposition == Disposition.DISCARDED ? Provenance.NOTHING : arrival.provenance(),
                arrived,
                reading.vouched(),
                disposition,
                reading.reason(),
                reading.dialect(),
                reading.via(),
                arrival.mail().sizeBytes(),
                envelopeMark,
                redelivery,
                reading.sender(),
                reading.onBehalfOf(),
                reading.addressees(),
                letters,
                reading.warnings(),
                evidence,
                keeping.partMarks(),
                Optional.empty(),
                revision);
    }

    private static Optional<Octets> small(Optional<Content> evidence) throws IOException {
        return evidence.isPresent() && evidence.get().sizeBytes() <= ArrivalEntry.EVIDENCE_HERE_BYTES
                ? Optional.of(Octets.of(evidence.get().toByteArray(ArrivalEntry.EVIDENCE_HERE_BYTES)))
                : Optional.empty();
    }

    private Receipt receipt(long number, ArrivalEntry entry) {
        return new Receipt(
                number,
                entry.disposition(),
                entry.reason(),
                entry.letters().stream().map(l -> ids.of(l.sum())).distinct().toList(),
                (int) entry.letters().stream().filter(LetterRef::fresh).count(),
                entry.redelivery());
    }
}
