package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.entry.Family;
import io.carteggio.embedded.extraction.ReaderPool;
import io.carteggio.embedded.extraction.ReaderProgram;
import io.carteggio.mail.Address;
import io.carteggio.server.archive.ReaderFolder;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.log.JsonLog;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

@Command(
        name = "serve",
        description = {
            "Runs the archive: the journaling mailbox, the pages, and a socket for the other commands.",
            "The first start makes a source with an unguessable journaling address and prints a one-time set-up link.",
            "Ctrl-C stops it; mail that is just coming in is finished first."
        })
final class ServeCommand implements Callable<Integer> {
    private static final int READERS_LIMIT = 64;

    private static final String UNIX = "unix:";

    private final Carteggio carteggio;

    @Option(
            names = "--http",
            paramLabel = "ADDR:PORT",
            description = "Where the pages are; if not given, 127.0.0.1:8080. Put a TLS proxy in front for others.")
    private String http = "127.0.0.1:8080";

    @Option(
            names = "--smtp",
            paramLabel = "ADDR:PORT",
            description = "Where the mail system delivers reports; if not given, 127.0.0.1:2525.")
    private String smtp = "127.0.0.1:2525";

    @Option(
            names = "--milter",
            paramLabel = "WHERE",
            description = "Where Postfix or Sendmail finds the journaling agent's filter: ADDR:PORT, as"
                    + " 127.0.0.1:8891, or unix:PATH, a socket for the group of its folder; if not given, there is"
                    + " none.")
    private Optional<String> milter = Optional.empty();

    @Option(
            names = "--proxy",
            paramLabel = "ADDR:PORT",
            description = "Where mail comes that the journaling agent passes on to --next-hop, for mail systems without"
                    + " milters.")
    private Optional<String> proxy = Optional.empty();

    @Option(
            names = "--next-hop",
            paramLabel = "HOST:PORT",
            description = "The mail system behind --proxy: its own listener, open to this machine alone.")
    private Optional<String> nextHop = Optional.empty();

    @Option(
            names = "--proxy-protocol",
            description = "A balancer in front of --proxy says who the client is (PROXY protocol, version 1 or 2).")
    private boolean proxied;

    @Option(names = "--public-url", paramLabel = "URL", description = "Where people reach the pages, behind a proxy.")
    private Optional<String> publicUrl = Optional.empty();

    @Option(
            names = "--hostname",
            paramLabel = "NAME",
            description = "The name of this host in SMTP, in its certificate and in the first journaling address.")
    private Optional<String> hostname = Optional.empty();

    @Option(names = "--tls-cert", paramLabel = "FILE", description = "Certificate chain in PEM; else self-signed.")
    private Optional<Path> certificate = Optional.empty();

    @Option(names = "--tls-key", paramLabel = "FILE", description = "Its private key in PEM (PKCS #8).")
    private Optional<Path> key = Optional.empty();

    @Option(
            names = "--no-attachment-text",
            description = "Reads no attachments: PDF, Office and the like are not searched, and counted so.")
    private boolean noAttachmentText;

    @Option(
            names = "--attachment-readers",
            paramLabel = "N",
            description = "Programs that read attachments at the same time, 256 MB of heap each; if not given, a third"
                    + " of the processors, 1 to 4.")
    private Optional<Integer> attachmentReaders = Optional.empty();

    /// How the log is written.
    enum LogForm {
        TEXT,
        JSON
    }

    @Option(
            names = "--log",
            paramLabel = "text|json",
            description = "How the log on standard error is written: in lines for people, or an object a line for what"
                    + " collects logs; if not given, text.")
    private LogForm log = LogForm.TEXT;

    @Option(
            names = "--demo",
            description =
                    "Fills a throw-away archive with a firm of a dozen people and their mail. Without --data it is"
                            + " removed when the server stops.")
    private boolean demo;

    ServeCommand(Carteggio carteggio) {
        this.carteggio = carteggio;
    }

    @Override
    public Integer call() {
        return carteggio.work("serve", this::serve);
    }

