package io.carteggio.server.watch;

import io.carteggio.archive.catalogue.Catalogue.Hour;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// Whether a source is silent although its usual rhythm says that a report should have come. Pure.
///
/// Time is measured in reports that should have come: past weeks say how many an hour of the week usually
/// brings, so nights and week-ends of a firm that sleeps take no time at all. Mail that comes in clusters
/// counts less, by how much more its hours vary than chance has it. The *usual interval* is the longest
/// pause of past weeks in that measure, but for the very longest, which may have been holidays or an outage;
/// it is never less than [#LEAST_REPORTS] or [#LEAST_INTERVAL]. After 1.4 usual intervals a source
/// counts as silent.
///
/// Where next to nothing came lately (a holiday of a busy firm), a pause is measured by that.
public final class Silence {
    /// How far back the rhythm is learned from.
    public static final int WEEKS = 8;

    /// Less history than this tells nothing.
    public static final Duration LEARNING = Duration.ofDays(14);

    static final int LEAST_HISTORY_REPORTS = 20;
    static final double LEAST_REPORTS = 6;
    private static final double INTERVALS = 1.4;

    /// Where mail was coming until the pause began.
    static final Duration LEAST_INTERVAL = Duration.ofHours(1);

    /// Where it was not: a morning may be that of a holiday.
    static final Duration LEAST_INTERVAL_FROM_REST = Duration.ofHours(2);

    /// So many reports in the last hours are no rest.
    private static final double BUSY_REPORTS = 30;

    private static final int WEEK_HOURS = 7 * 24;
    private static final long HOUR_SECONDS = 3600;

    /// What of the last hours counts as "lately", and how many reports the usual weighs against it.
    private static final int LATELY_HOURS = 6;

    private static final double LATELY_WEIGHT = 4;

    /// Only where less than this part of the usual came, it is another kind of day.
    private static final double ANOTHER_DAY = 0.5;

    /// So many of the longest pauses of past weeks are not usual.
    private static final int UNUSUAL_PAUSES = 4;

    private static final double MOST_CLUSTERED = 20;

    /// What is to be said of a source.
    public enum Verdict {
        /// Too little is known of it.
        LEARNING,
        USUAL,
        SILENT
    }

    private Silence() {}

    /// The first hour that a judgement looks at.
    public static long firstHour(Instant last) {
        return hour(last) - (long) WEEKS * WEEK_HOURS + 1;
    }

    /// Judges a source.
    ///
    /// @param history its reports by hours since 1970, in order, from [#firstHour] on
    /// @param last when its last report came
    /// @param zone in which people there keep their hours
    public static Verdict judge(List<Hour> history, Instant last, Instant now, ZoneId zone) {
        long end = hour(last);
        long begin = firstHour(last);
        List<Hour> known = history.stream()
                .filter(h -> h.hour() >= begin && h.hour() <= end)
                .toList();
        long reports = known.stream().mapToLong(Hour::reports).sum();
        if (reports < LEAST_HISTORY_REPORTS || end - known.getFirst().hour() < LEARNING.toHours()) {
            return Verdict.LEARNING;
        }
        Duration pause = Duration.between(last, now);
        if (pause.toSeconds() < INTERVALS * LEAST_INTERVAL.toSeconds()) {
            return Verdict.USUAL;
        }
        Rhythm rhythm = Rhythm.of(known, end, zone);
        boolean fromRest = rhythm.cameLately(rhythm.knownHours()) < BUSY_REPORTS;
        if (fromRest && pause.toSeconds() < INTERVALS * LEAST_INTERVAL_FROM_REST.toSeconds()) {
            return Verdict.USUAL;
        }
        double usual = Math.max(LEAST_REPORTS, rhythm.longestUsualPause());
        double missed = rhythm.expected(last, now) * rhythm.lately(rhythm.knownHours());
        return missed >= INTERVALS * usual ? Verdict.SILENT : Verdict.USUAL;
    }

    private static long hour(Instant at) {
        return Math.floorDiv(at.getEpochSecond(), HOUR_SECONDS);
    }

    /// What the hours of a week usually bring.
    private static final class Rhythm {
        private final double[] usual; // reports of an hour of the week
        private final long[] counts; // reports of each hour that is known, from `begin` on
        private final int[] slots; // which hour of the week each of these is
        private final long begin;
        private final double cluster; // how many reports count as one
        private final ZoneId zone;

        private Rhythm(double[] usual, long[] counts, int[] slots, long begin, ZoneId zone) {
            this.usual = usual;
            this.counts = counts;
            this.slots = slots;
            this.begin = begin;
            this.cluster = cluster(usual, counts, slots);
            this.zone = zone;
        }

