package io.carteggio.embedded.index;

import io.carteggio.archive.access.Scope;
import io.carteggio.archive.attribution.Tenure;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.archive.search.UnknownAddress;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.PriorityQueue;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.IndexReader;
import org.apache.lucene.index.MultiBits;
import org.apache.lucene.index.MultiDocValues;
import org.apache.lucene.index.MultiTerms;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;

/// Which letters are nobody's, and the addresses in them: one walk through the addresses of all envelopes for each of
/// the two. A bit a letter of memory, and the addresses that are told. Belongs to one question.
final class UnownedLetters {
    private final IndexReader reader;
    private final Map<String, List<Tenure>> byTerm;
    private final FixedBitSet unowned;

    UnownedLetters(IndexReader reader, Map<String, List<Tenure>> byKey) throws IOException {
        this.reader = reader;
        this.byTerm = HashMap.newHashMap(byKey.size());
        byKey.forEach((key, tenures) -> byTerm.put(PeopleWords.bounded(key), tenures));
        this.unowned = new FixedBitSet(Math.max(1, reader.maxDoc()));
        all();
        takeOwned(new Scope.Own(byKey));
    }

    private void all() {
        Optional<Bits> live = Optional.ofNullable(MultiBits.getLiveDocs(reader));
        for (int document = 0; document < reader.maxDoc(); document++) {
            if (live.isEmpty() || live.get().get(document)) {
                unowned.set(document);
            }
        }
    }

    private void takeOwned(Scope.Own everybody) throws IOException {
        takeOwned(Fields.WHO, false, everybody);
        takeOwned(Fields.NAMED, true, everybody);
    }

    /// Whose an address is counts wherever it stands; a group's members count where nobody vouches for who got it.
    private void takeOwned(String field, boolean throughGroup, Scope.Own everybody) throws IOException {
        each(field, (term, postings) -> {
            List<Tenure> tenures = byTerm.getOrDefault(term.utf8ToString(), List.of()).stream()
                    .filter(t -> t.throughGroup() == throughGroup)
                    .toList();
            if (tenures.stream().anyMatch(Tenure::always)) {
                for (int d = postings.nextDoc(); d != DocIdSetIterator.NO_MORE_DOCS; d = postings.nextDoc()) {
                    unowned.clear(d);
                }
            } else if (!tenures.isEmpty()) {
                takeHeld(tenures, postings, everybody);
            }
        });
    }

    private void takeHeld(List<Tenure> tenures, PostingsEnum postings, Scope.Own everybody) throws IOException {
        NumericDocValues at = MultiDocValues.getNumericValues(reader, Fields.AT);
        BinaryDocValues envelopes = MultiDocValues.getBinaryValues(reader, Fields.ENVELOPES);
        for (int d = postings.nextDoc(); d != DocIdSetIterator.NO_MORE_DOCS; d = postings.nextDoc()) {
            boolean held;
            if (at != null && at.advanceExact(d)) {
                Instant instant = Instant.ofEpochMilli(at.longValue());
                held = tenures.stream().anyMatch(t -> t.covers(instant));
            } else { // key and instant must stand together in one testimony
                held = envelopes != null
                        && envelopes.advanceExact(d)
                        && Envelopes.decode(envelopes.binaryValue()).seenBy(everybody);
            }
            if (held) {
                unowned.clear(d);
            }
        }
    }

    /// @param limit how many addresses at most
    SearchIndex.Unowned told(int limit) throws IOException {
        Comparator<UnknownAddress> order =
                Comparator.comparingLong(UnknownAddress::letters).reversed().thenComparing(UnknownAddress::key);
        PriorityQueue<UnknownAddress> most = new PriorityQueue<>(order.reversed());
        long[] addresses = {0};
        each(Fields.WHO, (term, postings) -> {
            Optional<UnknownAddress> address = address(term, postings);
            if (address.isPresent()) {
                addresses[0]++;
                most.add(address.get());
                if (most.size() > limit) {
                    most.poll();
                }
            }
        });
        List<UnknownAddress> told = new ArrayList<>(most);
        told.sort(order);
        return new SearchIndex.Unowned(unowned.cardinality(), addresses[0], told);
    }

    private Optional<UnknownAddress> address(BytesRef term, PostingsEnum postings) throws IOException {
        long letters = 0;
        long sent = 0;
        Instant first = Instant.MAX;
        Instant last = Instant.MIN;
        DocIdSetIterator from = from(term);
        NumericDocValues at = MultiDocValues.getNumericValues(reader, Fields.AT);
        NumericDocValues date = MultiDocValues.getNumericValues(reader, Fields.DATE);
        for (int d = postings.nextDoc(); d != DocIdSetIterator.NO_MORE_DOCS; d = postings.nextDoc()) {
            if (unowned.get(d)) {
                letters++;
                if ((from.docID() < d ? from.advance(d) : from.docID()) == d) {
                    sent++;
                }
                Instant came = at != null && at.advanceExact(d)
                        ? Instant.ofEpochMilli(at.longValue())
                        : Instant.ofEpochSecond(date != null && date.advanceExact(d) ? date.longValue() : 0);
                first = came.isBefore(first) ? came : first;
                last = came.isAfter(last) ? came : last;
            }
        }
        return letters == 0
                ? Optional.empty()
                : Optional.of(new UnknownAddress(term.utf8ToString(), letters, sent, first, last));
    }

    private DocIdSetIterator from(BytesRef term) throws IOException {
        PostingsEnum postings = MultiTerms.getTermPostingsEnum(reader, Fields.FROM, term, PostingsEnum.NONE);
        return postings == null ? DocIdSetIterator.empty() : postings;
    }

    @FunctionalInterface
    private interface Each {
        void take(BytesRef term, PostingsEnum postings) throws IOException;
    }

    private void each(String field, Each each) throws IOException {
        Terms terms = MultiTerms.getTerms(reader, field);
        if (terms == null) {
            return; // no letters yet
        }
        TermsEnum all = terms.iterator();
        for (BytesRef term = all.next(); term != null; term = all.next()) {
            each.take(term, all.postings(null, PostingsEnum.NONE));
        }
    }
}
