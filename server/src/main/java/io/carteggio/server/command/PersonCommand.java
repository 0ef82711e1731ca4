package io.carteggio.server.command;

import io.carteggio.server.local.Refusal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
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
        name = "person",
        description = "People and the addresses they hold or held.",
        synopsisSubcommandLabel = "COMMAND")
final class PersonCommand implements Runnable {
    private final CommandLine line;

    PersonCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new Add(carteggio));
        line.addSubcommand(new All(carteggio));
        line.addSubcommand(new Password(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "add, list or password?");
    }

    /// A day's beginning (UTC), or an instant.
    static Instant instant(String text) throws Refusal {
        try {
            return text.length() <= 10
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw Refusal.usage("not a date: '" + text + "' (2024-03-01, or 2024-03-01T09:00:00Z)");
        }
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

    private static void print(Carteggio carteggio, ObjectNode person) {
        Console console = carteggio.console();
        console.line(person.path("name").asString("") + " ("
                + Json.texts(person.path("roles")).collect(Collectors.joining(", "))
                + (person.path("password").asBoolean(false) ? ", can log in" : "") + ")");
        person.path("addresses")
                .forEach(held -> console.line("    " + held.path("address").asString("")
                        + Json.optional(held, "from").map(at -> " from " + at).orElse("")
                        + Json.optional(held, "to").map(at -> " until " + at).orElse("")));
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
                if (from.isPresent()) {
                    params.put("from", instant(from.get()).toString());
                }
                if (to.isPresent()) {
                    params.put("to", instant(to.get()).toString());
                }
                try (var access = carteggio.access(true)) {
                    return access.call("person.add", params, Lines.printing(carteggio, line -> print(carteggio, line)));
                }
            });
        }
    }

    @Command(name = "list", description = "Lists everyone with their addresses.")
    static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "person list",
                    "person.list",
                    Json.object(),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
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
