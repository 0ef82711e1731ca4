package io.carteggio.server.smtp;

import java.io.Closeable;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketAddress;
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
///
/// @param <C> a client's connection
public final class Listener<C extends Closeable> implements AutoCloseable {
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
    public interface Welcome<C> {
        Served of(C client) throws IOException;
    }

    /// Where clients come in. Closing it ends the wait for the next.
    public interface Door<C> extends Closeable {
        /// Waits for the next client.
        C accept() throws IOException;

        /// Where it is.
        SocketAddress address();
    }

    private final String name;
    private final Door<C> door;
    private final Welcome<C> welcome;
    private final Duration stop;
    private final Semaphore free;
    private final Set<Served> clients = ConcurrentHashMap.newKeySet();
    private final AtomicLong accepted = new AtomicLong();
    private volatile boolean closed;

    private Listener(Door<C> door, String name, int most, Duration stop, Welcome<C> welcome) {
        this.name = name;
        this.door = door;
        this.welcome = welcome;
        this.stop = stop;
        this.free = new Semaphore(most);
    }

    /// Listens from now on.
    ///
    /// @param door is closed with this
    /// @param name of threads and in the log
    /// @param most connections at a time
    /// @param stop how long [#close] waits for those that are open
    public static <C extends Closeable> Listener<C> start(
            Door<C> door, String name, int most, Duration stop, Welcome<C> welcome) {
        Listener<C> listener = new Listener<>(door, name, most, stop, welcome);
        Thread.ofPlatform().name(name + "-accept").daemon().start(listener::accept);
        LOG.info("{} at {}", name, listener.address());
        return listener;
    }

    /// A door of the network.
    ///
    /// @throws IOException where the address cannot be bound
    static Door<Socket> at(InetSocketAddress bind) throws IOException {
        ServerSocket socket = new ServerSocket();
        try {
            socket.setReuseAddress(true); // a restart must not wait for connections of the last run to be forgotten
            socket.bind(bind, 1024);
        } catch (IOException e) {
            socket.close();
            throw e;
        }
        return new Door<>() {
            @Override
            public Socket accept() throws IOException {
                return socket.accept();
            }

            @Override
            public SocketAddress address() {
                return socket.getLocalSocketAddress();
            }

            @Override
            public void close() throws IOException {
                socket.close();
            }
        };
    }

    /// Where it listens.
    public SocketAddress address() {
        return door.address();
    }

    /// Whether it has ended.
    public boolean isClosed() {
        return closed;
    }

    private void accept() {
        while (!closed) {
            try {
                take(door.accept());
            } catch (IOException e) {
                if (!closed) {
                    LOG.error("{} cannot accept", name, e); // no descriptors left, most likely
                    closed |= !pause(Duration.ofMillis(100));
                }
            }
        }
    }

    private void take(C client) throws IOException {
        if (!free.tryAcquire()) {
            LOG.warn("{}: connection refused, {} are open: {}", name, clients.size(), client);
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
            door.close();
        } catch (IOException e) {
            LOG.warn("{} did not close", name, e);
        }
        clients.forEach(Served::stop);
        long until = System.nanoTime() + stop.toNanos();
        while (!clients.isEmpty() && System.nanoTime() < until && pause(Duration.ofMillis(5))) {}
        clients.forEach(Served::abort);
    }
}
