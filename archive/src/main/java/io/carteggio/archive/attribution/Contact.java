package io.carteggio.archive.attribution;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Somebody outside whom the directory knows. Owns no letters.
public record Contact(String id, String name, List<Holding> holdings, Optional<Instant> gone, Ties ties)
        implements Holder {
    public Contact {
        holdings = List.copyOf(holdings);
    }
}
