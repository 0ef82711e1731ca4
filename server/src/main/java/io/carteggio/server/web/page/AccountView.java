package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// One's own page: who the archive takes one for, the form for another password, the sessions.
public record AccountView(
        PeopleView.PersonRow person,
        int leastChars,
        Optional<String> fault,
        List<SessionRow> sessions,
        List<LanguageChoice> languages) {
    /// A browser that one is logged in with.
    ///
    /// @param here whether it is this one
    public record SessionRow(
            String name, LetterView.Moment begun, LetterView.Moment lastSeen, String peer, boolean here) {}

    /// A language that one may have the pages in.
    ///
    /// @param name what it is called in itself
    /// @param chosen whether it was chosen for good
    public record LanguageChoice(String word, String name, boolean chosen) {}

    public AccountView {
        sessions = List.copyOf(sessions);
        languages = List.copyOf(languages);
    }
}
