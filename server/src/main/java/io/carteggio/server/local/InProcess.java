package io.carteggio.server.local;

import java.io.IOException;
import java.io.InputStream;
import tools.jackson.databind.node.ObjectNode;

/// The archive is open in this very process.
///
/// @param operations what it offers
public record InProcess(Operations operations) implements Access {
    @Override
    public Outcome call(String operation, ObjectNode params, InputStream body, Reply reply) throws IOException {
        return operations.run(new Request(operation, params, body), reply);
    }

    /// Nothing to close: the archive belongs to who opened it.
    @Override
    public void close() {}
}
