package io.carteggio.server.web.page;

import java.util.Optional;

/// One's own page: who the archive takes one for, and the form for another password.
public record AccountView(PeopleView.PersonRow person, int leastChars, Optional<String> fault) {}
