package io.carteggio.archive.journaling;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.attribution.AcceptedDomain;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.Group;
import io.carteggio.archive.attribution.Group.Membership;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.entry.Change.DomainKind;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Change.Span;
import io.carteggio.archive.entry.JournalScope;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.mail.Address;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.report.HeaderPeople;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/// Decisions about random messages in random organisations, against what a plain reading of JOURNAL-FORMATS 8 gives:
/// people are numbers, addresses are words, groups are asked by trying every person.
class OracleTest {
    private static final Instant NOW = Instant.parse("2026-11-29T12:00:00Z");
    private static final int ORGANISATIONS = 400;
    private static final int MESSAGES = 50;

    /// An organisation in plain facts.
    private static final class World {
        final Random random;
        final int people;
        final int groups;
        final List<List<String>> addresses = new ArrayList<>();
        final List<List<Integer>> persons = new ArrayList<>(); // of a group
        final List<List<Integer>> subgroups = new ArrayList<>();
        final List<List<String>> outsiders = new ArrayList<>();
        final List<JournalRule> rules = new ArrayList<>();

        World(long seed) {
            random = new Random(seed);
            people = 1 + random.nextInt(5);
            groups = random.nextInt(4);
            for (int p = 0; p < people; p++) {
                List<String> own = new ArrayList<>(List.of("p" + p + "@in.example"));
                if (random.nextBoolean()) {
                    own.add("alias" + p + "@in.example");
                }
                addresses.add(own);
            }
            for (int g = 0; g < groups; g++) {
                persons.add(some(people));
                subgroups.add(some(groups));
                outsiders.add(random.nextInt(3) == 0 ? List.of("o" + g + "@out.example") : List.of());
            }
            int count = 1 + random.nextInt(4);
            for (int r = 0; r < count; r++) {
                Optional<Member> recipient = recipient();
                rules.add(new JournalRule(
                        "rule " + r,
                        List.of(JournalScope.values()).get(random.nextInt(3)),
                        recipient,
                        new Address("j" + random.nextInt(3) + "@archive.example"),
                        Optional.empty(),
                        false,
                        random.nextInt(5) > 0));
            }
        }

        private List<Integer> some(int of) {
            List<Integer> some = new ArrayList<>();
            for (int i = 0; i < of; i++) {
                if (random.nextInt(3) == 0) {
                    some.add(i);
                }
            }
            return some;
        }

        private Optional<Member> recipient() {
            return switch (random.nextInt(4)) {
                case 0 -> Optional.of(new Member.OfPerson("p" + random.nextInt(people)));
                case 1 ->
                    groups == 0 ? Optional.empty() : Optional.of(new Member.OfGroup("g" + random.nextInt(groups)));
                case 2 -> Optional.of(new Member.OfAddress(new Address(anyAddress())));
                default -> Optional.empty();
            };
        }

        String anyAddress() {
            return switch (random.nextInt(5)) {
                case 0 -> "x" + random.nextInt(3) + "@out.example";
                case 1 -> groups == 0 ? "nobody@in.example" : "g" + random.nextInt(groups) + "@in.example";
                case 2 -> "o" + random.nextInt(3) + "@out.example";
                default -> {
                    List<String> own = addresses.get(random.nextInt(people));
                    yield own.get(random.nextInt(own.size()));
                }
            };
        }

        Directory directory() {
            List<Person> all = new ArrayList<>();
            for (int p = 0; p < people; p++) {
                all.add(new Person(
                        "p" + p,
                        "p" + p,
                        PersonRole.USER,
                        addresses.get(p).stream().map(World::holding).toList()));
            }
            List<Group> made = new ArrayList<>();
            for (int g = 0; g < groups; g++) {
                List<Membership> members = new ArrayList<>();
                persons.get(g).forEach(p -> members.add(membership(new Member.OfPerson("p" + p))));
                subgroups.get(g).forEach(s -> members.add(membership(new Member.OfGroup("g" + s))));
                outsiders.get(g).forEach(o -> members.add(membership(new Member.OfAddress(new Address(o)))));
                made.add(new Group("g" + g, "g" + g, List.of(holding("g" + g + "@in.example")), members));
            }
            return new Directory(
                    all, made, List.of(), List.of(new AcceptedDomain("in.example", DomainKind.AUTHORITATIVE, false)));
        }

        private static Membership membership(Member member) {
            return new Membership(member, Span.ALWAYS, Optional.empty());
        }

        private static Holding holding(String address) {
            return new Holding(new Address(address), Optional.empty(), Optional.empty());
        }

        // ---- the plain reading

