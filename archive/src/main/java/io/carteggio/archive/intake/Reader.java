package io.carteggio.archive.intake;

import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.authenticity.Authenticity;
import io.carteggio.archive.authenticity.NetworkLists;
import io.carteggio.archive.authenticity.Verdict;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.Family;
import io.carteggio.archive.gap.Gaps;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Envelope;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.Sha256;
import io.carteggio.mail.mime.MailDate;
import io.carteggio.mail.report.HeaderEvidence;
import io.carteggio.mail.report.HeaderPeople;
import io.carteggio.mail.report.Original;
import io.carteggio.mail.report.Unwrapped;
import io.carteggio.mail.report.Unwrapper;
import io.carteggio.mail.report.Warning;
import io.carteggio.mail.structure.Header;
import io.carteggio.mail.structure.Structure;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What an arrival says, by the rules of its source's family: the table of `docs/dispositions.md` in
/// code. Pure.
final class Reader {
    /// A report's date this far ahead of our clock is a wrong clock, not a witness.
    private static final Duration CLOCK_SKEW = Duration.ofDays(1);

    private static final Instant BEFORE_MAIL = Instant.parse("1970-01-02T00:00:00Z");

    /// What marks, among the warnings, that the server which it was fetched from vouches for the instant.
    static final String DATED_THERE = "DATED_BY_ITS_SERVER";

    private Reader() {}

    /// An arrival, read.
    ///
    /// @param letters the originals in it; none where it is no report and no letter
    /// @param otherwise what becomes of it where it has no letters
    /// @param evidence the report without the originals that lie in it as they are; absent where the
    ///     mail is the letter
    /// @param inside the sums of letters in a mail that is kept whole all the same
    record Reading(
            List<Found> letters,
            Disposition otherwise,
            Optional<String> reason,
            Optional<String> dialect,
            Optional<String> via,
            Optional<Instant> vouched,
            Optional<Address> sender,
            Optional<Address> onBehalfOf,
            List<Addressee> addressees,
            List<String> warnings,
            Content mail,
            Optional<Sha256> envelopeSum,
            Optional<Content> evidence,
            List<Sha256> inside) {

        /// An original in an arrival.
        record Found(Content content, Sha256 sum, String kind, Optional<Long> spliceOffset, Optional<Instant> said) {}

        /// The same without letters that must not come again, and without the report that tells of
        /// them. With no letter left, nothing of it is left.
        Reading without(Set<Sha256> gone, String why) {
            List<Found> left = letters.stream()
                    .filter(l -> !gone.contains(l.sum()))
                    .map(l -> new Found(l.content(), l.sum(), l.kind(), Optional.empty(), l.said()))
                    .toList();
            boolean none = left.isEmpty();
            return new Reading(
                    left,
                    Disposition.DISCARDED,
                    Optional.of(why),
                    none ? Optional.empty() : dialect,
                    none ? Optional.empty() : via,
                    none ? Optional.empty() : vouched,
                    none ? Optional.empty() : sender,
                    none ? Optional.empty() : onBehalfOf,
                    none ? List.of() : addressees,
                    List.of(),
                    mail,
                    Optional.empty(),
                    Optional.empty(),
                    List.of());
        }

        /// The same of a mail that did not come as its source expects: kept whole, nothing in it taken
        /// for true.
        Reading notAuthentic(Verdict.Mismatch mismatch) {
            return new Reading(
                    List.of(),
                    Disposition.QUARANTINED,
                    Optional.of(mismatch.reason()
                            + reason.map(other -> "; besides: " + other).orElse("")),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    List.of(),
                    warnings,
                    mail,
                    Optional.empty(),
                    Optional.empty(),
                    sums());
        }

        /// The same with more that is odd.
        Reading remarking(List<String> remarks) {
            return new Reading(
                    letters,
                    otherwise,
                    reason,
                    dialect,
                    via,
                    vouched,
                    sender,
                    onBehalfOf,
                    addressees,
                    Stream.concat(warnings.stream(), remarks.stream()).toList(),
                    mail,
                    envelopeSum,
                    evidence,
                    inside);
        }

        /// Every address that the envelope names.
        List<Address> people() {
            List<Address> people = new ArrayList<>();
            sender.ifPresent(people::add);
            onBehalfOf.ifPresent(people::add);
            for (Addressee addressee : addressees) {
                people.add(addressee.told().address());
                addressee.told().expanded().ifPresent(people::add);
                addressee.told().forwarded().ifPresent(people::add);
            }
            return people;
        }

        /// The same as a gap record: a report is missing until it arrives or somebody answers for it.
        Reading asGap() {
            return new Reading(
                    letters,
                    otherwise,
                    reason,
                    dialect,
                    Optional.of("gap"),
                    vouched,
                    sender,
                    onBehalfOf,
                    addressees,
                    warnings,
                    mail,
                    envelopeSum,
                    evidence,
                    inside);
        }

        List<Sha256> sums() {
            return letters.stream().map(Found::sum).toList();
        }
    }

