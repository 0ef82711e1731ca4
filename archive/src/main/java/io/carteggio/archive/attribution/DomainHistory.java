package io.carteggio.archive.attribution;

import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/// Which domains were ours when, as it was said at the time.
///
/// @param states oldest first
public record DomainHistory(List<State> states) {
    static final DomainHistory NOTHING = new DomainHistory(List.of());

    /// All domains that were ours from an instant on, until the next state.
    public record State(Instant from, List<AcceptedDomain> domains) {
        public State {
            domains = List.copyOf(domains);
        }
    }

    public DomainHistory {
        states = List.copyOf(states);
    }

    DomainHistory and(Instant from, List<AcceptedDomain> domains) {
        List<State> more = new ArrayList<>(states);
        more.add(new State(from, domains));
        return new DomainHistory(more);
    }

    /// The domains that were ours at an instant. Before any was named, those that were named first: the mail
    /// that was archived until then was no stranger's for that.
    public List<AcceptedDomain> at(Instant at) {
        List<AcceptedDomain> domains =
                states.isEmpty() ? List.of() : states.getFirst().domains();
        for (State state : states) {
            if (!state.from().isAfter(at)) {
                domains = state.domains();
            }
        }
        return domains;
    }
}
