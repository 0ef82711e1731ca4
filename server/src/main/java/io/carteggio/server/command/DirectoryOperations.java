package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.AcceptedDomain;
import io.carteggio.archive.attribution.Contact;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.Group;
import io.carteggio.archive.attribution.Holder;
import io.carteggio.archive.attribution.People;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.attribution.Registrar;
import io.carteggio.archive.attribution.Tenure;
import io.carteggio.archive.attribution.Ties;
import io.carteggio.archive.entry.Change.DomainKind;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Change.Span;
import io.carteggio.mail.Address;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/// `person`, `group` and `domain`: the directory as it is, as it was, and its correction by hand. Every
/// change is an act.
final class DirectoryOperations {

    private final Desk desk;
    private final AdministrationOperations administration;

    DirectoryOperations(Desk desk, AdministrationOperations administration) {
        this.desk = desk;
        this.administration = administration;
    }

    /// A change by hand.
    @FunctionalInterface
    private interface Work {
        void with(Registrar registrar) throws ArchiveException, Refusal;
    }

    private void change(Request request, Work work) throws ArchiveException, Refusal {
        try {
            Instant now = desk.acts().now();
            work.with(new Registrar(
                    desk.people(), desk.acts(), request.by(), id -> desk.roles().isLastAdministrator(id, now)));
        } catch (IllegalArgumentException e) {
            throw Refusal.no(Optional.ofNullable(e.getMessage()).orElse("refused"));
        }
    }

    private Directory directory() {
        return desk.people().directory();
    }

    // ---- people

    /// Everyone; with `at`, who held an address at that instant, and only those; with `known`, as it was
    /// known then.
    Outcome listPeople(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Optional<Instant> at = request.optionalInstant("at");
        Optional<Instant> known = request.optionalInstant("known");
        Directory directory =
                known.isPresent() ? People.knownAt(desk.catalogue().administration(), known.get()) : directory();
        for (Person person : directory.people()) {
            if (at.isEmpty()) {
                reply.line(administration.person(person));
                continue;
            }
            List<Tenure> then = directory.tenures(person).stream()
                    .filter(t -> t.covers(at.get()))
                    .toList();
            if (!then.isEmpty()) {
                ObjectNode line = administration.person(person);
                line.set(
                        "held", Json.texts(then.stream().map(Tenure::addressKey).distinct()));
                reply.line(line);
            }
        }
        return Outcome.DONE;
    }

    /// One person or contact, with what counts as hers when, and by way of which groups.
    Outcome showPerson(Request request, Reply reply) throws IOException, Refusal {
        Holder holder = holder(request);
        Instant at = request.optionalInstant("at").orElse(desk.acts().now());
        reply.line(holder instanceof Person person ? shown(person, at) : line(holder));
        return Outcome.DONE;
    }

    private ObjectNode shown(Person person, Instant at) {
        ObjectNode line = administration.person(person);
        line.set("counts", Json.objects(directory().access(person).stream().map(DirectoryOperations::tenure)));
        line.set(
                "groups",
                Json.texts(directory().groups().stream()
                        .filter(g -> directory().members(g, at).contains(person))
                        .map(Group::name)));
        return line;
    }

    private static ObjectNode tenure(Tenure t) {
        ObjectNode line = Json.object().put("address", t.addressKey());
        line.set("from", Json.instant(Optional.of(t.from()).filter(i -> !i.equals(Instant.MIN))));
        line.set("to", Json.instant(Optional.of(t.to()).filter(i -> !i.equals(Instant.MAX))));
        return line.put("throughGroup", t.throughGroup());
    }

    /// Adds what all holders have to a line.
    static void tell(ObjectNode line, Holder holder) {
        line.set("gone", Json.instant(holder.gone()));
        line.set("origin", Json.text(holder.ties().origin()));
        line.set(
                "syncs",
                Json.texts(holder.ties().links().stream()
                        .map(Ties.Link::sync)
                        .distinct()
                        .sorted()));
        line.set("addresses", Json.objects(holder.holdings().stream().map(h -> {
            ObjectNode held = span(Json.object().put("address", h.address().raw()), h.span());
            held.set("origin", Json.text(h.origin()));
            return held;
        })));
    }

    private static ObjectNode span(ObjectNode line, Span span) {
        line.set("from", Json.instant(span.from()));
        line.set("to", Json.instant(span.to()));
        return line;
    }

    private ObjectNode line(Holder holder) {
        return switch (holder) {
            case Person person -> administration.person(person);
            case Group group -> group(group, desk.acts().now());
            case Contact contact -> contact(contact);
        };
    }

    private static ObjectNode contact(Contact contact) {
        ObjectNode line = Json.object()
                .put("id", contact.id())
                .put("name", contact.name())
                .put("contact", true);
        tell(line, contact);
        return line;
    }

