package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Reports a day, for programs.
final class DaysApi {
    static final Shape DAYS =
            Shape.named("Days").list("days", Shape.named("Day").day("day").number("reports"));

    private final Site site;

    DaysApi(Site site) {
        this.site = site;
    }

    void days(Visit visit) throws ArchiveException {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode list = answer.putArray("days");
        Days.of(site)
                .reports()
                .forEach((day, reports) ->
                        list.addObject().put("day", day.toString()).put("reports", reports));
        visit.json(answer);
    }
}
