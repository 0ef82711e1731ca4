package io.carteggio.server.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/// How long the watch rests between two looks.
class RestTest {
    private static final Instant NOW = Instant.parse("2025-03-03T10:00:00Z");
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private static Instant in(long seconds) {
        return NOW.plusSeconds(seconds);
    }

    @Test
    void aMinuteWhenNothingIsDue() {
        assertThat(Watch.rest(NOW, NOW, List.of())).isEqualTo(MINUTE);
        assertThat(Watch.rest(NOW, NOW, List.of(in(3600)))).isEqualTo(MINUTE);
        assertThat(Watch.rest(NOW, Instant.MIN, List.of())).isEqualTo(MINUTE);
    }

    @Test
    void untilTheFirstCanaryIsDue() {
        assertThat(Watch.rest(NOW, in(-1), List.of(in(40), in(3))))
                .isBetween(Duration.ofSeconds(3), Duration.ofSeconds(4));
    }

    @Test
    void notAtAllWhenOneCameDueDuringTheLook() {
        assertThat(Watch.rest(NOW, in(-5), List.of(in(-2)))).isZero();
        assertThat(Watch.rest(NOW, in(-5), List.of(in(-5)))).isZero();
    }

    @Test
    void aMinuteWhenTheOneThatIsOverdueWasJudged() {
        assertThat(Watch.rest(NOW, in(-1), List.of(in(-2)))).isEqualTo(MINUTE);
    }
}
