package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// The audit trail.
///
/// @param kinds what the form can ask for
/// @param next the page of older entries
/// @param export where the same is a table
public record TrailView(
        List<BooksView.TrailRow> rows,
        Typed typed,
        List<String> kinds,
        Optional<String> next,
        String export,
        Optional<String> fault) {
    /// What the form asks for.
    public record Typed(String who, String what, String text, String since, String until) {}

    public TrailView {
        rows = List.copyOf(rows);
        kinds = List.copyOf(kinds);
    }
}
