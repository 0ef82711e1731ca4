package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.audit.Trail;
import io.carteggio.archive.audit.Trail.Entry;
import io.carteggio.archive.audit.Trail.Filter;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// `audit`: the trail, to be looked at and never to be changed.
final class AuditOperations {
    private static final int PAGE_LIMIT = 1_000;

    private final Desk desk;

    AuditOperations(Desk desk) {
        this.desk = desk;
    }

    /// A line an entry, newest first; then one with `next`, to be given as `before`, where there are more.
    Outcome list(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        long limit = request.number("limit", 100);
        if (limit < 1 || limit > PAGE_LIMIT) {
            throw Refusal.usage("a page of the audit trail has 1 to " + PAGE_LIMIT + " entries");
        }
        Trail.Page page = new Trail(desk.catalogue())
                .page(filter(request), request.number("before", Long.MAX_VALUE), (int) limit);
        for (Entry entry : page.entries()) {
            reply.line(line(entry));
        }
        if (page.next().isPresent()) {
            reply.line(Json.object().put("next", page.next().get()));
        }
        return Outcome.DONE;
    }

    /// A line an entry, all of them, newest first; with `csv` a line of such a table in each.
    Outcome export(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        boolean csv = request.flag("csv");
        Filter filter = filter(request);
        desk.acts()
                .audit(
                        request.actor(),
                        "audit-export",
                        filter.equals(Filter.ALL) ? "" : filter.toString(),
                        Optional.empty());
        new Trail(desk.catalogue()).<IOException>each(filter, Long.MAX_VALUE, entry -> {
            reply.line(csv ? Json.object().put("csv", Trail.csv(entry)) : line(entry));
            return true;
        });
        return Outcome.DONE;
    }

    private static Filter filter(Request request) throws Refusal {
        return new Filter(
                request.optionalText("who").orElse(""),
                request.optionalText("what").orElse(""),
                request.optionalText("object").orElse(""),
                request.optionalInstant("since"),
                request.optionalInstant("until"),
                request.optionalText("text").orElse(""));
    }

    private static ObjectNode line(Entry e) {
        ObjectNode line = Json.object()
                .put("number", e.number())
                .put("at", e.at().toString())
                .put("by", e.by());
        line.set("from", Json.text(e.from()));
        line.put("what", e.what()).put("object", e.object());
        line.set("reason", Json.text(e.reason()));
        return line;
    }
}
