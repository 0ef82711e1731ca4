package io.carteggio.server.command;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(name = "serve", description = "Runs the archive: the journaling mailbox, the pages, the local socket.")
final class ServeCommand implements Callable<Integer> {
    private final Carteggio carteggio;

    ServeCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        return carteggio.json() ? 1 : 0;
    }
}
