package io.carteggio.server.agent;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.journaling.AgentSettings;
import io.carteggio.archive.journaling.AgentSettings.Route;
import io.carteggio.archive.journaling.AgentSettings.Tls;
import io.carteggio.embedded.reports.QueuedReport;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.report.ReportWriter.Octets;
import io.carteggio.mail.smtp.Reply;
import io.carteggio.server.agent.HandOver.Answer.Later;
import io.carteggio.server.agent.HandOver.Answer.Never;
import io.carteggio.server.agent.HandOver.Answer.Taken;
import io.carteggio.server.agent.Replies.Step;
import io.carteggio.server.agent.SmtpConnections.Lent;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.smtp.MailExchangers;
import io.carteggio.server.smtp.SmtpClient;
import io.carteggio.server.smtp.SmtpClient.Outcome;
import io.carteggio.server.smtp.SmtpClient.Way;
import io.carteggio.server.tls.TlsContexts;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.security.GeneralSecurityException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;
import javax.net.ssl.SSLContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Gives reports to this archive where their mailbox is one of its sources, else to the mail server of its domain by
/// SMTP: the one that was set for it, or those that the name service tells. Nothing is altered on the way: what a
/// server cannot carry waits (JOURNAL-FORMATS 2.9). Safe for many threads.
final class SmtpHandOver implements HandOver, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SmtpHandOver.class);

    private static final int PORT = 25;
    private static final Duration TIMEOUT = Duration.ofMinutes(1);

    /// A mail server gets few at a time; this archive takes many in one turn of its disk.
    private static final int ELSEWHERE = 4;

    private static final int HERE = Deliverer.AT_A_TIME;

    private final Archive archive;
    private final String host;
    private final MailExchangers exchangers;
    private final Supplier<AgentSettings> settings;
    private final SmtpConnections connections = new SmtpConnections();

    SmtpHandOver(Archive archive, String host, MailExchangers exchangers, Supplier<AgentSettings> settings) {
        this.archive = archive;
        this.host = host;
        this.exchangers = exchangers;
        this.settings = settings;
    }

    @Override
    public Answer give(QueuedReport report, Content mail) {
        Reading read = new Reading(mail);
        Answer answer = give(report, read);
        // the mailbox has nothing to do with what our own disk does not give
        return answer instanceof Later && read.failure().isPresent()
                ? new Later(
                        Cause.REPORT,
                        "this report cannot be read here: " + read.failure().get(),
                        Optional.empty())
                : answer;
    }

    private Answer give(QueuedReport report, Reading mail) {
        Optional<Address> from = report.notice() ? Optional.empty() : report.alternate();
        try {
            if (JournalAgent.take(archive, report.mailbox(), from, mail, Optional.empty())) {
                return new Taken();
            }
        } catch (ArchiveException e) {
            return new Later(Cause.UNREACHABLE, "this archive: " + e.getMessage(), Optional.empty());
        }
        return overRoutes(report.mailbox(), (client, remote) -> send(client, from, report, mail, remote));
    }

    @Override
    public Answer ask(Address mailbox, Optional<Address> from) {
        if (archive.sources().at(mailbox).isPresent()) {
            return archive.trouble()
                    .<Answer>map(why -> new Later(Cause.UNREACHABLE, "this archive: " + why, Optional.empty()))
                    .orElseGet(Taken::new);
        }
        return overRoutes(mailbox, (client, remote) -> answer(client.ask(from, mailbox), false, remote));
    }

    /// What is said to a mail server.
    @FunctionalInterface
    private interface Talk {
        Answer with(SmtpClient client, Optional<String> remote) throws IOException;
    }

    /// Talks to the mail servers of a mailbox, one after the other, until one does more than not to take mail now.
    private Answer overRoutes(Address mailbox, Talk talk) {
        String domain = Address.domainKey(mailbox.domain());
        Optional<Route> set = Optional.ofNullable(settings.get().routes().get(domain));
        List<Route> routes = set.map(List::of).orElseGet(() -> routes(domain));
        Later last = new Later(Cause.UNREACHABLE, "no mail server is known for " + domain, Optional.empty());
        for (Route route : routes) {
            switch (over(route, mailbox, talk)) {
                case Later(Cause cause, String said, Optional<String> remote)
                when cause == Cause.UNREACHABLE -> last = new Later(cause, said, remote);
                case Answer answer -> {
                    return answer;
                }
            }
        }
        return last;
    }

    @Override
    public int atATime(Address mailbox) {
        return archive.sources().at(mailbox).isPresent() ? HERE : ELSEWHERE;
    }

    private List<Route> routes(String domain) {
        return switch (exchangers.of(domain)) {
            case MailExchangers.Answer.Hosts(List<String> hosts) ->
                hosts.stream()
                        .map(one -> new Route(one, PORT, Tls.OPPORTUNISTIC))
                        .toList();
            case MailExchangers.Answer.Nowhere _, MailExchangers.Answer.Unknown _ -> List.of();
        };
    }

    private Answer over(Route route, Address mailbox, Talk talk) {
        Optional<String> remote = Optional.of(route.host());
        InetSocketAddress address = new InetSocketAddress(route.host(), route.port());
        if (address.isUnresolved()) {
            return new Later(Cause.UNREACHABLE, "there is no host " + route.host(), remote);
        }
        try (Lent connection = connections.lend(route, () -> open(address, route))) {
            Answer answer = talk.with(connection.client(), remote);
            if (!connection.client().isEnding()) {
                connection.handBack();
            }
            return answer;
        } catch (IOException e) {
            return new Later(Cause.UNREACHABLE, route.host() + ":" + route.port() + ": " + e.getMessage(), remote);
        } catch (GeneralSecurityException e) {
            return new Later(Cause.UNREACHABLE, "TLS cannot be used: " + e.getMessage(), remote);
        } catch (IllegalArgumentException e) {
            return new Later(Cause.REFUSED, mailbox + " cannot stand in a command of SMTP", remote);
        }
    }

    private static Answer send(
            SmtpClient client, Optional<Address> from, QueuedReport report, Content mail, Optional<String> remote)
            throws IOException {
        boolean carries = switch (report.needs()) {
            case SEVEN_BIT -> true;
            case EIGHT_BIT -> client.offers("8BITMIME") || client.offers("CHUNKING");
            case BINARY -> client.offers("CHUNKING");
        };
        if (!carries) {
            String lacks = report.needs() == Octets.BINARY ? "CHUNKING" : "8BITMIME";
            return new Later(
                    Cause.REPORT,
                    "the server offers no " + lacks + ", without which this report would have to be altered",
                    remote);
        }
        Optional<Long> most = most(client);
        if (most.isPresent() && mail.sizeBytes() > most.get()) {
            return new Never(
                    new Reply(
                            552,
                            "5.3.4",
                            "this report has " + mail.sizeBytes() + " octets, and the server takes no more than "
                                    + most.get()),
                    remote);
        }
        return answer(
                client.send(from, List.of(report.mailbox()), mail, Way.BEST, Optional.of(report.reportId())),
                client.offers("SIZE"),
                remote);
    }

    private SmtpClient open(InetSocketAddress address, Route route) throws IOException, GeneralSecurityException {
        SmtpClient client = SmtpClient.connect(address, host, TIMEOUT);
        try {
            secure(client, route);
            return client;
        } catch (IOException e) {
            client.abort();
            if (route.tls() != Tls.OPPORTUNISTIC) {
                throw e;
            }
            // as Postfix and Exchange do: whoever wants more than an attempt at TLS says so for the route
            LOG.warn("{} offers TLS, which fails ({}); it gets reports in the clear", route, e.toString());
            return SmtpClient.connect(address, host, TIMEOUT);
        } catch (GeneralSecurityException | RuntimeException e) {
            client.abort();
            throw e;
        }
    }

    private static void secure(SmtpClient client, Route route) throws IOException, GeneralSecurityException {
        switch (route.tls()) {
            case NONE -> {}
            case OPPORTUNISTIC -> {
                if (client.offers("STARTTLS")) {
                    client.startTls(TlsContexts.opportunisticClient());
                }
            }
            case VERIFIED -> client.startTls(SSLContext.getDefault(), route.host());
        }
    }

    /// The largest mail that the server takes, where it says so (RFC 1870).
    private static Optional<Long> most(SmtpClient client) {
        try {
            return Optional.of(Long.parseLong(client.offer("SIZE").strip())).filter(size -> size > 0);
        } catch (NumberFormatException unsaid) {
            return Optional.empty();
        }
    }

    /// @param sized whether the server was told how large the mail is
    private static Answer answer(Outcome outcome, boolean sized, Optional<String> remote) {
        if (outcome.kept()) {
            return new Taken();
        }
        if (!outcome.mail().positive()) {
            return Replies.meaning(Step.MAIL, outcome.mail(), sized, remote);
        }
        Optional<Reply> refused =
                outcome.recipients().stream().filter(reply -> !reply.positive()).findFirst();
        return refused.isPresent()
                ? Replies.meaning(Step.RECIPIENT, refused.get(), sized, remote)
                : Replies.meaning(Step.CONTENT, outcome.end(), sized, remote);
    }

    @Override
    public void close() {
        connections.close();
    }
}
