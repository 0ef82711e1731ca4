package io.carteggio.server.web.page;

import java.util.Optional;

/// The log-in form.
///
/// @param account what was typed before
/// @param next where to go afterwards
/// @param passwords whether anybody logs in by a password
/// @param provider where else one can log in
/// @param passkey the address for which there are passkeys; absent where nobody logs in by one
/// @param query what says there where to go afterwards
public record LogIn(
        String account,
        String next,
        Optional<String> fault,
        boolean passwords,
        Optional<String> provider,
        Optional<String> passkey,
        String query) {}
