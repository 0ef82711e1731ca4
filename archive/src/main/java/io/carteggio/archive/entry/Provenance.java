package io.carteggio.archive.entry;

import io.carteggio.mail.Address;
import java.time.Instant;
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
/// @param labels the folders of somebody's mailbox that it lay in, the folders within a folder parted by `/`
/// @param recomposed of what the octets were recomposed (`pst`, `msg`); absent where they are what was sent
/// @param client the certificate that the host showed, where it showed one
/// @param received when the server that it was fetched from says it got it (IMAP's INTERNALDATE)
public record Provenance(
        Optional<String> peer,
        Optional<String> helo,
        Optional<String> tls,
        Optional<Address> mailFrom,
        List<Address> rcptTo,
        Optional<String> item,
        List<String> labels,
        Optional<String> recomposed,
        Optional<ClientCertificate> client,
        Optional<Instant> received) {
    /// Where nothing of it is kept.
    public static final Provenance NOTHING = new Provenance(
            Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), List.of(), Optional.empty());

    public Provenance {
        rcptTo = List.copyOf(rcptTo);
        labels = List.copyOf(labels);
    }

    /// Of a mail that was in no folder and is as it was sent.
    public Provenance(
            Optional<String> peer,
            Optional<String> helo,
            Optional<String> tls,
            Optional<Address> mailFrom,
            List<Address> rcptTo,
            Optional<String> item) {
        this(peer, helo, tls, mailFrom, rcptTo, item, List.of(), Optional.empty(), Optional.empty(), Optional.empty());
    }

    /// The same with what an import knows of the mail's place.
    public Provenance with(List<String> newLabels, Optional<String> newRecomposed) {
        return new Provenance(peer, helo, tls, mailFrom, rcptTo, item, newLabels, newRecomposed, client, received);
    }

    /// The same with the certificate that the host showed.
    public Provenance with(Optional<ClientCertificate> shown) {
        return new Provenance(peer, helo, tls, mailFrom, rcptTo, item, labels, recomposed, shown, received);
    }

    /// The same with when the other server got it.
    public Provenance receivedAt(Optional<Instant> there) {
        return new Provenance(peer, helo, tls, mailFrom, rcptTo, item, labels, recomposed, client, there);
    }

    /// An import's provenance.
    public static Provenance ofItem(String item) {
        return new Provenance(
                Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), List.of(), Optional.of(item));
    }
}
