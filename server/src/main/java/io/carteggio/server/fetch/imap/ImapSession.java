package io.carteggio.server.fetch.imap;

import io.carteggio.mail.Content;
import io.carteggio.mail.imap.ImapReader;
import io.carteggio.mail.imap.ImapText;
import io.carteggio.mail.imap.MalformedReplyException;
import io.carteggio.mail.imap.Response;
import io.carteggio.mail.imap.Response.Code;
import io.carteggio.mail.imap.Response.Done;
import io.carteggio.mail.imap.Response.Status;
import io.carteggio.server.fetch.Connection;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.Incoming;
import io.carteggio.server.fetch.Lines;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// The conversation: commands, what comes back, capabilities. Knows nothing of mails. Belongs to one
/// thread.
final class ImapSession implements AutoCloseable {
    private static final Pattern BACK_OFF = Pattern.compile("(?i)back-?off time:? *(\\d{1,9}) *(milli)?seconds?");

    private static final DateTimeFormatter INTERNAL_DATE =
            DateTimeFormatter.ofPattern("dd-MMM-yyyy HH:mm:ss xx", Locale.ENGLISH);
    private static final int LITERAL_MINUS_LIMIT = 4_096; // RFC 7888, 5
    private static final Set<String> BUSY = Set.of("UNAVAILABLE", "INUSE", "LIMIT", "SERVERBUG");
    private static final Set<String> REFUSED =
            Set.of("AUTHENTICATIONFAILED", "AUTHORIZATIONFAILED", "EXPIRED", "CONTACTADMIN");

    private final Connection connection;
    private ImapReader reader;
    private OutputStream out;
    private Set<String> capabilities = Set.of();
    private long tag;

    ImapSession(Connection connection) throws FetchException {
        this.connection = connection;
        this.reader = new ImapReader(connection.in());
        this.out = connection.out();
    }

    Connection connection() {
        return connection;
    }

    /// The first line.
    ///
    /// @return whether we are logged in already
    boolean greeting() throws FetchException {
        connection.expect();
        Response first = read(ImapReader.NOTHING);
        if (first instanceof Response.Told(Status status, Optional<Code> code, String text)) {
            learn(code);
            switch (status) {
                case OK -> {
                    return false;
                }
                case PREAUTH -> {
                    return true;
                }
                case BYE -> throw new FetchException(Kind.BUSY, "the server sends us away: " + Lines.of(text));
                case NO, BAD -> {}
            }
        }
        throw new FetchException(Kind.PROTOCOL, "this is no IMAP server");
    }

    private void learn(Optional<Code> code) {
        if (code.isPresent() && code.get().name().equals("CAPABILITY")) {
            capabilities = ImapReader.capabilities(code.get());
        }
    }

    boolean can(String capability) {
        return capabilities.contains(capability);
    }

    void askCapabilities() throws FetchException {
        Set<String> told = new HashSet<>();
        ok(
                command("CAPABILITY", ImapReader.NOTHING, r -> {
                    if (r instanceof Response.Capabilities(Set<String> words)) {
                        told.addAll(words);
                    }
                }),
                Kind.PROTOCOL,
                "CAPABILITY");
        if (!told.isEmpty()) {
            capabilities = Set.copyOf(told);
        }
    }

    void startTls() throws FetchException {
        if (!can("STARTTLS")) {
            throw new FetchException(Kind.TLS, "the server offers no STARTTLS, so nothing was said to it");
        }
        ok(command("STARTTLS"), Kind.TLS, "STARTTLS");
        if (reader.pending()) { // put in by who stands in between, to be taken for the secured server's
            throw new FetchException(Kind.TLS, "the server went on speaking in the clear after STARTTLS");
        }
        connection.startTls();
        reader = new ImapReader(connection.in());
        out = connection.out();
        capabilities = Set.of(); // what was said in the clear may be anybody's
        askCapabilities();
    }

    Done command(String text) throws FetchException {
        return command(text, ImapReader.NOTHING, r -> {});
    }

    /// Says a command and reads to its end. What comes before that goes to `heard`, in its order.
    Done command(String text, ImapReader.Handler handler, Consumer<Response> heard) throws FetchException {
        String mine = begin(text);
        return end(mine, handler, heard);
    }

    /// Says a command.
    ///
    /// @return its tag
    String begin(String text) throws FetchException {
        String mine = "c" + ++tag;
        write(mine + " " + text + "\r\n");
        flush();
        return mine;
    }

