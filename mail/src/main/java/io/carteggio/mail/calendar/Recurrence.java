package io.carteggio.mail.calendar;

import java.time.DayOfWeek;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// How an appointment comes again, as far as that can be said in a sentence.
///
/// @param interval every so many days, weeks and so on
/// @param days on which days of the week, where that is said
/// @param count how often in all, where that is said
/// @param until up to and with when, where that is said
/// @param whole whether that is all of the rule
public record Recurrence(
        Unit unit, int interval, List<DayOfWeek> days, OptionalInt count, Optional<When> until, boolean whole) {
    /// What is counted.
    public enum Unit {
        DAYS,
        WEEKS,
        MONTHS,
        YEARS
    }

    public Recurrence {
        days = List.copyOf(days);
    }
}
