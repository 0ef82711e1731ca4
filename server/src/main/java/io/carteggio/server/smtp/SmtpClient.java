package io.carteggio.server.smtp;

import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.smtp.DataEncoder;
import io.carteggio.mail.smtp.Reply;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;

/// A small SMTP client: hands mails to one server over one connection (RFC 5321, RFC 2920, RFC 3030, RFC 3207).
///
/// Mails are streamed. A negative reply is a value; an [IOException] means that the connection is of no more use
/// and that nobody knows what became of the mail in hand. For one thread.
public final class SmtpClient implements AutoCloseable {
    private static final int CHUNK = 4 << 20;

    /// What of a mail may follow MAIL and RCPT unasked, before it is known that they were accepted.
    private static final int EAGER = 64 * 1024;

    private static final int MAX_REPLY_LINE = 4096;
    private static final int MAX_REPLY_LINES = 256;

    /// How the mail itself travels.
    public enum Way {
        DATA,
        BDAT,
        /// BDAT where offered: it alone alters nothing
        BEST
    }

    /// What became of a mail.
    ///
    /// @param recipients one reply for each recipient, in order; fewer where the mail got not so far
    /// @param end the answer to the mail itself, or that which kept it from being sent
    public record Outcome(Reply mail, List<Reply> recipients, Reply end) {
        public Outcome {
            recipients = List.copyOf(recipients);
        }

        /// Whether the server has taken the mail, for every recipient.
        public boolean kept() {
            return end.code() / 100 == 2 && recipients.stream().allMatch(Reply::positive);
        }
    }

    private final String helo;
    private Socket socket;
    private InputStream in;
    private OutputStream out;
    private Map<String, String> offers = Map.of();
    private boolean ending;

    private SmtpClient(Socket socket, String helo) throws IOException {
        this.socket = socket;
        this.helo = helo;
        this.in = new BufferedInputStream(socket.getInputStream());
        this.out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
    }

    /// Connects and introduces itself.
    ///
    /// @param timeout for connecting and for each read
    /// @throws IOException also where the server does not greet with 220 or does not know EHLO
    public static SmtpClient connect(InetSocketAddress server, String helo, Duration timeout) throws IOException {
        Socket socket = new Socket();
        try {
            socket.connect(server, (int) timeout.toMillis());
            socket.setSoTimeout((int) timeout.toMillis());
            socket.setTcpNoDelay(true);
            SmtpClient client = new SmtpClient(socket, helo);
            Reply greeting = client.readReply();
            if (greeting.code() != 220) {
                throw new IOException("greeted with " + greeting);
            }
            client.ehlo();
            return client;
        } catch (IOException | RuntimeException e) {
            socket.close();
            throw e;
        }
    }

    private void ehlo() throws IOException {
        Reply reply = command("EHLO " + helo);
        if (reply.code() != 250) {
            throw new IOException("EHLO was answered with " + reply);
        }
        Map<String, String> found = new HashMap<>();
        for (String line : reply.lines().subList(1, reply.lines().size())) {
            int blank = line.indexOf(' ');
            String keyword = blank < 0 ? line : line.substring(0, blank);
            found.put(keyword.toUpperCase(Locale.ROOT), blank < 0 ? "" : line.substring(blank + 1));
        }
        offers = Map.copyOf(found);
    }

    /// Whether the server has said that it ends the connection (421).
    public boolean isEnding() {
        return ending;
    }

    /// Whether the server offers this extension, such as `CHUNKING`.
    public boolean offers(String keyword) {
        return offers.containsKey(keyword);
    }

    /// What stands behind the keyword of an extension that the server offers; empty where nothing does, or it is not
    /// offered.
    public String offer(String keyword) {
        return offers.getOrDefault(keyword, "");
    }

    /// Secures the connection and introduces itself anew. Whom to trust is the context's matter.
    public void startTls(SSLContext context) throws IOException {
        startTls(context, Optional.empty());
    }

    /// The same, and the server's certificate must be for this host (RFC 6125).
    public void startTls(SSLContext context, String host) throws IOException {
        startTls(context, Optional.of(host));
    }

    private void startTls(SSLContext context, Optional<String> host) throws IOException {
        Reply reply = command("STARTTLS");
        if (reply.code() != 220) {
            throw new IOException("STARTTLS was answered with " + reply);
        }
        if (in.available() > 0) {
            throw new IOException("the server sent in the clear behind its STARTTLS reply");
        }
        SSLSocket over = (SSLSocket)
                (host.isPresent()
                        ? context.getSocketFactory().createSocket(socket, host.get(), socket.getPort(), true)
                        : context.getSocketFactory().createSocket(socket, null, true));
        over.setUseClientMode(true);
        if (host.isPresent()) {
            SSLParameters parameters = over.getSSLParameters();
            parameters.setEndpointIdentificationAlgorithm("HTTPS");
            over.setSSLParameters(parameters);
        }
        over.startHandshake();
        socket = over;
        in = new BufferedInputStream(over.getInputStream());
        out = new BufferedOutputStream(over.getOutputStream(), 64 * 1024);
        ehlo();
    }

