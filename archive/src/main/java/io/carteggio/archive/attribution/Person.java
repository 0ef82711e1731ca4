package io.carteggio.archive.attribution;

import io.carteggio.archive.entry.PersonRole;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Someone who holds addresses and may log in.
///
/// @param id for good, never shown as a name
/// @param role what she was added as. What she may do now is said by `archive.role.Roles` alone
/// @param gone since when she has left
/// @param locked whether her account is closed where the directory comes from
public record Person(
        String id,
        String name,
        PersonRole role,
        List<Holding> holdings,
        Optional<Instant> gone,
        boolean locked,
        Ties ties)
        implements Holder {
    public Person {
        holdings = List.copyOf(holdings);
    }

    /// One made by hand.
    public Person(String id, String name, PersonRole role, List<Holding> holdings) {
        this(id, name, role, holdings, Optional.empty(), false, Ties.NONE);
    }

    /// Whether she may log in: a leaver may not, nor whose account is closed.
    public boolean mayLogIn() {
        return gone.isEmpty() && !locked;
    }
}
