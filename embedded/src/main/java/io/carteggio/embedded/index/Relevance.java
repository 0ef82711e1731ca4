package io.carteggio.embedded.index;

import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.Query.Where;
import io.carteggio.archive.search.Start;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Term;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.SmallFloat;

/// Ranks letters by the words looked for: BM25 over several fields, as one field whose occurrences count
/// differently (BM25F). What ranks is only what everybody sees who sees the letter, and a word is rare or
/// common by the viewer's own letters: so no order of results tells of other letters, or of blind copies.
///
/// A score depends on the letter and on the weights of the words alone, not on what else the index holds: with the same
/// weights a later page goes on exactly where one ended. Belongs to one question.
final class Relevance {
    private static final double SATURATION = 1.2; // k1
    private static final double LENGTH_SHARE = 0.75; // b

    /// The length at which a letter is neither long nor short. A constant, since an average would change with each
    /// letter.
    private static final double USUAL_CHARS = 2_000;

    private static final int WEIGHT_UNIT = 100;
    private static final int SCORE_UNIT = 1_000;

    private static final Map<String, Double> SHARES = Map.of(
            Fields.TEXT, 1.0,
            Fields.SUBJECT, 3.0,
            Fields.FILE, 2.0,
            Fields.ATTACHED, 0.5,
            Fields.TYPE, 1.0,
            Fields.FROM, 2.0,
            Fields.TO, 1.0,
            Fields.CC, 1.0,
            Fields.LIST, 1.0);

    private final List<Word> words = new ArrayList<>();

    /// One word that counts, with where it is looked for.
    private record Word(String text, List<String> fields) {
        org.apache.lucene.search.Query query() {
            BooleanQuery.Builder any = new BooleanQuery.Builder();
            fields.forEach(f -> any.add(new TermQuery(new Term(f, text)), Occur.SHOULD));
            return any.build();
        }
    }

    /// A letter in its place.
    record Ranked(int document, long number, long score) {
        boolean before(Ranked other) {
            return score != other.score ? score > other.score : number > other.number;
        }
    }

    private Relevance(Query query) {
        collect(query);
    }

    /// Empty where nothing in the query ranks: then the newest come first.
    static Optional<Relevance> of(Query query) {
        Relevance relevance = new Relevance(query);
        return relevance.words.isEmpty() ? Optional.empty() : Optional.of(relevance);
    }

