package io.carteggio.embedded.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.mail.Sha256;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class KeyFilterTest {
    @Test
    void findsAllThatWasAddedAndSeldomMore() {
        KeyFilter filter = new KeyFilter(0);
        for (int i = 0; i < 200_000; i++) {
            filter.add(key(i));
        }
        int wrong = 0;
        for (int i = 0; i < 200_000; i++) {
            assertThat(filter.mayHold(key(i))).isTrue();
            wrong += filter.mayHold(key(-1 - i)) ? 1 : 0;
        }
        assertThat(wrong).isLessThan(20);
    }

    private static long key(int i) {
        return Sha256.of(("letter " + i).getBytes(StandardCharsets.US_ASCII)).prefix();
    }
}
