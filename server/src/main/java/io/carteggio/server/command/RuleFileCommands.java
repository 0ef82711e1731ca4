package io.carteggio.server.command;

import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

/// `rule import` and `rule export`: journal rules as Exchange's PowerShell has them.
final class RuleFileCommands {
    private RuleFileCommands() {}

    static void addTo(CommandLine rule, Carteggio carteggio) {
        rule.addSubcommand(new Import(carteggio));
        rule.addSubcommand(new Export(carteggio));
    }

    @Command(
            name = "import",
            description = {
                "Shows the journal rules in a file of Exchange's, and with --yes adds them.",
                "Read are Get-JournalRule as CSV, JSON, CLIXML or Format-List, Microsoft365DSC, and exported collections."
            })
    private static final class Import implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "FILE", description = "Which file; - for standard input.")
        private Path file = Path.of("-");

        @Option(names = "--yes", description = "Adds the rules that may be; without, only shows what would come.")
        private boolean yes;

        @Option(
                names = "--scope",
                paramLabel = "SCOPE",
                description = "For rules whose scope is a number in the file, since nobody has said what they mean.")
        private Optional<String> scope = Optional.empty();

        @Option(
                names = "--to",
                paramLabel = "MAILBOX",
                description = "This journaling mailbox in place of those in the file: an address, or a source's name.")
        private Optional<String> mailbox = Optional.empty();

        Import(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            ObjectNode params = Json.object().put("apply", yes);
            scope.ifPresent(word -> params.put("scope", word));
            mailbox.ifPresent(address -> params.put("mailbox", address));
            return carteggio.work("rule import", () -> {
                try (InputStream in = file.toString().equals("-") ? System.in : Files.newInputStream(file);
                        var access = carteggio.access(true)) {
                    return access.call("rule.import", params, in, Lines.printing(carteggio, this::print));
                }
            });
        }

        private void print(ObjectNode line) {
            Console console = carteggio.console();
            if (line.has("rules")) {
                console.line(line.path("rules").asInt(0) + " rules, "
                        + line.path("refused").asInt(0) + " refused"
                        + (line.path("applied").asBoolean(false) ? "" : "; nothing was added (--yes adds them)"));
            } else {
                console.line(String.format(
                        "%-24s %-9s %-24s to %s%s%s",
                        line.path("name").asString(""),
                        Json.optional(line, "scope").orElse("?"),
                        Json.optional(line, "recipient").orElse("everybody"),
                        line.path("mailbox").asString(""),
                        line.path("enabled").asBoolean(true) ? "" : ", disabled",
                        Json.optional(line, "refused")
                                .map(why -> "\n    REFUSED: " + why)
                                .orElse("")));
            }
        }
    }

    @Command(name = "export", description = "Prints all rules in a form that Exchange's PowerShell has.")
    private static final class Export implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(
                names = "--form",
                paramLabel = "FORM",
                description = "csv (if not given), json, clixml, dsc (Microsoft365DSC), list (Format-List) or xml.")
        private String form = "csv";

        Export(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "rule export",
                    "rule.export",
                    Json.object().put("form", form),
                    new OctetReply(carteggio.console(), false));
        }
    }
}
