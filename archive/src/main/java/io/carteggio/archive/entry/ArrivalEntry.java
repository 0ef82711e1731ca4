package io.carteggio.archive.entry;

import io.carteggio.archive.vault.Octets;
import io.carteggio.mail.Address;
import io.carteggio.mail.Sha256;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// All that the archive knows of one arrival; the manifest of its frame.
///
/// @param arrived by our clock
/// @param vouched by a witness the archive trusts: the report's date, a trusted `Received`
/// @param reason why it was quarantined or is a notice
/// @param dialect whose form the report has
/// @param via `ndr` for a report that came back, `gap` for the notice of one that came back without its
///     original; its source is then the one whose reports could not be delivered
/// @param family of the source it came in through
/// @param rawBytes octets of the arrival as it came
/// @param envelopeMark keyed mark over the report's envelope part and its originals: equal for a
///     redelivery
/// @param redelivery whether an arrival with the same envelope mark was there before
/// @param sender absent for the null sender
/// @param warnings what the reader of the report found odd
/// @param evidence the report without the originals that lay in it as they are, where it is small;
///     else it is a record of the frame
/// @param parts the keyed marks of the parts in the frame, in their order
/// @param erased the number of the act that erased the arrival: what the entry says is then all that
///     is left of it
/// @param revision where it tells what has become of an earlier arrival
public record ArrivalEntry(
        String source,
        Family family,
        Provenance provenance,
        Instant arrived,
        Optional<Instant> vouched,
        Disposition disposition,
        Optional<String> reason,
        Optional<String> dialect,
        Optional<String> via,
        long rawBytes,
        Optional<Long> envelopeMark,
        boolean redelivery,
        Optional<Address> sender,
        Optional<Address> onBehalfOf,
        List<Addressee> addressees,
        List<LetterRef> letters,
        List<String> warnings,
        Optional<Octets> evidence,
        List<Long> parts,
        Optional<Long> erased,
        Optional<Revision> revision) {
    /// How a dialect begins that is the header of a plain mail.
    public static final String HEADER = "header";

    /// Evidence up to this size lies in the manifest.
    public static final int EVIDENCE_HERE_BYTES = 16 * 1024;

    public ArrivalEntry {
        addressees = List.copyOf(addressees);
        letters = List.copyOf(letters);
        warnings = List.copyOf(warnings);
        parts = List.copyOf(parts);
    }

    /// The copies of the mail that a rights-managed mail's report carries, the protected and the clear one,
    /// where the letter is one of them (JOURNAL-FORMATS 3.1).
    public List<LetterRef> copiesOf(Sha256 letter) {
        boolean managed = letters.stream().anyMatch(l -> l.sum().equals(letter) && l.isManaged());
        return managed
                ? letters.stream().filter(l -> !l.isGone() && l.isManaged()).toList()
                : List.of();
    }

    /// Whether the report carries the letter's readable copy beside it: what the letter says is found there.
    public boolean hasClearCopyOf(Sha256 letter) {
        return letters.stream().anyMatch(l -> l.sum().equals(letter) && l.kind().equals(LetterRef.PROTECTED))
                && letters.stream().anyMatch(l -> l.kind().equals(LetterRef.CLEAR));
    }

    /// The same, with the number of the act that erased it.
    public ArrivalEntry erasedBy(long act) {
        return new ArrivalEntry(
                source,
                family,
                provenance,
                arrived,
                vouched,
                disposition,
                reason,
                dialect,
                via,
                rawBytes,
                envelopeMark,
                redelivery,
                sender,
                onBehalfOf,
                addressees,
                letters,
                warnings,
                evidence,
                parts,
                Optional.of(act),
                revision);
    }

    /// Whether groups that it names stand for their members: where a plain mail was read by its header, nobody
    /// has told who got it by way of a group (JOURNAL-FORMATS 5.3). A report has, and there a group's address
    /// is nobody's.
    public boolean namesGroups() {
        return dialect.isEmpty() || dialect.get().startsWith(HEADER);
    }

    /// The instant that decides who may see: vouched for, else our own clock's (DESIGN 4, attribution).
    public Instant at() {
        return vouched.orElse(arrived);
    }

    /// Whose mailbox it lay in, so whose its labels are: of somebody's mailbox the owner stands behind all whom
    /// the header names. Empty where it came another way.
    public Optional<Address> mailboxOwner() {
        return family == Family.MAILBOX && !addressees.isEmpty()
                ? Optional.of(addressees.getLast().told().address())
                : Optional.empty();
    }
}
