package io.carteggio.archive.search;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StartTest {
    @Test
    void whatIsWrittenIsReadAgain() {
        for (Start start : List.of(
                Start.newest(),
                Start.best(),
                new Start.Newest(0),
                new Start.Newest(123_456_789),
                new Start.BestAfter(new Start.Ranking(77, List.of()), 0, 5),
                new Start.BestAfter(new Start.Ranking(77, List.of(1, 9_999, 300)), 123_456, 5),
                new Start.BestAfter(new Start.Ranking(7, Collections.nCopies(Start.Ranking.WORDS_LIMIT, 9)), 1, 5))) {
            assertThat(Start.parse(start.text())).contains(start);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "x",
                "-1",
                "1.5",
                "best.",
                "best.1",
                "best.1.2",
                "best.1.2.-3",
                "best.1.2.3.",
                "best.1.2.3.99999",
                "best.1.2.3.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1.1",
                "9999999999999999999",
                "Best",
                "best.1.2.3\n",
                "best.99999999999999999999.1.1",
                " 5"
            })
    void anythingElseIsNone(String text) {
        assertThat(Start.parse(text)).isEmpty();
    }

    @Test
    void noTextThrows() {
        Random random = new Random(3);
        String alphabet = "best.0123456789-x";
        for (int i = 0; i < 50_000; i++) {
            StringBuilder text = new StringBuilder(random.nextBoolean() ? "best." : "");
            for (int n = random.nextInt(60); n > 0; n--) {
                text.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            Start.parse(text.toString())
                    .ifPresent(start -> assertThat(Start.parse(start.text())).contains(start));
        }
    }

    @Test
    void weightsAreBounded() {
        assertThatThrownBy(() -> new Start.Ranking(1, List.of(10_000))).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Start.Ranking(1, Collections.nCopies(33, 1)))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
