package io.carteggio.archive.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.search.Indexer.Pace;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

class IndexerTest {
    private static final Duration LONG = Duration.ofSeconds(20);
    private static final Duration SHORT = Duration.ofMillis(20);

    private final Fakes world = new Fakes();

    private Indexer start() throws Exception {
        return Indexer.start(
                world.vault, world.catalogue, world.index, new Pace(SHORT, SHORT, SHORT, SHORT, SHORT, LONG, LONG));
    }

    private Indexer startAndNeverForce() throws Exception {
        return Indexer.start(
                world.vault, world.catalogue, world.index, new Pace(SHORT, SHORT, SHORT, SHORT, LONG, LONG, LONG));
    }

    @Test
    void aLetterIsFoundWithinASecondAtTheUsualPace() throws Exception {
        try (Indexer indexer = Indexer.start(world.vault, world.catalogue, world.index)) {
            Thread.sleep(20);
            world.letter(1);
            indexer.signal();
            await(() -> world.foundLetters().equals(List.of(1L)), Duration.ofMillis(900));
            world.letter(2); // and nobody says so
            await(() -> world.foundLetters().equals(List.of(1L, 2L)), Duration.ofMillis(900));
        }
    }

    /// STYLE 17 (c): "Catalogue, index and ledger may lag behind the vault, never lead."
    @Test
    void aRowIsConfirmedOnlyAfterItIsForced() throws Exception {
        try (Indexer indexer = start()) {
            for (long letter = 1; letter <= 20; letter++) {
                world.letter(letter);
                indexer.signal();
                Thread.sleep(3);
            }
            await(() -> world.logged().contains("confirm 20"), LONG);
        }
        long found = 0;
        long forced = 0;
        for (String entry : world.logged()) {
            if (entry.startsWith("put ")) {
                found += entry.split(",", -1).length;
            } else if (entry.equals("commit")) {
                forced = found;
            } else {
                assertThat(Long.parseLong(entry.substring("confirm ".length()))).isLessThanOrEqualTo(forced);
            }
        }
    }

    @Test
    void whatWasNotForcedIsTakenAgainAfterACrash() throws Exception {
        try (Indexer indexer = start()) {
            world.letter(1);
            assertThat(indexer.awaitCaughtUp(LONG)).isTrue();
            await(() -> world.logged().contains("confirm 1"), LONG);
        }
        Indexer killed = startAndNeverForce();
        world.letter(2);
        assertThat(killed.awaitCaughtUp(LONG)).isTrue();
        world.indexFails(1); // its last words are lost
        killed.close();
        world.crash();
        assertThat(world.foundLetters()).containsExactly(1L);

        try (Indexer indexer = start()) {
            assertThat(indexer.awaitCaughtUp(LONG)).isTrue();
            assertThat(world.foundLetters()).containsExactly(1L, 2L);
        }
    }

    @Test
    void closingForcesWhatWasTaken() throws Exception {
        try (Indexer indexer = startAndNeverForce()) {
            world.letter(1);
            assertThat(indexer.awaitCaughtUp(LONG)).isTrue();
            assertThat(world.logged()).doesNotContain("commit");
        }
        assertThat(world.logged()).endsWith("commit", "confirm 1");
    }

    @Test
    void aLetterThatWaitsTwiceIsTakenOnce() throws Exception {
        world.letter(1);
        world.letter(2);
        world.letter(1);
        try (Indexer indexer = start()) {
            assertThat(indexer.awaitCaughtUp(LONG)).isTrue();
            assertThat(indexer.lag()).isEqualTo(new Indexer.Lag(0, Duration.ZERO));
        }
        // the index was empty beside letters, so the outbox was filled as well
        assertThat(world.logged()).containsExactly("put [1, 2]", "commit", "confirm 5");
    }

    /// P6: "Everything derived can be rebuilt."
    @Test
    void anIndexThatSomebodyDeletedIsFilledAnew() throws Exception {
        try (Indexer indexer = start()) {
            LongStream.rangeClosed(1, 2_500).forEach(world::letter);
            assertThat(indexer.awaitCaughtUp(LONG)).isTrue();
        }
        world.loseIndex();
        try (Indexer indexer = start()) {
            assertThat(indexer.awaitCaughtUp(LONG)).isTrue();
            assertThat(world.foundLetters()).hasSize(2_500);
        }
    }

    @Test
    void anIndexWithMoreLettersThanThereAreIsMadeAnew() throws Exception {
        Fakes other = new Fakes();
        other.letter(1);
        world.letter(1);
        world.letter(2);
        try (Indexer indexer = start()) {
            assertThat(indexer.awaitCaughtUp(LONG)).isTrue();
        }
        try (Indexer indexer = Indexer.start(other.vault, other.catalogue, world.index, Pace.USUAL)) {
            assertThat(indexer.awaitCaughtUp(LONG)).isTrue();
            assertThat(world.foundLetters()).containsExactly(1L);
        }
    }

