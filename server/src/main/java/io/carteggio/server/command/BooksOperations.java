package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.Books.Account;
import io.carteggio.archive.catalogue.Catalogue.Registration;
import io.carteggio.archive.catalogue.Projection;
import io.carteggio.archive.entry.ArrivalEntry;
import io.carteggio.archive.entry.Disposition;
import io.carteggio.archive.vault.Kept;
import io.carteggio.mail.Address;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// `stats`: the books, and how large everything is.
final class BooksOperations {
    private static final int PAGE = 200;

    private final Desk desk;

    BooksOperations(Desk desk) {
        this.desk = desk;
    }

    /// Waits for the index, `seconds` at most; one line with what is left as `indexLag`.
    Outcome awaitIndex(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        boolean done = desk.awaitIndexed(Duration.ofSeconds(Math.clamp(request.number("seconds", 10), 0, 3600)));
        reply.line(Json.object().put("indexLag", done ? 0 : desk.indexLag()));
        return Outcome.DONE;
    }

    Outcome stats(Request request, Reply reply) throws ArchiveException, IOException {
        Books books = desk.catalogue().books();
        Map<String, Account> bySource = new LinkedHashMap<>();
        desk.sources().all().forEach(s -> bySource.put(s.name(), Account.nothing(s.name())));
        books.sources().forEach(a -> bySource.put(a.source(), a));

        ObjectNode line = Json.object();
        put(line, books.all());
        line.put("redeliveries", books.all().redeliveries());
        line.put("storedBytes", desk.storedBytes());
        line.put("indexBytes", desk.index().storedBytes());
        line.put("indexLag", desk.indexLag());
        Map<String, Long> refused = desk.refused();
        line.put("refused", refused.values().stream().mapToLong(Long::longValue).sum());
        line.set(
                "sources",
                Json.objects(bySource.values().stream()
                        .map(a -> account(a)
                                .put("redeliveries", a.redeliveries())
                                .put("refused", refused.getOrDefault(a.source(), 0L)))));
        desk.trouble().ifPresent(why -> line.put("trouble", why));
        line.put("gapsOpen", desk.catalogue().openGaps().size());
        line.set("alarms", Json.objects(desk.watch().standing().stream().map(WatchOperations::alarm)));
        line.set("warnings", Json.texts(desk.watch().warnings().stream()));
        line.set("concerns", Json.texts(desk.concerns().stream()));
        reply.line(line);
        return books.sources().stream().allMatch(Account::balances)
                ? Outcome.DONE
                : Outcome.failed(Exit.NO, "the books do not balance");
    }

    /// Mail that was kept whole, oldest first: a line each, envelope and reason only.
    Outcome quarantine(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        boolean notices = request.flag("notices");
        for (List<Long> page = desk.catalogue().keptWhole(0, PAGE);
                !page.isEmpty();
                page = desk.catalogue().keptWhole(page.getLast(), PAGE)) {
            for (long number : page) {
                Optional<ArrivalEntry> entry = entry(number);
                if (entry.isEmpty()) {
                    reply.line(Json.object().put("arrival", number).put("reason", "it cannot be read; run check"));
                } else if (notices || entry.get().disposition() == Disposition.QUARANTINED) {
                    reply.line(kept(number, entry.get()));
                }
            }
        }
        return Outcome.DONE;
    }

    /// What an arrival says; empty where that cannot be read any more.
    private Optional<ArrivalEntry> entry(long number) throws ArchiveException {
        try {
            Optional<Kept> kept = desk.vault().frame(number);
            return kept.isPresent()
                            && Projection.registration(kept.get())
                                    instanceof Registration.OfArrival(Kept _, ArrivalEntry entry)
                    ? Optional.of(entry)
                    : Optional.empty();
        } catch (ArchiveException e) {
            if (e.laterHelps()) {
                throw e;
            }
            return Optional.empty();
        }
    }

    private static ObjectNode kept(long number, ArrivalEntry entry) {
        ObjectNode line = Json.object()
                .put("arrival", number)
                .put("disposition", entry.disposition().word())
                .put("source", entry.source())
                .put("arrived", Json.instant(entry.arrived()))
                .put("bytes", entry.rawBytes());
        line.set("reason", Json.text(entry.reason()));
        line.set("mailFrom", Json.text(entry.provenance().mailFrom().map(Address::raw)));
        return line;
    }

    static ObjectNode account(Account account) {
        ObjectNode line = Json.object().put("name", account.source());
        put(line, account);
        return line;
    }

    static void put(ObjectNode line, Account account) {
        line.put("received", account.received());
        line.put("letters", account.letters());
        line.put("evidence", account.evidence());
        line.put("notices", account.notices());
        line.put("quarantined", account.quarantined());
        line.put("discarded", account.discarded());
        line.put("originals", account.originals());
        line.put("rawBytes", account.rawBytes());
    }
}
