package io.carteggio.archive.synchronisation;

import io.carteggio.archive.attribution.Contact;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.Group;
import io.carteggio.archive.attribution.Group.Membership;
import io.carteggio.archive.attribution.Holder;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.attribution.Registrar;
import io.carteggio.archive.attribution.Ties.Link;
import io.carteggio.archive.entry.Change;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Change.Span;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.synchronisation.Snapshot.RemoteContact;
import io.carteggio.archive.synchronisation.Snapshot.RemoteGroup;
import io.carteggio.archive.synchronisation.Snapshot.RemoteMember;
import io.carteggio.archive.synchronisation.Snapshot.RemotePerson;
import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;

/// Works out one plan. Belongs to one call of [SyncPlan#of].
final class Planner {
    private final String sync;
    private final Directory now;
    private final Rules rules;
    private final Instant at;
    private final Supplier<String> ids;
    private final Predicate<String> mustStay;

    private final Map<String, Holder> linked = new HashMap<>(); // by the keys of this synchronisation
    private final Map<String, String> idOf = new HashMap<>(); // of a key, whether known or new
    private final Set<String> groupIds = new HashSet<>();
    private final Set<String> matched = new HashSet<>();
    private final List<Change> changes = new ArrayList<>();
    private final Map<String, String> names = new HashMap<>();
    private final List<String> remarks = new ArrayList<>();

    Planner(String sync, Directory now, Rules rules, Instant at, Supplier<String> ids, Predicate<String> mustStay) {
        this.sync = sync;
        this.now = now;
        this.rules = rules;
        this.at = at;
        this.ids = ids;
        this.mustStay = mustStay;
    }

    SyncPlan plan(Snapshot remote) {
        remarks.addAll(remote.remarks());
        now.holders().forEach(holder -> {
            names.put(holder.id(), holder.name());
            for (Link link : holder.ties().links()) {
                if (link.sync().equals(sync)) {
                    linked.put(link.key(), holder);
                }
            }
        });
        Map<String, RemoteGroup> allGroups = new LinkedHashMap<>();
        remote.groups().forEach(g -> allGroups.put(g.key(), g));
        List<RemotePerson> people = wanted(remote.people(), allGroups);
        Map<String, List<RemotePerson>> byId = known(people);
        byId.forEach(this::person);
        List<RemoteGroup> groups = mailGroups(allGroups);
        for (RemoteGroup group : groups) {
            group(group);
        }
        for (RemoteGroup group : groups) {
            members(group);
        }
        for (RemoteContact contact : remote.contacts()) {
            contact(contact);
        }
        return vanished(people.isEmpty());
    }

    // ---- whom it is about

    private List<RemotePerson> wanted(List<RemotePerson> all, Map<String, RemoteGroup> groups) {
        Optional<Set<String>> members = rules.groups().isEmpty() ? Optional.empty() : Optional.of(within(groups, all));
        Map<String, RemotePerson> wanted = new LinkedHashMap<>();
        for (RemotePerson person : all) {
            List<Address> addresses = taken(person.addresses());
            boolean licensed = person.licensed() || !person.enabled() || !rules.licensed();
            if (!addresses.isEmpty()
                    && licensed
                    && (members.isEmpty() || members.get().contains(person.key()))) {
                // the same one told twice: the last word counts
                wanted.put(
                        person.key(),
                        new RemotePerson(person.key(), person.name(), addresses, person.enabled(), person.licensed()));
            }
        }
        return List.copyOf(wanted.values());
    }

    private List<Address> taken(List<Address> addresses) {
        Set<String> keys = new HashSet<>();
        return addresses.stream()
                .filter(a -> rules.takes(a) && keys.add(a.key()))
                .toList();
    }

