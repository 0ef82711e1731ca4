package io.carteggio.server.fetch;

import io.carteggio.server.secret.Secrets;
import java.time.Clock;

/// All that opening a mailbox needs to know.
///
/// @param source whose mailbox it is
public record Account(String source, Settings settings, Secrets secrets, OAuthTokens tokens, Clock clock) {}
