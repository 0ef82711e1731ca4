package io.carteggio.archive.erasure;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Predicate;

/// What mail that was kept whole, in quarantine or as a notice, has of letters that are to go.
///
/// @param holding mail in which letters lie, by its number: it goes with them
/// @param letters the numbers of the letters that lie in each of them
/// @param suspects numbers of mail that names a letter and in which it was not found: a person must look
/// @param closed numbers of mail that could not be looked into: damaged, encrypted, over a limit
/// @param through the number of the last mail that was looked at
record Copies(
        Map<Long, Planner.Whole> holding,
        Map<Long, Set<Long>> letters,
        List<Long> suspects,
        List<Long> closed,
        long through) {
    static final Copies NONE = new Copies(Map.of(), Map.of(), List.of(), List.of(), 0);

    Copies {
        holding = new TreeMap<>(holding);
        letters = new TreeMap<>(letters);
        suspects = List.copyOf(suspects);
        closed = List.copyOf(closed);
    }

    /// The same without mail that holds none of these letters.
    Copies of(Message message) {
        Map<Long, Planner.Whole> left = new TreeMap<>(holding);
        left.keySet()
                .removeIf(number ->
                        letters.getOrDefault(number, Set.of()).stream().noneMatch(message::has));
        return new Copies(left, letters, suspects, closed, through);
    }

    /// Together with what was found behind it.
    Copies and(Copies later) {
        Map<Long, Planner.Whole> allHolding = new TreeMap<>(holding);
        allHolding.putAll(later.holding);
        Map<Long, Set<Long>> allLetters = new TreeMap<>(letters);
        allLetters.putAll(later.letters);
        List<Long> allSuspects = new ArrayList<>(suspects);
        allSuspects.addAll(later.suspects);
        List<Long> allClosed = new ArrayList<>(closed);
        allClosed.addAll(later.closed);
        return new Copies(allHolding, allLetters, allSuspects, allClosed, Math.max(through, later.through));
    }

    /// Letters of which a copy lies in mail that must stay.
    Set<Long> kept(Predicate<Planner.Whole> stays) {
        Set<Long> kept = new HashSet<>();
        holding.forEach((number, mail) -> {
            if (stays.test(mail)) {
                kept.addAll(letters.getOrDefault(number, Set.of()));
            }
        });
        return kept;
    }
}
