package io.carteggio.embedded.index;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.Scope;
import io.carteggio.archive.attribution.Tenure;
import io.carteggio.archive.search.Query.Where;
import io.carteggio.archive.search.SearchIndex.Link;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import org.apache.lucene.document.NumericDocValuesField;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.BooleanClause.Occur;
import org.apache.lucene.search.BooleanQuery;
import org.apache.lucene.search.MatchAllDocsQuery;
import org.apache.lucene.search.MatchNoDocsQuery;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.TermInSetQuery;
import org.apache.lucene.search.TermQuery;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.StringHelper;

/// Turns what is asked, and who asks, into what Lucene is asked. Belongs to one question.
final class QueryCompiler {
    private static final List<String> TEXTS = List.of(Fields.TEXT, Fields.SUBJECT, Fields.FILE, Fields.ATTACHED);

    private final Scope scope;
    private final IndexReader reader;
    private final SeenLetters seen;

    QueryCompiler(Scope scope, IndexReader reader, SeenLetters seen) {
        this.scope = scope;
        this.reader = reader;
        this.seen = seen;
    }

    /// What matches, within the scope.
    Query matching(io.carteggio.archive.search.Query query) throws IOException {
        Query found = compile(query).orElse(new MatchNoDocsQuery("nothing to look for"));
        return within(found);
    }

    /// What matches, for looking among letters that the scope lets through already.
    Query alone(io.carteggio.archive.search.Query query) throws IOException {
        return compile(query).orElse(MatchAllDocsQuery.INSTANCE);
    }

    /// Narrowed to the letters that the viewer may see.
    Query within(Query found) {
        return switch (scope) {
            case Scope.Everything() -> found;
            case Scope.Own own -> both(seen.by(own, seenBy(own, e -> e.seenBy(own))), found);
            case Scope.Across across -> both(seen.by(across, seenBy(across)), found);
        };
    }

    /// Letters of certain people, as their own; and letters of certain days, where all testimonies tell one instant by
    /// that, else where one of them does.
    private static Query seenBy(Scope.Across across) {
        BooleanQuery.Builder any = new BooleanQuery.Builder();
        any.add(seenBy(across.people(), e -> e.seenBy(across)), Occur.SHOULD);
        for (Scope.Span span : across.spans()) {
            between(span.from(), span.to()).ifPresent(days -> any.add(days, Occur.SHOULD));
        }
        if (!across.spans().isEmpty()) {
            any.add(new EnvelopeCheck(flag(Fields.FLAG_SEVERAL_INSTANTS), e -> e.seenBy(across)), Occur.SHOULD);
        }
        return any.build();
    }

    private static Optional<Query> between(Instant from, Instant to) {
        long first = millisNotBefore(from);
        long after = millisNotBefore(to);
        return first < after
                ? Optional.of(NumericDocValuesField.newSlowRangeQuery(Fields.AT, first, after - 1))
                : Optional.empty();
    }

    /// Letters that a testimony lets her see: always hers by the key alone, else also by the instant; where the
    /// testimonies tell different instants, key and instant must stand together in one of them.
    private static Query seenBy(Scope.Own own, Predicate<Envelopes> test) {
        BooleanQuery.Builder any = new BooleanQuery.Builder();
        held(own, Fields.WHO, false).forEach((spans, keys) -> any.add(counting(keys, spans, test), Occur.SHOULD));
        held(own, Fields.NAMED, true).forEach((spans, keys) -> any.add(counting(keys, spans, test), Occur.SHOULD));
        return any.build();
    }

    /// The addresses that count for the same spans, together: who is in many groups mostly is so since the
    /// same day.
    private static Map<List<Tenure>, Keys> held(Scope.Own own, String field, boolean throughGroup) {
        Map<List<Tenure>, Keys> bySpans = new LinkedHashMap<>();
        for (Map.Entry<String, List<Tenure>> held : own.byKey().entrySet()) {
            List<Tenure> spans = held.getValue().stream()
                    .filter(t -> t.throughGroup() == throughGroup)
                    .map(t -> new Tenure("", t.from(), t.to()))
                    .toList();
            if (!spans.isEmpty()) {
                bySpans.computeIfAbsent(spans, _ -> new Keys(field, new ArrayList<>(1)))
                        .terms
                        .add(new BytesRef(PeopleWords.bounded(held.getKey())));
            }
        }
        return bySpans;
    }

    /// Keys in one field.
    private record Keys(String field, List<BytesRef> terms) {
        Query query() {
            return terms.size() == 1
                    ? new TermQuery(new Term(field, terms.getFirst()))
                    : new TermInSetQuery(field, terms);
        }
    }

