package io.carteggio.server.command;

import io.carteggio.server.local.Reply;
import java.io.IOException;
import tools.jackson.databind.node.ObjectNode;

/// Writes offered octets to the output as they are.
///
/// @param headings whether each gets a heading, on the error stream
record OctetReply(Console console, boolean headings) implements Reply {
    @Override
    public void line(ObjectNode line) {}

    @Override
    public boolean offer(ObjectNode line) {
        if (headings) {
            console.complain("==> arrival " + line.path("arrival").asLong(0) + " through "
                    + line.path("source").asString("") + " at "
                    + line.path("at").asString(""));
        }
        return true;
    }

    @Override
    public void octets(byte[] bytes, int offset, int length) throws IOException {
        console.out().write(bytes, offset, length);
        if (console.out().checkError()) {
            throw new IOException("the output was closed");
        }
    }

    @Override
    public void end() {}
}
