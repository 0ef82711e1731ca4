package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// One's own page: who the archive takes one for, the form for another password, the sessions.
public record AccountView(
        PeopleView.PersonRow person, int leastChars, Optional<String> fault, List<SessionRow> sessions) {
    /// A browser that one is logged in with.
    ///
    /// @param here whether it is this one
    public record SessionRow(
            String name, LetterView.Moment begun, LetterView.Moment lastSeen, String peer, boolean here) {}

    public AccountView {
        sessions = List.copyOf(sessions);
    }
}
