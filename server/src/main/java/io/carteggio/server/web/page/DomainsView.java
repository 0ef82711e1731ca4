package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// The domains whose mail is ours.
///
/// @param typed what the form held when it was refused
public record DomainsView(List<Row> rows, Typed typed, Optional<String> fault) {
    /// A domain.
    ///
    /// @param kind its word
    public record Row(String domain, String url, String kind, boolean subdomains) {}

    /// The form's fields.
    public record Typed(String domain, String kind, boolean subdomains) {
        public static final Typed BLANK = new Typed("", "authoritative", false);
    }

    public DomainsView {
        rows = List.copyOf(rows);
    }
}
