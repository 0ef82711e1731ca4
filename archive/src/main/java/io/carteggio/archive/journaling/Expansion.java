package io.carteggio.archive.journaling;

import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.Group;
import io.carteggio.archive.attribution.Group.Membership;
import io.carteggio.archive.attribution.Holder;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.journaling.RuleBook.Forwarding;
import io.carteggio.mail.Address;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Who gets a message in the end: groups are their members, also by way of other groups, and who forwards is
/// who it goes on to (JOURNAL-FORMATS 2.3). Of nested groups the one that was written to is named. A group
/// without members stays as it is, so that nobody who was written to vanishes. For one message and one thread.
final class Expansion {
    /// Mail that goes on from one to the next more often is on its way in a circle.
    private static final int FORWARDED_LIMIT = 20;

    private final Directory directory;
    private final Map<String, Forwarding> forwardings;
    private final Instant at;
    private final Set<Recipient> recipients = new LinkedHashSet<>();

    Expansion(Directory directory, Map<String, Forwarding> forwardings, Instant at) {
        this.directory = directory;
        this.forwardings = forwardings;
        this.at = at;
    }

    List<Recipient> of(List<Recipient> addressed) {
        for (Recipient one : addressed) {
            reach(one.role(), one.address());
        }
        return List.copyOf(recipients);
    }

    private void reach(Role role, Address address) {
        List<Group> groups = groupsAt(address);
        if (groups.isEmpty()) {
            deliver(role, address, Optional.empty());
            return;
        }
        Set<String> seen = new HashSet<>();
        List<Address> members = new ArrayList<>();
        groups.forEach(group -> collect(group, seen, members));
        if (members.isEmpty() || !directory.holders(address.key(), at).isEmpty()) {
            deliver(role, address, Optional.empty());
        }
        members.forEach(member -> deliver(role, member, Optional.of(address)));
    }

    private List<Group> groupsAt(Address address) {
        return directory.groups().isEmpty() ? List.of() : directory.groupsAt(address.key(), at);
    }

    private void collect(Group group, Set<String> seen, List<Address> members) {
        if (!seen.add(group.id())) {
            return;
        }
        for (Membership membership : group.members()) {
            if (!membership.span().covers(at)) {
                continue;
            }
            switch (membership.member()) {
                case Member.OfPerson(String id) ->
                    directory.byId(id).flatMap(this::mainAddress).ifPresent(members::add);
                case Member.OfGroup(String id) -> directory.group(id).ifPresent(inner -> collect(inner, seen, members));
                case Member.OfAddress(Address address) -> {
                    List<Group> inner = groupsAt(address);
                    if (inner.isEmpty()) {
                        members.add(address);
                    } else {
                        inner.forEach(one -> collect(one, seen, members));
                    }
                }
            }
        }
    }

    /// The first of her addresses that counts now.
    private Optional<Address> mainAddress(Person person) {
        return addressesAt(person, at).stream().findFirst();
    }

    static List<Address> addressesAt(Holder holder, Instant at) {
        return holder.holdings().stream()
                .filter(holding -> holding.span().covers(at))
                .map(Holding::address)
                .toList();
    }

    /// Who has the address gets it, or whom she has it sent to.
    private void deliver(Role role, Address address, Optional<Address> expanded) {
        Forwarding forwarding = forwardings.get(address.key());
        if (forwarding == null || forwarding.copy()) {
            recipients.add(new Recipient(role, address, expanded, Optional.empty()));
        }
        if (forwarding != null) {
            Set<String> seen = new HashSet<>();
            seen.add(address.key());
            forward(role, address, forwarding, expanded, seen, 0);
        }
    }

    private void forward(
            Role role,
            Address mailbox,
            Forwarding forwarding,
            Optional<Address> expanded,
            Set<String> seen,
            int depth) {
        for (Address to : forwarding.to()) {
            if (!seen.add(to.key())) {
                continue;
            }
            Forwarding further = depth < FORWARDED_LIMIT ? forwardings.get(to.key()) : null;
            List<Address> reached = new ArrayList<>();
            List<Group> groups = groupsAt(to);
            groups.forEach(group -> collect(group, new HashSet<>(), reached));
            if (reached.isEmpty() && (further == null || further.copy())) {
                reached.add(to);
            }
            for (Address one : reached) {
                recipients.add(new Recipient(role, one, expanded, Optional.of(mailbox)));
            }
            if (further != null) {
                forward(role, mailbox, further, expanded, seen, depth + 1);
            }
        }
    }
}