    private void collect(Query query) {
        switch (query) {
            case Query.Words(Where where, String text, boolean prefix) -> {
                Wanted wanted = Wanted.of(text, prefix);
                List<String> people = people(where);
                if (wanted.exact().isPresent() && !people.isEmpty()) {
                    add(wanted.exact().get(), people);
                } else {
                    List<String> fields = new ArrayList<>(texts(where));
                    fields.addAll(people);
                    wanted.tokens().forEach(t -> add(t.word(), fields));
                }
            }
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

    private void add(String word, List<String> fields) {
        if (!fields.isEmpty() && words.size() < Start.Ranking.WORDS_LIMIT) {
            words.add(new Word(word, List.copyOf(fields)));
        }
    }

    private static List<String> texts(Where where) {
        return switch (where) {
            case ANYWHERE -> List.of(Fields.TEXT, Fields.SUBJECT, Fields.FILE, Fields.ATTACHED);
            case SUBJECT -> List.of(Fields.SUBJECT);
            case FILENAME -> List.of(Fields.FILE);
            case TYPE -> List.of(Fields.TYPE);
            case ATTACHMENT -> List.of(Fields.ATTACHED);
            case FROM, TO, CC, BCC, LIST, LABEL -> List.of();
        };
    }

    private static List<String> people(Where where) {
        return switch (where) {
            case ANYWHERE -> List.of(Fields.FROM, Fields.TO, Fields.CC, Fields.LIST);
            case FROM -> List.of(Fields.FROM);
            case TO -> List.of(Fields.TO, Fields.CC);
            case CC -> List.of(Fields.CC);
            case LIST -> List.of(Fields.LIST);
            case SUBJECT, FILENAME, TYPE, BCC, LABEL, ATTACHMENT -> List.of(); // not everybody sees these
        };
    }

    /// How much each word weighs at this moment, to this viewer.
    Start.Ranking ranking(IndexSearcher searcher, QueryCompiler compiler, long upTo) throws IOException {
        long letters = searcher.count(compiler.within(MatchAllDocsQuery.INSTANCE));
        List<Integer> weights = new ArrayList<>();
        for (Word word : words) {
            long with = searcher.count(compiler.within(word.query()));
            double rarity = Math.log(1 + (letters - with + 0.5) / (with + 0.5));
            weights.add(Math.clamp(Math.round(WEIGHT_UNIT * rarity), 1, Start.Ranking.WEIGHT_LIMIT));
        }
        return new Start.Ranking(upTo, weights);
    }

    /// The best, in order.
    ///
    /// @param after only what comes behind it; empty for the first page
    List<Ranked> best(
            IndexSearcher searcher,
            org.apache.lucene.search.Query matching,
            Start.Ranking ranking,
            Optional<Ranked> after,
            int limit)
            throws IOException {
        PriorityQueue<Ranked> best = new PriorityQueue<>((a, b) -> a.before(b) ? 1 : b.before(a) ? -1 : 0);
        Weight weight = searcher.createWeight(searcher.rewrite(matching), ScoreMode.COMPLETE_NO_SCORES, 1);
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            Scorer scorer = weight.scorer(leaf);
            if (scorer == null) {
                continue;
            }
            Scores scores = new Scores(leaf, ranking);
            NumericDocValues numbers = DocValues.getNumeric(leaf.reader(), Fields.NUMBER);
            Bits live = leaf.reader().getLiveDocs();
            DocIdSetIterator each = scorer.iterator();
            for (int d = each.nextDoc(); d != DocIdSetIterator.NO_MORE_DOCS; d = each.nextDoc()) {
                if ((live == null || live.get(d)) && numbers.advanceExact(d) && numbers.longValue() <= ranking.upTo()) {
                    Ranked ranked = new Ranked(leaf.docBase + d, numbers.longValue(), scores.of(d));
                    boolean behind = after.isEmpty() || after.get().before(ranked);
                    if (behind && (best.size() < limit || ranked.before(best.element()))) {
                        best.add(ranked);
                        if (best.size() > limit) {
                            best.remove();
                        }
                    }
                }
            }
        }
        List<Ranked> sorted = new ArrayList<>(best);
        sorted.sort((a, b) -> a.before(b) ? -1 : b.before(a) ? 1 : 0);
        return sorted;
    }

    /// Scores in one segment, of rising documents.
    private final class Scores {
        private final List<List<Occurrences>> words = new ArrayList<>();
        private final List<Integer> weights;
        private final NumericDocValues lengths;

        Scores(LeafReaderContext leaf, Start.Ranking ranking) throws IOException {
            weights = ranking.weights();
            lengths = DocValues.getNumeric(leaf.reader(), Fields.LENGTH);
            for (int i = 0; i < Relevance.this.words.size() && i < weights.size(); i++) {
                Word word = Relevance.this.words.get(i);
                List<Occurrences> lists = new ArrayList<>();
                for (String field : word.fields()) {
                    PostingsEnum list = leaf.reader().postings(new Term(field, word.text()), PostingsEnum.FREQS);
                    if (list != null) {
                        lists.add(new Occurrences(list, SHARES.getOrDefault(field, 1.0)));
                    }
                }
                words.add(lists);
            }
        }

        long of(int document) throws IOException {
            double chars = lengths.advanceExact(document) ? SmallFloat.byte4ToInt((byte) lengths.longValue()) : 0;
            double slack = SATURATION * (1 - LENGTH_SHARE + LENGTH_SHARE * chars / USUAL_CHARS);
            double score = 0;
            for (int i = 0; i < words.size(); i++) {
                double times = 0;
                for (Occurrences list : words.get(i)) {
                    times += list.in(document);
                }
                score += weights.get(i) * (SATURATION + 1) * times / (times + slack);
            }
            return Math.round(SCORE_UNIT * score);
        }
    }

    /// How often a word stands in a field, and how much once counts.
    private record Occurrences(PostingsEnum list, double share) {
        double in(int document) throws IOException {
            int at = list.docID() < document ? list.advance(document) : list.docID();
            return at == document ? share * list.freq() : 0;
        }
    }
}
