package io.carteggio.server.command;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(name = "source", description = "The places that mail comes from.", synopsisSubcommandLabel = "COMMAND")
final class SourceCommand implements Runnable {
    private final CommandLine line;

    SourceCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new Add(carteggio));
        line.addSubcommand(new All(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "add or list?");
    }

    private static void print(Carteggio carteggio, ObjectNode source) {
        carteggio
                .console()
                .line(String.format(
                        "%-28s %-10s %s",
                        source.path("name").asString(""),
                        source.path("family").asString(""),
                        Json.optional(source, "address").orElse("")
                                + (source.has("headers")
                                        ? "  asks "
                                                + Json.texts(source.path("headers"))
                                                        .collect(Collectors.joining(", "))
                                        : "")));
    }

    @Command(name = "add", description = "Makes a journaling address: the listener takes mail for exactly these.")
    static final class Add implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "NAME", description = "How books and lists call it.")
        private String name = "";

        @Option(names = "--smtp", required = true, paramLabel = "ADDRESS", description = "The journaling address.")
        private String smtp = "";

        @Option(
                names = "--family",
                paramLabel = "FAMILY",
                description = {
                    "What its mail is taken for: report (journal reports, if not given),",
                    "ndr (returned reports), multidrop (plain copies)."
                })
        private Family family = Family.REPORT;

        @Option(
                names = "--headers",
                split = ",",
                paramLabel = "FIELD,…",
                description = {
                    "For multidrop: the header fields that tell who got a mail, in this order, such as",
                    "X-Original-To,Delivered-To,To. To stands for To, Cc and Bcc; Resent-To alike;",
                    "Received for the topmost 'for'. Name only fields that your own system overwrites."
                })
        private List<String> headers = new ArrayList<>();

        /// What a journaling address may be for.
        enum Family {
            REPORT,
            NDR,
            MULTIDROP
        }

        Add(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            ObjectNode params = Json.object()
                    .put("name", name)
                    .put("smtp", smtp)
                    .put("family", family.name().toLowerCase(Locale.ROOT));
            if (!headers.isEmpty()) {
                params.set("headers", Json.texts(headers.stream().map(String::strip)));
            }
            return carteggio.work("source add", () -> {
                try (var access = carteggio.access(true)) {
                    return access.call("source.add", params, Lines.printing(carteggio, line -> print(carteggio, line)));
                }
            });
        }
    }

    @Command(name = "list", description = "Lists all sources with their journaling addresses.")
    static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "source list",
                    "source.list",
                    Json.object(),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }
}
