package io.carteggio.archive.attribution;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.Unacceptable;
import io.carteggio.archive.attribution.Group.Membership;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.entry.Change;
import io.carteggio.archive.entry.Change.DomainKind;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Change.Span;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.Predicate;
import java.util.regex.Pattern;

/// Changes of the directory by hand. What is decided here no synchronisation undoes. Whatever cannot be is an
/// [IllegalArgumentException] with a line for people. Safe for many threads.
public final class Registrar {
    /// The longest name of a person, a group or a contact.
    public static final int NAME_LIMIT = 200;

    private static final Pattern DOMAIN =
            Pattern.compile("[\\p{L}\\p{N}_]([\\p{L}\\p{N}_-]{0,62})(\\.[\\p{L}\\p{N}_]([\\p{L}\\p{N}_-]{0,62}))*");

    private static final int DOMAIN_LIMIT = 253;

    private final People people;
    private final Acts acts;
    private final String by;
    private final Predicate<String> mustStay;

    /// One for changes by one person.
    ///
    /// @param by who makes the changes
    /// @param mustStay whether somebody with this id must not go, as the last who can log in as an administrator
    public Registrar(People people, Acts acts, String by, Predicate<String> mustStay) {
        this.people = people;
        this.acts = acts;
        this.by = by;
        this.mustStay = mustStay;
    }

    private void keep(People.Decision decision) throws ArchiveException {
        var _ = people.change(acts, by, Optional.empty(), decision);
    }

    /// A name as it can be kept.
    public static String name(String text) {
        String name = text.strip();
        if (name.isEmpty() || name.length() > NAME_LIMIT || name.codePoints().anyMatch(Character::isISOControl)) {
            throw new Unacceptable(
                    "name", "a name has 1 to " + NAME_LIMIT + " characters, and no control characters", NAME_LIMIT);
        }
        return name;
    }

    public void rename(String id, String newName) throws ArchiveException {
        String name = name(newName);
        keep((now, _) -> {
            var _ = present(now, id);
            return List.of(new Change.Renamed(id, name));
        });
    }

    /// Gives a person, a group or a contact an address.
    public void give(String id, Address address, Span span) throws ArchiveException {
        keep((now, _) -> {
            var _ = present(now, id);
            return List.of(new Change.Given(id, address, span));
        });
    }

    /// Ends what a holder holds of an address.
    ///
    /// @param when absent: now
    /// @throws IllegalArgumentException where nothing of it reaches beyond that instant
    public void end(String id, Address address, Optional<Instant> when) throws ArchiveException {
        keep((now, at) -> {
            Instant end = when.orElse(at);
            List<Change> changes = new ArrayList<>();
            for (Holding h : of(present(now, id), address)) {
                Optional<Span> left = h.span().before(end);
                if (!left.equals(Optional.of(h.span()))) {
                    changes.add(new Change.Redated(id, h.address(), h.span(), left));
                }
            }
            if (changes.isEmpty()) {
                throw new IllegalArgumentException(address + " is not held beyond " + end);
            }
            return changes;
        });
    }

    /// Takes back what was told of an address: it was never held.
    public void deny(String id, Address address) throws ArchiveException {
        keep((now, _) -> {
            List<Change> changes = new ArrayList<>();
            for (Holding h : of(present(now, id), address)) {
                changes.add(new Change.Redated(id, h.address(), h.span(), Optional.empty()));
            }
            if (changes.isEmpty()) {
                throw new IllegalArgumentException(address + " was never held");
            }
            return changes;
        });
    }

    private static List<Holding> of(Holder holder, Address address) {
        return holder.holdings().stream()
                .filter(h -> h.address().key().equals(address.key()))
                .toList();
    }

    /// Somebody left, or a group is no more: all that is held ends.
    ///
    /// @param when absent: now
    public void gone(String id, Optional<Instant> when) throws ArchiveException {
        keep((now, at) -> {
            Holder holder = present(now, id);
            if (holder.gone().isPresent()) {
                throw new IllegalArgumentException(
                        holder.name() + " is gone since " + holder.gone().get());
            }
            mustStay(id);
            return List.of(new Change.Gone(id, when.orElse(at)));
        });
    }

    private void mustStay(String id) {
        if (mustStay.test(id)) {
            throw new IllegalArgumentException("nobody else can log in as an administrator");
        }
    }

    /// Somebody is there again. Addresses are to be given anew.
    public void returned(String id) throws ArchiveException {
        keep((now, _) -> {
            Holder holder = present(now, id);
            if (holder.gone().isEmpty()) {
                throw new IllegalArgumentException(holder.name() + " is not gone");
            }
            return List.of(new Change.Returned(id));
        });
    }

    /// Two people are one. The first is no more; all that she held is the other's. She logs in as the other
    /// from now on.
    public void merge(String id, String into) throws ArchiveException {
        keep((now, _) -> {
            if (id.equals(into)) {
                throw new IllegalArgumentException("that is one person already");
            }
            Person person = person(now, id);
            Person other = person(now, into);
            mustStay(id);
            if (person.role() != other.role()) {
                throw new IllegalArgumentException(
                        person.name() + " is " + person.role().word() + " and " + other.name() + " is "
                                + other.role().word() + ": they must be the same before they are one");
            }
            return List.of(new Change.Merged(id, into));
        });
    }

