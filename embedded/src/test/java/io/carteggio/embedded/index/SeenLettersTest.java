package io.carteggio.embedded.index;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.access.Scope;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.Query;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is remembered of a scope never outlives what it was worked out from.
class SeenLettersTest {
    private static final Scope ANNA = Samples.own("anna@firm.it");

    @TempDir
    Path folder;

    private static List<Long> found(LuceneIndex index, Scope scope) throws Exception {
        return index.find(new Query.All(), scope, 10, Long.MAX_VALUE).hits().stream()
                .map(Hit::letter)
                .toList();
    }

    private static void put(LuceneIndex index, long number, String to) throws Exception {
        index.put(List.of(Samples.letter(
                number, "Subject: x\n\nx\n", Samples.testimony(Samples.NOON, "bob@other.example", "to:" + to))));
        index.show();
    }

    @Test
    void aScopeIsRememberedAndSeesWhatComesGoesAndChanges() throws Exception {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            put(index, 1, "anna@firm.it");
            put(index, 2, "carla@firm.it");
            assertThat(found(index, ANNA)).containsExactly(1L);
            long before = index.remembered();
            assertThat(found(index, ANNA)).containsExactly(1L);
            assertThat(index.remembered()).as("worked out once").isGreaterThan(before);
            put(index, 3, "anna@firm.it");
            put(index, 2, "anna@firm.it"); // a later arrival makes it hers
            assertThat(found(index, ANNA)).containsExactly(3L, 2L, 1L);
            put(index, 1, "carla@firm.it");
            assertThat(found(index, ANNA)).containsExactly(3L, 2L);
            index.purge(List.of(3L)); // also joins the files
            assertThat(found(index, ANNA)).containsExactly(2L);
            index.clear();
            assertThat(found(index, ANNA)).isEmpty();
            put(index, 1, "anna@firm.it");
            assertThat(found(index, ANNA)).containsExactly(1L);
        }
    }

    @Test
    void nobodyIsTakenForAnotherWhoLooksAlike() throws Exception {
        try (LuceneIndex index = LuceneIndex.open(folder)) {
            put(index, 1, "anna@firm.it");
            Scope alike = Samples.own("anna@firm.it");
            assertThat(alike).isEqualTo(ANNA).isNotSameAs(ANNA);
            assertThat(found(index, ANNA)).containsExactly(1L);
            assertThat(found(index, Samples.own("carla@firm.it"))).isEmpty();
            long before = index.remembered();
            assertThat(index.find(new Query.All(), alike, 1, Long.MAX_VALUE).total())
                    .isEqualTo(1);
            assertThat(found(index, new Scope.Everything())).containsExactly(1L);
            assertThat(found(index, Samples.between("anna@firm.it", "", "2020-01-01")))
                    .isEmpty();
            assertThat(found(index, ANNA)).containsExactly(1L);
            assertThat(index.remembered()).isGreaterThan(before);
        }
    }
}
