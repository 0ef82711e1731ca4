package io.carteggio.server.local;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Set;

/// A Unix socket with a name in the file system.
public final class SocketFile {
    private SocketFile() {}

    /// Listens there. What bears the name already is replaced.
    ///
    /// @param backlog how many may wait to be accepted
    /// @param who may do what; others can at no instant open it
    /// @throws IOException where the socket cannot be made
    public static ServerSocketChannel listen(Path socket, int backlog, Set<PosixFilePermission> who)
            throws IOException {
        // Bound beside, given its permissions, then its name.
        Path beside = socket.resolveSibling("." + socket.getFileName() + ".new");
        Files.deleteIfExists(beside);
        ServerSocketChannel listener = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
        try (SocketPath way = SocketPath.of(beside)) {
            listener.bind(way.address(), backlog);
            Files.setPosixFilePermissions(beside, who);
            Files.move(beside, socket, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException | RuntimeException e) {
            listener.close();
            Files.deleteIfExists(beside);
            throw e instanceof IOException io ? io : new IOException("no socket at " + socket, e);
        }
        return listener;
    }

    /// Finds out that nothing is lost by listening there: no file bears the name, or only the socket of a process
    /// that is gone.
    ///
    /// @throws IOException where something else has the name, or somebody answers there
    public static void assertFree(Path socket) throws IOException {
        if (!Files.exists(socket, LinkOption.NOFOLLOW_LINKS)) {
            return;
        }
        if (!Files.readAttributes(socket, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS)
                .isOther()) {
            throw new IOException(socket + " is there, and is no socket");
        }
        try (SocketPath way = SocketPath.of(socket);
                SocketChannel _ = SocketChannel.open(way.address())) {
            throw new TakenException(socket);
        } catch (TakenException e) {
            throw e;
        } catch (IOException nobodyAnswers) {
            // left by a process that died
        }
    }

    private static final class TakenException extends IOException {
        private static final long serialVersionUID = 1;

        TakenException(Path socket) {
            super("another program listens at " + socket);
        }
    }
}
