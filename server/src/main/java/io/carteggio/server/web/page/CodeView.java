package io.carteggio.server.web.page;

import java.util.Optional;

/// The second step of a log-in.
///
/// @param half what proves that the first one was right
public record CodeView(String half, String next, Optional<String> fault) {}
