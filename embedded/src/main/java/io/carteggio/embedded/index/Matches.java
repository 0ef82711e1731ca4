package io.carteggio.embedded.index;

import java.io.IOException;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.Query;
import org.apache.lucene.search.ScoreMode;
import org.apache.lucene.search.Scorer;
import org.apache.lucene.search.Weight;
import org.apache.lucene.util.ArrayUtil;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.InPlaceMergeSorter;

/// All letters that match, newest first: twenty octets of memory each. Belongs to one thread.
final class Matches {
    private long[] numbers = new long[0];
    private long[] seconds = new long[0];
    private int[] documents = new int[0];
    private int size;

    private Matches() {}

    static Matches of(IndexSearcher searcher, Query query) throws IOException {
        Matches matches = new Matches();
        Weight weight = searcher.createWeight(searcher.rewrite(query), ScoreMode.COMPLETE_NO_SCORES, 1);
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            Scorer scorer = weight.scorer(leaf);
            if (scorer != null) {
                matches.take(leaf, scorer.iterator());
            }
        }
        matches.sort();
        return matches;
    }

    private void take(LeafReaderContext leaf, DocIdSetIterator matching) throws IOException {
        Bits live = leaf.reader().getLiveDocs();
        NumericDocValues number = DocValues.getNumeric(leaf.reader(), Fields.NUMBER);
        NumericDocValues date = DocValues.getNumeric(leaf.reader(), Fields.DATE);
        for (int d = matching.nextDoc(); d != DocIdSetIterator.NO_MORE_DOCS; d = matching.nextDoc()) {
            if ((live == null || live.get(d)) && number.advanceExact(d)) {
                numbers = ArrayUtil.grow(numbers, size + 1);
                seconds = ArrayUtil.grow(seconds, size + 1);
                documents = ArrayUtil.grow(documents, size + 1);
                documents[size] = leaf.docBase + d;
                numbers[size] = number.longValue();
                seconds[size] = date.advanceExact(d) ? date.longValue() : 0;
                size++;
            }
        }
    }

    private void sort() {
        new InPlaceMergeSorter() {
            @Override
            protected int compare(int i, int j) {
                return Long.compare(numbers[i], numbers[j]); // runs of it are in this order already
            }

            @Override
            protected void swap(int i, int j) {
                long number = numbers[i];
                numbers[i] = numbers[j];
                numbers[j] = number;
                long second = seconds[i];
                seconds[i] = seconds[j];
                seconds[j] = second;
                int document = documents[i];
                documents[i] = documents[j];
                documents[j] = document;
            }
        }.sort(0, size);
    }

    int size() {
        return size;
    }

    long number(int i) {
        return numbers[size - 1 - i];
    }

    int document(int i) {
        return documents[size - 1 - i];
    }

    /// The date shown, in seconds since 1970.
    long seconds(int i) {
        return seconds[size - 1 - i];
    }
}
