package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.catalogue.Arrivals;
import io.carteggio.archive.catalogue.Catalogue.Registration;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.entry.Revision;
import io.carteggio.archive.quarantine.Quarantine.Answer;
import io.carteggio.archive.quarantine.Quarantined;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// Mail in quarantine: envelope and reason, and its ways out. Only [#raw] gives what is in it, and is for the machine's
/// own console alone.
final class QuarantineOperations {
    private static final int PAGE = 200;

    private final Desk desk;

    QuarantineOperations(Desk desk) {
        this.desk = desk;
    }

    /// A line each, oldest first. `left`: also what has left; `notices`: behind it, the notices.
    Outcome list(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        boolean left = request.flag("left");
        for (List<Quarantined> page = desk.quarantine().list(0, PAGE, left);
                !page.isEmpty();
                page = desk.quarantine().list(page.getLast().number(), PAGE, left)) {
            for (Quarantined mail : page) {
                reply.line(line(mail));
            }
        }
        if (request.flag("notices")) {
            notices(reply);
        }
        return Outcome.DONE;
    }

    private void notices(Reply reply) throws ArchiveException, IOException {
        Arrivals arrivals = new Arrivals(desk.vault());
        for (List<Long> page = desk.catalogue().keptWhole(0, PAGE);
                !page.isEmpty();
                page = desk.catalogue().keptWhole(page.getLast(), PAGE)) {
            for (long number : page) {
                Optional<ArrivalEntry> entry = arrivals.legible(number).map(Registration.OfArrival::entry);
                boolean notice = entry.isPresent()
                        ? entry.get().disposition() == Disposition.NOTICE
                        : desk.quarantine().show(number).isEmpty();
                if (notice) {
                    reply.line(line(new Quarantined(number, Disposition.NOTICE, entry, Optional.empty())));
                }
            }
        }
    }

    private static ObjectNode line(Quarantined mail) {
        ObjectNode line = Json.object()
                .put("arrival", mail.number())
                .put("disposition", mail.now().word());
        if (mail.entry().isEmpty()) {
            return line.put("reason", "it cannot be read; run check");
        }
        ArrivalEntry entry = mail.entry().get();
        line.put("source", entry.source())
                .put("arrived", Json.instant(entry.arrived()))
                .put("bytes", entry.rawBytes());
        line.set("reason", Json.text(entry.reason()));
        line.set("mailFrom", Json.text(entry.provenance().mailFrom().map(Address::raw)));
        mail.left().ifPresent(left -> line.set("left", left(left)));
        return line;
    }

    private static ObjectNode left(Quarantined.Left left) {
        ObjectNode line = Json.object().put("arrival", left.number());
        Optional<Revision> revision = left.entry().flatMap(ArrivalEntry::revision);
        line.set("at", Json.instant(revision.map(Revision::at)));
        line.set("by", Json.text(revision.map(Revision::by)));
        line.set("why", Json.text(revision.flatMap(Revision::why)));
        line.set("source", Json.text(left.entry().map(ArrivalEntry::source)));
        line.set("reason", Json.text(left.entry().flatMap(ArrivalEntry::reason)));
        return line;
    }

    /// One line: the same, more of how it came, and, of what lies here, why it would stay (`today`), were it read
    /// again.
    Outcome show(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        long number = request.number("arrival", 0);
        Quarantined mail = desk.quarantine().show(number).orElseThrow(() -> unknown(number));
        ObjectNode line = line(mail);
        if (mail.entry().isPresent()) {
            ArrivalEntry entry = mail.entry().get();
            line.put("family", entry.family().word());
            line.set("rcptTo", Json.texts(entry.provenance().rcptTo().stream().map(Address::raw)));
            line.set("peer", Json.text(entry.provenance().peer()));
            line.set("helo", Json.text(entry.provenance().helo()));
            line.set("tls", Json.text(entry.provenance().tls()));
            line.set("item", Json.text(entry.provenance().item()));
            line.set("warnings", Json.texts(entry.warnings().stream()));
        }
        if (mail.left().isEmpty()) {
            line.set("today", Json.text(desk.quarantine().today(number)));
        }
        reply.line(line);
        return Outcome.DONE;
    }

