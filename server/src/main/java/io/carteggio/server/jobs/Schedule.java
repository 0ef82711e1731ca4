package io.carteggio.server.jobs;

import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// When a job runs.
public sealed interface Schedule {
    Duration SHORTEST = Duration.ofSeconds(10);
    Duration LONGEST = Duration.ofDays(7);
    Duration POLL = Duration.ofMinutes(5);

    Pattern DURATION = Pattern.compile("(\\d{1,6})(s|m|h|d)");

    /// All the time; where the server cannot tell of news, it is asked so often.
    record Continuous(Duration poll) implements Schedule {}

    /// So long after the last run ended.
    record Every(Duration interval) implements Schedule {}

    /// At the times of a crontab line.
    record At(Cron cron, ZoneId zone) implements Schedule {}

    /// Only when somebody says so.
    record Manual() implements Schedule {}

    /// When it runs next, where it ran until now; empty: only on demand.
    default Optional<Instant> next(Instant now) {
        return switch (this) {
            case Continuous _ -> Optional.of(now);
            case Every(Duration interval) -> Optional.of(now.plus(interval));
            case At(Cron cron, ZoneId zone) -> cron.after(now.atZone(zone)).map(java.time.ZonedDateTime::toInstant);
            case Manual _ -> Optional.empty();
        };
    }

    /// Reads `continuous`, `continuous:1m`, `every:15m`, `manual`, or the five fields of a crontab line.
    ///
    /// @throws IllegalArgumentException with a line for people
    static Schedule of(String text, ZoneId zone) {
        String word = text.strip();
        if (word.equals("continuous")) {
            return new Continuous(POLL);
        }
        if (word.equals("manual")) {
            return new Manual();
        }
        if (word.startsWith("continuous:")) {
            return new Continuous(duration(word.substring("continuous:".length())));
        }
        if (word.startsWith("every:")) {
            return new Every(duration(word.substring("every:".length())));
        }
        if (word.split("\\s+", -1).length == 5) {
            return new At(Cron.of(word), zone);
        }
        throw new IllegalArgumentException(
                "a schedule is continuous, continuous:1m, every:15m, manual, or five fields as in a crontab: '" + text
                        + "'");
    }

    private static Duration duration(String text) {
        Matcher matcher = DURATION.matcher(text);
        if (matcher.matches()) {
            long number = Long.parseLong(matcher.group(1));
            Duration duration = switch (matcher.group(2)) {
                case "s" -> Duration.ofSeconds(number);
                case "m" -> Duration.ofMinutes(number);
                case "h" -> Duration.ofHours(number);
                default -> Duration.ofDays(number);
            };
            if (duration.compareTo(SHORTEST) >= 0 && duration.compareTo(LONGEST) <= 0) {
                return duration;
            }
        }
        throw new IllegalArgumentException("not a time between 10s and 7d: '" + text + "'");
    }
}
