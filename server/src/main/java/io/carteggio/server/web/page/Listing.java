package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// A page of a long list of the administrator's.
///
/// @param next the page of older entries
public record Listing<T>(List<T> rows, Optional<String> next) {
    public Listing {
        rows = List.copyOf(rows);
    }
}