    /// `LOGIN`, with literals where quotes would not do.
    Done logIn(String user, String password) throws FetchException {
        String mine = "c" + ++tag;
        write(mine + " LOGIN ");
        Optional<Done> refused = string(mine, user);
        if (refused.isEmpty()) {
            write(" ");
            refused = string(mine, password);
        }
        if (refused.isPresent()) {
            return refused.get();
        }
        write("\r\n");
        flush();
        return learning(end(mine, ImapReader.NOTHING, r -> {}));
    }

    /// `APPEND`. The server is asked before the mail is sent, so that it can say no to its size. A mail with NUL in it
    /// goes as a binary literal (RFC 3516), where the server knows those.
    Done append(String folder, Optional<Instant> received, Content mail) throws FetchException {
        boolean binary = hasNul(mail);
        if (binary && !can("BINARY")) {
            throw new FetchException(Kind.PROTOCOL, "the mail has NUL octets, which this server cannot take");
        }
        String mine = begin("APPEND " + folder + " (\\Seen) "
                + received.map(at -> "\"" + INTERNAL_DATE.format(at.atOffset(ZoneOffset.UTC)) + "\" ")
                        .orElse("")
                + (binary ? "~" : "") + "{" + mail.sizeBytes() + "}");
        Optional<Done> refused = goOn(mine);
        if (refused.isPresent()) {
            return refused.get();
        }
        try (InputStream in = mail.open()) {
            byte[] piece = new byte[32 * 1024];
            for (int n = in.read(piece); n > 0; n = in.read(piece)) {
                send(piece, n);
            }
        } catch (IOException e) { // of the mail: half of it is out, so the server must not hear more
            connection.close();
            throw new FetchException(Kind.CUT, "the mail cannot be read: " + e.getMessage(), e);
        }
        write("\r\n");
        flush();
        return end(mine, ImapReader.NOTHING, r -> {});
    }

    private static boolean hasNul(Content mail) throws FetchException {
        try (InputStream in = mail.open()) {
            byte[] piece = new byte[32 * 1024];
            for (int n = in.read(piece); n > 0; n = in.read(piece)) {
                for (int i = 0; i < n; i++) {
                    if (piece[i] == 0) {
                        return true;
                    }
                }
            }
            return false;
        } catch (IOException e) {
            throw new FetchException(Kind.CUT, "the mail cannot be read: " + e.getMessage(), e);
        }
    }

    private void send(byte[] octets, int length) throws FetchException {
        try {
            out.write(octets, 0, length);
        } catch (IOException e) {
            throw connection.translate(e);
        }
    }

    private Optional<Done> string(String mine, String text) throws FetchException {
        if (ImapText.quotable(text)) {
            write(ImapText.quoted(text));
            return Optional.empty();
        }
        byte[] octets = text.getBytes(StandardCharsets.UTF_8);
        boolean atOnce = takesAtOnce(octets.length);
        write("{" + octets.length + (atOnce ? "+" : "") + "}\r\n");
        Optional<Done> refused = Optional.empty();
        if (!atOnce) {
            flush();
            refused = goOn(mine);
        }
        if (refused.isEmpty()) {
            write(new String(octets, StandardCharsets.ISO_8859_1));
        }
        return refused;
    }

    /// Whether a literal need not wait for the server's `+` (RFC 7888).
    private boolean takesAtOnce(int octets) {
        return can("LITERAL+") || (can("LITERAL-") && octets <= LITERAL_MINUS_LIMIT);
    }

    /// Waits for `+`.
    ///
    /// @return how the command ended, where it ended instead
    Optional<Done> goOn(String mine) throws FetchException {
        while (true) {
            connection.expect();
            switch (read(ImapReader.NOTHING)) {
                case Response.GoOn _ -> {
                    return Optional.empty();
                }
                case Done done
                when done.tag().equals(mine) -> {
                    return Optional.of(done);
                }
                case Response.Told told -> farewell(told);
                default -> {}
            }
        }
    }

    /// `AUTHENTICATE` with an initial response (RFC 4959, or after the server's `+`).
    ///
    /// @param onError what is answered where the server tells of an error before it says no
    Done authenticate(String mechanism, String response, String onError) throws FetchException {
        String mine;
        if (can("SASL-IR")) {
            mine = begin("AUTHENTICATE " + mechanism + " " + response);
        } else {
            mine = begin("AUTHENTICATE " + mechanism);
            Optional<Done> refused = goOn(mine);
            if (refused.isPresent()) {
                return refused.get();
            }
            write(response + "\r\n");
            flush();
        }
        while (true) {
            connection.expect();
            switch (read(ImapReader.NOTHING)) {
                case Response.GoOn _ -> {
                    write(onError + "\r\n");
                    flush();
                }
                case Done done
                when done.tag().equals(mine) -> {
                    return learning(done);
                }
                case Response.Told told -> farewell(told);
                case Response.Capabilities(Set<String> words) -> capabilities = words;
                default -> {}
            }
        }
    }

