package io.carteggio.archive.search;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.Unacceptable;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.Change;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;

/// Searches that people have saved under names, as all acts so far have made them. Whose a search is sees it,
/// and nobody else by way of this archive's pages and commands; it finds what she may see at the time. Safe for
/// many threads.
public final class SavedSearches {
    /// Searches of one person.
    public static final int LIMIT = 200;

    /// The longest name.
    public static final int NAME_LIMIT_CHARS = 100;

    private final Map<String, SavedSearch> searches = new LinkedHashMap<>(); // by their ids; guarded by this

    /// What is looked for, and how it is shown.
    ///
    /// @param query as it was typed
    /// @param best whether the best come first, and not the newest
    /// @param together whether conversations are shown
    public record Sought(String query, boolean best, boolean together) {}

    /// A search with its name.
    ///
    /// @param id names it for good
    /// @param person the id of whose it is
    public record SavedSearch(String id, String person, String name, Sought sought) {}

    /// Takes an act into account. Acts about other things are ignored.
    public synchronized void apply(Act act) {
        if (act instanceof Act.SearchSaved a) {
            searches.put(
                    a.search(),
                    new SavedSearch(a.search(), a.person(), a.name(), new Sought(a.query(), a.best(), a.together())));
        } else if (act instanceof Act.SearchForgotten a) {
            searches.remove(a.search());
        } else if (act instanceof Act.DirectoryChanged a) {
            a.changes().forEach(this::merge);
        }
    }

    /// Who turns out to be somebody else has her searches there.
    private synchronized void merge(Change change) {
        if (change instanceof Change.Merged(String was, String into)) {
            searches.replaceAll(
                    (_, s) -> s.person().equals(was) ? new SavedSearch(s.id(), into, s.name(), s.sought()) : s);
        }
    }

    /// A person's searches, by name.
    public synchronized List<SavedSearch> of(String person) {
        return searches.values().stream()
                .filter(s -> s.person().equals(person))
                .sorted(Comparator.comparing(SavedSearch::name, String.CASE_INSENSITIVE_ORDER)
                        .thenComparing(SavedSearch::id))
                .toList();
    }

    /// A person's search by its id, or else by its name.
    public Optional<SavedSearch> find(String person, String text) {
        List<SavedSearch> hers = of(person);
        return hers.stream()
                .filter(s -> s.id().equals(text))
                .findFirst()
                .or(() -> hers.stream()
                        .filter(s -> s.name().equalsIgnoreCase(text.strip()))
                        .findFirst());
    }

    /// Saves a search under a name that she has for no other.
    ///
    /// @param by who does it, for the audit trail
    /// @throws Unacceptable where it cannot be saved like that
    public SavedSearch save(Acts acts, String by, String person, String name, Sought sought) throws ArchiveException {
        List<SavedSearch> hers = of(person);
        if (hers.size() >= LIMIT) {
            throw new Unacceptable("searches", "nobody has more than " + LIMIT + " saved searches", LIMIT);
        }
        if (Query.parse(sought.query()) instanceof Query.Parsed.Bad bad) {
            throw new Unacceptable(
                    "search-query",
                    "the query, at character " + (bad.position() + 1) + ": " + bad.message(),
                    bad.position() + 1);
        }
        return kept(acts, by, new SavedSearch(UUID.randomUUID().toString(), person, free(hers, name, ""), sought));
    }

    /// Gives a search another name.
    ///
    /// @param search its id
    /// @throws Unacceptable where she has none with this id, or the name is not free
    public SavedSearch rename(Acts acts, String by, String person, String search, String name) throws ArchiveException {
        SavedSearch was = hers(person, search);
        return kept(acts, by, new SavedSearch(was.id(), person, free(of(person), name, was.id()), was.sought()));
    }

    /// Forgets a search.
    ///
    /// @throws Unacceptable where she has none with this id
    public void forget(Acts acts, String by, String person, String search) throws ArchiveException {
        acts.keep(new Act.SearchForgotten(acts.now(), by, hers(person, search).id(), person));
    }

    private SavedSearch hers(String person, String search) {
        return of(person).stream()
                .filter(s -> s.id().equals(search))
                .findFirst()
                .orElseThrow(() -> new Unacceptable("search-gone", "that saved search is there no longer"));
    }

    private static String free(List<SavedSearch> hers, String name, String but) {
        String stripped = name.strip();
        if (stripped.isEmpty()
                || stripped.length() > NAME_LIMIT_CHARS
                || stripped.chars().anyMatch(Character::isISOControl)) {
            throw new Unacceptable(
                    "name",
                    "a name has 1 to " + NAME_LIMIT_CHARS + " characters and no control characters",
                    NAME_LIMIT_CHARS);
        }
        if (hers.stream().anyMatch(s -> s.name().equalsIgnoreCase(stripped) && !s.id().equals(but))) {
            throw new Unacceptable(
                    "search-name-taken", "there is a saved search with this name already: " + stripped, stripped);
        }
        return stripped;
    }

    private static SavedSearch kept(Acts acts, String by, SavedSearch search) throws ArchiveException {
        Sought sought = search.sought();
        acts.keep(new Act.SearchSaved(
                acts.now(),
                by,
                search.id(),
                search.person(),
                search.name(),
                sought.query(),
                sought.best(),
                sought.together()));
        return search;
    }
}
