package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// The searches that a person has saved.
///
/// @param fault why the last step was not taken
public record SavedView(List<Row> rows, Optional<String> fault) {
    /// One of them.
    ///
    /// @param how in which order, and whether by conversations
    public record Row(String id, String name, String query, String how, String url) {}

    public SavedView {
        rows = List.copyOf(rows);
    }
}
