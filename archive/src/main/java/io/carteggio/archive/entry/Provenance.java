package io.carteggio.archive.entry;

import io.carteggio.mail.Address;
import java.util.List;
import java.util.Optional;

/// How an arrival reached us, as far as its way knows such things.
///
/// @param peer network address of the host that delivered it
/// @param helo the name that host gave itself
/// @param tls protocol and cipher suite, absent where the connection was in the clear
/// @param mailFrom the SMTP reverse path, absent where it was null
/// @param rcptTo the SMTP forward paths
/// @param item the file, or place in a file, that an import read it from
public record Provenance(
        Optional<String> peer,
        Optional<String> helo,
        Optional<String> tls,
        Optional<Address> mailFrom,
        List<Address> rcptTo,
        Optional<String> item) {
    /// Where nothing of it is kept.
    public static final Provenance NOTHING = new Provenance(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), List.of(), Optional.empty());

    public Provenance {
        rcptTo = List.copyOf(rcptTo);
    }

    /// An import's provenance.
    public static Provenance ofItem(String item) {
        return new Provenance(
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), List.of(), Optional.of(item));
    }
}
