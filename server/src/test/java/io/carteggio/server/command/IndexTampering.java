package io.carteggio.server.command;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BiFunction;
import java.util.stream.Stream;
import org.apache.lucene.analysis.core.KeywordAnalyzer;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.index.BinaryDocValues;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FilterBinaryDocValues;
import org.apache.lucene.index.FilterLeafReader;
import org.apache.lucene.index.FilterNumericDocValues;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.NumericDocValues;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.SlowCodecReaderWrapper;
import org.apache.lucene.index.StoredFieldDataInput;
import org.apache.lucene.index.StoredFieldVisitor;
import org.apache.lucene.index.StoredFields;
import org.apache.lucene.index.Term;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.Sort;
import org.apache.lucene.search.SortField;
import org.apache.lucene.store.ByteArrayDataInput;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.Bits;
import org.apache.lucene.util.BytesRef;

/// What somebody can do to an index with Lucene's own tools and our codec: all its checksums are right afterwards.
final class IndexTampering {
    private IndexTampering() {}

    interface Edit {
        void with(IndexWriter writer) throws IOException;
    }

    /// Opens the index as the program does, and changes it.
    static void edit(Path data, Edit edit) throws IOException {
        try (FSDirectory directory = FSDirectory.open(data.resolve("index"));
                IndexWriter writer = new IndexWriter(directory, config())) {
            var before = writer.getLiveCommitData();
            edit.with(writer);
            writer.setLiveCommitData(before);
            writer.commit();
        }
    }

    private static IndexWriterConfig config() {
        return new IndexWriterConfig(new KeywordAnalyzer())
                .setCodec(Codec.forName("CarteggioCompact1"))
                .setIndexSort(new Sort(new SortField("number", SortField.Type.LONG)));
    }

    /// A reader that tells one thing otherwise, and calls `touched` when it does.
    interface Change {
        LeafReader of(LeafReader reader, Runnable touched);
    }

    /// Writes the whole index anew, with one thing in it changed.
    static void rewrite(Path data, Change change) throws IOException {
        AtomicBoolean touched = new AtomicBoolean();
        Path index = data.resolve("index");
        Path anew = data.resolve("index.anew");
        try (FSDirectory from = FSDirectory.open(index);
                DirectoryReader reader = DirectoryReader.open(from);
                FSDirectory to = FSDirectory.open(anew);
                IndexWriter writer = new IndexWriter(to, config())) {
            for (LeafReaderContext leaf : reader.leaves()) {
                writer.addIndexes(SlowCodecReaderWrapper.wrap(change.of(leaf.reader(), () -> touched.set(true))));
            }
            writer.setLiveCommitData(reader.getIndexCommit().getUserData().entrySet());
            writer.commit();
        }
        if (!touched.get()) {
            throw new IllegalStateException("nothing was changed");
        }
        try (Stream<Path> old = Files.list(index)) {
            for (Path file : old.toList()) {
                Files.delete(file);
            }
        }
        Files.delete(index);
        Files.move(anew, index);
    }

    /// The letter with this number.
    static Term key(long number) {
        return new Term(
                "key",
                new BytesRef(
                        java.nio.ByteBuffer.allocate(Long.BYTES).putLong(number).array()));
    }

    /// Adds a letter that is there once more.
    static void twice(IndexWriter writer, long number) throws IOException {
        try (DirectoryReader reader = DirectoryReader.open(writer)) {
            for (LeafReaderContext leaf : reader.leaves()) {
                PostingsEnum found = leaf.reader().postings(key(number));
                if (found != null) {
                    int letter = found.nextDoc();
                    writer.addIndexes(SlowCodecReaderWrapper.wrap(new Only(leaf.reader(), letter)));
                    return;
                }
            }
        }
        throw new IllegalStateException("no letter " + number);
    }

    private abstract static class Changed extends FilterLeafReader {
        Changed(LeafReader in) {
            super(in);
        }

        @Override
        public CacheHelper getCoreCacheHelper() {
            return in.getCoreCacheHelper();
        }

        @Override
        public CacheHelper getReaderCacheHelper() {
            return in.getReaderCacheHelper();
        }
    }

    private static final class Only extends Changed {
        private final int letter;

        Only(LeafReader in, int letter) {
            super(in);
            this.letter = letter;
        }

