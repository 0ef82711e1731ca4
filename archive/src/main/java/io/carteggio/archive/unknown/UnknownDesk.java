package io.carteggio.archive.unknown;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Directory;
import io.carteggio.archive.attribution.People;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.attribution.Tenure;
import io.carteggio.archive.search.SearchIndex;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The desk where letters lie that nobody owns. It tells addresses and numbers, never what is in a letter, so that an
/// administrator may see it. Safe for many threads.
///
/// It asks the index, and says as much as that has taken.
public final class UnknownDesk {
    /// Most addresses that are told at once: those in most letters.
    public static final int ADDRESSES_LIMIT = 10_000;

    private final People people;
    private final SearchIndex index;

    public UnknownDesk(People people, SearchIndex index) {
        this.people = people;
        this.index = index;
    }

    /// What lies on it.
    ///
    /// @param letters that nobody owns
    /// @param addresses that are in them, whether told or not
    /// @param suggestions for each address that is told, those in most letters first
    public record State(long letters, long addresses, List<Suggestion> suggestions) {
        public State {
            suggestions = List.copyOf(suggestions);
        }
    }

    /// What lies on the desk now.
    public State state(Instant now) throws ArchiveException {
        Directory directory = people.directory();
        SearchIndex.Unowned unowned = index.unowned(tenures(directory), ADDRESSES_LIMIT);
        return new State(unowned.letters(), unowned.addresses(), new Suggestions(directory).of(unowned.most(), now));
    }

    /// Everybody's spans, by address, also those by way of groups.
    private static Map<String, List<Tenure>> tenures(Directory directory) {
        Map<String, List<Tenure>> byKey = new HashMap<>();
        for (Person person : directory.people()) {
            for (Tenure tenure : directory.access(person)) {
                byKey.computeIfAbsent(tenure.addressKey(), k -> new ArrayList<>(1))
                        .add(tenure);
            }
        }
        return byKey;
    }
}