    /// The one that `person` or `group` means.
    private Holder holder(Request request) throws Refusal {
        Optional<String> group = request.optionalText("group");
        return group.isPresent() ? group(group.get()) : personOrContact(request.text("person"));
    }

    private Holder personOrContact(String text) throws Refusal {
        Optional<Person> person = directory().named(text, desk.acts().now());
        if (person.isPresent()) {
            return person.get();
        }
        List<Contact> contacts = directory().contacts().stream()
                .filter(c -> c.id().equals(text) || c.name().equalsIgnoreCase(text))
                .toList();
        if (contacts.size() == 1) {
            return contacts.getFirst();
        }
        throw Refusal.no("nobody, or more than one, is known as '" + text + "'");
    }

    private Group group(String text) throws Refusal {
        return directory()
                .groupNamed(text, desk.acts().now())
                .orElseThrow(() -> Refusal.no("no group, or more than one, is known as '" + text + "'"));
    }

    private static List<Address> addresses(Request request) throws Refusal {
        List<Address> addresses = new ArrayList<>();
        for (String text : request.texts("addresses")) {
            addresses.add(AdministrationOperations.address(text));
        }
        return addresses;
    }

    private static Span span(Request request) throws Refusal {
        try {
            return new Span(request.optionalInstant("from"), request.optionalInstant("to"));
        } catch (IllegalArgumentException e) {
            throw Refusal.usage(Optional.ofNullable(e.getMessage()).orElse("never"));
        }
    }

    private Outcome again(Holder holder, Reply reply) throws IOException, Refusal {
        Holder now = directory()
                .holders()
                .filter(h -> h.id().equals(holder.id()))
                .findFirst()
                .orElseThrow(() -> Refusal.no("it is kept, but the catalogue cannot show it now"));
        reply.line(line(now));
        return Outcome.DONE;
    }

    Outcome rename(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Holder holder = holder(request);
        String name = request.text("name");
        change(request, r -> r.rename(holder.id(), name));
        return again(holder, reply);
    }

    Outcome give(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Holder holder = holder(request);
        Span span = span(request);
        List<Address> addresses = some(addresses(request));
        change(request, r -> {
            for (Address address : addresses) {
                r.give(holder.id(), address, span);
            }
        });
        return again(holder, reply);
    }

    private static <T> List<T> some(List<T> list) throws Refusal {
        if (list.isEmpty()) {
            throw Refusal.usage("which ones?");
        }
        return list;
    }

    /// Ends holdings; with `wrong`, takes back that they ever were.
    Outcome end(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Holder holder = holder(request);
        Optional<Instant> at = request.optionalInstant("at");
        boolean wrong = request.flag("wrong");
        List<Address> addresses = some(addresses(request));
        change(request, r -> {
            for (Address address : addresses) {
                if (wrong) {
                    r.deny(holder.id(), address);
                } else {
                    r.end(holder.id(), address, at);
                }
            }
        });
        return again(holder, reply);
    }

    /// Somebody left, or a group is no more.
    Outcome gone(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Holder holder = holder(request);
        Optional<Instant> at = request.optionalInstant("at");
        change(request, r -> r.gone(holder.id(), at));
        return again(holder, reply);
    }

    Outcome returned(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Holder holder = holder(request);
        change(request, r -> r.returned(holder.id()));
        return again(holder, reply);
    }

    Outcome merge(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Holder holder = holder(request);
        Holder into = personOrContact(request.text("into"));
        change(request, r -> r.merge(holder.id(), into.id()));
        return again(into, reply);
    }

    Outcome split(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Holder holder = holder(request);
        String name = request.text("name");
        List<Address> addresses = some(addresses(request));
        String[] id = {""};
        change(request, r -> id[0] = r.split(holder.id(), name, addresses));
        var _ = again(holder, reply);
        return again(
                directory().byId(id[0]).orElseThrow(() -> Refusal.no("it is kept, but cannot be shown now")), reply);
    }

    Outcome addContact(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String name = request.text("name");
        List<Address> addresses = some(addresses(request));
        String[] id = {""};
        change(request, r -> id[0] = r.addContact(name, addresses));
        for (Contact contact : directory().contacts()) {
            if (contact.id().equals(id[0])) {
                reply.line(contact(contact));
            }
        }
        return Outcome.DONE;
    }

    Outcome listContacts(Request request, Reply reply) throws IOException {
        for (Contact contact : directory().contacts()) {
            reply.line(contact(contact));
        }
        return Outcome.DONE;
    }

    // ---- groups

    Outcome addGroup(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String name = request.text("name");
        Span span = span(request);
        List<Address> addresses = addresses(request);
        String[] id = {""};
        change(request, r -> id[0] = r.addGroup(name, addresses, span));
        return again(
                directory().group(id[0]).orElseThrow(() -> Refusal.no("it is kept, but cannot be shown now")), reply);
    }