        /// Whether a path of groups leads from one to a person or to an outsider's address.
        boolean reaches(int group, String end, Set<Integer> tried) {
            if (!tried.add(group)) {
                return false;
            }
            boolean here = persons.get(group).stream().anyMatch(p -> ("p" + p + "@in.example").equals(end))
                    || outsiders.get(group).contains(end);
            return here || subgroups.get(group).stream().anyMatch(s -> reaches(s, end, tried));
        }

        Set<String> final_(String to) {
            Set<String> ends = new TreeSet<>();
            if (to.matches("g\\d+@in.example") && Integer.parseInt(to.substring(1, to.indexOf('@'))) < groups) {
                int group = Integer.parseInt(to.substring(1, to.indexOf('@')));
                for (int p = 0; p < people; p++) {
                    String main = "p" + p + "@in.example";
                    if (reaches(group, main, new TreeSet<>())) {
                        ends.add(main + " of " + to);
                    }
                }
                for (int o = 0; o < 4; o++) {
                    String out = "o" + o + "@out.example";
                    if (reaches(group, out, new TreeSet<>())) {
                        ends.add(out + " of " + to);
                    }
                }
            }
            return ends.isEmpty() ? Set.of(to) : ends;
        }

        boolean same(String one, String other) {
            return one.equals(other) || addresses.stream().anyMatch(own -> own.contains(one) && own.contains(other));
        }

        boolean means(Member recipient, String address) {
            return switch (recipient) {
                case Member.OfPerson(String id) -> same(id + "@in.example", address);
                case Member.OfAddress(Address a) -> same(a.raw(), address);
                case Member.OfGroup(String id) -> {
                    int group = Integer.parseInt(id.substring(1));
                    boolean member = false;
                    for (int p = 0; p < people; p++) {
                        String main = "p" + p + "@in.example";
                        member |= same(main, address) && reaches(group, main, new TreeSet<>());
                    }
                    yield member || (reaches(group, address, new TreeSet<>()) && address.startsWith("o"));
                }
            };
        }

        /// Mailbox to who is named there.
        Map<String, Set<String>> expected(String from, List<String> to) {
            Set<String> all = new TreeSet<>();
            to.forEach(one -> all.addAll(final_(one)));
            Map<String, Set<String>> reports = new TreeMap<>();
            for (JournalRule rule : rules) {
                Set<String> about = new TreeSet<>();
                for (String one : all) {
                    boolean in = one.split(" ", -1)[0].endsWith("@in.example");
                    boolean fromIn = from.endsWith("@in.example");
                    if (rule.scope() == JournalScope.GLOBAL
                            || (rule.scope() == JournalScope.INTERNAL && in && fromIn)
                            || (rule.scope() == JournalScope.EXTERNAL && !(in && fromIn))) {
                        about.add(one);
                    }
                }
                boolean concerns = rule.recipient().isEmpty()
                        || means(rule.recipient().get(), from)
                        || about.stream().anyMatch(one -> means(rule.recipient().get(), one.split(" ", -1)[0]));
                if (rule.enabled() && !about.isEmpty() && concerns) {
                    reports.computeIfAbsent(rule.mailbox().raw(), m -> new TreeSet<>())
                            .addAll(about);
                }
            }
            return reports;
        }
    }

    @Test
    void decisionsAreWhatAPlainReadingGives() {
        HeaderPeople nobody = new HeaderPeople(
                List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of(), List.of());
        int fired = 0;
        for (long seed = 0; seed < ORGANISATIONS; seed++) {
            World world = new World(seed);
            Decider decider =
                    new Decider(world.directory(), new RuleBook(world.rules, Map.of(), AgentSettings.USUAL), NOW);
            for (int m = 0; m < MESSAGES; m++) {
                String from = world.random.nextInt(10) == 0 ? "" : world.anyAddress();
                List<String> to = new ArrayList<>();
                for (int i = world.random.nextInt(4); i >= 0; i--) {
                    to.add(world.anyAddress());
                }
                Decision decision = decider.decide(new Submission(
                        from.isEmpty() ? Optional.empty() : Optional.of(new Address(from)),
                        to.stream().map(Address::new).toList(),
                        false,
                        false,
                        nobody,
                        false));
                Map<String, Set<String>> made = new TreeMap<>();
                decision.reports()
                        .forEach(report -> made.put(
                                report.mailbox().raw(),
                                new TreeSet<>(report.envelope().recipients().stream()
                                        .map(OracleTest::said)
                                        .toList())));
                assertThat(made)
                        .as("seed %d, from %s to %s, rules %s", seed, from, to, world.rules)
                        .isEqualTo(world.expected(from, to));
                fired += made.isEmpty() ? 0 : 1;
            }
        }
        assertThat(fired).as("messages with a report").isGreaterThan(ORGANISATIONS * MESSAGES / 4);
    }

    private static String said(Recipient one) {
        return one.address().raw()
                + one.expanded().map(group -> " of " + group.raw()).orElse("");
    }
}
