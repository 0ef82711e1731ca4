package io.carteggio.server.command;

import io.carteggio.archive.role.Roles;
import io.carteggio.server.local.Refusal;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import tools.jackson.databind.node.ObjectNode;

@Command(name = "access", description = "Who has which rights.", synopsisSubcommandLabel = "COMMAND")
final class AccessCommand implements Runnable {
    private final CommandLine line;

    AccessCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new Review(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "review?");
    }

    @Command(
            name = "review",
            description = {
                "Everyone with rights beyond her own letters, tokens, sources, and accounts at other servers, for printing.",
                "With --sign it is written down that somebody has looked at it and answers for it."
            })
    static final class Review implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(names = "--sign", description = "Answer for it.")
        private boolean sign;

        @Option(
                names = "--reason",
                paramLabel = "TEXT",
                description = "With --sign: what was looked at; kept for good.")
        private String reason = "";

        @Option(
                names = "--days",
                paramLabel = "N",
                description =
                        "With --sign: the next one is due after so many days; " + Roles.REVIEW_DAYS + " if not given.")
        private long days = Roles.REVIEW_DAYS;

        Review(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("access review", () -> {
                if (sign && reason.isBlank()) {
                    throw Refusal.usage("--sign needs a --reason");
                }
                ObjectNode params = Json.object();
                if (sign) {
                    params.put("reason", reason).put("days", days);
                }
                try (var access = carteggio.access(false)) {
                    return access.call(
                            sign ? "access.sign" : "access.review",
                            params,
                            Lines.printing(carteggio, line -> print(carteggio, line)));
                }
            });
        }

        private static void print(Carteggio carteggio, ObjectNode line) {
            if (line.has("kind")) {
                carteggio
                        .console()
                        .line(String.format(
                                "%-8s %-24s %s",
                                line.path("kind").asString(""),
                                line.path("whose").asString(""),
                                line.path("what").asString("")));
            } else {
                carteggio
                        .console()
                        .line(Json.optional(line, "reviewed")
                                        .map(at -> "last reviewed " + at + " by "
                                                + line.path("reviewedBy").asString(""))
                                        .orElse("never reviewed")
                                + Json.optional(line, "due")
                                        .map(at -> "; the next one is due " + at)
                                        .orElse(""));
            }
        }
    }
}
