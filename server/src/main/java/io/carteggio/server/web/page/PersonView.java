package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// One person's page for the administrator.
///
/// @param link a one-time link just made; shown this once
/// @param until how long it is valid
/// @param typed what the address form held when it was refused
/// @param roles what she holds and held
/// @param given roles that can be given
/// @param secondFactor whether logging in takes a code
/// @param passkeys how many she has
/// @param sessions browsers that she is logged in with
/// @param roleFault why a role was refused
public record PersonView(
        PeopleView.PersonRow person,
        Optional<String> link,
        Optional<String> until,
        Optional<String> fault,
        PeopleView.TypedAddress typed,
        List<RoleRow> roles,
        List<String> given,
        Optional<String> roleFault,
        int sessions,
        boolean secondFactor,
        int passkeys) {
    /// A role.
    ///
    /// @param reach whose letters an auditor may read
    /// @param since who gave it when, and why
    /// @param ended how it ended; absent where it is in force
    public record RoleRow(String grant, String role, String reach, String since, Optional<String> ended) {}

    public PersonView {
        roles = List.copyOf(roles);
        given = List.copyOf(given);
    }
}
