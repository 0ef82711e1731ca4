package io.carteggio.server.web.page;

import java.util.Optional;

/// An auditor's form for the reason to read across people.
public record ReasonView(String typed, Optional<String> fault) {}
