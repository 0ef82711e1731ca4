package io.carteggio.server.command;

import io.carteggio.server.local.Refusal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "person",
        description = "People and the addresses they hold or held.",
        synopsisSubcommandLabel = "COMMAND")
final class PersonCommand implements Runnable {
    private final CommandLine line;

    PersonCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new Add(carteggio));
        line.addSubcommand(new All(carteggio));
        line.addSubcommand(new HolderCommands.Show(carteggio, "person"));
        line.addSubcommand(new HolderCommands.Rename(carteggio, "person"));
        line.addSubcommand(new HolderCommands.Give(carteggio, "person"));
        line.addSubcommand(new HolderCommands.End(carteggio, "person"));
        line.addSubcommand(new HolderCommands.Gone(carteggio, "person"));
        line.addSubcommand(new HolderCommands.Return(carteggio, "person"));
        line.addSubcommand(new HolderCommands.Merge(carteggio));
        line.addSubcommand(new HolderCommands.Split(carteggio));
        line.addSubcommand(new SyncCommand.Run(carteggio));
        line.addSubcommand(new Password(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(
                line, "add, list, show, rename, give, end, gone, return, merge, split, sync or password?");
    }

    private static Optional<java.io.Console> terminal() {
        return Optional.ofNullable(System.console()).filter(java.io.Console::isTerminal);
    }

    /// What is typed unseen on a terminal, else a line of the input.
    static String typedOnce(Carteggio carteggio, String prompt) throws Refusal {
        Optional<java.io.Console> watched = terminal();
        if (watched.isPresent()) {
            char[] typed = watched.get().readPassword("%s", prompt);
            if (typed == null) {
                throw Refusal.no("no password was typed");
            }
            return new String(typed);
        }
        BufferedReader in =
                new BufferedReader(new InputStreamReader(carteggio.console().in(), StandardCharsets.UTF_8));
        return in.lines().findFirst().orElseThrow(() -> Refusal.usage("no password came on the input"));
    }

    @Command(
            name = "add",
            description = {
                "Adds a person, or further addresses to one.",
                "An address without dates counts since always, but for the times when somebody else held it."
            })
    static final class Add implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(index = "0", paramLabel = "NAME", description = "The name, which is also the log-in name.")
        private String name = "";

        @Parameters(index = "1..*", paramLabel = "ADDRESS", description = "Addresses that the person holds.")
        private List<String> addresses = new ArrayList<>();

        @Option(names = "--from", paramLabel = "DATE", description = "Held from this day on (UTC), or instant.")
        private Optional<String> from = Optional.empty();

        @Option(names = "--to", paramLabel = "DATE", description = "Held until the beginning of this day, or instant.")
        private Optional<String> to = Optional.empty();

        @Option(names = "--contact", description = "Somebody outside: known, but without letters here.")
        private boolean contact;

        @Option(
                names = "--role",
                paramLabel = "ROLE",
                description = "user (if not given), administrator, auditor,"
                        + " data-protection-officer; see also 'role grant'.")
        private String role = "user";

        Add(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("person add", () -> {
                ObjectNode params = Json.object().put("name", name).put("role", role);
                params.set("addresses", Json.texts(addresses.stream()));
                Instants.put(params, "from", from);
                Instants.put(params, "to", to);
                if (contact && (from.isPresent() || to.isPresent() || !role.equals("user"))) {
                    throw Refusal.usage("a contact has no role, and addresses without dates");
                }
                try (var access = carteggio.access(true)) {
                    return access.call(
                            contact ? "contact.add" : "person.add",
                            params,
                            Lines.printing(carteggio, line -> HolderCommands.print(carteggio, line)));
                }
            });
        }
    }

    @Command(name = "list", description = "Lists everyone with their addresses.")
    static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(
                names = "--at",
                paramLabel = "DATE",
                description = "Only who held an address then, by what is known now.")
        private Optional<String> at = Optional.empty();

        @Option(
                names = "--known",
                paramLabel = "DATE",
                description = "As it was known then: without what was told or corrected since.")
        private Optional<String> known = Optional.empty();

        @Option(names = "--contacts", description = "Contacts instead.")
        private boolean contacts;

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("person list", () -> {
                ObjectNode params = Json.object();
                Instants.put(params, "at", at);
                Instants.put(params, "known", known);
                try (var access = carteggio.access(false)) {
                    return access.call(
                            contacts ? "contact.list" : "person.list",
                            params,
                            Lines.printing(carteggio, line -> HolderCommands.print(carteggio, line)));
                }
            });
        }
    }

    @Command(
            name = "password",
            description = "Sets what a person logs in with: asks for it on a terminal, else reads one line of input.")
    static final class Password implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "PERSON", description = "A name, or an address the person holds.")
        private String person = "";

        Password(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("person password", () -> {
                ObjectNode params = Json.object().put("person", person).put("password", read());
                try (var access = carteggio.access(false)) {
                    return access.call(
                            "person.password",
                            params,
                            Lines.printing(
                                    carteggio,
                                    line -> carteggio
                                            .console()
                                            .line(line.path("name").asString("")
                                                    + " can log in with the new password")));
                }
            });
        }

        private String read() throws IOException, Refusal {
            String prompt = "New password for " + person + ": ";
            String first = typedOnce(carteggio, prompt);
            if (terminal().isPresent() && !first.equals(typedOnce(carteggio, "Once more: "))) {
                throw Refusal.no("the two are not the same");
            }
            return first;
        }
    }
}
