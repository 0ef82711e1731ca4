package io.carteggio.server.smtp;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.report.ReportWriter;
import io.carteggio.mail.report.ReportWriter.Octets;
import io.carteggio.mail.smtp.Command;
import io.carteggio.mail.smtp.DataDecoder;
import io.carteggio.mail.smtp.Line;
import io.carteggio.mail.smtp.Reply;
import io.carteggio.server.smtp.Onlooker.Passing;
import io.carteggio.server.smtp.Onlooker.Sight;
import io.carteggio.server.smtp.SmtpClient.Way;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.net.ssl.SSLSocket;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// One client's conversation through the proxy, and the one with the next server that goes with it.
///
/// Commands go on one by one as they are, but for those that concern this connection alone (EHLO, STARTTLS, NOOP). The
/// mail itself is taken in whole before the next server gets any of it.
final class ProxyConnection implements Listener.Served {
    private static final Logger LOG = LoggerFactory.getLogger(ProxyServer.class);

    /// What the next server can do that passes through here unharmed. `SIZE` has its number behind it.
    private static final List<String> PASSED =
            List.of("SIZE", "8BITMIME", "SMTPUTF8", "DSN", "ENHANCEDSTATUSCODES", "CHUNKING");

    /// Ways to log in after which what is said goes on in the clear; others would put a layer between us.
    private static final Set<String> LOG_INS = Set.of(
            "PLAIN", "LOGIN", "CRAM-MD5", "SCRAM-SHA-1", "SCRAM-SHA-256", "SCRAM-SHA-512", "XOAUTH2", "OAUTHBEARER");

    private static final int COMMANDS = 100;
    private static final int LOG_IN_LINE_BYTES = 12_288; // RFC 4954, 4
    private static final Duration NEXT_PATIENCE = Duration.ofMinutes(10); // RFC 5321, 4.5.3.2.6

    private final Socket socket;
    private final Wire wire;
    private final ProxyServer.Config config;
    private final Onlooker onlooker;
    private Optional<SmtpClient> next = Optional.empty();
    private InetAddress client;
    private String helo = "";
    private boolean secured;
    private boolean authenticated;
    private boolean became;
    private int commands;
    private Optional<Transaction> transaction = Optional.empty();
    private volatile boolean busy;

    /// A mail that MAIL has begun.
    private static final class Transaction {
        private final Optional<Address> from;
        private final List<Address> to = new ArrayList<>();
        private Optional<Sight> sight = Optional.empty();
        private Optional<IOException> lost = Optional.empty();
        private boolean goneOn;
        private long bytes;

        Transaction(Optional<Address> from) {
            this.from = from;
        }

        void close() {
            sight.ifPresent(Sight::close);
            sight = Optional.empty();
        }
    }

    ProxyConnection(Socket socket, ProxyServer.Config config, Onlooker onlooker) throws IOException {
        this.socket = socket;
        this.config = config;
        this.onlooker = onlooker;
        this.client = socket.getInetAddress();
        socket.setTcpNoDelay(true);
        this.wire = new Wire(
                socket,
                Math.max(LOG_IN_LINE_BYTES, config.limits().maxLineBytes()),
                config.limits().idle(),
                config.limits().command());
    }

    @Override
    public void run() {
        try {
            converse();
        } catch (Wire.TooSlow e) {
            goodbye(new Reply(421, "4.4.2", "Too slow"));
        } catch (IOException e) {
            LOG.debug("SMTP proxy: client or next server gone, peer={}: {}", client, e.toString());
            goodbye(new Reply(421, "4.3.0", "The connection is lost, try again later"));
        } catch (RuntimeException e) {
            LOG.error("SMTP proxy: connection failed, peer={}", client, e);
            goodbye(new Reply(421, "4.3.0", "Internal trouble, try again later"));
        } finally {
            transaction.ifPresent(Transaction::close);
            next.ifPresent(SmtpClient::abort);
            wire.close();
        }
    }

    private void goodbye(Reply last) {
        try {
            wire.reply(last);
        } catch (IOException gone) {
            LOG.trace("nobody is left to be told", gone);
        }
    }

    @Override
    public void stop() {
        if (!busy) {
            wire.endInput();
        }
    }

    @Override
    public void abort() {
        wire.abort();
    }

