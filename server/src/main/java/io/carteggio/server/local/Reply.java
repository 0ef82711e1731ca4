package io.carteggio.server.local;

import java.io.IOException;
import java.io.InputStream;
import tools.jackson.databind.node.ObjectNode;

/// Where an operation's answer goes: lines of JSON, and octets that belong to the line before them. Belongs to one
/// thread.
public interface Reply {
    /// A line without octets.
    void line(ObjectNode line) throws IOException;

    /// A line with octets, if the peer wants them: a long export that goes on where it broke off wants few.
    ///
    /// @return whether [#octets] must follow, until [#end]
    boolean offer(ObjectNode line) throws IOException;

    /// A line with octets for a peer that has said it wants everything: it is not waited for.
    ///
    /// @return as [#offer]
    default boolean give(ObjectNode line) throws IOException {
        return offer(line);
    }

    /// The next of the octets that were offered. The array is only lent for the call.
    void octets(byte[] bytes, int offset, int length) throws IOException;

    /// All offered octets were given.
    void end() throws IOException;

    /// Gives all octets of a stream, then ends them. Does not close the stream.
    ///
    /// @param size about how many there are
    default void all(InputStream octets, long size) throws IOException {
        byte[] buffer = new byte[Math.clamp(size, 1, Wire.CHUNK_BYTES)];
        for (int n = octets.read(buffer); n >= 0; n = octets.read(buffer)) {
            octets(buffer, 0, n);
        }
        end();
    }
}
