package io.carteggio.server.web;

import io.carteggio.archive.approval.Gate;
import io.carteggio.server.local.Exit;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.JsonNodeFactory;
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

        boolean isDone() {
            return outcome.exit() == Exit.DONE;
        }

        /// Why it was not done, in the operation's own words.
        Optional<String> fault() {
            return isDone()
                    ? Optional.empty()
                    : Optional.of(outcome.error().orElse(outcome.exit().toString()));
        }

        /// Whether a second person has to agree first.
        boolean waits() {
            return outcome.error().filter(e -> e.startsWith(Gate.WAITS)).isPresent();
        }

        /// The first line; an empty one where nothing was said.
        ObjectNode first() {
            return lines.isEmpty() ? JsonNodeFactory.instance.objectNode() : lines.getFirst();
        }
    }

    /// A call without secrets.
    static Answer run(Site site, Visit visit, String operation, ObjectNode params) throws IOException {
        return run(site, visit, operation, params, new byte[0]);
    }

    static ObjectNode params() {
        return JsonNodeFactory.instance.objectNode();
    }

    /// A text field of a line; empty where it is missing or null.
    static Optional<String> text(JsonNode line, String name) {
        return line.path(name).isString() ? Optional.of(line.path(name).stringValue()) : Optional.empty();
    }

    /// An instant of a line.
    static Optional<Instant> instant(JsonNode line, String name) {
        return text(line, name).map(Instant::parse);
    }

    /// A name as a part of a path.
    static String inPath(String name) {
        return SearchPages.encoded(name).replace("+", "%20");
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

    /// The octets that an operation answers; none where it refuses.
    static byte[] octets(Site site, Visit visit, String operation, ObjectNode params) throws IOException {
        Octets octets = new Octets();
        Outcome _ = site.desk()
                .operations()
                .run(new Request(operation, params, InputStream.nullInputStream(), visit.actor()), octets);
        return octets.all.toByteArray();
    }

    /// Keeps octets, of which there are few. Belongs to one thread.
    private static final class Octets implements Reply {
        private final ByteArrayOutputStream all = new ByteArrayOutputStream();

        @Override
        public void line(ObjectNode line) {}

        @Override
        public boolean offer(ObjectNode line) {
            return true;
        }

        @Override
        public void octets(byte[] bytes, int offset, int length) {
            all.write(bytes, offset, length);
        }

        @Override
        public void end() {}
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
