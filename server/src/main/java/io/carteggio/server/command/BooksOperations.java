package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.catalogue.Books;
import io.carteggio.archive.catalogue.Books.Account;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.mail.extract.ExtractWire;
import io.carteggio.mail.extract.Shortfall;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import tools.jackson.databind.node.ObjectNode;

/// `stats`: the books, and how large everything is.
final class BooksOperations {
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
        SearchIndex.Coverage coverage = desk.index().coverage(ExtractWire.READER);
        line.put("notFullySearched", coverage.notFullySearched());
        line.put("attachmentsWaiting", coverage.of(Shortfall.WAITING) + coverage.outdated());
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
