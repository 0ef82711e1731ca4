package io.carteggio.embedded.index;

import io.carteggio.archive.access.Scope;
import io.carteggio.archive.attribution.Tenure;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SearchIndex.Coverage;
import io.carteggio.archive.search.SearchIndex.Found;
import io.carteggio.archive.search.SearchIndex.Link;
import io.carteggio.archive.search.SearchIndex.Unowned;
import io.carteggio.archive.search.Start;
import io.carteggio.archive.search.Start.Ranking;
import io.carteggio.embedded.index.Relevance.Ranked;
import io.carteggio.mail.extract.Shortfall;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.DocValuesSkipper;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.ReaderUtil;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;

/// What an index answers, as it was at one moment.
///
/// @param searcher that moment; whoever asks holds it
/// @param seen which letters scopes let through
/// @param lately what is shown of letters that were shown before
record Answers(IndexSearcher searcher, SeenLetters seen, ShownLately lately) {
    Found find(Query query, Scope scope, Start start, int limit, Duration counting) throws IOException {
        QueryCompiler compiler = compiler(scope);
        org.apache.lucene.search.Query matching = searcher.rewrite(compiler.matching(query));
        Tally tally = Tally.of(searcher, matching, counting);
        long notFullySearched = searcher.count(compiler.within(QueryCompiler.flag(Fields.FLAG_NOT_FULLY_SEARCHED)));
        Optional<Relevance> relevance = start.isNewestFirst() ? Optional.empty() : Relevance.of(query);
        List<Hit> hits;
        List<Start> after = new ArrayList<>();
        boolean all = false; // that match are on this page
        if (relevance.isEmpty()) {
            long before = start instanceof Start.Newest(long number) ? number : Long.MAX_VALUE;
            hits = shown(Newest.of(searcher, before(matching, before), limit, tally.likely()));
            hits.forEach(hit -> after.add(new Start.Newest(hit.letter())));
            all = before == Long.MAX_VALUE && hits.size() < limit;
        } else {
            Ranking ranking = start instanceof Start.BestAfter at
                    ? at.ranking()
                    : relevance.get().ranking(searcher, compiler, highestNumber(searcher));
            Optional<Ranked> last = start instanceof Start.BestAfter(Ranking _, long score, long letter)
                    ? Optional.of(new Ranked(0, letter, score))
                    : Optional.empty();
            List<Ranked> best = relevance.get().best(searcher, matching, ranking, last, limit);
            hits = shown(best.stream().map(Ranked::document).toList());
            best.forEach(ranked -> after.add(new Start.BestAfter(ranking, ranked.score(), ranked.number())));
        }
        return new Found(hits, after, Math.max(tally.matches(), hits.size()), tally.exact() || all, notFullySearched);
    }

    private static org.apache.lucene.search.Query before(org.apache.lucene.search.Query matching, long before) {
        return before == Long.MAX_VALUE
                ? matching
                : QueryCompiler.both(
                        matching, NumericDocValuesField.newSlowRangeQuery(Fields.NUMBER, Long.MIN_VALUE, before - 1));
    }

    private List<Hit> shown(List<Integer> documents) throws IOException {
        List<Hit> hits = new ArrayList<>();
        StoredFields stored = searcher.storedFields();
        for (int document : documents) {
            hits.add(lately.of(searcher, stored, document));
        }
        return hits;
    }

    List<Hit> among(Query query, Scope scope, Start start, Collection<Long> letters) throws IOException {
        org.apache.lucene.search.Query these = QueryCompiler.both(
                QueryCompiler.numbered(letters), compiler(scope).matching(query));
        Optional<Relevance> relevance = start instanceof Start.BestAfter ? Relevance.of(query) : Optional.empty();
        if (relevance.isPresent() && start instanceof Start.BestAfter(Ranking ranking, long _, long _)) {
            return shown(relevance.get().best(searcher, these, ranking, Optional.empty(), letters.size()).stream()
                    .map(Ranked::document)
                    .toList());
        }
        return newest(these, Math.max(1, letters.size()));
    }

