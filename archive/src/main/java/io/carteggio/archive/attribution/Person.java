package io.carteggio.archive.attribution;

import io.carteggio.archive.entry.PersonRole;
import java.util.List;

/// Someone who holds addresses and may log in.
///
/// @param id for good, never shown as a name
/// @param role what she was added as. What she may do now is said by `archive.role.Roles` alone
public record Person(String id, String name, PersonRole role, List<Holding> holdings) {
    public Person {
        holdings = List.copyOf(holdings);
    }
}
