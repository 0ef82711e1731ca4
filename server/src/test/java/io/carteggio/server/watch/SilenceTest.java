package io.carteggio.server.watch;

import static org.assertj.core.api.Assertions.assertThat;

import io.carteggio.archive.catalogue.Catalogue.Hour;
import io.carteggio.server.watch.Silence.Verdict;
import java.time.DayOfWeek;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Weeks of mail of several firms, played: nights, week-ends, holidays, lunch, and true silences.
@Tag("slow")
class SilenceTest {
    private static final ZoneId ZONE = ZoneId.of("Europe/Rome");
    private static final ZonedDateTime START = ZonedDateTime.of(2026, 11, 2, 0, 0, 0, 0, ZONE);
    private static final int LEARNED_WEEKS = 3;
    private static final int WATCHED_WEEKS = 8;
    private static final Duration STEP = Duration.ofMinutes(20);

    /// In usual intervals, or in the least time that ever counts as two.
    private static final double FOUND_WITHIN = 2;

    private static final Duration LEAST_TWO = Silence.LEAST_INTERVAL_FROM_REST.multipliedBy(2);

    /// A few of the sixty silences played here take hardly longer: what a source's past days say of its usual interval
    /// is not what its true rate says.
    private static final int HARDLY_LATER = 3;

    private static final double AT_MOST = 2.25;

    private static final Set<LocalDate> HOLIDAYS = Set.of(
            LocalDate.of(2026, 12, 8),
            LocalDate.of(2026, 12, 25),
            LocalDate.of(2026, 12, 26),
            LocalDate.of(2027, 1, 1),
            LocalDate.of(2027, 1, 6));

    /// A firm: how many mails an hour by day, what of that by night, at week-ends and on holidays; and how
    /// much its mail comes in clusters (conversations, newsletters).
    private record Firm(String name, double day, double night, double weekEnd, double holiday, int cluster) {
        /// The true rate at an instant, in mails an hour.
        double rate(ZonedDateTime at) {
            double rate = night;
            boolean work = at.getDayOfWeek() != DayOfWeek.SATURDAY && at.getDayOfWeek() != DayOfWeek.SUNDAY;
            boolean open = at.getHour() >= 8 && at.getHour() < 18;
            if (HOLIDAYS.contains(at.toLocalDate())) {
                rate = holiday * (open ? 1 : 0.5);
            } else if (open) {
                double lunch = at.getHour() == 13 ? 0.5 : 1;
                rate = (work ? day : weekEnd) * lunch;
            }
            return rate;
        }
    }

    private static final List<Firm> FIRMS = List.of(
            new Firm("busy, sleeps at night", 60, 0.5, 4, 8, 3),
            new Firm("busy around the clock", 400, 120, 150, 100, 5),
            new Firm("of middle size", 12, 0.2, 0.5, 0.3, 2),
            new Firm("small, five mails a day", 0.53, 0, 0, 0, 1),
            new Firm("small, a letter at any time", 0.8, 0.1, 0.2, 0.1, 1));

    /// The instants at which mails come.
    private static long[] mails(Firm firm, long seed) {
        Random random = new Random(seed);
        List<Long> mails = new ArrayList<>();
        long end = START.plusWeeks(LEARNED_WEEKS + WATCHED_WEEKS).toEpochSecond();
        for (long minute = START.toEpochSecond(); minute < end; minute += 60) {
            double rate = firm.rate(Instant.ofEpochSecond(minute).atZone(ZONE)) / 60 / firm.cluster;
            for (double p = rate; p > 0; p -= 1) {
                if (random.nextDouble() < p) {
                    int together = 1 + random.nextInt(2 * firm.cluster - 1);
                    for (int i = 0; i < together; i++) {
                        mails.add(minute + random.nextInt(firm.cluster == 1 ? 60 : 600));
                    }
                }
            }
        }
        return mails.stream().mapToLong(Long::longValue).sorted().toArray();
    }

    /// What a catalogue would say at an instant.
    private static final class Seen {
        private final TreeMap<Long, Long> hours = new TreeMap<>();
        private final long[] mails;
        private int next;
        private Instant last = Instant.EPOCH;

        Seen(long[] mails) {
            this.mails = mails;
        }

        void upTo(Instant now) {
            for (; next < mails.length && mails[next] <= now.getEpochSecond(); next++) {
                hours.merge(Math.floorDiv(mails[next], 3600L), 1L, Long::sum);
                last = Instant.ofEpochSecond(mails[next]);
            }
        }

        Verdict judge(Instant now) {
            List<Hour> history = hours.tailMap(Silence.firstHour(last)).entrySet().stream()
                    .map(e -> new Hour(e.getKey(), e.getValue()))
                    .toList();
            return Silence.judge(history, last, now, ZONE);
        }
    }

    private static List<ZonedDateTime> falseAlarms(long[] mails) {
        List<ZonedDateTime> alarms = new ArrayList<>();
        Seen seen = new Seen(mails);
        Instant openedFor = Instant.EPOCH;
        Instant end = START.plusWeeks(LEARNED_WEEKS + WATCHED_WEEKS).toInstant();
        for (Instant now = START.plusWeeks(LEARNED_WEEKS).toInstant(); now.isBefore(end); now = now.plus(STEP)) {
            seen.upTo(now);
            if (!openedFor.equals(seen.last) && seen.judge(now) == Verdict.SILENT) {
                alarms.add(now.atZone(ZONE));
                openedFor = seen.last;
            }
        }
        return alarms;
    }