    Outcome listGroups(Request request, Reply reply) throws IOException {
        Instant now = desk.acts().now();
        for (Group group : directory().groups()) {
            ObjectNode line = Json.object()
                    .put("id", group.id())
                    .put("name", group.name())
                    .put("dynamic", group.dynamic());
            tell(line, group);
            line.put(
                    "members",
                    group.members().stream().filter(m -> m.span().covers(now)).count());
            reply.line(line);
        }
        return Outcome.DONE;
    }

    Outcome showGroup(Request request, Reply reply) throws IOException, Refusal {
        Group group = group(request.text("group"));
        reply.line(group(group, request.optionalInstant("at").orElse(desk.acts().now())));
        return Outcome.DONE;
    }

    /// @param at for whom everyone in it is told
    private ObjectNode group(Group group, Instant at) {
        ObjectNode line =
                Json.object().put("id", group.id()).put("name", group.name()).put("dynamic", group.dynamic());
        tell(line, group);
        line.set("members", Json.objects(group.members().stream().map(m -> {
            ObjectNode member = Json.object();
            switch (m.member()) {
                case Member.OfPerson(String id) ->
                    member.put("kind", "person")
                            .put("name", directory().byId(id).map(Person::name).orElse(id));
                case Member.OfGroup(String id) ->
                    member.put("kind", "group")
                            .put("name", directory().group(id).map(Group::name).orElse(id));
                case Member.OfAddress(Address address) ->
                    member.put("kind", "address").put("name", address.raw());
            }
            span(member, m.span());
            member.set("origin", Json.text(m.origin()));
            return member;
        })));
        line.put("at", Json.instant(at));
        line.set("everyone", Json.texts(directory().members(group, at).stream().map(Person::name)));
        return line;
    }

    /// Adds members; with `end` their membership ends, with `wrong` it never was.
    Outcome member(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Group group = group(request.text("group"));
        List<Member> members = new ArrayList<>();
        for (String text : some(request.texts("members"))) {
            members.add(member(text));
        }
        Span span = span(request);
        Optional<Instant> at = request.optionalInstant("at");
        boolean end = request.flag("end");
        boolean wrong = request.flag("wrong");
        change(request, r -> {
            if (wrong) {
                r.denyMembers(group.id(), members);
            } else if (end) {
                r.leave(group.id(), members, at);
            } else {
                r.join(group.id(), members, span);
            }
        });
        return again(group, reply);
    }

    /// `person:`, `group:` or `address:` before it say what it is; else the first of these that fits.
    private Member member(String text) throws Refusal {
        Instant now = desk.acts().now();
        if (text.startsWith("address:")) {
            return new Member.OfAddress(AdministrationOperations.address(text.substring("address:".length())));
        }
        if (text.startsWith("person:")) {
            return new Member.OfPerson(Viewers.person(desk.people(), text.substring("person:".length()), now)
                    .id());
        }
        if (text.startsWith("group:")) {
            return new Member.OfGroup(group(text.substring("group:".length())).id());
        }
        Optional<Member> known = directory()
                .named(text, now)
                .<Member>map(p -> new Member.OfPerson(p.id()))
                .or(() -> directory().groupNamed(text, now).map(g -> new Member.OfGroup(g.id())));
        if (known.isPresent()) {
            return known.get();
        }
        if (!text.contains("@")) {
            throw Refusal.no("no person, no group, and no address: '" + text + "'");
        }
        return new Member.OfAddress(AdministrationOperations.address(text));
    }

    // ---- domains

    Outcome setDomain(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String domain = request.text("domain");
        DomainKind kind = kind(request.optionalText("kind").orElse("authoritative"));
        boolean subdomains = request.flag("subdomains");
        change(request, r -> r.setDomain(domain, kind, subdomains));
        return listDomains(request, reply);
    }

    private static DomainKind kind(String word) throws Refusal {
        return Stream.of(DomainKind.values())
                .filter(kind -> word(kind).equals(word))
                .findFirst()
                .orElseThrow(() -> Refusal.usage("a domain is authoritative or internal-relay, not " + word));
    }

    private static String word(DomainKind kind) {
        return kind.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    Outcome listDomains(Request request, Reply reply) throws IOException {
        for (AcceptedDomain domain : directory().domains()) {
            reply.line(Json.object()
                    .put("domain", domain.domain())
                    .put("kind", word(domain.kind()))
                    .put("subdomains", domain.subdomains()));
        }
        return Outcome.DONE;
    }

    Outcome removeDomain(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String domain = request.text("domain");
        change(request, r -> r.removeDomain(domain));
        return listDomains(request, reply);
    }
}
