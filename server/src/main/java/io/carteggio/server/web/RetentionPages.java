package io.carteggio.server.web;

import io.carteggio.server.web.page.RetentionView;
import io.carteggio.server.web.page.RetentionView.Row;
import java.io.IOException;
import java.time.Instant;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// How long letters and copies are kept, and which erasures copies may still undo, with the day when
/// none can. Nothing is set from here: whoever keeps the copies has the machine.
final class RetentionPages {
    static final String URL = "/retention";

    private static final Calls.Window SHOWN = new Calls.Window(0, 100);

    private final Site site;

    RetentionPages(Site site) {
        this.site = site;
    }

    void retention(Visit visit) throws IOException {
        ObjectNode bounds =
                Calls.run(site, visit, "retention.show", Calls.params()).first();
        Calls.Answer erasures = Calls.run(site, visit, "erasure.list", Calls.params(), new byte[0], SHOWN);
        visit.page(
                "retention",
                visit.say("retention.title"),
                new RetentionView(
                        days(visit, bounds.path("minimumDays")),
                        days(visit, bounds.path("maximumDays")),
                        days(visit, bounds.path("copiesKeptDays")),
                        erasures.lines().stream().map(line -> row(visit, line)).toList(),
                        erasures.more()));
    }

    private static String days(Visit visit, JsonNode days) {
        return days.isNumber() ? visit.texts().count("retention.days", days.asLong(0)) : visit.say("retention.none");
    }

    private static Row row(Visit visit, JsonNode line) {
        Words words = visit.words();
        return new Row(
                words.exact(Calls.instant(line, "erasedAt").orElse(Instant.EPOCH)),
                Calls.text(line, "by").orElse(""),
                Calls.text(line, "reason").orElse(""),
                words.exact(Calls.instant(line, "everywhereFrom").orElse(Instant.EPOCH)));
    }
}
