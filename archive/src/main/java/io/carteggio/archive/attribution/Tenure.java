package io.carteggio.archive.attribution;

import java.time.Instant;
import java.util.Optional;

/// A span in which an address counts as a person's, worked out from all holdings of all people.
///
/// @param addressKey [io.carteggio.mail.Address#key]
/// @param from inclusive; [Instant#MIN] for always
/// @param to exclusive; [Instant#MAX] for ever
public record Tenure(String addressKey, Instant from, Instant to) {
    public boolean covers(Instant at) {
        return !at.isBefore(from) && at.isBefore(to);
    }

    /// What of it lies between two instants; empty where nothing does.
    public Optional<Tenure> within(Instant start, Instant end) {
        Instant first = from.isBefore(start) ? start : from;
        Instant last = to.isAfter(end) ? end : to;
        return first.isBefore(last) ? Optional.of(new Tenure(addressKey, first, last)) : Optional.empty();
    }

    /// Whether it counts at every instant.
    public boolean always() {
        return from.equals(Instant.MIN) && to.equals(Instant.MAX);
    }
}
