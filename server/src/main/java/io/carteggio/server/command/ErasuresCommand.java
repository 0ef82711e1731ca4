package io.carteggio.server.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "erasures",
        description = {
            "Lists erasures that copies of the keyring may still undo, the newest first, each with the day from which none can.",
            "How long copies are kept is told with 'retention set --copies'."
        })
final class ErasuresCommand implements Callable<Integer> {
    private final Carteggio carteggio;

    @Option(names = "--all", description = "Also those that no copy can undo any more.")
    private boolean all;

    ErasuresCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        return carteggio.ask(
                "erasures", "erasure.list", Json.object().put("all", all), Lines.printing(carteggio, this::print));
    }

    private void print(ObjectNode erasure) {
        carteggio
                .console()
                .line(String.format(
                        "act %-8d %s  %5d records  %s %s  by %s: %s",
                        erasure.path("act").asLong(0),
                        erasure.path("erasedAt").asString(""),
                        erasure.path("records").asLong(0),
                        erasure.path("complete").asBoolean(false) ? "everywhere since" : "in copies until",
                        erasure.path("everywhereFrom").asString(""),
                        erasure.path("by").asString(""),
                        erasure.path("reason").asString("")));
    }
}
