package io.carteggio.server.web.page;

import java.util.Optional;

/// The form that asks for one's password again.
public record AccountFault(Optional<String> fault) {}
