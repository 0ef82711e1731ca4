package io.carteggio.server.fetch.pop3;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.Content;
import io.carteggio.mail.mime.MailDate;
import io.carteggio.mail.pop3.Pop3Reader;
import io.carteggio.mail.pop3.Pop3Reply;
import io.carteggio.mail.sasl.Sasl;
import io.carteggio.mail.structure.Header;
import io.carteggio.mail.structure.Structure;
import io.carteggio.server.fetch.Account;
import io.carteggio.server.fetch.Connection;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.Incoming;
import io.carteggio.server.fetch.Lines;
import io.carteggio.server.fetch.Receiver;
import io.carteggio.server.fetch.RemoteMailbox;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.fetch.Settings.Tls;
import io.carteggio.server.fetch.Steps;
import io.carteggio.server.fetch.Steps.Step;
import io.carteggio.server.secret.Secrets;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A maildrop by POP3. A key is a unique id (UIDL). A deletion counts only after QUIT, so removing ends
/// the session; it is opened again when it is needed.
final class Pop3Mailbox implements RemoteMailbox {
    static final int IMPLICIT_PORT = 995;
    static final int PORT = 110;

    /// Each removal costs a session and a listing.
    private static final int REMOVAL_BATCH = 1_000;

    /// Commands on the way at once, where the server allows it.
    private static final int WINDOW = 32;

    /// Among so many ids of a listing the server's giving one twice is noticed.
    private static final int TWICE_LIMIT = 500_000;

    private final Account account;
    private final Settings settings;
    private Optional<Session> open = Optional.empty();
    private Optional<String> tls = Optional.empty();

    record Session(
            Connection connection,
            Pop3Reader reader,
            OutputStream out,
            Set<String> capabilities,
            Map<String, Integer> numbers) {}

    Pop3Mailbox(Account account) {
        this.account = account;
        this.settings = account.settings();
    }

