package io.carteggio.server.jobs;

import java.time.ZonedDateTime;
import java.time.temporal.ChronoUnit;
import java.util.BitSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/// Five fields as in a crontab: minute, hour, day of month, month, day of week. Lists, ranges, steps and
/// English names; where both days are given, either is enough. Times that a clock change leaves out are
/// left out.
public final class Cron {
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final List<String> WEEKDAYS = List.of("sun", "mon", "tue", "wed", "thu", "fri", "sat");

    private final BitSet minutes;
    private final BitSet hours;
    private final BitSet days;
    private final BitSet months;
    private final BitSet weekdays;
    private final boolean eitherDay;

    private Cron(String[] fields) {
        minutes = field(fields[0], 0, 59, List.of(), 0);
        hours = field(fields[1], 0, 23, List.of(), 0);
        days = field(fields[2], 1, 31, List.of(), 0);
        months = field(fields[3], 1, 12, MONTHS, 1);
        weekdays = field(fields[4], 0, 7, WEEKDAYS, 0);
        if (weekdays.get(7)) { // Sunday has two numbers
            weekdays.set(0);
        }
        eitherDay = !fields[2].startsWith("*") && !fields[4].startsWith("*");
    }

    /// A day that never comes is given up after so many years: 29 February on a Monday comes every 28.
    private static final int YEARS = 29;

    /// Reads a line.
    ///
    /// @throws IllegalArgumentException where it is none
    public static Cron of(String line) {
        String[] fields = line.strip().split("\\s+", -1);
        if (fields.length != 5) {
            throw new IllegalArgumentException("a crontab line has five fields: '" + line + "'");
        }
        return new Cron(fields);
    }

    private static BitSet field(String text, int lowest, int highest, List<String> names, int firstName) {
        BitSet set = new BitSet();
        for (String part : text.split(",", -1)) {
            String[] step = part.split("/", -1);
            String[] range = step[0].split("-", -1);
            if (step.length > 2 || range.length > 2) {
                throw wrong(text);
            }
            int from = lowest;
            int to = highest;
            if (!step[0].equals("*")) {
                from = number(range[0], names, firstName, text);
                to = range.length == 2 ? number(range[1], names, firstName, text) : step.length == 2 ? highest : from;
            }
            int by = step.length == 2 ? number(step[1], List.of(), 0, text) : 1;
            if (from < lowest || to > highest || from > to || by < 1) {
                throw wrong(text);
            }
            for (int i = from; i <= to; i += by) {
                set.set(i);
            }
        }
        return set;
    }

    private static int number(String text, List<String> names, int firstName, String field) {
        int name = names.indexOf(text.toLowerCase(Locale.ROOT));
        if (name >= 0) {
            return name + firstName;
        }
        if (!text.matches("\\d{1,2}")) {
            throw wrong(field);
        }
        return Integer.parseInt(text);
    }

    private static IllegalArgumentException wrong(String field) {
        return new IllegalArgumentException("not a field of a crontab: '" + field + "'");
    }

    /// The first time after another one; empty where there is none.
    public Optional<ZonedDateTime> after(ZonedDateTime time) {
        ZonedDateTime at = time.truncatedTo(ChronoUnit.MINUTES).plusMinutes(1);
        ZonedDateTime limit = at.plusYears(YEARS);
        while (at.isBefore(limit)) {
            if (!months.get(at.getMonthValue())) {
                at = at.truncatedTo(ChronoUnit.DAYS).withDayOfMonth(1).plusMonths(1);
            } else if (!day(at)) {
                at = at.truncatedTo(ChronoUnit.DAYS).plusDays(1);
            } else if (!hours.get(at.getHour())) {
                at = at.truncatedTo(ChronoUnit.HOURS).plusHours(1);
            } else if (!minutes.get(at.getMinute())) {
                at = at.plusMinutes(1);
            } else {
                return Optional.of(at);
            }
        }
        return Optional.empty();
    }

    private boolean day(ZonedDateTime at) {
        boolean inMonth = days.get(at.getDayOfMonth());
        boolean inWeek = weekdays.get(at.getDayOfWeek().getValue() % 7);
        return eitherDay ? inMonth || inWeek : inMonth && inWeek;
    }
}