    private Outcome serve() throws ArchiveException, IOException, Refusal {
        if (log == LogForm.JSON) {
            JsonLog.begin();
        }
        if (certificate.isPresent() != key.isPresent()) {
            throw Refusal.usage("--tls-cert and --tls-key come together");
        }
        if (attachmentReaders.filter(n -> n < 1 || n > READERS_LIMIT).isPresent()) {
            throw Refusal.usage("--attachment-readers is 1 to " + READERS_LIMIT);
        }
        if (proxy.isPresent() != nextHop.isPresent()) {
            throw Refusal.usage("--proxy and --next-hop come together");
        }
        RunningServer.Addresses addresses = new RunningServer.Addresses(
                address("--http", http), address("--smtp", smtp), fronts(), publicUrl, host());
        boolean throwAway = demo && !carteggio.directoryGiven();
        Path directory = throwAway ? Files.createTempDirectory("carteggio-demo-") : carteggio.directory();
        CountDownLatch stop = new CountDownLatch(1);
        CountDownLatch stopped = new CountDownLatch(1);
        Thread hook = Thread.ofPlatform().unstarted(() -> {
            stop.countDown();
            try {
                stopped.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        Runtime.getRuntime().addShutdownHook(hook);
        Path data = directory.resolve(throwAway ? "data" : "");
        KeySource.Watch watch = KeySource.watch(data);
        try (ArchiveOpener.OwnArchive own = ArchiveOpener.own(data, carteggio.masterKey());
                RunningServer server =
                        RunningServer.start(own.archive(), own.operations(), addresses, certificate, key)) {
            if (!throwAway) {
                watch.tellOfNewKey(carteggio.console());
            }
            firstSource(own);
            own.jobs().start();
            readAttachments(own);
            tell(own, server, throwAway);
            if (demo) {
                new DemoFilling(carteggio.console(), own.archive(), server.smtp()).fill();
            }
            server.warmUp();
            carteggio.console().flush();
            stop.await();
            carteggio.console().complain("stopping");
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            if (throwAway) {
                remove(directory);
            }
            stopped.countDown();
        }
        return Outcome.DONE;
    }

    /// Mail is taken and found without.
    private void readAttachments(ArchiveOpener.OwnArchive own) {
        Optional<ReaderProgram> program = ReaderFolder.program();
        if (noAttachmentText) {
            return;
        }
        if (program.isEmpty()) {
            carteggio.console().complain("attachments are not read: what reads them is not part of this installation");
            return;
        }
        try {
            var _ = own.archive().readAttachments(program.get(), attachmentReaders.orElseGet(ReaderPool::usualWidth));
        } catch (ArchiveException e) {
            carteggio.console().complain(String.valueOf(e.getMessage()));
        }
    }

    private void firstSource(ArchiveOpener.OwnArchive own) throws ArchiveException {
        var archive = own.archive();
        if (archive.sources().all().isEmpty()) {
            archive.sources()
                    .add(archive.acts(), "set-up", "journal", Optional.of(JournalAddress.made(host())), Family.REPORT);
        }
    }

    private void tell(ArchiveOpener.OwnArchive own, RunningServer server, boolean throwAway) {
        Console console = carteggio.console();
        Optional<URI> setUp = server.setUpLink();
        InetSocketAddress mail = server.smtp();
        String mailAddress = address(mail);
        if (carteggio.json()) {
            var line = Json.object()
                    .put("data", own.archive().directory().toAbsolutePath().toString())
                    .put("http", server.url().toString())
                    .put("smtp", mailAddress);
            setUp.ifPresent(link -> line.put("setUp", link.toString()));
            server.agent().milter().ifPresent(filter -> line.put("milter", where(filter)));
            server.agent().proxy().ifPresent(front -> line.put("proxy", address(front)));
            line.set(
                    "sources",
                    Json.objects(own.archive().sources().all().stream()
                            .map(s -> Json.object()
                                    .put("name", s.name())
                                    .put(
                                            "address",
                                            s.address().map(Address::raw).orElse("")))));
            console.json(line);
        } else {
            console.line("Carteggio is running. Ctrl-C stops it.");
            console.line("");
            console.line("  archive     " + own.archive().directory().toAbsolutePath()
                    + (throwAway ? "   (throw-away: removed when the server stops)" : ""));
            console.line("  web         " + server.url());
            console.line("  smtp        " + mailAddress + " (STARTTLS)");
            server.agent().milter().ifPresent(filter -> console.line("  milter      " + where(filter)));
            server.agent()
                    .proxy()
                    .ifPresent(front -> console.line("  proxy       " + address(front) + " to " + nextHop.orElse("")));
            own.archive()
                    .sources()
                    .all()
                    .forEach(s -> s.address()
                            .ifPresent(a -> console.line("  journal to  " + a + "   (source " + s.name() + ")")));
            if (!demo) {
                setUp.ifPresent(link -> {
                    console.line("");
                    console.line("  Set it up here; the link works until there is an administrator:");
                    console.line("  " + link);
                });
            }
        }
        console.flush();
    }

    private RunningServer.Fronts fronts() throws Refusal {
        return new RunningServer.Fronts(
                milter.isPresent() ? Optional.of(filter(milter.get())) : Optional.empty(),
                proxy.isPresent() ? Optional.of(address("--proxy", proxy.get())) : Optional.empty(),
                nextHop.isPresent() ? Optional.of(address("--next-hop", nextHop.get())) : Optional.empty(),
                proxied);
    }

    private static SocketAddress filter(String where) throws Refusal {
        if (!where.startsWith(UNIX)) {
            return address("--milter", where);
        }
        try {
            return UnixDomainSocketAddress.of(where.substring(UNIX.length()));
        } catch (IllegalArgumentException e) {
            throw Refusal.usage("--milter takes ADDR:PORT or unix:PATH, not '" + where + "'");
        }
    }

    /// As a mail system's settings have it.
    private static String where(SocketAddress at) {
        return at instanceof InetSocketAddress inet ? address(inet) : UNIX + at;
    }

    private static String address(InetSocketAddress at) {
        return at.getAddress().getHostAddress() + ":" + at.getPort();
    }

    private String host() {
        return hostname.orElseGet(JournalAddress::host);
    }

    private static InetSocketAddress address(String option, String text) throws Refusal {
        int colon = text.lastIndexOf(':');
        String host = colon < 0 ? "" : text.substring(0, colon).replaceAll("^\\[|]$", "");
        try {
            int port = Integer.parseInt(text.substring(colon + 1));
            InetSocketAddress address = new InetSocketAddress(host.isEmpty() ? "127.0.0.1" : host, port);
            if (address.isUnresolved()) {
                throw Refusal.usage(option + ": there is no host " + host);
            }
            return address;
        } catch (IllegalArgumentException e) {
            throw Refusal.usage(option + " takes ADDR:PORT, as 127.0.0.1:8080, not '" + text + "'");
        }
    }

    private static void remove(Path directory) throws IOException {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            for (Path file : deepestFirst) {
                Files.deleteIfExists(file);
            }
        }
    }
}