    /// Its octets.
    Outcome raw(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        long number = request.number("arrival", 0);
        Content mail = desk.quarantine().open(request.by(), number).orElseThrow(() -> unknown(number));
        ReadingOperations.give(Json.object().put("arrival", number).put("bytes", mail.sizeBytes()), mail, reply);
        return Outcome.DONE;
    }

    /// Reads mail again: `arrivals`, or `all` that lies here. A line each.
    Outcome retry(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        boolean all = request.flag("all");
        JsonNode named = request.params().path("arrivals");
        if (all == (named.size() > 0)) {
            throw Refusal.usage("either all, or the numbers of arrivals");
        }
        Result result = new Result(reply);
        if (all) {
            long end = desk.catalogue().position().frames(); // what comes meanwhile was read just now
            for (List<Quarantined> page = desk.quarantine().list(0, PAGE, false);
                    !page.isEmpty() && page.getFirst().number() <= end;
                    page = desk.quarantine().list(page.getLast().number(), PAGE, false)) {
                for (Quarantined mail : page) {
                    result.take(mail.number(), desk.quarantine().retry(request.by(), mail.number()));
                }
            }
        } else {
            for (JsonNode number : named) {
                if (!number.isIntegralNumber() || !number.canConvertToLong()) {
                    throw Refusal.usage("'arrivals' is not a list of numbers");
                }
            }
            for (JsonNode number : named) {
                result.take(number.longValue(), desk.quarantine().retry(request.by(), number.longValue()));
            }
        }
        return result.outcome();
    }

    /// `asLetter`: mail that is no report is a letter of those whom its header names.
    Outcome release(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        return decided(
                request,
                reply,
                request.flag("asLetter") ? desk.quarantine()::releaseAsLetter : desk.quarantine()::release);
    }

    Outcome discard(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        return decided(request, reply, desk.quarantine()::discard);
    }

    /// What a person says of one mail, with a reason.
    @FunctionalInterface
    private interface Decision {
        Answer of(String by, long number, String why) throws ArchiveException;
    }

    private static Outcome decided(Request request, Reply reply, Decision decision)
            throws ArchiveException, IOException, Refusal {
        long number = request.number("arrival", 0);
        Result result = new Result(reply);
        try {
            result.take(number, decision.of(request.by(), number, request.text("why")));
        } catch (IllegalArgumentException e) {
            throw Refusal.no(String.valueOf(e.getMessage()));
        }
        return result.outcome();
    }

    /// What came of each mail. Belongs to one thread.
    private static final class Result {
        private final Reply reply;
        private boolean complete = true;

        Result(Reply reply) {
            this.reply = reply;
        }

        void take(long number, Answer answer) throws IOException {
            ObjectNode line = Json.object().put("arrival", number);
            switch (answer) {
                case Answer.Out(var now) -> {
                    line.put("result", "out")
                            .put("disposition", now.disposition().word())
                            .put("now", now.number())
                            .put("fresh", now.fresh());
                    line.set("reason", Json.text(now.reason()));
                    line.set("letters", Json.texts(now.letters().stream().map(LetterId::text)));
                }
                case Answer.Discarded(long revision) ->
                    line.put("result", "out")
                            .put("disposition", Disposition.DISCARDED.word())
                            .put("now", revision);
                case Answer.Already(Disposition now, long revision) ->
                    line.put("result", "already").put("disposition", now.word()).put("now", revision);
                case Answer.Still(String why) ->
                    line.put("result", "stays")
                            .put("disposition", Disposition.QUARANTINED.word())
                            .put("reason", why);
                case Answer.Unknown() ->
                    line.put("result", "unknown").put("reason", "no such mail is or was in quarantine");
            }
            complete &= !(answer instanceof Answer.Still || answer instanceof Answer.Unknown);
            reply.line(line);
        }

        Outcome outcome() {
            return complete ? Outcome.DONE : Outcome.NO;
        }
    }

    private static Refusal unknown(long number) {
        return Refusal.no("no such mail is or was in quarantine: " + number);
    }
}
