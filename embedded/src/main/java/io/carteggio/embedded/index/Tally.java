package io.carteggio.embedded.index;

import java.io.IOException;
import java.time.Duration;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.BulkScorer;
import org.apache.lucene.search.ConstantScoreQuery;
import org.apache.lucene.search.DocIdStream;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LeafCollector;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.Scorable;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Weight;

/// How many letters match, counted for as long as somebody may wait: of a million that may hold a phrase of
/// common words each one's words are to be read.
///
/// @param matches of those that were looked at
/// @param looked letters looked at
/// @param all letters of the index
record Tally(long matches, long looked, long all) {
    /// So many letters are looked at in any case, and between two looks at the clock.
    private static final int STRETCH_LETTERS = 8_192;

    /// Counts from the oldest letter on.
    ///
    /// @param longest after this time it is left
    static Tally of(IndexSearcher searcher, Query query, Duration longest) throws IOException {
        long began = System.nanoTime();
        Weight weight =
                searcher.createWeight(searcher.rewrite(new ConstantScoreQuery(query)), ScoreMode.COMPLETE_NO_SCORES, 1);
        Counter counter = new Counter();
        long looked = 0;
        long all = searcher.getIndexReader().maxDoc();
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            int letters = leaf.reader().maxDoc();
            int known = weight.count(leaf); // without looking at any
            BulkScorer scorer = known >= 0 ? null : weight.bulkScorer(leaf);
            if (scorer == null) {
                counter.count += Math.max(known, 0);
                looked += letters;
                continue;
            }
            for (int from = 0; from < letters; from += STRETCH_LETTERS) {
                if (looked >= STRETCH_LETTERS && System.nanoTime() - began > longest.toNanos()) {
                    return new Tally(counter.count, looked, all);
                }
                int to = Math.min(letters, from + STRETCH_LETTERS);
                scorer.score(counter, leaf.reader().getLiveDocs(), from, to);
                looked += to - from;
            }
        }
        return new Tally(counter.count, all, all);
    }

    /// Whether all were looked at.
    boolean exact() {
        return looked == all;
    }

    /// How many match in all, if the others are as those that were looked at.
    long likely() {
        return exact() ? matches : Math.round((double) matches * all / looked);
    }

    private static final class Counter implements LeafCollector {
        private long count;

        @Override
        public void setScorer(Scorable scorer) {}

        @Override
        public void collect(int document) {
            count++;
        }

        @Override
        public void collect(DocIdStream stream) throws IOException {
            count += stream.count();
        }
    }
}
