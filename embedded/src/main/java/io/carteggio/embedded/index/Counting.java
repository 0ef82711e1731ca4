package io.carteggio.embedded.index;

import io.carteggio.archive.search.Query;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.search.ConjunctionUtils;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.BitSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.FixedBitSet;

/// Counts what each of several conditions would leave of an answer. What matches is found once; dates and sizes are
/// then compared letter by letter, all else is met with the lists of its words. Belongs to one question.
final class Counting {
    private final IndexSearcher searcher;
    private final Weight matching;
    private final List<Span> dates = new ArrayList<>();
    private final List<Span> sizes = new ArrayList<>();
    private final List<Met> met = new ArrayList<>();
    private final long[] counts;

    /// A condition on a number.
    private record Span(int place, long least, long most) {}

    /// A condition on words.
    private record Met(int place, Weight weight) {}

    private Counting(IndexSearcher searcher, QueryCompiler compiler, Query query, List<Query> further)
            throws IOException {
        this.searcher = searcher;
        this.matching = weight(compiler.matching(query));
        this.counts = new long[further.size()];
        for (int i = 0; i < further.size(); i++) {
            switch (further.get(i)) {
                case Query.Dated(var from, var to) ->
                    dates.add(new Span(i, QueryCompiler.secondNotBefore(from), QueryCompiler.secondNotBefore(to) - 1));
                case Query.Larger(long bytes) ->
                    sizes.add(new Span(i, bytes == Long.MAX_VALUE ? bytes : bytes + 1, Long.MAX_VALUE - 1));
                case Query.Smaller(long bytes) -> sizes.add(new Span(i, 0, bytes - 1));
                // within what matches, so the scope need not be asked again, but for people who may not be seen
                case Query other -> met.add(new Met(i, weight(compiler.alone(other))));
            }
        }
    }

    private Weight weight(org.apache.lucene.search.Query query) throws IOException {
        return searcher.createWeight(searcher.rewrite(query), ScoreMode.COMPLETE_NO_SCORES, 1);
    }

    static long[] of(IndexSearcher searcher, QueryCompiler compiler, Query query, List<Query> further)
            throws IOException {
        Counting counting = new Counting(searcher, compiler, query, further);
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            counting.look(leaf);
        }
        return counting.counts;
    }

    private void look(LeafReaderContext leaf) throws IOException {
        Scorer scorer = matching.scorer(leaf);
        if (scorer == null) {
            return;
        }
        FixedBitSet matches = new FixedBitSet(leaf.reader().maxDoc());
        Bits live = leaf.reader().getLiveDocs();
        DocIdSetIterator each = scorer.iterator();
        int found = 0;
        for (int d = each.nextDoc(); d != DocIdSetIterator.NO_MORE_DOCS; d = each.nextDoc()) {
            if (live == null || live.get(d)) {
                matches.set(d);
                found++;
            }
        }
        if (found == 0) {
            return;
        }
        compare(DocValues.getNumeric(leaf.reader(), Fields.DATE), dates, new BitSetIterator(matches, found));
        compare(DocValues.getNumeric(leaf.reader(), Fields.SIZE), sizes, new BitSetIterator(matches, found));
        for (Met one : met) {
            Scorer with = one.weight().scorer(leaf);
            if (with != null) {
                DocIdSetIterator both = ConjunctionUtils.intersectIterators(
                        List.of(new BitSetIterator(matches, found), with.iterator()));
                while (both.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
                    counts[one.place()]++;
                }
            }
        }
    }

    private void compare(NumericDocValues values, List<Span> spans, DocIdSetIterator matches) throws IOException {
        if (spans.isEmpty()) {
            return;
        }
        for (int d = matches.nextDoc(); d != DocIdSetIterator.NO_MORE_DOCS; d = matches.nextDoc()) {
            if (values.advanceExact(d)) {
                long value = values.longValue();
                for (Span span : spans) {
                    if (value >= span.least() && value <= span.most()) {
                        counts[span.place()]++;
                    }
                }
            }
        }
    }
}
