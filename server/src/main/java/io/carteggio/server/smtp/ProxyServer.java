package io.carteggio.server.smtp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// An SMTP proxy before a mail system's queue: what a client says goes on to the next server, whose answers are the
/// client's, and each mail is seen by an [Onlooker] before the next server may take responsibility for it. The client
/// is told that a mail was taken only after the next server has said so: nothing that is acknowledged lives here alone.
public final class ProxyServer implements AutoCloseable {
    private static final int CONNECTIONS = 500;
    private static final Duration STOP = Duration.ofSeconds(10);

    /// What passes, and where.
    ///
    /// @param bind where clients come
    /// @param next the mail system's own listener
    /// @param hostname how to call ourselves
    /// @param tls what to secure clients' connections with; without it, STARTTLS is not offered
    /// @param proxied whether a balancer is in front, which says who the client is (PROXY protocol)
    public record Config(
            InetSocketAddress bind,
            InetSocketAddress next,
            String hostname,
            Optional<SSLContext> tls,
            Limits limits,
            boolean proxied) {}

    private final Listener<Socket> listener;

    private ProxyServer(Listener<Socket> listener) {
        this.listener = listener;
    }

    /// Listens from now on.
    ///
    /// @throws IOException where the address cannot be bound
    public static ProxyServer start(Config config, Onlooker onlooker) throws IOException {
        return new ProxyServer(Listener.start(
                Listener.at(config.bind()),
                "smtp-proxy",
                CONNECTIONS,
                STOP,
                socket -> new ProxyConnection(socket, config, onlooker)));
    }

    /// Where it listens.
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.address();
    }

    @Override
    public void close() {
        listener.close();
    }
}
