package io.carteggio.server.watch;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.ZoneId;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class HolidaysTest {
    @ParameterizedTest
    @CsvSource({
        "1961,1961-04-02",
        "2000,2000-04-23",
        "2024,2024-03-31",
        "2025,2025-04-20",
        "2026,2026-04-05",
        "2027,2027-03-28",
        "2038,2038-04-25",
        "2285,2285-03-22"
    })
    void easterIsWhereTheTablesHaveIt(int year, LocalDate date) {
        assertThat(Holidays.easter(year)).isEqualTo(date);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-12-08,Europe/Rome,true",
        "2027-01-06,Europe/Rome,true",
        "2027-03-29,Europe/Rome,true", // Easter Monday
        "2027-03-26,Europe/Rome,false", // Good Friday is none in Italy
        "2027-03-26,Europe/Berlin,true",
        "2027-05-06,Europe/Berlin,true", // Ascension
        "2027-05-17,Europe/Berlin,true", // Whit Monday
        "2026-12-08,Europe/Berlin,false",
        "2026-12-25,Asia/Tokyo,true",
        "2026-12-24,Europe/Rome,false"
    })
    void holidaysAreTheCountrysOwn(LocalDate date, ZoneId zone, boolean holiday) {
        assertThat(Holidays.isHoliday(date, zone)).isEqualTo(holiday);
    }

    @Test
    void aHolidayHasASundaysRhythm() {
        assertThat(Holidays.rhythmOf(LocalDate.of(2026, 12, 8), ZoneId.of("Europe/Rome")))
                .isEqualTo(DayOfWeek.SUNDAY);
        assertThat(Holidays.rhythmOf(LocalDate.of(2026, 12, 8), ZoneId.of("Europe/Berlin")))
                .isEqualTo(DayOfWeek.TUESDAY);
    }
}
