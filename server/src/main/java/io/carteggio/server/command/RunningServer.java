package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.OpenLetter;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.approval.Gate;
import io.carteggio.archive.attribution.People;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.intake.Sources;
import io.carteggio.archive.role.ApiTokens;
import io.carteggio.archive.role.LogIns;
import io.carteggio.archive.role.Passkeys;
import io.carteggio.archive.role.Preferences;
import io.carteggio.archive.role.Roles;
import io.carteggio.archive.search.SavedSearches;
import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.server.agent.AgentServer;
import io.carteggio.server.archive.Archive;
import io.carteggio.server.archive.ArchiveMailbox;
import io.carteggio.server.escrow.ClearMark;
import io.carteggio.server.giveback.GiveBack;
import io.carteggio.server.local.Operations;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.smtp.Limits;
import io.carteggio.server.smtp.MailExchangers;
import io.carteggio.server.smtp.ProxyServer;
import io.carteggio.server.smtp.SmtpServer;
import io.carteggio.server.tls.PemIdentity;
import io.carteggio.server.tls.SelfSigned;
import io.carteggio.server.watch.Monitor;
import io.carteggio.server.watch.Watch;
import io.carteggio.server.web.ArchiveDesk;
import io.carteggio.server.web.WebConfig;
import io.carteggio.server.web.WebServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.ZoneId;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;

/// What stands in front of an open archive: the listener and the pages.
final class RunningServer implements AutoCloseable {
    private final SmtpServer smtp;
    private final WebServer web;
    private final Watch watch;
    private final AgentServer agent;

    /// Where a server listens and how it is called.
    ///
    /// @param fronts where a mail system finds the journaling agent
    /// @param hostname its name in SMTP and in its certificate
    record Addresses(
            InetSocketAddress http,
            InetSocketAddress smtp,
            Fronts fronts,
            Optional<String> publicUrl,
            String hostname) {}

    private RunningServer(SmtpServer smtp, WebServer web, Watch watch, AgentServer agent) {
        this.smtp = smtp;
        this.web = web;
        this.watch = watch;
        this.agent = agent;
    }

    static RunningServer start(
            Archive archive, Operations operations, Addresses at, Optional<Path> certificate, Optional<Path> key)
            throws IOException, Refusal {
        Path ownIdentity = archive.directory().resolve("tls");
        DurableFiles.createDirectories(ownIdentity);
        SSLContext tls = certificate.isPresent() && key.isPresent()
                ? PemIdentity.contextFor(certificate.get(), key.get())
                : SelfSigned.contextFor(at.hostname(), ownIdentity);
        SmtpServer smtp = listen(archive, at, tls);
        try {
            WebConfig config = new WebConfig(
                    at.http().getAddress().getHostAddress(),
                    at.http().getPort(),
                    at.publicUrl(),
                    ZoneId.systemDefault());
            Path own = SelfSigned.file(ownIdentity);
            PemIdentity identity = PemIdentity.load(certificate.orElse(own), key.orElse(own));
            var listening = new ArchiveDesk.Listening(
                    smtp.address().getPort(), Optional.of(identity.chain().getFirst()));
            WebServer web = WebServer.start(
                    config,
                    new WebDesk(
                            archive,
                            operations,
                            listening,
                            new GiveBack(archive.watch().settings(), Clock.systemUTC())),
                    Clock.systemUTC());
            archive.custody().start();
            archive.watch()
                    .start(new Watch.Listener(
                            at.hostname(),
                            Optional.of(smtp.address()),
                            Optional.of(
                                    identity.chain().getFirst().getNotAfter().toInstant())));
            return new RunningServer(smtp, web, archive.watch(), agent(archive, at, tls));
        } catch (IOException e) {
            smtp.close();
            throw e;
        } catch (RuntimeException e) {
            smtp.close();
            throw Refusal.no("the pages cannot be served at " + at.http() + ": " + e.getMessage());
        }
    }

    private static SmtpServer listen(Archive archive, Addresses at, SSLContext tls) throws Refusal {
        try {
            return SmtpServer.start(
                    new SmtpServer.Config(at.smtp(), at.hostname(), Optional.of(tls), Limits.DEFAULT),
                    new ArchiveMailbox(archive),
                    Clock.systemUTC());
        } catch (IOException e) {
            throw Refusal.no("cannot listen for mail at " + at.smtp() + ": " + e.getMessage());
        }
    }

