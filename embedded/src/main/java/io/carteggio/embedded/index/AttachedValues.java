package io.carteggio.embedded.index;

import java.io.IOException;
import java.util.Optional;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/// Looks up what the index has of one letter's attachments.
final class AttachedValues {
    private AttachedValues() {}

    static Optional<BytesRef> of(IndexSearcher searcher, long letter) throws IOException {
        BytesRef key = Fields.key(letter);
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            Terms terms = leaf.reader().terms(Fields.KEY);
            TermsEnum each = terms == null ? TermsEnum.EMPTY : terms.iterator();
            if (terms == null || !each.seekExact(key)) {
                continue;
            }
            Bits live = leaf.reader().getLiveDocs();
            PostingsEnum documents = each.postings(null, PostingsEnum.NONE);
            for (int d = documents.nextDoc(); d != DocIdSetIterator.NO_MORE_DOCS; d = documents.nextDoc()) {
                BinaryDocValues values = leaf.reader().getBinaryDocValues(Fields.SEALED);
                if ((live == null || live.get(d)) && values != null && values.advanceExact(d)) {
                    return Optional.of(BytesRef.deepCopyOf(values.binaryValue()));
                }
            }
        }
        return Optional.empty();
    }
}