        static Rhythm of(List<Hour> known, long end, ZoneId zone) {
            long begin = known.getFirst().hour();
            long[] counts = new long[(int) (end - begin + 1)];
            known.forEach(h -> counts[(int) (h.hour() - begin)] += h.reports());
            int[] slots = slots(begin, counts.length, zone);
            double[] sums = new double[WEEK_HOURS];
            int[] times = new int[WEEK_HOURS];
            for (int i = 0; i < counts.length; i++) {
                sums[slots[i]] += counts[i];
                times[slots[i]]++;
            }
            double[] usual = new double[WEEK_HOURS];
            for (int slot = 0; slot < WEEK_HOURS; slot++) {
                usual[slot] = times[slot] == 0 ? 0 : sums[slot] / times[slot];
            }
            return new Rhythm(usual, counts, slots, begin, zone);
        }

        /// By how much hours vary more than if each report came by itself (the index of dispersion). Hours in
        /// which much was missing say nothing about that.
        private static double cluster(double[] usual, long[] counts, int[] slots) {
            double squares = 0;
            double expected = 0;
            for (int i = 0; i < counts.length; i++) {
                double mean = usual[slots[i]];
                if (mean < 4 || counts[i] > mean / 4) {
                    squares += (counts[i] - mean) * (counts[i] - mean);
                    expected += mean;
                }
            }
            double weeks = Math.max(2, counts.length / (double) WEEK_HOURS);
            double index = expected == 0 ? 1 : squares / expected * weeks / (weeks - 1);
            return Math.clamp(index, 1, MOST_CLUSTERED);
        }

        /// The hours of the week that hours in a row are, as people there count them; a holiday is a Sunday.
        private static int[] slots(long begin, int many, ZoneId zone) {
            int[] slots = new int[many];
            LocalDate date = LocalDate.MIN;
            int day = 0;
            for (int i = 0; i < many; i++) {
                LocalDateTime local = LocalDateTime.ofInstant(Instant.ofEpochSecond((begin + i) * HOUR_SECONDS), zone);
                if (!local.toLocalDate().equals(date)) {
                    date = local.toLocalDate();
                    day = Holidays.rhythmOf(date, zone).getValue() - 1;
                }
                slots[i] = day * 24 + local.getHour();
            }
            return slots;
        }

        /// What an hour usually brings, be it known or still to come.
        private double at(long hour) {
            long i = hour - begin;
            int slot = i >= 0 && i < slots.length ? slots[(int) i] : slots(hour, 1, zone)[0];
            return usual[slot] / cluster;
        }

        int knownHours() {
            return counts.length;
        }

        /// How much should have come between two instants.
        double expected(Instant from, Instant to) {
            double sum = 0;
            for (long hour = hour(from); hour <= hour(to); hour++) {
                long begins = Math.max(from.getEpochSecond(), hour * HOUR_SECONDS);
                long ends = Math.min(to.getEpochSecond(), (hour + 1) * HOUR_SECONDS);
                sum += at(hour) * (ends - begins) / HOUR_SECONDS;
            }
            return sum;
        }

        /// The longest pause that was usual, as [#expected] measures it.
        double longestUsualPause() {
            List<Double> pauses = new ArrayList<>();
            int began = 0;
            for (int i = 1; i < counts.length; i++) {
                if (counts[i] == 0) {
                    continue;
                }
                if (i - began > 1) {
                    double pause = rim(began) + rim(i);
                    for (int between = began + 1; between < i; between++) {
                        pause += at(begin + between);
                    }
                    pauses.add(pause * lately(began + 1));
                }
                began = i;
            }
            pauses.sort(Comparator.reverseOrder());
            return pauses.size() > UNUSUAL_PAUSES ? pauses.get(UNUSUAL_PAUSES) : 0;
        }

        /// What of an hour belongs to a pause that ends or begins in it: half, but where mail is frequent hardly more
        /// than one report's time.
        private double rim(int hour) {
            return Math.min(1, at(begin + hour) / 2);
        }

        double cameLately(int end) {
            double came = 0;
            for (int i = Math.max(0, end - LATELY_HOURS); i < end; i++) {
                came += counts[i];
            }
            return came / cluster;
        }

        /// What part of the usual came in the hours before one: all of it, unless it was next to nothing.
        double lately(int end) {
            double expected = 0;
            for (int i = Math.max(0, end - LATELY_HOURS); i < end; i++) {
                expected += at(begin + i);
            }
            double part = (cameLately(end) + LATELY_WEIGHT) / (expected + LATELY_WEIGHT);
            return part < ANOTHER_DAY ? part : 1;
        }
    }
}
