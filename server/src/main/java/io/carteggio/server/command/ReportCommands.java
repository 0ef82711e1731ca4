package io.carteggio.server.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/// `rule queue`, `rule again` and `rule resume`: reports that are not delivered yet.
final class ReportCommands {
    private ReportCommands() {}

    static void addTo(CommandLine rule, Carteggio carteggio) {
        rule.addSubcommand(new Queue(carteggio));
        rule.addSubcommand(new Again(carteggio));
        rule.addSubcommand(new Resume(carteggio));
    }

    @Command(
            name = "queue",
            description = "Lists reports that are not delivered, and the mailboxes that are in the way.")
    private static final class Queue implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(
                names = "--state",
                paramLabel = "STATE",
                description =
                        "Only those: waiting, returned (the alternate mailbox has them), dead (kept here alone) or"
                                + " pending.")
        private Optional<String> state = Optional.empty();

        @Option(names = "--after", paramLabel = "N", description = "Only reports with numbers above this.")
        private long after;

        @Option(names = "--limit", paramLabel = "N", description = "So many at most; 100 if not given, 1000 at most.")
        private long limit = 100;

        Queue(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            ObjectNode params = Json.object().put("after", after).put("limit", limit);
            state.ifPresent(word -> params.put("state", word));
            return carteggio.ask("rule queue", "rule.queue", params, Lines.printing(carteggio, this::print));
        }

        private void print(ObjectNode line) {
            Console console = carteggio.console();
            if (line.has("trouble")) {
                console.line(line.path("mailbox").asString("") + " is "
                        + line.path("trouble").asString("") + " since "
                        + line.path("since").asString("") + ": "
                        + line.path("lastAnswer").asString(""));
            } else if (line.has("queueFor")) {
                console.line(line.path("queueFor").asString("") + ": "
                        + line.path("waiting").asLong(0) + " waiting"
                        + Json.optional(line, "oldest")
                                .map(at -> " since " + at)
                                .orElse("")
                        + Json.optional(line, "next")
                                .map(at -> ", tried next " + at)
                                .orElse("")
                        + "; " + line.path("returned").asLong(0) + " returned, "
                        + line.path("dead").asLong(0) + " dead, "
                        + Sizes.of(line.path("bytes").asLong(0)));
            } else if (line.has("id")) {
                console.line(String.format(
                        "%8d  %-8s %-6s to %s, since %s, tried %d times%s",
                        line.path("id").asLong(0),
                        line.path("state").asString(""),
                        line.path("kind").asString(""),
                        line.path("mailbox").asString(""),
                        line.path("queued").asString(""),
                        line.path("attempts").asInt(0),
                        Json.optional(line, "lastAnswer")
                                .map(said -> ": " + said)
                                .orElse("")));
            } else {
                console.line(line.path("waiting").asLong(0) + " waiting, "
                        + line.path("returned").asLong(0) + " returned, "
                        + line.path("dead").asLong(0) + " dead, "
                        + line.path("pending").asLong(0) + " pending");
            }
        }
    }

    @Command(
            name = "again",
            description = "Sends reports again that the alternate mailbox has, or that are kept here alone.")
    private static final class Again implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "N", description = "Their numbers, as 'rule queue' has them.")
        private List<Long> ids = new ArrayList<>();

        @Option(names = "--all", description = "All of them.")
        private boolean all;

        Again(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            ObjectNode params = Json.object().put("all", all);
            ArrayNode numbers = params.putArray("ids");
            ids.forEach(numbers::add);
            return carteggio.ask(
                    "rule again",
                    "rule.again",
                    params,
                    Lines.printing(
                            carteggio,
                            line -> carteggio
                                    .console()
                                    .line("sent again: " + line.path("again").asLong(0))));
        }
    }

    @Command(name = "resume", description = "Tries a mailbox that is in the way, and all that waits for it, now.")
    private static final class Resume implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "MAILBOX", description = "As 'rule queue' has it.")
        private String mailbox = "";

        Resume(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "rule resume",
                    "rule.resume",
                    Json.object().put("mailbox", mailbox),
                    Lines.printing(
                            carteggio,
                            line -> carteggio
                                    .console()
                                    .line("resumed: " + line.path("resumed").asString(""))));
        }
    }
}
