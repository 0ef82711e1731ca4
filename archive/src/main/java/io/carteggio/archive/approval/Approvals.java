package io.carteggio.archive.approval;

import io.carteggio.archive.approval.Asked.Decision;
import io.carteggio.archive.approval.Asked.State;
import io.carteggio.archive.entry.Act;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// All requests and the mode, as all acts so far have made them. Safe for many threads.
///
/// An act that comes at the wrong time counts for nothing: a decision on what is not open at its instant, a second use.
/// So whatever is written, nothing is done twice by one approval.
public final class Approvals {
    private final Map<String, Asked> requests = new LinkedHashMap<>(); // oldest first
    private boolean twoPersons;

    /// Takes an act into account. Acts about other things are ignored.
    public synchronized void apply(Act act) {
        switch (act) {
            case Act.ApprovalAsked a ->
                requests.putIfAbsent(
                        a.request(),
                        new Asked(
                                a.request(),
                                a.at(),
                                a.by(),
                                a.person(),
                                a.operation(),
                                a.object(),
                                a.params(),
                                a.reason(),
                                a.expires(),
                                Optional.empty(),
                                Optional.empty()));
            case Act.ApprovalDecided a ->
                requests.computeIfPresent(
                        a.request(),
                        (_, r) -> r.state(a.at()) == State.OPEN
                                        && !(a.approved() && r.person().equals(Optional.of(a.person())))
                                ? r.decided(new Decision(a.at(), a.by(), a.person(), a.approved(), a.reason()))
                                : r);
            case Act.ApprovalUsed a ->
                requests.computeIfPresent(
                        a.request(), (_, r) -> r.state(a.at()) == State.APPROVED ? r.used(a.at()) : r);
            case Act.ApprovalReturned a ->
                requests.computeIfPresent(a.request(), (_, r) -> r.used().isPresent() ? r.returned() : r);
            case Act.ModeSet a -> twoPersons = a.twoPersons();
            case Act _ -> {}
        }
    }

    /// Whether dangerous acts take two.
    public synchronized boolean twoPersons() {
        return twoPersons;
    }

    /// All requests, newest first.
    public synchronized List<Asked> all() {
        return List.copyOf(requests.values()).reversed();
    }

    public synchronized Optional<Asked> request(String id) {
        return Optional.ofNullable(requests.get(id));
    }

    /// Requests that stand like that, newest first.
    public List<Asked> in(State state, Instant now) {
        return all().stream().filter(r -> r.state(now) == state).toList();
    }
}
