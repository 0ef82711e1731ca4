package io.carteggio.server.smtp;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Accepts connections and serves each on a platform thread of its own (decision 0005). The thread that accepts never
/// waits for a client: over the bound on connections it closes at once.
public final class Listener implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

    /// What is read here needs no deep stack: nesting is bounded and walked without recursion.
    private static final long STACK_BYTES = 512 * 1024;

    /// One client.
    public interface Served {
        /// Serves it to its end; the socket is closed then. Does not throw.
        void run();

        /// Asks it to end soon, from any thread.
        void stop();

        /// Ends it at once, from any thread.
        void abort();
    }

    /// Makes what serves a client.
    @FunctionalInterface
    public interface Welcome {
        Served of(Socket socket) throws IOException;
    }

    private final String name;
    private final ServerSocket socket;
    private final Welcome welcome;
    private final Duration stop;
    private final Semaphore free;
    private final Set<Served> clients = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private volatile boolean closed;

    private Listener(InetSocketAddress bind, String name, int most, Duration stop, Welcome welcome) throws IOException {
        this.name = name;
        this.welcome = welcome;
        this.stop = stop;
        this.free = new Semaphore(most);
        this.socket = new ServerSocket();
        try {
            socket.setReuseAddress(true); // a restart must not wait for connections of the last run to be forgotten
            socket.bind(bind, 1024);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
    }

    /// Listens from now on.
    ///
    /// @param name of threads and in the log
    /// @param most connections at a time
    /// @param stop how long [#close] waits for those that are open
    /// @throws IOException where the address cannot be bound
    public static Listener start(InetSocketAddress bind, String name, int most, Duration stop, Welcome welcome)
            throws IOException {
        Listener listener = new Listener(bind, name, most, stop, welcome);
        Thread.ofPlatform().name(name + "-accept").daemon().start(listener::accept);
        LOG.info("{} at {}", name, listener.address());
        return listener;
    }

    /// Where it listens.
    public InetSocketAddress address() {
        return (InetSocketAddress) socket.getLocalSocketAddress();
    }

    /// Whether it has ended.
    public boolean isClosed() {
        return closed;
    }

    private void accept() {
        while (!closed) {
            try {
                take(socket.accept());
            } catch (IOException e) {
                if (!closed) {
                    LOG.error("{} cannot accept", name, e); // no descriptors left, most likely
                    closed |= !pause(Duration.ofMillis(100));
                }
            }
        }
    }

    private void take(Socket client) throws IOException {
        if (!free.tryAcquire()) {
            LOG.warn(
                    "{}: connection refused, {} are open, peer={}",
                    name,
                    clients.size(),
                    client.getRemoteSocketAddress());
            client.close();
            return;
        }
        Served served;
        try {
            served = welcome.of(client);
        } catch (IOException | RuntimeException e) {
            LOG.info("{}: connection lost at its beginning: {}", name, e.toString());
            free.release();
            client.close();
            return;
        }
        clients.add(served);
        Thread.ofPlatform()
                .daemon()
                .stackSize(STACK_BYTES)
                .name(name + "-" + accepted.incrementAndGet())
                .start(() -> {
                    try {
                        served.run();
                    } finally {
                        clients.remove(served);
                        free.release();
                    }
                });
        if (closed) {
            served.stop(); // close() may have looked before it was in the set
        }
    }

    private static boolean pause(Duration time) {
        try {
            TimeUnit.NANOSECONDS.sleep(time.toNanos());
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }

    /// Takes no more, asks all to end, and after a while ends them.
    @Override
    public void close() {
        closed = true;
        try {
            socket.close();
        } catch (IOException e) {
            LOG.warn("{} did not close", name, e);
        }
        clients.forEach(Served::stop);
        long until = System.nanoTime() + stop.toNanos();
        while (!clients.isEmpty() && System.nanoTime() < until && pause(Duration.ofMillis(5))) {}
        clients.forEach(Served::abort);
    }
}
