package io.carteggio.server.command;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "text",
        description = {
            "The text of attachments: what could not be searched and why, and how reading them goes on.",
            "Without a further word: shows it. A running server reads attachments by itself."
        })
final class TextCommand implements Callable<Integer> {
    private final Carteggio carteggio;
    private final CommandLine line;

    TextCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
        line = new CommandLine(this);
        line.addSubcommand(new Show(carteggio));
        line.addSubcommand(new Read(carteggio));
        line.addSubcommand(new Again(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public Integer call() {
        return show(carteggio);
    }

    private static int show(Carteggio carteggio) {
        return carteggio.ask(
                "text", "text.show", Json.object(), Lines.printing(carteggio, line -> print(carteggio, line)));
    }

    private static void print(Carteggio carteggio, ObjectNode line) {
        Console console = carteggio.console();
        console.line(line.path("notFullySearched").asLong(0) + " letters could not be searched wholly");
        for (var reason : line.path("unsearched").properties()) {
            if (reason.getValue().asLong(0) > 0) {
                console.line(String.format("    %10d  %s", reason.getValue().asLong(0), reason.getKey()));
            }
        }
        if (line.path("outdated").asLong(0) > 0) {
            console.line(line.path("outdated").asLong(0) + " letters are to be read again, by "
                    + line.path("reader").asString(""));
        }
        if (!line.path("reading").asBoolean(false)) {
            console.line("attachments are not being read: a running server does that, or 'text read'");
            return;
        }
        JsonNode since = line.path("sinceStart");
        console.line("read since the start: " + since.path("attachments").asLong(0) + " attachments of "
                + since.path("letters").asLong(0) + " letters; "
                + since.path("known").asLong(0)
                + " were known from another letter");
        JsonNode readers = line.path("readers");
        console.line("readers: " + readers.path("running").asLong(0) + " running ("
                + Sizes.of(readers.path("residentBytes").asLong(0)) + "), "
                + readers.path("started").asLong(0) + " started, "
                + readers.path("ended").asLong(0) + " ended over an attachment");
        Json.optional(line, "notice").ifPresent(notice -> console.line("notice: " + notice));
        Json.optional(line, "trouble").ifPresent(why -> console.line("nothing is read at the moment: " + why));
    }

    @Command(name = "show", description = "What could not be searched and why, and how reading attachments goes on.")
    static final class Show implements Callable<Integer> {
        private final Carteggio carteggio;

        Show(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return show(carteggio);
        }
    }

    @Command(
            name = "read",
            description = {
                "Reads all attachments that wait, and tells how far it is. Goes on where it was interrupted.",
                "Beside a server, waits until that has read them."
            })
    static final class Read implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(names = "--seconds", paramLabel = "N", description = "No longer than this.")
        private long seconds = Long.MAX_VALUE;

        Read(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            ObjectNode params = Json.object().put("seconds", seconds);
            return carteggio.ask(
                    "text read",
                    "text.read",
                    params,
                    Lines.printing(
                            carteggio,
                            line -> carteggio
                                    .console()
                                    .line(line.path("waiting").asLong(0)
                                            + line.path("outdated").asLong(0) + " letters wait, "
                                            + line.path("sinceStart")
                                                    .path("letters")
                                                    .asLong(0)
                                            + " are read")));
        }
    }

    @Command(
            name = "again",
            description = {
                "Reads the attachments of some letters once more, when nothing else is left to read.",
                "For example, after the reader was ended over them: text again crashed slow"
            })
    static final class Again implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(
                paramLabel = "WHY",
                arity = "1..*",
                description = "The reasons: large, encrypted, damaged, slow, crashed, unknown, scan, cut.")
        private List<String> reasons = new ArrayList<>();

        Again(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            ObjectNode params = Json.object();
            ArrayNode why = params.putArray("why");
            reasons.forEach(why::add);
            return carteggio.ask(
                    "text again",
                    "text.again",
                    params,
                    Lines.printing(
                            carteggio,
                            line -> carteggio
                                    .console()
                                    .line(line.path("again").asLong(0) + " letters are read once more")));
        }
    }
}
