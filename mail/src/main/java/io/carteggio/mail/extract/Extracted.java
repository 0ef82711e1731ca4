package io.carteggio.mail.extract;

import java.util.Set;

/// What came of reading one attachment.
///
/// @param text all words that were found
/// @param shortfalls why there may be more
public record Extracted(String text, Set<Shortfall> shortfalls) {
    public Extracted {
        shortfalls = Set.copyOf(shortfalls);
    }

    /// Nothing was found, for this reason.
    public static Extracted nothing(Shortfall why) {
        return new Extracted("", Set.of(why));
    }
}
