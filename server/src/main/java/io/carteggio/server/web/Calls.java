package io.carteggio.server.web;

import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.node.ObjectNode;

/// Calls of the operations that the commands call, too.
final class Calls {
    private Calls() {}

    /// What an operation answered.
    record Answer(Outcome outcome, List<ObjectNode> lines) {
        Answer {
            lines = List.copyOf(lines);
        }
    }

    /// @param secrets JSON, or nothing
    static Answer run(Site site, Visit visit, String operation, ObjectNode params, byte[] secrets) throws IOException {
        List<ObjectNode> lines = new ArrayList<>();
        Outcome outcome = site.desk()
                .operations()
                .run(
                        new Request(operation, params, new ByteArrayInputStream(secrets), visit.actor()),
                        new Collected(lines));
        return new Answer(outcome, lines);
    }

    private record Collected(List<ObjectNode> lines) implements Reply {
        @Override
        public void line(ObjectNode line) {
            lines.add(line);
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
}
