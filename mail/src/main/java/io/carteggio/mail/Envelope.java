package io.carteggio.mail;

import java.util.List;
import java.util.Optional;

/// Who really sent and got a mail.
///
/// @param sender empty for the null reverse path of a bounce
/// @param onBehalfOf the mailbox for which a delegate sent
public record Envelope(Optional<Address> sender, Optional<Address> onBehalfOf, List<Recipient> recipients) {
    public static final Envelope EMPTY = new Envelope(Optional.empty(), Optional.empty(), List.of());

    public Envelope {
        recipients = List.copyOf(recipients);
    }
}
