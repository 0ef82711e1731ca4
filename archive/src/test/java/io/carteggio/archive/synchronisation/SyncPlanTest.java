package io.carteggio.archive.synchronisation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.Group;
import io.carteggio.archive.attribution.People;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Change;
import io.carteggio.archive.entry.Change.Span;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.synchronisation.Snapshot.RemoteContact;
import io.carteggio.archive.synchronisation.Snapshot.RemoteGroup;
import io.carteggio.archive.synchronisation.Snapshot.RemoteMember;
import io.carteggio.archive.synchronisation.Snapshot.RemotePerson;
import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// A synchronisation as a function: a directory, what another one says, and what becomes of ours.
class SyncPlanTest {
    private static final Instant BEFORE = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant FIRST = Instant.parse("2024-01-01T00:00:00Z");
    private static final Instant SECOND = Instant.parse("2025-01-01T00:00:00Z");
    private static final Instant LATER = Instant.parse("2026-01-01T00:00:00Z");

    private final People people = new People();
    private final AtomicInteger ids = new AtomicInteger();

    private static RemotePerson person(String key, String... addresses) {
        return new RemotePerson(key, "Name of " + key, addresses(addresses), true, true);
    }

    private static List<Address> addresses(String... addresses) {
        return Arrays.stream(addresses).map(Address::new).toList();
    }

    private static Snapshot of(RemotePerson... people) {
        return new Snapshot(List.of(people), List.of(), List.of(), List.of());
    }

    private static RemoteGroup group(String key, String address, String... members) {
        return new RemoteGroup(
                key,
                key,
                address.isEmpty() ? List.of() : addresses(address),
                false,
                Arrays.stream(members)
                        .<RemoteMember>map(RemoteMember.OfKey::new)
                        .toList());
    }

    private SyncPlan plan(Snapshot remote, Rules rules, Instant at) {
        return SyncPlan.of(
                "ad", people.directory(), remote, rules, at, () -> "id" + ids.incrementAndGet(), "admin"::equals);
    }

    private SyncPlan run(Snapshot remote, Instant at) {
        SyncPlan plan = plan(remote, Rules.NONE, at);
        people.apply(new Act.DirectoryChanged(at, "sync:ad", Optional.of("ad"), plan.changes()));
        return plan;
    }

    private void byHand(Change... changes) {
        people.apply(new Act.DirectoryChanged(FIRST, "op", Optional.empty(), List.of(changes)));
    }

    private List<String> holders(String address, Instant at) {
        return people.directory().holders(new Address(address).key(), at).stream()
                .map(Person::name)
                .toList();
    }

