package io.carteggio.server.web.page;

import java.util.Optional;

/// The page that asks for one's password again.
///
/// @param provider where it is to be given, if not here
/// @param passkey the address at which one of her passkeys will do; absent where she has none
public record ConfirmView(Optional<String> fault, Optional<String> provider, Optional<String> passkey) {}
