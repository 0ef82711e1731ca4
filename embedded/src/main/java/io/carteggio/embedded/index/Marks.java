package io.carteggio.embedded.index;

import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SearchIndex.Mark;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/// Finds, in a text that is shown, words that a query looks for: by the same rule that finds letters by them.
final class Marks {
    private final List<Wanted> wanted = new ArrayList<>();

    private Marks() {}

    static List<Mark> of(Query query, String text) {
        Marks marks = new Marks();
        marks.collect(query);
        return marks.wanted.isEmpty() ? List.of() : marks.in(Words.spans(text));
    }

    private void collect(Query query) {
        switch (query) {
            case Query.Words(var where, String text, boolean prefix) ->
                wanted.add(new Wanted(Wanted.of(text, prefix).tokens(), Optional.empty(), prefix));
            case Query.And(var parts) -> parts.forEach(this::collect);
            case Query.Or(var choices) -> choices.forEach(this::collect);
            case Query.Not _,
                    Query.All _,
                    Query.HasAttachment _,
                    Query.NotFullySearched _,
                    Query.Unsearched _,
                    Query.Larger _,
                    Query.Smaller _,
                    Query.Dated _,
                    Query.Id _ -> {}
        }
    }

    private List<Mark> in(List<Words.Spot> spots) {
        List<Mark> marks = new ArrayList<>();
        for (Wanted phrase : wanted) {
            for (int i = 0; !phrase.tokens().isEmpty() && i < spots.size(); i++) {
                int end = end(phrase, spots, i);
                if (end >= 0) {
                    marks.add(new Mark(spots.get(i).start(), end));
                }
            }
        }
        return apart(marks);
    }

    /// Where the phrase ends that begins at a spot; -1 where it does not stand there.
    private static int end(Wanted phrase, List<Words.Spot> spots, int from) {
        int begins = spots.get(from).position() - phrase.tokens().getFirst().position();
        int end = -1;
        for (int t = 0; t < phrase.tokens().size(); t++) {
            Words.Token token = phrase.tokens().get(t);
            boolean mayGoOn = phrase.prefix() && t == phrase.tokens().size() - 1;
            end = -1;
            for (int i = from; i < spots.size() && spots.get(i).position() <= begins + token.position(); i++) {
                Words.Spot spot = spots.get(i);
                boolean same = mayGoOn
                        ? spot.word().startsWith(token.word())
                        : spot.word().equals(token.word());
                if (same && spot.position() == begins + token.position() && (t > 0 || i == from)) {
                    end = Math.max(end, spot.end());
                }
            }
            if (end < 0) {
                return -1;
            }
        }
        return end;
    }

    private static List<Mark> apart(List<Mark> marks) {
        List<Mark> sorted = new ArrayList<>(marks);
        sorted.sort(Comparator.comparingInt(Mark::start).thenComparingInt(Mark::end));
        List<Mark> apart = new ArrayList<>();
        for (Mark mark : sorted) {
            if (!apart.isEmpty() && mark.start() <= apart.getLast().end()) {
                Mark last = apart.removeLast();
                apart.add(new Mark(last.start(), Math.max(last.end(), mark.end())));
            } else {
                apart.add(mark);
            }
        }
        return apart;
    }
}
