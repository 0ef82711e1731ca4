package io.carteggio.embedded.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Sha256;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class LetterFilterTest {
    @Test
    void findsAllThatWasAddedAndSeldomMore() {
        LetterFilter filter = new LetterFilter(0);
        for (int i = 0; i < 200_000; i++) {
            filter.add(sum(i));
        }
        int wrong = 0;
        for (int i = 0; i < 200_000; i++) {
            assertThat(filter.mayHold(sum(i))).isTrue();
            wrong += filter.mayHold(sum(-1 - i)) ? 1 : 0;
        }
        assertThat(wrong).isLessThan(20);
    }

    private static Sha256 sum(int i) {
        return Sha256.of(("letter " + i).getBytes(StandardCharsets.US_ASCII));
    }
}
