package io.carteggio.archive.approval;

import io.carteggio.archive.Unacceptable;
import io.carteggio.archive.entry.PersonRole;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;

/// Something dangerous that was asked for, and what has become of it. Pure.
///
/// @param by the name of who asked
/// @param person his id; absent: whoever has the machine
/// @param params exactly what is to be done
/// @param used when it was begun
public record Asked(
        String id,
        Instant at,
        String by,
        Optional<String> person,
        String operation,
        String object,
        String params,
        Optional<String> reason,
        Instant expires,
        Optional<Decision> decision,
        Optional<Instant> used) {
    /// Who may be the second person.
    public static final Set<PersonRole> APPROVERS =
            Set.of(PersonRole.ADMINISTRATOR, PersonRole.DATA_PROTECTION_OFFICER);

    /// What a second person said.
    public record Decision(Instant at, String by, String person, boolean approved, String reason) {}

    /// Where it stands.
    public enum State {
        /// Nobody has decided yet.
        OPEN,
        /// It may be done, once.
        APPROVED,
        REFUSED,
        /// Its time is over, approved or not.
        EXPIRED,
        /// It was done, or was begun and broke off: it is not done again.
        USED
    }

    /// Where it stands at an instant.
    public State state(Instant now) {
        if (used.isPresent()) {
            return State.USED;
        }
        if (decision.isPresent() && !decision.get().approved()) {
            return State.REFUSED;
        }
        if (!now.isBefore(expires)) {
            return State.EXPIRED;
        }
        return decision.isPresent() ? State.APPROVED : State.OPEN;
    }

    /// Why somebody may not decide; empty where he may.
    ///
    /// @param roles what he holds at this instant
    public Optional<Unacceptable> whyNotDecide(String decider, Set<PersonRole> roles, boolean approve, Instant now) {
        State state = state(now);
        if (state != State.OPEN) {
            return Optional.of(new Unacceptable("not-open", "request " + id + " is " + word(state) + ", not open", id));
        }
        boolean own = person.equals(Optional.of(decider));
        if (own && approve) {
            return Optional.of(new Unacceptable("own-request", "nobody approves what he asked for himself"));
        }
        if (!own && APPROVERS.stream().noneMatch(roles::contains)) {
            return Optional.of(
                    new Unacceptable("who-decides", "administrators and data-protection officers decide on requests"));
        }
        return Optional.empty();
    }

    /// Whether it was asked for by him and is just this.
    boolean isFor(Optional<String> asker, String what, String exactly) {
        return person.equals(asker) && operation.equals(what) && params.equals(exactly);
    }

    /// A state as messages call it.
    public static String word(State state) {
        return state.name().toLowerCase(java.util.Locale.ROOT);
    }

    Asked decided(Decision by) {
        return new Asked(id, at, this.by, person, operation, object, params, reason, expires, Optional.of(by), used);
    }

    Asked returned() {
        return new Asked(id, at, by, person, operation, object, params, reason, expires, decision, Optional.empty());
    }

    Asked used(Instant when) {
        return new Asked(id, at, by, person, operation, object, params, reason, expires, decision, Optional.of(when));
    }
}
