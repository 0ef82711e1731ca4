package io.carteggio.server.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.Unacceptable;
import io.carteggio.archive.approval.Asked;
import io.carteggio.archive.approval.Asked.State;
import io.carteggio.archive.approval.Gate;
import io.carteggio.archive.approval.Gate.Passage;
import io.carteggio.archive.audit.Actor;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.PersonRole;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What takes two: the gate over a real vault, and the pages in front of it.
class ApprovalPagesTest {
    private static final Optional<String> WHY = Optional.of("case 7");

    private Firm firm;
    private Gate gate;
    private WebServer server;
    private String carlaId;
    private Actor ada;
    private Actor olga = Actor.MACHINE;

    @BeforeEach
    void start(@TempDir Path dir) throws Exception {
        firm = new Firm(dir);
        gate = firm.gate();
        ada = new Actor("Ada", Optional.of(firm.person("Ada", PersonRole.ADMINISTRATOR)), Optional.empty());
        carlaId = firm.person("Carla", PersonRole.USER, "carla@example.com");
        server = WebServer.start(WebConfig.local(), firm, firm.clock);
    }

    private void two() throws Exception {
        olga = new Actor(
                "Olga", Optional.of(firm.person("Olga", PersonRole.DATA_PROTECTION_OFFICER)), Optional.empty());
        assertThat(gate.setMode(Actor.MACHINE, true, "we are two")).isInstanceOf(Passage.Open.class);
    }

    @AfterEach
    void stop() throws Exception {
        server.close();
        firm.close();
    }

    private Passage erase(Actor who, String letter) throws Exception {
        return gate.pass(who, "erase", "letter " + letter, letter, WHY);
    }

    private Asked waiting(Passage passage) {
        assertThat(passage).isInstanceOf(Passage.Waiting.class);
        return ((Passage.Waiting) passage).request();
    }

    @Test
    void inSingleModeItPassesAndIsWrittenDownAndAnnouncedToTheOfficerWhereThereIsOne() throws Exception {
        assertThat(erase(Actor.MACHINE, "7")).isInstanceOf(Passage.Open.class);
        assertThat(firm.announced).isEmpty();
        Act.Audited entry = firm.catalogue().audit(1).getFirst();
        assertThat(entry.what()).isEqualTo("alone");
        assertThat(entry.object()).isEqualTo("erase: letter 7");
        assertThat(entry.reason()).isEqualTo(WHY);
        firm.person("Olga", PersonRole.DATA_PROTECTION_OFFICER);
        erase(ada, "8");
        assertThat(firm.announced).hasSize(1);
        assertThat(firm.announced.getFirst()).contains("Ada", "letter 8", "case 7");
    }

