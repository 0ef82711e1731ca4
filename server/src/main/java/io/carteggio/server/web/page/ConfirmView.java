package io.carteggio.server.web.page;

import java.util.Optional;

/// The page that asks for one's password again.
///
/// @param provider where it is to be given, if not here
public record ConfirmView(Optional<String> fault, Optional<String> provider) {}