    /// Says a command behind which the server begins anew, as Postfix does behind `XCLIENT`, and introduces itself
    /// anew.
    ///
    /// @return the server's answer; where it is no 220, all is as before
    public Reply beginAnew(String line) throws IOException {
        Reply reply = command(line);
        if (reply.code() == 220) {
            ehlo();
        }
        return reply;
    }

    /// Hands over one mail.
    ///
    /// @param from empty for the null reverse path
    /// @throws IllegalArgumentException for an address that could not stand in a command
    public Outcome send(Optional<Address> from, List<Address> to, Content mail, Way way) throws IOException {
        return send(from, to, mail, way, Optional.empty());
    }

    /// The same, and where the server can (RFC 3461) it is asked for a notice with the whole mail if it cannot deliver
    /// it.
    ///
    /// @param envelopeId stands in that notice
    public Outcome send(Optional<Address> from, List<Address> to, Content mail, Way way, Optional<String> envelopeId)
            throws IOException {
        boolean chunks = switch (way) {
            case DATA -> false;
            case BDAT -> true;
            case BEST -> offers("CHUNKING");
        };
        List<String> commands = new ArrayList<>();
        boolean notices = envelopeId.isPresent() && offers("DSN");
        commands.add(mail(from, to)
                + (offers("SIZE") ? " SIZE=" + mail.sizeBytes() : "")
                + (notices ? " RET=FULL ENVID=" + xtext(envelopeId.get()) : ""));
        for (Address one : to) {
            commands.add("RCPT TO:<" + printable(one) + ">" + (notices ? " NOTIFY=FAILURE" : ""));
        }
        if (!chunks) {
            commands.add("DATA");
        }
        try {
            return send(commands, to.size(), mail, chunks);
        } catch (IOException | RuntimeException e) {
            // half a mail is out, most likely: whatever is sent next could be taken for the rest of it
            abort();
            throw e;
        }
    }

    private Outcome send(List<String> commands, int addressees, Content mail, boolean chunks) throws IOException {
        boolean pipelining = offers("PIPELINING");
        boolean eager = chunks && pipelining && mail.sizeBytes() <= EAGER;
        if (pipelining) {
            for (String command : commands) {
                write(command);
            }
            if (eager) {
                writeChunk(mail, 0, mail.sizeBytes());
            }
            out.flush();
        }
        List<Reply> replies = new ArrayList<>();
        for (String command : commands) {
            Reply reply = pipelining ? readReply() : command(command);
            replies.add(reply);
            boolean hopeless = replies.size() == 1 && !reply.positive();
            if (hopeless && !pipelining) {
                break;
            }
        }
        Reply mailReply = replies.getFirst();
        List<Reply> recipients = replies.subList(1, Math.min(replies.size(), 1 + addressees));
        boolean anyone = recipients.stream().anyMatch(Reply::positive);
        Reply end;
        if (eager) {
            end = readReply();
        } else if (chunks) {
            end = mailReply.positive() && anyone ? sendChunks(mail) : replies.getLast();
        } else {
            Reply go = replies.getLast();
            end = go.code() == 354 ? sendData(mail, anyone) : go;
        }
        if (!mailReply.positive()) {
            end = mailReply;
        } else if (!anyone && !recipients.isEmpty()) {
            end = recipients.getFirst();
        }
        if (!end.positive() && end.code() != 421) {
            command("RSET");
        }
        return new Outcome(mailReply, recipients, end);
    }

    /// Asks whether a mail would be taken for a recipient, as far as that can be known without one. Nothing is sent.
    ///
    /// @param from empty for the null reverse path
    /// @return with the answer to the recipient as its end, or that to the sender where it is refused
    /// @throws IllegalArgumentException for an address that could not stand in a command
    public Outcome ask(Optional<Address> from, Address to) throws IOException {
        String recipient = "RCPT TO:<" + printable(to) + ">";
        Reply mail = command(mail(from, List.of(to)));
        if (!mail.positive()) {
            return new Outcome(mail, List.of(), mail);
        }
        Reply answer = command(recipient);
        if (!ending) {
            command("RSET");
        }
        return new Outcome(mail, List.of(answer), answer);
    }

