package io.carteggio.archive.attribution;

import io.carteggio.archive.attribution.Group.Membership;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Change.Span;
import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// All people with their dated addresses, all groups with their dated members, contacts and domains, as they
/// are known at one moment: who held what, and who was in which group, at any instant. Safe for many threads.
///
/// One is made after every change and few are asked much: so what questions need is made when the first one
/// comes.
public final class Directory {
    private final List<Person> people;
    private final List<Group> groups;
    private final List<Contact> contacts;
    private final List<AcceptedDomain> domains;
    private volatile @Nullable Index index;

    /// A dated holding.
    private record Claim(String holder, Instant from, Instant to) {}

    /// A membership, seen from the member.
    private record In(String group, Spans when) {}

    public Directory(List<Person> people) {
        this(people, List.of(), List.of(), List.of());
    }

    public Directory(
            Collection<Person> people,
            Collection<Group> groups,
            Collection<Contact> contacts,
            Collection<AcceptedDomain> domains) {
        this.people = List.copyOf(people);
        this.groups = List.copyOf(groups);
        this.contacts = List.copyOf(contacts);
        this.domains = List.copyOf(domains);
    }

    /// What is found by a key.
    private static final class Index {
        private final Map<String, Person> people = new HashMap<>();
        private final Map<String, Group> groups = new HashMap<>();
        private final Map<String, List<Claim>> dated = new HashMap<>();
        private final Map<String, List<Person>> peopleByAddress = new HashMap<>();
        private final Map<String, List<Group>> groupsByAddress = new HashMap<>();
        private final Map<String, List<In>> memberships = new HashMap<>(); // by memberKey

        Index(Directory of) {
            for (Person person : of.people) {
                people.put(person.id(), person);
                claim(person);
                file(person, peopleByAddress);
            }
            for (Group group : of.groups) {
                groups.put(group.id(), group);
                claim(group);
                file(group, groupsByAddress);
                for (Membership membership : group.members()) {
                    memberships
                            .computeIfAbsent(memberKey(membership.member()), k -> new ArrayList<>(1))
                            .add(new In(group.id(), Spans.of(membership.span())));
                }
            }
            dated.values().forEach(claims -> claims.sort(Comparator.comparing(Claim::from)));
        }

        private void claim(Holder holder) {
            for (Holding h : holder.holdings()) {
                if (!h.undated()) {
                    dated.computeIfAbsent(h.address().key(), k -> new ArrayList<>(1))
                            .add(new Claim(holder.id(), h.from().orElse(Instant.MIN), h.to().orElse(Instant.MAX)));
                }
            }
        }

        private static <H extends Holder> void file(H holder, Map<String, List<H>> byAddress) {
            holder.holdings().stream()
                    .map(h -> h.address().key())
                    .distinct()
                    .forEach(key -> byAddress
                            .computeIfAbsent(key, k -> new ArrayList<>(1))
                            .add(holder));
        }
    }

    /// Members are compared by this: an address by its key.
    public static String memberKey(Member member) {
        return switch (member) {
            case Member.OfPerson(String id) -> "person " + id;
            case Member.OfGroup(String id) -> "group " + id;
            case Member.OfAddress(Address address) -> addressMember(address.key());
        };
    }

    private static String addressMember(String key) {
        return "address " + key;
    }

    private Index index() {
        Index made = index;
        if (made == null) {
            synchronized (this) {
                made = index;
                if (made == null) {
                    made = new Index(this);
                    index = made;
                }
            }
        }
        return made;
    }

    public List<Person> people() {
        return people;
    }

    public List<Group> groups() {
        return groups;
    }

    public List<Contact> contacts() {
        return contacts;
    }

    public List<AcceptedDomain> domains() {
        return domains;
    }

    /// Everyone and everything that has addresses.
    public Stream<Holder> holders() {
        return Stream.of(people, groups, contacts).flatMap(List::stream);
    }

    public Optional<Person> byId(String id) {
        return Optional.ofNullable(index().people.get(id));
    }

    public Optional<Group> group(String id) {
        return Optional.ofNullable(index().groups.get(id));
    }

    /// Whether the address lies in a domain that is ours.
    public boolean isInside(Address address) {
        String domain = Address.domainKey(address.domain());
        return domains.stream().anyMatch(d -> d.covers(domain));
    }