    private Done learning(Done done) throws FetchException {
        if (done.status() == Status.OK) {
            capabilities = Set.of();
            learn(done.code());
            if (capabilities.isEmpty()) {
                askCapabilities();
            }
        }
        return done;
    }

    Done end(String mine, ImapReader.Handler handler, Consumer<Response> heard) throws FetchException {
        while (true) {
            connection.expect();
            switch (read(handler)) {
                case Done done
                when done.tag().equals(mine) -> {
                    return done;
                }
                case Done other ->
                    throw new FetchException(
                            Kind.PROTOCOL, "the server ended a command that was not said: " + other.tag());
                case Response.Told told -> {
                    farewell(told);
                    heard.accept(told);
                }
                case Response response -> heard.accept(response);
            }
        }
    }

    private static void farewell(Response.Told told) throws FetchException {
        if (told.status() == Status.BYE) {
            throw new FetchException(
                    Kind.CUT, "the server ended the session: " + Lines.of(told.text()), backOff(told.text()));
        }
    }

    /// Waits for the first octet of something that the server tells by itself.
    ///
    /// @return false where the time is over
    boolean await(Duration atMost) throws FetchException {
        connection.expect(atMost);
        try {
            return reader.await();
        } catch (SocketTimeoutException e) {
            return false;
        } catch (IOException e) {
            throw connection.translate(e);
        }
    }

    Response read(ImapReader.Handler handler) throws FetchException {
        try {
            return reader.read(handler);
        } catch (MalformedReplyException e) {
            throw new FetchException(Kind.PROTOCOL, "the server says what IMAP does not allow: " + e.getMessage(), e);
        } catch (Incoming.Ours e) {
            throw new Ours(e);
        } catch (IOException e) {
            throw connection.translate(e);
        }
    }

    /// Carries trouble of ours out of the reading of a response.
    static final class Ours extends RuntimeException {
        private static final long serialVersionUID = 1L;

        private final Incoming.Ours why;

        Ours(Incoming.Ours why) {
            super(why);
            this.why = why;
        }

        Incoming.Ours why() {
            return why;
        }
    }

    void write(String octets) throws FetchException {
        try {
            out.write(octets.getBytes(StandardCharsets.ISO_8859_1));
        } catch (IOException e) {
            throw connection.translate(e);
        }
    }

    void flush() throws FetchException {
        try {
            out.flush();
        } catch (IOException e) {
            throw connection.translate(e);
        }
    }

    /// Goes on only where the answer was yes.
    ///
    /// @param otherwise what a no means where the server gives no code
    static void ok(Done done, Kind otherwise, String what) throws FetchException {
        if (done.status() == Status.OK) {
            return;
        }
        throw refused(done, otherwise, what);
    }

    static FetchException refused(Done done, Kind otherwise, String what) {
        String text = Lines.of(done.text());
        Optional<Duration> backOff = backOff(text);
        String code = done.code().map(Code::name).orElse("");
        Kind kind = backOff.isPresent()
                        || BUSY.contains(code)
                        || text.toLowerCase(Locale.ROOT).contains("throttled")
                ? Kind.BUSY
                : REFUSED.contains(code)
                        ? Kind.LOG_IN
                        : switch (code) {
                            case "OVERQUOTA" -> Kind.FULL;
                            case "NOPERM" -> Kind.RIGHTS;
                            case "NONEXISTENT" -> Kind.FOLDER;
                            case "PRIVACYREQUIRED" -> Kind.TLS;
                            default -> otherwise;
                        };
        String shownCode = code.isEmpty() ? "" : "[" + code + "] ";
        return new FetchException(kind, "the server refuses " + what + ": " + shownCode + text, backOff);
    }

    private static Optional<Duration> backOff(String text) {
        Matcher matcher = BACK_OFF.matcher(text);
        if (!matcher.find()) {
            return Optional.empty();
        }
        long number = Long.parseLong(matcher.group(1));
        return Optional.of(matcher.group(2) == null ? Duration.ofSeconds(number) : Duration.ofMillis(number));
    }

    /// Leaves without waiting for the server's farewell.
    @Override
    public void close() {
        try {
            begin("LOGOUT");
        } catch (FetchException e) {
            // gone already
        }
        connection.close();
    }
}
