package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// All sources.
public record SourcesView(List<Row> rows) {
    /// A source.
    ///
    /// @param where its journaling address, or that it is fetched
    public record Row(
            String name, String url, String where, String family, String received, Optional<LetterView.Moment> last) {}

    /// The mail systems to choose from.
    public record Systems(List<SourceView.Choice> choices) {
        public Systems {
            choices = List.copyOf(choices);
        }
    }

    /// The form of a new source.
    ///
    /// @param system the mail system's word
    /// @param mailbox whether a mailbox is fetched
    /// @param alternate whether it asks for the alternate journaling mailbox
    /// @param typed what it held when it was refused, and what is proposed at first
    public record Form(
            String system,
            String title,
            boolean mailbox,
            boolean alternate,
            java.util.Map<String, String> typed,
            Optional<String> fault) {
        public Form {
            typed = java.util.Map.copyOf(typed);
        }

        /// What a field holds.
        public String held(String field) {
            return typed.getOrDefault(field, "");
        }

        /// Whether a choice is the one that was made.
        public boolean is(String field, String value) {
            return held(field).equals(value);
        }
    }

    public SourcesView {
        rows = List.copyOf(rows);
    }
}
