package io.carteggio.archive.audit;

import java.util.Optional;

/// Who does something, for the audit trail and for what needs two. Told by what let him in, never by what he says.
///
/// @param person the id of who is logged in; absent: whoever has the machine
/// @param from the peer's address; absent at the machine itself
public record Actor(String name, Optional<String> person, Optional<String> from) {
    /// Whoever sits at the machine, and can open the archive's directory.
    public static final Actor MACHINE = new Actor("operator", Optional.empty(), Optional.empty());
}