    private void converse() throws IOException {
        if (config.proxied()) {
            client = ProxyHeader.read(wire.input()).client().orElse(client);
        }
        SmtpClient server;
        try {
            server = SmtpClient.connect(config.next(), config.hostname(), NEXT_PATIENCE);
        } catch (IOException e) {
            LOG.warn("SMTP proxy: the next server {} cannot be reached: {}", config.next(), e.getMessage());
            wire.reply(new Reply(421, "4.3.2", "The mail system cannot be reached, try again later"));
            return;
        }
        next = Optional.of(server);
        wire.reply(new Reply(220, "", config.hostname() + " ESMTP"));
        boolean more = true;
        while (more) {
            wire.allow(config.limits().command().toNanos());
            more = switch (wire.readLine()) {
                case Line.Text(String text) -> on(server, text);
                case Line.Garbled(String why) -> bad(new Reply(500, "5.5.2", why));
                case Line.TooLong() -> bad(new Reply(500, "5.5.2", "Line too long"));
                case Line.Broken(String why) -> {
                    wire.reply(new Reply(500, "5.5.2", why));
                    yield false;
                }
            };
        }
    }

    private boolean bad(Reply why) throws IOException {
        wire.reply(why);
        commands++;
        return isPatient();
    }

    private boolean isPatient() throws IOException {
        if (commands <= COMMANDS) {
            return true;
        }
        wire.reply(new Reply(421, "4.7.0", "Too many commands without a mail"));
        return false;
    }

    private boolean on(SmtpClient server, String line) throws IOException {
        commands++;
        if (!isPatient()) {
            return false;
        }
        String verb = line.split(" ", 2)[0].toUpperCase(Locale.ROOT);
        switch (verb) {
            case "EHLO", "HELO" ->
                greet(server, verb, line.length() > 5 ? line.substring(5).strip() : "");
            case "STARTTLS" -> {
                return startTls(server);
            }
            case "AUTH" -> logIn(server, line);
            case "MAIL" -> mail(server, line);
            case "RCPT" -> recipient(server, line);
            case "DATA" -> {
                return data(server);
            }
            case "BDAT" -> {
                return chunk(server, line);
            }
            case "RSET" -> {
                end();
                wire.reply(server.command("RSET"));
            }
            case "NOOP" -> wire.reply(new Reply(250, "2.0.0", "OK"));
            case "VRFY" -> wire.reply(new Reply(252, "2.5.0", "Send mail and see"));
            case "HELP" -> wire.reply(new Reply(214, "2.0.0", "See RFC 5321"));
            case "QUIT" -> {
                wire.reply(new Reply(221, "2.0.0", "Bye"));
                server.close();
                return false;
            }
            case "GET", "POST", "PUT", "CONNECT", "OPTIONS" -> {
                wire.reply(new Reply(421, "4.7.0", "This is not an HTTP server"));
                return false;
            }
            default -> wire.reply(new Reply(502, "5.5.1", "Command not implemented"));
        }
        return true;
    }

    private void end() {
        transaction.ifPresent(Transaction::close);
        transaction = Optional.empty();
    }

    private void greet(SmtpClient server, String verb, String name) throws IOException {
        if (name.isEmpty()) {
            wire.reply(new Reply(501, "5.5.4", verb + " wants a name"));
            return;
        }
        if (transaction.isPresent()) {
            end();
            var _ = server.command("RSET");
        }
        helo = name;
        become(server);
        if (verb.equals("HELO")) {
            wire.reply(new Reply(250, "", config.hostname()));
            return;
        }
        List<String> offers = new ArrayList<>(List.of(config.hostname(), "PIPELINING"));
        for (String keyword : PASSED) {
            if (server.offers(keyword)) {
                offers.add((keyword + " " + server.offer(keyword)).strip());
            }
        }
        if (config.tls().isPresent() && !secured) {
            offers.add("STARTTLS");
        }
        List<String> ways = new ArrayList<>();
        for (String way : server.offer("AUTH").split(" +", -1)) {
            if (mayLogIn() && LOG_INS.contains(way.toUpperCase(Locale.ROOT))) {
                ways.add(way);
            }
        }
        if (!ways.isEmpty()) {
            offers.add("AUTH " + String.join(" ", ways));
        }
        wire.reply(new Reply(250, "", offers));
    }

    private boolean startTls(SmtpClient server) throws IOException {
        if (config.tls().isEmpty() || secured) {
            wire.reply(new Reply(503, "5.5.1", secured ? "TLS is on already" : "STARTTLS is not offered"));
            return true;
        }
        if (wire.hasMore()) {
            wire.reply(new Reply(554, "5.5.1", "Nothing may follow STARTTLS")); // CVE-2011-0411
            return false;
        }
        wire.reply(new Reply(220, "2.0.0", "Go ahead"));
        wire.flush();
        wire.allow(config.limits().handshake().toNanos());
        SSLSocket over = (SSLSocket) config.tls().get().getSocketFactory().createSocket(socket, null, true);
        over.setUseClientMode(false);
        over.setSoTimeout((int) config.limits().handshake().toMillis());
        over.startHandshake();
        wire.upgrade(over);
        secured = true;
        helo = "";
        end();
        var _ = server.command("RSET");
        return true;
    }

