package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.Scope;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.entry.EntryCodec;
import io.carteggio.archive.erasure.Erasure;
import io.carteggio.archive.erasure.Erasure.Answer;
import io.carteggio.archive.erasure.Keeping.Bounds;
import io.carteggio.archive.erasure.Keeping.Hold;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.vault.Octets;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// `erase`, `erasures`, `compact`, `hold` and `retention`. Every change is an act.
final class ErasureOperations {
    /// A number of days that stands for no bound.
    private static final long NO_BOUND = -1;

    /// Erasures that are read at a time.
    private static final int PAGE = 100;

    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Desk desk;

    ErasureOperations(Desk desk) {
        this.desk = desk;
    }

    /// One line: what was erased, and until when copies may still hold it.
    Outcome erase(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String id = request.text("id").toLowerCase(Locale.ROOT);
        if (!LetterId.looksLike(id)) {
            throw Refusal.usage("not a letter's id: " + id);
        }
        try {
            return say(
                    "letter " + id,
                    Json.object().put("id", id),
                    desk.erasure()
                            .erase(request.by(), new LetterId(id), request.text("reason"), request.flag("unsearched")),
                    reply);
        } catch (IllegalArgumentException e) {
            throw said(e);
        }
    }

    /// The same for mail that was kept whole.
    Outcome eraseWhole(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        long number = request.number("arrival", 0);
        try {
            return say(
                    "quarantined mail or notice " + number,
                    Json.object().put("arrival", number),
                    desk.erasure().eraseWhole(request.by(), number, request.text("reason"), request.flag("unsearched")),
                    reply);
        } catch (IllegalArgumentException e) {
            throw said(e);
        }
    }

    private static Outcome say(String what, ObjectNode line, Answer answer, Reply reply) throws IOException, Refusal {
        return switch (answer) {
            case Answer.Unknown() -> throw Refusal.no("there is no " + what);
            case Answer.Refused(String why) -> throw Refusal.no(what + " was not erased: " + why);
            case Answer.Done done -> {
                line.put("act", done.act())
                        .put("letters", done.letters())
                        .put("arrivals", done.arrivals())
                        .put("records", done.records())
                        .put("erasedAt", Json.instant(done.at()))
                        .put("everywhereFrom", Json.instant(done.everywhere()))
                        .put(
                                "copiesKeptDays",
                                Duration.between(done.at(), done.everywhere()).toDays());
                line.set("whole", numbers(done.whole()));
                line.set("suspects", numbers(done.suspects()));
                line.set("closed", numbers(done.closed()));
                line.set("marks", Json.texts(done.marks().stream().map(ErasureOperations::hex)));
                reply.line(line);
                yield Outcome.DONE;
            }
        };
    }

