package io.carteggio.server.command;

import io.carteggio.server.local.Refusal;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "retention",
        description = "How long letters are kept at least and at most, and copies of the archive at most.",
        synopsisSubcommandLabel = "COMMAND")
final class RetentionCommand implements Runnable {
    private static final String NONE = "none";

    private final CommandLine line;

    RetentionCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new Set(carteggio));
        line.addSubcommand(new Show(carteggio));
        line.addSubcommand(new Apply(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "set, show or apply?");
    }

    private static void print(Carteggio carteggio, ObjectNode bounds) {
        carteggio.console().line("at least  " + days(bounds, "minimumDays"));
        carteggio.console().line("at most   " + days(bounds, "maximumDays"));
        carteggio.console().line("copies    " + days(bounds, "copiesKeptDays"));
    }

    private static String days(ObjectNode bounds, String field) {
        return bounds.path(field).isNumber() ? bounds.path(field).asLong() + " days" : "no bound";
    }

    @Command(name = "set", description = "Sets what is given, for the whole archive.")
    static final class Set implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(names = "--min", paramLabel = "DAYS|none", description = "No letter is erased before.")
        private Optional<String> minimum = Optional.empty();

        @Option(
                names = "--max",
                paramLabel = "DAYS|none",
                description = "'retention apply' erases letters that are older.")
        private Optional<String> maximum = Optional.empty();

        @Option(
                names = "--copies",
                paramLabel = "DAYS|none",
                description = {
                    "So long you keep copies of the keyring (backups, snapshots, tapes) at most;",
                    "'none' for 30 days. What was erased is gone everywhere when they are."
                })
        private Optional<String> copies = Optional.empty();

        Set(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("retention set", () -> {
                if (minimum.isEmpty() && maximum.isEmpty() && copies.isEmpty()) {
                    throw Refusal.usage("--min, --max or --copies?");
                }
                ObjectNode params = Json.object();
                put(params, "minimum", minimum);
                put(params, "maximum", maximum);
                put(params, "copies", copies);
                try (var access = carteggio.access(false)) {
                    return access.call(
                            "retention.set", params, Lines.printing(carteggio, line -> print(carteggio, line)));
                }
            });
        }

        private static void put(ObjectNode params, String name, Optional<String> days) throws Refusal {
            if (days.isEmpty()) {
                return;
            }
            if (!days.get().equals(NONE) && !days.get().matches("\\d{1,6}")) {
                throw Refusal.usage("not a number of days, nor 'none': " + days.get());
            }
            params.put(name, days.get().equals(NONE) ? -1 : Long.parseLong(days.get()));
        }
    }

    @Command(name = "show", description = "Shows what is set.")
    static final class Show implements Callable<Integer> {
        private final Carteggio carteggio;

        Show(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "retention show",
                    "retention.show",
                    Json.object(),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(name = "apply", description = "Erases all letters over the maximum age that no hold keeps.")
    static final class Apply implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(names = "--dry-run", description = "Only count them.")
        private boolean dryRun;

        Apply(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "retention apply",
                    "retention.apply",
                    Json.object().put("dryRun", dryRun),
                    Lines.printing(carteggio, line -> {
                        print("letters", line, "overAge", "erased", "mustStay");
                        print("quarantined mail and notices", line, "wholeOverAge", "wholeErased", "wholeMustStay");
                    }));
        }

        private void print(String what, ObjectNode line, String over, String erased, String stay) {
            carteggio
                    .console()
                    .line(what + ": over age: " + line.path(over).asLong(0)
                            + (dryRun ? ", to be erased: " : ", erased: ")
                            + line.path(erased).asLong(0) + ", must stay: "
                            + line.path(stay).asLong(0));
        }
    }
}