    /// Nobody says a password in the clear over a network.
    private boolean mayLogIn() {
        return secured || client.isLoopbackAddress();
    }

    /// What both say until the next server lets the client in, or not.
    private void logIn(SmtpClient server, String line) throws IOException {
        String[] words = line.split(" +", 3);
        if (transaction.isPresent()
                || words.length < 2
                || !server.offers("AUTH")
                || !mayLogIn()
                || !LOG_INS.contains(words[1].toUpperCase(Locale.ROOT))) {
            wire.reply(new Reply(504, "5.5.4", "This way to log in is not offered"));
            return;
        }
        Reply reply = server.command(line);
        while (reply.code() == 334) {
            wire.reply(reply);
            if (!(wire.readLine() instanceof Line.Text(String answer))) {
                throw new IOException("no answer to a challenge");
            }
            reply = server.command(answer);
        }
        authenticated |= reply.code() == 235;
        wire.reply(reply);
    }

    private void mail(SmtpClient server, String line) throws IOException {
        Optional<Command.Named> named = Command.named(line);
        if (helo.isEmpty() || transaction.isPresent() || named.isEmpty()) {
            wire.reply(
                    named.isEmpty()
                            ? new Reply(501, "5.1.7", "Expected FROM:<address>")
                            : new Reply(503, "5.5.1", helo.isEmpty() ? "EHLO first" : "One mail at a time"));
            return;
        }
        present(server);
        Reply reply = server.command(line);
        if (reply.positive()) {
            transaction = Optional.of(new Transaction(named.get().address()));
        }
        wire.reply(reply);
    }

    /// Has the next server judge the client by its own address instead of ours, where it lets us (Postfix' XCLIENT):
    /// before anything is said that it would forget.
    private void become(SmtpClient server) throws IOException {
        if (!became && server.offers("XCLIENT")) {
            Reply reply = server.beginAnew("XCLIENT " + client(server.offer("XCLIENT")));
            if (reply.code() != 220) {
                throw new IOException("the next server does not take the client's address: " + reply);
            }
            became = true;
        }
    }

    /// Tells the next server who the client is, for its log, where it wants to know (Postfix' XFORWARD): before each
    /// mail, for it forgets that with the mail.
    private void present(SmtpClient server) throws IOException {
        if (!became && server.offers("XFORWARD")) {
            Reply reply = server.command("XFORWARD " + client(server.offer("XFORWARD")));
            if (!reply.positive()) {
                LOG.warn("SMTP proxy: the next server does not take the client's address for its log: {}", reply);
            }
        }
    }

    /// What there is to say of the client, as far as the next server takes it.
    private String client(String taken) {
        String name = helo.matches("[A-Za-z0-9.:_\\[\\]-]{1,255}") ? helo : "[UNAVAILABLE]";
        List<String> names = List.of(taken.toUpperCase(Locale.ROOT).split(" +", -1));
        return Stream.of("NAME=[UNAVAILABLE]", "ADDR=" + said(client), "HELO=" + name, "PROTO=ESMTP")
                .filter(one -> names.contains(one.substring(0, one.indexOf('='))))
                .collect(Collectors.joining(" "));
    }

    /// An address as XCLIENT and XFORWARD have it. The zone of one that holds on its own link alone (RFC 4007) is this
    /// machine's name for the link, and means nothing elsewhere.
    static String said(InetAddress client) {
        String address = client.getHostAddress().replaceFirst("%.*", "");
        return client instanceof Inet6Address ? "IPV6:" + address : address;
    }

    private void recipient(SmtpClient server, String line) throws IOException {
        Optional<Address> named = Command.named(line).flatMap(Command.Named::address);
        if (transaction.isEmpty() || named.isEmpty()) {
            wire.reply(
                    transaction.isEmpty()
                            ? new Reply(503, "5.5.1", "MAIL first")
                            : new Reply(501, "5.1.3", "Expected TO:<address>"));
            return;
        }
        Reply reply = server.command(line);
        if (reply.positive()) {
            transaction.get().to.add(named.get());
        }
        wire.reply(reply);
    }

    // ---- the mail

    private Optional<Reply> notNow() {
        if (transaction.isEmpty()) {
            return Optional.of(new Reply(503, "5.5.1", "MAIL first"));
        }
        return transaction.get().to.isEmpty()
                ? Optional.of(new Reply(554, "5.5.1", "No valid recipients"))
                : Optional.empty();
    }

    private long mostBytes(SmtpClient server) {
        try {
            long size = Long.parseLong(server.offer("SIZE").strip());
            return size > 0 ? size : config.limits().maxMailBytes();
        } catch (NumberFormatException unlimited) {
            return config.limits().maxMailBytes();
        }
    }

