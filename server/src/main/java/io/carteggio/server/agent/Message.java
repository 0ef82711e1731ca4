package io.carteggio.server.agent;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import java.util.List;
import java.util.Optional;

/// A message that passes by.
///
/// @param mailFrom empty for the null reverse path
/// @param authenticated whether its sender has logged in at the mail system
/// @param ownSystem whether it began on the mail system itself
/// @param mail its octets; must stay readable until it is journaled
/// @param item what the mail system calls it, where it says so
public record Message(
        Optional<Address> mailFrom,
        List<Address> rcptTo,
        boolean authenticated,
        boolean ownSystem,
        Content mail,
        Optional<String> item) {
    public Message {
        rcptTo = List.copyOf(rcptTo);
    }
}
