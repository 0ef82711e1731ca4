package io.carteggio.embedded.index;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.search.IndexSums;
import io.carteggio.archive.search.LetterDocument;
import io.carteggio.embedded.index.TextSeal.Sealed;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import java.util.stream.Stream;
import org.apache.lucene.codecs.StoredFieldsReader;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.CheckIndex;
import org.apache.lucene.index.CodecReader;
import org.apache.lucene.index.DocValues;
import org.apache.lucene.index.FieldInfo;
import org.apache.lucene.index.IndexOptions;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.StoredFieldVisitor;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.search.IndexSearcher;
import org.apache.lucene.search.SearcherManager;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;
import org.apache.lucene.util.FixedBitSet;
import org.apache.lucene.util.InPlaceMergeSorter;
import org.jspecify.annotations.Nullable;

/// Goes once through the terms of each segment, and adds to a letter's sum at each place where it stands in a list.
/// Terms are looked up as a search looks them up, so a list that no search finds counts for nothing.
///
/// Besides, it looks at what answers depend on and no letter says: that letters lie in their order, that the counts
/// that searches rely on to take a short cut are right, and that what is stepped over by its smallest and largest
/// value has those. What it cannot see: a tree of terms that was written by hand so that a term is found by looking
/// it up but not by going through all. Belongs to one thread, but for [#sum].
final class LuceneSums implements IndexSums {
    /// Letters that are summed up at the same time, 16 octets for each. More cost a further look at each term.
    static final int LETTERS_AT_ONCE = 4_000_000;

    private final SearcherManager searchers;
    private final IndexSearcher searcher;
    private final KeyedSum keyed;
    private final TextSeal seal;
    private final LongPredicate only;
    private final int lettersAtOnce;
    private final List<Part> parts = new ArrayList<>();
    private final Set<String> faults = new LinkedHashSet<>();
    private long[] numbers = {};
    private long[] sums = {};
    private long reached = Long.MIN_VALUE;
    private boolean begun;
    private boolean ended;

    /// What is counted of a field on the way.
    private static final class Counts {
        private long letters;
        private long postings;
        private long occurrences;
    }

    /// A segment, how far it is done, and the stretch in hand.
    private static final class Part {
        private final CodecReader reader;
        private final Map<String, Counts> counts = new TreeMap<>();
        private int start;
        private int end;
        private int base; // of its first letter in the arrays
        private FixedBitSet counted = new FixedBitSet(0);

        Part(CodecReader reader) {
            this.reader = reader;
        }
    }

    /// @param searchers to give the searcher back to
    LuceneSums(
            SearcherManager searchers,
            IndexSearcher searcher,
            KeyedSum keyed,
            TextSeal seal,
            LongPredicate only,
            int lettersAtOnce) {
        this.seal = seal;
        this.searchers = searchers;
        this.searcher = searcher;
        this.keyed = keyed;
        this.only = only;
        this.lettersAtOnce = lettersAtOnce;
        for (LeafReaderContext leaf : searcher.getIndexReader().leaves()) {
            if (leaf.reader() instanceof CodecReader reader) {
                parts.add(new Part(reader));
            } else {
                throw new IllegalStateException("a segment is read by its codec, not by " + leaf.reader());
            }
        }
    }

    @Override
    public Optional<Stretch> next() {
        if (ended) {
            return Optional.empty();
        }
        try {
            if (!begun) {
                begun = true;
                values();
            }
            long upTo = bound();
            if (upTo <= reached) {
                faults.add("the index is not in the order of its letters");
                ended = true;
                return Optional.empty();
            }
            Stretch stretch = stretch(upTo);
            reached = upTo;
            ended = upTo == Long.MAX_VALUE;
            if (ended) {
                counts();
            }
            return Optional.of(stretch);
        } catch (IOException | RuntimeException e) { // files made by hand may make the reader throw anything
            faults.add("the index cannot be read: " + e);
            ended = true;
            return Optional.empty();
        }
    }

