package io.carteggio.embedded.index;

import static io.carteggio.embedded.index.Samples.NOON;
import static io.carteggio.embedded.index.Samples.letter;
import static io.carteggio.embedded.index.Samples.testimony;
import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.access.Scope;
import io.carteggio.archive.search.LetterDocument;
import io.carteggio.archive.search.Query;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;
import org.apache.lucene.index.DirectoryReader;
import org.apache.lucene.index.FieldInfos;
import org.apache.lucene.index.LeafReaderContext;
import org.apache.lucene.index.TermsEnum;
import org.apache.lucene.store.FSDirectory;
import org.apache.lucene.util.BytesRef;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// P8, "Erasure is real", for the index; and what holds ask of it.
class PurgeTest {
    private static final Scope ALL = new Scope.Everything();

    @TempDir
    Path folder;

    private static LetterDocument said(long number, String word) {
        return letter(
                number,
                "From: " + word + "from@x.example\nTo: " + word + "to@x.example\nSubject: " + word + "subject\n"
                        + "Message-ID: <" + word + ".id@x.example>\nContent-Type: multipart/mixed; boundary=q\n\n"
                        + "--q\n\n" + word + "text common\n--q\nContent-Type: a/b; name=" + word
                        + "file.x\n\nx\n--q--\n",
                testimony(
                        NOON,
                        word + "sender@x.example",
                        "to:" + word + "to@x.example",
                        "bcc:" + word + "bcc@x.example"));
    }

    @Test
    void noFileHoldsAWordOfAPurgedLetter() throws Exception {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            // in several segments, some of them large, one letter never committed before
            for (int batch = 0; batch < 12; batch++) {
                List<LetterDocument> letters = new ArrayList<>();
                for (int i = 1; i <= 20; i++) {
                    long number = batch * 20L + i;
                    letters.add(said(number, number % 40 == 7 ? "quixo" + number : "plain" + number));
                }
                index.put(letters);
                index.show();
                if (batch % 3 == 2) {
                    index.commit();
                }
            }
            index.put(List.of(said(500, "quixolast")));
            index.show();
            assertThat(words()).anyMatch(w -> w.contains("quixo"));

            index.purge(List.of(7L, 47L, 87L, 127L, 167L, 207L, 500L, 12_345L));

            assertThat(index.size()).isEqualTo(234);
            assertThat(index.find(query("quixo*"), ALL, 10, Long.MAX_VALUE).total())
                    .isZero();
            assertThat(index.find(query("common"), ALL, 10, Long.MAX_VALUE).total())
                    .isEqualTo(234);
            assertGone("quixo");
        }
        assertGone("quixo");
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            assertThat(index.size()).isEqualTo(234); // it was on stable storage
        }
    }

    @Test
    void theOnlyLetterCanBePurgedAndComeAgain() throws Exception {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(List.of(said(1, "quixo")));
            index.show();
            index.commit();
            index.purge(List.of(1L));
            assertThat(index.size()).isZero();
            assertGone("quixo");
            index.put(List.of(said(1, "zephyr")));
            index.show();
            assertThat(index.find(query("zephyrtext"), ALL, 10, Long.MAX_VALUE).total())
                    .isEqualTo(1);
        }
    }

    @Test
    void settlingJoinsTheFilesAndLosesNothing() throws Exception {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            for (int i = 1; i <= 5; i++) {
                index.put(List.of(said(i, "word" + i)));
                index.show();
                index.commit();
            }
            index.put(List.of(said(2, "other")));
            index.show();
            index.commit();
            while (index.settle()) {
                Thread.sleep(5);
            }
            assertThat(index.find(query("common"), ALL, 10, Long.MAX_VALUE).total())
                    .isEqualTo(5);
            try (FSDirectory directory = FSDirectory.open(folder);
                    DirectoryReader reader = DirectoryReader.open(directory)) {
                assertThat(reader.leaves()).hasSize(1);
                assertThat(reader.numDeletedDocs()).isZero();
            }
            assertThat(index.settle()).isFalse();
            assertGone("word2");
        }
    }

    @ParameterizedTest
    @CsvSource({
        "plain1text, 1, true",
        "plain1text, 2, false",
        "common, 2, true",
        "common -plain2text, 2, false",
        "bcc:plain2bcc@x.example, 2, true",
        "from:plain1from or subject:plain2subject, 2, true",
        "before:2030, 1, true",
        "*, 1, true",
        "*, 3, false"
    })
    void aLetterMatchesOrNot(String text, long letter, boolean expected) throws Exception {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(List.of(said(1, "plain1"), said(2, "plain2")));
            index.show();
            assertThat(index.matches(query(text), letter)).isEqualTo(expected);
        }
    }

    private static Query query(String text) {
        return ((Query.Parsed.Good) Query.parse(text)).query();
    }

    private void assertGone(String word) throws IOException {
        assertThat(words()).noneMatch(w -> w.contains(word));
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                String octets = new String(Files.readAllBytes(file), StandardCharsets.ISO_8859_1);
                assertThat(octets.toLowerCase(Locale.ROOT).contains(word))
                        .as("%s in %s", word, file)
                        .isFalse();
            }
        }
    }

    /// All terms of the last commit, also those of deleted letters.
    private Set<String> words() throws IOException {
        Set<String> words = new HashSet<>();
        try (FSDirectory directory = FSDirectory.open(folder);
                DirectoryReader reader = DirectoryReader.open(directory)) {
            for (LeafReaderContext leaf : reader.leaves()) {
                for (String field : FieldInfos.getIndexedFields(leaf.reader())) {
                    TermsEnum terms = leaf.reader().terms(field).iterator();
                    for (BytesRef term = terms.next(); term != null; term = terms.next()) {
                        words.add(new String(term.bytes, term.offset, term.length, StandardCharsets.ISO_8859_1));
                    }
                }
            }
        }
        return words;
    }
}
