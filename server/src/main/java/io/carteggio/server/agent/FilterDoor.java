package io.carteggio.server.agent;

import io.carteggio.server.local.SocketFile;
import io.carteggio.server.smtp.Listener;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.StandardSocketOptions;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/// Where a mail system finds the filter: at an address of the network, or at a Unix socket, which
/// whoever belongs to its group may use (mode 0660).
final class FilterDoor implements Listener.Door<SocketChannel> {
    private static final int BACKLOG = 1024;
    private static final Set<PosixFilePermission> OWNER_AND_GROUP = PosixFilePermissions.fromString("rw-rw----");

    /// Postfix makes its buffers four times as large as the segments that a connection may have, and
    /// clears them for each message: on this machine's own network that is half a megabyte a message.
    /// Segments are at most half of what the other side takes at a time, which this bounds.
    private static final int RECEIVE_BYTES = 16 * 1024;

    private final ServerSocketChannel channel;
    private final SocketAddress address;

    private FilterDoor(ServerSocketChannel channel, SocketAddress address) {
        this.channel = channel;
        this.address = address;
    }

    /// Opens it.
    ///
    /// @param at an [InetSocketAddress], or a [UnixDomainSocketAddress]
    /// @throws IOException where it cannot be had
    static FilterDoor open(SocketAddress at) throws IOException {
        if (at instanceof UnixDomainSocketAddress file) {
            Path socket = file.getPath().toAbsolutePath();
            SocketFile.assertFree(socket);
            return new FilterDoor(
                    SocketFile.listen(socket, BACKLOG, OWNER_AND_GROUP), UnixDomainSocketAddress.of(socket));
        }
        ServerSocketChannel channel = ServerSocketChannel.open();
        try {
            channel.setOption(StandardSocketOptions.SO_REUSEADDR, true); // connections of the last run may linger
            channel.setOption(StandardSocketOptions.SO_RCVBUF, RECEIVE_BYTES);
            channel.bind(at, BACKLOG);
            return new FilterDoor(channel, channel.getLocalAddress());
        } catch (IOException e) {
            channel.close();
            throw e;
        }
    }

    @Override
    public SocketChannel accept() throws IOException {
        SocketChannel client = channel.accept();
        if (address instanceof InetSocketAddress) {
            client.setOption(StandardSocketOptions.TCP_NODELAY, true);
            client.setOption(StandardSocketOptions.SO_KEEPALIVE, true); // it may be idle for as long as it likes
        }
        return client;
    }

    @Override
    public SocketAddress address() {
        return address;
    }

    @Override
    public void close() throws IOException {
        if (address instanceof UnixDomainSocketAddress file) {
            Files.deleteIfExists(file.getPath());
        }
        channel.close();
    }
}