    /// Where a mail system finds the journaling agent: nowhere where both are absent.
    ///
    /// @param milter its filter
    /// @param proxy its SMTP proxy
    /// @param next the mail system behind the proxy
    /// @param proxied whether a balancer in front of the proxy says who the client is
    record Fronts(
            Optional<SocketAddress> milter,
            Optional<InetSocketAddress> proxy,
            Optional<InetSocketAddress> next,
            boolean proxied) {
        static final Fronts NONE = new Fronts(Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    private static AgentServer agent(Archive archive, Addresses at, SSLContext tls) throws Refusal {
        Optional<ProxyServer.Config> proxy = at.fronts()
                .proxy()
                .flatMap(bind -> at.fronts()
                        .next()
                        .map(next -> new ProxyServer.Config(
                                bind,
                                next,
                                at.hostname(),
                                Optional.of(tls),
                                Limits.DEFAULT,
                                at.fronts().proxied())));
        try {
            return AgentServer.start(
                    archive, at.hostname(), new AgentServer.Fronts(at.fronts().milter(), proxy), Clock.systemUTC());
        } catch (IOException e) {
            throw Refusal.no("cannot listen for a mail system's messages: " + e.getMessage());
        }
    }

    /// Begins to make the pages ready for who comes first.
    void warmUp() {
        web.warmUp();
    }

    InetSocketAddress smtp() {
        return smtp.address();
    }

    AgentServer agent() {
        return agent;
    }

    URI url() {
        return web.url();
    }

    Optional<URI> setUpLink() {
        return web.setUpLink();
    }

    /// Takes no more mail, finishes what is coming in, then closes the pages.
    @Override
    public void close() {
        watch.close(); // first: that the listener goes is no alarm
        agent.close();
        smtp.close();
        web.close();
    }

    /// The archive as the pages see it.
    private record WebDesk(Archive archive, Operations operations, Listening listens, GiveBack back)
            implements ArchiveDesk {
        @Override
        public Optional<Listening> listening() {
            return Optional.of(listens);
        }

        @Override
        public MailExchangers exchangers() {
            return MailExchangers.SYSTEM;
        }

        @Override
        public Reading reading() {
            return archive.reading();
        }

        @Override
        public People people() {
            return archive.people();
        }

        @Override
        public Roles roles() {
            return archive.roles();
        }

        @Override
        public Gate gate() {
            return archive.gate();
        }

        @Override
        public ApiTokens tokens() {
            return archive.tokens();
        }

        @Override
        public SavedSearches savedSearches() {
            return archive.savedSearches();
        }

        @Override
        public Optional<byte[]> secret(String name) {
            return archive.keyring().secret(name);
        }

        @Override
        public ClearMark clearMark() {
            return archive.clearMark();
        }

        @Override
        public void keepSecrets(Map<String, byte[]> secrets) throws ArchiveException {
            try {
                archive.keyring().putSecrets(secrets);
            } catch (IOException e) {
                throw new ArchiveException("the keyring cannot be written: " + e.getMessage(), true, e);
            }
        }

        @Override
        public LogIns logIns() {
            return archive.logIns();
        }

        @Override
        public Passkeys passkeys() {
            return archive.passkeys();
        }

        @Override
        public Preferences preferences() {
            return archive.preferences();
        }

        @Override
        public Sources sources() {
            return archive.sources();
        }

        @Override
        public Acts acts() {
            return archive.acts();
        }

        @Override
        public Catalogue catalogue() {
            return archive.catalogue();
        }

        @Override
        public Monitor monitor() {
            return archive.watch();
        }

        @Override
        public byte[] proof(OpenLetter letter) throws ArchiveException {
            return archive.prover()
                    .prove(
                            letter.letter().id(),
                            letter.letter().sum(),
                            letter.letter().places())
                    .bytes();
        }

        @Override
        public GiveBack giveBack() {
            return back;
        }

        @Override
        public Condition condition() throws ArchiveException {
            try {
                return new Condition(
                        archive.indexer().lag().rows(),
                        archive.storedBytes(),
                        archive.index().storedBytes(),
                        Files.getFileStore(archive.directory()).getUsableSpace(),
                        archive.refusals().all(),
                        archive.condition(),
                        archive.concerns());
            } catch (IOException e) {
                throw new ArchiveException("the disk cannot be measured", true, e);
            }
        }
    }
}
