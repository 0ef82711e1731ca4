package io.carteggio.archive.access;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What one testimony tells a viewer of who sent and got a letter.
///
/// @param letter which letter of the message it vouches for
/// @param addressees the lines that the viewer may see
/// @param complete whether these are all lines
public record EnvelopeView(
        LetterId letter,
        long arrival,
        String source,
        Instant at,
        Optional<Address> sender,
        Optional<Address> onBehalfOf,
        List<Addressee> addressees,
        boolean complete,
        Testimony testimony) {
    public EnvelopeView {
        addressees = List.copyOf(addressees);
    }
}
