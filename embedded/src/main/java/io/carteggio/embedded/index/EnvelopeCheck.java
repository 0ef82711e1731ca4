package io.carteggio.embedded.index;

import java.io.IOException;
import java.util.Objects;
import java.util.function.Predicate;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.search.ConstantScoreScorer;
import org.apache.lucene.search.ConstantScoreWeight;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.QueryVisitor;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.ScorerSupplier;
import org.apache.lucene.search.TwoPhaseIterator;
import org.apache.lucene.search.Weight;
import org.jspecify.annotations.Nullable;

/// Letters that another query thinks likely and whose envelopes then pass a test. The other query must find all that
/// pass; letters without stored envelopes never do.
final class EnvelopeCheck extends Query {
    /// Against some hundred comparisons of the cheapest kind.
    private static final float COST = 500;

    private final Query likely;
    private final Predicate<Envelopes> test;

    EnvelopeCheck(Query likely, Predicate<Envelopes> test) {
        this.likely = likely;
        this.test = test;
    }

    @Override
    public Query rewrite(IndexSearcher searcher) throws IOException {
        Query rewritten = likely.rewrite(searcher);
        return rewritten.equals(likely) ? this : new EnvelopeCheck(rewritten, test);
    }

    @Override
    public Weight createWeight(IndexSearcher searcher, ScoreMode scoreMode, float boost) throws IOException {
        Weight first = likely.createWeight(searcher, ScoreMode.COMPLETE_NO_SCORES, 1);
        return new ConstantScoreWeight(this, boost) {
            @Override
            public @Nullable ScorerSupplier scorerSupplier(LeafReaderContext context) throws IOException {
                ScorerSupplier supplier = first.scorerSupplier(context);
                return supplier == null ? null : checked(supplier, context, scoreMode, score());
            }

            @Override
            public boolean isCacheable(LeafReaderContext context) {
                return false; // what passes depends on who asks
            }
        };
    }

    private ScorerSupplier checked(
            ScorerSupplier supplier, LeafReaderContext context, ScoreMode scoreMode, float score) {
        return new ScorerSupplier() {
            @Override
            public Scorer get(long leadCost) throws IOException {
                Scorer scorer = supplier.get(leadCost);
                BinaryDocValues envelopes = DocValues.getBinary(context.reader(), Fields.ENVELOPES);
                return new ConstantScoreScorer(score, scoreMode, twoPhase(scorer, envelopes));
            }

            @Override
            public long cost() {
                return supplier.cost();
            }
        };
    }

    private TwoPhaseIterator twoPhase(Scorer scorer, BinaryDocValues envelopes) {
        TwoPhaseIterator inner = scorer.twoPhaseIterator();
        DocIdSetIterator approximation = inner == null ? scorer.iterator() : inner.approximation();
        return new TwoPhaseIterator(approximation) {
            @Override
            public boolean matches() throws IOException {
                return (inner == null || inner.matches())
                        && envelopes.advanceExact(approximation.docID())
                        && test.test(Envelopes.decode(envelopes.binaryValue()));
            }

            @Override
            public float matchCost() {
                return COST + (inner == null ? 0 : inner.matchCost());
            }
        };
    }

    @Override
    public void visit(QueryVisitor visitor) {
        visitor.visitLeaf(this);
    }

    @Override
    public String toString(String field) {
        return "check(" + likely.toString(field) + ")";
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof EnvelopeCheck check && likely.equals(check.likely) && test.equals(check.test);
    }

    @Override
    public int hashCode() {
        return Objects.hash(likely, test);
    }
}
