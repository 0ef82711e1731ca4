package io.carteggio.archive.approval;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.Unacceptable;
import io.carteggio.archive.approval.Asked.State;
import io.carteggio.archive.audit.Actor;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.role.Roles;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/// Where everything dangerous passes, whoever asks for it and by which way. Safe for many threads.
///
/// In single mode it passes at once, is written down, and announced to the data-protection officer where there
/// is one. In two-person mode it passes when somebody else has approved exactly this, once; else a request is
/// made.
public final class Gate {
    /// How long a request can be approved and done: 72 hours.
    public static final Duration VALID = Duration.ofDays(3);

    /// More open requests of one asker are refused: nobody would look at them.
    public static final int OPEN_LIMIT = 100;

    /// What exactly is to be done is no longer.
    public static final int PARAMS_LIMIT_CHARS = 16 * 1024;

    /// How the sentence begins that tells that a second person has to agree.
    public static final String WAITS = "this takes a second person";

    private final Approvals approvals;
    private final Roles roles;
    private final Acts acts;
    private final Predicate<String> canLogIn;
    private final Announcer announcer;
    private final ReentrantLock turn = new ReentrantLock();

    /// Who is told of what one person did alone.
    @FunctionalInterface
    public interface Announcer {
        void alone(String operation, String text);
    }

    /// @param canLogIn whether a person has something to log in with
    public Gate(Approvals approvals, Roles roles, Acts acts, Predicate<String> canLogIn, Announcer announcer) {
        this.approvals = approvals;
        this.roles = roles;
        this.acts = acts;
        this.canLogIn = canLogIn;
        this.announcer = announcer;
    }

    /// What comes of asking.
    public sealed interface Passage {
        /// It may be done now, once.
        ///
        /// @param approval the request that was approved; absent where it takes no second person
        record Open(Optional<String> approval) implements Passage {
            static final Open ALONE = new Open(Optional.empty());
        }

        /// It waits for a second person.
        record Waiting(Asked request) implements Passage {
            /// What to tell who asked.
            public String sentence() {
                return WAITS + ": request " + request.id() + " waits for an administrator or a"
                        + " data-protection officer until " + request.expires()
                        + ". Ask for the very same again once it is approved.";
            }
        }
    }

    public Approvals approvals() {
        return approvals;
    }

    /// Asks to do something dangerous.
    ///
    /// @param operation what, one word
    /// @param object to what, in words for the second person
    /// @param params exactly what: what is done later must be the same
    /// @throws IllegalArgumentException where it is too long to be looked at, or too many wait already
    public Passage pass(Actor actor, String operation, String object, String params, Optional<String> reason)
            throws ArchiveException {
        turn.lock();
        try {
            if (!approvals.twoPersons()) {
                acts.audit(actor, "alone", operation + ": " + object, reason);
                announce(actor, operation, object, reason);
                return Passage.Open.ALONE;
            }
            Instant now = acts.now();
            List<Asked> same = approvals.all().stream()
                    .filter(r -> r.isFor(actor.person(), operation, params))
                    .toList();
            for (Asked request : same) {
                if (request.state(now) == State.APPROVED && isStillApproved(request, now)) {
                    acts.keep(new Act.ApprovalUsed(now, actor.name(), request.id()));
                    return new Passage.Open(Optional.of(request.id()));
                }
            }
            for (Asked request : same) {
                if (request.state(now) == State.OPEN) {
                    return new Passage.Waiting(request);
                }
            }
            return new Passage.Waiting(ask(actor, operation, object, params, reason, now));
        } finally {
            turn.unlock();
        }
    }

    /// What is done where it may be. It may refuse with an `IllegalArgumentException`, and only before
    /// anything of it was kept.
    @FunctionalInterface
    public interface Deed {
        void run() throws ArchiveException;
    }

    /// Asks, and does it where it may be done now. Where it is refused all the same, the approval stays good:
    /// it is used up by what was done, or broke off, and by nothing else.
    ///
    /// @throws IllegalArgumentException as [#pass(Actor, String, String, String, Optional)] and the deed do
    public Passage pass(Actor actor, String operation, String object, String params, Optional<String> reason, Deed deed)
            throws ArchiveException {
        Passage passage = pass(actor, operation, object, params, reason);
        if (passage instanceof Passage.Open(Optional<String> approval)) {
            try {
                deed.run();
            } catch (IllegalArgumentException refused) {
                if (approval.isPresent()) {
                    giveBack(actor, approval.get());
                }
                throw refused;
            }
        }
        return passage;
    }

    /// What was let pass was refused before anything was done: the approval is good again, for as long as
    /// it was.
    public void giveBack(Actor actor, String request) throws ArchiveException {
        turn.lock();
        try {
            acts.keep(new Act.ApprovalReturned(acts.now(), actor.name(), request));
        } finally {
            turn.unlock();
        }
    }

