package io.carteggio.mail.mime;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Date and time of a header (RFC 5322 3.3 and the obsolete forms of 4.3), and what real mail has instead.
public final class MailDate {
    /// A longer value is no date.
    private static final int DATE_CHARS = 1_000;

    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

    /// Named zones in hours (RFC 5322 4.3); any other name says nothing about the offset and is read as -0000.
    private static final Map<String, Integer> ZONES = Map.ofEntries(
            Map.entry("est", -5),
            Map.entry("edt", -4),
            Map.entry("cst", -6),
            Map.entry("cdt", -5),
            Map.entry("mst", -7),
            Map.entry("mdt", -6),
            Map.entry("pst", -8),
            Map.entry("pdt", -7));

    private MailDate() {}

    /// When a host got a mail, as its `Received` field says: behind the last semicolon (RFC 5321, 4.4).
    public static Optional<Instant> ofReceived(String received) {
        int semicolon = received.lastIndexOf(';');
        return semicolon < 0 ? Optional.empty() : parse(received.substring(semicolon + 1));
    }

    /// The instant that the value means; empty where it has no day, month, year and time. Without a zone, or with
    /// -0000, the time is taken as UTC.
    public static Optional<Instant> parse(String raw) {
        if (raw.length() > DATE_CHARS) {
            return Optional.empty();
        }
        List<String> words = words(EncodedWords.decode(raw));
        try {
            return new Reading(words).instant();
        } catch (DateTimeException | NumberFormatException noSuchDay) {
            return Optional.empty();
        }
    }

    /// Splits at blanks and commas, leaves comments out, and parts a sign of a zone from what stands before it.
    private static List<String> words(String raw) {
        List<String> words = new ArrayList<>();
        StringBuilder word = new StringBuilder();
        int comment = 0;
        for (int i = 0; i < raw.length(); i++) {
            char c = raw.charAt(i);
            if (c == '(') {
                comment++;
            } else if (c == ')' && comment > 0) {
                comment--;
                continue;
            }
            boolean blank = comment > 0 || c <= ' ' || c == ',';
            if (blank || c == '+') {
                if (!word.isEmpty()) {
                    words.add(word.toString());
                    word.setLength(0);
                }
            }
            if (!blank) {
                word.append(c);
            }
        }
        if (!word.isEmpty()) {
            words.add(word.toString());
        }
        return words;
    }

    private static final class Reading {
        private final List<String> words;
        private int day = -1;
        private int month = -1;
        private int year = -1;
        private int hour = -1;
        private int minute;
        private int second;
        private int offsetSeconds;

        Reading(List<String> words) {
            this.words = words;
        }

        Optional<Instant> instant() {
            for (String word : words) {
                take(Node.lower(word));
            }
            if (day < 0 || month < 0 || year < 0 || hour < 0) {
                return Optional.empty();
            }
            LocalDateTime local = LocalDateTime.of(year, month, day, hour, minute, Math.min(second, 59));
            return Optional.of(local.minusSeconds(offsetSeconds).toInstant(ZoneOffset.UTC));
        }

        private void take(String word) {
            if (word.isEmpty()) {
                return;
            }
            char first = word.charAt(0);
            if (hour >= 0 && (first == '+' || first == '-')) {
                zone(word);
            } else if (word.indexOf(':') > 0 && Character.isDigit(first)) {
                time(word);
            } else if (Character.isDigit(first)) {
                number(word);
            } else {
                name(word);
            }
        }

        private void number(String word) {
            String[] parts = word.split("[-/]", -1);
            if (parts.length == 3) { // 07-Jun-2002, 2002-06-07
                boolean yearFirst = parts[0].length() == 4;
                take(yearFirst ? parts[2] : parts[0]);
                if (!parts[1].isEmpty() && Character.isDigit(parts[1].charAt(0))) {
                    month = Integer.parseInt(parts[1]);
                } else {
                    name(parts[1]);
                }
                year(yearFirst ? parts[0] : parts[2]);
            } else if (day < 0 && word.length() <= 2) {
                day = Integer.parseInt(word);
            } else if (year < 0) {
                year(word);
            }
        }

        /// Two and three digits as RFC 5322 4.3 has them.
        private void year(String digits) {
            int value = Integer.parseInt(digits);
            if (digits.length() == 2) {
                year = value < 50 ? 2000 + value : 1900 + value;
            } else if (digits.length() == 3) {
                year = 1900 + value;
            } else if (digits.length() == 4) {
                year = value;
            }
        }

        private void time(String word) {
            if (hour >= 0) {
                return;
            }
            int dot = word.indexOf('.');
            String[] parts = (dot > 0 ? word.substring(0, dot) : word).split(":", -1);
            if (parts.length < 2 || parts.length > 3) {
                return;
            }
            minute = Integer.parseInt(parts[1]);
            second = parts.length == 3 ? Integer.parseInt(parts[2]) : 0;
            hour = Integer.parseInt(parts[0]);
        }

        private void name(String word) {
            if (word.length() >= 3 && month < 0 && MONTHS.contains(word.substring(0, 3))) {
                month = MONTHS.indexOf(word.substring(0, 3)) + 1;
            } else if (word.equals("pm") || word.equals("am")) {
                hour = hour < 0 ? hour : hour % 12 + (word.equals("pm") ? 12 : 0);
            } else if (hour >= 0) {
                Integer hours = ZONES.get(word);
                if (hours != null) {
                    offsetSeconds = hours * 3600;
                }
            }
        }

        private void zone(String word) {
            String digits = word.substring(1).replace(":", "");
            if (digits.length() > 4) {
                return;
            }
            // "-600" is meant as "-0600"; two digits are hours
            int value = Integer.parseInt(digits) * (digits.length() <= 2 ? 100 : 1);
            int seconds = (value / 100 * 60 + value % 100) * 60;
            offsetSeconds = word.charAt(0) == '-' ? -seconds : seconds;
        }
    }
}
