package io.carteggio.embedded.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.access.Scope;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.LetterDocument;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.archive.search.SearchIndex.Found;
import io.carteggio.archive.search.Start;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// How far is counted where somebody waits.
class TallyTest {
    private static final int LETTERS = 20_000;
    private static final int FIRST_STRETCH = 8_192;
    private static final Scope ALL = new Scope.Everything();

    @TempDir
    Path folder;

    @Test
    void whoDoesNotWaitIsToldAtLeastHowManyAndTheNewestAllTheSame() throws Exception {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            List<LetterDocument> letters = new ArrayList<>();
            for (int number = 1; number <= LETTERS; number++) {
                letters.add(Samples.letter(
                        number,
                        "From: a@x.example\nSubject: n\n\n" + (number % 2 == 0 ? "glass mountain" : "mountain glass")
                                + "\n",
                        Samples.testimony(Samples.NOON, "a@x.example", "to:b@x.example")));
            }
            index.put(letters);
            index.commit();
            index.show();
            Query phrase = new Query.Words(Query.Where.ANYWHERE, "glass mountain", false);
            Found hurried = index.find(phrase, ALL, Start.newest(), 50, Duration.ZERO);
            Found whole = index.find(phrase, ALL, Start.newest(), 50, SearchIndex.TO_THE_END);
            assertThat(whole.exact()).isTrue();
            assertThat(whole.total()).isEqualTo(LETTERS / 2);
            assertThat(hurried.exact()).isFalse();
            assertThat(hurried.total()).isBetween(FIRST_STRETCH / 2L, LETTERS / 2L - 1);
            assertThat(hurried.hits()).isEqualTo(whole.hits());
            assertThat(hurried.hits().stream().map(Hit::letter))
                    .containsExactlyElementsOf(LongStream.rangeClosed(0, 49)
                            .map(back -> LETTERS - 2 * back)
                            .boxed()
                            .toList());
            assertThat(index.counts(phrase, ALL, List.of(new Query.All()))).containsExactly(LETTERS / 2);
            Found oneList = index.find(new Query.HasAttachment(), ALL, Start.newest(), 50, Duration.ZERO);
            assertThat(oneList.exact()).as("a list knows how long it is").isTrue();
        }
    }
}
