package io.carteggio.server.command;

import io.carteggio.server.local.Reply;
import java.io.IOException;
import java.util.function.Consumer;
import tools.jackson.databind.node.ObjectNode;

/// A reply of lines alone: each is handed on as it comes.
record Lines(Consumer<ObjectNode> each) implements Reply {
    /// Prints each line: as it is where JSON is asked for, else as `human` has it.
    static Lines printing(Carteggio carteggio, Consumer<ObjectNode> human) {
        return new Lines(carteggio.json() ? carteggio.console()::json : human);
    }

    @Override
    public void line(ObjectNode line) {
        each.accept(line);
    }

    @Override
    public boolean offer(ObjectNode line) {
        return false;
    }

    @Override
    public void octets(byte[] bytes, int offset, int length) throws IOException {
        throw new IOException("octets that nobody wanted");
    }

    @Override
    public void end() {}
}