    private static ArrayNode numbers(List<Long> numbers) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        numbers.forEach(array::add);
        return array;
    }

    /// A line for each erasure that copies may still undo, the newest first; `all`: also for those that
    /// no copy can undo any more.
    Outcome list(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        boolean all = request.flag("all");
        Bounds bounds = desk.keeping().bounds();
        Instant now = desk.acts().now();
        long before = Long.MAX_VALUE;
        boolean more = true;
        while (more) {
            List<Catalogue.Erasure> page = desk.catalogue().newestErasures(before, PAGE);
            more = false; // where a whole page is complete, so is what is older
            for (Catalogue.Erasure row : page) {
                before = row.number();
                Optional<Act.Erased> act = act(row);
                if (act.isEmpty()) {
                    more = true;
                    continue;
                }
                Instant everywhere = bounds.everywhereFrom(act.get().at());
                boolean complete = !everywhere.isAfter(now);
                more |= all || !complete;
                if (all || !complete) {
                    reply.line(erasure(row.number(), act.get())
                            .put("everywhereFrom", Json.instant(everywhere))
                            .put("complete", complete));
                }
            }
        }
        return Outcome.DONE;
    }

    /// What the catalogue has of it; empty where that is no erasure, which `check` and the concerns tell.
    private static Optional<Act.Erased> act(Catalogue.Erasure row) {
        try {
            return EntryCodec.act(row.manifest().toBytes()) instanceof Act.Erased act
                    ? Optional.of(act)
                    : Optional.empty();
        } catch (IllegalArgumentException noAct) {
            return Optional.empty();
        }
    }

    private static ObjectNode erasure(long number, Act.Erased act) {
        return Json.object()
                .put("act", number)
                .put("erasedAt", Json.instant(act.at()))
                .put("by", act.by())
                .put("reason", act.reason())
                .put(
                        "records",
                        act.frames().stream().mapToInt(f -> f.records().size()).sum());
    }

    /// Lets an erased letter come again.
    Outcome readmit(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String text = request.text("mark");
        Octets mark;
        try {
            mark = Octets.of(HexFormat.of().parseHex(text.toLowerCase(Locale.ROOT)));
        } catch (IllegalArgumentException e) {
            throw Refusal.usage("not a mark: " + text);
        }
        try {
            if (!desk.erasure().readmit(request.by(), mark, request.text("reason"))) {
                throw Refusal.no("no erased letter has the mark " + text);
            }
        } catch (IllegalArgumentException e) {
            throw said(e);
        }
        reply.line(Json.object().put("readmitted", hex(mark)));
        return Outcome.DONE;
    }

    private static String hex(Octets mark) {
        return HexFormat.of().formatHex(mark.toBytes());
    }

    /// One line with `freedBytes` and `storedBytes`.
    Outcome compact(Request request, Reply reply) throws ArchiveException, IOException {
        long freed = desk.erasure().compact();
        reply.line(Json.object().put("freedBytes", freed).put("storedBytes", desk.storedBytes()));
        return Outcome.DONE;
    }

    Outcome addHold(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        try {
            reply.line(hold(desk.erasure()
                    .addHold(request.by(), request.text("name"), request.text("query"), request.text("reason"))));
        } catch (IllegalArgumentException e) {
            throw said(e);
        }
        return Outcome.DONE;
    }

    Outcome listHolds(Request request, Reply reply) throws ArchiveException, IOException {
        for (Hold hold : desk.keeping().holds()) {
            reply.line(hold(hold));
        }
        return Outcome.DONE;
    }

    Outcome releaseHold(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        String name = request.text("name");
        try {
            desk.erasure().releaseHold(request.by(), name, request.text("reason"));
        } catch (IllegalArgumentException e) {
            throw said(e);
        }
        reply.line(Json.object().put("released", name));
        return Outcome.DONE;
    }

    private ObjectNode hold(Hold hold) throws ArchiveException {
        desk.awaitIndexed(PATIENCE);
        ObjectNode line = Json.object()
                .put("name", hold.name())
                .put("query", hold.query())
                .put("reason", hold.reason())
                .put("at", Json.instant(hold.at()))
                .put("by", hold.by());
        if (Query.parse(hold.query()) instanceof Query.Parsed.Good(Query query)) {
            line.put(
                    "letters",
                    desk.index()
                            .find(query, new Scope.Everything(), 1, Long.MAX_VALUE)
                            .total());
        }
        return line;
    }

    /// `minimum`, `maximum` and `copies` in days; -1 for none, of copies for the usual, absent for what
    /// is set already.
    Outcome setRetention(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Bounds next = next(request, desk.keeping().bounds());
        try {
            desk.erasure().setRetention(request.by(), next);
        } catch (IllegalArgumentException e) {
            throw said(e);
        }
        return showRetention(request, reply);
    }

    /// What the bounds are to be.
    static Bounds next(Request request, Bounds now) throws Refusal {
        return new Bounds(
                days(request, "minimum", now.minimumDays()),
                days(request, "maximum", now.maximumDays()),
                days(request, "copies", now.copiesDays()));
    }

    private static Optional<Long> days(Request request, String name, Optional<Long> now) throws Refusal {
        long days = request.number(name, now.orElse(NO_BOUND));
        return days == NO_BOUND ? Optional.empty() : Optional.of(days);
    }

    Outcome showRetention(Request request, Reply reply) throws IOException {
        Bounds bounds = desk.keeping().bounds();
        ObjectNode line = Json.object().put("copiesKeptDays", bounds.copiesKeptDays());
        bounds.minimumDays().ifPresentOrElse(d -> line.put("minimumDays", d), () -> line.putNull("minimumDays"));
        bounds.maximumDays().ifPresentOrElse(d -> line.put("maximumDays", d), () -> line.putNull("maximumDays"));
        reply.line(line);
        return Outcome.DONE;
    }

    /// One line: how many letters are over age, and what became of them; `whole…` for quarantined mail and
    /// notices.
    Outcome applyRetention(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        boolean dryRun = request.flag("dryRun");
        Erasure.Applied applied;
        try {
            applied = desk.erasure().applyRetention(request.by(), dryRun);
        } catch (IllegalArgumentException e) {
            throw said(e);
        }
        reply.line(Json.object()
                .put("overAge", applied.letters().over())
                .put("erased", applied.letters().erased())
                .put("mustStay", applied.letters().held())
                .put("wholeOverAge", applied.whole().over())
                .put("wholeErased", applied.whole().erased())
                .put("wholeMustStay", applied.whole().held())
                .put("dryRun", dryRun));
        return Outcome.DONE;
    }

    private static Refusal said(IllegalArgumentException e) {
        return Refusal.no(Optional.ofNullable(e.getMessage()).orElse("refused"));
    }
}
