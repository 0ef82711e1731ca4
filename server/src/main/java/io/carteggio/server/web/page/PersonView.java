package io.carteggio.server.web.page;

import java.util.Optional;

/// One person's page for the administrator.
///
/// @param link a one-time link just made; shown this once
/// @param until how long it is valid
/// @param typed what the address form held when it was refused
public record PersonView(
        PeopleView.PersonRow person,
        Optional<String> link,
        Optional<String> until,
        Optional<String> fault,
        PeopleView.TypedAddress typed) {}
