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
    ///
    /// @param more whether it said more than was wanted
    record Answer(Outcome outcome, List<ObjectNode> lines, boolean more) {
        Answer {
            lines = List.copyOf(lines);
        }
    }

    /// The lines of an answer that are wanted.
    ///
    /// @param from how many come before them
    record Window(int from, int most) {
        static final Window ALL = new Window(0, Integer.MAX_VALUE);
    }

    /// @param secrets JSON, or nothing
    static Answer run(Site site, Visit visit, String operation, ObjectNode params, byte[] secrets) throws IOException {
        return run(site, visit, operation, params, secrets, Window.ALL);
    }

    static Answer run(Site site, Visit visit, String operation, ObjectNode params, byte[] secrets, Window window)
            throws IOException {
        Collected collected = new Collected(window);
        Outcome outcome = site.desk()
                .operations()
                .run(new Request(operation, params, new ByteArrayInputStream(secrets), visit.actor()), collected);
        return new Answer(outcome, collected.lines, collected.said - window.from() > window.most());
    }

    /// Keeps what is wanted. Belongs to one thread.
    private static final class Collected implements Reply {
        private final Window window;
        private final List<ObjectNode> lines = new ArrayList<>();
        private long said;

        Collected(Window window) {
            this.window = window;
        }

        @Override
        public void line(ObjectNode line) {
            if (said >= window.from() && said - window.from() < window.most()) {
                lines.add(line);
            }
            said++;
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