    /// Who approved it may do so still: an approver whose role was taken from him approved nothing, nor
    /// whoever has it by the word of a provider of log-ins alone.
    private boolean isStillApproved(Asked request, Instant now) {
        return request.decision()
                .filter(d -> d.approved() && isApprover(d.person(), now))
                .isPresent();
    }

    private boolean isApprover(String person, Instant now) {
        Set<PersonRole> held = roles.standing(person, now);
        return Asked.APPROVERS.stream().anyMatch(held::contains);
    }

    private Asked ask(Actor actor, String operation, String object, String params, Optional<String> reason, Instant now)
            throws ArchiveException {
        if (params.length() + object.length() > PARAMS_LIMIT_CHARS) {
            throw new Unacceptable("request-long", "what is asked for is too long for a second person to look at");
        }
        long open = approvals.in(State.OPEN, now).stream()
                .filter(r -> r.person().equals(actor.person()))
                .count();
        if (open >= OPEN_LIMIT) {
            throw new Unacceptable(
                    "requests-many", OPEN_LIMIT + " requests wait already; refuse some of them first", OPEN_LIMIT);
        }
        Act.ApprovalAsked act = new Act.ApprovalAsked(
                now,
                actor.name(),
                UUID.randomUUID().toString(),
                actor.person(),
                operation,
                object,
                params,
                reason,
                now.plus(VALID));
        acts.keep(act);
        return approvals
                .request(act.request())
                .orElseThrow(
                        () -> new ArchiveException("the request is kept, but the catalogue cannot show it now", true));
    }

    /// A second person decides; who asked may take it back by refusing it himself.
    ///
    /// @throws IllegalArgumentException where he may not, saying why
    public Asked decide(Actor actor, String id, boolean approve, String reason) throws ArchiveException {
        turn.lock();
        try {
            Instant now = acts.now();
            Asked request = approvals
                    .request(id)
                    .orElseThrow(() -> new Unacceptable("no-request", "there is no request " + id, id));
            String decider = actor.person()
                    .orElseThrow(() -> new Unacceptable(
                            "person-decides",
                            "a person decides, not whoever has the machine: log in, or say who you are"));
            Optional<Unacceptable> fault = request.whyNotDecide(decider, roles.standing(decider, now), approve, now)
                    .or(() -> reason.isBlank()
                            ? Optional.of(new Unacceptable("decision-reason", "a decision has a reason"))
                            : Optional.empty());
            if (fault.isPresent()) {
                throw fault.get();
            }
            acts.keep(new Act.ApprovalDecided(now, actor.name(), id, decider, approve, reason.strip()));
            return approvals.request(id).orElseThrow();
        } finally {
            turn.unlock();
        }
    }

    /// From now on it takes two; or, where two agreed to that, one again.
    ///
    /// @throws IllegalArgumentException where there are not two who could decide
    public Passage setMode(Actor actor, boolean twoPersons, String reason) throws ArchiveException {
        if (reason.isBlank()) {
            throw new Unacceptable("mode-reason", "the mode is changed for a reason");
        }
        if (twoPersons == approvals.twoPersons()) {
            return Passage.Open.ALONE;
        }
        if (twoPersons) {
            List<String> able = approvers();
            if (able.size() < 2) {
                throw new Unacceptable(
                        "mode-two",
                        "two people who can log in must be administrator or data-protection officer first; there "
                                + (able.size() == 1 ? "is one" : "are none"),
                        able.size());
            }
        } else if (pass(actor, "mode.single", "one person alone may do what is dangerous", "", Optional.of(reason))
                instanceof Passage.Waiting waiting) {
            return waiting;
        }
        acts.keep(new Act.ModeSet(acts.now(), actor.name(), twoPersons, reason.strip()));
        return Passage.Open.ALONE;
    }

    /// People who could decide now.
    public List<String> approvers() {
        Instant now = acts.now();
        return roles.inForce(now).stream()
                .filter(g -> Asked.APPROVERS.contains(g.role()) && g.group().isEmpty())
                .map(g -> g.person())
                .distinct()
                .filter(canLogIn)
                .toList();
    }

    private void announce(Actor actor, String operation, String object, Optional<String> reason) {
        Set<PersonRole> held =
                roles.inForce(acts.now()).stream().map(g -> g.role()).collect(Collectors.toSet());
        if (held.contains(PersonRole.DATA_PROTECTION_OFFICER)) {
            announcer.alone(
                    operation,
                    String.format(
                            Locale.ROOT,
                            "%s did alone: %s, %s%s",
                            actor.name(),
                            operation,
                            object,
                            reason.map(why -> " (" + why + ")").orElse("")));
        }
    }
}
