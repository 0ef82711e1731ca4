package io.carteggio.server.agent;

import io.carteggio.archive.journaling.AgentSettings.Route;
import io.carteggio.server.smtp.SmtpClient;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Connections to mail servers that stay open for a moment, so that a report that follows need not connect and secure
/// its own. Safe for many threads.
final class SmtpConnections implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SmtpConnections.class);

    /// Servers bear idle clients for minutes (RFC 5321, 4.5.3.2.7), but have better use for their processes.
    private static final Duration IDLE = Duration.ofSeconds(5);

    /// Some servers refuse more over one connection.
    private static final int MAILS = 50;

    private final Executor later;
    private final Map<Route, Deque<Lent>> idle = new HashMap<>(); // guarded by this
    private boolean closed; // guarded by this

    SmtpConnections() {
        this(IDLE);
    }

    SmtpConnections(Duration idle) {
        this.later = CompletableFuture.delayedExecutor(idle.toMillis(), TimeUnit.MILLISECONDS);
    }

    /// Makes a new connection, ready for mail.
    @FunctionalInterface
    interface Opening {
        SmtpClient open() throws IOException, GeneralSecurityException;
    }

    /// A connection in the hands of one thread. Where it is closed and was not [#handBack], it is dropped.
    final class Lent implements AutoCloseable {
        private final Route route;
        private final SmtpClient client;
        private int mails;
        private boolean handedBack;

        private Lent(Route route, SmtpClient client) {
            this.route = route;
            this.client = client;
        }

        SmtpClient client() {
            return client;
        }

        /// All that was said was answered: another mail may follow.
        void handBack() {
            handedBack = keep(this);
        }

        @Override
        public void close() {
            if (!handedBack) {
                client.close();
            }
        }
    }

    /// A connection that answers now: one that was kept, or a new one.
    Lent lend(Route route, Opening opening) throws IOException, GeneralSecurityException {
        for (Optional<Lent> kept = take(route); kept.isPresent(); kept = take(route)) {
            Lent lent = kept.get();
            try {
                if (lent.client.command("RSET").positive()) {
                    lent.handedBack = false;
                    return lent;
                }
                lent.client.close();
            } catch (IOException gone) {
                LOG.debug("{} has ended an idle connection: {}", route, gone.toString());
                lent.client.abort();
            }
        }
        return new Lent(route, opening.open());
    }

    private synchronized Optional<Lent> take(Route route) {
        return Optional.ofNullable(idle.get(route)).map(Deque::poll);
    }

    private boolean keep(Lent lent) {
        synchronized (this) {
            if (closed || ++lent.mails >= MAILS) {
                return false;
            }
            idle.computeIfAbsent(lent.route, route -> new ArrayDeque<>()).push(lent);
        }
        int mails = lent.mails;
        later.execute(() -> {
            if (forget(lent, mails)) {
                lent.client.close();
            }
        });
        return true;
    }

    /// Whether it has been idle since.
    private synchronized boolean forget(Lent lent, int mails) {
        Deque<Lent> same = idle.getOrDefault(lent.route, new ArrayDeque<>());
        boolean gone = lent.mails == mails && same.remove(lent);
        if (same.isEmpty()) {
            idle.remove(lent.route);
        }
        return gone;
    }

    @Override
    public synchronized void close() {
        closed = true;
        idle.values().forEach(same -> same.forEach(lent -> lent.client.abort()));
        idle.clear();
    }
}
