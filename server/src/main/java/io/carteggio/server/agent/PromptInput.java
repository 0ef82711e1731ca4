package io.carteggio.server.agent;

import java.io.FilterInputStream;
import java.io.IOException;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import jdk.net.ExtendedSocketOptions;

/// What comes over a connection from a peer that sends many small packets and gets few answers, as a mail system does
/// with a filter. Each is acknowledged at once where the system can do that: the peer holds the next one back until
/// then (RFC 896), and left to itself the system waits 40 ms for an answer to acknowledge it with (RFC 1122, 4.2.3.2).
final class PromptInput extends FilterInputStream {
    private final SocketChannel channel;
    private final boolean able;

    PromptInput(SocketChannel channel) {
        super(Channels.newInputStream(channel));
        this.channel = channel;
        this.able = channel.supportedOptions().contains(ExtendedSocketOptions.TCP_QUICKACK);
    }

    @Override
    public int read() throws IOException {
        promptly();
        return super.read();
    }

    @Override
    public int read(byte[] into, int offset, int length) throws IOException {
        promptly();
        return super.read(into, offset, length);
    }

    /// Each time anew: it lasts until something is sent.
    private void promptly() throws IOException {
        if (able) {
            channel.setOption(ExtendedSocketOptions.TCP_QUICKACK, true);
        }
    }
}
