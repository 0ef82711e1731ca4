package io.carteggio.mail.calendar;

import java.time.DayOfWeek;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Rules by which something comes again (`RRULE`, RFC 5545 3.3.10). They are read, never unrolled.
final class Rules {
    private static final Pattern DAY = Pattern.compile("([+-]?[0-9]{1,2})?(MO|TU|WE|TH|FR|SA|SU)");
    private static final List<String> DAYS = List.of("MO", "TU", "WE", "TH", "FR", "SA", "SU");

    private Rules() {}

    /// The parts of a rule.
    record Parsed(Map<String, String> parts) {
        /// The day of the year that it means, where it is a day of the week in a month, once a year.
        Optional<Zone.Yearly> yearly() {
            Matcher day = DAY.matcher(part("BYDAY"));
            boolean known = part("FREQ").equals("YEARLY")
                    && Set.of("FREQ", "BYMONTH", "BYDAY", "UNTIL", "INTERVAL", "WKST")
                            .containsAll(parts.keySet())
                    && part("INTERVAL").matches("1?")
                    && part("BYMONTH").matches("[1-9]|1[0-2]")
                    && day.matches()
                    && day.group(1) != null
                    && day.group(1).matches("[+-]?[1-5]");
            return known
                    ? Optional.of(new Zone.Yearly(
                            Integer.parseInt(part("BYMONTH")),
                            DayOfWeek.of(DAYS.indexOf(day.group(2)) + 1),
                            Integer.parseInt(day.group(1))))
                    : Optional.empty();
        }

        int untilYear() {
            return part("UNTIL").matches("[0-9]{8}.*")
                    ? Integer.parseInt(part("UNTIL").substring(0, 4))
                    : 9999;
        }

        String part(String name) {
            return parts.getOrDefault(name, "");
        }
    }

    static Parsed parse(String rule) {
        Map<String, String> parts = new HashMap<>();
        for (String part : rule.split(";", 40)) {
            String[] two = part.split("=", 2);
            if (two.length == 2) {
                parts.putIfAbsent(
                        two[0].strip().toUpperCase(Locale.ROOT), two[1].strip().toUpperCase(Locale.ROOT));
            }
        }
        return new Parsed(parts);
    }

    /// What can be said of it in a sentence; empty where even that cannot.
    static Optional<Recurrence> sentence(String rule) {
        Parsed parsed = parse(rule);
        Optional<Recurrence.Unit> unit = switch (parsed.part("FREQ")) {
            case "DAILY" -> Optional.of(Recurrence.Unit.DAYS);
            case "WEEKLY" -> Optional.of(Recurrence.Unit.WEEKS);
            case "MONTHLY" -> Optional.of(Recurrence.Unit.MONTHS);
            case "YEARLY" -> Optional.of(Recurrence.Unit.YEARS);
            default -> Optional.empty();
        };
        if (unit.isEmpty()) {
            return Optional.empty();
        }
        boolean whole = Set.of("FREQ", "INTERVAL", "COUNT", "UNTIL", "BYDAY", "WKST")
                .containsAll(parsed.parts().keySet());
        List<DayOfWeek> days = new ArrayList<>();
        if (!parsed.part("BYDAY").isEmpty()) {
            for (String word : parsed.part("BYDAY").split(",", 20)) {
                boolean plain = DAYS.contains(word) && unit.get() == Recurrence.Unit.WEEKS;
                whole &= plain;
                if (plain) {
                    days.add(DayOfWeek.of(DAYS.indexOf(word) + 1));
                }
            }
        }
        String until = parsed.part("UNTIL");
        Optional<When> end =
                until.isEmpty() ? Optional.empty() : Times.when(new ContentLine("UNTIL", Map.of(), until), Map.of());
        whole &= until.isEmpty() == end.isEmpty();
        return Optional.of(new Recurrence(
                unit.get(),
                number(parsed.part("INTERVAL")).orElse(1),
                days.stream().distinct().sorted().toList(),
                number(parsed.part("COUNT")),
                end,
                whole));
    }

    private static OptionalInt number(String text) {
        return text.matches("[1-9][0-9]{0,4}") ? OptionalInt.of(Integer.parseInt(text)) : OptionalInt.empty();
    }
}
