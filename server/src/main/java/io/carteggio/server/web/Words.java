package io.carteggio.server.web;

import io.carteggio.server.web.page.LetterView.Moment;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Locale;

/// Instants, sizes and numbers as pages write them. Immutable.
record Words(ZoneId zone) {
    private static final DateTimeFormatter DAY = DateTimeFormatter.ofPattern("d MMM uuuu", Locale.UK);
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("HH:mm", Locale.UK);
    private static final DateTimeFormatter FULL = DateTimeFormatter.ofPattern("EEEE, d MMMM uuuu, HH:mm z", Locale.UK);
    private static final DateTimeFormatter SECONDS = DateTimeFormatter.ofPattern("d MMM uuuu, HH:mm:ss z", Locale.UK);

    String day(Instant at) {
        return DAY.format(zoned(at));
    }

    String time(Instant at) {
        return TIME.format(zoned(at));
    }

    /// With the day of the week, to the minute.
    Moment full(Instant at) {
        return new Moment(at.toString(), FULL.format(zoned(at)));
    }

    /// To the second.
    Moment exact(Instant at) {
        return new Moment(at.toString(), SECONDS.format(zoned(at)));
    }

    private ZonedDateTime zoned(Instant at) {
        return at.atZone(zone);
    }

    /// `812 B`, `4.2 KB`, `31 MB`; powers of 1024.
    static String size(long octets) {
        if (octets < 1024) {
            return octets + " B";
        }
        double value = octets;
        int unit = -1;
        while (value >= 999.5 && unit < 4) {
            value /= 1024;
            unit++;
        }
        String form = value < 9.95 ? "%.1f %s" : "%.0f %s";
        return String.format(Locale.UK, form, value, new String[] {"KB", "MB", "GB", "TB", "PB"}[unit]);
    }

    /// With thousands apart.
    static String number(long count) {
        return String.format(Locale.UK, "%,d", count);
    }

    /// `1 letter`, `2 letters`.
    static String count(long count, String one, String many) {
        return number(count) + " " + (count == 1 ? one : many);
    }
}
