package io.carteggio.server.command;

import io.carteggio.server.local.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "role",
        description = "What people may do beyond reading their own letters.",
        synopsisSubcommandLabel = "COMMAND")
final class RoleCommand implements Runnable {
    private final CommandLine line;

    RoleCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new Grant(carteggio));
        line.addSubcommand(new Withdraw(carteggio));
        line.addSubcommand(new All(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "grant, withdraw or list?");
    }

    private static void print(Carteggio carteggio, ObjectNode grant) {
        Console console = carteggio.console();
        console.line(grant.path("name").asString("") + " is "
                + grant.path("role").asString("")
                + Json.optional(grant, "until").map(at -> " until " + at).orElse("")
                + (grant.path("inForce").asBoolean(false) ? "" : " (ended)"));
        if (grant.has("whose")) {
            console.line("    letters of "
                    + Json.texts(grant.path("whose")).collect(Collectors.joining(", "))
                    + Json.optional(grant, "from").map(at -> " from " + at).orElse("")
                    + Json.optional(grant, "to").map(at -> " to " + at).orElse(""));
        }
        console.line("    " + grant.path("grant").asString("") + ", given "
                + grant.path("at").asString("") + " by "
                + grant.path("by").asString("")
                + Json.optional(grant, "reason").map(why -> ": " + why).orElse(""));
        Json.optional(grant, "withdrawn")
                .ifPresent(at -> console.line("    withdrawn " + at + " by "
                        + grant.path("withdrawnBy").asString("") + ": "
                        + grant.path("withdrawnFor").asString("")));
    }

    @Command(
            name = "grant",
            description = {
                "Gives a role, besides those that the person has.",
                "An auditor's role needs an end, and whose letters it opens."
            })
    static final class Grant implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(index = "0", paramLabel = "PERSON", description = "A name, or an address the person holds.")
        private String person = "";

        @Parameters(
                index = "1",
                paramLabel = "ROLE",
                description = "administrator, auditor or data-protection-officer.")
        private String role = "";

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; kept for good.")
        private String reason = "";

        @Option(
                names = "--until",
                paramLabel = "DATE",
                description = "The role ends at the beginning of this day (UTC).")
        private Optional<String> until = Optional.empty();

        @Option(
                names = "--whose",
                paramLabel = "PERSON",
                description = "An auditor may read this person's letters; several times for several; 'everyone'.")
        private List<String> whose = new ArrayList<>();

        @Option(names = "--from", paramLabel = "DATE", description = "Letters from this day on (UTC), or instant.")
        private Optional<String> from = Optional.empty();

        @Option(names = "--to", paramLabel = "DATE", description = "Letters before this day (UTC), or instant.")
        private Optional<String> to = Optional.empty();

        Grant(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("role grant", () -> {
                ObjectNode params =
                        Json.object().put("person", person).put("role", role).put("reason", reason);
                params.set("whose", Json.texts(whose.stream()));
                put(params, "until", until);
                put(params, "from", from);
                put(params, "to", to);
                try (var access = carteggio.access(false)) {
                    return access.call("role.grant", params, Lines.printing(carteggio, line -> print(carteggio, line)));
                }
            });
        }

        private static void put(ObjectNode params, String name, Optional<String> date) throws Refusal {
            if (date.isPresent()) {
                params.put(name, Instants.of(date.get()).toString());
            }
        }
    }

    @Command(name = "withdraw", description = "Takes a role back before its end.")
    static final class Withdraw implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "GRANT", description = "Its id, as 'role list' has it.")
        private String grant = "";

        @Option(names = "--reason", required = true, paramLabel = "TEXT", description = "Why; kept for good.")
        private String reason = "";

        Withdraw(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "role withdraw",
                    "role.withdraw",
                    Json.object().put("grant", grant).put("reason", reason),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(name = "list", description = "Lists the roles that are in force.")
    static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(names = "--all", description = "Also those that ended or were withdrawn.")
        private boolean all;

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "role list",
                    "role.list",
                    Json.object().put("all", all),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }
}
