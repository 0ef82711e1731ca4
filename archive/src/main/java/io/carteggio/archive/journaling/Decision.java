package io.carteggio.archive.journaling;

import io.carteggio.mail.Address;
import io.carteggio.mail.Envelope;
import java.util.List;
import java.util.Optional;

/// What becomes of a message: which rules fire, and which reports are made.
///
/// @param never why it is not journaled, whatever the rules say
/// @param verdicts one for each rule, in their order; none where it is never journaled
/// @param reports one for each journaling mailbox
public record Decision(Optional<String> never, List<Verdict> verdicts, List<Report> reports) {
    /// What a rule says to the message.
    ///
    /// @param why in a sentence for an administrator
    public record Verdict(JournalRule rule, boolean fires, String why) {}

    /// A report to be made.
    ///
    /// @param rules those that fired and have this mailbox
    /// @param envelope whom it names
    /// @param alternate where it goes where it does not reach the mailbox
    public record Report(Address mailbox, List<JournalRule> rules, Envelope envelope, Optional<Address> alternate) {
        public Report {
            rules = List.copyOf(rules);
        }
    }

    public Decision {
        verdicts = List.copyOf(verdicts);
        reports = List.copyOf(reports);
    }
}
