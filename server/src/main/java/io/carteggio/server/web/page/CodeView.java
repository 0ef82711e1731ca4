package io.carteggio.server.web.page;

import java.util.Optional;

/// The second step of a log-in.
///
/// @param half what proves that the first one was right
/// @param code whether a code is asked for
/// @param passkey the address at which one of her passkeys will do; absent where she has none
public record CodeView(String half, String next, boolean code, Optional<String> passkey, Optional<String> fault) {}
