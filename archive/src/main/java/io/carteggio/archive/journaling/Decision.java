package io.carteggio.archive.journaling;

import io.carteggio.mail.Address;
import io.carteggio.mail.Envelope;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// What becomes of a message: which rules fire, and which reports are made.
///
/// @param never why it is not journaled, whatever the rules say
/// @param verdicts one for each rule, in their order; none where it is never journaled
/// @param reports one for each journaling mailbox
public record Decision(Optional<String> never, List<Verdict> verdicts, List<Report> reports) {
    /// Why a rule fires, or does not.
    public enum Reason {
        EVERYBODY(true, "it is about everybody's mail"),
        SENT(true, "whom it is about sent the message"),
        GOT(true, "whom it is about got the message"),
        DISABLED(false, "the rule is disabled"),
        NO_RECIPIENT(false, "the message has no recipient"),
        ALL_OUTSIDE(false, "all recipients are outside"),
        SENDER_OUTSIDE(false, "the sender is outside, and the rule internal"),
        ALL_INSIDE(false, "sender and recipients are inside, and the rule external"),
        NEITHER(false, "whom it is about neither sent nor got the message");

        private final boolean fires;
        private final String sentence;

        Reason(boolean fires, String sentence) {
            this.fires = fires;
            this.sentence = sentence;
        }

        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /// What a rule says to the message.
    ///
    /// @param at where whom it is about got the message
    public record Verdict(JournalRule rule, Reason reason, Optional<Address> at) {
        Verdict(JournalRule rule, Reason reason) {
            this(rule, reason, Optional.empty());
        }

        public boolean fires() {
            return reason.fires;
        }

        /// In a sentence for an administrator.
        public String why() {
            return reason.sentence + at.map(address -> ", at " + address).orElse("");
        }
    }

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
