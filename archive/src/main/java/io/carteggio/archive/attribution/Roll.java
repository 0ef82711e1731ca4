package io.carteggio.archive.attribution;

import io.carteggio.archive.attribution.Group.Membership;
import io.carteggio.archive.attribution.Ties.Link;
import io.carteggio.archive.entry.Change;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Change.Span;
import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.function.Predicate;

/// The directory while changes are told, one after the other. A change of what is not there changes nothing:
/// every one was checked before it was kept. Belongs to whoever guards it.
final class Roll {
    private final Map<String, Person> people = new LinkedHashMap<>();
    private final Map<String, Group> groups = new LinkedHashMap<>();
    private final Map<String, Contact> contacts = new LinkedHashMap<>();
    private final Map<String, AcceptedDomain> domains = new TreeMap<>();
    private final Map<Link, String> links = new HashMap<>();

    /// In which groups a member ever was.
    private final Map<String, Set<String>> groupsOf = new HashMap<>();

    Directory directory() {
        return new Directory(people.values(), groups.values(), contacts.values(), domains.values());
    }

    Iterable<Person> people() {
        return people.values();
    }

    /// @param sync who says so; absent where that is by hand
    void apply(Optional<String> sync, Change change) {
        switch (change) {
            case Change.PersonNew c ->
                people.putIfAbsent(
                        c.id(),
                        new Person(c.id(), c.name(), c.role(), List.of(), Optional.empty(), false, Ties.of(sync)));
            case Change.GroupNew c ->
                groups.putIfAbsent(
                        c.id(),
                        new Group(
                                c.id(), c.name(), c.dynamic(), List.of(), List.of(), Optional.empty(), Ties.of(sync)));
            case Change.ContactNew c ->
                contacts.putIfAbsent(c.id(), new Contact(c.id(), c.name(), List.of(), Optional.empty(), Ties.of(sync)));
            case Change.Renamed c ->
                change(
                        c.id(),
                        h -> h.with(c.name())
                                .with(h.ties().named(sync.isEmpty() || h.ties().namedByHand())));
            case Change.Locked c ->
                people.computeIfPresent(
                        c.id(),
                        (id, p) -> new Person(id, p.name(), p.role(), p.holdings(), p.gone(), c.locked(), p.ties()));
            case Change.Linked c -> sync.ifPresent(name -> link(c.id(), new Link(name, c.key())));
            case Change.Gone c -> gone(sync, c.id(), c.from());
            case Change.Returned c ->
                change(c.id(), h -> h.gone(Optional.empty()).with(h.ties().kept(sync.isEmpty())));
            case Change.Merged c -> merge(c.id(), c.into());
            case Change.Given c -> give(sync, c);
            case Change.Redated c -> redate(sync, c);
            case Change.Joined c -> join(sync, c.group(), c.member(), c.span());
            case Change.MembershipRedated c -> redateMembership(sync, c);
            case Change.DomainSet c ->
                domains.put(c.domain(), new AcceptedDomain(c.domain(), c.kind(), c.subdomains()));
            case Change.DomainRemoved c -> domains.remove(c.domain());
        }
    }

    /// What all holders have, so that it can be changed in one place.
    private record Common(String name, List<Holding> holdings, Optional<Instant> gone, Ties ties) {
        Common with(String newName) {
            return new Common(newName, holdings, gone, ties);
        }

        Common with(List<Holding> newHoldings) {
            return new Common(name, newHoldings, gone, ties);
        }

        Common with(Ties newTies) {
            return new Common(name, holdings, gone, newTies);
        }

        Common gone(Optional<Instant> since) {
            return new Common(name, holdings, since, ties);
        }
    }

    private static Common common(Holder holder) {
        return new Common(holder.name(), holder.holdings(), holder.gone(), holder.ties());
    }

