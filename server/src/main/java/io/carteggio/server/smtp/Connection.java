package io.carteggio.server.smtp;

import io.carteggio.mail.Sha256;
import io.carteggio.mail.smtp.Action;
import io.carteggio.mail.smtp.DataDecoder;
import io.carteggio.mail.smtp.Dialog;
import io.carteggio.mail.smtp.Reply;
import io.carteggio.mail.smtp.State;
import io.carteggio.mail.smtp.Step;
import io.carteggio.mail.smtp.Transfer;
import io.carteggio.mail.smtp.Transfer.Trouble;
import io.carteggio.server.smtp.JournalMailbox.Reception;
import io.carteggio.server.tls.ClientTrust;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's conversation, from greeting to goodbye, on a thread of its own.
final class Connection {
    private static final Logger LOG = LoggerFactory.getLogger(SmtpServer.class);

    private final Socket socket;
    private final Wire wire;
    private final Dialog dialog;
    private final JournalMailbox mailbox;
    private final Limits limits;
    private final Optional<SSLContext> tls;
    private final ClientTrust clients;
    private final Instant connected;
    private final InetSocketAddress remote;
    private Optional<Peer.TlsFacts> tlsFacts = Optional.empty();
    private Optional<Incoming> incoming = Optional.empty();
    private long patienceEndsNanos;
    private volatile boolean stopping;

    Connection(Socket socket, Dialog dialog, JournalMailbox mailbox, SmtpServer.Config config, Instant connected)
            throws IOException {
        this.socket = socket;
        this.dialog = dialog;
        this.mailbox = mailbox;
        this.limits = config.limits();
        this.tls = config.tls();
        this.clients = config.clients();
        this.connected = connected;
        this.remote = (InetSocketAddress) socket.getRemoteSocketAddress();
        socket.setTcpNoDelay(true);
        this.patienceEndsNanos = System.nanoTime() + limits.withoutMail().toNanos();
        this.wire = new Wire(socket, limits.maxLineBytes(), limits.idle(), limits.command());
    }

    /// Serves the client until one of both has enough. Returns in any case, and then the socket is closed.
    void run() {
        try {
            converse();
        } catch (Wire.TooSlow e) {
            LOG.info("SMTP client too slow, peer={}", remote);
            goodbye(new Reply(421, "4.4.2", "Too slow"));
        } catch (IOException e) {
            if (stopping) {
                goodbye(new Reply(421, "4.3.2", "Stopping, try again later"));
            } else {
                LOG.debug("SMTP client gone, peer={}: {}", remote, e.toString());
            }
        } catch (RuntimeException e) {
            // a broken promise of our own code, or of the mailbox: the mail in hand was not acknowledged
            LOG.error("SMTP connection failed, peer={}", remote, e);
            goodbye(new Reply(421, "4.3.0", "Internal trouble, try again later"));
        } finally {
            try {
                abandon();
            } finally {
                wire.close();
            }
        }
    }

    private void converse() throws IOException {
        Step step = dialog.open();
        while (true) {
            if (step.refused().isPresent()) {
                refused(step.state(), step.refused().get());
            }
            if (step.state().mail().isEmpty()) {
                abandon(); // a reception lives no longer than the transaction that opened it
            }
            State state = step.state();
            switch (step.action()) {
                case Action.Listen() -> {
                    answer(step);
                    step = listen(state);
                }
                case Action.ReceiveData(long maxBytes) -> step = receiveData(step, maxBytes);
                case Action.ReceiveChunk chunk -> step = receiveChunk(state, chunk);
                case Action.SwallowChunk(long sizeBytes) -> {
                    abandon();
                    wire.allow(limits.mail().toNanos());
                    wire.readChunk(sizeBytes, (_, _, _) -> {});
                    answer(step);
                    step = listen(state);
                }
                case Action.StartTls() -> step = startTls(step);
                case Action.Close() -> {
                    answer(step);
                    return;
                }
            }
        }
    }

    private void answer(Step step) throws IOException {
        if (step.reply().isPresent()) {
            wire.reply(step.reply().get());
        }
    }

    private Step listen(State state) throws IOException {
        if (incoming.isEmpty()) { // between chunks the mail's own time goes on
            wire.allow(Math.min(limits.command().toNanos(), patienceEndsNanos - System.nanoTime()));
        }
        return dialog.on(state, wire.readLine());
    }

    private Step receiveData(Step step, long maxBytes) throws IOException {
        Incoming mail = open(step.state());
        if (mail.failure().isPresent()) {
            return dialog.afterData(step.state(), mail.failure().get());
        }
        answer(step);
        DataDecoder decoder = new DataDecoder();
        long stuffing = maxBytes / 3 + 8; // lines of a dot alone grow from three octets to four, and the end has five
        boolean ended = wire.readMail(decoder, maxBytes + stuffing + limits.maxSwallowBytes(), mail::take);
        return dialog.afterData(step.state(), ended ? mail.keep() : new Transfer.Endless(mail.bytes));
    }

    private Step receiveChunk(State state, Action.ReceiveChunk chunk) throws IOException {
        Incoming mail = incoming.isPresent() ? incoming.get() : open(state);
        wire.readChunk(chunk.sizeBytes(), mail::take);
        Transfer transfer = chunk.last() ? mail.keep() : mail.failure().orElseGet(Transfer.Taken::new);
        return dialog.afterChunk(state, chunk, transfer);
    }

