package io.carteggio.server.command;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(name = "gap", description = "Reports that are known to be missing.", synopsisSubcommandLabel = "COMMAND")
final class GapCommand implements Runnable {
    private final CommandLine line;

    GapCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new All(carteggio));
        line.addSubcommand(new Close(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "list or close?");
    }

    private static void print(Carteggio carteggio, ObjectNode gap) {
        carteggio
                .console()
                .line(String.format(
                        "%8d  %s  %-20s report %s of message %s: %s%s",
                        gap.path("gap").asLong(0),
                        gap.path("told").asString(""),
                        gap.path("source").asString(""),
                        Json.optional(gap, "reportId").orElse("(unknown)"),
                        Json.optional(gap, "messageId").orElse("(unknown)"),
                        gap.path("why").asString(""),
                        Json.optional(gap, "closed")
                                .map(at -> "  closed " + at + " by "
                                        + gap.path("by").asString("") + ": "
                                        + gap.path("reason").asString("")
                                        + (gap.has("found")
                                                ? ", arrival "
                                                        + gap.path("found").asLong(0)
                                                : ""))
                                .orElse("")));
    }

    @Command(name = "list", description = "Reports that came back without their original and have not arrived since.")
    static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(names = "--all", description = "Also those that arrived, or were closed by hand.")
        private boolean all;

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "gap list",
                    "gap.list",
                    Json.object().put("all", all),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(name = "close", description = "Answers for a report that will not come.")
    static final class Close implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "GAP", description = "Its number, as 'gap list' has it.")
        private long gap;

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; kept for good.")
        private String reason = "";

        Close(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "gap close",
                    "gap.close",
                    Json.object().put("gap", gap).put("reason", reason),
                    Lines.printing(
                            carteggio,
                            line -> carteggio
                                    .console()
                                    .line("closed: " + line.path("closed").asLong(0))));
        }
    }
}