    /// What the archive knows as it reads.
    ///
    /// @param directory as it stands now: who knows it, knows which fields of a header name our own people,
    ///     that one person has several addresses, and who is in which group
    /// @param networks as they are now: who knows them, knows whether a mail came from where it should
    /// @param tests tells the archive's own test messages from what says that it is one
    /// @param sources whose journaling address an address is
    record Known(
            Directory directory,
            Supplier<NetworkLists> networks,
            OwnTests tests,
            Function<Address, Optional<Source>> sources) {

        /// The source of reports that a notice of failure names, if it is one of ours (JOURNAL-FORMATS 7.2).
        private Optional<Source> intended(Unwrapped.Ndr ndr) {
            return ndr.status().recipients().stream()
                    .flatMap(r -> Stream.concat(r.finalRecipient().stream(), r.originalRecipient().stream()))
                    .flatMap(address -> sources.apply(new Address(address)).stream())
                    .filter(source -> source.family() == Family.REPORT)
                    .findFirst();
        }
    }

    static Reading read(Arrival arrival, Instant arrived, Known known) throws IOException {
        Reading reading = reading(arrival, arrived, known);
        if (arrival.source().expected().isNothing()) {
            return reading;
        }
        Header header = Structure.head(arrival.mail()).header();
        return judged(
                reading,
                Authenticity.check(
                        arrival.source().expected(),
                        arrival.provenance(),
                        header,
                        inside(reading),
                        known.networks().get()));
    }

    /// Under which source an arrival is booked: reports that could not be delivered under the one that they were
    /// for, by whose rules they are kept or not.
    static Source booked(Arrival arrival, Reading reading, Known known) throws IOException {
        return reading.via().isPresent() && Unwrapper.unwrap(arrival.mail()) instanceof Unwrapped.Ndr ndr
                ? known.intended(ndr).orElse(arrival.source())
                : arrival.source();
    }

    /// The header of the mail in a report.
    private static Optional<Header> inside(Reading reading) throws IOException {
        return reading.evidence().isPresent() && !reading.letters().isEmpty()
                ? Optional.of(
                        Structure.head(reading.letters().getFirst().content()).header())
                : Optional.empty();
    }

    private static Reading judged(Reading reading, Verdict verdict) {
        return switch (verdict) {
            case Verdict.Authentic(List<String> remarks) -> reading.remarking(remarks);
            case Verdict.Mismatch mismatch -> reading.notAuthentic(mismatch);
        };
    }

    private static Reading reading(Arrival arrival, Instant arrived, Known known) throws IOException {
        Directory directory = known.directory();
        Content mail = arrival.mail();
        Family family = arrival.source().family();
        if (family == Family.MULTIDROP) {
            return multidrop(arrival, arrived, directory); // never unwrapped: an outsider could have written the report
        }
        if (family == Family.MAILBOX) {
            return plain(arrival, arrived); // never unwrapped either
        }
        return switch (Unwrapper.unwrap(mail)) {
            case Unwrapped.Report report -> report(report, Optional.empty(), arrival, arrived, directory);
            case Unwrapped.Ndr ndr when ndr.report().isPresent() -> returned(ndr, arrival, arrived, known);
            case Unwrapped.Ndr ndr
            when ndr.gap().isPresent() -> gap(mail, ndr.gap().get().why());
            case Unwrapped.Ndr ndr
            when family != Family.AUTO
                    && ndr.returned().isEmpty()
                    && known.intended(ndr).isPresent() ->
                gap(mail, "the notice names a journaling address, and carries nothing of the report");
            case Unwrapped.Ndr ndr -> plainOrNotice(arrival, arrived, "a non-delivery report without a journal report");
            case Unwrapped.Delay delay -> plainOrNotice(arrival, arrived, "a delay notice");
            case Unwrapped.Delivered delivered -> plainOrNotice(arrival, arrived, "a delivery notice");
            case Unwrapped.Plain _
            when family == Family.NDR && isOwnTest(arrival, known.tests()) -> notice(mail, Intake.TEST_MESSAGE);
            case Unwrapped.Plain plain ->
                family == Family.AUTO
                        ? plain(arrival, arrived)
                        : other(mail, Disposition.QUARANTINED, Unwrapped.Plain.WORDS, List.of());
            case Unwrapped.Unreadable(String why, List<Warning> warnings) ->
                other(mail, Disposition.QUARANTINED, why, warnings);
        };
    }

    /// Anybody can write the field: only what stands in it tells.
    private static boolean isOwnTest(Arrival arrival, OwnTests tests) throws IOException {
        return Structure.head(arrival.mail())
                .header()
                .text(Intake.TEST_FIELD)
                .filter(token -> tests.wereSent(arrival.source().name(), token.strip()))
                .isPresent();
    }

