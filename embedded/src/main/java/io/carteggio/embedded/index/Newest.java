package io.carteggio.embedded.index;

import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.apache.lucene.index.DocValuesSkipper;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.search.BulkScorer;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LeafCollector;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Scorable;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Weight;

/// Finds the newest letters that match, in an index whose segments have the oldest first: looks at the end of a
/// segment, and then at twice as much before that, until there is a page full. Belongs to one question.
final class Newest {
    /// Letters looked at first, at least.
    private static final int WINDOW_LETTERS = 1_024;

    private final Weight weight;
    private final int limit;
    private final double share;
    private final List<Match> matches = new ArrayList<>();

    private record Match(long number, int document) {}

    private Newest(Weight weight, int limit, double share) {
        this.weight = weight;
        this.limit = limit;
        this.share = share;
    }

    /// The documents of the letters with the highest numbers, in falling order.
    ///
    /// @param total how many match, or more: a guess at how far to look
    static List<Integer> of(IndexSearcher searcher, Query query, int limit, long total) throws IOException {
        Weight weight = searcher.createWeight(searcher.rewrite(query), ScoreMode.COMPLETE_NO_SCORES, 1);
        double share = (total + 1.0) / (searcher.getIndexReader().maxDoc() + 1.0);
        Newest newest = new Newest(weight, limit, share);
        List<LeafReaderContext> leaves =
                new ArrayList<>(searcher.getIndexReader().leaves());
        List<Long> highest = new ArrayList<>();
        for (LeafReaderContext leaf : leaves) {
            DocValuesSkipper numbers = leaf.reader().getDocValuesSkipper(Fields.NUMBER);
            highest.add(numbers == null ? Long.MAX_VALUE : numbers.maxValue());
        }
        leaves.sort(Comparator.comparing((LeafReaderContext leaf) -> highest.get(leaf.ord))
                .reversed());
        for (LeafReaderContext leaf : leaves) {
            if (newest.matches.size() == limit && newest.matches.getLast().number() > highest.get(leaf.ord)) {
                break;
            }
            newest.look(leaf);
        }
        return newest.matches.stream().map(Match::document).toList();
    }

    private void look(LeafReaderContext leaf) throws IOException {
        int end = leaf.reader().maxDoc();
        long window = Math.max(WINDOW_LETTERS, (long) (2 * limit / share));
        int found = 0;
        while (end > 0 && found < limit) {
            BulkScorer scorer = weight.bulkScorer(leaf);
            if (scorer == null) {
                break;
            }
            int start = (int) Math.max(0, end - window);
            Collected collected = new Collected(leaf);
            scorer.score(collected, leaf.reader().getLiveDocs(), start, end);
            collected.keep();
            found += collected.count;
            end = start;
            window *= 2;
        }
        matches.sort(Comparator.comparingLong(Match::number).reversed());
        if (matches.size() > limit) {
            matches.subList(limit, matches.size()).clear();
        }
    }

    /// The matches of one window; those at its end are what is wanted.
    private final class Collected implements LeafCollector {
        private final int base;
        private final NumericDocValues numbers;
        private final List<Match> last = new ArrayList<>();
        private int count;

        Collected(LeafReaderContext leaf) throws IOException {
            this.base = leaf.docBase;
            this.numbers = leaf.reader().getNumericDocValues(Fields.NUMBER);
        }

        @Override
        public void setScorer(Scorable scorer) {}

        @Override
        public void collect(int document) throws IOException {
            count++;
            if (!numbers.advanceExact(document)) {
                throw new IOException("a document of the index has no number");
            }
            last.add(new Match(numbers.longValue(), base + document));
        }

        void keep() {
            matches.addAll(last.size() > limit ? last.subList(last.size() - limit, last.size()) : last);
        }
    }
}
