package io.carteggio.archive.journaling;

import io.carteggio.mail.Address;
import io.carteggio.mail.report.HeaderPeople;
import java.util.List;
import java.util.Optional;

/// A message on its way, as a front of the agent sees it.
///
/// @param mailFrom empty for the null reverse path
/// @param rcptTo as the mail system got them
/// @param authenticated whether its sender has logged in at the mail system: then whom she wrote to is believed
/// @param ownSystem whether it began on the mail system itself
/// @param people whom its header names
/// @param ownReport whether it is a report that this agent has written
public record Submission(
        Optional<Address> mailFrom,
        List<Address> rcptTo,
        boolean authenticated,
        boolean ownSystem,
        HeaderPeople people,
        boolean ownReport) {
    public Submission {
        rcptTo = List.copyOf(rcptTo);
    }
}
