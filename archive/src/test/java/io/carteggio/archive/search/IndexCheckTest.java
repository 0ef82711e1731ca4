package io.carteggio.archive.search;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.catalogue.CataloguedLetter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/// What is told of an index, also where it changes while it is looked at.
class IndexCheckTest {
    private final Fakes world = new Fakes();
    private final List<String> told = new ArrayList<>();

    private void letters(int count) {
        for (long number = 1; number <= count; number++) {
            world.letter(number);
            world.take(number);
        }
    }

    private IndexCheck.Result check(IndexCheck.CaughtUp caughtUp) throws Exception {
        return IndexCheck.run(
                world.vault, world.catalogue, world.index, caughtUp, new Random(1), new IndexCheck.Findings() {
                    @Override
                    public void wrong(long number, Optional<CataloguedLetter> letter, IndexCheck.Fault fault) {
                        assertThat(letter.isEmpty()).isEqualTo(fault == IndexCheck.Fault.UNKNOWN);
                        told.add(number + " " + fault);
                    }

                    @Override
                    public void wrong(String what) {
                        told.add(what);
                    }

                    @Override
                    public void compared(long letters) {
                        // nobody watches
                    }
                });
    }

    @Test
    void anIndexThatIsRightIsRight() throws Exception {
        letters(1_234);
        assertThat(check(() -> true)).isEqualTo(new IndexCheck.Result(1_234, 0, false));
        assertThat(told).isEmpty();
    }

    @Test
    void eachLetterThatIsWrongIsNamed() throws Exception {
        letters(1_100);
        world.found.remove(3L);
        world.found.remove(1_100L);
        world.takeWithoutText(7);
        world.take(2_000);
        world.twice(9);
        check(() -> true);
        assertThat(told).containsExactly("3 LACKING", "7 DIFFERENT", "9 REPEATED", "1100 LACKING", "2000 UNKNOWN");
    }

    @Test
    void whatComesMeanwhileIsNoFault() throws Exception {
        letters(20);
        world.letter(21); // not taken yet
        world.erased(5);
        AtomicInteger calls = new AtomicInteger();
        check(() -> {
            if (calls.incrementAndGet() == 2) { // after the first look
                world.take(21);
            }
            return true;
        });
        assertThat(told).isEmpty();
    }

    @Test
    void ofWhatKeepsChangingNothingIsClaimed() throws Exception {
        letters(20);
        world.found.remove(5L);
        IndexCheck.Result result = check(() -> {
            world.evidence(5);
            return true;
        });
        assertThat(told).isEmpty();
        assertThat(result).isEqualTo(new IndexCheck.Result(19, 1, false));
    }

    @Test
    void anIndexThatIsBehindIsNotCompared() throws Exception {
        letters(20);
        world.found.remove(5L);
        assertThat(check(() -> false)).isEqualTo(new IndexCheck.Result(0, 0, true));
        assertThat(told).isEmpty();
    }

    @Test
    void aDamagedLetterIsForTheVaultToTell() throws Exception {
        letters(3);
        world.damaged(2);
        assertThat(check(() -> true)).isEqualTo(new IndexCheck.Result(2, 1, false));
        assertThat(told).isEmpty();
    }

    @Test
    void nothingIsUndecidedAboutALetterThatNoKeyOpens() throws Exception {
        letters(3);
        world.gone(2);
        assertThat(check(() -> true)).isEqualTo(new IndexCheck.Result(3, 0, false));
        assertThat(told).isEmpty();
    }

    @Test
    void aLetterThatIsTooMuchForTheIndexIsThereWithoutItsText() throws Exception {
        letters(3);
        world.poisonous(2);
        world.takeWithoutText(2);
        check(() -> true);
        assertThat(told).isEmpty();
    }

    @Test
    void thereAreNotMoreNamesThanAnybodyReads() throws Exception {
        letters(IndexCheck.SUSPECTS_LIMIT + 5);
        world.found.clear();
        check(() -> true);
        assertThat(told)
                .hasSize(IndexCheck.SUSPECTS_LIMIT + 1)
                .last()
                .asString()
                .startsWith("and 5 letters more");
        assertThat(new TreeSet<>(told)).hasSameSizeAs(told);
    }
}