    /// The one person that a user of a command or a log-in form means: by exact name (case aside), by id, or by
    /// an address she holds now. Empty where there is none or more than one.
    public Optional<Person> named(String text, Instant now) {
        Optional<Person> byId = byId(text);
        if (byId.isPresent()) {
            return byId;
        }
        Set<Person> found = new LinkedHashSet<>();
        people.stream().filter(p -> p.name().equalsIgnoreCase(text)).forEach(found::add);
        if (!text.isEmpty()) {
            found.addAll(holders(new Address(text).key(), now));
        }
        return found.size() == 1 ? Optional.of(found.iterator().next()) : Optional.empty();
    }

    /// The one group that a user means: by exact name (case aside), by id, or by an address it has now.
    public Optional<Group> groupNamed(String text, Instant now) {
        Optional<Group> byId = group(text);
        if (byId.isPresent()) {
            return byId;
        }
        Set<Group> found = new LinkedHashSet<>();
        groups.stream().filter(g -> g.name().equalsIgnoreCase(text)).forEach(found::add);
        if (!text.isEmpty()) {
            found.addAll(groupsAt(new Address(text).key(), now));
        }
        return found.size() == 1 ? Optional.of(found.iterator().next()) : Optional.empty();
    }

    /// The spans in which addresses count as this person's own. A dated holding counts as dated. An undated one
    /// counts always but for the spans in which somebody else held the address with dates: so a re-used address
    /// opens nothing old (P5), and who is added after her letters came in sees them at once.
    public List<Tenure> tenures(Person person) {
        return tenuresOf(person);
    }

    private List<Tenure> tenuresOf(Holder holder) {
        List<Tenure> tenures = new ArrayList<>();
        for (Holding h : holder.holdings()) {
            String key = h.address().key();
            if (!h.undated()) {
                tenures.add(new Tenure(key, h.from().orElse(Instant.MIN), h.to().orElse(Instant.MAX)));
                continue;
            }
            Instant free = Instant.MIN;
            for (Claim claim : index().dated.getOrDefault(key, List.of())) {
                if (claim.holder.equals(holder.id())) {
                    continue;
                }
                if (free.isBefore(claim.from)) {
                    tenures.add(new Tenure(key, free, claim.from));
                }
                free = free.isBefore(claim.to) ? claim.to : free;
            }
            if (free.isBefore(Instant.MAX)) {
                tenures.add(new Tenure(key, free, Instant.MAX));
            }
        }
        return tenures;
    }

    /// All that decides what a person may see: her own addresses, and those of groups she was a member of, also
    /// by way of other groups, for as long as all of the way stood.
    public List<Tenure> access(Person person) {
        List<Tenure> own = tenuresOf(person);
        Index known = index();
        if (known.memberships.isEmpty()) {
            return own;
        }
        List<Tenure> all = new ArrayList<>(own);
        throughGroups(known, person, own)
                .forEach((key, when) ->
                        when.parts().forEach(part -> all.add(new Tenure(key, part.from(), part.to(), true))));
        return all;
    }

    private Map<String, Spans> throughGroups(Index known, Person person, List<Tenure> own) {
        Map<String, Spans> within = new HashMap<>(); // when she is in which group
        Map<String, Spans> reached = new HashMap<>(); // when an address reaches her by way of one
        Deque<String> work = new ArrayDeque<>();
        enter(known, memberKey(new Member.OfPerson(person.id())), Spans.of(Span.ALWAYS), within, work);
        for (Tenure tenure : own) {
            enter(known, addressMember(tenure.addressKey()), Spans.of(tenure.from(), tenure.to()), within, work);
        }
        while (!work.isEmpty()) {
            String id = work.remove();
            Spans when = within.getOrDefault(id, Spans.NONE);
            enter(known, memberKey(new Member.OfGroup(id)), when, within, work);
            Group group = known.groups.get(id);
            if (group == null) {
                continue;
            }
            for (Tenure tenure : tenuresOf(group)) {
                Spans here = when.and(Spans.of(tenure.from(), tenure.to()));
                reached.merge(tenure.addressKey(), here, Spans::or);
                enter(known, addressMember(tenure.addressKey()), here, within, work);
            }
        }
        return reached;
    }

    /// Notes in which groups a member is while something holds; groups that are new, or in which she is longer
    /// than was known, are looked at (again). Ends, also where groups are in each other: spans only grow, and
    /// there are finitely many ends of them.
    private static void enter(Index known, String member, Spans when, Map<String, Spans> within, Deque<String> work) {
        for (In in : known.memberships.getOrDefault(member, List.of())) {
            Spans before = within.getOrDefault(in.group, Spans.NONE);
            Spans after = before.or(when.and(in.when));
            if (!after.equals(before)) {
                within.put(in.group, after);
                work.add(in.group);
            }
        }
    }

