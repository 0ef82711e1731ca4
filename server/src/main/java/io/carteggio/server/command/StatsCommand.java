package io.carteggio.server.command;

import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "stats",
        description = "The books: what came in through each source and what became of it, and how large everything is.")
final class StatsCommand implements Callable<Integer> {
    private final Carteggio carteggio;

    StatsCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        return carteggio.ask(
                "stats", "stats", Json.object(), Lines.printing(carteggio, line -> print(carteggio.console(), line)));
    }

    /// The books as a table.
    static void print(Console console, ObjectNode books) {
        String row = "%-28s %10s %10s %10s %9s %12s %10s %10s %10s";
        console.line(String.format(
                Locale.ROOT,
                row,
                "source",
                "received",
                "= letters",
                "+ evidence",
                "+ notices",
                "+quarantined",
                "+discarded",
                "originals",
                "raw"));
        for (JsonNode source : books.path("sources")) {
            console.line(row(row, source.path("name").asString(""), source));
        }
        console.line(row(row, "all", books));
        console.line("");
        console.line("stored " + Sizes.of(books.path("storedBytes").asLong(0)) + ", index "
                + Sizes.of(books.path("indexBytes").asLong(0)) + ", letters waiting for the index "
                + books.path("indexLag").asLong(0));
        long partly = books.path("notFullySearched").asLong(0);
        if (partly > 0) {
            console.line(partly + " letters could not be searched wholly; the attachments of "
                    + books.path("attachmentsWaiting").asLong(0) + " wait to be read ('text' tells more)");
        }
        for (JsonNode alarm : books.path("alarms")) {
            console.line("ALARM: " + alarm.path("kind").asString("") + " "
                    + alarm.path("subject").asString("") + ": "
                    + alarm.path("text").asString(""));
        }
        Json.texts(books.path("warnings")).forEach(warning -> console.line("warning: " + warning));
        if (books.path("refused").asLong(0) > 0) {
            console.line("refused for their size, in nobody's archive: "
                    + books.path("refused").asLong(0));
        }
        Json.texts(books.path("concerns")).forEach(concern -> console.line("needs you: " + concern));
        long again = books.path("redeliveries").asLong(0);
        if (again > 0) {
            console.line(again + " of the evidence " + (again == 1 ? "was a report" : "were reports")
                    + " or a mail that had come before, delivered again");
        }
        if (books.has("trouble")) {
            console.line("");
            console.line("Nothing new is taken at the moment: "
                    + books.path("trouble").asString(""));
        }
    }

    private static String row(String row, String name, JsonNode account) {
        return String.format(
                Locale.ROOT,
                row,
                name,
                account.path("received").asLong(0),
                account.path("letters").asLong(0),
                account.path("evidence").asLong(0),
                account.path("notices").asLong(0),
                account.path("quarantined").asLong(0),
                account.path("discarded").asLong(0),
                account.path("originals").asLong(0),
                Sizes.of(account.path("rawBytes").asLong(0)));
    }
}
