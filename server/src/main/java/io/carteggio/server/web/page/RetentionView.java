package io.carteggio.server.web.page;

import io.carteggio.server.web.page.LetterView.Moment;
import java.util.List;

/// How long letters and copies are kept, and which erasures copies may still undo, the newest first.
///
/// @param minimum how long letters are kept at least, in words
/// @param maximum how long letters are kept at most
/// @param copies how long copies of the keyring are kept at most
/// @param more whether there are more erasures than are shown
public record RetentionView(String minimum, String maximum, String copies, List<Row> erasures, boolean more) {
    /// An erasure.
    ///
    /// @param everywhere from when no copy can undo it
    public record Row(Moment at, String by, String reason, Moment everywhere) {}

    public RetentionView {
        erasures = List.copyOf(erasures);
    }
}
