package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.intake.Source;
import io.carteggio.server.web.page.BooksView.Bar;
import io.carteggio.server.web.page.BooksView.Chart;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/// How many reports came on each of the last days, by the archive's own zone.
///
/// @param reports by days, the oldest first; none is left out
record Days(Map<LocalDate, Long> reports) {
    static final int DAYS = 60;

    /// Nobody foretells what lies further ahead.
    private static final int FAR_DAYS = 3_650;

    private static final int HEIGHT = 120;
    private static final int STEP = 10;

    Days {
        reports = java.util.Collections.unmodifiableMap(new TreeMap<>(reports));
    }

    static Days of(Site site) throws ArchiveException {
        return of(
                site.desk().catalogue(),
                site.desk().sources().all().stream().map(Source::name).toList(),
                site.clock().instant(),
                site.config().zone());
    }

    static Days of(Catalogue catalogue, Collection<String> sources, Instant now, ZoneId zone) throws ArchiveException {
        LocalDate today = now.atZone(zone).toLocalDate();
        LocalDate first = today.minusDays(DAYS - 1L);
        TreeMap<LocalDate, Long> reports = new TreeMap<>();
        for (LocalDate day = first; !day.isAfter(today); day = day.plusDays(1)) {
            reports.put(day, 0L);
        }
        long fromHour = first.atStartOfDay(zone).toEpochSecond() / 3600;
        for (String source : sources) {
            for (Catalogue.Hour hour : catalogue.rhythm(source, fromHour)) {
                LocalDate day =
                        Instant.ofEpochSecond(hour.hour() * 3600).atZone(zone).toLocalDate();
                reports.computeIfPresent(day, (_, before) -> before + hour.reports());
            }
        }
        return new Days(reports);
    }

    long all() {
        return reports.values().stream().mapToLong(Long::longValue).sum();
    }

    private long most() {
        return reports.values().stream().mapToLong(Long::longValue).max().orElse(0);
    }

    /// As a picture with words; empty where nothing came.
    ///
    /// @param storedPerLetter octets
    /// @param freeBytes where the archive lies
    Optional<Chart> chart(Words words, double storedPerLetter, long freeBytes) {
        if (all() == 0) {
            return Optional.empty();
        }
        List<Bar> bars = new ArrayList<>();
        for (Map.Entry<LocalDate, Long> day : reports.entrySet()) {
            long height = Math.round((double) day.getValue() * HEIGHT / most());
            Instant noon = day.getKey().atTime(12, 0).atZone(words.zone()).toInstant();
            bars.add(new Bar(
                    bars.size() * STEP,
                    HEIGHT - (int) height,
                    (int) height,
                    words.day(noon),
                    words.number(day.getValue())));
        }
        double aDay = (double) all() / DAYS * storedPerLetter;
        return Optional.of(new Chart(
                DAYS * STEP,
                HEIGHT,
                bars,
                words.number(most()),
                words.say("days.summary", all(), DAYS, most()),
                aDay < 1 ? Optional.empty() : Optional.of(growth(words, aDay, freeBytes))));
    }

    private static String growth(Words words, double aDay, long freeBytes) {
        String aMonth = words.size(Math.round(aDay * 30));
        long days = Math.round(freeBytes / aDay);
        return days > FAR_DAYS ? words.say("days.growth.far", aMonth) : words.say("days.growth", aMonth, days);
    }

    /// As a picture that stands by itself, with what it says in words; empty bars where nothing came.
    String svg(Words words) {
        int left = 60;
        int top = 30;
        StringBuilder svg = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n"
                + "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " + (left + DAYS * STEP + 20) + " "
                + (top + HEIGHT + 30) + "\" font-family=\"sans-serif\" font-size=\"11\">\n"
                + "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n");
        text(svg, left, 16, "start", words.say("days.title") + ": " + words.say("days.summary", all(), DAYS, most()));
        text(svg, left - 6, top + 8, "end", words.number(most()));
        text(svg, left - 6, top + HEIGHT, "end", "0");
        int x = left;
        for (Map.Entry<LocalDate, Long> day : reports.entrySet()) {
            long height = Math.round((double) day.getValue() * HEIGHT / Math.max(1, most()));
            svg.append("<rect x=\"")
                    .append(x)
                    .append("\" y=\"")
                    .append(top + HEIGHT - height)
                    .append("\" width=\"8\" height=\"")
                    .append(height)
                    .append("\" fill=\"#1d4f86\"><title>")
                    .append(day.getKey())
                    .append(": ")
                    .append(day.getValue())
                    .append("</title></rect>\n");
            x += STEP;
        }
        svg.append("<rect x=\"")
                .append(left)
                .append("\" y=\"")
                .append(top + HEIGHT)
                .append("\" width=\"")
                .append(DAYS * STEP)
                .append("\" height=\"1\" fill=\"#555\"/>\n");
        List<LocalDate> all = List.copyOf(reports.keySet());
        text(svg, left, top + HEIGHT + 16, "start", all.getFirst().toString());
        text(
                svg,
                left + DAYS * STEP / 2,
                top + HEIGHT + 16,
                "middle",
                all.get(all.size() / 2).toString());
        text(svg, left + DAYS * STEP, top + HEIGHT + 16, "end", all.getLast().toString());
        return svg.append("</svg>\n").toString();
    }

    private static void text(StringBuilder svg, int x, int y, String anchor, String text) {
        svg.append("<text x=\"")
                .append(x)
                .append("\" y=\"")
                .append(y)
                .append("\" text-anchor=\"")
                .append(anchor)
                .append("\">")
                .append(text.replace("&", "&amp;").replace("<", "&lt;"))
                .append("</text>\n");
    }

    /// As a table.
    String csv() {
        StringBuilder csv = new StringBuilder("day,reports\r\n");
        reports.forEach(
                (day, count) -> csv.append(day).append(',').append(count).append("\r\n"));
        return csv.toString();
    }
}
