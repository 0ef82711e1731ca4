package io.carteggio.server.command;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "token",
        description = "Tokens by which programs call the API as a person.",
        synopsisSubcommandLabel = "COMMAND")
final class TokenCommand implements Runnable {
    private final CommandLine line;

    TokenCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new Add(carteggio));
        line.addSubcommand(new All(carteggio));
        line.addSubcommand(new Revoke(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "add, list or revoke?");
    }

    private static void print(Carteggio carteggio, ObjectNode token) {
        carteggio
                .console()
                .line(token.path("token").asString("") + "  "
                        + token.path("name").asString("") + ", of "
                        + token.path("of").asString("") + ", for "
                        + Json.texts(token.path("scopes")).collect(Collectors.joining(" ")) + ", until "
                        + token.path("expires").asString("")
                        + Json.optional(token, "revoked")
                                .map(at -> ", revoked " + at)
                                .orElse(""));
    }

    @Command(
            name = "add",
            description = {
                "Makes a token and prints it, this once.",
                "It never opens more than its person may, and only the operations it is for."
            })
    static final class Add implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "NAME", description = "What it is for.")
        private String name = "";

        @Option(names = "--person", required = true, paramLabel = "PERSON", description = "Whose it is.")
        private String person = "";

        @Option(
                names = "--scope",
                required = true,
                paramLabel = "OPERATION",
                description = "May call this operation, 'job.*' for all that begin so; several times for several.")
        private List<String> scopes = new ArrayList<>();

        @Option(
                names = "--expires",
                required = true,
                paramLabel = "DATE",
                description = "Good until the beginning of this day (UTC), a year ahead at most.")
        private String expires = "";

        Add(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("token add", () -> {
                ObjectNode params = Json.object()
                        .put("name", name)
                        .put("person", person)
                        .put("expires", Instants.of(expires).toString());
                params.set("scopes", Json.texts(scopes.stream()));
                try (var access = carteggio.access(false)) {
                    return access.call("token.add", params, Lines.printing(carteggio, line -> {
                        print(carteggio, line);
                        carteggio.console().line(line.path("secret").asString(""));
                    }));
                }
            });
        }
    }

    @Command(name = "list", description = "Lists tokens that are good; never the tokens themselves.")
    static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        @Option(names = "--all", description = "Also those that ended or were revoked.")
        private boolean all;

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "token list",
                    "token.list",
                    Json.object().put("all", all),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(name = "revoke", description = "Takes a token back, at once.")
    static final class Revoke implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "TOKEN", description = "Its id, as 'token list' has it.")
        private String token = "";

        Revoke(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "token revoke",
                    "token.revoke",
                    Json.object().put("token", token),
                    Lines.printing(
                            carteggio,
                            line -> carteggio
                                    .console()
                                    .line("revoked: " + line.path("revoked").asString(""))));
        }
    }
}
