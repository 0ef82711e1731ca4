package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// What runs by itself.
public record JobsView(List<Row> rows) {
    /// A job.
    ///
    /// @param state its word
    /// @param says the state in words
    /// @param progress of the run that is on
    /// @param acts what can be done with it
    public record Row(
            String name,
            String url,
            String state,
            String says,
            String schedule,
            Optional<String> progress,
            Optional<String> trouble,
            Optional<LetterView.Moment> next,
            Optional<LetterView.Moment> success,
            List<Act> acts) {
        public Row {
            acts = List.copyOf(acts);
        }
    }

    /// Something that can be done.
    public record Act(String word, String label) {}

    /// A run that was.
    public record Ran(
            LetterView.Moment began,
            Optional<LetterView.Moment> ended,
            String outcome,
            String reason,
            String by,
            String fetched,
            String letters,
            String other,
            String removed) {}

    /// One job with its history.
    public record One(Row row, List<Ran> history) {
        public One {
            history = List.copyOf(history);
        }
    }

    public JobsView {
        rows = List.copyOf(rows);
    }
}
