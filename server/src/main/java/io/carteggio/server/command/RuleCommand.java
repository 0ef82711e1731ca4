package io.carteggio.server.command;

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
        name = "rule",
        description = "The journaling agent: which messages of the mail system are journaled, and where to.",
        synopsisSubcommandLabel = "COMMAND")
final class RuleCommand implements Runnable {
    private final CommandLine line;

    RuleCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new Add(carteggio));
        line.addSubcommand(new Set(carteggio));
        line.addSubcommand(new All(carteggio));
        named(carteggio, "show", "Shows one.");
        named(carteggio, "enable", "Puts a rule to work.");
        named(carteggio, "disable", "Stops a rule: what it alone would journal goes unjournaled.");
        named(carteggio, "remove", "Removes a rule; what was journaled stays.");
        line.addSubcommand(new RuleTestCommand(carteggio));
        line.addSubcommand(new Settings(carteggio));
        line.addSubcommand(new Forward(carteggio));
        EscrowCommand.addTo(line, carteggio);
        RuleFileCommands.addTo(line, carteggio);
        ReportCommands.addTo(line, carteggio);
    }

    private void named(Carteggio carteggio, String word, String description) {
        CommandLine command = new CommandLine(new Named(carteggio, word));
        command.getCommandSpec().usageMessage().description(description);
        line.addSubcommand(word, command);
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "add, list, test, queue, …? ('carteggio rule --help' names all)");
    }

    static void print(Carteggio carteggio, ObjectNode rule) {
        if (rule.path("removed").asBoolean(false)) {
            carteggio.console().line("removed: " + rule.path("name").asString(""));
            return;
        }
        String whose = rule.path("recipient").path("name").asString("everybody");
        carteggio
                .console()
                .line(String.format(
                        "%-24s %-9s %-24s to %s%s  %s%s",
                        rule.path("name").asString(""),
                        rule.path("scope").asString(""),
                        whose,
                        rule.path("mailbox").asString(""),
                        Json.optional(rule, "source")
                                .map(source -> " (source " + source + ")")
                                .orElse(""),
                        rule.path("state").asString(""),
                        Json.optional(rule, "lastAnswer")
                                        .map(said -> ": " + said)
                                        .orElse("")
                                + (rule.path("gaps").asBoolean(false)
                                        ? " (each message is a gap, none is journaled)"
                                        : "")));
    }

    /// What a rule is about, as it is typed.
    private static final class Options {
        @Option(
                names = "--to",
                paramLabel = "MAILBOX",
                description = "The journaling mailbox: an address, or a source of this archive by its name.")
        private Optional<String> mailbox = Optional.empty();

        @Option(
                names = "--scope",
                paramLabel = "SCOPE",
                description = "internal (sent and received inside), external (sent or received outside) or global;"
                        + " if not given, global.")
        private Optional<String> scope = Optional.empty();

        @Option(
                names = "--recipient",
                paramLabel = "WHO",
                description = "A person, group or contact of the directory, or an address; if not given, everybody."
                        + " '' with 'set': everybody.")
        private Optional<String> recipient = Optional.empty();

        @Option(
                names = "--alternate",
                paramLabel = "ADDRESS",
                description = "Where reports go that do not reach the mailbox; if not given, as 'rule settings' says.")
        private Optional<String> alternate = Optional.empty();

        @Option(
                names = "--dedicated",
                description = "The mailbox is there for reports alone, although it lies in a domain of ours.")
        private boolean dedicated;

        ObjectNode params(String name) {
            ObjectNode params = Json.object().put("name", name).put("dedicated", dedicated);
            mailbox.ifPresent(value -> params.put("mailbox", value));
            scope.ifPresent(value -> params.put("scope", value));
            recipient.ifPresent(value -> params.put("recipient", value));
            alternate.ifPresent(value -> params.put("alternate", value));
            return params;
        }
    }

    @Command(name = "add", description = "Adds a rule, which works at once.")
    private static final class Add implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "NAME", description = "1 to 64 characters.")
        private String name = "";

        @CommandLine.Mixin
        private Options options = new Options();

        @Option(names = "--disabled", description = "It does not work until it is enabled.")
        private boolean disabled;

        Add(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("rule add", () -> {
                try (var access = carteggio.access(true)) {
                    return access.call(
                            "rule.add",
                            options.params(name).put("disabled", disabled),
                            Lines.printing(carteggio, line -> print(carteggio, line)));
                }
            });
        }
    }

    @Command(name = "set", description = "Changes a rule; what is not given stays.")
    private static final class Set implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "NAME", description = "Which one.")
        private String name = "";

        @CommandLine.Mixin
        private Options options = new Options();

        Set(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "rule set",
                    "rule.set",
                    options.params(name),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(name = "list", description = "Lists all rules and how they fare.")
    private static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "rule list", "rule.list", Json.object(), Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    /// A command that takes a rule's name alone.
    @Command
    private static final class Named implements Callable<Integer> {
        private final Carteggio carteggio;
        private final String word;

        @Parameters(paramLabel = "NAME", description = "Which one.")
        private String name = "";

        Named(Carteggio carteggio, String word) {
            this.carteggio = carteggio;
            this.word = word;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "rule " + word,
                    "rule." + word,
                    Json.object().put("name", name),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(name = "settings", description = "Shows how the agent works, and sets what is given; '' for the usual.")
    private static final class Settings implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(
                names = "--alternate",
                paramLabel = "ADDRESS",
                description = "The alternate journaling mailbox of all rules that have none of their own.")
        private Optional<String> alternate = Optional.empty();

        @Option(names = "--limit", paramLabel = "N", description = "How many rules there may be; 50 if not set.")
        private Optional<String> limit = Optional.empty();

        @Option(
                names = "--unable",
                paramLabel = "HOW",
                description = "What becomes of a message that cannot be journaled now: tempfail (if not set: whoever"
                        + " brings it tries again) or accept (it goes on, and an alarm says so).")
        private Optional<String> unable = Optional.empty();

        @Option(
                names = "--suspended",
                paramLabel = "HOW",
                description =
                        "What becomes of a rule whose mailbox could not be delivered to for two days: queue (if not"
                                + " set: reports go on queueing) or disable (as Exchange does it: a gap record of each message,"
                                + " no report).")
        private Optional<String> suspended = Optional.empty();

        @Option(
                names = "--expire-days",
                paramLabel = "DAYS",
                description = "After how long a report that is not delivered goes to the alternate mailbox; 2 if not"
                        + " set, 7 at most.")
        private Optional<String> expire = Optional.empty();

        @Option(
                names = "--sender",
                paramLabel = "ADDRESS",
                description = "Who stands in reports as their sender; journal-agent at this host if not set.")
        private Optional<String> sender = Optional.empty();

        @Option(
                names = "--route",
                paramLabel = "DOMAIN=HOST:PORT[,TLS]",
                description = "The mail server for a domain's reports; TLS is none, opportunistic (if not given) or"
                        + " verified. 'DOMAIN=' asks the name service again.")
        private List<String> routes = new ArrayList<>();

        Settings(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            ObjectNode settings = Json.object();
            alternate.ifPresent(value -> settings.put("alternate", value));
            limit.ifPresent(value -> settings.put("limit", value));
            unable.ifPresent(value -> settings.put("unable", value));
            suspended.ifPresent(value -> settings.put("suspended", value));
            expire.ifPresent(value -> settings.put("expire-days", value));
            sender.ifPresent(value -> settings.put("sender", value));
            for (String route : routes) {
                int equals = route.indexOf('=');
                settings.put(
                        "route." + (equals < 0 ? route : route.substring(0, equals)),
                        equals < 0 ? "" : route.substring(equals + 1).replace(',', ' '));
            }
            ObjectNode params = Json.object();
            params.set("settings", settings);
            return carteggio.ask("rule settings", "rule.settings", params, Lines.printing(carteggio, this::print));
        }

        private void print(ObjectNode line) {
            Console console = carteggio.console();
            console.line(
                    "alternate mailbox   " + Json.optional(line, "alternate").orElse("none"));
            console.line("rules at most       " + line.path("limit").asInt(0));
            console.line("unable to journal   " + line.path("unable").asString(""));
            console.line("suspended rules     " + line.path("suspended").asString(""));
            console.line("reports expire in   " + line.path("expireDays").asInt(0) + " days");
            console.line("sender of reports   " + Json.optional(line, "sender").orElse("journal-agent at this host"));
            console.line("escrow              "
                    + (line.path("escrow").asBoolean(false) ? "encrypted mail is decrypted" : "off"));
            line.path("routes")
                    .properties()
                    .forEach(one -> console.line("route               " + one.getKey() + " to "
                            + one.getValue().asString("")));
            Json.texts(line.path("warnings")).forEach(warning -> console.line("warning: " + warning));
        }
    }

    @Command(
            name = "forward",
            description = {
                "Lists mailboxes whose mail goes on to others, or sets one.",
                "The agent sees what comes in, not what the mail system makes of it: this tells it."
            })
    private static final class Forward implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(index = "0", arity = "0..1", paramLabel = "ADDRESS", description = "Whose mail goes on.")
        private Optional<String> address = Optional.empty();

        @Parameters(index = "1..*", paramLabel = "TO", description = "Where to; nobody: it does not any more.")
        private List<String> to = new ArrayList<>();

        @Option(names = "--copy", description = "The mailbox itself gets it, too.")
        private boolean copy;

        Forward(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            ObjectNode params = Json.object().put("copy", copy);
            address.ifPresent(value -> params.put("address", value));
            params.set("to", Json.texts(to.stream()));
            return carteggio.ask(
                    "rule forward",
                    "rule.forward",
                    params,
                    Lines.printing(
                            carteggio,
                            line -> carteggio
                                    .console()
                                    .line(line.path("address").asString("") + " to "
                                            + Json.texts(line.path("to")).collect(Collectors.joining(", "))
                                            + (line.path("copy").asBoolean(false) ? ", and itself" : ""))));
        }
    }
}
