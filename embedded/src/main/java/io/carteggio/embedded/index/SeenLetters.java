package io.carteggio.embedded.index;

import io.carteggio.archive.access.Scope;
import java.io.IOException;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ConstantScoreScorer;
import org.apache.lucene.search.ConstantScoreWeight;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.LRUQueryCache;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryCachingPolicy;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Accountable;
import org.jspecify.annotations.Nullable;

/// Which letters of a segment a scope lets through, worked out once: a page of results asks three times, a person asks
/// again and again, and who has many addresses or is in many groups would be worked out anew each time.
///
/// A scope is known again by being the same object, never by looking alike: a directory that changed makes others, and
/// what the old ones let through is asked for no more. What was erased goes with its segment. Safe for many threads.
final class SeenLetters {
    /// Scopes that are remembered, those that were asked for last …
    private static final int SCOPES_LIMIT = 500;

    /// … and all together in this part of the heap.
    private static final int HEAP_SHARE = 16;

    /// About the memory of an address with its span, and of its term.
    private static final long TENURE_BYTES = 400;

    private static final QueryCachingPolicy ALWAYS = new QueryCachingPolicy() {
        @Override
        public void onUse(Query query) {}

        @Override
        public boolean shouldCache(Query query) {
            return true;
        }
    };

    private final LRUQueryCache cache = new LRUQueryCache(
            SCOPES_LIMIT, Runtime.getRuntime().maxMemory() / HEAP_SHARE, leaf -> true, Float.MAX_VALUE);

    /// @param seen what finds the letters that the scope lets through
    Query by(Scope scope, Query seen) {
        return new By(scope, seen, cache);
    }

    /// How often what was remembered was made use of.
    long hits() {
        return cache.getHitCount();
    }

    private static final class By extends Query implements Accountable {
        private final Scope scope;
        private final Query seen;
        private final LRUQueryCache cache;

        By(Scope scope, Query seen, LRUQueryCache cache) {
            this.scope = scope;
            this.seen = seen;
            this.cache = cache;
        }

        @Override
        public Query rewrite(IndexSearcher searcher) throws IOException {
            Query rewritten = seen.rewrite(searcher);
            return rewritten.equals(seen) ? this : new By(scope, rewritten, cache);
        }

        @Override
        public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) throws IOException {
            Weight weight = seen.createWeight(searcher, ScoreMode.COMPLETE_NO_SCORES, 1);
            return cache.doCache(
                    new ConstantScoreWeight(this, boost) {
                        @Override
                        public @Nullable ScorerSupplier scorerSupplier(LeafReaderContext context) throws IOException {
                            ScorerSupplier supplier = weight.scorerSupplier(context);
                            return supplier == null ? null : plain(supplier, score());
                        }

                        @Override
                        public boolean isCacheable(LeafReaderContext context) {
                            return true; // a segment never changes, nor what a scope lets through
                        }
                    },
                    ALWAYS);
        }

        private static ScorerSupplier plain(ScorerSupplier supplier, float score) {
            return new ScorerSupplier() {
                @Override
                public Scorer get(long leadCost) throws IOException {
                    Scorer scorer = supplier.get(leadCost);
                    return scorer.twoPhaseIterator() == null
                            ? new ConstantScoreScorer(score, ScoreMode.COMPLETE_NO_SCORES, scorer.iterator())
                            : new ConstantScoreScorer(score, ScoreMode.COMPLETE_NO_SCORES, scorer.twoPhaseIterator());
                }

                @Override
                public long cost() {
                    return supplier.cost();
                }
            };
        }

        @Override
        public void visit(QueryVisitor visitor) {
            visitor.visitLeaf(this);
        }

        @Override
        public long ramBytesUsed() {
            return TENURE_BYTES
                    * (switch (scope) {
                        case Scope.Everything() -> 1;
                        case Scope.Own own -> tenures(own);
                        case Scope.Across across ->
                            tenures(across.people()) + across.spans().size();
                    });
        }

        private static long tenures(Scope.Own own) {
            return 1
                    + own.byKey().values().stream()
                            .mapToLong(java.util.List::size)
                            .sum();
        }

        @Override
        public String toString(String field) {
            return "seen(" + seen.toString(field) + ")";
        }

        @Override
        @SuppressWarnings("ReferenceEquality") // see above: nobody is to be taken for another who looks alike
        public boolean equals(@Nullable Object other) {
            return other instanceof By by && scope == by.scope;
        }

        @Override
        public int hashCode() {
            return System.identityHashCode(scope);
        }
    }
}
