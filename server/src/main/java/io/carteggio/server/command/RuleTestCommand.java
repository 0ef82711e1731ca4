package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/// `rule test`: what the rules say to a message, or would have said to the letters of the last
/// days.
@Command(
        name = "test",
        description = {
            "Says which rules would fire for a message, which reports would go where, and why. Sends nothing.",
            "Exit code 1: it would not be journaled.",
            "With --past: how many letters of the last days each rule would have caught, or the one that --rule names,"
                    + " or one that is given as for 'rule add' and is not yet added, or as it would be"
                    + " with these options."
        })
final class RuleTestCommand implements Callable<Integer> {
    private final Carteggio carteggio;

    @Option(names = "--from", paramLabel = "ADDRESS", description = "MAIL FROM; if not given, the null sender.")
    private Optional<String> from = Optional.empty();

    @Option(
            names = "--to",
            paramLabel = "ADDRESS",
            description = "RCPT TO; several times for several. With --past: the journaling mailbox of a new rule.")
    private List<String> to = new ArrayList<>();

    @Option(names = "--authenticated", description = "The sender has logged in at the mail system.")
    private boolean authenticated;

    @Option(
            names = "--header-to",
            paramLabel = "ADDRESS",
            description = "Whom its To field names; if not given, all recipients.")
    private List<String> headerTo = new ArrayList<>();

    @Option(names = "--header-cc", paramLabel = "ADDRESS", description = "Whom its Cc field names.")
    private List<String> headerCc = new ArrayList<>();

    @Option(names = "--past", paramLabel = "DAYS", description = "Looks at the letters archived in so many last days.")
    private Optional<Long> past = Optional.empty();

    @Option(names = "--rule", paramLabel = "NAME", description = "With --past: this rule alone.")
    private Optional<String> rule = Optional.empty();

    @Option(names = "--scope", paramLabel = "SCOPE", description = "With --past: of a new rule, as with 'rule add'.")
    private Optional<String> scope = Optional.empty();

    @Option(names = "--recipient", paramLabel = "WHO", description = "With --past: of a new rule, as with 'rule add'.")
    private Optional<String> recipient = Optional.empty();

    @Option(
            names = "--alternate",
            paramLabel = "ADDRESS",
            description = "With --past: of a new rule, as with 'rule add'.")
    private Optional<String> alternate = Optional.empty();

    @Option(names = "--dedicated", description = "With --past: of a new rule, as with 'rule add'.")
    private boolean dedicated;

    RuleTestCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        return carteggio.work("rule test", () -> past.isPresent() ? past(past.get()) : message());
    }

    private Outcome message() throws Refusal, IOException, ArchiveException {
        if (rule.isPresent() || isOfNewRule()) {
            throw Refusal.usage("--rule, --scope, --recipient, --alternate and --dedicated go with --past");
        }
        if (to.isEmpty()) {
            throw Refusal.usage("at least one recipient (--to), or --past");
        }
        ObjectNode params = Json.object().put("authenticated", authenticated);
        from.ifPresent(address -> params.put("from", address));
        params.set("to", Json.texts(to.stream()));
        params.set("headerTo", Json.texts(headerTo.stream()));
        params.set("headerCc", Json.texts(headerCc.stream()));
        return ask("rule.test", params, this::print);
    }

    private boolean isOfNewRule() {
        return Stream.of(scope, recipient, alternate).anyMatch(Optional::isPresent) || dedicated;
    }

    private Outcome ask(String operation, ObjectNode params, Consumer<ObjectNode> human)
            throws Refusal, IOException, ArchiveException {
        try (var access = carteggio.access(false)) {
            return access.call(operation, params, InputStream.nullInputStream(), Lines.printing(carteggio, human));
        }
    }

    private void print(ObjectNode line) {
        Console console = carteggio.console();
        if (line.has("never")) {
            console.line("never journaled: " + line.path("never").asString(""));
        } else if (line.has("rule")) {
            console.line((line.path("fires").asBoolean(false) ? "fires     " : "does not  ")
                    + line.path("rule").asString("") + ": "
                    + line.path("why").asString(""));
        } else {
            console.line("report to " + line.path("mailbox").asString("")
                    + Json.optional(line, "source")
                            .map(source -> " (source " + source + ")")
                            .orElse("")
                    + ", by " + Json.texts(line.path("rules")).collect(Collectors.joining(", ")));
            line.path("recipients")
                    .valueStream()
                    .forEach(one -> console.line("    " + one.path("role").asString("") + " "
                            + one.path("address").asString("")
                            + Json.optional(one, "expanded")
                                    .map(group -> ", expanded from " + group)
                                    .orElse("")
                            + Json.optional(one, "forwarded")
                                    .map(by -> ", forwarded by " + by)
                                    .orElse("")));
        }
    }

    private Outcome past(long days) throws Refusal, IOException, ArchiveException {
        if (from.isPresent() || authenticated || !headerTo.isEmpty() || !headerCc.isEmpty()) {
            throw Refusal.usage("with --past, the messages are those in the archive");
        }
        if (to.size() > 1 || (to.isEmpty() && isOfNewRule())) {
            throw Refusal.usage("a new rule has one journaling mailbox (--to)");
        }
        ObjectNode params = Json.object()
                .put("days", days)
                .put("most", Long.MAX_VALUE)
                .put("dedicated", dedicated)
                .put("progress", ProgressLine.watched(carteggio.console()));
        to.forEach(mailbox -> params.put("mailbox", mailbox));
        rule.ifPresent(value -> params.put("rule", value));
        scope.ifPresent(value -> params.put("scope", value));
        recipient.ifPresent(value -> params.put("recipient", value));
        alternate.ifPresent(value -> params.put("alternate", value));
        try (ProgressLine shown = new ProgressLine(carteggio.console(), "letters", 0)) {
            return ask("rule.past", params, new Heard(shown)::line);
        }
    }

    private final class Heard {
        private final ProgressLine shown;
        private long letters;
        private long bytes;

        Heard(ProgressLine shown) {
            this.shown = shown;
        }

        private void line(ObjectNode line) {
            if (line.has("looked")) {
                shown.done(
                        line.path("looked").asLong(0) - letters,
                        line.path("lookedBytes").asLong(0) - bytes);
                letters = line.path("looked").asLong(0);
                bytes = line.path("lookedBytes").asLong(0);
                return;
            }
            shown.clear();
            if (line.has("rule")) {
                carteggio
                        .console()
                        .line(String.format(
                                "%-24s %10d letters  %s",
                                line.path("rule").asString(""),
                                line.path("letters").asLong(0),
                                Sizes.of(line.path("bytes").asLong(0))));
            } else {
                end(line);
            }
        }

        private void end(ObjectNode line) {
            Console console = carteggio.console();
            console.line("of " + line.path("letters").asLong(0) + " letters ("
                    + Sizes.of(line.path("bytes").asLong(0)) + ") archived since "
                    + line.path("since").asString(""));
            say(line, "withoutEnvelope", " came without a report: whom they went to is not known, no rule counts them");
            say(
                    line,
                    "withoutSender",
                    " have the null sender and count as from outside: nothing tells who had logged in");
            say(line, "unreadable", " have reports that cannot be read any more");
            console.line("mail that is not in this archive is not counted");
        }

        private void say(ObjectNode line, String name, String what) {
            long number = line.path(name).asLong(0);
            if (number > 0) {
                carteggio.console().line(number + what);
            }
        }
    }
}
