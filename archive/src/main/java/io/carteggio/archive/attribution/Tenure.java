package io.carteggio.archive.attribution;

import java.time.Instant;
import java.util.Optional;

/// A span in which an address counts as a person's, worked out from all holdings of all people and groups.
///
/// @param addressKey [io.carteggio.mail.Address#key]
/// @param from inclusive; [Instant#MIN] for always
/// @param to exclusive; [Instant#MAX] for ever
/// @param throughGroup whether it is a group's address that she was a member of: then she is one of those
/// who got what
///     went there, where nobody vouches for who did, and never who sent it
public record Tenure(String addressKey, Instant from, Instant to, boolean throughGroup) {
    /// Of an address of her own.
    public Tenure(String addressKey, Instant from, Instant to) {
        this(addressKey, from, to, false);
    }

    public boolean covers(Instant at) {
        return !at.isBefore(from) && at.isBefore(to);
    }

    /// What of it lies between two instants; empty where nothing does.
    public Optional<Tenure> within(Instant start, Instant end) {
        Instant first = from.isBefore(start) ? start : from;
        Instant last = to.isAfter(end) ? end : to;
        return first.isBefore(last) ? Optional.of(new Tenure(addressKey, first, last, throughGroup)) : Optional.empty();
    }

    /// Whether it counts at every instant.
    public boolean always() {
        return from.equals(Instant.MIN) && to.equals(Instant.MAX);
    }
}
