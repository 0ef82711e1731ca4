package io.carteggio.archive.entry;

import java.time.Instant;
import java.util.List;
import java.util.Optional;

/// What an auditor may read across: letters of these people, of these days.
///
/// @param everyone whether of all people, also of addresses that nobody is known to hold; then `people` is empty
/// @param people their ids; at least one unless it is everyone
/// @param from letters vouched for from this instant on; absent: since always
/// @param to and before this one; absent: for ever
public record Across(boolean everyone, List<String> people, Optional<Instant> from, Optional<Instant> to) {
    /// More people than this are everyone, or several grants.
    public static final int PEOPLE_LIMIT = 1_000;

    /// Everyone's letters of all times.
    public static final Across EVERYTHING = new Across(true, List.of(), Optional.empty(), Optional.empty());

    public Across {
        people = List.copyOf(people);
        if (everyone != people.isEmpty()) {
            throw new IllegalArgumentException("either everyone, or certain people");
        }
        if (people.size() > PEOPLE_LIMIT) {
            throw new IllegalArgumentException("at most " + PEOPLE_LIMIT + " people, not " + people.size());
        }
        if (from.isPresent() && to.isPresent() && !from.get().isBefore(to.get())) {
            throw new IllegalArgumentException("from " + from.get() + " to " + to.get() + " is never");
        }
    }

    /// The same where one of these people is another now.
    public Across naming(String before, String now) {
        List<String> named = people.stream()
                .map(person -> person.equals(before) ? now : person)
                .distinct()
                .toList();
        return new Across(everyone, named, from, to);
    }

    /// Whether nothing is left out.
    public boolean isEverything() {
        return everyone && from.isEmpty() && to.isEmpty();
    }
}
