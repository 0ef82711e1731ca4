package io.carteggio.server.jobs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ScheduleTest {
    private static final ZoneId ROME = ZoneId.of("Europe/Rome");

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "* * * * *          | 2026-03-01T10:00:30+01:00 | 2026-03-01T10:01+01:00",
                "*/15 * * * *       | 2026-03-01T10:00:00+01:00 | 2026-03-01T10:15+01:00",
                "5,35 8-18/2 * * *  | 2026-03-01T18:35:00+01:00 | 2026-03-02T08:05+01:00",
                "0 3 * * mon-fri    | 2026-02-27T03:00:00+01:00 | 2026-03-02T03:00+01:00",
                "0 3 * * 7          | 2026-03-02T03:00:00+01:00 | 2026-03-08T03:00+01:00",
                "0 0 31 * *         | 2026-03-31T00:00:00+02:00 | 2026-05-31T00:00+02:00",
                "0 0 29 feb *       | 2026-03-01T00:00:00+01:00 | 2028-02-29T00:00+01:00",
                "0 0 13 * fri       | 2026-03-01T00:00:00+01:00 | 2026-03-06T00:00+01:00",
                "30 2 * * *         | 2026-03-28T12:00:00+01:00 | 2026-03-30T02:30+02:00",
                "0 12 1 1 *         | 2026-03-28T12:00:00+01:00 | 2027-01-01T12:00+01:00"
            })
    void cronFindsTheNextTime(String line, String from, String next) {
        ZonedDateTime at = ZonedDateTime.parse(from).withZoneSameInstant(ROME);
        assertThat(Cron.of(line).after(at).map(ZonedDateTime::toInstant))
                .contains(ZonedDateTime.parse(next).toInstant());
    }

    @Test
    void aDayThatNeverComesIsNoTime() {
        assertThat(Cron.of("0 0 31 2 *").after(ZonedDateTime.now(ROME))).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "* * * *",
                "* * * * * *",
                "60 * * * *",
                "* 24 * * *",
                "* * 0 * *",
                "* * * 13 *",
                "* * * * 8",
                "a * * * *",
                "1-* * * * *",
                "5-1 * * * *",
                "*/0 * * * *",
                "1//2 * * * *",
                "1,,2 * * * *",
                "-1 * * * *",
                "* * * foo *",
                "999999999999 * * * *",
                "every:5",
                "every:1s",
                "every:8d",
                "every:-5m",
                "continuous:",
                "hourly"
            })
    void nonsenseIsRefused(String text) {
        assertThatThrownBy(() -> Schedule.of(text, ROME)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void whenItRunsNext() {
        Instant now = Instant.parse("2026-03-01T10:00:30Z");
        assertThat(Schedule.of("continuous", ROME).next(now)).contains(now);
        assertThat(Schedule.of("continuous:30s", ROME)).isEqualTo(new Schedule.Continuous(Duration.ofSeconds(30)));
        assertThat(Schedule.of("every:15m", ROME).next(now)).contains(now.plusSeconds(900));
        assertThat(Schedule.of("manual", ROME).next(now)).isEmpty();
        assertThat(Schedule.of(" 0 12 * * * ", ROME).next(now)).contains(Instant.parse("2026-03-01T11:00:00Z"));
    }
}