    private static Query counting(Keys keys, List<Tenure> spans, Predicate<Envelopes> test) {
        Query who = keys.query();
        if (spans.stream().anyMatch(Tenure::always)) {
            return who;
        }
        BooleanQuery.Builder any = new BooleanQuery.Builder();
        BooleanQuery.Builder within = new BooleanQuery.Builder();
        for (Tenure tenure : spans) {
            between(tenure.from(), tenure.to()).ifPresent(days -> within.add(days, Occur.SHOULD));
        }
        any.add(both(who, within.build()), Occur.SHOULD);
        any.add(new EnvelopeCheck(both(who, flag(Fields.FLAG_SEVERAL_INSTANTS)), test), Occur.SHOULD);
        return any.build();
    }

    /// The first whole millisecond that is not before the instant: as `at` is whole, comparing with it is
    /// exact.
    private static long millisNotBefore(Instant instant) {
        try {
            long millis = instant.toEpochMilli();
            return Instant.ofEpochMilli(millis).isBefore(instant) ? millis + 1 : millis;
        } catch (ArithmeticException farAway) {
            return instant.isBefore(Instant.EPOCH) ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }

    /// Empty where there is nothing that the index could know, as in `&`: that neither narrows nor widens.
    private Optional<Query> compile(io.carteggio.archive.search.Query query) throws IOException {
        return switch (query) {
            case io.carteggio.archive.search.Query.All() -> Optional.of(MatchAllDocsQuery.INSTANCE);
            case io.carteggio.archive.search.Query.Words(Where where, String text, boolean prefix) ->
                words(where, Wanted.of(text, prefix));
            case io.carteggio.archive.search.Query.HasAttachment() -> Optional.of(flag(Fields.FLAG_ATTACHMENT));
            case io.carteggio.archive.search.Query.NotFullySearched() ->
                Optional.of(flag(Fields.FLAG_NOT_FULLY_SEARCHED));
            case io.carteggio.archive.search.Query.Unsearched(var why) ->
                Optional.of(flag(Fields.FLAG_SHORTFALL + why.word()));
            case io.carteggio.archive.search.Query.Larger(long bytes) ->
                Optional.of(
                        bytes == Long.MAX_VALUE
                                ? new MatchNoDocsQuery("larger than anything")
                                : NumericDocValuesField.newSlowRangeQuery(Fields.SIZE, bytes + 1, Long.MAX_VALUE));
            case io.carteggio.archive.search.Query.Smaller(long bytes) ->
                Optional.of(
                        bytes <= 0
                                ? new MatchNoDocsQuery("smaller than nothing")
                                : NumericDocValuesField.newSlowRangeQuery(Fields.SIZE, 0, bytes - 1));
            case io.carteggio.archive.search.Query.Dated(Instant from, Instant to) ->
                Optional.of(NumericDocValuesField.newSlowRangeQuery(
                        Fields.DATE, secondNotBefore(from), secondNotBefore(to) - 1));
            case io.carteggio.archive.search.Query.Id(String text) -> Optional.of(id(text));
            case io.carteggio.archive.search.Query.And(var parts) -> and(parts);
            case io.carteggio.archive.search.Query.Or(var choices) -> or(choices);
            case io.carteggio.archive.search.Query.Not(var refused) ->
                compile(refused)
                        .map(q -> new BooleanQuery.Builder()
                                .add(MatchAllDocsQuery.INSTANCE, Occur.FILTER)
                                .add(q, Occur.MUST_NOT)
                                .build());
        };
    }

    static long secondNotBefore(Instant instant) {
        return instant.getNano() == 0 ? instant.getEpochSecond() : instant.getEpochSecond() + 1;
    }

    private Optional<Query> and(List<io.carteggio.archive.search.Query> parts) throws IOException {
        BooleanQuery.Builder all = new BooleanQuery.Builder();
        boolean some = false;
        boolean positive = false;
        for (io.carteggio.archive.search.Query part : parts) {
            boolean negated = part instanceof io.carteggio.archive.search.Query.Not;
            Optional<Query> compiled = part instanceof io.carteggio.archive.search.Query.Not(var refused)
                    ? compile(refused)
                    : compile(part);
            if (compiled.isPresent()) {
                all.add(compiled.get(), negated ? Occur.MUST_NOT : Occur.FILTER);
                some = true;
                positive |= !negated;
            }
        }
        if (some && !positive) {
            all.add(MatchAllDocsQuery.INSTANCE, Occur.FILTER);
        }
        return some ? Optional.of(all.build()) : Optional.empty();
    }

    private Optional<Query> or(List<io.carteggio.archive.search.Query> choices) throws IOException {
        BooleanQuery.Builder any = new BooleanQuery.Builder();
        boolean some = false;
        for (io.carteggio.archive.search.Query choice : choices) {
            Optional<Query> compiled = compile(choice);
            if (compiled.isPresent()) {
                any.add(compiled.get(), Occur.SHOULD);
                some = true;
            }
        }
        return some ? Optional.of(any.build()) : Optional.empty();
    }

    private Optional<Query> words(Where where, Wanted wanted) throws IOException {
        if (wanted.isVoid()) {
            return Optional.empty();
        }
        return Optional.of(
                switch (where) {
                    case SUBJECT -> wanted.words(Fields.SUBJECT, reader);
                    case FILENAME -> wanted.words(Fields.FILE, reader);
                    case ATTACHMENT -> wanted.words(Fields.ATTACHED, reader);
                    case TYPE -> wanted.words(Fields.TYPE, reader);
                    case ANYWHERE ->
                        people(where, wanted, TEXTS, List.of(Fields.FROM, Fields.TO, Fields.CC, Fields.LIST));
                    case FROM -> people(where, wanted, List.of(), List.of(Fields.FROM));
                    case TO -> people(where, wanted, List.of(), List.of(Fields.TO, Fields.CC));
                    case CC -> people(where, wanted, List.of(), List.of(Fields.CC));
                    case BCC -> people(where, wanted, List.of(), List.of());
                    case LIST -> people(where, wanted, List.of(), List.of(Fields.LIST));
                    case LABEL -> labelled(new Wanted(wanted.tokens(), Optional.empty(), wanted.prefix()));
                });
    }

    /// An `@` in a label's name means nothing.
    private Query labelled(Wanted wanted) throws IOException {
        Query any = wanted.words(Fields.LABEL, reader);
        return switch (scope) {
            case Scope.Everything() -> any;
            case Scope.Own own -> new EnvelopeCheck(any, envelopes -> envelopes.isLabelled(own, wanted::matches));
            case Scope.Across across ->
                new EnvelopeCheck(any, envelopes -> envelopes.isLabelled(across, wanted::matches));
        };
    }

    private Query people(Where where, Wanted wanted, List<String> texts, List<String> open) throws IOException {
        BooleanQuery.Builder any = new BooleanQuery.Builder();
        for (String field : texts) {
            any.add(wanted.words(field, reader), Occur.SHOULD);
        }
        for (String field : open) {
            any.add(wanted.person(field, reader), Occur.SHOULD);
        }
        Query hidden = wanted.person(Fields.HIDDEN, reader);
        boolean allMayBeSeen = where == Where.ANYWHERE && scope instanceof Scope.Everything;
        any.add(
                allMayBeSeen
                        ? hidden
                        : new EnvelopeCheck(hidden, envelopes -> envelopes.shows(scope, where, wanted::matches)),
                Occur.SHOULD);
        return any.build();
    }

    private static Query id(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        BytesRef message = Ids.ofMessage(text);
        BooleanQuery.Builder either = new BooleanQuery.Builder();
        either.add(new TermQuery(new Term(Fields.ID, message)), Occur.SHOULD);
        if (LetterId.looksLike(lower)) {
            either.add(new TermQuery(new Term(Fields.ID, Ids.ofLetter(new LetterId(lower)))), Occur.SHOULD);
        }
        return either.build();
    }

    /// Letters with this link, whoever may see them.
    static Query linked(Link link, Collection<Long> keys, IndexReader reader) throws IOException {
        if (link != Link.OWN) {
            return new TermInSetQuery(
                    Fields.LINK, keys.stream().map(key -> Ids.ofLink(link, key)).toList());
        }
        List<BytesRef> begin = keys.stream().map(Ids::ofKey).sorted().toList();
        Set<BytesRef> ids = new HashSet<>();
        for (LeafReaderContext leaf : reader.leaves()) {
            Terms terms = leaf.reader().terms(Fields.ID);
            if (terms != null) {
                TermsEnum each = terms.iterator();
                for (BytesRef key : begin) {
                    boolean some = each.seekCeil(key) != TermsEnum.SeekStatus.END;
                    for (BytesRef id = some ? each.term() : null;
                            id != null && StringHelper.startsWith(id, key);
                            id = each.next()) {
                        ids.add(BytesRef.deepCopyOf(id));
                    }
                }
            }
        }
        return new TermInSetQuery(Fields.ID, ids);
    }

    /// The letters with these numbers.
    static Query numbered(Collection<Long> numbers) {
        return new TermInSetQuery(Fields.KEY, numbers.stream().map(Fields::key).toList());
    }

    static Query flag(String flag) {
        return new TermQuery(new Term(Fields.FLAG, flag));
    }

    static Query both(Query one, Query other) {
        return new BooleanQuery.Builder()
                .add(one, Occur.FILTER)
                .add(other, Occur.FILTER)
                .build();
    }
}
