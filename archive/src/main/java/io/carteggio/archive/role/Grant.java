package io.carteggio.archive.role;

import io.carteggio.archive.entry.Across;
import io.carteggio.archive.entry.PersonRole;
import java.time.Instant;
import java.util.Optional;

/// A role that somebody was given.
///
/// @param id the giving's own; the person's id for the role that came with her
/// @param until when it ends by itself
/// @param across what an auditor may read
/// @param group the group of a provider of log-ins that gives it. Such a role acts, and never decides as a
///     second person: who runs the provider could else be both
/// @param withdrawn how it ended before
public record Grant(
        String id,
        String person,
        PersonRole role,
        Instant at,
        String by,
        Optional<Instant> until,
        Optional<Across> across,
        Optional<String> reason,
        Optional<String> group,
        Optional<Withdrawal> withdrawn) {
    /// A role was taken back.
    public record Withdrawal(Instant at, String by, String reason) {}

    /// Whether it counts at that instant, by what is known now.
    public boolean inForce(Instant now) {
        return withdrawn.isEmpty() && until.map(now::isBefore).orElse(true);
    }

    /// The same where somebody whose letters it opens is another person now.
    Grant naming(String before, String now) {
        return new Grant(
                id, person, role, at, by, until, across.map(a -> a.naming(before, now)), reason, group, withdrawn);
    }

    Grant withdrawn(Withdrawal how) {
        return new Grant(id, person, role, at, by, until, across, reason, group, Optional.of(how));
    }
}