    /// The keys of all who are in the groups that the rules name, also by way of others.
    private Set<String> within(Map<String, RemoteGroup> groups, List<RemotePerson> people) {
        Map<String, String> byAddress = new HashMap<>();
        people.forEach(p -> p.addresses().forEach(a -> byAddress.put(a.key(), p.key())));
        groups.values().forEach(g -> g.addresses().forEach(a -> byAddress.put(a.key(), g.key())));
        Set<String> keys = new HashSet<>();
        Deque<String> work = new ArrayDeque<>();
        for (String name : rules.groups()) {
            List<RemoteGroup> named =
                    groups.values().stream().filter(g -> isNamed(g, name)).toList();
            if (named.isEmpty()) {
                throw new IllegalArgumentException("the directory has no group '" + name + "'");
            }
            named.forEach(g -> work.add(g.key()));
        }
        while (!work.isEmpty()) {
            String key = work.remove();
            RemoteGroup group = groups.get(key);
            if (!keys.add(key) || group == null) {
                continue;
            }
            for (RemoteMember member : group.members()) {
                switch (member) {
                    case RemoteMember.OfKey(String k) -> work.add(k);
                    case RemoteMember.OfAddress(Address address) ->
                        Optional.ofNullable(byAddress.get(address.key())).ifPresent(work::add);
                }
            }
        }
        return keys;
    }

    private static boolean isNamed(RemoteGroup group, String name) {
        return group.name().equalsIgnoreCase(name)
                || group.key().equalsIgnoreCase(name)
                || group.addresses().stream().anyMatch(a -> a.key().equals(new Address(name).key()));
    }

    /// Groups that mail can go to, and those in them.
    private List<RemoteGroup> mailGroups(Map<String, RemoteGroup> all) {
        Map<String, RemoteGroup> mail = new LinkedHashMap<>();
        Deque<RemoteGroup> work = new ArrayDeque<>();
        all.values().stream().filter(g -> !taken(g.addresses()).isEmpty()).forEach(work::add);
        while (!work.isEmpty()) {
            RemoteGroup group = work.remove();
            if (mail.put(group.key(), group) == null) {
                for (RemoteMember member : group.members()) {
                    if (member instanceof RemoteMember.OfKey(String key)) {
                        Optional.ofNullable(all.get(key)).ifPresent(work::add);
                    }
                }
            }
        }
        return List.copyOf(mail.values());
    }

    // ---- people

    /// Who each of them is here; several may be one here, where somebody merged them.
    private Map<String, List<RemotePerson>> known(List<RemotePerson> people) {
        Map<String, List<RemotePerson>> byId = new LinkedHashMap<>();
        List<RemotePerson> strangers = new ArrayList<>();
        for (RemotePerson person : people) {
            if (linked.get(person.key()) instanceof Person known) {
                match(person.key(), known.id());
                byId.computeIfAbsent(known.id(), _ -> new ArrayList<>(1)).add(person);
            } else {
                strangers.add(person);
            }
        }
        for (RemotePerson person : strangers) {
            List<Person> here = sameAddress(person);
            if (here.size() > 1) {
                remarks.add(named(person.name(), person.addresses()) + " was left alone: the addresses are held by "
                        + String.join(" and ", here.stream().map(Person::name).toList())
                        + " here; merge them, or correct who holds what");
                continue;
            }
            String id = here.isEmpty() ? ids.get() : here.getFirst().id();
            if (here.isEmpty()) {
                String name = named(person.name(), person.addresses());
                names.put(id, name);
                changes.add(new Change.PersonNew(id, name, PersonRole.USER));
            }
            changes.add(new Change.Linked(id, person.key()));
            match(person.key(), id);
            byId.computeIfAbsent(id, _ -> new ArrayList<>(1)).add(person);
        }
        return byId;
    }

    private void match(String key, String id) {
        idOf.put(key, id);
        matched.add(id);
    }

    /// People whom this synchronisation does not know and who hold one of the addresses: by the primary one, if
    /// that tells.
    private List<Person> sameAddress(RemotePerson person) {
        Set<Person> all = new HashSet<>();
        for (Address address : person.addresses()) {
            List<Person> holders = now.holders(address.key(), at).stream()
                    .filter(p -> p.gone().isEmpty() && !matched.contains(p.id()) && !isLinked(p))
                    .toList();
            if (all.isEmpty()
                    && holders.size() == 1
                    && address.equals(person.addresses().getFirst())) {
                return holders;
            }
            all.addAll(holders);
        }
        return List.copyOf(all);
    }

    private boolean isLinked(Holder holder) {
        return holder.ties().links().stream().anyMatch(l -> l.sync().equals(sync));
    }

