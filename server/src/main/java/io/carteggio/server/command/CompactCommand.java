package io.carteggio.server.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import tools.jackson.databind.node.ObjectNode;

@Command(
        name = "compact",
        description = "Gives back the space of what was erased, and carries out erasures that were interrupted.")
final class CompactCommand implements Callable<Integer> {
    private final Carteggio carteggio;

    CompactCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        return carteggio.ask("compact", "compact", Json.object(), Lines.printing(carteggio, this::print));
    }

    private void print(ObjectNode line) {
        carteggio
                .console()
                .line("freed " + Sizes.of(line.path("freedBytes").asLong(0)) + ", stored "
                        + Sizes.of(line.path("storedBytes").asLong(0)));
    }
}
