package io.carteggio.server.agent;

import io.carteggio.server.archive.Archive;
import io.carteggio.server.smtp.MailExchangers;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Clock;
import java.util.Optional;

/// The journaling agent of a running server: its fronts, where any is asked for, and what delivers. Safe for many
/// threads.
public final class AgentServer implements AutoCloseable {
    private final Deliverer deliverer;
    private final Optional<MilterServer> milter;

    private AgentServer(Deliverer deliverer, Optional<MilterServer> milter) {
        this.deliverer = deliverer;
        this.milter = milter;
    }

    /// Begins to deliver, and to listen.
    ///
    /// @param host this system's name
    /// @param milter where a mail system finds the filter
    /// @throws IOException where that address cannot be bound
    public static AgentServer start(Archive archive, String host, Optional<InetSocketAddress> milter, Clock clock)
            throws IOException {
        JournalAgent agent = new JournalAgent(archive, host, clock);
        Optional<MilterServer> filter = milter.isPresent()
                ? Optional.of(MilterServer.start(milter.get(), agent, archive::spool))
                : Optional.empty();
        Deliverer deliverer = new Deliverer(
                archive.reports(),
                new SmtpHandOver(archive, host, MailExchangers.SYSTEM, agent::settings),
                host,
                agent::settings,
                archive.watch().alarms(),
                clock);
        deliverer.start();
        return new AgentServer(deliverer, filter);
    }

    /// Where the filter listens.
    public Optional<InetSocketAddress> milter() {
        return milter.map(MilterServer::address);
    }

    @Override
    public void close() {
        milter.ifPresent(MilterServer::close);
        deliverer.close();
    }
}