    @Test
    void twoPersonModeNeedsTwoWhoCouldDecide() throws Exception {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> gate.setMode(Actor.MACHINE, true, "alone"))
                .withMessageContaining("there is one");
        assertThat(gate.approvals().twoPersons()).isFalse();
    }

    @Test
    void approvedOnceDoneOnce() throws Exception {
        two();
        Asked request = waiting(erase(Actor.MACHINE, "7"));
        assertThat(waiting(erase(Actor.MACHINE, "7")).id())
                .as("no second request")
                .isEqualTo(request.id());
        gate.decide(ada, request.id(), true, "looked at it");
        assertThat(waiting(erase(ada, "7")).id()).as("somebody else's").isNotEqualTo(request.id());
        assertThat(waiting(erase(Actor.MACHINE, "8")).id()).as("something else").isNotEqualTo(request.id());
        assertThat(erase(Actor.MACHINE, "7")).isInstanceOf(Passage.Open.class);
        assertThat(waiting(erase(Actor.MACHINE, "7")).id()).as("again").isNotEqualTo(request.id());
        assertThat(request(request).state(firm.clock.instant())).isEqualTo(State.USED);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> gate.decide(olga, request.id(), true, "again"))
                .withMessageContaining("used");
    }

    private Asked request(Asked request) {
        return gate.approvals().request(request.id()).orElseThrow();
    }

    @Test
    void nobodyApprovesHisOwnAndWhoHasTheMachineApprovesNothing() throws Exception {
        two();
        Asked request = waiting(erase(ada, "7"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> gate.decide(ada, request.id(), true, "me too"))
                .withMessageContaining("nobody approves");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> gate.decide(Actor.MACHINE, request.id(), true, "root"))
                .withMessageContaining("a person decides");
        Actor carla = new Actor("Carla", Optional.of(carlaId), Optional.empty());
        assertThatIllegalArgumentException().isThrownBy(() -> gate.decide(carla, request.id(), true, "why not"));
        assertThatIllegalArgumentException()
                .isThrownBy(() -> gate.decide(olga, request.id(), true, " "))
                .withMessageContaining("reason");
        assertThat(request(request).state(firm.clock.instant())).isEqualTo(State.OPEN);
        gate.decide(ada, request.id(), false, "a mistake");
        assertThat(request(request).state(firm.clock.instant())).isEqualTo(State.REFUSED);
    }

    @Test
    void itExpiresApprovedOrNot() throws Exception {
        two();
        Asked open = waiting(erase(Actor.MACHINE, "7"));
        Asked approved = waiting(erase(Actor.MACHINE, "8"));
        gate.decide(olga, approved.id(), true, "yes");
        firm.clock.forward(Gate.VALID);
        assertThatIllegalArgumentException()
                .isThrownBy(() -> gate.decide(olga, open.id(), true, "late"))
                .withMessageContaining("expired");
        assertThat(waiting(erase(Actor.MACHINE, "8")).id()).isNotEqualTo(approved.id());
    }

    @Test
    void anApproverWhoLostTheRoleMeanwhileApprovedNothing() throws Exception {
        two();
        Asked request = waiting(erase(Actor.MACHINE, "7"));
        gate.decide(olga, request.id(), true, "yes");
        firm.roles().withdraw(firm.acts(), "test", olga.person().orElseThrow(), "left");
        assertThat(waiting(erase(Actor.MACHINE, "7")).id()).isNotEqualTo(request.id());
        Asked next = waiting(erase(Actor.MACHINE, "9"));
        assertThatIllegalArgumentException().isThrownBy(() -> gate.decide(olga, next.id(), true, "still me"));
    }

    @Test
    void whoAsksForTooMuchIsRefused() throws Exception {
        two();
        for (int i = 0; i < Gate.OPEN_LIMIT; i++) {
            erase(Actor.MACHINE, Integer.toString(i));
        }
        assertThatIllegalArgumentException().isThrownBy(() -> erase(Actor.MACHINE, "one more"));
        assertThatIllegalArgumentException().isThrownBy(() -> erase(ada, "x".repeat(Gate.PARAMS_LIMIT_CHARS)));
        firm.clock.forward(Gate.VALID);
        assertThat(erase(Actor.MACHINE, "one more")).isInstanceOf(Passage.Waiting.class);
    }

    private State state(Asked request) {
        return request(request).state(firm.clock.instant());
    }

    /// An approval is used up by what is done, or breaks off, and not by what is refused.
    @Test
    void whatIsRefusedBeforeAnythingWasDoneUsesUpNoApproval() throws Exception {
        two();
        List<String> done = new ArrayList<>();
        Gate.Deed refused = () -> {
            throw new Unacceptable("role-reason", "not like that");
        };
        Gate.Deed broken = () -> {
            throw new ArchiveException("the disk is full", true);
        };
        Asked request = waiting(gate.pass(ada, "erase", "letter 7", "7", WHY, () -> done.add("asked only")));
        assertThat(done).as("it waits").isEmpty();
        gate.decide(olga, request.id(), true, "yes");
        for (int i = 0; i < 3; i++) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> gate.pass(ada, "erase", "letter 7", "7", WHY, refused));
            assertThat(state(request)).isEqualTo(State.APPROVED);
        }
        assertThat(gate.pass(ada, "erase", "letter 7", "7", WHY, () -> done.add("done")))
                .isInstanceOf(Passage.Open.class);
        assertThat(done).containsExactly("done");
        assertThat(state(request)).isEqualTo(State.USED);

        Asked second = waiting(gate.pass(ada, "erase", "letter 8", "8", WHY, broken));
        gate.decide(olga, second.id(), true, "yes");
        assertThatThrownBy(() -> gate.pass(ada, "erase", "letter 8", "8", WHY, broken))
                .isInstanceOf(ArchiveException.class);
        assertThat(state(second))
                .as("nobody knows how far it came, so it is not done again")
                .isEqualTo(State.USED);
    }

    /// The same on the pages, where the form is looked at before the gate is asked.
    @Test
    void aFormThatIsRefusedUsesUpNoApproval() throws Exception {
        two();
        String beaId = firm.person("Bea", PersonRole.ADMINISTRATOR);
        String adaId = ada.person().orElseThrow();
        try (Browser first = new Browser(server).logIn("Ada")) {
            record Form(String path, List<String> fields) {
                String[] all() {
                    return fields.toArray(String[]::new);
                }
            }
            Form puppet = new Form("/people", List.of("name", "Puppet", "role", "administrator"));
            Form away = new Form("/people/" + adaId + "/roles/" + adaId + "/withdraw", List.of("reason", "moves on"));
            for (Form form : List.of(puppet, away)) {
                first.fill("/people/" + adaId, form.path, form.all());
            }
            List<Asked> requests = gate.approvals().in(State.OPEN, firm.clock.instant());
            assertThat(requests).hasSize(2);
            for (Asked request : requests) {
                gate.decide(olga, request.id(), true, "fine");
            }
            firm.person("Puppet", PersonRole.USER);
            firm.roles().withdraw(firm.acts(), "test", beaId, "left"); // so Ada is the last one
            for (Form form : List.of(puppet, away)) {
                assertThat(first.fill("/people/" + adaId, form.path, form.all()).statusCode())
                        .as(form.path)
                        .isEqualTo(422);
            }
            assertThat(requests).extracting(this::state).containsOnly(State.APPROVED);
            firm.person("Clara", PersonRole.ADMINISTRATOR);
            assertThat(first.fill("/people/" + adaId, away.path, away.all()).statusCode())
                    .isEqualTo(303);
            assertThat(firm.roles().holds(adaId, PersonRole.ADMINISTRATOR, firm.clock.instant()))
                    .isFalse();
            assertThat(requests).extracting(this::state).containsExactlyInAnyOrder(State.APPROVED, State.USED);
        }
    }

    /// Whoever has too many requests waiting is told so on each page, and nothing is in the log for it.
    @Test
    void tooManyRequestsAreASentenceOnThePages() throws Exception {
        two();
        for (int i = 0; i < Gate.OPEN_LIMIT; i++) {
            erase(ada, Integer.toString(i));
        }
        String olgas = "/people/" + olga.person().orElseThrow();
        try (Browser first = new Browser(server).logIn("Ada")) {
            var answer = first.fill(olgas, olgas + "/invitation");
            assertThat(answer.statusCode()).isEqualTo(422);
            assertThat(answer.body()).contains("100 requests wait already");
        }
    }

    @Test
    void leavingTwoPersonModeTakesTwo() throws Exception {
        two();
        try (Browser first = new Browser(server).logIn("Ada");
                Browser second = new Browser(server).logIn("Olga")) {
            first.fill("/approvals", "/mode", "mode", "single", "reason", "tired of it");
            Asked request =
                    gate.approvals().in(State.OPEN, firm.clock.instant()).getFirst();
            assertThat(first.fill("/approvals", "/approvals/" + request.id(), "decision", "approve", "reason", "me")
                            .statusCode())
                    .isEqualTo(422);
            first.fill("/approvals", "/mode", "mode", "single", "reason", "tired of it");
            assertThat(gate.approvals().twoPersons()).isTrue();
            second.fill("/approvals", "/approvals/" + request.id(), "decision", "approve", "reason", "agreed");
            assertThat(gate.approvals().twoPersons())
                    .as("approved, not yet done")
                    .isTrue();
            first.fill("/approvals", "/mode", "mode", "single", "reason", "tired of it");
            assertThat(gate.approvals().twoPersons()).isFalse();
        }
    }

    @Test
    void aRoleAnAddressWithMailAndALinkForWhoHasARoleWaitOnThePagesToo() throws Exception {
        firm.report(
                Firm.mail("anna@out.example", "old@example.com", "Old mail", "x"),
                "Sender: anna@out.example",
                "To: old@example.com");
        firm.indexed();
        two();
        try (Browser first = new Browser(server).logIn("Ada");
                Browser second = new Browser(server).logIn("Olga")) {
            String page = "/people/" + carlaId;
            record Form(String path, List<String> fields) {}
            List<Form> forms = List.of(
                    new Form(page + "/roles", List.of("role", "administrator", "reason", "x")),
                    new Form(page + "/addresses", List.of("address", "OLD@example.com")),
                    new Form("/people/" + olga.person().orElseThrow() + "/invitation", List.of()),
                    new Form("/people", List.of("name", "Puppet", "role", "administrator", "address", "p@example.com")),
                    new Form(
                            "/people/" + olga.person().orElseThrow() + "/roles/"
                                    + olga.person().orElseThrow() + "/withdraw",
                            List.of("reason", "in the way")));
            for (Form form : forms) {
                var answer = first.fill(page, form.path, form.fields.toArray(String[]::new));
                assertThat(answer.headers().firstValue("Location"))
                        .as(form.path + answer.body())
                        .contains("/approvals");
            }
            assertThat(gate.approvals().in(State.OPEN, firm.clock.instant())).hasSize(forms.size());
            assertThat(firm.people().directory().named("Puppet", firm.clock.instant()))
                    .isEmpty();
            assertThat(firm.people().directory().byId(carlaId).orElseThrow().holdings())
                    .hasSize(1);
            assertThat(second.get("/approvals").body()).contains("the role administrator for Carla", "Approve");
            for (Asked request : gate.approvals().in(State.OPEN, firm.clock.instant())) {
                second.fill("/approvals", "/approvals/" + request.id(), "decision", "approve", "reason", "fine");
            }
            for (Form form : forms) {
                var answer = first.fill(page, form.path, form.fields.toArray(String[]::new));
                assertThat(answer.headers().firstValue("Location").orElse(""))
                        .as(form.path)
                        .isNotEqualTo("/approvals");
            }
            assertThat(firm.roles().holds(carlaId, PersonRole.ADMINISTRATOR, firm.clock.instant()))
                    .isTrue();
            assertThat(first.fill(page, page + "/addresses", "address", "fresh@example.com")
                            .headers()
                            .firstValue("Location"))
                    .as("no mail, no danger")
                    .contains(page);
            firm.clock.forward(Duration.ofMinutes(1));
        }
    }
}
