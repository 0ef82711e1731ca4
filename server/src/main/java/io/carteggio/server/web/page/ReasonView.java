package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// An auditor's form for the reason to read across people.
///
/// @param grants what she may read, a sentence each
public record ReasonView(String typed, Optional<String> fault, List<String> grants) {
    public ReasonView {
        grants = List.copyOf(grants);
    }
}
