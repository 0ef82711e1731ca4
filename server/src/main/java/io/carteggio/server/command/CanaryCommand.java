package io.carteggio.server.command;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "canary",
        description = {
            "A test message through your mail system that must come back as a report;",
            "another one to the alternate journaling mailbox that must be found there."
        },
        synopsisSubcommandLabel = "COMMAND")
final class CanaryCommand implements Runnable {
    private static final String ALTERNATE = "alternate-canary";

    private final CommandLine line;

    CanaryCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new Set(carteggio));
        line.addSubcommand(new Off(carteggio));
        line.addSubcommand(new Run(carteggio));
        line.addSubcommand(new Show(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "set, off, run or show?");
    }

    private static void print(Carteggio carteggio, ObjectNode line) {
        StringBuilder text = new StringBuilder();
        Json.optional(line, "subject").filter(ALTERNATE::equals).ifPresent(_ -> text.append("alternate: "));
        line.path("settings")
                .properties()
                .forEach(e -> text.append(e.getKey())
                        .append("=")
                        .append(e.getValue().asString(""))
                        .append("  "));
        Json.optional(line, "sent")
                .ifPresent(at -> text.append("sent ").append(at).append(", "));
        if (line.has("sent")) {
            text.append(Json.optional(line, "trouble")
                    .map(why -> "not taken: " + why)
                    .orElseGet(() -> line.path("seconds").isNumber()
                            ? "back after " + line.path("seconds").asDouble(0) + " s"
                            : "not back yet"));
        }
        carteggio.console().line(text.toString().strip());
    }

    @Command(name = "set", description = "Sends a test message regularly; one that does not come back is an alarm.")
    static final class Set implements Callable<Integer> {
        private final Carteggio carteggio;

        @Mixin
        private AlarmCommand.ServerOptions server = new AlarmCommand.ServerOptions();

        @Option(
                names = "--from",
                required = true,
                paramLabel = "ADDRESS",
                description = "The sender, as your mail system reports it.")
        private String from = "";

        @Option(
                names = "--to",
                required = true,
                paramLabel = "ADDRESS",
                description = "A mailbox that is journaled; with --alternate, the alternate journaling mailbox.")
        private String to = "";

        @Option(
                names = "--alternate",
                paramLabel = "SOURCE",
                description = "The source that the alternate mailbox is fetched by: it must bring the message.")
        private Optional<String> alternate = Optional.empty();

        @Option(
                names = "--source",
                paramLabel = "SOURCE",
                description = {
                    "The source that must bring the message back, as a report (or a copy, where its family is multidrop);",
                    "the only one of reports or copies if not given."
                })
        private Optional<String> source = Optional.empty();

        @Option(names = "--every", paramLabel = "SECONDS", description = "How often; an hour if not given.")
        private Optional<Long> every = Optional.empty();

        @Option(
                names = "--within",
                paramLabel = "SECONDS",
                description = "How soon it must be back; ten minutes if not given.")
        private Optional<Long> within = Optional.empty();

        Set(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            ObjectNode settings = server.settings().put("from", from).put("to", to);
            every.ifPresent(s -> settings.put("every", s.toString()));
            within.ifPresent(s -> settings.put("within", s.toString()));
            source.ifPresent(name -> settings.put("source", name));
            alternate.ifPresent(name -> settings.put("alternate", name));
            return AlarmCommand.set(carteggio, "canary set", alternate.isPresent() ? ALTERNATE : "canary", settings);
        }
    }

    @Command(name = "off", description = "No longer.")
    static final class Off implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(names = "--alternate", description = "The one to the alternate journaling mailbox.")
        private boolean alternate;

        Off(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return AlarmCommand.set(carteggio, "canary off", alternate ? ALTERNATE : "canary", Json.object());
        }
    }

    @Command(name = "run", description = "Sends a test message now and waits until it is back.")
    static final class Run implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(names = "--alternate", description = "The one to the alternate journaling mailbox.")
        private boolean alternate;

        Run(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "canary run",
                    "canary.run",
                    Json.object().put("alternate", alternate),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(name = "show", description = "How the last test message fared.")
    static final class Show implements Callable<Integer> {
        private final Carteggio carteggio;

        Show(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "canary show",
                    "canary.show",
                    Json.object(),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }
}
