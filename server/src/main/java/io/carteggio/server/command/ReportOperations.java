package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.reports.QueuedReport;
import io.carteggio.embedded.reports.QueuedReport.State;
import io.carteggio.embedded.reports.ReportQueue.Backlog;
import io.carteggio.embedded.reports.ReportQueue.Destination;
import io.carteggio.mail.Address;
import io.carteggio.server.agent.Undelivered;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.time.Clock;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// The journaling agent's reports that are not delivered yet.
final class ReportOperations {
    private static final int PAGE = 1_000;

    /// Those that wait for somebody.
    private static final Set<State> KEPT = EnumSet.of(State.RETURNED, State.DEAD);

    private final Desk desk;

    ReportOperations(Desk desk) {
        this.desk = desk;
    }

    private Undelivered undelivered() {
        return new Undelivered(desk.reports(), desk.watch().alarms(), Clock.systemUTC());
    }

    /// A line for each mailbox that is in the way, one for each with what is queued for it,
    /// one for each report with ids above `after`, `limit` at most, and one
    /// with the counts.
    Outcome queue(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        int limit = Math.clamp(request.number("limit", 100), 0, PAGE);
        for (Destination one : desk.reports().destinations().values()) {
            reply.line(Json.object()
                    .put("mailbox", one.address().raw())
                    .put("trouble", one.trouble())
                    .put("since", Json.instant(one.since()))
                    .put("lastAnswer", one.last()));
        }
        for (Backlog one : desk.reports().backlogs()) {
            ObjectNode line = Json.object()
                    .put("queueFor", one.mailbox().raw())
                    .put("waiting", one.waiting())
                    .put("returned", one.returned())
                    .put("dead", one.dead())
                    .put("bytes", one.bytes());
            line.set("oldest", Json.instant(one.oldest()));
            line.set("next", Json.instant(one.next()));
            reply.line(line);
        }
        if (limit > 0) {
            for (QueuedReport one : desk.reports().list(states(request), request.number("after", 0), limit)) {
                reply.line(line(one));
            }
        }
        ObjectNode counts = Json.object();
        for (State state : State.values()) {
            counts.put(state.word(), desk.reports().counts().getOrDefault(state, 0L));
        }
        counts.set("oldest", Json.instant(desk.reports().oldest()));
        reply.line(counts);
        return Outcome.DONE;
    }

    private static Set<State> states(Request request) throws Refusal {
        Optional<String> word = request.optionalText("state");
        if (word.isEmpty()) {
            return EnumSet.allOf(State.class);
        }
        try {
            return EnumSet.of(State.valueOf(word.get().toUpperCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            throw Refusal.usage("a state is pending, waiting, returned or dead, not '" + word.get() + "'");
        }
    }

    private static ObjectNode line(QueuedReport one) {
        ObjectNode line = Json.object()
                .put("id", one.id())
                .put("state", one.state().word())
                .put("kind", one.notice() ? "notice" : "report")
                .put("mailbox", one.mailbox().raw());
        line.set("alternate", Json.address(one.alternate()));
        line.set("rules", Json.texts(one.rules().stream()));
        line.put("report", one.reportId())
                .put("bytes", one.sizeBytes())
                .put("queued", Json.instant(one.queued()))
                .put("attempts", one.attempts())
                .put("next", Json.instant(one.next()));
        line.set("lastAnswer", Json.text(one.last()));
        line.set("remote", Json.text(one.remote()));
        return line;
    }

    /// Sends again: `ids`, or `all` that were returned or reached nobody.
    Outcome again(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        List<Long> ids = new ArrayList<>();
        if (request.flag("all")) {
            long after = 0;
            List<QueuedReport> page;
            do {
                page = desk.reports().list(KEPT, after, PAGE);
                for (QueuedReport one : page) {
                    ids.add(one.id());
                    after = one.id();
                }
            } while (page.size() == PAGE);
        } else {
            for (JsonNode id : request.params().path("ids")) {
                if (!id.isIntegralNumber()) {
                    throw Refusal.usage("rule again: 'ids' are numbers");
                }
                long number = id.longValue();
                Optional<QueuedReport> known = desk.reports().named(number);
                if (known.filter(one -> KEPT.contains(one.state())).isEmpty()) {
                    throw Refusal.no("there is no report " + number + " that was returned or reached nobody");
                }
                ids.add(number);
            }
            if (ids.isEmpty()) {
                throw Refusal.usage("rule again: which reports? Their numbers, or --all");
            }
        }
        desk.acts().audit(request.by(), "reports-again", ids.size() + " journal reports", Optional.empty());
        undelivered().again(ids);
        reply.line(Json.object().put("again", ids.size()));
        return Outcome.DONE;
    }

    /// Tries a mailbox, and all that waits for it, now.
    Outcome resume(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Address mailbox = new Address(request.text("mailbox").strip());
        Destination known = desk.reports().destinations().get(mailbox.key());
        if (known == null) {
            throw Refusal.no("nothing is in the way of reports for " + mailbox);
        }
        desk.acts().audit(request.by(), "reports-resumed", known.address().raw(), Optional.empty());
        undelivered().resume(known.address());
        reply.line(Json.object().put("resumed", known.address().raw()));
        return Outcome.DONE;
    }
}