    private Person named(String name) {
        return people.directory().people().stream()
                .filter(p -> p.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void whoIsFirstSeenHasHerAddressesSinceAlwaysAndASecondRunChangesNothing() {
        Snapshot remote = of(person("a", "anna@e.com", "a@e.com"), person("b", "bert@e.com"));
        assertThat(run(remote, FIRST).counts()).isEqualTo(Map.of("people new", 2, "addresses given", 3));
        assertThat(holders("A@e.com", BEFORE)).containsExactly("Name of a");
        assertThat(run(remote, SECOND).changes()).isEmpty();
    }

    @Test
    void anAddressThatGoesFromOneToAnotherOpensNothingOld() {
        run(of(person("a", "anna@e.com", "info@e.com"), person("b", "bert@e.com")), FIRST);
        run(of(person("a", "anna@e.com"), person("b", "bert@e.com", "info@e.com")), SECOND);
        assertThat(holders("info@e.com", BEFORE)).containsExactly("Name of a");
        assertThat(holders("info@e.com", SECOND.minusMillis(1))).containsExactly("Name of a");
        assertThat(holders("info@e.com", SECOND)).containsExactly("Name of b");
        run(of(person("a", "anna@e.com"), person("c", "bert@e.com")), LATER);
        assertThat(holders("bert@e.com", LATER)).as("a new key is a new person").containsExactly("Name of c");
        assertThat(holders("bert@e.com", SECOND)).containsExactly("Name of b");
    }

    @Test
    void whoIsNotThereAnyMoreIsGoneAndComesBackWithNothingInBetween() {
        run(of(person("a", "anna@e.com"), person("b", "bert@e.com")), FIRST);
        assertThat(run(of(person("a", "anna@e.com")), SECOND).counts()).isEqualTo(Map.of("gone", 1));
        assertThat(named("Name of b").mayLogIn()).isFalse();
        assertThat(holders("bert@e.com", SECOND)).isEmpty();
        run(of(person("a", "anna@e.com"), person("b", "bert@e.com")), LATER);
        assertThat(named("Name of b").mayLogIn()).isTrue();
        assertThat(holders("bert@e.com", SECOND)).isEmpty();
        assertThat(holders("bert@e.com", LATER)).containsExactly("Name of b");
        assertThat(holders("bert@e.com", BEFORE)).containsExactly("Name of b");
    }

    @Test
    void whatIsDoneByHandStays() {
        byHand(
                new Change.PersonNew("h", "Anna", PersonRole.USER),
                new Change.Given("h", new Address("anna@e.com"), Span.ALWAYS),
                new Change.Given("h", new Address("private@e.com"), Span.ALWAYS));
        run(of(person("a", "anna@e.com", "alias@e.com"), person("b", "bert@e.com")), FIRST);
        assertThat(people.directory().people())
                .as("she is known by her address")
                .hasSize(2);
        assertThat(named("Anna").holdings()).hasSize(3);
        Person bert = named("Name of b");
        byHand(
                new Change.Renamed(bert.id(), "Bert"),
                new Change.Given(bert.id(), new Address("by-hand@e.com"), Span.ALWAYS),
                new Change.Redated("h", new Address("alias@e.com"), Span.ALWAYS, Optional.empty()));
        assertThat(run(of(person("a", "anna@e.com", "alias@e.com"), person("b", "bert@e.com")), SECOND)
                        .changes())
                .isEmpty();
        assertThat(holders("alias@e.com", SECOND)).isEmpty();
        run(of(person("x", "x@e.com")), LATER);
        assertThat(named("Anna").gone()).as("made by hand").isEmpty();
        assertThat(holders("private@e.com", LATER)).containsExactly("Anna");
        assertThat(named("Bert").gone()).contains(LATER);
        assertThat(holders("by-hand@e.com", LATER)).containsExactly("Bert");
        byHand(new Change.Returned(bert.id()));
        assertThat(plan(of(person("x", "x@e.com")), Rules.NONE, LATER).changes())
                .as("who was brought back by hand is left alone")
                .isEmpty();
    }

    @Test
    void whoIsGoneByHandStaysGone() {
        Snapshot remote = of(person("a", "anna@e.com"), person("b", "bert@e.com"));
        run(remote, FIRST);
        byHand(new Change.Gone(named("Name of b").id(), FIRST));
        SyncPlan plan = run(remote, SECOND);
        assertThat(plan.changes()).isEmpty();
        assertThat(plan.remarks()).singleElement().asString().contains("gone here by hand");
    }

    @Test
    void twoAccountsThatAreOnePersonStayOne() {
        Snapshot remote = of(person("a", "anna@e.com"), person("a2", "admin-anna@e.com"));
        run(remote, FIRST);
        byHand(new Change.Merged(named("Name of a2").id(), named("Name of a").id()));
        assertThat(run(remote, SECOND).changes()).isEmpty();
        assertThat(people.directory().people()).hasSize(1);
        run(of(person("a", "anna@e.com")), LATER);
        assertThat(holders("admin-anna@e.com", LATER)).isEmpty();
        assertThat(holders("anna@e.com", LATER)).containsExactly("Name of a");
    }

    @Test
    void addressesOfSeveralPeopleAreNotGuessed() {
        byHand(
                new Change.PersonNew("h", "Anna", PersonRole.USER),
                new Change.Given("h", new Address("one@e.com"), Span.ALWAYS),
                new Change.PersonNew("i", "Ina", PersonRole.USER),
                new Change.Given("i", new Address("two@e.com"), Span.ALWAYS));
        SyncPlan plan = run(of(person("a", "new@e.com", "one@e.com", "two@e.com")), FIRST);
        assertThat(plan.changes()).isEmpty();
        assertThat(plan.remarks()).singleElement().asString().contains("was left alone");
    }

    @Test
    void accountsThatAreClosedKeepTheirAddresses() {
        RemotePerson shared = new RemotePerson("s", "Shop", addresses("shop@e.com"), false, false);
        run(of(shared, person("a", "anna@e.com")), FIRST);
        assertThat(named("Shop").locked()).isTrue();
        assertThat(named("Shop").mayLogIn()).isFalse();
        assertThat(holders("shop@e.com", LATER)).containsExactly("Shop");
        run(of(new RemotePerson("s", "Shop", addresses("shop@e.com"), true, true), person("a", "anna@e.com")), SECOND);
        assertThat(named("Shop").mayLogIn()).isTrue();
    }

    @Test
    void tooManyGoneAtOnceStops() {
        List<RemotePerson> all = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            all.add(person("k" + i, "p" + i + "@e.com"));
        }
        run(new Snapshot(all, List.of(), List.of(), List.of()), FIRST);
        SyncPlan ten = plan(new Snapshot(all.subList(10, 100), List.of(), List.of(), List.of()), Rules.NONE, SECOND);
        assertThat(ten.vanishing()).isEqualTo(10);
        assertThat(ten.stop(Rules.NONE)).as("10 % may").isEmpty();
        SyncPlan eleven = plan(new Snapshot(all.subList(11, 100), List.of(), List.of(), List.of()), Rules.NONE, SECOND);
        assertThat(eleven.stop(Rules.NONE)).get().asString().contains("11 of 100 people");
        assertThat(eleven.stop(new Rules(List.of(), List.of(), false, 50))).isEmpty();
        assertThat(plan(of(), Rules.NONE, SECOND).stop(Rules.NONE))
                .get()
                .asString()
                .contains("nobody");
    }

    @Test
    void inASmallFirmFourMayGo() {
        run(
                of(
                        person("a", "a@e.com"),
                        person("b", "b@e.com"),
                        person("c", "c@e.com"),
                        person("d", "d@e.com"),
                        person("e", "e@e.com"),
                        person("f", "f@e.com")),
                FIRST);
        assertThat(plan(of(person("a", "a@e.com"), person("b", "b@e.com")), Rules.NONE, SECOND)
                        .stop(Rules.NONE))
                .isEmpty();
        assertThat(plan(of(person("a", "a@e.com")), Rules.NONE, SECOND).stop(Rules.NONE))
                .isPresent();
    }

    @Test
    void theLastAdministratorStays() {
        run(of(person("a", "anna@e.com"), person("b", "bert@e.com")), FIRST);
        String id = named("Name of a").id();
        byHand(new Change.PersonNew("admin", "Admin", PersonRole.ADMINISTRATOR), new Change.Merged(id, "admin"));
        people.apply(new Act.CredentialSet(FIRST, "op", "admin", "$hash"));
        run(of(person("b", "bert@e.com")), SECOND);
        assertThat(named("Admin").mayLogIn()).isTrue();
    }

    @Test
    void onlyWhoIsWanted() {
        Snapshot remote = new Snapshot(
                List.of(
                        person("a", "anna@e.com", "anna@other.example"),
                        person("b", "bert@sub.e.com"),
                        new RemotePerson("c", "C", addresses("c@e.com"), true, false)),
                List.of(group("all", "all@e.com", "in"), group("in", "", "a", "all")),
                List.of(),
                List.of());
        assertThat(names(plan(remote, new Rules(List.of(), List.of("E.com"), false, 10), FIRST)))
                .containsExactlyInAnyOrder("Name of a", "C");
        assertThat(plan(remote, new Rules(List.of(), List.of("e.com"), false, 10), FIRST)
                        .changes())
                .noneMatch(c -> c instanceof Change.Given g && g.address().raw().contains("other"));
        assertThat(names(plan(remote, new Rules(List.of(), List.of("*.e.com"), false, 10), FIRST)))
                .containsExactly("Name of b");
        assertThat(names(plan(remote, new Rules(List.of(), List.of(), true, 10), FIRST)))
                .containsExactlyInAnyOrder("Name of a", "Name of b");
        assertThat(names(plan(remote, new Rules(List.of("ALL"), List.of(), false, 10), FIRST)))
                .containsExactly("Name of a");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> plan(remote, new Rules(List.of("none"), List.of(), false, 10), FIRST))
                .withMessageContaining("no group 'none'");
    }

