package io.carteggio.archive.entry;

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
/// @param via `ndr` for a report that came back
/// @param rawBytes octets of the arrival as it came
/// @param rawSum SHA-256 of those
/// @param envelopeSum SHA-256 over the report's envelope part and its originals: equal for a redelivery
/// @param redelivery whether an arrival with the same envelope sum was there before
/// @param sender absent for the null sender
/// @param warnings what the reader of the report found odd
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
        Sha256 rawSum,
        Optional<Sha256> envelopeSum,
        boolean redelivery,
        Optional<Address> sender,
        Optional<Address> onBehalfOf,
        List<Addressee> addressees,
        List<LetterRef> letters,
        List<String> warnings) {
    public ArrivalEntry {
        addressees = List.copyOf(addressees);
        letters = List.copyOf(letters);
        warnings = List.copyOf(warnings);
    }

    /// The instant that decides who may see: vouched for, else our own clock's (DESIGN 4, attribution).
    public Instant at() {
        return vouched.orElse(arrived);
    }
}
