package io.carteggio.server.smtp;

import io.carteggio.mail.smtp.Dialog;
import io.carteggio.mail.smtp.Reply;
import io.carteggio.mail.smtp.Rules;
import io.carteggio.server.tls.ClientTrust;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The built-in journaling mailbox's listener.
///
/// One thread accepts, one platform thread serves each connection (decision 0005), one ends connections that
/// are past their time. The thread that accepts never waits for a client: over the bound on connections it says
/// 421 and closes at once.
public final class SmtpServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SmtpServer.class);

    /// Replies are polite where a read ends late; this much later the socket is closed under the connection,
    /// which also frees a thread that hangs in a write or in a handshake.
    private static final Duration GRACE = Duration.ofSeconds(2);

    /// Reading a mail needs no deep stack: nesting is bounded and walked without recursion.
    private static final long STACK_BYTES = 512 * 1024;

    /// What to serve where.
    ///
    /// @param bind where to listen; port 0 takes any free one
    /// @param hostname how to call ourselves in the greeting
    /// @param tls what to secure connections with; without it, STARTTLS is not offered
    /// @param clients who vouches for the certificates of clients; none is refused for that
    public record Config(
            InetSocketAddress bind, String hostname, Optional<SSLContext> tls, Limits limits, ClientTrust clients) {
        /// With the authorities that this system trusts.
        public Config(InetSocketAddress bind, String hostname, Optional<SSLContext> tls, Limits limits) {
            this(bind, hostname, tls, limits, ClientTrust.ofSystem());
        }
    }

    private final Config config;
    private final JournalMailbox mailbox;
    private final Clock clock;
    private final Dialog dialog;
    private final ServerSocket listener;
    private final Semaphore free;
    private final Set<Connection> connections = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private volatile boolean closed;

    private SmtpServer(Config config, JournalMailbox mailbox, Clock clock) throws IOException {
        this.config = config;
        this.mailbox = mailbox;
        this.clock = clock;
        Limits limits = config.limits();
        Rules rules = new Rules(
                config.hostname(),
                config.tls().isPresent(),
                limits.maxMailBytes(),
                limits.maxSwallowBytes(),
                limits.maxRecipients(),
                limits.maxCommands(),
                limits.maxBadCommands(),
                limits.maxUnknownRecipients());
        this.dialog = new Dialog(rules, mailbox::admission);
        this.free = new Semaphore(limits.maxConnections());
        this.listener = new ServerSocket();
        try {
            // a restart must not wait for the connections of the last run to be forgotten
            listener.setReuseAddress(true);
            listener.bind(config.bind(), 1024);
        } catch (IOException e) {
            listener.close();
            throw e;
        }
    }

    /// Listens from now on.
    ///
    /// @throws IOException where the address cannot be bound
    public static SmtpServer start(Config config, JournalMailbox mailbox, Clock clock) throws IOException {
        SmtpServer server = new SmtpServer(config, mailbox, clock);
        Thread.ofPlatform().name("smtp-accept").daemon().start(server::accept);
        Thread.ofVirtual().name("smtp-deadlines").start(server::endTheLate);
        LOG.info("SMTP listener at {}", server.address());
        return server;
    }

    /// Where the server listens.
    public InetSocketAddress address() {
        return (InetSocketAddress) listener.getLocalSocketAddress();
    }

    /// How many connections are open.
    public int connections() {
        return connections.size();
    }

    private void accept() {
        while (!closed) {
            try {
                welcome(listener.accept());
            } catch (IOException e) {
                if (!closed) {
                    // no descriptors left, most likely: some connection must end first
                    LOG.error("SMTP listener cannot accept", e);
                    closed |= !sleep(Duration.ofMillis(100));
                }
            }
        }
    }

    private void welcome(Socket socket) throws IOException {
        if (!free.tryAcquire()) {
            LOG.warn("SMTP connection refused, {} are open, peer={}", connections(), socket.getRemoteSocketAddress());
            turnAway(socket);
            return;
        }
        Connection connection;
        try {
            connection = new Connection(socket, dialog, mailbox, config, clock.instant());
        } catch (IOException | RuntimeException e) {
            LOG.info("SMTP connection lost before its greeting: {}", e.toString());
            free.release();
            socket.close();
            return;
        }
        connections.add(connection);
        Thread.ofPlatform()
                .daemon()
                .stackSize(STACK_BYTES)
                .name("smtp-" + accepted.incrementAndGet())
                .start(() -> {
                    try {
                        connection.run();
                    } finally {
                        connections.remove(connection);
                        free.release();
                    }
                });
        if (closed) {
            connection.stop(); // close() may have looked before it was in the set
        }
    }

    private static void turnAway(Socket socket) {
        try (socket) {
            // fits into the empty send buffer of a new connection, so this does not block
            socket.getOutputStream().write(new Reply(421, "4.3.2", "Too many connections, try again later").wire());
        } catch (IOException gone) {
            // it went away by itself
        }
    }

    private void endTheLate() {
        while ((!closed || !connections.isEmpty()) && sleep(Duration.ofMillis(500))) {
            long now = System.nanoTime();
            for (Connection connection : connections) {
                if (now - connection.deadlineNanos() > GRACE.toNanos()) {
                    connection.abort();
                }
            }
        }
    }

    /// Stops: no new connections; mails in transfer are cut off, unacknowledged; mails that are being kept are
    /// waited for, as long as [Limits#stop] says, and acknowledged.
    @Override
    public void close() {
        closed = true;
        try {
            listener.close();
        } catch (IOException e) {
            LOG.warn("SMTP listener did not close", e);
        }
        connections.forEach(Connection::stop);
        long until = System.nanoTime() + config.limits().stop().toNanos();
        while (!connections.isEmpty() && System.nanoTime() < until && sleep(Duration.ofMillis(5))) {}
        connections.forEach(Connection::abort);
        LOG.info("SMTP listener closed, {} connections cut", connections.size());
    }

    private static boolean sleep(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