    /// Hands over the mail of a transaction that was begun with commands of one's own, for at least one recipient that
    /// was accepted.
    ///
    /// @return the answer to the mail, or that which kept it from being sent
    public Reply transfer(Content mail, Way way) throws IOException {
        try {
            if (way == Way.BDAT || (way == Way.BEST && offers("CHUNKING"))) {
                return sendChunks(mail);
            }
            Reply go = command("DATA");
            return go.code() == 354 ? sendData(mail, true) : go;
        } catch (IOException | RuntimeException e) {
            abort(); // as in send
            throw e;
        }
    }

    private Reply sendChunks(Content mail) throws IOException {
        long at = 0;
        Reply reply;
        do {
            long length = Math.min(CHUNK, mail.sizeBytes() - at);
            writeChunk(mail, at, length);
            out.flush();
            at += length;
            reply = readReply();
        } while (reply.positive() && at < mail.sizeBytes());
        return reply;
    }

    private void writeChunk(Content mail, long from, long length) throws IOException {
        write("BDAT " + length + (from + length == mail.sizeBytes() ? " LAST" : ""));
        try (InputStream octets = mail.open(from, length)) {
            if (octets.transferTo(out) != length) {
                throw new EOFException("the mail is shorter or longer than it said");
            }
        }
    }

    private Reply sendData(Content mail, boolean anyone) throws IOException {
        DataEncoder encoder = new DataEncoder(out);
        if (anyone) { // else RFC 2920 section 3.1 asks for an empty mail, which the server refuses
            byte[] buffer = new byte[16 * 1024];
            long left = mail.sizeBytes();
            try (InputStream octets = mail.open()) {
                for (int n = octets.read(buffer); n > 0; n = octets.read(buffer)) {
                    encoder.write(buffer, 0, n);
                    left -= n;
                }
            }
            if (left != 0) {
                throw new EOFException("the mail is shorter or longer than it said");
            }
        }
        encoder.finish();
        out.flush();
        return readReply();
    }

    private String mail(Optional<Address> from, List<Address> to) {
        StringBuilder command = new StringBuilder("MAIL FROM:<")
                .append(from.map(SmtpClient::printable).orElse(""))
                .append('>');
        if (offers("8BITMIME")) {
            command.append(" BODY=8BITMIME");
        }
        boolean ascii =
                from.stream().allMatch(SmtpClient::isAscii) && to.stream().allMatch(SmtpClient::isAscii);
        if (offers("SMTPUTF8") && !ascii) {
            command.append(" SMTPUTF8");
        }
        return command.toString();
    }

    /// RFC 3461, 4: what could not stand in a parameter as `+XX`.
    private static String xtext(String text) {
        StringBuilder out = new StringBuilder();
        for (byte b : text.getBytes(StandardCharsets.UTF_8)) {
            boolean bare = b > ' ' && b < 0x7f && b != '+' && b != '=';
            out.append(bare ? String.valueOf((char) b) : String.format(Locale.ROOT, "+%02X", b & 0xff));
        }
        return out.toString();
    }

    private static boolean isAscii(Address address) {
        return address.raw().chars().allMatch(c -> c < 0x80);
    }

    private static String printable(Address address) {
        if (address.raw().chars().anyMatch(c -> c < ' ' || c == 0x7f || c == '<' || c == '>')) {
            throw new IllegalArgumentException("not an address for a command");
        }
        return address.raw();
    }

    /// Sends one command line as it is and waits for its reply.
    public Reply command(String line) throws IOException {
        write(line);
        out.flush();
        return readReply();
    }

    private void write(String line) throws IOException {
        out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
    }

    private Reply readReply() throws IOException {
        List<String> lines = new ArrayList<>();
        do {
            if (lines.size() == MAX_REPLY_LINES) {
                throw new IOException("a reply without end");
            }
            lines.add(readLine());
        } while (lines.getLast().length() > 3 && lines.getLast().charAt(3) == '-');
        try {
            Reply reply = Reply.parse(lines);
            ending |= reply.code() == 421;
            return reply;
        } catch (IllegalArgumentException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    private String readLine() throws IOException {
        byte[] line = new byte[MAX_REPLY_LINE];
        for (int n = 0; n < line.length; n++) {
            int c = in.read();
            if (c < 0) {
                throw new EOFException("the server closed the connection");
            }
            if (c == '\n') {
                return new String(line, 0, n > 0 && line[n - 1] == '\r' ? n - 1 : n, StandardCharsets.UTF_8);
            }
            line[n] = (byte) c;
        }
        throw new IOException("a reply line without end");
    }

    /// Says goodbye and closes, whatever the server says.
    @Override
    public void close() {
        try {
            write("QUIT");
            out.flush();
            readReply();
            socket.close();
        } catch (IOException gone) {
            abort();
        }
    }

    /// Drops the connection without a goodbye; a mail whose end is not yet sent is then not delivered.
    public void abort() {
        try {
            socket.close();
        } catch (IOException gone) {
            // we are leaving anyway
        }
    }
}
