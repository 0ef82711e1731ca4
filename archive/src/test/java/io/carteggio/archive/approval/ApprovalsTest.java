package io.carteggio.archive.approval;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.approval.Asked.State;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.PersonRole;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/// The states of requests: line by line, and over random acts against a naive reading of all of them.
class ApprovalsTest {
    private static final Instant AT = Instant.parse("2026-11-20T09:00:00Z");
    private static final Instant END = AT.plus(Gate.VALID);
    private static final Set<PersonRole> ADMIN = Set.of(PersonRole.USER, PersonRole.ADMINISTRATOR);

    private final Approvals approvals = new Approvals();

    private Act.ApprovalAsked asked(String id, Instant at, String person) {
        return new Act.ApprovalAsked(
                at, person, id, Optional.of(person), "erase", "letter 7", "{}", Optional.empty(), at.plus(Gate.VALID));
    }

    private static Act.ApprovalDecided decided(String id, Instant at, String person, boolean approved) {
        return new Act.ApprovalDecided(at, person, id, person, approved, "looked at it");
    }

    private State state(String id, Instant now) {
        return approvals.request(id).orElseThrow().state(now);
    }

    @Test
    void askedApprovedUsedOnce() {
        approvals.apply(asked("r", AT, "anna"));
        assertThat(state("r", AT)).isEqualTo(State.OPEN);
        approvals.apply(new Act.ApprovalUsed(AT, "anna", "r"));
        assertThat(state("r", AT)).as("used before it was approved").isEqualTo(State.OPEN);
        approvals.apply(decided("r", AT, "ben", true));
        assertThat(state("r", AT)).isEqualTo(State.APPROVED);
        approvals.apply(decided("r", AT, "carl", false));
        assertThat(state("r", AT)).as("it was decided already").isEqualTo(State.APPROVED);
        approvals.apply(new Act.ApprovalUsed(AT.plusSeconds(1), "anna", "r"));
        assertThat(state("r", AT)).isEqualTo(State.USED);
        approvals.apply(new Act.ApprovalUsed(AT.plusSeconds(2), "anna", "r"));
        approvals.apply(asked("r", AT, "anna")); // replayed
        approvals.apply(decided("r", AT, "ben", true));
        assertThat(state("r", AT)).isEqualTo(State.USED);
        assertThat(approvals.request("r").orElseThrow().used()).contains(AT.plusSeconds(1));
    }

    @Test
    void nobodyApprovesHisOwn() {
        approvals.apply(asked("r", AT, "anna"));
        approvals.apply(decided("r", AT, "anna", true));
        assertThat(state("r", AT)).isEqualTo(State.OPEN);
        Asked request = approvals.request("r").orElseThrow();
        assertThat(request.whyNotDecide("anna", ADMIN, true, AT)).isPresent();
        assertThat(request.whyNotDecide("anna", ADMIN, false, AT))
                .as("taking it back")
                .isEmpty();
        assertThat(request.whyNotDecide("ben", ADMIN, true, AT)).isEmpty();
        assertThat(request.whyNotDecide("ben", Set.of(PersonRole.DATA_PROTECTION_OFFICER), true, AT))
                .isEmpty();
        assertThat(request.whyNotDecide("ben", Set.of(PersonRole.USER, PersonRole.AUDITOR), true, AT))
                .isPresent();
        assertThat(request.whyNotDecide("ben", Set.of(PersonRole.USER), false, AT))
                .isPresent();
    }

    @Test
    void itExpiresToTheMillisecond() {
        approvals.apply(asked("r", AT, "anna"));
        assertThat(state("r", END.minusMillis(1))).isEqualTo(State.OPEN);
        assertThat(state("r", END)).isEqualTo(State.EXPIRED);
        approvals.apply(decided("r", END, "ben", true));
        assertThat(state("r", END.minusMillis(1))).as("decided too late").isEqualTo(State.OPEN);
        approvals.apply(decided("r", END.minusMillis(1), "ben", true));
        assertThat(state("r", END.minusMillis(1))).isEqualTo(State.APPROVED);
        assertThat(state("r", END)).as("approved and not used in time").isEqualTo(State.EXPIRED);
        approvals.apply(new Act.ApprovalUsed(END, "anna", "r"));
        assertThat(state("r", END)).isEqualTo(State.EXPIRED);
    }

    @Test
    void theModeIsTheLastThatWasSet() {
        assertThat(approvals.twoPersons()).as("a fresh archive").isFalse();
        approvals.apply(new Act.ModeSet(AT, "op", true, "x"));
        assertThat(approvals.twoPersons()).isTrue();
        approvals.apply(new Act.ModeSet(AT, "op", false, "x"));
        assertThat(approvals.twoPersons()).isFalse();
    }

    /// What a request is told by reading all acts about it from the start, in plain words.
    private static State naively(List<Act> acts, String id, Instant now) {
        Optional<Act.ApprovalAsked> asked = Optional.empty();
        boolean approved = false;
        boolean refused = false;
        boolean used = false;
        for (Act act : acts) {
            if (act instanceof Act.ApprovalAsked a && a.request().equals(id) && asked.isEmpty()) {
                asked = Optional.of(a);
            }
            if (asked.isEmpty() || !act.at().isBefore(asked.get().expires())) {
                continue;
            }
            if (act instanceof Act.ApprovalDecided d && d.request().equals(id) && !approved && !refused) {
                boolean own = d.person().equals(asked.get().person().orElse(""));
                approved = d.approved() && !own;
                refused = !d.approved();
            }
            if (act instanceof Act.ApprovalUsed u && u.request().equals(id) && approved) {
                used = true;
            }
        }
        if (used) {
            return State.USED;
        }
        if (refused) {
            return State.REFUSED;
        }
        if (!now.isBefore(asked.orElseThrow().expires())) {
            return State.EXPIRED;
        }
        return approved ? State.APPROVED : State.OPEN;
    }

    @Test
    void overRandomActs() {
        long seed = Long.getLong("carteggio.seed", new Random().nextLong());
        System.out.println("ApprovalsTest seed " + seed);
        Random random = new Random(seed);
        List<String> people = List.of("anna", "ben", "carl");
        for (int history = 0; history < 3_000; history++) {
            Approvals folded = new Approvals();
            List<Act> acts = new ArrayList<>();
            Map<String, Integer> uses = new HashMap<>();
            Instant now = AT;
            for (int step = 0; step < 25; step++) {
                now = now.plus(Duration.ofHours(random.nextInt(20)));
                String id = "r" + random.nextInt(3);
                String person = people.get(random.nextInt(3));
                Act act = switch (random.nextInt(4)) {
                    case 0 -> asked(id, now, person);
                    case 1 -> decided(id, now, person, random.nextInt(3) > 0);
                    default -> new Act.ApprovalUsed(now, person, id);
                };
                Instant at = now;
                boolean couldBeUsed = folded.request(id)
                        .map(r -> r.state(at) == State.APPROVED)
                        .orElse(false);
                acts.add(act);
                folded.apply(act);
                if (act instanceof Act.ApprovalUsed && couldBeUsed) {
                    uses.merge(id, 1, Integer::sum);
                }
                for (Asked r : folded.all()) {
                    assertThat(r.state(now))
                            .as("seed %d history %d step %d %s", seed, history, step, r)
                            .isEqualTo(naively(acts, r.id(), now));
                    r.decision()
                            .ifPresent(d -> assertThat(d.approved()
                                            && d.person().equals(r.person().orElse("")))
                                    .isFalse());
                }
            }
            assertThat(uses.values()).as("seed %d", seed).allMatch(n -> n == 1);
        }
    }
}
