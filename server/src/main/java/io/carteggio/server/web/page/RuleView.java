package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// A journal rule being made or changed, and what it would do.
///
/// @param row the rule as it is; absent where it is new
/// @param whose people and groups to choose from, a few of many
/// @param mailboxes sources of this archive to choose from
public record RuleView(
        Optional<RulesView.Row> row,
        Typed typed,
        List<String> whose,
        List<String> mailboxes,
        Optional<Look> look,
        Optional<String> fault) {
    /// The form's fields.
    ///
    /// @param from the sender of a message that it is tried with
    /// @param to its recipients, with commas between
    public record Typed(
            String name,
            String scope,
            String recipient,
            String mailbox,
            String alternate,
            boolean dedicated,
            boolean disabled,
            String from,
            String to,
            boolean authenticated) {
        public static final Typed BLANK = new Typed("", "global", "", "", "", false, false, "", "", false);

        public boolean isScope(String word) {
            return scope.equals(word);
        }
    }

    /// What would come of it.
    ///
    /// @param message whether one was tried
    /// @param never whether it would never be journaled, whatever the rules say
    /// @param caught of the last days, in words
    public record Look(
            boolean message,
            boolean never,
            List<Verdict> verdicts,
            List<Report> reports,
            String caught,
            RulesView.Past past) {
        public Look {
            verdicts = List.copyOf(verdicts);
            reports = List.copyOf(reports);
        }
    }

    /// What a rule says to the message.
    public record Verdict(String rule, boolean fires, String why) {}

    /// A report that would be made.
    ///
    /// @param rules the names of the rules because of which it is
    public record Report(String mailbox, String alternate, String rules, List<Line> lines) {
        public Report {
            lines = List.copyOf(lines);
        }
    }

    /// Whom the report names.
    ///
    /// @param way by way of whom she got it
    public record Line(String role, String address, Optional<String> way) {}

    public RuleView {
        whose = List.copyOf(whose);
        mailboxes = List.copyOf(mailboxes);
    }
}
