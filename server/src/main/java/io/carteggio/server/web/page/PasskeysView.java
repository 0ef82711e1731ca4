package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// One's own passkeys.
///
/// @param origin the address that they are for; absent where there can be none
/// @param fresh whether the password was given a moment ago, as it takes to change anything
/// @param asked whether one is asked for after a password
/// @param nameChars how long a name may be
public record PasskeysView(
        Optional<String> origin, List<Row> rows, boolean fresh, boolean asked, int nameChars, Optional<String> fault) {
    /// A passkey.
    ///
    /// @param synced whether it may lie on several devices
    public record Row(
            String id, String name, LetterView.Moment added, Optional<LetterView.Moment> used, boolean synced) {}

    public PasskeysView {
        rows = List.copyOf(rows);
    }
}
