package io.carteggio.server.local;

import io.carteggio.server.local.Wire.Kind;
import io.carteggio.server.local.Wire.Piece;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedDeque;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The archive is open in another process of this machine, which serves its socket. Connections are opened as
/// calls run beside each other, and used again.
public final class OverSocket implements Access {
    private final Path socket;
    private final ConcurrentLinkedDeque<Wire> idle = new ConcurrentLinkedDeque<>();
    private volatile boolean closed;

    private OverSocket(Path socket) {
        this.socket = socket;
    }

    /// Connects.
    ///
    /// @throws IOException where nobody serves the socket
    public static OverSocket connect(Path socket) throws IOException {
        OverSocket access = new OverSocket(socket);
        access.idle.push(access.open());
        return access;
    }

    private Wire open() throws IOException {
        try (SocketPath way = SocketPath.of(socket)) {
            return new Wire(SocketChannel.open(way.address()));
        }
    }

    @Override
    public Outcome call(String operation, ObjectNode params, InputStream body, Reply reply) throws IOException {
        Optional<Wire> used = Optional.ofNullable(idle.poll());
        Wire wire = used.isPresent() ? used.get() : open();
        boolean whole = false;
        try {
            Outcome outcome = call(wire, operation, params, body, reply);
            whole = true;
            return outcome;
        } finally {
            if (whole && !closed) {
                idle.push(wire);
            } else {
                wire.close(); // half an answer is in the pipe: nothing more can be asked there
            }
        }
    }

    private static Outcome call(Wire wire, String operation, ObjectNode params, InputStream body, Reply reply)
            throws IOException {
        ObjectNode request = JsonNodeFactory.instance.objectNode();
        request.put("protocol", LocalServer.PROTOCOL)
                .put("operation", operation)
                .set("params", params);
        wire.send(Kind.REQUEST, request);
        byte[] buffer = new byte[Wire.CHUNK_BYTES];
        for (int n = body.read(buffer); n >= 0; n = body.read(buffer)) {
            wire.send(Kind.OCTETS, buffer, 0, n);
        }
        wire.send(Kind.END);
        while (true) {
            Piece piece = wire.expect(Kind.LINE, Kind.OFFER, Kind.GIVEN, Kind.DONE);
            switch (piece.kind()) {
                case LINE -> reply.line(piece.json());
                case OFFER -> answer(wire, piece.json(), reply);
                case GIVEN -> take(wire, reply.offer(piece.json()), reply);
                case DONE -> {
                    ObjectNode done = piece.json();
                    return new Outcome(
                            Exit.ofCode(done.path("exit").asInt(1)),
                            Optional.ofNullable(done.path("error").stringValue(null)));
                }
                case REQUEST, OCTETS, END, WANTED, UNWANTED -> throw new IllegalStateException("not expected");
            }
        }
    }

    private static void answer(Wire wire, ObjectNode line, Reply reply) throws IOException {
        if (reply.offer(line)) {
            wire.send(Kind.WANTED);
            take(wire, true, reply);
        } else {
            wire.send(Kind.UNWANTED);
        }
    }

    private static void take(Wire wire, boolean wanted, Reply reply) throws IOException {
        try (Wire.Body octets = new Wire.Body(wire)) {
            if (wanted) {
                reply.all(octets, Wire.CHUNK_BYTES);
            } else {
                octets.drain();
            }
        }
    }

    @Override
    public void close() throws IOException {
        closed = true;
        for (Optional<Wire> wire = next(); wire.isPresent(); wire = next()) {
            wire.get().close();
        }
    }

    private Optional<Wire> next() {
        return Optional.ofNullable(idle.poll());
    }
}
