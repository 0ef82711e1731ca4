package io.carteggio.embedded.index;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.apache.lucene.analysis.core.WhitespaceAnalyzer;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.document.Document;
import org.apache.lucene.document.Field;
import org.apache.lucene.index.CheckIndex;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.IndexWriter;
import org.apache.lucene.index.IndexWriterConfig;
import org.apache.lucene.index.LeafReader;
import org.apache.lucene.index.LogDocMergePolicy;
import org.apache.lucene.index.PostingsEnum;
import org.apache.lucene.index.Terms;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.search.DocIdSetIterator;
import org.apache.lucene.store.ByteBuffersDirectory;
import org.apache.lucene.store.Directory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Our lists say what Lucene's say.
class CompactCodecTest {
    @ParameterizedTest
    @ValueSource(ints = {1, 2, 127, 128, 129, 256, 257, 3_000})
    void listsAreThoseOfLucene(int letters) throws Exception {
        long seed = System.nanoTime();
        List<Document> documents = documents(letters, new Random(seed));
        try (Directory ours = index(documents, new CompactCodec());
                Directory theirs = index(documents, Codec.getDefault());
                DirectoryReader our = DirectoryReader.open(ours);
                DirectoryReader their = DirectoryReader.open(theirs)) {
            LeafReader one = our.leaves().getFirst().reader();
            LeafReader other = their.leaves().getFirst().reader();
            for (String field : List.of("words", "keys", "long")) {
                Terms terms = one.terms(field);
                if (terms == null) { // with a single letter a field may have none
                    assertThat(other.terms(field)).as("seed %d", seed).isNull();
                    continue;
                }
                assertThat(terms.size()).isEqualTo(other.terms(field).size());
                TermsEnum each = terms.iterator();
                TermsEnum expected = other.terms(field).iterator();
                PostingsEnum reused = null;
                while (each.next() != null) {
                    expected.next();
                    assertThat(each.term()).isEqualTo(expected.term());
                    reused = each.postings(reused, PostingsEnum.POSITIONS);
                    assertThat(all(reused))
                            .as("seed %d, %s", seed, each.term().utf8ToString())
                            .isEqualTo(all(expected.postings(null, PostingsEnum.POSITIONS)));
                    for (int i = 0; i < 5; i++) {
                        long steps = seed + i;
                        assertThat(some(each.postings(reused, PostingsEnum.POSITIONS), steps, letters))
                                .as("seed %d, %s", steps, each.term().utf8ToString())
                                .isEqualTo(some(expected.postings(null, PostingsEnum.POSITIONS), steps, letters));
                    }
                }
            }
            try (CheckIndex check = new CheckIndex(ours)) {
                assertThat(check.checkIndex().clean).isTrue();
            }
        }
    }

    @Test
    void numbersComeBackFromBits() {
        long seed = System.nanoTime();
        Random random = new Random(seed);
        for (int round = 0; round < 2_000; round++) {
            int low = random.nextInt(Bits.PARAMETERS);
            int[] numbers =
                    random.ints(50).map(n -> n >>> (random.nextInt(31) + 1)).toArray();
            Bits out = new Bits();
            out.clear();
            for (int n : numbers) {
                out.writeRice(n, low);
                out.writeGolomb(n, low);
                out.write(n & 7, 3);
            }
            Bits in = new Bits();
            System.arraycopy(out.array(), 0, in.fill(out.length()), 0, out.length());
            for (int n : numbers) {
                assertThat(in.readRice(low)).as("seed %d", seed).isEqualTo(n);
                assertThat(in.readGolomb(low)).as("seed %d", seed).isEqualTo(n);
                assertThat(in.read(3)).as("seed %d", seed).isEqualTo(n & 7);
            }
        }
    }

    private static List<Document> documents(int count, Random random) {
        List<Document> documents = new ArrayList<>();
        String same = text(random, 300);
        for (int i = 0; i < count; i++) {
            Document document = new Document();
            String text = random.nextInt(3) == 0 ? same + " n" + i : text(random, random.nextInt(60));
            document.add(new Field("words", text, Fields.WORDS));
            document.add(new Field("keys", "k" + random.nextInt(1 + count / 3), Fields.KEYS));
            document.add(new Field("keys", "all", Fields.KEYS));
            if (random.nextInt(200) == 0 || i == count - 1) {
                document.add(new Field("long", text(random, 20_000), Fields.WORDS));
            }
            documents.add(document);
        }
        return documents;
    }

    private static String text(Random random, int words) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < words; i++) {
            text.append('w').append((int) Math.exp(random.nextDouble() * 6)).append(' ');
        }
        return text.toString();
    }

    private static Directory index(List<Document> documents, Codec codec) throws IOException {
        Directory directory = new ByteBuffersDirectory();
        try (IndexWriter writer = new IndexWriter(directory, config(codec))) {
            int number = 0;
            for (Document document : documents) {
                writer.addDocument(document);
                if (++number % 700 == 0) {
                    writer.flush(); // so that lists are merged, too
                }
            }
            writer.forceMerge(1);
        }
        return directory;
    }

    /// Without merges of what does not lie beside each other, so that letters have the same numbers in both.
    private static IndexWriterConfig config(Codec codec) {
        return new IndexWriterConfig(new WhitespaceAnalyzer()).setCodec(codec).setMergePolicy(new LogDocMergePolicy());
    }

    private static List<String> all(PostingsEnum list) throws IOException {
        List<String> found = new ArrayList<>();
        while (list.nextDoc() != DocIdSetIterator.NO_MORE_DOCS) {
            found.add(here(list, list.freq()));
        }
        return found;
    }

    /// Goes on by steps and leaps, and looks at some of what is there.
    private static List<String> some(PostingsEnum list, long seed, int letters) throws IOException {
        Random random = new Random(seed);
        List<String> found = new ArrayList<>();
        int at = -1;
        while (at != DocIdSetIterator.NO_MORE_DOCS) {
            at = random.nextBoolean() ? list.nextDoc() : list.advance(at + 1 + random.nextInt(1 + letters / 4));
            int wanted = random.nextInt(3);
            if (at != DocIdSetIterator.NO_MORE_DOCS) {
                found.add(wanted == 0 ? "at " + at : here(list, wanted == 1 ? 1 : list.freq()));
            }
        }
        return found;
    }

    private static String here(PostingsEnum list, int positions) throws IOException {
        StringBuilder text =
                new StringBuilder().append(list.docID()).append('x').append(list.freq());
        for (int i = 0; i < positions; i++) {
            text.append(' ').append(list.nextPosition());
        }
        return text.toString();
    }
}
