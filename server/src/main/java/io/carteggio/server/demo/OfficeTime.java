package io.carteggio.server.demo;

import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalTime;
import java.time.Month;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.Locale;

/// When the firm writes: workdays from eight to seven in Verona, less over lunch, in August and at Christmas, and more
/// in the last months than long ago, since a newcomer looks at those first.
final class OfficeTime {
    static final ZoneId ROME = ZoneId.of("Europe/Rome");

    /// How far back the archive goes.
    static final Duration SPAN = Duration.ofDays(3 * 365L);

    /// The last mails lie at least this long before `now`: what follows a mail within seconds is not in the future.
    static final Duration MARGIN = Duration.ofMinutes(3);

    private static final LocalTime OPENS = LocalTime.of(8, 0);
    private static final LocalTime CLOSES = LocalTime.of(19, 0);
    private static final List<String> DAYS = List.of("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun");
    private static final List<String> MONTHS =
            List.of("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec");

    private final Instant now;

    OfficeTime(Instant now) {
        this.now = now;
    }

    /// Midnight in Verona, so many days ago.
    Instant midnight(int daysAgo) {
        return LocalDate.ofInstant(now, ROME)
                .minusDays(daysAgo)
                .atStartOfDay(ROME)
                .toInstant();
    }

    /// Some working instant of the last three years.
    Instant any(Chance chance) {
        while (true) {
            double age = Math.pow(chance.share(), 1.6) * (SPAN.toDays() - 15);
            Instant when = before(now.minus(MARGIN).minusSeconds((long) (age * 86_400)), chance);
            LocalDate day = LocalDate.ofInstant(when, ROME);
            boolean summer = day.getMonth() == Month.AUGUST && day.getDayOfMonth() > 7 && day.getDayOfMonth() < 23;
            boolean winter = day.getMonth() == Month.DECEMBER && day.getDayOfMonth() > 23;
            boolean quiet = summer || winter;
            if (!quiet || chance.oneIn(5)) {
                return when;
            }
        }
    }

    /// Some working instant of the workday so many days ago, or of the last one before it; two days or more.
    Instant daysAgo(int days, Chance chance) {
        ZonedDateTime day = midnight(days).atZone(ROME);
        return before(
                day.with(CLOSES).minusSeconds(chance.between(3_600, 10 * 3_600)).toInstant(), chance);
    }

    /// The latest possible instant, whatever the clock says there.
    Instant latest() {
        return now.minus(MARGIN);
    }

    /// The instant itself where it lies in working time, else one shortly before it that does.
    Instant before(Instant when, Chance chance) {
        ZonedDateTime local = when.atZone(ROME);
        LocalTime time = local.toLocalTime();
        boolean lunch = time.getHour() == 13 && !chance.oneIn(4);
        if (works(local.toLocalDate()) && !time.isBefore(OPENS) && time.isBefore(CLOSES) && !lunch) {
            return when;
        }
        LocalDate day = local.toLocalDate();
        LocalTime latest = time.isAfter(CLOSES) ? CLOSES : time;
        if (!works(day) || !latest.isAfter(OPENS.plusMinutes(10))) {
            do {
                day = day.minusDays(1);
            } while (!works(day));
            latest = CLOSES;
        }
        int open = (int) Duration.between(OPENS, latest).toSeconds();
        return day.atTime(OPENS.plusSeconds(chance.between(0, open - 60)))
                .atZone(ROME)
                .toInstant();
    }

    /// `count` working instants that end at `end`, as letters and their answers follow each other.
    List<Instant> backFrom(Instant end, int count, Chance chance) {
        Instant[] times = new Instant[count];
        Instant next = end;
        for (int i = count - 1; i >= 0; i--) {
            times[i] = next;
            Duration gap = chance.oneIn(2)
                    ? Duration.ofSeconds(chance.between(8 * 60, 3 * 3_600))
                    : Duration.ofSeconds(chance.between(10 * 3_600, 70 * 3_600));
            next = before(next.minus(gap), chance);
        }
        return List.of(times);
    }

    private static boolean works(LocalDate day) {
        return day.getDayOfWeek() != DayOfWeek.SATURDAY && day.getDayOfWeek() != DayOfWeek.SUNDAY;
    }

    /// A `date-time` of RFC 5322 3.3.
    static String rfc5322(Instant when, ZoneId zone) {
        ZonedDateTime t = when.atZone(zone);
        int minutes = t.getOffset().getTotalSeconds() / 60;
        return String.format(
                Locale.ROOT,
                "%s, %d %s %d %02d:%02d:%02d %s%02d%02d",
                DAYS.get(t.getDayOfWeek().getValue() - 1),
                t.getDayOfMonth(),
                MONTHS.get(t.getMonthValue() - 1),
                t.getYear(),
                t.getHour(),
                t.getMinute(),
                t.getSecond(),
                minutes < 0 ? "-" : "+",
                Math.abs(minutes) / 60,
                Math.abs(minutes) % 60);
    }

    static String rfc5322(Instant when) {
        return rfc5322(when, ZoneOffset.UTC);
    }
}
