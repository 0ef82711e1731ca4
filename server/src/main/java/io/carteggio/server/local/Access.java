package io.carteggio.server.local;

import java.io.IOException;
import java.io.InputStream;
import tools.jackson.databind.node.ObjectNode;

/// A command's way to the archive, whichever process has it open. Safe for many threads: calls run beside each other.
public interface Access extends AutoCloseable {
    /// Runs an operation to its end.
    ///
    /// @param body octets that belong to the request; read to its end at most, not closed
    /// @param reply told of the answer on this thread; where it throws, the operation is broken off
    /// @throws PeerGoneException where the process that has the archive open went away before the answer was
    ///     whole: what was asked for may or may not have been done
    Outcome call(String operation, ObjectNode params, InputStream body, Reply reply) throws IOException;

    /// Runs an operation that takes no octets.
    default Outcome call(String operation, ObjectNode params, Reply reply) throws IOException {
        return call(operation, params, InputStream.nullInputStream(), reply);
    }

    @Override
    void close() throws IOException;
}