    private Step startTls(Step step) throws IOException {
        if (wire.hasMore()) {
            LOG.warn("SMTP client sent in the clear behind STARTTLS, peer={}", remote);
            return dialog.afterInjection(step.state());
        }
        answer(step);
        wire.flush();
        wire.allow(limits.handshake().toNanos());
        SSLSocket over = (SSLSocket) tls.orElseThrow().getSocketFactory().createSocket(socket, null, true);
        over.setUseClientMode(false);
        over.setWantClientAuth(true);
        over.setSoTimeout((int) limits.handshake().toMillis());
        try {
            over.startHandshake();
        } catch (IOException e) {
            LOG.info("SMTP client failed the TLS handshake, peer={}: {}", remote, e.toString());
            throw e;
        }
        tlsFacts = Optional.of(facts(over.getSession()));
        wire.upgrade(over);
        return listen(dialog.afterHandshake(step.state()));
    }

    private Peer.TlsFacts facts(SSLSession session) {
        Optional<Peer.ClientCertificate> client = Optional.empty();
        try {
            List<X509Certificate> chain = Arrays.stream(session.getPeerCertificates())
                    .map(X509Certificate.class::cast)
                    .toList();
            X509Certificate shown = chain.getFirst();
            client = Optional.of(new Peer.ClientCertificate(
                    shown.getSubjectX500Principal().getName(), Sha256.of(shown.getEncoded()), clients.trusts(chain)));
        } catch (SSLPeerUnverifiedException | CertificateEncodingException none) {
            // most clients show none
        }
        return new Peer.TlsFacts(session.getProtocol(), session.getCipherSuite(), client);
    }

    private Incoming open(State state) {
        wire.allow(limits.mail().toNanos());
        Incoming mail = new Incoming(state);
        incoming = Optional.of(mail);
        return mail;
    }

    private void abandon() {
        if (incoming.isPresent()) {
            incoming.get().close();
            incoming = Optional.empty();
            patienceEndsNanos = System.nanoTime() + limits.withoutMail().toNanos();
        }
    }

    private Peer peer(State state) {
        return new Peer(remote, state.helo(), tlsFacts, connected);
    }

    private void refused(State state, Step.Refused mail) {
        switch (mail.cause()) {
            case SIZE ->
                LOG.warn("SMTP mail refused for its size, bytes={} peer={} to={}", mail.bytes(), remote, mail.to());
            case IN_THE_CLEAR -> LOG.warn("SMTP mail refused in the clear, peer={} to={}", remote, mail.to());
        }
        mailbox.refused(peer(state), mail);
    }

    private void goodbye(Reply last) {
        try {
            wire.reply(last);
        } catch (IOException gone) {
            // then there is nobody to tell
        }
    }

    /// When the present work must be done; past it, [#abort] is due even if a write hangs.
    long deadlineNanos() {
        return wire.deadlineNanos();
    }

    /// Ends the connection at once. From any thread.
    void abort() {
        wire.abort();
    }

    /// Asks the connection to end: at its next read; a mail being kept is kept and acknowledged. From any thread.
    void stop() {
        stopping = true;
        wire.endInput();
    }

    /// The mail that is coming in. Trouble is remembered, not thrown, so that reading goes on to the mail's end
    /// and the client hears of it where it listens.
    private final class Incoming {
        private final State state;
        private Optional<Reception> reception = Optional.empty();
        private Optional<Transfer> failure = Optional.empty();
        private long bytes;

        Incoming(State state) {
            this.state = state;
            State.Mail mail = state.mail().orElseThrow();
            try {
                reception = Optional.of(mailbox.open(peer(state), mail.from(), mail.to()));
            } catch (TroubleException e) {
                failed(e.trouble(), e);
            }
        }

        Optional<Transfer> failure() {
            return failure;
        }

        void take(byte[] octets, int offset, int length) {
            bytes += length;
            if (failure.isPresent() || reception.isEmpty()) {
                return;
            }
            if (bytes > limits.maxMailBytes()) {
                close();
                return;
            }
            try {
                reception.get().write(octets, offset, length);
            } catch (TroubleException e) {
                failed(e.trouble(), e);
            } catch (IOException e) {
                failed(Trouble.LATER, e);
            }
        }

        Transfer keep() {
            if (bytes > limits.maxMailBytes()) {
                return new Transfer.TooLarge(bytes);
            }
            if (failure.isPresent() || reception.isEmpty()) {
                return failure.orElseGet(() -> new Transfer.Failed(Trouble.LATER));
            }
            try {
                wire.allow(Duration.ofDays(1).toNanos()); // how long forcing takes is not the client's doing
                String id = reception.get().keep();
                LOG.debug(
                        "SMTP mail kept, id={} bytes={} peer={} tls={} to={}",
                        id,
                        bytes,
                        remote,
                        tlsFacts.map(Peer.TlsFacts::protocol).orElse("no"),
                        state.mail().map(State.Mail::to).orElseThrow());
                return new Transfer.Kept(id);
            } catch (TroubleException e) {
                failed(e.trouble(), e);
            } catch (IOException e) {
                failed(Trouble.LATER, e);
            }
            return failure.orElseThrow();
        }

        private void failed(Trouble trouble, Exception why) {
            LOG.error("SMTP mail not kept, bytes={} peer={}: {}", bytes, remote, why.toString());
            LOG.debug("SMTP mail not kept", why); // who threw it has told the rest
            failure = Optional.of(new Transfer.Failed(trouble));
            close();
        }

        void close() {
            reception.ifPresent(Reception::close);
            reception = Optional.empty();
        }
    }
}
