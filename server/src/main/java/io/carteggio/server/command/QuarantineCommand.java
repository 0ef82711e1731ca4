package io.carteggio.server.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "quarantine",
        description = {
            "Lists mail that was accepted and could not be understood, or did not come as its source expects: number,",
            "envelope and reason."
        })
final class QuarantineCommand implements Callable<Integer> {
    private final Carteggio carteggio;

    @Parameters(arity = "0..1", paramLabel = "list", description = "May be said: it lists in any case.")
    private Listing listing = Listing.LIST;

    /// The one word that may follow.
    enum Listing {
        LIST
    }

    @Option(names = "--notices", description = "Notices too: messages about other mail.")
    private boolean notices;

    QuarantineCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        return switch (listing) {
            case LIST ->
                carteggio.ask(
                        "quarantine",
                        "quarantine",
                        Json.object().put("notices", notices),
                        Lines.printing(carteggio, this::print));
        };
    }

    private void print(ObjectNode mail) {
        carteggio
                .console()
                .line(String.format(
                        "%10d  %s  %-11s  %-20s  %10s  %s",
                        mail.path("arrival").asLong(0),
                        mail.path("arrived").asString(""),
                        mail.path("disposition").asString(""),
                        mail.path("source").asString(""),
                        Sizes.of(mail.path("bytes").asLong(0)),
                        Json.optional(mail, "reason").orElse("")));
    }
}