    /// Whether values, and what is said of many of them at once, agree; and what is deleted.
    private void values() throws IOException {
        PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream(), false, StandardCharsets.UTF_8);
        for (Part part : parts) {
            Throwable values = CheckIndex.testDocValues(part.reader, nowhere, false).error;
            Throwable deletions = CheckIndex.testLiveDocs(part.reader, nowhere, false).error;
            for (Throwable wrong : Stream.of(Optional.ofNullable(values), Optional.ofNullable(deletions))
                    .flatMap(Optional::stream)
                    .toList()) {
                faults.add("the index contradicts itself: " + wrong.getMessage());
            }
        }
    }

    /// Up to which number the next letters go, so that no segment has more than its share.
    private long bound() throws IOException {
        int each = Math.max(1, lettersAtOnce / Math.max(1, parts.size()));
        long upTo = Long.MAX_VALUE;
        for (Part part : parts) {
            long after = (long) part.start + each;
            if (after < part.reader.maxDoc()) {
                NumericDocValues number = DocValues.getNumeric(part.reader, Fields.NUMBER);
                if (number.advanceExact((int) after - 1)) {
                    upTo = Math.min(upTo, number.longValue());
                }
            }
        }
        return upTo;
    }

    private Stretch stretch(long upTo) throws IOException {
        int size = 0;
        for (Part part : parts) {
            part.end = end(part, upTo);
            part.base = size;
            size = Math.addExact(size, part.end - part.start);
        }
        numbers = new long[size];
        sums = new long[size];
        for (Part part : parts) {
            count(part);
            for (FieldInfo field : part.reader.getFieldInfos()) {
                field(part, field);
            }
            stored(part);
            part.start = part.end;
        }
        Stretch stretch = sorted(upTo);
        numbers = new long[0];
        sums = new long[0];
        return stretch;
    }

    /// The first letter of the segment that is not in the stretch.
    private int end(Part part, long upTo) throws IOException {
        int end = part.reader.maxDoc();
        if (upTo != Long.MAX_VALUE) {
            NumericDocValues number = DocValues.getNumeric(part.reader, Fields.NUMBER);
            for (end = part.start; end < part.reader.maxDoc(); end++) {
                if (number.advanceExact(end) && number.longValue() > upTo) {
                    break;
                }
            }
        }
        return end;
    }

    /// Which letters of the stretch count.
    private void count(Part part) throws IOException {
        part.counted = new FixedBitSet(part.end - part.start);
        NumericDocValues number = DocValues.getNumeric(part.reader, Fields.NUMBER);
        Bits live = part.reader.getLiveDocs();
        long before = reached;
        for (int letter = part.start; letter < part.end; letter++) {
            if (!number.advanceExact(letter)) {
                faults.add("the index has a document without a number");
                continue;
            }
            long is = number.longValue();
            if (is < before) {
                faults.add("the index is not in the order of its letters");
            }
            before = is;
            int i = letter - part.start;
            numbers[part.base + i] = is;
            if ((live == null || live.get(letter)) && only.test(is)) {
                part.counted.set(i);
            }
        }
    }

    private void field(Part part, FieldInfo field) throws IOException {
        if (field.getIndexOptions() != IndexOptions.NONE) {
            terms(part, field.name);
        }
        switch (field.getDocValuesType()) {
            case NONE -> {}
            case NUMERIC -> {
                NumericDocValues values = part.reader.getNumericDocValues(field.name);
                values(part, values, () -> keyed.value(field.name, values.longValue()));
            }
            case BINARY -> {
                if (field.name.equals(Fields.SEALED)) {
                    break; // never the same twice; what it seals is compared word by word
                }
                BinaryDocValues values = part.reader.getBinaryDocValues(field.name);
                values(part, values, () -> keyed.value(field.name, values.binaryValue()));
            }
            case SORTED, SORTED_NUMERIC, SORTED_SET ->
                faults.add("the index has values of a foreign kind in the field " + field.name);
        }
        if (field.getPointDimensionCount() > 0 || field.getVectorDimension() > 0 || field.isSoftDeletesField()) {
            faults.add("the index has something foreign in the field " + field.name);
        }
    }

    private interface Summand {
        long get() throws IOException;
    }

    private void values(Part part, DocIdSetIterator values, Summand summand) throws IOException {
        int letter = part.start == 0 ? values.nextDoc() : values.advance(part.start);
        for (; letter < part.end; letter = values.nextDoc()) {
            int i = letter - part.start;
            if (part.counted.get(i)) {
                sums[part.base + i] += summand.get();
            }
        }
    }

    private void terms(Part part, String field) throws IOException {
        Terms terms = part.reader.terms(field);
        if (terms == null) {
            return;
        }
        SipHash key = keyed.terms(field);
        boolean positions = terms.hasPositions();
        int kind = positions ? PostingsEnum.POSITIONS : PostingsEnum.NONE;
        FixedBitSet letters = new FixedBitSet(part.end - part.start);
        Counts counts = part.counts.computeIfAbsent(field, f -> new Counts());
        TermsEnum each = terms.iterator();
        TermsEnum looked = terms.iterator();
        @Nullable PostingsEnum list = null; // Lucene's way to say that there is none to use again
        for (BytesRef term = each.next(); term != null; term = each.next()) {
            if (!looked.seekExact(term)) {
                faults.add("the index has words that no search finds, in the field " + field);
                continue;
            }
            long hash = key.of(term.bytes, term.offset, term.length);
            list = looked.postings(list, kind);
            int letter = part.start == 0 ? list.nextDoc() : list.advance(part.start);
            for (; letter < part.end; letter = list.nextDoc()) {
                int i = letter - part.start;
                int times = positions ? list.freq() : 1;
                letters.set(i);
                counts.postings++;
                counts.occurrences += times;
                if (part.counted.get(i)) {
                    long sum = 0;
                    for (int n = 0; n < times; n++) {
                        sum += KeyedSum.occurrence(hash, positions ? list.nextPosition() : KeyedSum.NO_POSITION);
                    }
                    sums[part.base + i] += sum;
                }
            }
        }
        counts.letters += letters.cardinality();
    }

    private void stored(Part part) throws IOException {
        StoredFieldsReader stored = part.reader.getFieldsReader().getMergeInstance(); // for reading one after the other
        for (int letter = part.start; letter < part.end; letter++) {
            int i = letter - part.start;
            if (part.counted.get(i)) {
                StoredSum sum = new StoredSum();
                stored.document(letter, sum);
                sums[part.base + i] += sum.sum;
            }
        }
    }

    private final class StoredSum extends StoredFieldVisitor {
        private long sum;

        @Override
        public Status needsField(FieldInfo field) {
            return Status.YES;
        }

        @Override
        public void binaryField(FieldInfo field, byte[] octets) {
            sum += keyed.stored(field.name, octets, 0, octets.length);
        }

        @Override
        public void stringField(FieldInfo field, String text) {
            faults.add("the index has something foreign stored in the field " + field.name);
        }
    }

    /// Those that count, by number.
    private Stretch sorted(long upTo) {
        int size = 0;
        for (Part part : parts) {
            for (int i = 0; i < part.counted.length(); i++) {
                if (part.counted.get(i)) {
                    numbers[size] = numbers[part.base + i];
                    sums[size] = sums[part.base + i];
                    size++;
                }
            }
        }
        new InPlaceMergeSorter() {
            @Override
            protected int compare(int i, int j) {
                return Long.compare(numbers[i], numbers[j]);
            }

            @Override
            protected void swap(int i, int j) {
                long number = numbers[i];
                numbers[i] = numbers[j];
                numbers[j] = number;
                long sum = sums[i];
                sums[i] = sums[j];
                sums[j] = sum;
            }
        }.sort(0, size);
        return new Stretch(numbers, sums, size, upTo);
    }

    /// What a field says of itself, by which searches take short cuts, must be what is in it.
    private void counts() throws IOException {
        for (Part part : parts) {
            for (Map.Entry<String, Counts> counted : part.counts.entrySet()) {
                Terms terms = part.reader.terms(counted.getKey());
                Counts is = counted.getValue();
                if (terms != null
                        && (terms.getDocCount() != is.letters
                                || terms.getSumDocFreq() != is.postings
                                || terms.getSumTotalTermFreq() != is.occurrences)) {
                    faults.add("the index miscounts the field " + counted.getKey());
                }
            }
        }
    }

    @Override
    public long sum(LetterDocument letter) {
        return keyed.of(DocumentMaker.of(letter, attached(letter.letter().number())));
    }

    /// As it stands in this same state of the index. Octets that do not open were not put by us: then the
    /// sums differ.
    private Optional<Sealed> attached(long letter) {
        try {
            return AttachedValues.of(searcher, letter).flatMap(octets -> seal.open(letter, octets));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public List<String> faults() {
        return List.copyOf(faults);
    }

    @Override
    public void close() throws ArchiveException {
        try {
            searchers.release(searcher);
        } catch (IOException e) {
            throw new ArchiveException("the index's files cannot be closed: " + e, true, e);
        }
    }
}