    private static List<String> names(SyncPlan plan) {
        return plan.changes().stream()
                .filter(Change.PersonNew.class::isInstance)
                .map(c -> ((Change.PersonNew) c).name())
                .toList();
    }

    @Test
    void groupsAreNestedAndMembersAreDated() {
        RemotePerson anna = person("a", "anna@e.com");
        RemotePerson bert = person("b", "bert@e.com");
        run(
                new Snapshot(
                        List.of(anna, bert),
                        List.of(group("all", "all@e.com", "sales", "b"), group("sales", "sales@e.com", "a")),
                        List.of(new RemoteContact("c", "Partner", addresses("p@partner.example"))),
                        List.of()),
                FIRST);
        Group all = people.directory().groups().getFirst();
        assertThat(people.directory().members(all, FIRST)).hasSize(2);
        assertThat(people.directory().members(all, BEFORE))
                .as("who was in it before, nobody knows")
                .isEmpty();
        assertThat(people.directory().contacts()).hasSize(1);
        run(new Snapshot(List.of(anna, bert), List.of(group("all", "all@e.com", "b")), List.of(), List.of()), SECOND);
        Directory now = people.directory();
        assertThat(now.members(now.groups().getFirst(), SECOND))
                .extracting(Person::name)
                .containsExactly("Name of b");
        assertThat(now.members(now.groups().getFirst(), SECOND.minusMillis(1))).hasSize(2);
        assertThat(now.groups().getLast().gone()).contains(SECOND);
        assertThat(now.contacts().getFirst().gone()).contains(SECOND);
    }

