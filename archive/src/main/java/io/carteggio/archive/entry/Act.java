package io.carteggio.archive.entry;

import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.Optional;

/// What an administrator did, or what the audit trail must keep. Forced to the vault before it takes effect.
public sealed interface Act {
    /// When, by our clock.
    Instant at();

    /// Who did it: a person's name, `operator` for one at the machine's own console, `set-up`.
    String by();

    /// A place that mail comes from.
    record SourceAdded(Instant at, String by, String name, Optional<Address> address, Family family) implements Act {}

    /// A person, still without addresses.
    ///
    /// @param person the person's own id, for good
    record PersonAdded(Instant at, String by, String person, String name, PersonRole role) implements Act {}

    /// An address a person holds, from an instant on until another; open where absent.
    record AddressGiven(
            Instant at, String by, String person, Address address, Optional<Instant> from, Optional<Instant> to)
            implements Act {}

    /// What a person logs in with: an encoded Argon2id hash (RFC 9106), never the password.
    record CredentialSet(Instant at, String by, String person, String hash) implements Act {}

    /// An entry of the audit trail.
    ///
    /// @param what one word for the kind: `search`, `open`, `export`, …
    /// @param object what it was done to: a letter's id, a query
    /// @param reason as stated by who did it
    record Audited(Instant at, String by, String what, String object, Optional<String> reason) implements Act {}
}
