package io.carteggio.acceptance;

import io.carteggio.mail.Sha256;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.OverSocket;
import io.carteggio.server.local.Reply;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
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
        return line(operation, JsonNodeFactory.instance.objectNode());
    }

    /// The one line that answers.
    JsonNode line(String operation, ObjectNode asked) throws IOException {
        Lines lines = new Lines(new ArrayList<>());
        Outcome outcome = access.call(operation, asked, lines);
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

    /// The sums of all letters there are, read out byte for byte.
    List<Sha256> letters() throws IOException {
        Sums sums = new Sums(new ArrayList<>());
        Outcome outcome =
                access.call("export", JsonNodeFactory.instance.objectNode().put("query", ""), sums);
        if (outcome.exit().code() != 0) {
            throw new AssertionError("export: " + outcome);
        }
        return sums.all;
    }

    @Override
    public void close() throws IOException {
        access.close();
    }

    /// Takes the sum of what is offered.
    private static final class Sums implements Reply {
        private final List<Sha256> all;
        private MessageDigest digest = Sha256.digest();

        Sums(List<Sha256> all) {
            this.all = all;
        }

        @Override
        public void line(ObjectNode line) {
            throw new AssertionError("not given: " + line);
        }

        @Override
        public boolean offer(ObjectNode line) {
            digest = Sha256.digest();
            return true;
        }

        @Override
        public void octets(byte[] bytes, int offset, int length) {
            digest.update(bytes, offset, length);
        }

        @Override
        public void end() {
            all.add(Sha256.finish(digest));
        }
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
