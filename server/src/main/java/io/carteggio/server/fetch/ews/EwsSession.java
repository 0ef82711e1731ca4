package io.carteggio.server.fetch.ews;

import io.carteggio.archive.ArchiveException;
import io.carteggio.server.fetch.Account;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.Incoming;
import io.carteggio.server.fetch.Lines;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.fetch.Settings.Auth;
import io.carteggio.server.fetch.Steps;
import io.carteggio.server.fetch.Steps.Step;
import io.carteggio.server.fetch.ews.HttpConnection.Answer;
import io.carteggio.server.fetch.ews.HttpConnection.Field;
import io.carteggio.server.fetch.ews.HttpConnection.Stale;
import io.carteggio.server.secret.Secrets;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Asks the web services: over one connection at a time, which is made and logged in anew where it went;
/// waits where the server is busy. Belongs to one thread.
final class EwsSession implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EwsSession.class);
    private static final Pattern SCHEMES = Pattern.compile("(?i)(?:^|,)\\s*(NTLM|Negotiate|Basic)(?=[\\s,]|$)");

    private final Account account;
    private final Settings settings;
    private final Waits waits;
    private final RandomGenerator chance;
    private Optional<HttpConnection> open = Optional.empty();
    private Optional<String> tls = Optional.empty();
    private Optional<Scheme> scheme = Optional.empty();
    private boolean loggedIn; // this connection, by NTLM
    private int busyInARow;

    /// Lets time pass.
    @FunctionalInterface
    interface Waits {
        void sleep(Duration duration) throws InterruptedException;
    }

    /// How we prove who we are.
    private enum Scheme {
        BEARER,
        BASIC,
        NTLM,
        /// NTLM under the name of the negotiation that could also lead to Kerberos.
        NEGOTIATE;

        boolean ofConnection() {
            return this == NTLM || this == NEGOTIATE;
        }

        String word() {
            return switch (this) {
                case BEARER -> "Bearer";
                case BASIC -> "Basic";
                case NTLM -> "NTLM";
                case NEGOTIATE -> "Negotiate";
            };
        }
    }

    /// Hears an answer: of each response message its elements, then what became of it.
    interface Answers {
        void element(int message, SoapReader in) throws IOException;

        void ended(int message, Outcome outcome) throws IOException;
    }

    EwsSession(Account account, Waits waits, RandomGenerator chance) {
        this.account = account;
        this.settings = account.settings();
        this.waits = waits;
        this.chance = chance;
        if (settings.auth() != Auth.PASSWORD) {
            scheme = Optional.of(Scheme.BEARER);
        }
    }

    /// Connects and logs in, and tells of it.
    void enter(Steps steps) throws ArchiveException {
        connect(steps);
        steps.begin(Step.LOG_IN);
        byte[] request =
                Requests.envelope(mailbox(), Requests.getFolder(new Requests.Folder.Distinguished("msgfolderroot")));
        patiently(() -> {
            Answer answer = send("GetFolder", request);
            if (answer.status() != 200 && !(answer.status() == 500 && answer.xml())) { // what it says comes later
                throw refused(answer);
            }
            settle(answer);
            return true;
        });
        steps.done(settings.text("user").orElse("application") + " by "
                + scheme.map(Scheme::word).orElse("nothing, for nothing was asked for")
                + mailbox().map(address -> ", for " + address).orElse(""));
        if (scheme.equals(Optional.of(Scheme.BASIC)) && tls.isEmpty()) {
            steps.warn("THE PASSWORD WENT IN THE CLEAR: use tls implicit");
        }
    }

    /// Protocol and cipher suite.
    Optional<String> tls() {
        return tls;
    }

    Optional<String> mailbox() {
        return settings.text("mailbox");
    }

    /// The server has its whole time again: what was waited for was ours.
    void expect() {
        open.ifPresent(HttpConnection::expect);
    }

    /// Something that can be tried again.
    interface Try<T> {
        T once() throws ArchiveException;
    }

    /// Tries until the server is not busy, or for too long.
    <T> T patiently(Try<T> work) throws ArchiveException {
        while (true) {
            try {
                T result = work.once();
                calm();
                return result;
            } catch (FetchException e) {
                if (e.kind() != Kind.BUSY) {
                    throw e;
                }
                await(e);
            }
        }
    }

    /// The server is not busy.
    void calm() {
        busyInARow = 0;
    }

    /// The server is busy: waits, or gives up where that takes too long.
    void await(FetchException busy) throws FetchException {
        busyInARow++;
        Duration away = Patience.away(busyInARow, busy.retryAfter(), chance);
        if (!Patience.here(busyInARow, away)) {
            throw new FetchException(Kind.BUSY, String.valueOf(busy.getMessage()), Optional.of(away));
        }
        LOG.info("source {}: {}; waiting for {} ms", account.source(), busy.getMessage(), away.toMillis());
        sleep(away);
    }

    void sleep(Duration time) throws FetchException {
        try {
            waits.sleep(time);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FetchException(Kind.CUT, "cancelled", e);
        }
    }

    /// Asks once for something with this many response messages. An answer as a whole that says no is an exception,
    /// what it says of each thing is not.
    void call(String operation, String body, int messages, Answers answers) throws ArchiveException {
        Answer answer = send(operation, Requests.envelope(mailbox(), body));
        boolean mayBeFault = answer.status() == 500 || answer.status() == 503;
        if (!answer.xml() || (answer.status() != 200 && !mayBeFault)) {
            throw refused(answer);
        }
        Optional<Outcome> fault;
        try {
            fault = read(operation, messages, answer, answers);
        } catch (SoapReader.Malformed e) {
            close();
            throw HttpConnection.protocol(e);
        } catch (Incoming.Ours e) {
            close();
            throw e.why();
        } catch (IOException e) {
            close();
            throw translated(e);
        }
        settle(answer);
        if (fault.isPresent()) {
            throw busy(fault.get(), answer).trouble(operation);
        }
        if (answer.status() != 200) {
            throw new FetchException(Kind.PROTOCOL, "the server answers " + answer.status() + " and tells no fault");
        }
    }

    /// A fault, and what HTTP adds to it.
    private Outcome busy(Outcome fault, Answer answer) {
        boolean unavailable = answer.status() == 503;
        return new Outcome(
                false,
                fault.code(),
                fault.text(),
                fault.busy() || unavailable,
                fault.serverBusy() || unavailable,
                fault.told().or(() -> retryAfter(answer)));
    }

    private static Optional<Outcome> read(String operation, int messages, Answer answer, Answers answers)
            throws IOException {
        SoapReader in = new SoapReader(answer.body());
        if (!in.child() || !in.is(SoapReader.SOAP, "Envelope")) {
            throw new SoapReader.Malformed("no SOAP");
        }
        Optional<Outcome> fault = Optional.empty();
        int heard = 0;
        boolean answered = false;
        while (in.child()) {
            if (!in.is(SoapReader.SOAP, "Body")) {
                in.skip();
                continue;
            }
            while (in.child()) {
                if (in.is(SoapReader.SOAP, "Fault")) {
                    fault = Optional.of(Outcome.fault(in));
                } else if (in.is(SoapReader.MESSAGES, operation + "Response") && !answered) {
                    answered = true;
                    heard = messages(operation, messages, in, answers);
                } else {
                    throw new SoapReader.Malformed("an answer to something else: " + Lines.of(in.name()));
                }
            }
        }
        in.finish();
        if (fault.isEmpty() && heard != messages) {
            throw new SoapReader.Malformed(heard + " answers to " + messages + " questions");
        }
        return fault;
    }

    private static int messages(String operation, int expected, SoapReader in, Answers answers) throws IOException {
        int heard = 0;
        while (in.child()) {
            if (!in.is(SoapReader.MESSAGES, "ResponseMessages")) {
                in.skip();
                continue;
            }
            while (in.child()) {
                if (!in.is(SoapReader.MESSAGES, operation + "ResponseMessage") || heard == expected) {
                    throw new SoapReader.Malformed("a response message too many, or of another kind");
                }
                int message = heard++;
                answers.ended(message, Outcome.message(in, element -> answers.element(message, element)));
            }
        }
        return heard;
    }

    /// After an answer that was read: the connection stays, or goes.
    private void settle(Answer answer) {
        try {
            if (open.isPresent() && !open.get().drained(answer)) {
                close();
            }
        } catch (IOException e) {
            close(); // the answer itself was whole
        }
    }

    private FetchException translated(IOException e) {
        return e instanceof SoapReader.Malformed malformed
                ? HttpConnection.protocol(malformed)
                : new FetchException(
                        Kind.CUT,
                        Thread.currentThread().isInterrupted()
                                ? "cancelled"
                                : e instanceof java.net.SocketTimeoutException
                                        ? settings.host() + " was silent or too slow for "
                                                + settings.timeout().toSeconds() + " s"
                                        : "the connection to " + settings.host() + " broke: " + Lines.of(e),
                        e);
    }

    /// What an answer that is no SOAP means.
    private FetchException refused(Answer answer) {
        settle(answer);
        int status = answer.status();
        String said = settings.host() + " answers " + status;
        return switch (status) {
            case 429, 503 -> new FetchException(Kind.BUSY, said + ": too busy for us", retryAfter(answer));
            case 408, 502, 504 -> new FetchException(Kind.CUT, said + ": what is behind it does not answer");
            case 403, 456 -> new FetchException(Kind.RIGHTS, said + ": it may not be done by web services");
            case 404 -> new FetchException(Kind.PROTOCOL, said + ": there are no web services at " + path(settings));
            case 200 -> new FetchException(Kind.PROTOCOL, said + " with something else than SOAP");
            default -> {
                String where = status / 100 == 3
                        ? "; it wants us at "
                                + answer.field("location").map(Lines::of).orElse("another place")
                                + ", where the password is not taken"
                        : "";
                yield new FetchException(Kind.PROTOCOL, said + where);
            }
        };
    }

    private Optional<Duration> retryAfter(Answer answer) {
        Optional<String> field = answer.field("retry-after");
        if (field.isEmpty()) {
            return Optional.empty();
        }
        if (field.get().matches("\\d{1,9}")) {
            return Optional.of(Duration.ofSeconds(Long.parseLong(field.get())));
        }
        try {
            Instant until = Instant.from(DateTimeFormatter.RFC_1123_DATE_TIME.parse(field.get()));
            return Optional.of(Duration.between(account.clock().instant(), until));
        } catch (DateTimeException e) {
            return Optional.empty(); // our own patience counts then
        }
    }

    static String path(Settings settings) {
        return settings.text("path").orElse(EwsProtocol.PATH);
    }

    private HttpConnection connect(Steps steps) throws FetchException {
        if (open.isPresent()) {
            return open.get();
        }
        HttpConnection connection = HttpConnection.open(settings, path(settings), steps);
        open = Optional.of(connection);
        tls = connection.tls();
        loggedIn = false;
        return connection;
    }

    /// Sends a request, logs in where that is asked for, and gives the answer, which is no 401.
    private Answer send(String operation, byte[] body) throws FetchException {
        boolean stale = false;
        boolean renewed = false;
        while (true) {
            HttpConnection connection = connect(Steps.SILENT);
            boolean before = loggedIn;
            Answer answer;
            try {
                answer = post(connection, fields(operation), body);
            } catch (Stale e) {
                close();
                if (stale || Thread.currentThread().isInterrupted()) {
                    throw translated(e);
                }
                stale = true; // nothing we ask for does harm when it is done twice
                continue;
            } catch (IOException e) {
                close();
                throw translated(e);
            }
            if (answer.status() != 401) {
                return answer;
            }
            if (scheme.isEmpty()) {
                scheme = Optional.of(choice(answer));
            } else if (scheme.get() == Scheme.BEARER && !renewed) {
                account.tokens().forget(account.source());
                renewed = true;
            } else if (scheme.get().ofConnection() && before && !renewed) {
                loggedIn = false;
                renewed = true;
            } else {
                close();
                throw wrong(scheme.get());
            }
            settle(answer);
        }
    }

    private FetchException wrong(Scheme by) {
        String hint = by.ofConnection()
                ? ". The log-in is bound to the server's certificate: something in between that ends TLS breaks it"
                : "";
        return new FetchException(
                Kind.LOG_IN,
                "the server refuses "
                        + settings.text("user").map(user -> "user " + user).orElse("us") + " by " + by.word() + hint);
    }

    /// The strongest way that the server offers and the settings allow.
    private Scheme choice(Answer answer) throws FetchException {
        String allowed = settings.text("password-as").orElse("any");
        List<String> offered = new ArrayList<>();
        for (String field : answer.all("www-authenticate")) {
            Matcher schemes = SCHEMES.matcher(field);
            while (schemes.find()) {
                offered.add(schemes.group(1).toUpperCase(Locale.ROOT));
            }
        }
        for (Scheme possible : List.of(Scheme.NTLM, Scheme.NEGOTIATE, Scheme.BASIC)) {
            String word = possible.ofConnection() ? "ntlm" : "basic";
            if (offered.contains(possible.name()) && (allowed.equals("any") || allowed.equals(word))) {
                return possible;
            }
        }
        close();
        throw new FetchException(
                Kind.LOG_IN,
                "the server takes no password as we may give it (password-as " + allowed + "); it offers "
                        + (offered.isEmpty() ? "nothing that we know" : String.join(", ", offered)));
    }

    private List<Field> fields(String operation) {
        List<Field> fields = new ArrayList<>();
        fields.add(new Field("Content-Type", "text/xml; charset=utf-8"));
        fields.add(new Field("Accept", "text/xml"));
        fields.add(new Field("SOAPAction", "\"" + SoapReader.MESSAGES + "/" + operation + "\""));
        mailbox()
                .filter(address -> address.chars().allMatch(c -> c > ' ' && c <= '~'))
                .ifPresent(address -> fields.add(new Field("X-AnchorMailbox", address)));
        return fields;
    }

    private Answer post(HttpConnection connection, List<Field> fields, byte[] body) throws IOException, FetchException {
        if (scheme.isEmpty()) {
            return connection.post(fields, body);
        }
        return switch (scheme.get()) {
            case BEARER -> {
                String token = account.tokens().of(account.source(), settings, account.secrets());
                if (token.chars().anyMatch(c -> c <= ' ' || c > '~')) {
                    throw new FetchException(Kind.LOG_IN, "the token has a character that no token has");
                }
                yield connection.post(with(fields, "Bearer " + token), body);
            }
            case BASIC -> {
                byte[] pair = (settings.needed("user") + ":" + password()).getBytes(StandardCharsets.UTF_8);
                yield connection.post(
                        with(fields, "Basic " + Base64.getEncoder().encodeToString(pair)), body);
            }
            case NTLM, NEGOTIATE ->
                loggedIn
                        ? connection.post(fields, body)
                        : shakeHands(connection, fields, body, scheme.get().word());
        };
    }

    private static List<Field> with(List<Field> fields, String authorization) {
        List<Field> all = new ArrayList<>(fields);
        all.add(new Field("Authorization", authorization));
        return all;
    }

    private String password() throws FetchException {
        return account.secrets()
                .get(Secrets.PASSWORD)
                .orElseThrow(() -> new FetchException(Kind.LOG_IN, "no password is kept for this source"));
    }

    /// The three messages, on this one connection. What is asked for goes with the third.
    private Answer shakeHands(HttpConnection connection, List<Field> fields, byte[] body, String word)
            throws IOException, FetchException {
        byte[] first = Ntlm.negotiate();
        Base64.Encoder encoder = Base64.getEncoder();
        Answer asked = connection.post(with(fields, word + " " + encoder.encodeToString(first)), new byte[0]);
        if (asked.status() != 401) {
            if (asked.status() / 100 == 2) {
                throw new SoapReader.Malformed("an NTLM log-in that is over before it began");
            }
            return asked;
        }
        Optional<byte[]> second = challenge(asked, word);
        if (second.isEmpty()) {
            return asked;
        }
        if (!connection.drained(asked)) {
            throw new SoapReader.Malformed("it closes the connection in the middle of an NTLM log-in");
        }
        byte[] nonce = new byte[8];
        chance.nextBytes(nonce);
        Ntlm.Bound bound = new Ntlm.Bound(
                "HTTP/" + settings.host(),
                connection.certificate().map(Ntlm::binding).orElse(new byte[16]),
                nonce,
                account.clock().instant());
        byte[] third;
        try {
            third = Ntlm.authenticate(
                    first, second.get(), Ntlm.Credentials.of(settings.needed("user"), password()), bound);
        } catch (Ntlm.Malformed e) {
            throw new SoapReader.Malformed("NTLM: " + e.getMessage(), e);
        }
        Answer answer = connection.post(with(fields, word + " " + encoder.encodeToString(third)), body);
        loggedIn = answer.status() != 401;
        return answer;
    }

    private static Optional<byte[]> challenge(Answer answer, String word) throws SoapReader.Malformed {
        for (String field : answer.all("www-authenticate")) {
            if (field.regionMatches(true, 0, word + " ", 0, word.length() + 1)) {
                String text = field.substring(word.length() + 1).strip();
                if (text.length() > 2 * Ntlm.CHALLENGE_LIMIT) {
                    throw new SoapReader.Malformed("an NTLM challenge that is too long");
                }
                try {
                    return Optional.of(Base64.getDecoder().decode(text));
                } catch (IllegalArgumentException e) {
                    throw new SoapReader.Malformed("an NTLM challenge that is no base64", e);
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public void close() {
        open.ifPresent(HttpConnection::close);
        open = Optional.empty();
        loggedIn = false;
    }
}
