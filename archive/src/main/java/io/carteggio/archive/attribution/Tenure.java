package io.carteggio.archive.attribution;

import java.time.Instant;

/// A span in which an address counts as a person's, worked out from all holdings of all people.
///
/// @param addressKey [io.carteggio.mail.Address#key]
/// @param from inclusive; [Instant#MIN] for always
/// @param to exclusive; [Instant#MAX] for ever
public record Tenure(String addressKey, Instant from, Instant to) {
    public boolean covers(Instant at) {
        return !at.isBefore(from) && at.isBefore(to);
    }

    /// Whether it counts at every instant.
    public boolean always() {
        return from.equals(Instant.MIN) && to.equals(Instant.MAX);
    }
}