    @Test
    void atMostOneFalseAlarmInEightWeeks() {
        List<String> tooMany = new ArrayList<>();
        for (Firm firm : FIRMS) {
            int all = 0;
            for (long seed = 1; seed <= 6; seed++) {
                List<ZonedDateTime> alarms = falseAlarms(mails(firm, seed));
                if (alarms.size() > 1) {
                    tooMany.add(firm.name + ", seed " + seed + ": " + alarms);
                }
                all += alarms.size();
            }
            System.out.println("silence: " + firm.name + ": " + all + " false alarms in six times eight weeks");
            if (all > 2) {
                tooMany.add(firm.name + ": " + all + " in six times eight weeks");
            }
        }
        assertThat(tooMany).isEmpty();
    }

    /// The longest pause between two mails of ordinary days, in mails that the true rate would have brought;
    /// at least what six conversations bring: the usual interval as somebody knows it who knows the firm.
    private static double usual(Firm firm, long[] mails, long until) {
        double longest = 6 * firm.cluster;
        for (int i = 1; i < mails.length && mails[i] < until; i++) {
            if (mails[i] - mails[i - 1] > 3600) {
                longest = Math.max(longest, expected(firm, mails[i - 1], mails[i]));
            }
        }
        return longest;
    }

    private static double expected(Firm firm, long from, long to) {
        double sum = 0;
        for (long minute = from; minute < to; minute += 60) {
            sum += firm.rate(Instant.ofEpochSecond(minute).atZone(ZONE)) / 60;
        }
        return sum;
    }

    @Test
    void aTrueSilenceIsFoundSoon() {
        ZonedDateTime first = START.plusWeeks(LEARNED_WEEKS);
        List<ZonedDateTime> cuts = List.of(
                first.plusHours(10), // Monday morning
                first.plusWeeks(1).plusDays(2).plusHours(3), // Wednesday night
                first.plusWeeks(2).plusDays(4).plusHours(17).plusMinutes(30), // Friday evening
                first.plusWeeks(4).plusDays(5).plusHours(12), // Saturday
                first.plusWeeks(6).plusDays(1).plusHours(13).plusMinutes(10), // Tuesday at lunch
                first.plusWeeks(7).plusDays(3).plusHours(8).plusMinutes(5)); // Thursday, as they open
        List<String> late = new ArrayList<>();
        int hardly = 0;
        for (Firm firm : FIRMS) {
            for (long seed = 1; seed <= 2; seed++) {
                long[] all = mails(firm, seed);
                for (ZonedDateTime cut : cuts) {
                    long[] mails = Arrays.stream(all)
                            .filter(m -> m < cut.toEpochSecond())
                            .toArray();
                    long last = mails[mails.length - 1];
                    double usual = usual(firm, mails, last);
                    Seen seen = new Seen(mails);
                    Instant now = Instant.ofEpochSecond(last);
                    seen.upTo(now);
                    while (seen.judge(now) != Verdict.SILENT) {
                        now = now.plus(STEP);
                        assertThat(now)
                                .as("found at all")
                                .isBefore(cut.plusWeeks(2).toInstant());
                    }
                    double took = expected(firm, last, now.getEpochSecond());
                    Duration elapsed = Duration.between(Instant.ofEpochSecond(last), now);
                    boolean inTime = took <= FOUND_WITHIN * usual || elapsed.compareTo(LEAST_TWO) <= 0;
                    hardly += !inTime && took <= AT_MOST * usual ? 1 : 0;
                    if (!inTime && took > AT_MOST * usual) {
                        late.add(firm.name + " from " + cut + ": after " + elapsed + ", " + took + " missed, usual "
                                + usual);
                    }
                }
            }
        }
        assertThat(late).isEmpty();
        assertThat(hardly).isLessThanOrEqualTo(HARDLY_LATER);
    }

    @Test
    void whereLittleIsKnownNothingIsSaid() {
        Instant now = START.toInstant();
        long hour = now.getEpochSecond() / 3600;
        assertThat(Silence.judge(List.of(), Instant.EPOCH, now, ZONE)).isEqualTo(Verdict.LEARNING);
        assertThat(Silence.judge(List.of(new Hour(hour - 1, 5_000)), now.minusSeconds(1800), now, ZONE))
                .isEqualTo(Verdict.LEARNING);
        List<Hour> fewInALongTime = List.of(new Hour(hour - 1000, 3), new Hour(hour - 500, 3));
        assertThat(Silence.judge(fewInALongTime, now.minus(Duration.ofHours(500)), now, ZONE))
                .isEqualTo(Verdict.LEARNING);
    }

    /// However long it lasts: the silent weeks do not teach it that silence is usual.
    @Test
    void aSilenceDoesNotBecomeUsual() {
        long[] mails = Arrays.stream(mails(FIRMS.getFirst(), 1))
                .filter(m -> m < START.plusWeeks(4).toEpochSecond())
                .toArray();
        Seen seen = new Seen(mails);
        seen.upTo(START.plusWeeks(10).toInstant());
        assertThat(seen.judge(START.plusWeeks(4).plusDays(2).toInstant())).isEqualTo(Verdict.SILENT);
        assertThat(seen.judge(START.plusWeeks(30).toInstant())).isEqualTo(Verdict.SILENT);
    }
}