    /// The whole way in, unless we are in.
    Session enter(Steps steps) throws ArchiveException {
        if (open.isPresent()) {
            return open.get();
        }
        Connection connection = Connection.open(settings, IMPLICIT_PORT, PORT, steps);
        try {
            Session session = session(connection, Set.of());
            Pop3Reply greeting = reply(session);
            if (!greeting.yes()) {
                throw refused(greeting, Kind.BUSY, "us");
            }
            session = session(connection, session.reader, session.out, capabilities(session));
            if (settings.tls() == Tls.STARTTLS) {
                if (!session.capabilities.contains("STLS")) {
                    throw new FetchException(Kind.TLS, "the server offers no STLS, so nothing was said to it");
                }
                ok(command(session, "STLS"), Kind.TLS, "STLS");
                if (session.reader.pending()) {
                    throw new FetchException(Kind.TLS, "the server went on speaking in the clear after STLS");
                }
                connection.startTls();
                session = session(connection, Set.of());
                session = session(connection, session.reader, session.out, capabilities(session));
            }
            steps.begin(Step.LOG_IN);
            logIn(session);
            steps.done(settings.needed("user"));
            steps.begin(Step.FOLDER);
            steps.done("maildrop: " + stat(session)[0] + " mails");
            tls = connection.tls();
            open = Optional.of(session);
            return session;
        } catch (ArchiveException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static Session session(Connection connection, Set<String> capabilities) throws FetchException {
        return session(connection, new Pop3Reader(connection.in()), connection.out(), capabilities);
    }

    private static Session session(
            Connection connection, Pop3Reader reader, OutputStream out, Set<String> capabilities) {
        return new Session(connection, reader, out, capabilities, new HashMap<>());
    }

    /// What the server can; nothing where it knows no CAPA. `SASL PLAIN` stands as `SASL` and `SASL=PLAIN`.
    private static Set<String> capabilities(Session session) throws FetchException {
        if (!command(session, "CAPA").yes()) {
            return Set.of();
        }
        Set<String> capabilities = new HashSet<>();
        for (Optional<String> line = item(session); line.isPresent(); line = item(session)) {
            String[] words = line.get().strip().toUpperCase(Locale.ROOT).split(" +", -1);
            capabilities.add(words[0]);
            for (int i = 1; i < words.length; i++) {
                capabilities.add(words[0] + "=" + words[i]);
            }
        }
        return capabilities;
    }

    private void logIn(Session session) throws ArchiveException {
        String user = settings.needed("user");
        Pop3Reply reply = switch (settings.auth()) {
            case PASSWORD -> password(session, user);
            case XOAUTH2 ->
                authenticate(
                        session,
                        "XOAUTH2",
                        Sasl.xoauth2(user, account.tokens().of(account.source(), settings, account.secrets())),
                        "");
            case OAUTHBEARER ->
                authenticate(
                        session,
                        "OAUTHBEARER",
                        Sasl.oauthbearer(
                                user,
                                settings.host(),
                                settings.port(settings.tls() == Tls.IMPLICIT ? IMPLICIT_PORT : PORT),
                                account.tokens().of(account.source(), settings, account.secrets())),
                        Sasl.OAUTHBEARER_FAILED);
        };
        if (!reply.yes()) {
            account.tokens().forget(account.source());
            throw refused(reply, Kind.LOG_IN, "user " + user);
        }
    }

    private Pop3Reply password(Session session, String user) throws ArchiveException {
        String password = account.secrets()
                .get(Secrets.PASSWORD)
                .orElseThrow(() -> new FetchException(Kind.LOG_IN, "no password is kept for this source"));
        if (session.capabilities.contains("SASL=PLAIN")) {
            return authenticate(session, "PLAIN", Sasl.plain(user, password), "*");
        }
        if ((user + password).chars().anyMatch(Character::isISOControl)) {
            throw new FetchException(Kind.LOG_IN, "user or password has a control character, which POP3 cannot say");
        }
        Pop3Reply first = command(session, "USER " + user);
        return first.yes() ? command(session, "PASS " + password) : first;
    }

    private static Pop3Reply authenticate(Session session, String mechanism, String response, String onError)
            throws FetchException {
        Pop3Reply reply = command(session, "AUTH " + mechanism);
        boolean said = false;
        while (reply.kind() == Pop3Reply.Kind.GO_ON) {
            reply = command(session, said ? onError : response);
            said = true;
        }
        return reply;
    }

    private static long[] stat(Session session) throws FetchException {
        Pop3Reply reply = ok(command(session, "STAT"), Kind.PROTOCOL, "STAT");
        String[] words = reply.text().split(" +", -1);
        if (words.length < 2 || !words[0].matches("\\d{1,9}") || !words[1].matches("\\d{1,18}")) {
            throw new FetchException(Kind.PROTOCOL, "STAT is answered by " + Lines.of(reply.text()));
        }
        return new long[] {Long.parseLong(words[0]), Long.parseLong(words[1])};
    }

    @Override
    public String place(String key) {
        return "pop3://" + settings.host() + "/;UIDL=" + key;
    }

    @Override
    public Optional<String> tls() {
        return tls;
    }

    @Override
    public String epoch() {
        return "uidl";
    }

    @Override
    public Listing list(Optional<String> cursor, Known known, int atMost) throws ArchiveException {
        Session session = enter(Steps.SILENT);
        session.numbers.clear();
        List<String> unknown = new ArrayList<>();
        boolean[] more = {false};
        long mails = uidl(session, (key, number) -> {
            if (!known.knows(key)) {
                if (unknown.size() < atMost) {
                    unknown.add(key);
                    session.numbers.put(key, number);
                } else {
                    more[0] = true;
                }
            }
        });
        return new Listing(unknown, more[0], true, Optional.empty(), mails);
    }

    private interface Named {
        void named(String key, int number) throws ArchiveException;
    }

    /// Hears all unique ids. One that comes twice, which RFC 1939 forbids, is told apart by a number
    /// behind it: no mail is lost for it.
    private static long uidl(Session session, Named named) throws ArchiveException {
        ok(command(session, "UIDL"), Kind.PROTOCOL, "UIDL, without which mails cannot be told apart");
        Map<String, Integer> times = new HashMap<>();
        long mails = 0;
        Optional<ArchiveException> ours = Optional.empty();
        for (Optional<String> line = item(session); line.isPresent(); line = item(session)) {
            String[] words = line.get().strip().split(" +", 2);
            if (words.length < 2 || !words[0].matches("\\d{1,9}") || words[1].length() > KEY_LIMIT - 12) {
                throw new FetchException(Kind.PROTOCOL, "UIDL is answered by " + Lines.of(line.get()));
            }
            mails++;
            String key = words[1];
            if (mails <= TWICE_LIMIT) {
                int time = times.merge(key, 1, Integer::sum);
                key = time == 1 ? key : key + " " + time;
            }
            if (ours.isEmpty()) {
                try {
                    named.named(key, Integer.parseInt(words[0]));
                } catch (ArchiveException e) {
                    ours = Optional.of(e); // read to the end all the same: the session goes on
                }
            }
        }
        if (ours.isPresent()) {
            throw ours.get();
        }
        return mails;
    }

    /// Makes sure that the numbers of these are known in this session.
    private Session numbered(List<String> keys) throws ArchiveException {
        Session session = enter(Steps.SILENT);
        if (!session.numbers.keySet().containsAll(keys)) {
            Set<String> wanted = new HashSet<>(keys);
            uidl(session, (key, number) -> {
                if (wanted.contains(key)) {
                    session.numbers.put(key, number);
                }
            });
        }
        return session;
    }

    @Override
    public void fetch(List<String> keys, Receiver receiver) throws ArchiveException {
        Session session = numbered(keys);
        Deque<String> waiting = new ArrayDeque<>();
        for (String key : keys) {
            if (session.numbers.containsKey(key)) {
                waiting.add(key);
            } else {
                receiver.vanished(key);
            }
        }
        int window = session.capabilities.contains("PIPELINING") ? WINDOW : 1;
        Deque<String> asked = new ArrayDeque<>();
        while (!waiting.isEmpty() || !asked.isEmpty()) {
            if (asked.size() <= window / 2) {
                while (asked.size() < window && !waiting.isEmpty()) {
                    String key = waiting.remove();
                    write(session, "RETR " + session.numbers.get(key));
                    asked.add(key);
                }
                flush(session);
            }
            answer(session, asked.remove(), receiver);
        }
    }

    private static void answer(Session session, String key, Receiver receiver) throws ArchiveException {
        Pop3Reply reply = reply(session);
        if (!reply.yes()) {
            receiver.unreadable(key, Lines.of(reply.text()));
            return;
        }
        Optional<Incoming> mail = Optional.empty();
        try {
            Incoming incoming = Incoming.of(receiver);
            mail = Optional.of(incoming);
            session.reader.mail(incoming);
            receiver.mail(key, incoming.spool(), Optional.empty());
            mail = Optional.empty();
        } catch (Incoming.Ours e) {
            throw e.why();
        } catch (IOException e) {
            throw session.connection.translate(e);
        } finally {
            mail.ifPresent(Pop3Mailbox::drop);
        }
    }

    private static void drop(Incoming incoming) {
        try {
            incoming.close();
        } catch (IOException e) {
            // a spool file that stays goes with the next start
        }
    }

    @Override
    public Removed remove(List<String> keys, Removal how) throws ArchiveException {
        if (!(how instanceof Removal.Delete)) {
            throw new IllegalStateException("POP3 has no folders");
        }
        Session session = numbered(keys);
        Set<String> removed = new HashSet<>();
        Set<String> marked = new HashSet<>();
        Optional<FetchException> left = Optional.empty();
        Deque<String> waiting = new ArrayDeque<>();
        for (String key : keys) {
            boolean there = session.numbers.containsKey(key);
            if (there) {
                waiting.add(key);
            } else {
                removed.add(key);
            }
        }
        int window = session.capabilities.contains("PIPELINING") ? WINDOW : 1;
        while (!waiting.isEmpty()) {
            List<String> asked = new ArrayList<>();
            while (asked.size() < window && !waiting.isEmpty()) {
                String key = waiting.remove();
                write(session, "DELE " + session.numbers.get(key));
                asked.add(key);
            }
            flush(session);
            for (String key : asked) {
                Pop3Reply reply = reply(session);
                if (reply.yes()) {
                    marked.add(key);
                } else {
                    left = left.or(() -> Optional.of(unremoved(reply, "to delete a mail")));
                }
            }
        }
        Pop3Reply farewell = command(session, "QUIT");
        open = Optional.empty();
        session.connection.close();
        if (farewell.yes()) { // else some are removed and some are not: the next listing tells
            removed.addAll(marked);
        } else {
            left = left.or(() -> Optional.of(unremoved(farewell, "to delete what was marked")));
        }
        return new Removed(removed, left);
    }

    private static FetchException unremoved(Pop3Reply reply, String what) {
        FetchException why = refused(reply, Kind.UNREMOVED, what);
        return why.kind() == Kind.RIGHTS ? why : new FetchException(Kind.UNREMOVED, String.valueOf(why.getMessage()));
    }

    @Override
    public int removalBatch() {
        return REMOVAL_BATCH;
    }

    /// The maildrop is locked while a session is open: nobody could deliver to it, at some servers.
    @Override
    public boolean awaitNew(Duration atMost) throws ArchiveException {
        close();
        try {
            Thread.sleep(atMost);
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new FetchException(Kind.CUT, "cancelled", e);
        }
    }

    @Override
    public Rights rights() {
        return new Rights(true, "POP3 knows no rights; what is deleted goes when the session ends");
    }

    @Override
    public Fill fill() throws ArchiveException {
        Session session = enter(Steps.SILENT);
        long[] stat = stat(session);
        Optional<Instant> oldest = stat[0] > 0 ? firstCame(session) : Optional.empty();
        return new Fill(stat[0], Optional.of(stat[1]), Optional.empty(), oldest);
    }

    /// When the first mail of the maildrop came in, as its header has it. Servers number mails as they
    /// came, though RFC 1939 does not say so; TOP they need not have (RFC 1939, 7), and where they tell
    /// what they can, they tell it (RFC 2449, 6.2).
    private static Optional<Instant> firstCame(Session session) throws FetchException {
        if (!session.capabilities.isEmpty() && !session.capabilities.contains("TOP")) {
            return Optional.empty();
        }
        if (!command(session, "TOP 1 0").yes()) {
            return Optional.empty();
        }
        HeadOnly head = new HeadOnly();
        session.connection.expect();
        try {
            session.reader.mail(head);
            Header header = Structure.head(head.content()).header();
            return header.text("Received")
                    .flatMap(MailDate::ofReceived)
                    .or(() -> header.text("Date").flatMap(MailDate::parse));
        } catch (IOException e) {
            throw session.connection.translate(e);
        }
    }

    /// Keeps the beginning and lets the rest go: a server may give more than was asked for.
    private static final class HeadOnly extends OutputStream {
        private static final int LIMIT_BYTES = 64 * 1024;

        private final ByteArrayOutputStream kept = new ByteArrayOutputStream();

        @Override
        public void write(int octet) {
            if (kept.size() < LIMIT_BYTES) {
                kept.write(octet);
            }
        }

        @Override
        public void write(byte[] octets, int from, int length) {
            kept.write(octets, from, Math.min(length, LIMIT_BYTES - kept.size()));
        }

        Content content() {
            return Content.of(kept.toByteArray());
        }
    }

    @Override
    public void close() {
        open.ifPresent(session -> {
            try {
                write(session, "QUIT"); // nothing is marked: removing ends its own session
                flush(session);
                var _ = reply(session);
            } catch (FetchException e) {
                // gone already
            }
            session.connection.close();
        });
        open = Optional.empty();
    }

    // ---- lines

    private static Pop3Reply command(Session session, String line) throws FetchException {
        write(session, line);
        flush(session);
        return reply(session);
    }

    private static void write(Session session, String line) throws FetchException {
        try {
            session.out.write((line + "\r\n").getBytes(StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw session.connection.translate(e);
        }
    }

    private static void flush(Session session) throws FetchException {
        try {
            session.out.flush();
        } catch (IOException e) {
            throw session.connection.translate(e);
        }
    }

    private static Pop3Reply reply(Session session) throws FetchException {
        session.connection.expect();
        try {
            return session.reader.reply();
        } catch (Pop3Reader.Malformed e) {
            throw new FetchException(Kind.PROTOCOL, "the server says what POP3 does not allow: " + e.getMessage(), e);
        } catch (IOException e) {
            throw session.connection.translate(e);
        }
    }

    private static Optional<String> item(Session session) throws FetchException {
        session.connection.expect();
        try {
            return session.reader.item();
        } catch (Pop3Reader.Malformed e) {
            throw new FetchException(Kind.PROTOCOL, "the server says what POP3 does not allow: " + e.getMessage(), e);
        } catch (IOException e) {
            throw session.connection.translate(e);
        }
    }

    private static Pop3Reply ok(Pop3Reply reply, Kind otherwise, String what) throws FetchException {
        if (!reply.yes()) {
            throw refused(reply, otherwise, what);
        }
        return reply;
    }

    private static FetchException refused(Pop3Reply reply, Kind otherwise, String what) {
        Kind kind = switch (reply.code().orElse("")) {
            case "AUTH" -> Kind.LOG_IN;
            case "IN-USE", "LOGIN-DELAY", "SYS/TEMP" -> Kind.BUSY;
            case "SYS/PERM" -> Kind.RIGHTS;
            default -> otherwise;
        };
        String code = reply.code().map(c -> "[" + c + "] ").orElse("");
        return new FetchException(kind, "the server refuses " + what + ": " + code + Lines.of(reply.text()));
    }
}
