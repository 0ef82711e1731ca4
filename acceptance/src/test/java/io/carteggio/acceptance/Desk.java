package io.carteggio.acceptance;

import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.OverSocket;
import io.carteggio.server.local.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Asks a running server what its commands ask, over the same local socket, but without a process for each
/// question: for tests that ask hundreds of times.
final class Desk implements AutoCloseable {
    private final OverSocket access;

    private Desk(OverSocket access) {
        this.access = access;
    }

    static Desk of(Serving server) throws IOException {
        try (Stream<Path> files = Files.list(server.program().data())) {
            Path socket = files.filter(
                            f -> f.toString().endsWith(".sock") || f.toString().endsWith("socket"))
                    .findFirst()
                    .orElseThrow();
            return new Desk(OverSocket.connect(socket));
        }
    }

    /// The one line that answers.
    JsonNode line(String operation) throws IOException {
        Lines lines = new Lines(new ArrayList<>());
        Outcome outcome = access.call(operation, JsonNodeFactory.instance.objectNode(), lines);
        if (outcome.exit().code() != 0 || lines.all.size() != 1) {
            throw new AssertionError(operation + ": " + outcome + " " + lines.all);
        }
        return lines.all.getFirst();
    }

    /// Runs `check`; fails with what it said where something is damaged.
    void check(boolean fast) throws IOException {
        Lines lines = new Lines(new ArrayList<>());
        Outcome outcome =
                access.call("check", JsonNodeFactory.instance.objectNode().put("fast", fast), lines);
        if (outcome.exit().code() != 0) {
            throw new AssertionError("check: " + outcome + " " + lines.all);
        }
    }

    @Override
    public void close() throws IOException {
        access.close();
    }

    private record Lines(List<ObjectNode> all) implements Reply {
        @Override
        public void line(ObjectNode line) {
            all.add(line);
        }

        @Override
        public boolean offer(ObjectNode line) {
            return false;
        }

        @Override
        public void octets(byte[] bytes, int offset, int length) {}

        @Override
        public void end() {}
    }
}