        @Override
        public Bits getLiveDocs() {
            int all = maxDoc();
            return new Bits() {
                @Override
                public boolean get(int index) {
                    return index == letter;
                }

                @Override
                public int length() {
                    return all;
                }
            };
        }

        @Override
        public int numDocs() {
            return 1;
        }
    }

    /// Another term in the place of one; with an empty one it goes.
    static Change term(String field, String term, String other) {
        return terms(field, (in, touched) -> new FilterLeafReader.FilterTermsEnum(in) {
            private BytesRef current = new BytesRef();

            @Override
            public BytesRef next() throws IOException {
                BytesRef next = in.next();
                if (next != null && next.utf8ToString().equals(term)) {
                    touched.run();
                    next = other.isEmpty() ? in.next() : new BytesRef(other.getBytes(StandardCharsets.UTF_8));
                }
                current = next;
                return next;
            }

            @Override
            public BytesRef term() {
                return current;
            }
        });
    }

    /// The same terms in other places of the text.
    static Change positions(String field, String term) {
        return terms(field, (in, touched) -> new FilterLeafReader.FilterTermsEnum(in) {
            @Override
            public PostingsEnum postings(PostingsEnum reuse, int flags) throws IOException {
                PostingsEnum list = in.postings(null, flags);
                if (!in.term().utf8ToString().equals(term)) {
                    return list;
                }
                touched.run();
                return new FilterLeafReader.FilterPostingsEnum(list) {
                    @Override
                    public int nextPosition() throws IOException {
                        return in.nextPosition() + 7;
                    }
                };
            }
        });
    }

    private static Change terms(String field, BiFunction<TermsEnum, Runnable, TermsEnum> change) {
        return (reader, touched) -> new Changed(reader) {
            @Override
            public Terms terms(String name) throws IOException {
                Terms terms = in.terms(name);
                return terms == null || !name.equals(field)
                        ? terms
                        : new FilterTerms(terms) {
                            @Override
                            public TermsEnum iterator() throws IOException {
                                return change.apply(in.iterator(), touched);
                            }
                        };
            }
        };
    }

    /// Another value for each letter.
    static Change value(String field) {
        return (reader, touched) -> new Changed(reader) {
            @Override
            public NumericDocValues getNumericDocValues(String name) throws IOException {
                NumericDocValues values = in.getNumericDocValues(name);
                return values == null || !name.equals(field)
                        ? values
                        : new FilterNumericDocValues(values) {
                            @Override
                            public long longValue() throws IOException {
                                touched.run();
                                return in.longValue() + 1;
                            }
                        };
            }
        };
    }

    /// Other octets in a value: the first `from` becomes `to`.
    static Change octets(String field, String from, String to) {
        return (reader, touched) -> new Changed(reader) {
            @Override
            public BinaryDocValues getBinaryDocValues(String name) throws IOException {
                BinaryDocValues values = in.getBinaryDocValues(name);
                return values == null || !name.equals(field)
                        ? values
                        : new FilterBinaryDocValues(values) {
                            @Override
                            public BytesRef binaryValue() throws IOException {
                                BytesRef is = in.binaryValue();
                                return new BytesRef(replaced(BytesRef.deepCopyOf(is).bytes, from, to, touched));
                            }
                        };
            }
        };
    }

    /// Another text to show.
    static Change shown(String from, String to) {
        return (reader, touched) -> new Changed(reader) {
            @Override
            public StoredFields storedFields() throws IOException {
                StoredFields stored = in.storedFields();
                return new StoredFields() {
                    @Override
                    public void document(int letter, StoredFieldVisitor visitor) throws IOException {
                        stored.document(letter, new StoredFieldVisitor() {
                            @Override
                            public Status needsField(org.apache.lucene.index.FieldInfo field) throws IOException {
                                return visitor.needsField(field);
                            }

                            @Override
                            public void binaryField(org.apache.lucene.index.FieldInfo field, byte[] octets)
                                    throws IOException {
                                visitor.binaryField(
                                        field,
                                        new StoredFieldDataInput(
                                                new ByteArrayDataInput(replaced(octets, from, to, touched))));
                            }
                        });
                    }
                };
            }
        };
    }

    private static byte[] replaced(byte[] octets, String from, String to, Runnable touched) {
        String text = new String(octets, StandardCharsets.ISO_8859_1);
        if (text.contains(from)) {
            touched.run();
        }
        return text.replace(from, to).getBytes(StandardCharsets.ISO_8859_1);
    }
}