    /// A report that came back: what the source expects that it was for is compared as well.
    private static Reading returned(Unwrapped.Ndr ndr, Arrival arrival, Instant arrived, Known known)
            throws IOException {
        Reading reading = report(ndr.report().orElseThrow(), Optional.of("ndr"), arrival, arrived, known.directory());
        Optional<Source> intended =
                known.intended(ndr).filter(s -> !s.expected().isNothing());
        if (intended.isEmpty()) {
            return reading;
        }
        Header report = ndr.returned().orElseThrow().head().header();
        return judged(reading, Authenticity.checkReturned(intended.get().expected(), report, inside(reading)));
    }

    private static Reading gap(Content mail, String why) {
        return notice(mail, Gaps.REASON + why).asGap();
    }

    private static Reading plainOrNotice(Arrival arrival, Instant arrived, String what) throws IOException {
        return arrival.source().family() == Family.AUTO
                ? plain(arrival, arrived) // in somebody's files a bounce is a letter like any other
                : notice(arrival.mail(), what);
    }

    private static Reading notice(Content mail, String what) {
        return other(mail, Disposition.NOTICE, what, List.of());
    }

    private static Reading other(Content mail, Disposition disposition, String why, List<Warning> warnings) {
        return new Reading(
                List.of(),
                disposition,
                Optional.of(why),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                List.of(),
                warnings.stream().map(Warning::toString).toList(),
                mail,
                Optional.empty(),
                Optional.empty(),
                List.of());
    }

    private static Reading report(
            Unwrapped.Report report, Optional<String> via, Arrival arrival, Instant arrived, Directory directory)
            throws IOException {
        Content mail = arrival.mail();
        boolean inPlace = report.originals().stream().allMatch(o -> o.span().isPresent());
        List<Content> around = new ArrayList<>();
        long from = 0;
        long kept = 0;
        List<Reading.Found> letters = new ArrayList<>();
        MessageDigest envelopeSum = Sha256.digest();
        envelopeSum.update(Sha256.of(report.envelopePart()).toBytes());
        Optional<HeaderPeople> people = Optional.empty();
        for (Original original : report.originals()) {
            Optional<Long> splice = Optional.empty();
            if (inPlace) {
                Original.Span span = original.span().orElseThrow();
                around.add(mail.slice(from, span.offset() - from));
                kept += span.offset() - from;
                from = span.end();
                splice = Optional.of(kept);
            }
            Header header = original.head().header();
            people = people.or(() -> Optional.of(HeaderPeople.of(header)));
            Sha256 sum = Sha256.of(original.bytes());
            envelopeSum.update(sum.toBytes());
            letters.add(new Reading.Found(original.bytes(), sum, original.kind().word(), splice, said(header)));
        }
        around.add(mail.slice(from, mail.sizeBytes() - from));
        Content evidence = inPlace ? new io.carteggio.mail.Concatenation(around) : mail;
        Envelope envelope = report.envelope();
        HeaderPeople header = people.orElseThrow();
        Vouched vouched = Vouched.of(report.journaled(), arrival, arrived);
        List<String> warnings = new ArrayList<>(
                report.warnings().stream().map(Warning::toString).toList());
        warnings.addAll(vouched.warnings());
        return new Reading(
                letters,
                Disposition.EVIDENCE,
                Optional.empty(),
                Optional.of(report.dialect().word()),
                via,
                vouched.at(),
                envelope.sender(),
                envelope.onBehalfOf(),
                addressees(
                        envelope.recipients(), header, directory, vouched.at().orElse(arrived)),
                warnings,
                mail,
                Optional.of(Sha256.finish(envelopeSum)),
                Optional.of(evidence),
                List.of());
    }

    /// A role that neither report nor header tells counts as blind: so nobody learns of a recipient
    /// by mistake.
    private static List<Addressee> addressees(
            List<Recipient> told, HeaderPeople header, Directory directory, Instant at) {
        List<Recipient> recovered = header.withRoles(told);
        Set<String> to = keys(header.to());
        Set<String> cc = keys(header.cc());
        boolean namesGroup = Stream.concat(to.stream(), cc.stream())
                .anyMatch(key -> !directory.groupsAt(key, at).isEmpty());
        List<Addressee> addressees = new ArrayList<>(told.size());
        for (int i = 0; i < told.size(); i++) {
            Role role = recovered.get(i).role();
            if (told.get(i).role() == Role.RECIPIENT && role == Role.BCC) {
                // the header may name her by another address of hers, or a group that she is in (JOURNAL-FORMATS
                // 2.8, step 9)
                String key = told.get(i).address().key();
                role = named(directory.aliases(key, at), to, cc);
                if (role == Role.BCC && namesGroup) {
                    role = named(directory.groupAddresses(key, at), to, cc);
                }
            }
            addressees.add(new Addressee(told.get(i), role == Role.RECIPIENT ? Role.BCC : role));
        }
        return addressees;
    }

