package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// One's own second factor.
///
/// @param secret what to give to an authenticator; empty where it is on
/// @param link the same as an authenticator opens it
/// @param left how many recovery codes are left
/// @param codes those that were just made, shown this once
public record SecondFactorView(
        boolean on, String secret, String link, int left, List<String> codes, Optional<String> fault) {
    public SecondFactorView {
        codes = List.copyOf(codes);
    }
}
