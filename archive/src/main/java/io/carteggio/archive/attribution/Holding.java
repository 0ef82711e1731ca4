package io.carteggio.archive.attribution;

import io.carteggio.archive.Unacceptable;
import io.carteggio.archive.entry.Change.Span;
import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.Optional;

/// An address that a person or a group holds, as it was told: from an instant on (inclusive) until another
/// (exclusive).
///
/// @param origin the synchronisation that told it; absent where that was done by hand
public record Holding(Address address, Optional<Instant> from, Optional<Instant> to, Optional<String> origin) {
    public Holding {
        if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
            throw new Unacceptable(
                    "never",
                    address + " would be held from " + from.get() + " to " + to.get() + ", which is never",
                    address,
                    from.get(),
                    to.get());
        }
    }

    /// One told by hand.
    public Holding(Address address, Optional<Instant> from, Optional<Instant> to) {
        this(address, from, to, Optional.empty());
    }

    static Holding of(Address address, Span span, Optional<String> origin) {
        return new Holding(address, span.from(), span.to(), origin);
    }

    public Span span() {
        return new Span(from, to);
    }

    /// Whether neither end was told: it then counts since always, unless the address had another holder.
    public boolean undated() {
        return from.isEmpty() && to.isEmpty();
    }
}
