package io.carteggio.server.command;

import io.carteggio.server.local.Refusal;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "quarantine",
        description = {
            "Mail that was accepted and could not be understood, or did not come as its source expects.",
            "Without a further word: lists it, with number, envelope and reason."
        })
final class QuarantineCommand implements Callable<Integer> {
    private final Carteggio carteggio;
    private final CommandLine line;

    @Mixin
    private Listing listing = new Listing();

    /// Which mail is listed.
    static final class Listing {
        @Option(names = "--notices", description = "Notices too: messages about other mail.")
        private boolean notices;

        @Option(names = "--left", description = "Also mail that has left, with what has become of it.")
        private boolean left;

        Integer list(Carteggio carteggio) {
            return carteggio.ask(
                    "quarantine",
                    "quarantine.list",
                    Json.object().put("notices", notices).put("left", left),
                    Lines.printing(carteggio, mail -> print(carteggio, mail)));
        }
    }

    QuarantineCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
        line = new CommandLine(this);
        line.addSubcommand(new All(carteggio));
        line.addSubcommand(new Show(carteggio));
        line.addSubcommand(new Retry(carteggio));
        line.addSubcommand(new Release(carteggio));
        line.addSubcommand(new Discard(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public Integer call() {
        return listing.list(carteggio);
    }

    private static void print(Carteggio carteggio, ObjectNode mail) {
        carteggio
                .console()
                .line(String.format(
                                "%10d  %s  %-11s  %-20s  %10s  %s",
                                mail.path("arrival").asLong(0),
                                mail.path("arrived").asString(""),
                                mail.path("disposition").asString(""),
                                mail.path("source").asString(""),
                                Sizes.of(mail.path("bytes").asLong(0)),
                                Json.optional(mail, "reason").orElse(""))
                        + (mail.has("left") ? "  " + left(mail.path("left")) : ""));
    }

    private static String left(JsonNode left) {
        return "left " + Json.optional(left, "at").orElse("") + " by "
                + Json.optional(left, "by").orElse("") + ", arrival "
                + left.path("arrival").asLong(0)
                + Json.optional(left, "why").map(why -> ": " + why).orElse("");
    }

    /// What came of one mail.
    private static void said(Carteggio carteggio, ObjectNode mail) {
        String number = mail.path("arrival").asLong(0) + ": ";
        String now = mail.path("disposition").asString("") + ", arrival "
                + mail.path("now").asLong(0);
        String reason = Json.optional(mail, "reason").map(r -> " (" + r + ")").orElse("");
        switch (mail.path("result").asString("")) {
            case "out" ->
                carteggio
                        .console()
                        .line(number
                                + now
                                + reason
                                + Json.texts(mail.path("letters"))
                                        .map(id -> " " + id)
                                        .collect(Collectors.joining()));
            case "already" -> carteggio.console().line(number + "had left already: " + now);
            default -> carteggio.console().line(number + "stays" + reason);
        }
    }

    @Command(name = "list", description = "Lists it: number, envelope and reason.")
    static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        @Mixin
        private Listing listing = new Listing();

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return listing.list(carteggio);
        }
    }

    @Command(name = "show", description = "How a mail came, why it lies here, and whether it would still.")
    static final class Show implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "NUMBER", description = "Its number, as 'quarantine' has it.")
        private long number;

        @Option(names = "--raw", description = "The mail byte for byte. Written into the audit trail.")
        private boolean raw;

        Show(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            ObjectNode params = Json.object().put("arrival", number);
            return raw
                    ? carteggio.ask(
                            "quarantine show", "quarantine.raw", params, new OctetReply(carteggio.console(), false))
                    : carteggio.ask(
                            "quarantine show", "quarantine.show", params, Lines.printing(carteggio, this::print));
        }

        private void print(ObjectNode mail) {
            QuarantineCommand.print(carteggio, mail);
            for (String field : List.of("mailFrom", "peer", "helo", "tls", "item", "family")) {
                Json.optional(mail, field).ifPresent(value -> field(field, value));
            }
            Json.texts(mail.path("rcptTo")).forEach(to -> field("rcptTo", to));
            Json.texts(mail.path("warnings")).forEach(warning -> field("warning", warning));
            if (!mail.has("left")) {
                field(
                        "today",
                        Json.optional(mail, "today")
                                .map(why -> "it would stay: " + why)
                                .orElse("it would leave: quarantine retry " + number));
            }
        }

        private void field(String name, String value) {
            carteggio.console().line(String.format("            %-10s %s", name, value));
        }
    }

    @Command(
            name = "retry",
            description = {
                "Reads mail again, with this version of the program and what its source expects today.",
                "What makes letters now is archived, once; what does not stays."
            })
    static final class Retry implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "NUMBER", arity = "0..*", description = "Its number, as 'quarantine' has it.")
        private List<Long> numbers = new ArrayList<>();

        @Option(names = "--all", description = "All that lies here.")
        private boolean all;

        Retry(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            if (all != numbers.isEmpty()) {
                return carteggio.work("quarantine retry", () -> {
                    throw Refusal.usage("give either numbers, or --all");
                });
            }
            ObjectNode params = Json.object().put("all", all);
            ArrayNode arrivals = params.putArray("arrivals");
            numbers.forEach(arrivals::add);
            return carteggio.ask(
                    "quarantine retry",
                    "quarantine.retry",
                    params,
                    Lines.printing(carteggio, mail -> said(carteggio, mail)));
        }
    }

    @Command(
            name = "release",
            description = {
                "Reads a mail again whatever its source expects: you looked at it, and answer for its being what it says.",
                "A mail that is no report stays, unless you take it for a letter."
            })
    static final class Release implements Callable<Integer> {
        private final Carteggio carteggio;

        @Mixin
        private One one = new One();

        @Option(
                names = "--as-letter",
                description = "Also one that is no report: a letter of those whom its header names.")
        private boolean asLetter;

        Release(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return one.ask(carteggio, "release", Json.object().put("asLetter", asLetter));
        }
    }

    @Command(
            name = "discard",
            description = {
                "Closes a mail's case: it is no letter, and nobody need look at it again. It is kept all the same."
            })
    static final class Discard implements Callable<Integer> {
        private final Carteggio carteggio;

        @Mixin
        private One one = new One();

        Discard(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return one.ask(carteggio, "discard", Json.object());
        }
    }

    /// One mail, and why.
    static final class One {
        @Parameters(paramLabel = "NUMBER", description = "Its number, as 'quarantine' has it.")
        private long number;

        @Option(names = "--why", required = true, paramLabel = "TEXT", description = "Why; kept for good.")
        private String why = "";

        Integer ask(Carteggio carteggio, String what, ObjectNode params) {
            return carteggio.ask(
                    "quarantine " + what,
                    "quarantine." + what,
                    params.put("arrival", number).put("why", why),
                    Lines.printing(carteggio, mail -> said(carteggio, mail)));
        }
    }
}
