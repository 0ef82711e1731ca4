package io.carteggio.server.web.page;

import io.carteggio.server.web.page.LetterView.Moment;
import java.util.List;
import java.util.Optional;

/// The journaling agent's rules, how they fare, and what they would have caught.
///
/// @param warnings what works and should not be left so, in English
public record RulesView(List<Row> rows, List<String> warnings, Optional<Past> past, Optional<String> fault) {
    /// A rule.
    ///
    /// @param says what it is about and where its reports go
    /// @param alternate where those go that do not arrive, in words
    /// @param state its word
    /// @param since when its mailbox began to be in the way
    /// @param answer the last answer of the mailbox, as it was given
    /// @param gaps whether it is disabled since its mailbox is suspended
    /// @param caught how much it would have caught, where that was asked
    public record Row(
            String name,
            String url,
            String says,
            String alternate,
            String mailbox,
            String state,
            Optional<Moment> since,
            Optional<String> answer,
            boolean enabled,
            boolean gaps,
            Optional<String> caught) {
        /// Where it is asked whether this is to be done.
        public String confirm(String act) {
            return url.replace("/rule?", "/confirm?act=" + act + "&");
        }

        /// Whether its mailbox is in the way.
        public boolean troubled() {
            return since.isPresent();
        }
    }

    /// What was looked at, and what is not known.
    public record Past(String says, List<String> notes) {
        public Past {
            notes = List.copyOf(notes);
        }
    }

    public RulesView {
        rows = List.copyOf(rows);
        warnings = List.copyOf(warnings);
    }

    /// Whether something is about to be done to a rule that is asked about first.
    ///
    /// @param act `disable` or `remove`
    public record Confirm(String act, String name, String url) {}
}
