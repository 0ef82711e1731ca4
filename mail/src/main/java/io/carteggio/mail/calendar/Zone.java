package io.carteggio.mail.calendar;

import java.time.DateTimeException;
import java.time.DayOfWeek;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.YearMonth;
import java.time.ZoneOffset;
import java.time.temporal.TemporalAdjusters;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A time zone as a calendar itself describes it (`VTIMEZONE`, RFC 5545 3.6.5): rules that set clocks, once or every
/// year. Each is worked out for the year in question alone, so that no rule takes long.
record Zone(List<Rule> rules) {
    Zone {
        rules = List.copyOf(rules);
    }

    /// When clocks are set, and to what.
    ///
    /// @param first when for the first time, by the clocks before
    /// @param yearly on which day of which month, where it is every year
    /// @param until the last year of that
    record Rule(LocalDateTime first, ZoneOffset before, ZoneOffset after, Optional<Yearly> yearly, int until) {
        /// The last time at or before some time by the clocks.
        Optional<LocalDateTime> last(LocalDateTime time) {
            if (time.isBefore(first)) {
                return Optional.empty();
            }
            if (yearly.isEmpty()) {
                return Optional.of(first);
            }
            int year = Math.min(time.getYear(), until);
            for (int back = 0; back < 2; back++) {
                LocalDateTime set = yearly.get().in(year - back).atTime(first.toLocalTime());
                if (!set.isAfter(time) && !set.isBefore(first)) {
                    return Optional.of(set);
                }
            }
            return Optional.of(first);
        }
    }

    /// A day of the week in a month: the second Sunday of March, the last one of October.
    ///
    /// @param number 1 to 5 from the beginning, -1 to -5 from the end
    record Yearly(int month, DayOfWeek day, int number) {
        LocalDate in(int year) {
            LocalDate found = YearMonth.of(year, month).atDay(1).with(TemporalAdjusters.dayOfWeekInMonth(number, day));
            return found.getMonthValue() == month
                    ? found
                    : YearMonth.of(year, month).atDay(1).with(TemporalAdjusters.lastInMonth(day));
        }
    }

    /// How far the clocks of the zone were, or will be, from UTC; empty where its rules do not say.
    Optional<ZoneOffset> offset(LocalDateTime time) {
        Optional<LocalDateTime> latest = Optional.empty();
        Optional<ZoneOffset> offset =
                rules.stream().min((a, b) -> a.first().compareTo(b.first())).map(Rule::before);
        for (Rule rule : rules) {
            Optional<LocalDateTime> set = rule.last(time);
            if (set.isPresent() && (latest.isEmpty() || set.get().isAfter(latest.get()))) {
                latest = set;
                offset = Optional.of(rule.after());
            }
        }
        return offset;
    }

    /// Takes in what lies between `BEGIN:VTIMEZONE` and its end. Belongs to one thread.
    static final class Maker {
        private final List<Rule> rules = new ArrayList<>();
        private boolean unclear;
        private Optional<LocalDateTime> first = Optional.empty();
        private Optional<ZoneOffset> before = Optional.empty();
        private Optional<ZoneOffset> after = Optional.empty();
        private Optional<String> yearly = Optional.empty();

        private void begin() {
            first = Optional.empty();
            before = Optional.empty();
            after = Optional.empty();
            yearly = Optional.empty();
        }

        void line(ContentLine line) {
            switch (line.name()) {
                case "DTSTART" -> first = Times.local(line.value().strip());
                case "TZOFFSETFROM" -> before = offset(line.value().strip());
                case "TZOFFSETTO" -> after = offset(line.value().strip());
                case "RRULE" -> yearly = Optional.of(line.value());
                case "RDATE" -> unclear = true;
                case "BEGIN" -> begin();
                case "END" -> end();
                default -> {}
            }
        }

        private void end() {
            if (rules.size() == CalendarLimits.RULES || first.isEmpty() || before.isEmpty() || after.isEmpty()) {
                unclear = true;
                return;
            }
            Optional<Yearly> rule = Optional.empty();
            int until = 9999;
            if (yearly.isPresent()) {
                Rules.Parsed parsed = Rules.parse(yearly.get());
                rule = parsed.yearly();
                until = parsed.untilYear();
                unclear |= rule.isEmpty();
            }
            rules.add(new Rule(first.get(), before.get(), after.get(), rule, until));
        }

        /// The zone; empty where it has rules that are not understood: then nothing is better than a wrong hour.
        Optional<Zone> zone() {
            return unclear || rules.isEmpty() ? Optional.empty() : Optional.of(new Zone(rules));
        }

        private static Optional<ZoneOffset> offset(String text) {
            if (!text.matches("[+-][0-9]{4}(?:[0-9]{2})?")) {
                return Optional.empty();
            }
            try {
                return Optional.of(ZoneOffset.of(text.length() == 5 ? text : text.substring(0, 5)));
            } catch (DateTimeException e) {
                return Optional.empty();
            }
        }
    }
}
