package io.carteggio.mail.calendar;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Dates, times and lengths as calendars write them (RFC 5545 3.3).
final class Times {
    private static final Pattern DATE = Pattern.compile("([0-9]{4})([0-9]{2})([0-9]{2})");
    private static final Pattern TIME = Pattern.compile(DATE + "T([0-9]{2})([0-9]{2})([0-9]{2})?");
    private static final Pattern LENGTH = Pattern.compile(
            "\\+?P(?:([0-9]{1,4})W)?(?:([0-9]{1,5})D)?(?:T(?:([0-9]{1,6})H)?(?:([0-9]{1,6})M)?(?:([0-9]{1,6})S)?)?");

    private Times() {}

    static Optional<LocalDate> day(String text) {
        Matcher date = DATE.matcher(text);
        return date.matches() ? day(date) : Optional.empty();
    }

    private static Optional<LocalDate> day(Matcher date) {
        try {
            return Optional.of(LocalDate.of(number(date, 1), number(date, 2), number(date, 3)));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static int number(Matcher matcher, int group) {
        return matcher.group(group) == null ? 0 : Integer.parseInt(matcher.group(group));
    }

    static Optional<LocalDateTime> local(String text) {
        Matcher time = TIME.matcher(text.endsWith("Z") ? text.substring(0, text.length() - 1) : text);
        if (!time.matches()) {
            return Optional.empty();
        }
        try {
            int second = Math.min(59, number(time, 6)); // a leap second is the one before it
            return day(time).map(day -> day.atTime(number(time, 4), number(time, 5), second));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /// What a line with a date, or a date and a time, says.
    ///
    /// @param zones those that the calendar describes, by their names
    static Optional<When> when(ContentLine line, Map<String, Optional<Zone>> zones) {
        String value = line.value().strip();
        Optional<LocalDate> day = day(value);
        if (day.isPresent()) {
            return day.map(When.Day::new);
        }
        Optional<LocalDateTime> time = local(value);
        if (time.isEmpty()) {
            return Optional.empty();
        }
        if (value.endsWith("Z")) {
            return Optional.of(new When.At(time.get().toInstant(ZoneOffset.UTC), Optional.empty()));
        }
        Optional<String> name = line.parameter("TZID");
        Optional<String> told = name.map(ContentLine::line);
        Optional<ZoneOffset> offset = name.flatMap(zone -> offset(zone, time.get(), zones));
        return Optional.of(
                offset.isPresent()
                        ? new When.At(time.get().toInstant(offset.get()), told)
                        : new When.Clock(time.get(), told));
    }

    /// By what the calendar says of the zone, else by what this machine knows of it.
    private static Optional<ZoneOffset> offset(String zone, LocalDateTime time, Map<String, Optional<Zone>> zones) {
        if (zones.containsKey(zone)) {
            return zones.getOrDefault(zone, Optional.empty()).flatMap(z -> z.offset(time));
        }
        String[] words = zone.split("/", -1); // "/citadel.org/20210210_1/Europe/Berlin"
        for (int from = 0; from < words.length; from++) {
            String name = String.join("/", java.util.Arrays.asList(words).subList(from, words.length));
            if (name.matches("[A-Z][A-Za-z0-9_+-]{1,40}(?:/[A-Za-z0-9_+-]{1,40}){0,2}")
                    && ZoneId.getAvailableZoneIds().contains(name)) {
                return Optional.of(ZoneId.of(name).getRules().getOffset(time));
            }
        }
        return Optional.empty();
    }

    /// How long something takes.
    static Optional<Duration> length(String text) {
        Matcher length = LENGTH.matcher(text.strip());
        return length.matches()
                ? Optional.of(Duration.ofDays(7L * number(length, 1) + number(length, 2))
                        .plusHours(number(length, 3))
                        .plusMinutes(number(length, 4))
                        .plusSeconds(number(length, 5)))
                : Optional.empty();
    }

    /// So much later.
    static Optional<When> later(When from, Duration length) {
        try {
            return Optional.of(
                    switch (from) {
                        case When.At(var instant, var zone) -> new When.At(instant.plus(length), zone);
                        case When.Clock(var time, var zone) -> new When.Clock(time.plus(length), zone);
                        case When.Day(var day) -> new When.Day(day.plusDays(length.toDays()));
                    });
        } catch (DateTimeException | ArithmeticException e) {
            return Optional.empty();
        }
    }
}