    private static Role named(Set<String> ways, Set<String> to, Set<String> cc) {
        if (ways.stream().anyMatch(to::contains)) {
            return Role.TO;
        }
        return ways.stream().anyMatch(cc::contains) ? Role.CC : Role.BCC;
    }

    private static Set<String> keys(List<Address> addresses) {
        return addresses.stream().map(Address::key).collect(Collectors.toSet());
    }

    /// A plain mail from a source whose own mail system tells in the header who got it.
    private static Reading multidrop(Arrival arrival, Instant arrived, Directory directory) throws IOException {
        Set<String> journaling = new HashSet<>();
        arrival.source().address().ifPresent(a -> journaling.add(a.key()));
        arrival.provenance().rcptTo().forEach(a -> journaling.add(a.key()));
        Header header = Structure.head(arrival.mail()).header();
        Instant at = Vouched.of(received(header), arrival, arrived).at().orElse(arrived);
        HeaderEvidence evidence = HeaderEvidence.of(header, arrival.source().headers(), journaling);
        HeaderEvidence.Decision decision =
                evidence.decide(a -> !directory.holders(a.key(), at).isEmpty());
        String dialect = decision.field()
                .map(field -> ArrivalEntry.HEADER + ":" + field.toLowerCase(Locale.ROOT))
                .orElse(ArrivalEntry.HEADER);
        return letter(
                arrival,
                arrived,
                header,
                decision.envelope(),
                addressees(decision.envelope().recipients(), evidence.people(), directory, at),
                Optional.of(dialect));
    }

    private static Reading plain(Arrival arrival, Instant arrived) throws IOException {
        Header header = Structure.head(arrival.mail()).header();
        HeaderPeople people = HeaderPeople.of(header);
        Envelope envelope = people.envelope();
        List<Recipient> recipients = new ArrayList<>(envelope.recipients());
        if (arrival.source().family() == Family.MAILBOX) {
            arrival.source().address().ifPresent(owner -> recipients.add(new Recipient(Role.RECIPIENT, owner)));
        }
        List<Addressee> addressees = recipients.stream()
                .map(r -> new Addressee(r, r.role() == Role.RECIPIENT ? Role.BCC : r.role()))
                .toList();
        return letter(arrival, arrived, header, envelope, addressees, Optional.empty());
    }

    private static Reading letter(
            Arrival arrival,
            Instant arrived,
            Header header,
            Envelope envelope,
            List<Addressee> addressees,
            Optional<String> dialect)
            throws IOException {
        Content mail = arrival.mail();
        Sha256 sum = Sha256.of(mail);
        Vouched vouched = Vouched.of(received(header), arrival, arrived);
        return new Reading(
                List.of(new Reading.Found(mail, sum, Original.Kind.ORIGINAL.word(), Optional.empty(), said(header))),
                Disposition.EVIDENCE,
                Optional.empty(),
                dialect,
                Optional.empty(),
                vouched.at(),
                envelope.sender(),
                envelope.onBehalfOf(),
                addressees,
                vouched.warnings(),
                mail,
                Optional.of(Sha256.of(("plain " + sum).getBytes(StandardCharsets.US_ASCII))),
                Optional.empty(),
                List.of());
    }

    private static Optional<Instant> said(Header header) {
        return header.text("Date").flatMap(MailDate::parse);
    }

    /// When the last host on the way wrote that it got the mail (RFC 5321, 4.4): the topmost
    /// `Received`.
    private static Optional<Instant> received(Header header) {
        return header.text("Received").flatMap(MailDate::ofReceived);
    }

    /// When a mail came, by somebody else's word.
    ///
    /// @param warnings that it is not its own
    private record Vouched(Optional<Instant> at, List<String> warnings) {
        /// The mail's own word, or else that of the server it was fetched from.
        ///
        /// @param own what the mail itself says
        static Vouched of(Optional<Instant> own, Arrival arrival, Instant arrived) {
            Optional<Instant> plausible = own.filter(at -> plausible(at, arrived));
            if (plausible.isPresent()) {
                return new Vouched(plausible, List.of());
            }
            Optional<Instant> there = arrival.provenance().received().filter(at -> plausible(at, arrived));
            return new Vouched(
                    there,
                    there.map(at -> DATED_THERE + ": it does not tell itself when it came").stream()
                            .toList());
        }
    }

    private static boolean plausible(Instant at, Instant arrived) {
        return at.isAfter(BEFORE_MAIL) && at.isBefore(arrived.plus(CLOCK_SKEW));
    }
}