    /// The keys of all addresses that count at that instant to whoever holds this one then: it among them.
    public Set<String> aliases(String addressKey, Instant at) {
        Set<String> keys = new HashSet<>();
        for (Person person : holders(addressKey, at)) {
            tenures(person).stream().filter(t -> t.covers(at)).forEach(t -> keys.add(t.addressKey()));
        }
        return keys;
    }

    /// The keys of all addresses of groups through which mail came to this address at that instant: whoever held
    /// it, or the address itself, was a member, also by way of other groups.
    public Set<String> groupAddresses(String addressKey, Instant at) {
        Index known = index();
        Set<String> keys = new HashSet<>();
        Set<String> seen = new HashSet<>();
        Deque<String> work = new ArrayDeque<>();
        work.add(addressMember(addressKey));
        for (Person person : holders(addressKey, at)) {
            work.add(memberKey(new Member.OfPerson(person.id())));
            aliases(addressKey, at).forEach(alias -> work.add(addressMember(alias)));
        }
        while (!work.isEmpty()) {
            for (In in : known.memberships.getOrDefault(work.remove(), List.of())) {
                Group group = known.groups.get(in.group);
                if (group == null || !in.when.covers(at) || !seen.add(in.group)) {
                    continue;
                }
                work.add(memberKey(new Member.OfGroup(in.group)));
                for (Tenure tenure : tenuresOf(group)) {
                    if (tenure.covers(at)) {
                        keys.add(tenure.addressKey());
                        work.add(addressMember(tenure.addressKey()));
                    }
                }
            }
        }
        return keys;
    }

    /// Everyone to whom the address counts as her own at that instant.
    public List<Person> holders(String addressKey, Instant at) {
        return at(addressKey, at, known -> known.peopleByAddress);
    }

    /// The groups that had the address at that instant.
    public List<Group> groupsAt(String addressKey, Instant at) {
        return at(addressKey, at, known -> known.groupsByAddress);
    }

    /// The groups that ever had the address.
    public List<Group> groupsEver(String addressKey) {
        return List.copyOf(index().groupsByAddress.getOrDefault(addressKey, List.of()));
    }

    private <H extends Holder> List<H> at(String addressKey, Instant at, Function<Index, Map<String, List<H>>> where) {
        return where.apply(index()).getOrDefault(addressKey, List.of()).stream()
                .filter(h -> tenuresOf(h).stream().anyMatch(t -> t.addressKey().equals(addressKey) && t.covers(at)))
                .toList();
    }

    /// Whether anybody ever had the address but one, be it a person or a group.
    public boolean hadOther(String addressKey, String holder) {
        Index known = index();
        return Stream.concat(
                        known.peopleByAddress.getOrDefault(addressKey, List.of()).stream(),
                        known.groupsByAddress.getOrDefault(addressKey, List.of()).stream())
                .anyMatch(h -> !h.id().equals(holder));
    }

    /// Everyone who was in the group at that instant, also by way of other groups.
    public List<Person> members(Group group, Instant at) {
        Set<Person> members = new LinkedHashSet<>();
        Set<String> seen = new HashSet<>();
        Deque<Group> work = new ArrayDeque<>(List.of(group));
        while (!work.isEmpty()) {
            Group here = work.remove();
            if (!seen.add(here.id())) {
                continue;
            }
            for (Membership membership : here.members()) {
                if (!membership.span().covers(at)) {
                    continue;
                }
                switch (membership.member()) {
                    case Member.OfPerson(String id) -> byId(id).ifPresent(members::add);
                    case Member.OfGroup(String id) -> group(id).ifPresent(work::add);
                    case Member.OfAddress(Address address) -> {
                        members.addAll(holders(address.key(), at));
                        work.addAll(groupsAt(address.key(), at));
                    }
                }
            }
        }
        return List.copyOf(members);
    }

    /// Everyone to whom mail for the address went at that instant: who held it, and the members of groups
    /// that had it.
    public List<Person> reached(String addressKey, Instant at) {
        Set<Person> all = new LinkedHashSet<>(holders(addressKey, at));
        groupsAt(addressKey, at).forEach(group -> all.addAll(members(group, at)));
        return List.copyOf(all);
    }
}