    private void take(Transaction mail, long most, byte[] octets, int offset, int length) {
        mail.bytes += length;
        if (mail.lost.isPresent() || mail.bytes > most) {
            return;
        }
        Sight sight = mail.sight.orElseGet(onlooker::open);
        mail.sight = Optional.of(sight);
        try {
            sight.write(octets, offset, length);
        } catch (IOException e) {
            mail.lost = Optional.of(e);
        }
    }

    private boolean data(SmtpClient server) throws IOException {
        Optional<Reply> no = notNow();
        if (no.isPresent()) {
            wire.reply(no.get());
            return true;
        }
        Transaction mail = transaction.orElseThrow();
        if (mail.bytes > 0) {
            wire.reply(new Reply(503, "5.5.1", "DATA and BDAT do not mix"));
            return true;
        }
        wire.reply(new Reply(354, "", "End with <CRLF>.<CRLF>"));
        wire.allow(config.limits().mail().toNanos());
        long most = mostBytes(server);
        boolean ended = wire.readMail(
                new DataDecoder(),
                most + most / 3 + config.limits().maxSwallowBytes(),
                (octets, offset, length) -> take(mail, most, octets, offset, length));
        if (!ended) {
            wire.reply(new Reply(552, "5.3.4", "Mail is larger than " + most + " octets"));
            return false;
        }
        pass(server, mail, most, Way.DATA);
        return true;
    }

    private boolean chunk(SmtpClient server, String line) throws IOException {
        if (!(Command.parse(line) instanceof Command.Bdat(long size, boolean last))) {
            wire.reply(new Reply(501, "5.5.4", "BDAT wants a size and perhaps LAST"));
            return false; // nobody knows how many octets of mail follow
        }
        long most = mostBytes(server);
        if (size > most + config.limits().maxSwallowBytes()) {
            wire.reply(new Reply(552, "5.3.4", "Mail is larger than " + most + " octets"));
            return false;
        }
        Optional<Reply> no =
                server.offers("CHUNKING") ? notNow() : Optional.of(new Reply(502, "5.5.1", "CHUNKING is not offered"));
        wire.allow(config.limits().mail().toNanos());
        if (no.isPresent()) {
            wire.readChunk(size, (_, _, _) -> {});
            wire.reply(no.get());
            return true;
        }
        Transaction mail = transaction.orElseThrow();
        wire.readChunk(size, (octets, offset, length) -> take(mail, most, octets, offset, length));
        if (last) {
            pass(server, mail, most, Way.BDAT);
        } else {
            wire.reply(new Reply(250, "2.0.0", "Chunk taken"));
        }
        return true;
    }

    /// The mail is whole: it is seen, then it goes on, then the client is answered.
    private void pass(SmtpClient server, Transaction mail, long most, Way came) throws IOException {
        busy = true;
        try {
            wire.allow(NEXT_PATIENCE.multipliedBy(2).toNanos());
            Reply answer = answer(server, mail, most, came);
            commands = answer.positive() ? 0 : commands;
            wire.reply(answer);
            wire.flush(); // the client need not wait for what follows
        } finally {
            if (mail.goneOn) {
                mail.sight.ifPresent(Sight::wentOn);
            }
            end();
            busy = false;
        }
    }

    private Reply answer(SmtpClient server, Transaction mail, long most, Way came) throws IOException {
        Sight sight = mail.sight.orElseGet(onlooker::open);
        mail.sight = Optional.of(sight);
        if (mail.bytes > most) {
            return refused(server, new Reply(552, "5.3.4", "Mail is larger than " + most + " octets"));
        }
        if (mail.lost.isPresent()) {
            LOG.error(
                    "SMTP proxy: a mail cannot be put aside: {}",
                    mail.lost.get().toString());
            return refused(server, new Reply(451, "4.3.1", "No room for the mail now, try again later"));
        }
        Content content = sight.content();
        boolean bare = came == Way.DATA && ReportWriter.octets(content) == Octets.BINARY;
        if (bare && !server.offers("CHUNKING")) {
            return refused(server, new Reply(554, "5.6.0", "A bare CR or LF cannot be passed on unharmed"));
        }
        try {
            sight.seen(new Passing(mail.from, mail.to, authenticated, client.isLoopbackAddress()));
        } catch (TroubleException e) {
            LOG.error("SMTP proxy: a mail is not journaled and comes again: {}", e.getMessage());
            return refused(server, new Reply(451, "4.3.0", "The message cannot be journaled now, try again later"));
        }
        mail.goneOn = true; // where the connection breaks nobody knows: better a report of a mail that comes again
        Reply reply = server.transfer(content, bare ? Way.BDAT : came);
        if (reply.code() / 100 != 2) {
            mail.goneOn = false;
            sight.refused();
        }
        return reply;
    }

    private static Reply refused(SmtpClient server, Reply why) throws IOException {
        var _ = server.command("RSET");
        return why;
    }
}