    List<Hit> linked(Link link, Collection<Long> keys, Scope scope, int limit) throws IOException {
        return newest(compiler(scope).within(QueryCompiler.linked(link, keys, searcher.getIndexReader())), limit);
    }

    /// The newest of what is known to be few.
    private List<Hit> newest(org.apache.lucene.search.Query few, int limit) throws IOException {
        Matches matches = Matches.of(searcher, few);
        List<Integer> documents = new ArrayList<>();
        for (int i = 0; i < matches.size() && i < limit; i++) {
            documents.add(matches.document(i));
        }
        return shown(documents);
    }

    Matches matches(Query query, Scope scope) throws IOException {
        return Matches.of(searcher, compiler(scope).matching(query));
    }

    boolean matches(Query query, long letter) throws IOException {
        org.apache.lucene.search.Query matching =
                compiler(new Scope.Everything()).matching(query);
        return searcher.count(QueryCompiler.both(new TermQuery(LuceneIndex.key(letter)), matching)) > 0;
    }

    long[] counts(Query query, Scope scope, List<Query> further) throws IOException {
        return Counting.of(searcher, compiler(scope), query, further);
    }

    Unowned unowned(Map<String, List<Tenure>> byKey, int limit) throws IOException {
        return new UnownedLetters(searcher.getIndexReader(), byKey).told(limit);
    }

    /// Letters whose attachments are to be read: first those that wait, then those that another reader read.
    List<Long> unread(String reader, int limit) throws IOException {
        List<Long> letters = newestLetters(waiting(), limit);
        if (letters.size() < limit) {
            letters.addAll(newestLetters(outdated(reader), limit - letters.size()));
        }
        return letters;
    }

    private static org.apache.lucene.search.Query waiting() {
        return QueryCompiler.flag(Fields.FLAG_SHORTFALL + Shortfall.WAITING.word());
    }

    private org.apache.lucene.search.Query outdated(String reader) throws IOException {
        Set<BytesRef> others = new TreeSet<>();
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            Terms terms = leaf.reader().terms(Fields.READER);
            TermsEnum each = terms == null ? TermsEnum.EMPTY : terms.iterator();
            for (BytesRef term = each.next(); term != null; term = each.next()) {
                others.add(BytesRef.deepCopyOf(term));
            }
        }
        others.remove(new BytesRef(reader));
        return others.isEmpty() ? new MatchNoDocsQuery("no other reader") : new TermInSetQuery(Fields.READER, others);
    }

    private List<Long> newestLetters(org.apache.lucene.search.Query query, int limit) throws IOException {
        List<Long> letters = new ArrayList<>();
        org.apache.lucene.search.Query rewritten = searcher.rewrite(query);
        for (int document : Newest.of(searcher, rewritten, limit, searcher.count(rewritten))) {
            LeafReaderContext leaf = searcher.getIndexReader()
                    .leaves()
                    .get(ReaderUtil.subIndex(document, searcher.getIndexReader().leaves()));
            NumericDocValues numbers = DocValues.getNumeric(leaf.reader(), Fields.NUMBER);
            if (numbers.advanceExact(document - leaf.docBase)) {
                letters.add(numbers.longValue());
            }
        }
        return letters;
    }

    Coverage coverage(String reader) throws IOException {
        Map<Shortfall, Long> letters = new EnumMap<>(Shortfall.class);
        for (Shortfall why : Shortfall.values()) {
            letters.put(why, (long) searcher.count(QueryCompiler.flag(Fields.FLAG_SHORTFALL + why.word())));
        }
        return new Coverage(
                searcher.count(QueryCompiler.flag(Fields.FLAG_NOT_FULLY_SEARCHED)),
                letters,
                searcher.count(outdated(reader)));
    }

    private QueryCompiler compiler(Scope scope) {
        return new QueryCompiler(scope, searcher.getIndexReader(), seen);
    }

    /// The largest number of any letter; 0 where there is none.
    static long highestNumber(IndexSearcher searcher) throws IOException {
        long highest = 0;
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            DocValuesSkipper numbers = leaf.reader().getDocValuesSkipper(Fields.NUMBER);
            highest = Math.max(highest, numbers == null ? Long.MAX_VALUE : numbers.maxValue());
        }
        return highest;
    }
}
