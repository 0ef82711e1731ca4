package io.carteggio.archive.gap;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import org.junit.jupiter.api.Test;

class RecentNamesTest {
    @Test
    void theLastFramesAreRememberedAndNoOthers() {
        RecentNames recent = new RecentNames(1_000);
        recent.restart(0);
        for (long frame = 1; frame <= 10_000; frame++) {
            recent.add(frame, frame % 3 == 0 ? Set.of() : Set.of("report " + frame, "message " + frame % 700));
        }
        assertThat(recent.from()).isEqualTo(9_000);
        assertThat(recent.to()).isEqualTo(10_000);
        for (long frame = 8_000; frame <= 10_000; frame++) {
            assertThat(recent.find("report " + frame))
                    .as("frame %d", frame)
                    .isEqualTo(frame > 9_000 && frame % 3 != 0 ? Set.of(frame) : Set.of());
        }
        assertThat(recent.find("message " + 9_100 % 700)).containsExactly(9_100L, 9_800L);
    }

    @Test
    void aGapInTheFramesIsAFaultAndARestartForgets() {
        RecentNames recent = new RecentNames(10);
        recent.restart(5);
        recent.add(6, Set.of("a"));
        assertThatThrownBy(() -> recent.add(8, Set.of())).isInstanceOf(IllegalStateException.class);
        recent.restart(7);
        assertThat(recent.find("a")).isEmpty();
        recent.add(8, Set.of("b"));
        assertThat(recent.find("b")).containsExactly(8L);
    }
}