    @Test
    void anAddressOfAFormerGroupOpensNothingOld() {
        run(
                new Snapshot(
                        List.of(person("a", "anna@e.com")),
                        List.of(group("info", "info@e.com", "a")),
                        List.of(),
                        List.of()),
                FIRST);
        run(of(person("a", "anna@e.com"), person("b", "bert@e.com", "info@e.com")), SECOND);
        assertThat(holders("info@e.com", FIRST)).isEmpty();
        assertThat(holders("info@e.com", SECOND)).containsExactly("Name of b");
    }

    @Test
    void addressesAsOthersWriteThem() {
        assertThat(Snapshot.proxyAddresses(List.of(
                        "smtp:alias@e.com", "SMTP:anna@e.com", "SIP:anna@e.com", "X500:/o=x", "smtp:<bad>", "x", "")))
                .extracting(Address::raw)
                .containsExactly("anna@e.com", "alias@e.com");
        for (String wrong :
                List.of("", "@", "a@", "@b", "a b@c", "a@b\r\nBcc: x@y", "a@b,c@d", "x".repeat(400) + "@y")) {
            assertThat(Snapshot.address(wrong)).as(wrong).isEmpty();
        }
        assertThat(Snapshot.address(" Anna@E.com ")).map(Address::raw).contains("Anna@E.com");
    }

    @Test
    void namesCanBeAnything() {
        run(
                of(
                        new RemotePerson("a", "  \u0000\n", addresses("anna@e.com"), true, true),
                        new RemotePerson("b", "x".repeat(5_000), addresses("b@e.com"), true, true)),
                FIRST);
        assertThat(people.directory().people()).extracting(Person::name).contains("anna@e.com", "x".repeat(200));
    }

    @Test
    void rulesAreReadStrictly() {
        assertThat(Rules.of(Map.of("share", "20%", "only-domains", "a.example; b.example"))
                        .domains())
                .containsExactly("a.example", "b.example");
        for (Map<String, String> wrong : List.of(
                Map.of("share", "0"), Map.of("share", "101"), Map.of("share", "x"), Map.of("only-licensed", "maybe"))) {
            assertThatIllegalArgumentException().isThrownBy(() -> Rules.of(wrong));
        }
    }
}