    private void change(String id, Function<Common, Common> how) {
        people.computeIfPresent(id, (_, p) -> {
            Common now = how.apply(common(p));
            return new Person(id, now.name, p.role(), now.holdings, now.gone, p.locked(), now.ties);
        });
        groups.computeIfPresent(id, (_, g) -> {
            Common now = how.apply(common(g));
            return new Group(id, now.name, g.dynamic(), now.holdings, g.members(), now.gone, now.ties);
        });
        contacts.computeIfPresent(id, (_, c) -> {
            Common now = how.apply(common(c));
            return new Contact(id, now.name, now.holdings, now.gone, now.ties);
        });
    }

    private void members(String group, Function<Group, List<Membership>> how) {
        groups.computeIfPresent(
                group, (id, g) -> new Group(id, g.name(), g.dynamic(), g.holdings(), how.apply(g), g.gone(), g.ties()));
    }

    private void link(String id, Link link) {
        Optional.ofNullable(links.put(link, id))
                .filter(other -> !other.equals(id))
                .ifPresent(other -> unlink(other, link));
        change(id, h -> {
            Set<Link> all = new HashSet<>(h.ties().links());
            all.add(link);
            return h.with(h.ties().withLinks(all));
        });
    }

    private void unlink(String id, Link link) {
        change(id, h -> {
            Set<Link> left = new HashSet<>(h.ties().links());
            left.remove(link);
            return h.with(h.ties().withLinks(left));
        });
    }

    /// A synchronisation ends what synchronisations told; what was given by hand it leaves.
    private void gone(Optional<String> sync, String id, Instant from) {
        change(id, h -> {
            List<Holding> left = List.of();
            for (Holding holding : h.holdings()) {
                Optional<Span> span = sync.isPresent() && holding.origin().isEmpty()
                        ? Optional.of(holding.span())
                        : holding.span().before(from);
                if (span.isPresent()) {
                    left = with(left, Holding.of(holding.address(), span.get(), holding.origin()));
                }
            }
            return h.with(left).gone(Optional.of(from)).with(h.ties().kept(sync.isEmpty()));
        });
        members(id, g -> ended(sync, g, from, _ -> true));
        for (Member member : List.of(new Member.OfPerson(id), new Member.OfGroup(id))) {
            for (String group : groupsOf.getOrDefault(Directory.memberKey(member), Set.of())) {
                members(group, g -> ended(sync, g, from, m -> isSame(m.member(), member)));
            }
        }
    }

    private static List<Membership> ended(
            Optional<String> sync, Group group, Instant from, Predicate<Membership> which) {
        List<Membership> left = new ArrayList<>();
        List<Membership> cut = new ArrayList<>();
        for (Membership m : group.members()) {
            if (!which.test(m) || (sync.isPresent() && m.origin().isEmpty())) {
                left.add(m);
            } else {
                m.span().before(from).ifPresent(span -> cut.add(new Membership(m.member(), span, m.origin())));
            }
        }
        cut.forEach(m -> add(left, m));
        return left;
    }

    /// The same member for the same span is told once: by hand, if it was once.
    private static void add(List<Membership> all, Membership more) {
        for (int i = 0; i < all.size(); i++) {
            Membership m = all.get(i);
            if (isSame(m.member(), more.member()) && m.span().equals(more.span())) {
                if (more.origin().isEmpty()) {
                    all.set(i, more);
                }
                return;
            }
        }
        all.add(more);
    }

    private void merge(String id, String into) {
        Person gone = people.get(id);
        if (gone == null || !people.containsKey(into) || id.equals(into)) {
            return;
        }
        people.remove(id);
        change(into, h -> {
            Set<Link> all = new HashSet<>(h.ties().links());
            all.addAll(gone.ties().links());
            Set<String> withheld = new HashSet<>(h.ties().withheld());
            withheld.addAll(gone.ties().withheld());
            List<Holding> holdings = h.holdings();
            for (Holding holding : gone.holdings()) {
                holdings = with(holdings, holding);
            }
            return h.with(holdings).with(h.ties().withLinks(all).withholding(withheld));
        });
        gone.ties().links().forEach(link -> links.put(link, into));
        String key = Directory.memberKey(new Member.OfPerson(id));
        for (String group : Set.copyOf(groupsOf.getOrDefault(key, Set.of()))) {
            Group before = groups.get(group);
            if (before == null) {
                continue;
            }
            members(
                    group,
                    g -> g.members().stream()
                            .filter(m -> !Directory.memberKey(m.member()).equals(key))
                            .toList());
            before.members().stream()
                    .filter(m -> Directory.memberKey(m.member()).equals(key))
                    .forEach(m -> join(m.origin(), group, new Member.OfPerson(into), m.span()));
        }
        groupsOf.remove(key);
    }

