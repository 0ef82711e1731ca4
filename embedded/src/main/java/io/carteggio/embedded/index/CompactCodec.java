package io.carteggio.embedded.index;

import java.io.IOException;
import org.apache.lucene.codecs.FieldsConsumer;
import org.apache.lucene.codecs.FieldsProducer;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.PostingsFormat;
import org.apache.lucene.codecs.StoredFieldsFormat;
import org.apache.lucene.codecs.compressing.CompressionMode;
import org.apache.lucene.codecs.lucene103.blocktree.Lucene103BlockTreeTermsReader;
import org.apache.lucene.codecs.lucene103.blocktree.Lucene103BlockTreeTermsWriter;
import org.apache.lucene.codecs.lucene104.Lucene104Codec;
import org.apache.lucene.codecs.lucene90.compressing.Lucene90CompressingStoredFieldsFormat;
import org.apache.lucene.index.SegmentReadState;
import org.apache.lucene.index.SegmentWriteState;
import org.apache.lucene.util.IOUtils;

/// Lucene's own format but for the lists of where a term occurs, which are most of an index: those are written
/// bit by bit ([CompactPostingsWriter]), a third smaller. Lucene's are made for ranking millions of web pages
/// in a millisecond; nothing here is ranked, and a mailbox is small beside its mails.
///
/// Found by its name through `META-INF/services`; public for that alone.
public final class CompactCodec extends FilterCodec {
    private static final String NAME = "CarteggioCompact1";

    /// What a page of results shows is compressed hard, but in small pieces: a page takes fifty of them.
    private static final int SHOWN_PIECE_BYTES = 8 * 1024;

    private static final int SHOWN_PIECE_LETTERS = 64;
    private static final int SHOWN_INDEX_SHIFT = 10; // Lucene's own

    private final PostingsFormat postings = new Postings();
    private final StoredFieldsFormat shown = new Lucene90CompressingStoredFieldsFormat(
            "CarteggioShown",
            CompressionMode.HIGH_COMPRESSION,
            SHOWN_PIECE_BYTES,
            SHOWN_PIECE_LETTERS,
            SHOWN_INDEX_SHIFT);

    /// For Lucene, which makes one by itself.
    public CompactCodec() {
        super(NAME, new Lucene104Codec());
    }

    @Override
    public PostingsFormat postingsFormat() {
        return postings;
    }

    @Override
    public StoredFieldsFormat storedFieldsFormat() {
        return shown;
    }

    /// Terms in Lucene's tree, their lists in ours.
    private static final class Postings extends PostingsFormat {
        Postings() {
            super(NAME);
        }

        @Override
        public FieldsConsumer fieldsConsumer(SegmentWriteState state) throws IOException {
            CompactPostingsWriter lists = new CompactPostingsWriter(state);
            boolean made = false;
            try {
                FieldsConsumer terms = new Lucene103BlockTreeTermsWriter(
                        state,
                        lists,
                        Lucene103BlockTreeTermsWriter.DEFAULT_MIN_BLOCK_SIZE,
                        Lucene103BlockTreeTermsWriter.DEFAULT_MAX_BLOCK_SIZE);
                made = true;
                return terms;
            } finally {
                if (!made) {
                    IOUtils.closeWhileHandlingException(lists);
                }
            }
        }

        @Override
        public FieldsProducer fieldsProducer(SegmentReadState state) throws IOException {
            CompactPostingsReader lists = new CompactPostingsReader(state);
            boolean made = false;
            try {
                FieldsProducer terms = new Lucene103BlockTreeTermsReader(lists, state);
                made = true;
                return terms;
            } finally {
                if (!made) {
                    IOUtils.closeWhileHandlingException(lists);
                }
            }
        }
    }
}
