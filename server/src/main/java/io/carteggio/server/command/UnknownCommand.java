package io.carteggio.server.command;

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
        name = "unknown",
        description = "Letters that nobody owns, by address: whose might they be?",
        synopsisSubcommandLabel = "COMMAND")
final class UnknownCommand implements Runnable {
    private final CommandLine line;

    UnknownCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new All(carteggio));
        line.addSubcommand(new Assign(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "list or assign?");
    }

    @Command(
            name = "list",
            description = {
                "Addresses in letters that nobody owns, those in most letters first, and what each seems to be:",
                "  typo        a known address, wrongly written",
                "  old-domain  a person's address under a domain that was yours",
                "  leaver      in a domain of yours, quiet for 90 days; or held by somebody at another time",
                "  missing     in a domain of yours, in use, and not in the directory",
                "  group       a group's, with nobody in it when these letters came",
                "  foreign     never yours (told with --all)"
            })
    static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(names = "--all", description = "Also addresses that were never yours.")
        private boolean all;

        @Option(names = "--kind", paramLabel = "KIND", split = ",", description = "Only of these kinds.")
        private List<String> kinds = new ArrayList<>();

        @Option(names = "--domain", paramLabel = "DOMAIN", description = "Only under this domain.")
        private Optional<String> domain = Optional.empty();

        @Option(names = "--limit", paramLabel = "N", description = "At most so many; if not given, 10000.")
        private Optional<Long> limit = Optional.empty();

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            ObjectNode params = Json.object().put("all", all);
            params.set("kinds", Json.texts(kinds.stream()));
            domain.ifPresent(d -> params.put("domain", d));
            limit.ifPresent(n -> params.put("limit", n));
            return carteggio.ask("unknown list", "unknown.list", params, Lines.printing(carteggio, this::print));
        }

        private void print(ObjectNode line) {
            Console console = carteggio.console();
            if (line.has("kinds")) {
                long letters = line.path("letters").asLong(0);
                console.line(
                        letters == 0
                                ? "every letter has an owner"
                                : letters + " letters without an owner, "
                                        + line.path("addresses").asLong(0) + " addresses in them: "
                                        + kinds(line.path("kinds")));
                if (line.path("indexLag").asLong(0) > 0) {
                    console.line("(" + line.path("indexLag").asLong(0) + " letters are not in the index yet)");
                }
                return;
            }
            console.line(String.format(
                    "%7d  %s to %s  %-10s %s%s",
                    line.path("letters").asLong(0),
                    line.path("first").asString("").substring(0, 10),
                    line.path("last").asString("").substring(0, 10),
                    line.path("kind").asString(""),
                    line.path("address").asString(""),
                    whose(line)));
        }

        private static String whose(ObjectNode line) {
            Optional<String> like = Json.optional(line, "like");
            return Json.optional(line, "person")
                    .map(p -> "  " + p + like.map(l -> " (" + l + ")").orElse(""))
                    .or(() -> like.map(l -> "  " + l))
                    .orElse("");
        }

        private static String kinds(tools.jackson.databind.JsonNode kinds) {
            List<String> words = new ArrayList<>();
            kinds.properties().forEach(k -> words.add(k.getValue().asLong(0) + " " + k.getKey()));
            return String.join(", ", words);
        }
    }

    @Command(
            name = "assign",
            description = {
                "Gives addresses to a person, or, with --suggested, each address to whom it seems to belong.",
                "From then on her letters are hers; nothing is moved. An address without dates counts since always,",
                "but for the times when somebody else held it."
            })
    static final class Assign implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(
                index = "0",
                arity = "0..1",
                paramLabel = "PERSON",
                description = "A name, or an address she holds.")
        private Optional<String> person = Optional.empty();

        @Parameters(index = "1..*", paramLabel = "ADDRESS", description = "Addresses to give to that person.")
        private List<String> addresses = new ArrayList<>();

        @Option(names = "--from", paramLabel = "DATE", description = "Held from this day on (UTC), or instant.")
        private Optional<String> from = Optional.empty();

        @Option(names = "--to", paramLabel = "DATE", description = "Held until the beginning of this day, or instant.")
        private Optional<String> to = Optional.empty();

        @Option(
                names = "--suggested",
                paramLabel = "KIND",
                split = ",",
                description = "As 'unknown list' suggests, for these kinds: typo, old-domain.")
        private List<String> suggested = new ArrayList<>();

        @Option(names = "--dry-run", description = "Only says what would be given to whom.")
        private boolean dryRun;

        Assign(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("unknown assign", () -> {
                ObjectNode params = Json.object().put("dryRun", dryRun);
                params.set("kinds", Json.texts(suggested.stream()));
                params.set("addresses", Json.texts(addresses.stream()));
                person.ifPresent(p -> params.put("person", p));
                if (from.isPresent()) {
                    params.put("from", Instants.of(from.get()).toString());
                }
                if (to.isPresent()) {
                    params.put("to", Instants.of(to.get()).toString());
                }
                try (var access = carteggio.access(false)) {
                    return access.call("unknown.assign", params, Lines.printing(carteggio, this::print));
                }
            });
        }

        private void print(ObjectNode line) {
            carteggio
                    .console()
                    .line((line.path("given").asBoolean(false) ? "given: " : dryRun ? "would give: " : "has: ")
                            + line.path("address").asString("") + " to "
                            + line.path("person").asString(""));
        }
    }
}
