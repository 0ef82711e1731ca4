package io.carteggio.server.web.page;

import java.util.Optional;

/// The log-in form.
///
/// @param account what was typed before
/// @param next where to go afterwards
public record LogIn(String account, String next, Optional<String> fault) {}