    /// The same address for the same span is told once: by hand, if it was once.
    private static List<Holding> with(List<Holding> holdings, Holding more) {
        List<Holding> all = new ArrayList<>(holdings.size() + 1);
        boolean there = false;
        for (Holding h : holdings) {
            if (isThat(h, more.address(), more.span())) {
                there = true;
                all.add(more.origin().isEmpty() ? more : h);
            } else {
                all.add(h);
            }
        }
        if (!there) {
            all.add(more);
        }
        return all;
    }

    private static boolean isThat(Holding h, Address address, Span span) {
        return h.span().equals(span) && h.address().key().equals(address.key());
    }

    private void give(Optional<String> sync, Change.Given c) {
        change(c.id(), h -> {
            Common now = h.with(with(h.holdings(), Holding.of(c.address(), c.span(), sync)));
            return sync.isPresent() ? now : now.with(without(h.ties(), Ties.withheld(c.address())));
        });
    }

    private static Ties without(Ties ties, String what) {
        Set<String> left = new HashSet<>(ties.withheld());
        return left.remove(what) ? ties.withholding(left) : ties;
    }

    private static Ties holdingBack(Ties ties, String what) {
        Set<String> more = new HashSet<>(ties.withheld());
        return more.add(what) ? ties.withholding(more) : ties;
    }

    private void redate(Optional<String> sync, Change.Redated c) {
        change(c.id(), h -> {
            List<Holding> left = List.of();
            boolean found = false;
            for (Holding holding : h.holdings()) {
                if (!isThat(holding, c.address(), c.was())) {
                    left = with(left, holding);
                    continue;
                }
                found = true;
                if (c.now().isPresent()) {
                    Optional<String> origin = sync.isEmpty() ? sync : holding.origin();
                    left = with(left, Holding.of(holding.address(), c.now().get(), origin));
                }
            }
            Common now = h.with(left);
            return found && sync.isEmpty() ? now.with(holdingBack(h.ties(), Ties.withheld(c.address()))) : now;
        });
    }

    private static boolean isSame(Member one, Member other) {
        if (one instanceof Member.OfAddress(Address a) && other instanceof Member.OfAddress(Address b)) {
            return a.key().equals(b.key());
        }
        return one.equals(other);
    }

    private void join(Optional<String> sync, String group, Member member, Span span) {
        String key = Directory.memberKey(member);
        members(group, g -> {
            List<Membership> all = new ArrayList<>(g.members());
            add(all, new Membership(member, span, sync));
            return all;
        });
        groupsOf.computeIfAbsent(key, _ -> new HashSet<>(2)).add(group);
        if (sync.isEmpty()) {
            change(group, h -> h.with(without(h.ties(), Ties.withheld(member))));
        }
    }

    private void redateMembership(Optional<String> sync, Change.MembershipRedated c) {
        boolean[] found = {false};
        members(c.group(), g -> {
            List<Membership> left = new ArrayList<>();
            List<Membership> redated = new ArrayList<>();
            for (Membership m : g.members()) {
                if (!isSame(m.member(), c.member()) || !m.span().equals(c.was())) {
                    left.add(m);
                    continue;
                }
                found[0] = true;
                Optional<String> origin = sync.isEmpty() ? sync : m.origin();
                c.now().ifPresent(span -> redated.add(new Membership(m.member(), span, origin)));
            }
            redated.forEach(m -> add(left, m));
            return left;
        });
        if (found[0] && sync.isEmpty()) {
            change(c.group(), h -> h.with(holdingBack(h.ties(), Ties.withheld(c.member()))));
        }
    }
}
