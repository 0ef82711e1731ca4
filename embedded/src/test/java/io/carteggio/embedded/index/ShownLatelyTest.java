package io.carteggio.embedded.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.access.Scope;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.LetterDocument;
import io.carteggio.archive.search.Query;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is remembered of letters that were shown: always what the index says, and nothing of what was purged.
class ShownLatelyTest {
    private static final Scope ALL = new Scope.Everything();

    @TempDir
    Path folder;

    private static LetterDocument letter(long number, String subject) {
        return Samples.letter(
                number,
                "From: a@x.example\nSubject: " + subject + "\n\nwords\n",
                Samples.testimony(Samples.NOON, "a@x.example", "to:b@x.example"));
    }

    private static List<Hit> hits(LuceneIndex index) throws Exception {
        return index.find(new Query.All(), ALL, 200, Long.MAX_VALUE).hits();
    }

    private static List<String> subjects(LuceneIndex index) throws Exception {
        return hits(index).stream().map(hit -> hit.subject().orElse("")).toList();
    }

    @Test
    void whatIsShownAgainIsTheSame() throws Exception {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(List.of(letter(1, "one"), letter(2, "two")));
            index.show();
            index.put(List.of(letter(3, "three")));
            index.show();
            List<Hit> first = hits(index);
            assertThat(index.shownLately()).isEqualTo(3);
            assertThat(hits(index)).isEqualTo(first);
            assertThat(hits(index).getFirst()).as("not unpacked again").isSameAs(first.getFirst());
        }
    }

    @Test
    void aLetterThatWasPutAgainIsShownAsItIsNow() throws Exception {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(List.of(letter(1, "one"), letter(2, "two")));
            index.show();
            assertThat(subjects(index)).containsExactly("two", "one");
            index.put(List.of(letter(1, "uno")));
            index.show();
            assertThat(subjects(index)).containsExactly("two", "uno");
        }
    }

    @Test
    void nothingStaysOfWhatWasPurged() throws Exception {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            index.put(List.of(letter(1, "one"), letter(2, "two")));
            index.commit();
            index.show();
            assertThat(hits(index)).hasSize(2);
            index.purge(Set.of(1L));
            assertThat(index.shownLately()).as("the segment is read by nobody").isZero();
            assertThat(subjects(index)).containsExactly("two");
            index.clear();
            assertThat(index.shownLately()).isZero();
        }
    }

    @Test
    void whatIsLongIsNotKept() throws Exception {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            StringBuilder people = new StringBuilder("p0@x.example");
            for (int i = 1; i < 1_000; i++) {
                people.append(",\n p").append(i).append("@x.example");
            }
            index.put(List.of(Samples.letter(
                    1,
                    "From: a@x.example\nTo: " + people + "\nSubject: all\n\nwords\n",
                    Samples.testimony(Samples.NOON, "a@x.example", "to:b@x.example"))));
            index.show();
            assertThat(subjects(index)).containsExactly("all");
            assertThat(index.shownLately()).isZero();
        }
    }
}
