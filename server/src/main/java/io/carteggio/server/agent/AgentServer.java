package io.carteggio.server.agent;

import io.carteggio.embedded.reports.ReportQueue;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.smtp.MailExchangers;
import io.carteggio.server.smtp.ProxyServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Clock;
import java.util.Optional;

/// The journaling agent of a running server: its fronts, where any is asked for, and what delivers. Safe for many
/// threads.
public final class AgentServer implements AutoCloseable {
    private final JournalAgent agent;
    private final SmtpHandOver handOver;
    private final Deliverer deliverer;
    private final Optional<MilterServer> milter;
    private final Optional<ProxyServer> proxy;

    private AgentServer(
            JournalAgent agent,
            SmtpHandOver handOver,
            Deliverer deliverer,
            Optional<MilterServer> milter,
            Optional<ProxyServer> proxy) {
        this.agent = agent;
        this.handOver = handOver;
        this.deliverer = deliverer;
        this.milter = milter;
        this.proxy = proxy;
    }

    /// Where mail systems find the agent.
    ///
    /// @param milter the filter: an address of the network, or that of a Unix socket
    /// @param proxy the proxy, and what is behind it
    public record Fronts(Optional<SocketAddress> milter, Optional<ProxyServer.Config> proxy) {}

    /// Begins to deliver, and to listen.
    ///
    /// @param host this system's name
    /// @throws IOException where an address cannot be bound
    public static AgentServer start(Archive archive, String host, Fronts fronts, Clock clock) throws IOException {
        JournalAgent agent = new JournalAgent(archive, host, clock);
        archive.watch().counts(agent);
        Optional<MilterServer> milter = Optional.empty();
        Optional<ProxyServer> proxy = Optional.empty();
        try {
            if (fronts.milter().isPresent()) {
                milter = Optional.of(MilterServer.start(fronts.milter().get(), agent, archive::spool));
            }
            if (fronts.proxy().isPresent()) {
                proxy = Optional.of(ProxyServer.start(fronts.proxy().get(), new AgentOnlooker(agent, archive::spool)));
            }
        } catch (IOException e) {
            milter.ifPresent(MilterServer::close);
            throw e;
        }
        SmtpHandOver handOver = new SmtpHandOver(archive, host, MailExchangers.SYSTEM, agent::settings);
        Deliverer deliverer = new Deliverer(
                archive.reports(),
                handOver,
                host,
                archive.journalRules()::book,
                archive.watch().alarms(),
                reports -> archive.acts()
                        .audit(
                                "agent",
                                "reports-let-go",
                                reports + " journal reports",
                                Optional.of("the alternate mailbox has had them for "
                                        + ReportQueue.KEPT_RETURNED.toDays() + " days")),
                clock);
        deliverer.start();
        agent.start();
        return new AgentServer(agent, handOver, deliverer, milter, proxy);
    }

    /// Where the filter listens.
    public Optional<SocketAddress> milter() {
        return milter.map(MilterServer::address);
    }

    /// Where the proxy listens.
    public Optional<InetSocketAddress> proxy() {
        return proxy.map(ProxyServer::address);
    }

    @Override
    public void close() {
        milter.ifPresent(MilterServer::close);
        proxy.ifPresent(ProxyServer::close);
        agent.close();
        deliverer.close();
        handOver.close();
    }
}
