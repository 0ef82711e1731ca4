package io.carteggio.archive.entry;

import io.carteggio.archive.entry.Change.DomainKind;
import io.carteggio.archive.entry.Change.Member;
import io.carteggio.archive.entry.Change.Span;
import io.carteggio.archive.vault.Cbor;
import io.carteggio.archive.vault.Cbor.MapReader;
import io.carteggio.archive.vault.Cbor.MapWriter;
import io.carteggio.mail.Address;
import java.util.Locale;
import java.util.Optional;

/// Changes of the directory to their maps in a manifest and back (`docs/format/segment.md`, "Changes of the
/// directory"). A field once used is never given another meaning.
final class ChangeCodec {
    private ChangeCodec() {}

    static MapWriter encode(Change change) {
        return switch (change) {
            case Change.PersonNew c ->
                map("person-new", c.id())
                        .put("name", c.name())
                        .put("role", c.role().word());
            case Change.GroupNew c ->
                map("group-new", c.id()).put("name", c.name()).put("dynamic", c.dynamic());
            case Change.ContactNew c -> map("contact-new", c.id()).put("name", c.name());
            case Change.Renamed c -> map("renamed", c.id()).put("name", c.name());
            case Change.Locked c -> map("locked", c.id()).put("locked", c.locked());
            case Change.Linked c -> map("linked", c.id()).put("key", c.key());
            case Change.Gone c -> map("gone", c.id()).put("from", c.from());
            case Change.Returned c -> map("returned", c.id());
            case Change.Merged c -> map("merged", c.id()).put("into", c.into());
            case Change.Given c ->
                span(map("given", c.id()).put("address", c.address().raw()), c.span());
            case Change.Redated c ->
                redated(map("redated", c.id()).put("address", c.address().raw()), c.was(), c.now());
            case Change.Joined c -> span(member(map("joined", c.group()), c.member()), c.span());
            case Change.MembershipRedated c ->
                redated(member(map("membership-redated", c.group()), c.member()), c.was(), c.now());
            case Change.DomainSet c ->
                Cbor.map()
                        .put("change", "domain-set")
                        .put("domain", c.domain())
                        .put("kind", c.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .put("subdomains", c.subdomains());
            case Change.DomainRemoved c ->
                Cbor.map().put("change", "domain-removed").put("domain", c.domain());
        };
    }

    /// Reads what [#encode] wrote.
    ///
    /// @throws IllegalArgumentException where the map says something else, also a change this program does
    /// not know
    static Change decode(MapReader map) {
        return switch (map.text("change")) {
            case "person-new" ->
                new Change.PersonNew(map.text("id"), map.text("name"), PersonRole.ofWord(map.text("role")));
            case "group-new" -> new Change.GroupNew(map.text("id"), map.text("name"), map.flag("dynamic"));
            case "contact-new" -> new Change.ContactNew(map.text("id"), map.text("name"));
            case "renamed" -> new Change.Renamed(map.text("id"), map.text("name"));
            case "locked" -> new Change.Locked(map.text("id"), map.flag("locked"));
            case "linked" -> new Change.Linked(map.text("id"), map.text("key"));
            case "gone" -> new Change.Gone(map.text("id"), map.instant("from"));
            case "returned" -> new Change.Returned(map.text("id"));
            case "merged" -> new Change.Merged(map.text("id"), map.text("into"));
            case "given" -> new Change.Given(map.text("id"), new Address(map.text("address")), span(map));
            case "redated" -> new Change.Redated(map.text("id"), new Address(map.text("address")), span(map), now(map));
            case "joined" -> new Change.Joined(map.text("id"), member(map), span(map));
            case "membership-redated" -> new Change.MembershipRedated(map.text("id"), member(map), span(map), now(map));
            case "domain-set" ->
                new Change.DomainSet(
                        map.text("domain"),
                        DomainKind.valueOf(
                                map.text("kind").toUpperCase(Locale.ROOT).replace('-', '_')),
                        map.flag("subdomains"));
            case "domain-removed" -> new Change.DomainRemoved(map.text("domain"));
            case String other ->
                throw new IllegalArgumentException("a change of the directory this program does not know: " + other);
        };
    }

    private static MapWriter map(String change, String id) {
        return Cbor.map().put("change", change).put("id", id);
    }

    private static MapWriter span(MapWriter map, Span span) {
        return map.put("from", span.from()).put("to", span.to());
    }

    private static Span span(MapReader map) {
        return new Span(map.optionalInstant("from"), map.optionalInstant("to"));
    }

    private static MapWriter redated(MapWriter map, Span was, Optional<Span> now) {
        return span(map, was)
                .put("never", now.isEmpty())
                .put("nowFrom", now.flatMap(Span::from))
                .put("nowTo", now.flatMap(Span::to));
    }

    private static Optional<Span> now(MapReader map) {
        return map.flag("never")
                ? Optional.empty()
                : Optional.of(new Span(map.optionalInstant("nowFrom"), map.optionalInstant("nowTo")));
    }

    static MapWriter member(MapWriter map, Member member) {
        return switch (member) {
            case Member.OfPerson(String id) -> map.put("person", id);
            case Member.OfGroup(String id) -> map.put("group", id);
            case Member.OfAddress(Address address) -> map.put("address", address.raw());
        };
    }

    static Member member(MapReader map) {
        Optional<String> person = map.optionalText("person");
        Optional<String> group = map.optionalText("group");
        if (person.isPresent()) {
            return new Member.OfPerson(person.get());
        }
        return group.isPresent()
                ? new Member.OfGroup(group.get())
                : new Member.OfAddress(new Address(map.text("address")));
    }
}
