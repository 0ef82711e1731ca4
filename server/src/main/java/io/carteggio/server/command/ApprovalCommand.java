package io.carteggio.server.command;

import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "approval",
        description = "Requests that wait for a second person.",
        synopsisSubcommandLabel = "COMMAND")
final class ApprovalCommand implements Runnable {
    private final CommandLine line;

    ApprovalCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new All(carteggio));
        line.addSubcommand(new Show(carteggio));
        line.addSubcommand("approve", new CommandLine(new Decide(carteggio, "approve")));
        line.addSubcommand("refuse", new CommandLine(new Decide(carteggio, "refuse")));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "list, show, approve or refuse?");
    }

    private static void print(Carteggio carteggio, ObjectNode asked) {
        Console console = carteggio.console();
        console.line(
                asked.path("request").asString("") + "  " + asked.path("state").asString("") + "  "
                        + asked.path("operation").asString("") + ": "
                        + asked.path("object").asString(""));
        console.line("    asked by " + asked.path("by").asString("") + " "
                + asked.path("at").asString("")
                + Json.optional(asked, "reason").map(why -> ": " + why).orElse("") + "; until "
                + asked.path("expires").asString(""));
        Json.optional(asked, "decidedBy")
                .ifPresent(by -> console.line("    decided by " + by + " "
                        + asked.path("decidedAt").asString("") + ": "
                        + asked.path("decidedFor").asString("")));
        Json.optional(asked, "params").ifPresent(params -> console.line("    exactly: " + params));
    }

    @Command(name = "list", description = "Lists requests that wait, or are approved and not yet used.")
    static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(names = "--all", description = "Also those that are over.")
        private boolean all;

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "approval list",
                    "approval.list",
                    Json.object().put("all", all),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(name = "show", description = "Shows a request with all that it says.")
    static final class Show implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "REQUEST", description = "Its id, as 'approval list' has it.")
        private String request = "";

        Show(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "approval show",
                    "approval.show",
                    Json.object().put("request", request),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(
            description = {
                "Decides on a request, as a person who may: her password is asked for, or is one line of input.",
                "Who asked then does it by asking for the very same again, once."
            })
    static final class Decide implements Callable<Integer> {
        private final Carteggio carteggio;
        private final String what;

        @Parameters(paramLabel = "REQUEST", description = "Its id, as 'approval list' has it.")
        private String request = "";

        @Option(names = "--as", required = true, paramLabel = "PERSON", description = "Who decides.")
        private String person = "";

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; kept for good.")
        private String reason = "";

        Decide(Carteggio carteggio, String what) {
            this.carteggio = carteggio;
            this.what = what;
        }

        @Override
        public Integer call() {
            return carteggio.work("approval " + what, () -> {
                String password = PersonCommand.typedOnce(carteggio, "Password of " + person + ": ");
                ObjectNode params = Json.object()
                        .put("request", request)
                        .put("person", person)
                        .put("reason", reason)
                        .put("password", password);
                try (var access = carteggio.access(false)) {
                    return access.call(
                            "approval." + what, params, Lines.printing(carteggio, line -> print(carteggio, line)));
                }
            });
        }
    }

    /// `mode`: whether dangerous acts take two.
    @Command(
            name = "mode",
            description = {
                "Whether dangerous acts take one person or two.",
                "Leaving the two-person mode takes two itself."
            })
    static final class Mode implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "show|two-person|single", arity = "0..1", description = "Show it, or set it.")
        private Optional<String> mode = Optional.empty();

        @Option(names = "--reason", paramLabel = "TEXT", description = "Why it is set; kept for good.")
        private String reason = "";

        Mode(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            boolean show = mode.map("show"::equals).orElse(true);
            ObjectNode params = Json.object();
            if (!show) {
                params.put("mode", mode.orElse("")).put("reason", reason);
            }
            return carteggio.ask("mode", show ? "mode.show" : "mode.set", params, Lines.printing(carteggio, line -> {
                carteggio.console().line(line.path("mode").asString("") + " mode");
                carteggio
                        .console()
                        .line("could decide: "
                                + String.join(
                                        ", ", Json.texts(line.path("approvers")).toList()));
            }));
        }
    }
}
