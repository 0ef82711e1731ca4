package io.carteggio.embedded.index;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.apache.lucene.analysis.TokenStream;
import org.apache.lucene.analysis.tokenattributes.PositionIncrementAttribute;
import org.apache.lucene.analysis.tokenattributes.TermToBytesRefAttribute;
import org.apache.lucene.document.Document;
import org.apache.lucene.index.DocValuesType;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexableField;
import org.apache.lucene.util.BytesRef;

/// A sum over all that the index keeps of a letter: of each occurrence of a term in a field, of each value, of what
/// is stored. A sum has no order, so what is found term by term in the index and what is found letter by letter in
/// the vault come to the same. Each summand depends on a secret key. Safe for many threads.
final class KeyedSum {
    /// What stands for the position in a field that keeps none.
    static final int NO_POSITION = -1;

    private static final byte TERMS = 1;
    private static final byte VALUES = 2;
    private static final byte STORED = 3;

    /// Of SplitMix64.
    private static final long GAMMA = 0x9e37_79b9_7f4a_7c15L;

    private final SipHash root;
    private final Map<String, SipHash> ofTerms = new ConcurrentHashMap<>();
    private final Map<String, SipHash> ofValues = new ConcurrentHashMap<>();
    private final Map<String, SipHash> ofStored = new ConcurrentHashMap<>();

    KeyedSum(RandomGenerator chance) {
        root = new SipHash(chance.nextLong(), chance.nextLong());
    }

    /// The key for the terms of a field.
    SipHash terms(String field) {
        return ofTerms.computeIfAbsent(field, f -> derived(TERMS, f));
    }

    private SipHash derived(byte kind, String field) {
        byte[] name = field.getBytes(StandardCharsets.UTF_8);
        byte[] octets = ByteBuffer.allocate(2 + name.length).put(kind).put(name).array();
        long k0 = root.of(octets);
        octets[octets.length - 1] = 1;
        return new SipHash(k0, root.of(octets));
    }

    /// What one occurrence adds: of the random numbers that the term begins, the one at its position.
    ///
    /// @param term hash of the term
    static long occurrence(long term, int position) {
        long z = term + (position + 2L) * GAMMA;
        z = (z ^ (z >>> 30)) * 0xbf58_476d_1ce4_e5b9L;
        z = (z ^ (z >>> 27)) * 0x94d0_49bb_1331_11ebL;
        return z ^ (z >>> 31);
    }

    /// What a value to compare or order by adds.
    long value(String field, long value) {
        byte[] octets = ByteBuffer.allocate(Long.BYTES).putLong(value).array();
        return ofValues.computeIfAbsent(field, f -> derived(VALUES, f)).of(octets);
    }

    long value(String field, BytesRef value) {
        return ofValues.computeIfAbsent(field, f -> derived(VALUES, f)).of(value.bytes, value.offset, value.length);
    }

    /// What something stored adds.
    long stored(String field, byte[] octets, int offset, int length) {
        return ofStored.computeIfAbsent(field, f -> derived(STORED, f)).of(octets, offset, length);
    }

    /// The sum of a document that is put into the index.
    ///
    /// @throws IllegalArgumentException where Lucene would refuse the document
    long of(Document document) {
        long sum = 0;
        Set<String> withPositions = new HashSet<>();
        Set<Long> keys = new HashSet<>(); // a term without positions counts once a letter
        for (IndexableField field : document) {
            String name = field.name();
            IndexOptions options = field.fieldType().indexOptions();
            if (options == IndexOptions.DOCS) {
                eachTerm(field, (term, _) -> keys.add(term));
            } else if (options != IndexOptions.NONE) {
                if (!withPositions.add(name)) { // its positions would go on from those of the first
                    throw new IllegalStateException(name + " is in the document twice");
                }
                long[] all = new long[1];
                eachTerm(field, (term, position) -> all[0] += occurrence(term, position));
                sum += all[0];
            }
            Number number = field.numericValue();
            BytesRef octets = field.binaryValue();
            DocValuesType type = field.fieldType().docValuesType();
            if (type == DocValuesType.NUMERIC && number != null) {
                sum += value(name, number.longValue());
            } else if (name.equals(Fields.SEALED)) {
                continue;
            } else if (type == DocValuesType.BINARY && octets != null) {
                sum += value(name, octets);
            } else if (type != DocValuesType.NONE) {
                throw new IllegalStateException(name + " has values of another kind: " + type);
            }
            if (field.fieldType().stored() && octets != null) {
                sum += stored(name, octets.bytes, octets.offset, octets.length);
            }
        }
        for (long term : keys) {
            sum += occurrence(term, NO_POSITION);
        }
        return sum;
    }

    private interface Occurrence {
        void of(long term, int position);
    }

    /// Counts positions as Lucene's writer does.
    private void eachTerm(IndexableField field, Occurrence each) {
        SipHash key = terms(field.name());
        try (TokenStream terms = field.tokenStream(Words.INDEX, null)) {
            TermToBytesRefAttribute term = terms.getAttribute(TermToBytesRefAttribute.class);
            PositionIncrementAttribute increment = terms.addAttribute(PositionIncrementAttribute.class);
            terms.reset();
            int position = -1;
            while (terms.incrementToken()) {
                position += increment.getPositionIncrement();
                BytesRef octets = term.getBytesRef();
                if (octets.length > IndexWriter.MAX_TERM_LENGTH) {
                    throw new IllegalArgumentException(field.name() + ": immense term");
                }
                each.of(key.of(octets.bytes, octets.offset, octets.length), position);
            }
            terms.end();
        } catch (IOException e) {
            throw new IllegalStateException("words in memory can be read", e);
        }
    }
}
