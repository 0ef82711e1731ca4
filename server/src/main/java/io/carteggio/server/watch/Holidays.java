package io.carteggio.server.watch;

import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.MonthDay;
import java.time.ZoneId;
import java.util.Map;
import java.util.Set;

/// Public holidays, on which a firm writes as on a Sunday: those of the country that a time zone belongs to,
/// as the law stood in November 2026. Where the country is not known, New Year and Christmas. Pure.
final class Holidays {
    private static final MonthDay NEW_YEAR = MonthDay.of(1, 1);
    private static final MonthDay CHRISTMAS = MonthDay.of(12, 25);
    private static final MonthDay BOXING_DAY = MonthDay.of(12, 26);

    /// @param fixed days of each year
    /// @param afterEaster days that move with Easter Sunday, in days behind it
    private record Country(Set<MonthDay> fixed, Set<Integer> afterEaster) {}

    private static final Country ANY = new Country(Set.of(NEW_YEAR, CHRISTMAS), Set.of());

    /// Law 260 of 1949 as it was changed last by law 151 of 2025 (4 October).
    private static final Country ITALY = new Country(
            Set.of(
                    NEW_YEAR,
                    MonthDay.of(1, 6),
                    MonthDay.of(4, 25),
                    MonthDay.of(5, 1),
                    MonthDay.of(6, 2),
                    MonthDay.of(8, 15),
                    MonthDay.of(10, 4),
                    MonthDay.of(11, 1),
                    MonthDay.of(12, 8),
                    CHRISTMAS,
                    BOXING_DAY),
            Set.of(1));

    /// What all of its states have in common.
    private static final Country GERMANY = new Country(
            Set.of(NEW_YEAR, MonthDay.of(5, 1), MonthDay.of(10, 3), CHRISTMAS, BOXING_DAY), Set.of(-2, 1, 39, 50));

    private static final Map<String, Country> BY_ZONE =
            Map.of("Europe/Rome", ITALY, "Europe/Berlin", GERMANY, "Europe/Busingen", GERMANY);

    private Holidays() {}

    /// The day of the week whose rhythm a date has.
    static DayOfWeek rhythmOf(LocalDate date, ZoneId zone) {
        return isHoliday(date, zone) ? DayOfWeek.SUNDAY : date.getDayOfWeek();
    }

    static boolean isHoliday(LocalDate date, ZoneId zone) {
        Country country = BY_ZONE.getOrDefault(zone.getId(), ANY);
        return country.fixed().contains(MonthDay.from(date))
                || country.afterEaster().stream()
                        .anyMatch(days -> easter(date.getYear()).plusDays(days).equals(date));
    }

    /// Easter Sunday in the Gregorian calendar (the rule of Meeus, Jones and Butcher).
    static LocalDate easter(int year) {
        int a = year % 19;
        int b = year / 100;
        int c = year % 100;
        int h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30;
        int l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7;
        int m = (a + 11 * h + 22 * l) / 451;
        int n = h + l - 7 * m + 114;
        return LocalDate.of(year, n / 31, n % 31 + 1);
    }
}
