package io.carteggio.server.local;

import io.carteggio.server.local.Wire.Kind;
import io.carteggio.server.local.Wire.Piece;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Serves the operations of the archive that this process has open at a Unix socket (mode 0600).
///
/// One virtual thread a connection, at most [#CONNECTIONS] at a time; more wait in the system's queue. A peer
/// that neither reads nor writes in the middle of a request for [#STILL] is cut off, so that it cannot keep the
/// archive from closing for ever. Only who holds the data directory's lock may start a server there: a socket
/// file that is in the way then belongs to a process that died.
public final class LocalServer implements AutoCloseable {
    static final int PROTOCOL = 1;

    /// Connections at a time.
    static final int CONNECTIONS = 64;

    /// How long a peer may stand still in the middle of a request.
    static final Duration STILL = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(LocalServer.class);

    private final Operations operations;
    private final Path socket;
    private final Duration still;
    private final ServerSocketChannel listener;
    private final Semaphore free = new Semaphore(CONNECTIONS);
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private volatile boolean closing;

    private LocalServer(Operations operations, Path socket, Duration still, ServerSocketChannel listener) {
        this.operations = operations;
        this.socket = socket;
        this.still = still;
        this.listener = listener;
    }

    /// Serves from now on.
    ///
    /// @throws IOException where the socket cannot be made
    public static LocalServer start(Operations operations, Path socket) throws IOException {
        return start(operations, socket, STILL);
    }

    static LocalServer start(Operations operations, Path socket, Duration still) throws IOException {
        ServerSocketChannel listener =
                SocketFile.listen(socket, CONNECTIONS, PosixFilePermissions.fromString("rw-------"));
        LocalServer server = new LocalServer(operations, socket, still, listener);
        Thread.ofVirtual().name("local-accept").start(server::accept);
        Thread.ofVirtual().name("local-still").start(server::cutOffTheStill);
        return server;
    }

    private void accept() {
        while (!closing) {
            try {
                free.acquire();
                SocketChannel channel = listener.accept();
                Connection connection = new Connection(new Wire(channel));
                connections.add(connection);
                Thread.ofVirtual().name("local").start(connection);
            } catch (IOException e) {
                free.release();
                if (!closing) {
                    LOG.error("the local socket cannot accept", e);
                    pause(Duration.ofMillis(200)); // most likely no descriptors are left
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void cutOffTheStill() {
        while (!closing || !connections.isEmpty()) {
            pause(closing ? Duration.ofMillis(50) : still.dividedBy(4));
            for (Connection connection : connections) {
                connection.cutOffIfStill();
            }
        }
    }

    private static void pause(Duration time) {
        try {
            Thread.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /// Stops: no new connections, idle ones are closed, running operations are waited for.
    @Override
    public void close() throws IOException {
        closing = true;
        Files.deleteIfExists(socket); // before the lock is given up, so it is still ours
        listener.close();
        for (Connection connection : connections) {
            connection.closeIfIdle();
        }
        try {
            while (!connections.isEmpty()) {
                Thread.sleep(5);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            for (Connection connection : connections) {
                connection.abort();
            }
        }
    }

    /// One peer.
    private final class Connection implements Runnable {
        private final Wire wire;
        private boolean busy; // guarded by this
        private boolean ended; // guarded by this
        private volatile boolean working;

        Connection(Wire wire) {
            this.wire = wire;
        }

        @Override
        public void run() {
            try (wire) {
                boolean more = true;
                while (more && !closing) {
                    Optional<Piece> request = wire.receive();
                    more = request.isPresent() && begin();
                    if (more) {
                        serve(request.get());
                        more = finish();
                    }
                }
            } catch (IOException e) {
                LOG.debug("local connection ended: {}", e.getMessage());
            } finally {
                connections.remove(this);
                free.release();
            }
        }

        private synchronized boolean begin() {
            busy = !ended;
            return busy;
        }

        private synchronized boolean finish() {
            busy = false;
            return !ended && !closing;
        }

        private void serve(Piece first) throws IOException {
            if (first.kind() != Kind.REQUEST) {
                throw new PeerGoneException("the peer sent " + first.kind() + " out of turn");
            }
            ObjectNode request = first.json();
            try (Wire.Body body = new Wire.Body(wire)) {
                Outcome outcome = answer(request, body);
                working = false;
                body.drain();
                ObjectNode done = JsonNodeFactory.instance.objectNode();
                done.put("exit", outcome.exit().code());
                outcome.error().ifPresent(error -> done.put("error", error));
                wire.send(Kind.DONE, done);
                wire.flush();
            }
        }

        private Outcome answer(ObjectNode request, Wire.Body body) throws IOException {
            if (request.path("protocol").asInt(0) != PROTOCOL) {
                return Outcome.failed(
                        Exit.NO, "the running server is of another version; use the same version, or stop it");
            }
            ObjectNode params =
                    request.path("params") instanceof ObjectNode p ? p : JsonNodeFactory.instance.objectNode();
            return operations.run(
                    new Request(request.path("operation").asString(""), params, new Watched(body)),
                    new WireReply(body));
        }

        void cutOffIfStill() {
            synchronized (this) {
                if (!busy || working || System.nanoTime() - wire.progressNanos() < still.toNanos()) {
                    return;
                }
            }
            LOG.warn("a local peer stood still for {} and was cut off", still);
            abort();
        }

        void closeIfIdle() {
            synchronized (this) {
                ended = true;
                if (busy) {
                    return;
                }
            }
            abort();
        }

        void abort() {
            try {
                wire.close();
            } catch (IOException e) {
                LOG.debug("closing a local connection: {}", e.getMessage());
            }
        }

        /// Time counts against the peer only while we wait for it.
        private final class Watched extends InputStream {
            private final Wire.Body body;

            Watched(Wire.Body body) {
                this.body = body;
                working = true;
            }

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
            }

            @Override
            public int read(byte[] into, int offset, int length) throws IOException {
                working = false;
                try {
                    return body.read(into, offset, length);
                } finally {
                    working = true;
                }
            }
        }

        /// The answer's way to the peer.
        private final class WireReply implements Reply {
            private final Wire.Body body;

            WireReply(Wire.Body body) {
                this.body = body;
            }

            @Override
            public void line(ObjectNode line) throws IOException {
                send(Kind.LINE, line);
                wire.flush(); // it may be progress, which somebody watches
            }

            @Override
            public boolean give(ObjectNode line) throws IOException {
                send(Kind.GIVEN, line);
                return true;
            }

            @Override
            public boolean offer(ObjectNode line) throws IOException {
                send(Kind.OFFER, line);
                working = false;
                try {
                    body.drain(); // the peer's word on the offer comes behind what is left of its request
                    return wire.expect(Kind.WANTED, Kind.UNWANTED).kind() == Kind.WANTED;
                } finally {
                    working = true;
                }
            }

            @Override
            public void octets(byte[] bytes, int offset, int length) throws IOException {
                working = false;
                try {
                    int sent = 0;
                    while (sent < length) {
                        int n = Math.min(length - sent, Wire.CHUNK_BYTES);
                        wire.send(Kind.OCTETS, bytes, offset + sent, n);
                        sent += n;
                    }
                } finally {
                    working = true;
                }
            }

            @Override
            public void end() throws IOException {
                wire.send(Kind.END);
            }

            private void send(Kind kind, ObjectNode line) throws IOException {
                working = false;
                try {
                    wire.send(kind, line);
                } finally {
                    working = true;
                }
            }
        }
    }
}
