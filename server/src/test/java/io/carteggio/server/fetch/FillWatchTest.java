package io.carteggio.server.fetch;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.server.fetch.RemoteMailbox.Fill;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class FillWatchTest {
    private static final Instant NOW = Instant.parse("2026-11-29T02:00:00Z");

    private static Optional<String> alarm(String after, long used, long limit, Duration oldest) {
        return FillWatch.alarm(
                new Fill(3, Optional.of(used), Optional.of(limit), Optional.of(NOW.minus(oldest))),
                new Settings(Map.of("host", "h", "after", after)),
                NOW);
    }

    @Test
    void aFullMailboxAndMailThatDoesNotLeaveAreAlarms() {
        assertThat(alarm("keep", 899, 1_000, Duration.ofDays(900)))
                .as("it is to stay")
                .isEmpty();
        assertThat(alarm("keep", 900, 1_000, Duration.ZERO))
                .hasValueSatisfying(why -> assertThat(why).contains("90 % full"));
        assertThat(alarm("keep", 900, 0, Duration.ZERO)).as("no limit").isEmpty();
        assertThat(alarm("delete", 1, 1_000, Duration.ofHours(47))).isEmpty();
        assertThat(alarm("delete", 1, 1_000, Duration.ofHours(49)))
                .hasValueSatisfying(why -> assertThat(why).contains("is still there"));
        assertThat(alarm("move:Kept", 1, 1_000, Duration.ofHours(49))).isPresent();
        assertThat(alarm("delete:30", 1, 1_000, Duration.ofDays(10)))
                .as("its time has not come")
                .isEmpty();
        assertThat(FillWatch.alarm(
                        new Fill(3, Optional.empty(), Optional.empty(), Optional.empty()),
                        new Settings(Map.of("host", "h")),
                        NOW))
                .as("the server tells nothing")
                .isEmpty();
    }
}
