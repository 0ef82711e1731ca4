package io.carteggio.server.command;

import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "domain",
        description = "Accepted domains: those whose mail is ours.",
        synopsisSubcommandLabel = "COMMAND")
final class DomainCommand implements Runnable {
    private final CommandLine line;

    DomainCommand(Carteggio carteggio) {
        line = new CommandLine(this);
        line.addSubcommand(new Add(carteggio));
        line.addSubcommand(new All(carteggio));
        line.addSubcommand(new Remove(carteggio));
    }

    CommandLine line() {
        return line;
    }

    @Override
    public void run() {
        throw new ParameterException(line, "add, list or remove?");
    }

    private static void print(Carteggio carteggio, ObjectNode domain) {
        carteggio
                .console()
                .line(domain.path("domain").asString("") + " ("
                        + domain.path("kind").asString("")
                        + (domain.path("subdomains").asBoolean(false) ? ", with all below it" : "") + ")");
    }

    @Command(name = "add", description = "Adds a domain, or sets one anew, and lists all.")
    static final class Add implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "DOMAIN", description = "Such as example.com.")
        private String domain = "";

        @Option(
                names = "--kind",
                paramLabel = "KIND",
                description = "authoritative (if not given), or internal-relay: some of its mailboxes are elsewhere.")
        private String kind = "authoritative";

        @Option(names = "--subdomains", description = "All domains below it are ours too.")
        private boolean subdomains;

        Add(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.work("domain add", () -> {
                ObjectNode params =
                        Json.object().put("domain", domain).put("kind", kind).put("subdomains", subdomains);
                try (var access = carteggio.access(true)) {
                    return access.call("domain.add", params, Lines.printing(carteggio, line -> print(carteggio, line)));
                }
            });
        }
    }

    @Command(name = "list", description = "Lists all accepted domains.")
    static final class All implements Callable<Integer> {
        private final Carteggio carteggio;

        All(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "domain list",
                    "domain.list",
                    Json.object(),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }

    @Command(name = "remove", description = "A domain is ours no longer; lists the others.")
    static final class Remove implements Callable<Integer> {
        private final Carteggio carteggio;

        @Parameters(paramLabel = "DOMAIN", description = "Such as example.com.")
        private String domain = "";

        Remove(Carteggio carteggio) {
            this.carteggio = carteggio;
        }

        @Override
        public Integer call() {
            return carteggio.ask(
                    "domain remove",
                    "domain.remove",
                    Json.object().put("domain", domain),
                    Lines.printing(carteggio, line -> print(carteggio, line)));
        }
    }
}
