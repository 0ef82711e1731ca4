package io.carteggio.archive.attribution;

import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.Optional;

/// An address that a person holds, as it was told: from an instant on (inclusive) until another (exclusive).
public record Holding(Address address, Optional<Instant> from, Optional<Instant> to) {
    public Holding {
        if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
            throw new IllegalArgumentException(
                    address + " would be held from " + from.get() + " to " + to.get() + ", which is never");
        }
    }

    /// Whether neither end was told: it then counts since always, unless the address had another holder.
    public boolean undated() {
        return from.isEmpty() && to.isEmpty();
    }
}
