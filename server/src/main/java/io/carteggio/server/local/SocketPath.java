package io.carteggio.server.local;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.charset.Charset;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// A socket's address in a folder of any depth. The system takes no more than 107 octets of path for a socket; where
/// neither the absolute path nor the one from the working folder is that short, the way goes through a symbolic link
/// that lives for as long as the call.
final class SocketPath implements AutoCloseable {
    private static final int LIMIT_BYTES =
            104; // of all systems that Java has Unix sockets on, the smallest, less the NUL

    private final Path path;
    private final Optional<Path> link;

    private SocketPath(Path path, Optional<Path> link) {
        this.path = path;
        this.link = link;
    }

    static SocketPath of(Path socket) throws IOException {
        Path absolute = socket.toAbsolutePath().normalize();
        Path here = Path.of("").toAbsolutePath();
        for (Path way : List.of(absolute, here.relativize(absolute))) {
            if (fits(way)) {
                return new SocketPath(way, Optional.empty());
            }
        }
        Path folder = Files.createTempDirectory("carteggio"); // mode 0700
        Path link = folder.resolve("d");
        try {
            Files.createSymbolicLink(link, parent(absolute));
        } catch (IOException e) {
            Files.deleteIfExists(folder);
            throw e;
        }
        SocketPath way = new SocketPath(link.resolve(absolute.getFileName()), Optional.of(link));
        if (!fits(way.path)) {
            way.close();
            throw new IOException("the path of the socket is too long: " + absolute);
        }
        return way;
    }

    private static Path parent(Path absolute) throws IOException {
        return Optional.ofNullable(absolute.getParent())
                .orElseThrow(() -> new IOException("no path for a socket: " + absolute));
    }

    private static boolean fits(Path way) {
        return way.toString().getBytes(Charset.defaultCharset()).length < LIMIT_BYTES;
    }

    UnixDomainSocketAddress address() {
        return UnixDomainSocketAddress.of(path);
    }

    @Override
    public void close() throws IOException {
        if (link.isPresent()) {
            Files.deleteIfExists(link.get());
            Files.deleteIfExists(parent(link.get()));
        }
    }
}