    /// What was one person are two: the new one holds these addresses, for as long as the other did.
    ///
    /// @return the id of the new one
    public String split(String id, String newName, List<Address> addresses) throws ArchiveException {
        String name = name(newName);
        String split = UUID.randomUUID().toString();
        keep((now, _) -> {
            Person person = person(now, id);
            isNew(now, name);
            List<Change> changes = new ArrayList<>();
            changes.add(new Change.PersonNew(split, name, PersonRole.USER));
            for (Address address : addresses) {
                List<Holding> holdings = of(person, address);
                if (holdings.isEmpty()) {
                    throw new IllegalArgumentException(person.name() + " never held " + address);
                }
                for (Holding h : holdings) {
                    changes.add(new Change.Redated(id, h.address(), h.span(), Optional.empty()));
                    changes.add(new Change.Given(split, h.address(), h.span()));
                }
            }
            return changes;
        });
        return split;
    }

    private static void isNew(Directory now, String name) {
        if (now.people().stream().anyMatch(p -> p.name().equalsIgnoreCase(name))) {
            throw new Unacceptable("name-taken", "there is a person named " + name + " already", name);
        }
    }

    /// Adds somebody outside.
    ///
    /// @return the id
    public String addContact(String newName, List<Address> addresses) throws ArchiveException {
        String name = name(newName);
        String id = UUID.randomUUID().toString();
        keep((now, _) -> {
            if (now.contacts().stream().anyMatch(c -> c.name().equalsIgnoreCase(name))) {
                throw new IllegalArgumentException("there is a contact named " + name + " already");
            }
            List<Change> changes = new ArrayList<>(List.of(new Change.ContactNew(id, name)));
            addresses.forEach(address -> changes.add(new Change.Given(id, address, Span.ALWAYS)));
            return changes;
        });
        return id;
    }

    // ---- groups

    /// Adds a group.
    ///
    /// @return the id
    public String addGroup(String newName, List<Address> addresses, Span span) throws ArchiveException {
        String name = name(newName);
        String id = UUID.randomUUID().toString();
        keep((now, _) -> {
            if (now.groups().stream().anyMatch(g -> g.name().equalsIgnoreCase(name))) {
                throw new IllegalArgumentException("there is a group named " + name + " already");
            }
            List<Change> changes = new ArrayList<>(List.of(new Change.GroupNew(id, name, false)));
            addresses.forEach(address -> changes.add(new Change.Given(id, address, span)));
            return changes;
        });
        return id;
    }

    public void join(String group, List<Member> members, Span span) throws ArchiveException {
        keep((now, _) -> {
            Group joined = group(now, group);
            if (joined.gone().isPresent()) {
                throw new IllegalArgumentException("the group " + joined.name() + " is gone");
            }
            List<Change> changes = new ArrayList<>();
            for (Member member : members) {
                if (member.equals(new Member.OfGroup(group))) {
                    throw new IllegalArgumentException("a group is not a member of itself");
                }
                changes.add(new Change.Joined(group, member, span));
            }
            return changes;
        });
    }

    /// Ends memberships.
    ///
    /// @param when absent: now
    public void leave(String group, List<Member> members, Optional<Instant> when) throws ArchiveException {
        keep((now, at) -> {
            Instant end = when.orElse(at);
            List<Change> changes = new ArrayList<>();
            for (Member member : members) {
                int before = changes.size();
                for (Membership m : of(group(now, group), member)) {
                    Optional<Span> left = m.span().before(end);
                    if (!left.equals(Optional.of(m.span()))) {
                        changes.add(new Change.MembershipRedated(group, m.member(), m.span(), left));
                    }
                }
                if (changes.size() == before) {
                    throw new IllegalArgumentException("no such member beyond " + end);
                }
            }
            return changes;
        });
    }

    /// Takes back memberships: they never were.
    public void denyMembers(String group, List<Member> members) throws ArchiveException {
        keep((now, _) -> {
            List<Change> changes = new ArrayList<>();
            for (Member member : members) {
                List<Membership> all = of(group(now, group), member);
                if (all.isEmpty()) {
                    throw new IllegalArgumentException("no such member, ever");
                }
                all.forEach(
                        m -> changes.add(new Change.MembershipRedated(group, m.member(), m.span(), Optional.empty())));
            }
            return changes;
        });
    }

    private static List<Membership> of(Group group, Member member) {
        String key = Directory.memberKey(member);
        return group.members().stream()
                .filter(m -> Directory.memberKey(m.member()).equals(key))
                .toList();
    }

    // ---- domains

    /// Takes a domain as ours, or sets one anew.
    public void setDomain(String text, DomainKind kind, boolean subdomains) throws ArchiveException {
        String domain = domain(text);
        keep((_, _) -> List.of(new Change.DomainSet(domain, kind, subdomains)));
    }

    public void removeDomain(String text) throws ArchiveException {
        String domain = domain(text);
        keep((now, _) -> {
            if (now.domains().stream().noneMatch(d -> d.domain().equals(domain))) {
                throw new IllegalArgumentException("the domain " + domain + " is not ours");
            }
            return List.of(new Change.DomainRemoved(domain));
        });
    }

    private static String domain(String text) {
        String domain = Address.domainKey(text.strip());
        if (domain.length() > DOMAIN_LIMIT || !DOMAIN.matcher(domain).matches()) {
            throw new IllegalArgumentException("'" + text + "' is no domain");
        }
        return domain;
    }

    // ---- who is meant

    private static Holder present(Directory now, String id) {
        return now.holders()
                .filter(h -> h.id().equals(id))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("that person or group is there no longer"));
    }

    private static Person person(Directory now, String id) {
        return now.byId(id).orElseThrow(() -> new Unacceptable("person-gone", "that person is there no longer"));
    }

    private static Group group(Directory now, String id) {
        return now.group(id).orElseThrow(() -> new IllegalArgumentException("that group is there no longer"));
    }
}
