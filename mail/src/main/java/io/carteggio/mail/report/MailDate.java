package io.carteggio.mail.report;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Dates of RFC 5322, 3.3, with the old forms of 4.3. Reports and notices are written by programs, so this need not
/// know
/// what people's programs of 1998 wrote.
public final class MailDate {
    private static final Pattern FORM = Pattern.compile(
            "(\\d{1,2})\\s+([A-Za-z]{3})[a-z]*\\s+(\\d{4}|\\d{2})\\s+(\\d{1,2}):(\\d{2})(?::(\\d{2}))?(?:\\s*([+-])(\\d{2})(\\d{2}))?");
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");
    private static final int LONGEST = 200;

    private MailDate() {}

    public static Optional<Instant> parse(String value) {
        Matcher m = FORM.matcher(value.length() > LONGEST ? value.substring(0, LONGEST) : value);
        if (!m.find()) {
            return Optional.empty();
        }
        int month = MONTHS.indexOf(m.group(2).toLowerCase(Locale.ROOT)) + 1;
        int year = Integer.parseInt(m.group(3));
        if (m.group(3).length() == 2) {
            year += year < 50 ? 2000 : 1900; // RFC 5322, 4.3
        }
        try {
            LocalDateTime local =
                    LocalDateTime.of(year, month, number(m, 1), number(m, 4), number(m, 5), Math.min(59, number(m, 6)));
            int minutes = number(m, 8) * 60 + number(m, 9);
            return Optional.of(
                    local.toInstant(ZoneOffset.ofTotalSeconds(("-".equals(m.group(7)) ? -60 : 60) * minutes)));
        } catch (DateTimeException notADate) {
            return Optional.empty();
        }
    }

    private static int number(Matcher m, int group) {
        String digits = m.group(group);
        return digits == null ? 0 : Integer.parseInt(digits);
    }
}
