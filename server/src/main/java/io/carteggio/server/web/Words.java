package io.carteggio.server.web;

import io.carteggio.server.web.language.Texts;
import io.carteggio.server.web.page.LetterView.Moment;
import java.math.RoundingMode;
import java.text.NumberFormat;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;

/// Instants, sizes and numbers as pages write them in a language. Immutable.
record Words(ZoneId zone, Texts texts) {
    String say(String key, Object... about) {
        return texts.say(key, about);
    }

    String day(Instant at) {
        return texts.form("day").format(zoned(at));
    }

    String time(Instant at) {
        return texts.form("time").format(zoned(at));
    }

    /// With the day of the week, to the minute.
    Moment full(Instant at) {
        return new Moment(at.toString(), texts.form("full").format(zoned(at)));
    }

    /// To the second.
    Moment exact(Instant at) {
        return new Moment(at.toString(), texts.form("exact").format(zoned(at)));
    }

    private ZonedDateTime zoned(Instant at) {
        return at.atZone(zone);
    }

    /// `812 B`, `4.2 KB`, `31 MB`; powers of 1024.
    String size(long octets) {
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
        return String.format(texts.language().locale(), form, value, new String[] {"KB", "MB", "GB", "TB", "PB"}[unit]);
    }

    /// A part of a whole, never rounded up: what lacks something is not all.
    String percent(long part, long whole) {
        NumberFormat form = NumberFormat.getPercentInstance(texts.language().locale());
        form.setMaximumFractionDigits(2);
        form.setRoundingMode(RoundingMode.DOWN);
        return form.format(whole == 0 ? 1 : (double) part / whole);
    }

    /// With thousands apart.
    String number(long count) {
        return texts.number(count);
    }
}
