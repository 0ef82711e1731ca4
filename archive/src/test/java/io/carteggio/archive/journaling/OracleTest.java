package io.carteggio.archive.journaling;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.attribution.AcceptedDomain;
import io.carteggio.archive.attribution.Contact;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.Group;
import io.carteggio.archive.attribution.Group.Membership;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.attribution.Ties;
import io.carteggio.archive.entry.Change.DomainKind;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Change.Span;
import io.carteggio.archive.entry.JournalScope;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.journaling.RuleBook.Forwarding;
import io.carteggio.mail.Address;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.mail.report.HeaderPeople;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
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
    private static final int ORGANISATIONS = 600;
    private static final int MESSAGES = 60;

    private static final List<String> REPORTS =
            List.of("j0@archive.example", "j1@archive.example", "j2@archive.example");
    private static final String ALTERNATE = "alternate@archive.example";
    private static final String OTHER_ALTERNATE = "other@archive.example";
    private static final String AGENT = "agent@archive.example";

    /// A message in plain facts.
    private record Letter(
            String from,
            List<String> to,
            boolean loggedIn,
            boolean ownSystem,
            boolean ownReport,
            String author,
            String agent,
            List<String> headerTo,
            List<String> headerCc) {}

    /// A report in plain facts: who is named in it, for whom it was sent, and where it goes if it does not arrive.
    private record Told(Set<String> lines, String onBehalfOf, String alternate) {}

    /// Who gets a message in the end.
    private record End(String address, String group, String by, Role role) {
        @Override
        public String toString() {
            return role + " " + address + " of " + group + " by " + by;
        }
    }

    /// An organisation in plain facts.
    private static final class World {
        final Random random;
        final int people;
        final int groups;
        final boolean subdomains;
        final List<List<String>> addresses = new ArrayList<>();
        final List<List<Integer>> persons = new ArrayList<>(); // of a group, now
        final List<List<Integer>> others = new ArrayList<>(); // who are not now: they left, or will come
        final List<List<Integer>> subgroups = new ArrayList<>();
        final List<List<String>> outsiders = new ArrayList<>();
        final Map<String, List<String>> forwards = new HashMap<>();
        final Set<String> keepsCopy = new TreeSet<>();
        final List<JournalRule> rules = new ArrayList<>();
        final String alternate;
        final String sender;

        World(long seed) {
            random = new Random(seed);
            people = 1 + random.nextInt(5);
            groups = random.nextInt(4);
            subdomains = random.nextBoolean();
            for (int p = 0; p < people; p++) {
                List<String> own = new ArrayList<>(List.of("p" + p + "@in.example"));
                if (random.nextBoolean()) {
                    own.add("alias" + p + "@in.example");
                }
                addresses.add(own);
            }
            for (int g = 0; g < groups; g++) {
                persons.add(some(people));
                others.add(some(people).stream()
                        .filter(p -> !persons.getLast().contains(p))
                        .toList());
                subgroups.add(some(groups));
                outsiders.add(random.nextInt(3) == 0 ? List.of("o" + g + "@out.example") : List.of());
            }
            for (int p = 0; p < people; p++) {
                if (random.nextInt(4) == 0) {
                    String on =
                            p + 1 < people && random.nextBoolean() ? "p" + (p + 1) + "@in.example" : "f@out.example";
                    forwards.put("p" + p + "@in.example", List.of(on));
                    if (random.nextBoolean()) {
                        keepsCopy.add("p" + p + "@in.example");
                    }
                }
            }
            alternate = random.nextBoolean() ? ALTERNATE : "";
            sender = random.nextInt(4) == 0 ? AGENT : "";
            int count = 1 + random.nextInt(4);
            for (int r = 0; r < count; r++) {
                rules.add(new JournalRule(
                        "rule " + r,
                        List.of(JournalScope.values()).get(random.nextInt(3)),
                        recipient(),
                        new Address(REPORTS.get(random.nextInt(3))),
                        random.nextInt(4) == 0 ? Optional.of(new Address(OTHER_ALTERNATE)) : Optional.empty(),
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
            return switch (random.nextInt(8)) {
                case 0 -> "x" + random.nextInt(3) + "@out.example";
                case 1 -> groups == 0 ? "nobody@in.example" : "g" + random.nextInt(groups) + "@in.example";
                case 2 -> (random.nextBoolean() ? "o" : "second") + random.nextInt(3) + "@out.example";
                case 3 -> "s@sub.in.example";
                case 4 -> "s@notin.example";
                default -> {
                    List<String> own = addresses.get(random.nextInt(people));
                    yield own.get(random.nextInt(own.size()));
                }
            };
        }

        private String anyReportMailbox() {
            return switch (random.nextInt(6)) {
                case 0 -> ALTERNATE;
                case 1 -> OTHER_ALTERNATE;
                case 2 -> AGENT;
                default -> REPORTS.get(random.nextInt(3));
            };
        }

        private List<String> few(List<String> of) {
            return of.stream().filter(_ -> random.nextInt(3) == 0).toList();
        }

        Letter letter() {
            boolean toReports = random.nextInt(12) == 0;
            List<String> to = new ArrayList<>();
            for (int i = random.nextInt(4); i >= 0; i--) {
                to.add(toReports && random.nextInt(8) > 0 ? anyReportMailbox() : anyAddress());
            }
            String from = random.nextInt(8) == 0 ? "" : anyAddress();
            boolean delegate = random.nextInt(3) == 0;
            return new Letter(
                    from,
                    to,
                    random.nextBoolean(),
                    random.nextInt(4) == 0,
                    random.nextInt(20) == 0,
                    delegate || from.isEmpty() ? anyAddress() : from,
                    delegate ? (random.nextInt(4) == 0 || from.isEmpty() ? anyAddress() : from) : "",
                    few(to),
                    few(to));
        }

        // ---- the same for the program

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
                persons.get(g).forEach(p -> members.add(membership(new Member.OfPerson("p" + p), sometimeNow(p))));
                others.get(g).forEach(p -> members.add(membership(new Member.OfPerson("p" + p), notNow(p))));
                subgroups.get(g).forEach(s -> members.add(membership(new Member.OfGroup("g" + s), Span.ALWAYS)));
                outsiders
                        .get(g)
                        .forEach(o -> members.add(membership(new Member.OfAddress(new Address(o)), Span.ALWAYS)));
                made.add(new Group("g" + g, "g" + g, List.of(holding("g" + g + "@in.example")), members));
            }
            List<Contact> contacts = new ArrayList<>();
            for (int c = 0; c < 3; c++) {
                contacts.add(new Contact(
                        "c" + c,
                        "c" + c,
                        List.of(holding("o" + c + "@out.example"), holding("second" + c + "@out.example")),
                        Optional.empty(),
                        Ties.NONE));
            }
            return new Directory(
                    all,
                    made,
                    contacts,
                    List.of(new AcceptedDomain("in.example", DomainKind.AUTHORITATIVE, subdomains)));
        }

        private static Span sometimeNow(int which) {
            return which % 2 == 0 ? Span.ALWAYS : new Span(Optional.of(NOW), Optional.of(NOW.plusSeconds(1)));
        }

        private static Span notNow(int which) {
            return which % 2 == 0
                    ? new Span(Optional.empty(), Optional.of(NOW))
                    : new Span(Optional.of(NOW.plusSeconds(1)), Optional.empty());
        }

        private static Membership membership(Member member, Span span) {
            return new Membership(member, span, Optional.empty());
        }

        private static Holding holding(String address) {
            return new Holding(new Address(address), Optional.empty(), Optional.empty());
        }

        RuleBook book() {
            Map<String, Forwarding> made = new HashMap<>();
            forwards.forEach((from, to) -> made.put(
                    new Address(from).key(),
                    new Forwarding(
                            new Address(from), to.stream().map(Address::new).toList(), keepsCopy.contains(from))));
            AgentSettings settings = new AgentSettings(
                    given(alternate), 50, false, false, Duration.ofDays(2), given(sender), false, Map.of());
            return new RuleBook(rules, made, settings);
        }

        // ---- the plain reading

        boolean isIn(String address) {
            return address.endsWith("@in.example") || (subdomains && address.endsWith(".in.example"));
        }

        /// Whether a path of groups leads from one to a person or to an outsider's address.
        boolean reaches(int group, String end, Set<Integer> tried) {
            if (!tried.add(group)) {
                return false;
            }
            boolean here = persons.get(group).stream().anyMatch(p -> ("p" + p + "@in.example").equals(end))
                    || outsiders.get(group).contains(end);
            return here || subgroups.get(group).stream().anyMatch(s -> reaches(s, end, tried));
        }

        Set<End> ends(String to, Role role) {
            Set<String> members = new TreeSet<>();
            if (to.matches("g\\d+@in.example") && Integer.parseInt(to.substring(1, to.indexOf('@'))) < groups) {
                int group = Integer.parseInt(to.substring(1, to.indexOf('@')));
                for (int p = 0; p < people; p++) {
                    members.add("p" + p + "@in.example");
                }
                for (int o = 0; o < 4; o++) {
                    members.add("o" + o + "@out.example");
                }
                members.removeIf(one -> !reaches(group, one, new TreeSet<>()));
            }
            Set<End> ends = new HashSet<>();
            String group = members.isEmpty() ? "" : to;
            for (String one : members.isEmpty() ? Set.of(to) : members) {
                if (!forwards.containsKey(one) || keepsCopy.contains(one)) {
                    ends.add(new End(one, group, "", role));
                }
                onwards(one).forEach(on -> ends.add(new End(on, group, one, role)));
            }
            return ends;
        }

        private Set<String> onwards(String from) {
            Set<String> all = new TreeSet<>();
            for (String on : forwards.getOrDefault(from, List.of())) {
                if (!forwards.containsKey(on) || keepsCopy.contains(on)) {
                    all.add(on);
                }
                all.addAll(onwards(on));
            }
            return all;
        }

        /// Whether two addresses are one person's, or one contact's.
        boolean same(String one, String other) {
            return one.equals(other)
                    || addresses.stream().anyMatch(own -> own.contains(one) && own.contains(other))
                    || (contact(one) >= 0 && contact(one) == contact(other));
        }

        private static int contact(String address) {
            return address.matches("(o|second)[0-2]@out.example") ? address.charAt(address.indexOf('@') - 1) - '0' : -1;
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
                    for (int o = 0; o < 4; o++) {
                        String out = "o" + o + "@out.example";
                        member |= same(out, address) && reaches(group, out, new TreeSet<>());
                    }
                    yield member;
                }
            };
        }

        private boolean isForReports(String address) {
            return address.equals(alternate)
                    || address.equals(sender)
                    || rules.stream()
                            .anyMatch(rule -> rule.mailbox().raw().equals(address)
                                    || rule.alternate().map(Address::raw).equals(Optional.of(address)));
        }

        private static Role role(Letter letter, String to) {
            if (!letter.loggedIn) {
                return Role.RECIPIENT;
            }
            if (letter.headerTo.contains(to)) {
                return Role.TO;
            }
            return letter.headerCc.contains(to) ? Role.CC : Role.BCC;
        }

        /// By mailbox, who is named there.
        Map<String, Told> expected(Letter letter) {
            Map<String, Told> reports = new TreeMap<>();
            if (letter.ownReport || letter.to.stream().allMatch(this::isForReports)) {
                return reports;
            }
            Set<End> all = new HashSet<>();
            letter.to.forEach(one -> all.addAll(ends(one, role(letter, one))));
            boolean fromIn = letter.from.isEmpty() ? letter.loggedIn || letter.ownSystem : isIn(letter.from);
            boolean delegate = letter.loggedIn
                    && !letter.from.isEmpty()
                    && letter.agent.equals(letter.from)
                    && !letter.author.equals(letter.from);
            for (JournalRule rule : rules) {
                Set<End> about = new HashSet<>(all);
                about.removeIf(one -> switch (rule.scope()) {
                    case GLOBAL -> false;
                    case INTERNAL -> !(fromIn && isIn(one.address));
                    case EXTERNAL -> fromIn && isIn(one.address);
                });
                boolean concerns = rule.recipient().isEmpty()
                        || means(rule.recipient().get(), letter.from)
                        || about.stream()
                                .anyMatch(one -> means(rule.recipient().get(), one.address)
                                        || means(rule.recipient().get(), one.by));
                if (rule.enabled() && !about.isEmpty() && concerns) {
                    Set<String> lines = new TreeSet<>();
                    about.forEach(one -> lines.add(one.toString()));
                    Told before = reports.getOrDefault(
                            rule.mailbox().raw(), new Told(Set.of(), delegate ? letter.author : "", ""));
                    lines.addAll(before.lines);
                    String back = rule.alternate().map(Address::raw).orElse(alternate);
                    reports.put(
                            rule.mailbox().raw(),
                            new Told(lines, before.onBehalfOf, before.alternate.isEmpty() ? back : before.alternate));
                }
            }
            return reports;
        }
    }

    private static Optional<Address> given(String address) {
        return address.isEmpty() ? Optional.empty() : Optional.of(new Address(address));
    }

    private static List<Address> all(List<String> addresses) {
        return addresses.stream().map(Address::new).toList();
    }

    private static Submission submission(Letter letter) {
        HeaderPeople header = new HeaderPeople(
                given(letter.author).stream().toList(),
                given(letter.agent).stream().toList(),
                all(letter.headerTo),
                all(letter.headerCc),
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                List.of());
        return new Submission(
                given(letter.from), all(letter.to), letter.loggedIn, letter.ownSystem, header, letter.ownReport);
    }

    @Test
    void decisionsAreWhatAPlainReadingGives() {
        int fired = 0;
        int never = 0;
        for (long seed = 0; seed < ORGANISATIONS; seed++) {
            World world = new World(seed);
            Decider decider = new Decider(world.directory(), world.book(), NOW);
            for (int m = 0; m < MESSAGES; m++) {
                Letter letter = world.letter();
                Decision decision = decider.decide(submission(letter));
                Map<String, Told> made = new TreeMap<>();
                decision.reports()
                        .forEach(report -> made.put(
                                report.mailbox().raw(),
                                new Told(
                                        new TreeSet<>(report.envelope().recipients().stream()
                                                .map(OracleTest::said)
                                                .toList()),
                                        report.envelope()
                                                .onBehalfOf()
                                                .map(Address::raw)
                                                .orElse(""),
                                        report.alternate().map(Address::raw).orElse(""))));
                assertThat(made)
                        .as("seed %d, %s, rules %s", seed, letter, world.rules)
                        .isEqualTo(world.expected(letter));
                fired += made.isEmpty() ? 0 : 1;
                never += decision.never().isPresent() ? 1 : 0;
            }
        }
        assertThat(fired).as("messages with a report").isGreaterThan(ORGANISATIONS * MESSAGES / 4);
        assertThat(never).as("messages that never have one").isGreaterThan(ORGANISATIONS);
    }

    private static String said(Recipient one) {
        return new End(
                        one.address().raw(),
                        one.expanded().map(Address::raw).orElse(""),
                        one.forwarded().map(Address::raw).orElse(""),
                        one.role())
                .toString();
    }
}
