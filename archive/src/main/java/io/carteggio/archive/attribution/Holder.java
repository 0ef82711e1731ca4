package io.carteggio.archive.attribution;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Who has addresses.
public sealed interface Holder permits Person, Group, Contact {
    /// For good, never shown as a name.
    String id();

    String name();

    List<Holding> holdings();

    /// Since when there is no such person, group or contact any more.
    Optional<Instant> gone();

    Ties ties();
}