    @Test
    void aFailingIndexIsTriedAgainAndLosesNothing() throws Exception {
        try (Indexer indexer = startAndNeverForce()) {
            world.letter(1);
            assertThat(indexer.awaitCaughtUp(LONG)).isTrue();
            world.indexFails(3); // takes what was not forced with it
            world.letter(2);
            indexer.signal();
            await(() -> indexer.trouble().isPresent(), LONG);
            assertThat(indexer.trouble()).hasValueSatisfying(t -> assertThat(t).endsWith("no space left"));
            assertThat(indexer.awaitCaughtUp(LONG)).isTrue();
            assertThat(indexer.trouble()).isEmpty();
            assertThat(world.foundLetters()).containsExactly(1L, 2L);
        }
    }

    @Test
    void aLetterThatBringsAFaultToLightHoldsUpNobody() throws Exception {
        world.poisonous(2);
        LongStream.rangeClosed(1, 3).forEach(world::letter);
        try (Indexer indexer = start()) {
            assertThat(indexer.awaitCaughtUp(LONG)).isTrue();
            assertThat(world.foundLetters()).containsExactly(1L, 2L, 3L);
            assertThat(world.readable(1)).isTrue();
            assertThat(world.readable(2)).isFalse(); // found by its people, counted as not fully searched
            assertThat(world.readable(3)).isTrue();
            await(() -> world.logged().stream().anyMatch(l -> l.startsWith("confirm")), LONG);
        }
    }

    @Test
    void aLetterThatIsTooMuchHoldsUpNobody() throws Exception {
        world.enormous(5);
        LongStream.rangeClosed(1, 9).forEach(world::letter);
        try (Indexer indexer = startAndNeverForce()) {
            assertThat(indexer.awaitCaughtUp(LONG)).isTrue();
            assertThat(world.foundLetters()).hasSize(9);
            assertThat(world.readable(4)).isTrue();
            assertThat(world.readable(5)).isFalse();
            assertThat(world.readable(6)).isTrue();
            assertThat(indexer.trouble()).isEmpty();
        }
    }

    @Test
    void aLetterThatCannotBeReadNowIsTriedAgain() throws Exception {
        world.unreadable(1, Indexer.READ_TRIES - 1);
        world.letter(1);
        try (Indexer indexer = start()) {
            assertThat(indexer.awaitCaughtUp(LONG)).isTrue();
            assertThat(world.readable(1)).isTrue();
        }
    }

    @Test
    void aLetterThatCanNeverBeReadIsTakenWithoutItsText() throws Exception {
        world.unreadable(1, Integer.MAX_VALUE);
        world.damaged(2);
        LongStream.rangeClosed(1, 3).forEach(world::letter);
        try (Indexer indexer = start()) {
            assertThat(indexer.awaitCaughtUp(LONG)).isTrue();
            assertThat(world.foundLetters()).containsExactly(1L, 2L, 3L);
            assertThat(world.readable(1)).isFalse();
            assertThat(world.readable(2)).isFalse();
            assertThat(world.readable(3)).isTrue();
        }
    }

    @Test
    void inARushIntakeGoesFirstButNotForLong() throws Exception {
        Duration patience = Duration.ofMillis(1_500);
        Pace pace = new Pace(SHORT, Duration.ofMillis(100), SHORT, SHORT, SHORT, patience, LONG);
        try (Indexer indexer = Indexer.start(world.vault, world.catalogue, world.index, pace)) {
            long start = System.nanoTime();
            long longest = 0;
            for (long letter = 1; System.nanoTime() - start < 3 * patience.toNanos(); letter++) {
                world.letter(letter);
                indexer.signal();
                Thread.sleep(1);
                longest = Math.max(longest, letter - world.foundLetters().size());
            }
            assertThat(longest).as("letters that waited together").isGreaterThan(4L * Indexer.RUSH);
            assertThat(world.foundLetters()).as("taken while the rush went on").isNotEmpty();
            long all = world.catalogue.letters();
            await(() -> world.foundLetters().size() == all, Duration.ofSeconds(1));
        }
    }

    @Test
    void aPurgedLetterIsGoneAndTheOthersStay() throws Exception {
        LongStream.rangeClosed(1, 3).forEach(world::letter);
        try (Indexer indexer = start()) {
            assertThat(indexer.awaitCaughtUp(LONG)).isTrue();
            indexer.purge(List.of(2L));
            assertThat(world.foundLetters()).containsExactly(1L, 3L);
        }
    }

    @Test
    void whatWaitsIsSaid() throws Exception {
        world.indexFails(Integer.MAX_VALUE);
        try (Indexer indexer = start()) {
            LongStream.rangeClosed(1, 4).forEach(world::letter);
            await(() -> indexer.trouble().isPresent(), LONG);
            assertThat(indexer.lag().rows()).isEqualTo(4);
            assertThat(indexer.lag().waiting()).isPositive();
            assertThat(indexer.awaitCaughtUp(SHORT)).isFalse();
        }
    }

    private static void await(BooleanSupplier condition, Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(end);
            Thread.sleep(2);
        }
    }
}
