package io.carteggio.archive.synchronisation;

import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.entry.Change;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// What a run of a synchronisation is going to change.
///
/// @param changes in the order in which they are to be kept
/// @param names of everyone and everything in the changes, by id
/// @param remarks what was left alone, and why
/// @param known how many people the synchronisation knew and had, before
/// @param vanishing how many of them the other directory does not name any more
/// @param knownGroups the same of groups
/// @param vanishingGroups the same of groups
/// @param empty whether the other directory named nobody at all
public record SyncPlan(
        List<Change> changes,
        Map<String, String> names,
        List<String> remarks,
        int known,
        int vanishing,
        int knownGroups,
        int vanishingGroups,
        boolean empty) {
    public SyncPlan {
        changes = List.copyOf(changes);
        names = Map.copyOf(names);
        remarks = List.copyOf(remarks);
    }

    /// Works it out.
    ///
    /// @param at the instant of the run, which dates every change
    /// @param ids gives new people and groups their ids
    /// @param mustStay who cannot be gone, whatever the other directory says: the last administrator
    /// @throws IllegalArgumentException where the rules name a group that the other directory does
    ///     not have
    public static SyncPlan of(
            String sync,
            Directory now,
            Snapshot remote,
            Rules rules,
            Instant at,
            Supplier<String> ids,
            Predicate<String> mustStay) {
        return new Planner(sync, now, rules, at, ids, mustStay).plan(remote);
    }

    /// Why nothing is changed unless somebody confirms it: a directory that suddenly names far fewer is more
    /// likely not to be readable than right.
    public Optional<String> stop(Rules rules) {
        if (empty && known > 0) {
            return Optional.of("the directory names nobody: all " + known + " people would be gone");
        }
        return tooMany("people", vanishing, known, rules)
                .or(() -> tooMany("groups", vanishingGroups, knownGroups, rules));
    }

    private static Optional<String> tooMany(String what, int vanishing, int known, Rules rules) {
        return vanishing >= Rules.LEAST && vanishing * 100L > (long) known * rules.sharePercent()
                ? Optional.of(vanishing + " of " + known + " " + what + " would be gone, which is more than "
                        + rules.sharePercent() + " %")
                : Optional.empty();
    }

    /// How many changes there are of each kind, in words.
    public Map<String, Integer> counts() {
        Map<String, Integer> counts = new LinkedHashMap<>();
        for (Change change : changes) {
            word(change).ifPresent(word -> counts.merge(word, 1, Integer::sum));
        }
        return counts;
    }

    private static Optional<String> word(Change change) {
        return switch (change) {
            case Change.PersonNew _ -> Optional.of("people new");
            case Change.GroupNew _ -> Optional.of("groups new");
            case Change.ContactNew _ -> Optional.of("contacts new");
            case Change.Renamed _ -> Optional.of("renamed");
            case Change.Locked(String _, boolean locked) -> Optional.of(locked ? "closed" : "opened");
            case Change.Linked _ -> Optional.empty();
            case Change.Gone _ -> Optional.of("gone");
            case Change.Returned _ -> Optional.of("returned");
            case Change.Merged _ -> Optional.of("merged");
            case Change.Given _ -> Optional.of("addresses given");
            case Change.Redated _ -> Optional.of("addresses ended");
            case Change.Joined _ -> Optional.of("members joined");
            case Change.MembershipRedated _ -> Optional.of("members left");
            case Change.DomainSet _, Change.DomainRemoved _ -> Optional.of("domains");
        };
    }

    /// The counts in a line.
    public String summary() {
        String counts = counts().entrySet().stream()
                .map(e -> e.getValue() + " " + e.getKey())
                .collect(Collectors.joining(", "));
        return (counts.isEmpty() ? "nothing to change" : counts)
                + (remarks.isEmpty() ? "" : ", " + remarks.size() + " remarks");
    }

    /// A change as a table has it.
    ///
    /// @param kind one word for what it is
    /// @param who whom or what it is about, by name
    /// @param what the address, the group, the other name; empty where there is nothing more to say
    /// @param from since when; absent: since always, and where that means nothing
    public record Told(String kind, String who, String what, Optional<Instant> from) {}

    /// A change for a table; empty for what only we need to know, as with [#line].
    public Optional<Told> told(Change change) {
        return switch (change) {
            case Change.PersonNew(String _, String name, var _) -> told("person-new", name, "");
            case Change.GroupNew(String _, String name, boolean _) -> told("group-new", name, "");
            case Change.ContactNew(String _, String name) -> told("contact-new", name, "");
            case Change.Renamed(String id, String name) -> told("renamed", name(id), name);
            case Change.Locked(String id, boolean locked) -> told(locked ? "closed" : "opened", name(id), "");
            case Change.Linked _ -> Optional.empty();
            case Change.Gone(String id, Instant _) -> told("gone", name(id), "");
            case Change.Returned(String id) -> told("returned", name(id), "");
            case Change.Merged(String id, String into) -> told("merged", name(id), name(into));
            case Change.Given(String id, var address, var span) ->
                Optional.of(new Told("given", name(id), address.toString(), span.from()));
            case Change.Redated(String id, var address, var _, var _) -> told("ended", name(id), address.toString());
            case Change.Joined(String group, var member, var span) ->
                Optional.of(new Told("joined", name(member), name(group), span.from()));
            case Change.MembershipRedated(String group, var member, var _, var _) ->
                told("left", name(member), name(group));
            case Change.DomainSet(String domain, var _, boolean _) -> told("domain", domain, "");
            case Change.DomainRemoved(String domain) -> told("domain-gone", domain, "");
        };
    }

    private static Optional<Told> told(String kind, String who, String what) {
        return Optional.of(new Told(kind, who, what, Optional.empty()));
    }

    /// A change in a line for people; empty for what only we need to know.
    public Optional<String> line(Change change) {
        return switch (change) {
            case Change.PersonNew(String _, String name, var _) -> Optional.of("new: " + name);
            case Change.GroupNew(String _, String name, boolean _) -> Optional.of("new group: " + name);
            case Change.ContactNew(String _, String name) -> Optional.of("new contact: " + name);
            case Change.Renamed(String id, String name) -> Optional.of(name(id) + " is now named " + name);
            case Change.Locked(String id, boolean locked) ->
                Optional.of(name(id) + (locked ? ": account closed" : ": account open"));
            case Change.Linked _ -> Optional.empty();
            case Change.Gone(String id, Instant _) -> Optional.of("gone: " + name(id));
            case Change.Returned(String id) -> Optional.of("there again: " + name(id));
            case Change.Merged(String id, String into) -> Optional.of(name(id) + " is " + name(into));
            case Change.Given(String id, var address, var span) ->
                Optional.of(name(id) + " has " + address
                        + span.from().map(from -> " from " + from).orElse(" since always, unless somebody else had"));
            case Change.Redated(String id, var address, var _, var _) ->
                Optional.of(name(id) + " no longer has " + address);
            case Change.Joined(String group, var member, var _) -> Optional.of(name(member) + " joins " + name(group));
            case Change.MembershipRedated(String group, var member, var _, var _) ->
                Optional.of(name(member) + " leaves " + name(group));
            case Change.DomainSet(String domain, var _, boolean _) -> Optional.of("domain " + domain);
            case Change.DomainRemoved(String domain) -> Optional.of("no longer a domain: " + domain);
        };
    }

    private String name(String id) {
        return names.getOrDefault(id, id);
    }

    private String name(Change.Member member) {
        return switch (member) {
            case Change.Member.OfPerson(String id) -> name(id);
            case Change.Member.OfGroup(String id) -> name(id);
            case Change.Member.OfAddress(var address) -> address.raw();
        };
    }
}
