package io.carteggio.server.agent;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.spool.Spool;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.milter.MilterAnswer;
import io.carteggio.mail.milter.MilterCommand;
import io.carteggio.server.smtp.Listener;
import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.SocketAddress;
import java.nio.channels.Channels;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The filter beside Postfix or Sendmail (the milter protocol, [io.carteggio.mail.milter]): sees each message
/// before the mail system takes responsibility for it, and answers when its reports are forced to disk. It
/// changes no message, and refuses none but for trouble of its own, with 451.
///
/// One platform thread a connection: a mail system keeps few, and long.
public final class MilterServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(MilterServer.class);

    private static final int CONNECTIONS = 500;

    private static final Duration STOP = Duration.ofSeconds(10);

    private final JournalAgent agent;
    private final Supplier<Spool> spools;
    private Optional<Listener<SocketChannel>> listener = Optional.empty(); // set before start returns
    private volatile boolean stopping;

    private MilterServer(JournalAgent agent, Supplier<Spool> spools) {
        this.agent = agent;
        this.spools = spools;
    }

    /// Listens from now on.
    ///
    /// @param at an [InetSocketAddress], or a [UnixDomainSocketAddress] whose socket gets the mode 0660
    /// @param spools where a message lies while it comes in
    /// @throws IOException where the address cannot be bound
    public static MilterServer start(SocketAddress at, JournalAgent agent, Supplier<Spool> spools) throws IOException {
        MilterServer server = new MilterServer(agent, spools);
        server.listener = Optional.of(Listener.start(
                FilterDoor.open(at), "milter", CONNECTIONS, STOP, channel -> server.new Connection(channel)));
        return server;
    }

    /// Where it listens.
    public SocketAddress address() {
        return listener.orElseThrow().address();
    }

    /// Takes no more; a message that is being journaled is answered first, all others come again.
    @Override
    public void close() {
        stopping = true;
        listener.ifPresent(Listener::close);
    }

    /// One connection of the mail system, with one message after the other.
    private final class Connection implements Listener.Served {
        private final SocketChannel channel;
        private int agreed;
        private boolean authenticated;
        private boolean ownSystem;
        private Optional<String> item = Optional.empty();
        private Optional<Address> mailFrom = Optional.empty();
        private final List<Address> rcptTo = new ArrayList<>();
        private Optional<Spool> spool = Optional.empty();
        private Optional<IOException> lost = Optional.empty();
        private volatile boolean busy;

        Connection(SocketChannel channel) {
            this.channel = channel;
        }

        @Override
        public void run() {
            try (channel) {
                converse(
                        new DataInputStream(new BufferedInputStream(new PromptInput(channel), 64 * 1024)),
                        Channels.newOutputStream(channel));
            } catch (EOFException | ClosedChannelException e) {
                LOG.debug("the mail system is gone from the milter: {}", e.toString());
            } catch (IOException e) {
                LOG.info("milter connection lost: {}", e.toString());
            } catch (RuntimeException e) {
                LOG.error("milter connection failed", e); // the message in hand was not answered, and comes again
            } finally {
                forget();
            }
        }

        private void converse(DataInputStream in, OutputStream out) throws IOException {
            while (!stopping) {
                int length = in.readInt();
                if (length < 1 || length > MilterCommand.PACKET_BYTES_LIMIT) {
                    throw new IOException("a packet of " + length + " octets");
                }
                char letter = (char) in.readUnsignedByte();
                byte[] data = new byte[length - 1];
                in.readFully(data);
                MilterCommand command = MilterCommand.parse(letter, data);
                switch (command) {
                    case MilterCommand.Negotiate(int version, int _, int steps) -> {
                        agreed = MilterAnswer.wanted(steps);
                        if (version < 6 || !MilterAnswer.keepsLeadingBlanks(agreed)) {
                            throw new IOException("a mail system that speaks version " + version
                                    + " of the milter protocol and cannot pass header fields on as they are");
                        }
                        out.write(MilterAnswer.negotiated(agreed));
                    }
                    case MilterCommand.EndOfBody(Content octets) -> {
                        keep(octets);
                        out.write(journal());
                        forget();
                    }
                    case MilterCommand.Quit _ -> {
                        return;
                    }
                    case MilterCommand.Broken(String why) -> throw new IOException("not the milter protocol: " + why);
                    default -> {
                        take(command);
                        if (MilterAnswer.isAwaited(command, agreed)) {
                            out.write(MilterAnswer.goOn());
                        }
                    }
                }
            }
        }

        private void take(MilterCommand command) {
            switch (command) {
                case MilterCommand.Macros(char of, Map<String, String> values) -> {
                    if (of == 'M') {
                        authenticated = !values.getOrDefault("auth_authen", "").isEmpty();
                    }
                    Optional.ofNullable(values.get("i")).ifPresent(id -> item = Optional.of(id));
                }
                case MilterCommand.Connect(String _, Optional<String> address) ->
                    ownSystem = address.map(MilterServer::isLoopback).orElse(true);
                case MilterCommand.MailFrom(Optional<Address> from) -> {
                    boolean known = authenticated;
                    Optional<String> name = item;
                    forget();
                    authenticated = known;
                    item = name;
                    mailFrom = from;
                }
                case MilterCommand.RcptTo(Address to) -> rcptTo.add(to);
                case MilterCommand.Field(Content octets) -> keep(octets);
                case MilterCommand.EndOfHeader _ -> keep(Content.of("\r\n".getBytes(StandardCharsets.US_ASCII)));
                case MilterCommand.Body(Content octets) -> keep(octets);
                case MilterCommand.Abort _ -> forget();
                case MilterCommand.NextClient _ -> {
                    forget();
                    ownSystem = false;
                }
                case MilterCommand.Helo _, MilterCommand.Data _, MilterCommand.Other _ -> {}
                case MilterCommand.Negotiate _,
                        MilterCommand.EndOfBody _,
                        MilterCommand.Quit _,
                        MilterCommand.Broken _ -> throw new IllegalStateException("taken before");
            }
        }

        /// Trouble is remembered, and said at the end of the message, where the mail system listens.
        private void keep(Content octets) {
            if (lost.isPresent() || octets.sizeBytes() == 0) {
                return;
            }
            Spool into = spool.orElseGet(spools);
            spool = Optional.of(into);
            try (InputStream in = octets.open()) {
                in.transferTo(into);
            } catch (IOException e) {
                lost = Optional.of(e);
            }
        }

        /// What the mail system is told of the message.
        private byte[] journal() {
            Message message = new Message(
                    mailFrom,
                    rcptTo,
                    authenticated,
                    ownSystem,
                    spool.map(Spool::content).orElse(Content.of(new byte[0])),
                    item);
            busy = true;
            try {
                if (lost.isPresent()) {
                    throw new ArchiveException(
                            "a message that passes by cannot be put aside: "
                                    + lost.get().getMessage(),
                            true,
                            lost.get());
                }
                agent.journal(message, false);
                return MilterAnswer.goOn();
            } catch (ArchiveException | RuntimeException e) {
                if (agent.acceptsUnjournaled()) {
                    agent.unjournaled(message, e);
                    return MilterAnswer.goOn();
                }
                LOG.error(
                        "a message is not journaled and comes again{}: {}",
                        item.map(id -> ", " + id).orElse(""),
                        e.toString());
                LOG.debug("a message is not journaled", e);
                return MilterAnswer.later("The message cannot be journaled now, try again later");
            } finally {
                busy = false;
            }
        }

        private void forget() {
            mailFrom = Optional.empty();
            rcptTo.clear();
            item = Optional.empty();
            authenticated = false;
            lost = Optional.empty();
            try {
                if (spool.isPresent()) {
                    spool.get().close();
                }
            } catch (IOException e) {
                LOG.warn("a spool file could not be removed; it goes with the next start", e);
            }
            spool = Optional.empty();
        }

        /// At its next read it ends; what is being journaled is answered.
        @Override
        public void stop() {
            if (!busy) {
                abort();
            }
        }

        @Override
        public void abort() {
            try {
                channel.close();
            } catch (IOException e) {
                LOG.debug("a milter connection did not close", e);
            }
        }
    }

    /// A message handed in on the machine itself has no address, or one of this machine's own.
    private static boolean isLoopback(String digits) {
        try {
            return InetAddress.ofLiteral(digits).isLoopbackAddress();
        } catch (IllegalArgumentException notDigits) {
            return false;
        }
    }
}
