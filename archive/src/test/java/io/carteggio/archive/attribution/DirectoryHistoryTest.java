package io.carteggio.archive.attribution;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Change;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Change.Span;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Random histories of a directory (addresses re-used and shared, leavers, merges, splits, groups within
/// groups, also in circles) against a list of plain facts that is asked instant by instant: who held what, who
/// was in which group, and what a person's tenures say must be the same, before and after every change.
@Tag("slow")
class DirectoryHistoryTest {
    private static final int HISTORIES = 120;
    private static final int CHANGES = 60;
    private static final Instant BEGIN = Instant.parse("2020-01-01T00:00:00Z");
    private static final int DAYS = 12;
    private static final List<String> ADDRESSES =
            List.of("a@e.com", "B@e.com", "info@e.com", "sales@e.com", "all@e.com");

    /// Somebody held or was in something; as plain as it can be said.
    private record Fact(String holder, String what, Span span, Optional<String> origin) {}

    private final List<String> people = new ArrayList<>();
    private final List<String> groups = new ArrayList<>();
    private List<Fact> held = new ArrayList<>();
    private List<Fact> joined = new ArrayList<>();
    private Random random = new Random();

    @Test
    void theDirectoryIsWhatItsHistorySays() {
        long seed = Long.getLong("carteggio.seed", new Random().nextLong());
        System.out.println("DirectoryHistoryTest seed " + seed);
        random = new Random(seed);
        for (int history = 0; history < HISTORIES; history++) {
            people.clear();
            groups.clear();
            held.clear();
            joined.clear();
            People roll = new People();
            for (int i = 0; i < CHANGES; i++) {
                Optional<String> sync = random.nextInt(3) == 0 ? Optional.of("ad") : Optional.empty();
                List<Change> changes = new ArrayList<>();
                for (int n = random.nextInt(3); n >= 0; n--) {
                    change(sync, i + "-" + n).ifPresent(changes::add);
                }
                Act act = new Act.DirectoryChanged(BEGIN, "op", sync, changes);
                roll.apply(EntryCodec.act(EntryCodec.encode(act)));
                if (i % 6 == 0 || i == CHANGES - 1) {
                    compare(roll.directory(), "seed " + seed + " history " + history + " change " + i);
                }
            }
        }
    }

    private void compare(Directory directory, String which) {
        for (int day = -1; day <= DAYS; day++) {
            Instant at = BEGIN.plusSeconds(86_400L * day + (day % 2 == 0 ? 0 : 1));
            for (String address : ADDRESSES) {
                String key = new Address(address).key();
                assertThat(ids(directory.holders(key, at)))
                        .as("%s: who held %s at %s", which, key, at)
                        .isEqualTo(naive(key, at, people));
                assertThat(ids(directory.reached(key, at)))
                        .as("%s: whom %s reached at %s", which, key, at)
                        .isEqualTo(reached(key, at));
                Set<String> byTenures = new TreeSet<>();
                for (Person person : directory.people()) {
                    if (directory.access(person).stream()
                            .anyMatch(t -> t.addressKey().equals(key) && t.covers(at))) {
                        byTenures.add(person.id());
                    }
                }
                assertThat(byTenures)
                        .as("%s: whose tenures say %s at %s", which, key, at)
                        .isEqualTo(reached(key, at));
            }
            for (Group group : directory.groups()) {
                assertThat(ids(directory.members(group, at)))
                        .as("%s: members of %s at %s", which, group.id(), at)
                        .isEqualTo(members(group.id(), at, new TreeSet<>()));
            }
        }
    }

    private static Set<String> ids(List<Person> found) {
        Set<String> ids = new TreeSet<>();
        found.forEach(p -> ids.add(p.id()));
        return ids;
    }

    // ---- the plain reading

    private Set<String> naive(String key, Instant at, List<String> among) {
        Set<String> holders = new TreeSet<>();
        for (Fact f : held) {
            boolean counts = f.span.undated()
                    ? held.stream()
                            .noneMatch(o -> !o.holder.equals(f.holder)
                                    && o.what.equals(key)
                                    && !o.span.undated()
                                    && o.span.covers(at))
                    : f.span.covers(at);
            if (f.what.equals(key) && counts && among.contains(f.holder)) {
                holders.add(f.holder);
            }
        }
        return holders;
    }

    private Set<String> reached(String key, Instant at) {
        Set<String> all = new TreeSet<>(naive(key, at, people));
        naive(key, at, groups).forEach(g -> all.addAll(members(g, at, new TreeSet<>())));
        return all;
    }

    private Set<String> members(String group, Instant at, Set<String> seen) {
        Set<String> all = new TreeSet<>();
        if (!seen.add(group)) {
            return all;
        }
        for (Fact f : joined) {
            if (!f.holder.equals(group) || !f.span.covers(at)) {
                continue;
            }
            String id = f.what.substring(f.what.indexOf(' ') + 1);
            if (f.what.startsWith("person ") && people.contains(id)) {
                all.add(id);
            } else if (f.what.startsWith("group ")) {
                all.addAll(members(id, at, seen));
            } else if (f.what.startsWith("address ")) {
                all.addAll(naive(id, at, people));
                naive(id, at, groups).forEach(g -> all.addAll(members(g, at, seen)));
            }
        }
        return all;
    }

    // ---- a change, told to the list of facts

    private Optional<Change> change(Optional<String> sync, String n) {
        int kind = random.nextInt(100);
        if (people.size() < 2 || kind < 8) {
            people.add("p" + n);
            return Optional.of(new Change.PersonNew("p" + n, "P" + n, PersonRole.USER));
        }
        if (groups.isEmpty() || kind < 13) {
            groups.add("g" + n);
            return Optional.of(new Change.GroupNew("g" + n, "G" + n, false));
        }
        String holder = random.nextInt(4) == 0 ? one(groups) : one(people);
        if (kind < 50) {
            Address address = new Address(one(ADDRESSES));
            Span span = span();
            tell(held, new Fact(holder, address.key(), span, sync));
            return Optional.of(new Change.Given(holder, address, span));
        }
        if (kind < 60 && !held.isEmpty()) {
            Fact f = one(held);
            Optional<Span> now = random.nextInt(3) == 0 ? Optional.empty() : Optional.of(span());
            held = redated(held, f, now, sync);
            return Optional.of(new Change.Redated(f.holder, new Address(f.what), f.span, now));
        }
        if (kind < 78) {
            String group = one(groups);
            Member member = switch (random.nextInt(3)) {
                case 0 -> new Member.OfPerson(one(people));
                case 1 -> new Member.OfGroup(one(groups));
                default -> new Member.OfAddress(new Address(one(ADDRESSES)));
            };
            Span span = span();
            tell(joined, new Fact(group, Directory.memberKey(member), span, sync));
            return Optional.of(new Change.Joined(group, member, span));
        }
        if (kind < 85) {
            Instant from = instant();
            held = cut(held, f -> f.holder.equals(holder), from, sync);
            joined = cut(
                    joined,
                    f -> f.holder.equals(holder)
                            || f.what.equals("person " + holder)
                            || f.what.equals("group " + holder),
                    from,
                    sync);
            return Optional.of(new Change.Gone(holder, from));
        }
        if (kind < 90) {
            return Optional.of(new Change.Returned(holder));
        }
        if (kind < 95) {
            String id = one(people);
            String into = one(people);
            if (!id.equals(into)) {
                people.remove(id);
                List<Fact> before = held;
                held = new ArrayList<>();
                before.stream().filter(f -> !f.holder.equals(id)).forEach(held::add);
                before.stream()
                        .filter(f -> f.holder.equals(id))
                        .forEach(f -> tell(held, new Fact(into, f.what, f.span, f.origin)));
                List<Fact> were = joined;
                joined = new ArrayList<>();
                were.stream().filter(f -> !f.what.equals("person " + id)).forEach(joined::add);
                were.stream()
                        .filter(f -> f.what.equals("person " + id))
                        .forEach(f -> tell(joined, new Fact(f.holder, "person " + into, f.span, f.origin)));
            }
            return Optional.of(new Change.Merged(id, into));
        }
        return Optional.of(new Change.Renamed(holder, "Another"));
    }

    private static void tell(List<Fact> facts, Fact more) {
        for (int i = 0; i < facts.size(); i++) {
            Fact f = facts.get(i);
            if (f.holder.equals(more.holder) && f.what.equals(more.what) && f.span.equals(more.span)) {
                if (more.origin.isEmpty()) {
                    facts.set(i, more);
                }
                return;
            }
        }
        facts.add(more);
    }

    private static List<Fact> redated(List<Fact> facts, Fact which, Optional<Span> now, Optional<String> sync) {
        List<Fact> left = new ArrayList<>();
        for (Fact f : facts) {
            if (!f.equals(which)) {
                tell(left, f);
            } else if (now.isPresent()) {
                tell(left, new Fact(f.holder, f.what, now.get(), sync.isEmpty() ? sync : f.origin));
            }
        }
        return left;
    }

    private static List<Fact> cut(
            List<Fact> facts, java.util.function.Predicate<Fact> whose, Instant from, Optional<String> sync) {
        List<Fact> left = new ArrayList<>();
        for (Fact f : facts) {
            if (!whose.test(f) || (sync.isPresent() && f.origin.isEmpty())) {
                tell(left, f);
            } else if (f.span.from().map(i -> i.isBefore(from)).orElse(true)) {
                Instant to = f.span.to().filter(i -> i.isBefore(from)).orElse(from);
                tell(left, new Fact(f.holder, f.what, new Span(f.span.from(), Optional.of(to)), f.origin));
            }
        }
        return left;
    }

    private <T> T one(List<T> list) {
        return list.get(random.nextInt(list.size()));
    }

    private Instant instant() {
        return BEGIN.plusSeconds(86_400L * random.nextInt(DAYS));
    }

    private Span span() {
        Instant one = instant();
        Instant other = instant();
        return switch (random.nextInt(4)) {
            case 0 -> Span.ALWAYS;
            case 1 -> Span.since(one);
            case 2 -> new Span(Optional.empty(), Optional.of(one));
            default ->
                one.isBefore(other)
                        ? new Span(Optional.of(one), Optional.of(other))
                        : new Span(Optional.of(other), Optional.of(one.plusSeconds(1)));
        };
    }
}