    private static String named(String name, List<Address> addresses) {
        StringBuilder clean = new StringBuilder();
        name.codePoints().forEach(c -> clean.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
        String text = clean.toString().strip();
        if (text.isEmpty()) {
            text = addresses.isEmpty() ? "?" : addresses.getFirst().raw();
        }
        return text.length() > Registrar.NAME_LIMIT ? text.substring(0, Registrar.NAME_LIMIT) : text;
    }

    private void person(String id, List<RemotePerson> remote) {
        Optional<Person> known = now.byId(id);
        List<Address> addresses = new ArrayList<>();
        remote.forEach(r -> addresses.addAll(r.addresses()));
        boolean open = remote.stream().anyMatch(RemotePerson::enabled);
        if (known.isPresent() && !isThere(known.get())) {
            return;
        }
        if (known.isPresent()) {
            rename(known.get(), named(remote.getFirst().name(), addresses));
        }
        boolean locked = known.map(Person::locked).orElse(false);
        if (locked == open && !mustStay.test(id)) {
            changes.add(new Change.Locked(id, !open));
        }
        addresses(id, known, known.isEmpty() || !isLinked(known.get()), addresses);
    }

    /// Whether a holder that the other directory names is there here, from now on if not until now.
    private boolean isThere(Holder known) {
        if (known.gone().isEmpty()) {
            return true;
        }
        if (known.ties().keptByHand()) {
            remarks.add(known.name() + " is gone here by hand, and still there in the directory");
            return false;
        }
        changes.add(new Change.Returned(known.id()));
        return true;
    }

    private void rename(Holder known, String name) {
        boolean ours = known.ties().origin().equals(Optional.of(sync));
        if (ours && !known.ties().namedByHand() && !known.name().equals(name)) {
            changes.add(new Change.Renamed(known.id(), name));
        }
    }

    /// Addresses that are new are given, those that are told no longer end; what was given by hand is left
    /// alone.
    ///
    /// @param first whether this synchronisation sees the holder for the first time: then an address that
    /// nobody else
    ///     ever had counts since always
    private void addresses(String id, Optional<? extends Holder> known, boolean first, List<Address> wanted) {
        List<Holding> held = known.isPresent() ? known.get().holdings() : List.of();
        Set<String> keys = new HashSet<>();
        for (Address address : wanted) {
            String key = address.key();
            if (!keys.add(key)
                    || (known.isPresent() && known.get().ties().withholds(address))
                    || held.stream()
                            .anyMatch(h ->
                                    h.span().covers(at) && h.address().key().equals(key))) {
                continue;
            }
            changes.add(new Change.Given(id, address, first && !now.hadOther(key, id) ? Span.ALWAYS : Span.since(at)));
        }
        end(id, held, keys);
    }

    private void end(String id, List<Holding> held, Set<String> but) {
        for (Holding h : held) {
            Optional<Span> left = h.span().before(at);
            if (h.origin().equals(Optional.of(sync))
                    && !but.contains(h.address().key())
                    && !left.equals(Optional.of(h.span()))) {
                changes.add(new Change.Redated(id, h.address(), h.span(), left));
            }
        }
    }

    // ---- groups

    private void group(RemoteGroup group) {
        List<Address> addresses = taken(group.addresses());
        Optional<Group> known = linked.get(group.key()) instanceof Group g ? Optional.of(g) : sameGroup(addresses);
        String id = known.map(Group::id).orElseGet(ids);
        if (known.isEmpty()) {
            String name = named(group.name(), addresses);
            names.put(id, name);
            changes.add(new Change.GroupNew(id, name, group.dynamic()));
        }
        if (known.isEmpty() || !isLinked(known.get())) {
            changes.add(new Change.Linked(id, group.key()));
        }
        match(group.key(), id);
        groupIds.add(id);
        if (known.isPresent()) {
            if (!isThere(known.get())) {
                idOf.remove(group.key());
                return;
            }
            rename(known.get(), named(group.name(), addresses));
        }
        addresses(id, known, known.isEmpty() || !isLinked(known.get()), addresses);
    }

    private Optional<Group> sameGroup(List<Address> addresses) {
        Set<Group> here = new HashSet<>();
        for (Address address : addresses) {
            now.groupsAt(address.key(), at).stream()
                    .filter(g -> g.gone().isEmpty() && !matched.contains(g.id()) && !isLinked(g))
                    .forEach(here::add);
        }
        return here.size() == 1 ? Optional.of(here.iterator().next()) : Optional.empty();
    }

    private void members(RemoteGroup remote) {
        String id = idOf.get(remote.key());
        if (id == null) {
            return;
        }
        Optional<Group> known = now.group(id);
        List<Membership> were = known.map(Group::members).orElse(List.of());
        Set<String> here = new HashSet<>();
        were.stream().filter(m -> m.span().covers(at)).forEach(m -> here.add(Directory.memberKey(m.member())));
        Set<String> wanted = new HashSet<>();
        for (RemoteMember member : remote.members()) {
            Optional<Member> ours = member(id, member);
            if (ours.isEmpty() || !wanted.add(Directory.memberKey(ours.get()))) {
                continue;
            }
            boolean withheld = known.isPresent() && known.get().ties().withholds(ours.get());
            if (!withheld && !here.contains(Directory.memberKey(ours.get()))) {
                // never since always: nobody knows who was in it before, and old mail of a group is not for all
                // who come
                changes.add(new Change.Joined(id, ours.get(), Span.since(at)));
            }
        }
        leave(id, were, wanted);
    }

    private void leave(String group, List<Membership> were, Set<String> but) {
        for (Membership m : were) {
            Optional<Span> left = m.span().before(at);
            if (m.origin().equals(Optional.of(sync))
                    && !but.contains(Directory.memberKey(m.member()))
                    && !left.equals(Optional.of(m.span()))) {
                changes.add(new Change.MembershipRedated(group, m.member(), m.span(), left));
            }
        }
    }

    private Optional<Member> member(String group, RemoteMember remote) {
        return switch (remote) {
            case RemoteMember.OfAddress(Address address) -> Optional.of(new Member.OfAddress(address));
            case RemoteMember.OfKey(String key) -> {
                String id = idOf.get(key);
                if (id == null || id.equals(group)) {
                    yield Optional.empty();
                }
                yield Optional.of(groupIds.contains(id) ? new Member.OfGroup(id) : new Member.OfPerson(id));
            }
        };
    }

    // ---- contacts

    private void contact(RemoteContact contact) {
        List<Address> addresses = contact.addresses(); // of other domains by nature
        Optional<Holder> known = Optional.ofNullable(linked.get(contact.key())).filter(Contact.class::isInstance);
        if (known.isEmpty() && addresses.isEmpty()) {
            return;
        }
        String id = known.map(Holder::id).orElseGet(ids);
        if (known.isEmpty()) {
            names.put(id, named(contact.name(), addresses));
            changes.add(new Change.ContactNew(id, named(contact.name(), addresses)));
            changes.add(new Change.Linked(id, contact.key()));
        }
        matched.add(id);
        if (known.isPresent()) {
            if (!isThere(known.get())) {
                return;
            }
            rename(known.get(), named(contact.name(), addresses));
        }
        addresses(id, known, known.isEmpty(), addresses);
    }

    // ---- who is named no longer

    private SyncPlan vanished(boolean empty) {
        int known = 0;
        int vanishing = 0;
        int knownGroups = 0;
        int vanishingGroups = 0;
        for (Holder holder : (Iterable<Holder>) now.holders()::iterator) {
            if (!isLinked(holder) || holder.gone().isPresent()) {
                continue;
            }
            boolean gone = !matched.contains(holder.id()) && gone(holder);
            switch (holder) {
                case Person _ -> {
                    known++;
                    vanishing += gone ? 1 : 0;
                }
                case Group _ -> {
                    knownGroups++;
                    vanishingGroups += gone ? 1 : 0;
                }
                case Contact _ -> {}
            }
        }
        return new SyncPlan(changes, names, remarks, known, vanishing, knownGroups, vanishingGroups, empty);
    }

    /// @return whether that changes anything: who was made by hand stays, once nothing of hers is from there
    private boolean gone(Holder holder) {
        int before = changes.size();
        boolean ours = holder.ties().origin().equals(Optional.of(sync))
                && !holder.ties().keptByHand();
        if (ours && mustStay.test(holder.id())) {
            remarks.add(holder.name() + " is not in the directory any more, and stays: nobody else can log in as an"
                    + " administrator");
        } else if (ours) {
            changes.add(new Change.Gone(holder.id(), at));
        } else {
            end(holder.id(), holder.holdings(), Set.of());
            if (holder instanceof Group group) {
                leave(group.id(), group.members(), Set.of());
            }
        }
        return changes.size() > before;
    }
}
