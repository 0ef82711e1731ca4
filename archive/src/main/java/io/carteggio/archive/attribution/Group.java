package io.carteggio.archive.attribution;

import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Change.Span;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// Addresses that mean many.
///
/// @param dynamic whether another directory works out who is in it
public record Group(
        String id,
        String name,
        boolean dynamic,
        List<Holding> holdings,
        List<Membership> members,
        Optional<Instant> gone,
        Ties ties)
        implements Holder {
    public Group {
        holdings = List.copyOf(holdings);
        members = List.copyOf(members);
    }

    /// One made by hand.
    public Group(String id, String name, List<Holding> holdings, List<Membership> members) {
        this(id, name, false, holdings, members, Optional.empty(), Ties.NONE);
    }

    /// Who was in it, and when.
    ///
    /// @param origin the synchronisation that told it; absent where that was done by hand
    public record Membership(Member member, Span span, Optional<String> origin) {}
}
