package io.carteggio.server.command;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(name = "hold", description = "Letters that must not be erased.", synopsisSubcommandLabel = "COMMAND")
final class HoldCommand implements Runnable {
    private final CommandLine line;

    HoldCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new Add(carteggio));
        line.addSubcommand(new All(carteggio));
        line.addSubcommand(new Release(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "add, list or release?");
    }

    private static void print(Carteggio carteggio, ObjectNode hold) {
        carteggio
                .console()
                .line(String.format(
                        "%-20s %8d letters  since %s  %s  (%s)",
                        hold.path("name").asString(""),
                        hold.path("letters").asLong(0),
                        hold.path("at").asString(""),
                        hold.path("query").asString(""),
                        hold.path("reason").asString("")));
    }

    @Command(name = "add", description = "Keeps all letters that a query finds, now and later, until it is released.")
    static final class Add implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(index = "0", paramLabel = "NAME", description = "How lists and refusals call it.")
        private String name = "";

        @Parameters(index = "1", paramLabel = "QUERY", description = "Which letters, as in 'search'.")
        private String query = "";

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; kept in the audit trail.")
        private String reason = "";

        Add(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            ObjectNode params =
                    Json.object().put("name", name).put("query", query).put("reason", reason);
            return carteggio.ask(
                    "hold add", "hold.add", params, Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(name = "list", description = "Lists the holds that stand.")
    static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "hold list", "hold.list", Json.object(), Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(name = "release", description = "Ends a hold.")
    static final class Release implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "NAME", description = "Which one.")
        private String name = "";

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; kept in the audit trail.")
        private String reason = "";

        Release(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            ObjectNode params = Json.object().put("name", name).put("reason", reason);
            return carteggio.ask(
                    "hold release",
                    "hold.release",
                    params,
                    Lines.printing(
                            carteggio,
                            line -> carteggio
                                    .console()
                                    .line("released: " + line.path("released").asString(""))));
        }
    }
}
