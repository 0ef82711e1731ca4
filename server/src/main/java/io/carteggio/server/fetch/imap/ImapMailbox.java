package io.carteggio.server.fetch.imap;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.imap.ImapReader;
import io.carteggio.mail.imap.ImapText;
import io.carteggio.mail.imap.MalformedReplyException;
import io.carteggio.mail.imap.Response;
import io.carteggio.mail.imap.Response.Code;
import io.carteggio.mail.imap.Response.Done;
import io.carteggio.mail.imap.Response.Status;
import io.carteggio.mail.imap.UidSet;
import io.carteggio.mail.sasl.Sasl;
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
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// A folder by IMAP. A key is a UID.
final class ImapMailbox implements RemoteMailbox {
    static final int IMPLICIT_PORT = 993;
    static final int PORT = 143;

    /// A server may log out who is silent for 30 minutes (RFC 3501, 5.4), and some sooner.
    private static final Duration LONGEST_IDLE = Duration.ofMinutes(25);

    private static final int REMOVAL_BATCH = 200;

    /// As many UIDs as one command can always name ([UidSet#LENGTH_LIMIT]).
    private static final int COPY_BATCH = 200;

    /// How often it is looked for mails that others mark as deleted, while they do so.
    private static final int LOOKS_FOR_MARKS = 4;

    /// A mail that is larger than this comes in pieces of so much: a connection that breaks costs one of them, and
    /// no server has to hold more of it at once.
    static final int PIECE_BYTES = 16 * 1024 * 1024;

    /// Large mails whose first piece is kept while the others of a batch come in; more are asked for again.
    private static final int LARGE_AT_ONCE = 4;

    /// Times in a row that the connection may break in a large mail without a piece in between.
    private static final int RETRIES = 3;

    private static final Logger LOG = LoggerFactory.getLogger(ImapMailbox.class);

    private final Settings settings;
    private final Optional<Account> account;
    private final Copied copied;
    private final int pieceBytes;
    private ImapSession session;
    private final String folder;
    private final String wire;
    private long validity;
    private long exists;
    private boolean readOnly;
    private Optional<String> permanentFlags = Optional.empty();

    /// @param account for opening it once more; none where others own the session
    /// @param copied what earlier sessions of this source left behind
    /// @param wire the folder's name as a command has it
    private ImapMailbox(
            Settings settings,
            Optional<Account> account,
            Copied copied,
            int pieceBytes,
            ImapSession session,
            String folder,
            String wire) {
        this.settings = settings;
        this.account = account;
        this.copied = copied;
        this.pieceBytes = pieceBytes;
        this.session = session;
        this.folder = folder;
        this.wire = wire;
    }

    /// The whole way in.
    static ImapMailbox open(Account account, Steps steps, Copied copied, int pieceBytes) throws ArchiveException {
        Settings settings = account.settings();
        ImapSession session = loggedIn(account, steps);
        try {
            steps.begin(Step.FOLDER);
            ImapMailbox mailbox = new ImapMailbox(
                    settings,
                    Optional.of(account),
                    copied,
                    pieceBytes,
                    session,
                    settings.folder(),
                    ImapText.folder(settings.folder()));
            mailbox.enter("SELECT ");
            steps.done(settings.folder() + ": " + mailbox.exists + " mails");
            return mailbox;
        } catch (ArchiveException | RuntimeException e) {
            session.connection().close();
            throw e;
        }
    }

    /// A folder of an account that is open, to read in: nothing can be changed there.
    ///
    /// @param wire its name as a command has it
    static ImapMailbox examined(Settings settings, ImapSession session, String folder, String wire)
            throws FetchException {
        ImapMailbox mailbox =
                new ImapMailbox(settings, Optional.empty(), new Copied(), PIECE_BYTES, session, folder, wire);
        mailbox.enter("EXAMINE ");
        return mailbox;
    }

    /// The way into the account, before any folder.
    static ImapSession loggedIn(Account account, Steps steps) throws ArchiveException {
        Settings settings = account.settings();
        Connection connection = Connection.open(settings, IMPLICIT_PORT, PORT, steps);
        try {
            ImapSession session = new ImapSession(connection);
            boolean known = session.greeting();
            if (settings.tls() == Tls.STARTTLS) {
                if (known) { // RFC 9051, 11.1: there is no STARTTLS after PREAUTH, so somebody may stand in between
                    throw new FetchException(Kind.TLS, "the server lets us in without TLS, so nothing was said to it");
                }
                session.askCapabilities();
                session.startTls();
            }
            steps.begin(Step.LOG_IN);
            if (!known) {
                logIn(session, account);
            }
            steps.done(settings.text("user").orElse("already in"));
            return session;
        } catch (ArchiveException | RuntimeException e) {
            connection.close();
            throw e;
        }
    }

    private static void logIn(ImapSession session, Account account) throws ArchiveException {
        Settings settings = account.settings();
        String user = settings.needed("user");
        session.askCapabilities();
        Done done;
        switch (settings.auth()) {
            case PASSWORD -> {
                String password = account.secrets()
                        .get(Secrets.PASSWORD)
                        .orElseThrow(() -> new FetchException(Kind.LOG_IN, "no password is kept for this source"));
                if (session.can("AUTH=PLAIN")) {
                    done = session.authenticate("PLAIN", Sasl.plain(user, password), "*");
                } else if (session.can("LOGINDISABLED")) {
                    throw new FetchException(
                            Kind.LOG_IN,
                            "the server takes no password"
                                    + (session.connection().tls().isEmpty() ? " without TLS" : ""));
                } else {
                    done = session.logIn(user, password);
                }
            }
            case XOAUTH2 -> {
                String token = account.tokens().of(account.source(), settings, account.secrets());
                done = session.authenticate("XOAUTH2", Sasl.xoauth2(user, token), "");
            }
            case OAUTHBEARER -> {
                String token = account.tokens().of(account.source(), settings, account.secrets());
                int port = settings.port(settings.tls() == Tls.IMPLICIT ? IMPLICIT_PORT : PORT);
                done = session.authenticate(
                        "OAUTHBEARER", Sasl.oauthbearer(user, settings.host(), port, token), Sasl.OAUTHBEARER_FAILED);
            }
            default -> throw new IllegalStateException("not reached");
        }
        if (done.status() != Status.OK) {
            account.tokens().forget(account.source());
            throw ImapSession.refused(done, Kind.LOG_IN, "user " + user);
        }
    }

    private void enter(String command) throws FetchException {
        Done done = session.command(command + wire, ImapReader.NOTHING, this::note);
        ImapSession.ok(done, Kind.FOLDER, "folder " + folder);
        readOnly = done.code().map(code -> code.name().equals("READ-ONLY")).orElse(false);
        if (validity == 0) {
            throw new FetchException(Kind.PROTOCOL, "the server gives the folder no UIDVALIDITY");
        }
    }

    /// What the server tells of the folder at any time.
    private void note(Response response) {
        switch (response) {
            case Response.Count(long number, String what) -> {
                if (what.equals("EXISTS")) {
                    exists = number;
                } else if (what.equals("EXPUNGE")) {
                    exists = Math.max(0, exists - 1);
                }
            }
            case Response.Told(Status _, Optional<Code> code, String _) ->
                code.ifPresent(c -> {
                    switch (c.name()) {
                        case "UIDVALIDITY" -> validity = c.number().orElse(0L);
                        case "PERMANENTFLAGS" -> permanentFlags = Optional.of(c.arguments());
                        default -> {}
                    }
                });
            default -> {}
        }
    }

    @Override
    public String place(String key) {
        return "imap://" + settings.host() + "/" + folder + ";UIDVALIDITY=" + validity + "/;UID=" + key;
    }

    @Override
    public Optional<String> tls() {
        return session.connection().tls();
    }

    @Override
    public String epoch() {
        return Long.toString(validity);
    }

    @Override
    public Listing list(Optional<String> cursor, Known known, int atMost) throws ArchiveException {
        long from = cursor.map(Long::parseLong).orElse(0L) + 1;
        Lowest lowest = new Lowest(from, known, atMost);
        // mails that somebody marked \Deleted are listed too: whoever deletes before we archive is whom we are for
        Done done = guarded(() ->
                session.command(from == 1 ? "UID SEARCH ALL" : "UID SEARCH UID " + from + ":*", lowest, this::note));
        ImapSession.ok(done, Kind.PROTOCOL, "a search");
        List<String> unknown = lowest.keys();
        Optional<String> reached =
                lowest.more || lowest.highest == 0 ? Optional.empty() : Optional.of(Long.toString(lowest.highest));
        return new Listing(unknown, lowest.more, from == 1, reached, exists);
    }

    /// Keeps the lowest so many unknown of all UIDs that a search finds.
    private static final class Lowest implements ImapReader.Handler {
        private final long from;
        private final Known known;
        private final int atMost;
        private final PriorityQueue<Long> lowest = new PriorityQueue<>(Collections.reverseOrder());
        private boolean more;
        private long highest;

        Lowest(long from, Known known, int atMost) {
            this.from = from;
            this.known = known;
            this.atMost = atMost;
        }

        @Override
        public OutputStream body(long sizeBytes) {
            return OutputStream.nullOutputStream();
        }

        @Override
        public void found(long uid) throws IOException {
            if (uid < from) {
                return; // n:* always has at least the last one
            }
            highest = Math.max(highest, uid);
            try {
                if (known.knows(Long.toString(uid))) {
                    return;
                }
            } catch (ArchiveException e) {
                throw new Incoming.Ours(e);
            }
            lowest.add(uid);
            if (lowest.size() > atMost) {
                lowest.poll();
                more = true;
            }
        }

        List<String> keys() {
            return lowest.stream().sorted().map(uid -> Long.toString(uid)).toList();
        }
    }

    @Override
    public void fetch(List<String> keys, Receiver receiver) throws ArchiveException {
        List<Long> wanted = uids(keys);
        Set<Long> missing = new LinkedHashSet<>(wanted);
        for (String set : UidSet.of(wanted)) {
            Done done = fetch(set, missing, receiver);
            if (done.status() != Status.OK
                    && ImapSession.refused(done, Kind.PROTOCOL, "mails").kind() == Kind.BUSY) {
                throw ImapSession.refused(done, Kind.PROTOCOL, "mails");
            }
        }
        for (long uid : List.copyOf(missing)) { // asked for again alone, so that one bad mail does not stop the others
            Done done = fetch(Long.toString(uid), missing, receiver);
            if (!missing.contains(uid)) {
                continue;
            }
            if (done.status() != Status.OK) {
                receiver.unreadable(Long.toString(uid), Lines.of(done.text()));
            } else if (there(uid)) {
                receiver.unreadable(Long.toString(uid), "the server names it and does not give it");
            } else {
                receiver.vanished(Long.toString(uid));
            }
        }
    }

    private boolean there(long uid) throws FetchException {
        Found found = new Found(new HashSet<>());
        Done done = session.command("UID SEARCH UID " + uid, found, this::note);
        ImapSession.ok(done, Kind.PROTOCOL, "a search");
        return found.uids.contains(uid);
    }

    private record Found(Set<Long> uids) implements ImapReader.Handler {
        @Override
        public OutputStream body(long sizeBytes) {
            return OutputStream.nullOutputStream();
        }

        @Override
        public void found(long uid) {
            uids.add(uid);
        }
    }

    /// A mail of which there is more than its first piece.
    private record Large(long uid, Incoming incoming, Optional<Instant> received) {
        long sizeBytes() {
            return incoming.spool().sizeBytes();
        }
    }

    private Done fetch(String set, Set<Long> missing, Receiver receiver) throws ArchiveException {
        Bodies bodies = new Bodies(receiver);
        List<Large> large = new ArrayList<>();
        try {
            String items = " (UID INTERNALDATE BODY.PEEK[]<0." + pieceBytes + ">)";
            Done done = guarded(() -> session.command("UID FETCH " + set + items, bodies, response -> {
                note(response);
                if (response instanceof Response.Fetched mail && mail.body().isPresent()) {
                    Incoming incoming = bodies.taken();
                    long uid = mail.uid().orElse(-1L);
                    boolean more = mail.origin().isPresent() && incoming.spool().sizeBytes() >= pieceBytes;
                    boolean wanted = missing.contains(uid) && large.stream().noneMatch(l -> l.uid() == uid);
                    if (wanted && !more) {
                        missing.remove(uid);
                        receiver.mail(Long.toString(uid), incoming.spool(), mail.received());
                    } else if (wanted && large.size() < LARGE_AT_ONCE) {
                        large.add(new Large(uid, incoming, mail.received()));
                    } else {
                        bodies.drop(incoming); // nobody asked for it, or it was given before; or it is asked for alone
                    }
                }
            }));
            while (!large.isEmpty()) {
                Large first = large.getFirst();
                boolean whole = finish(first);
                large.removeFirst();
                if (whole) {
                    missing.remove(first.uid());
                    receiver.mail(Long.toString(first.uid()), first.incoming().spool(), first.received());
                } else {
                    bodies.drop(first.incoming());
                }
            }
            return done;
        } finally {
            bodies.dropCurrent();
            large.forEach(left -> bodies.drop(left.incoming()));
        }
    }

    /// Fetches the rest of a large mail, also over a connection that breaks meanwhile: a UID names the same octets
    /// for as long as the numbering stays.
    ///
    /// @return false where the server does not give it as it was asked
    private boolean finish(Large mail) throws ArchiveException {
        int failures = 0;
        while (true) {
            long from = mail.sizeBytes();
            try {
                switch (piece(mail, from)) {
                    case MORE -> failures = 0;
                    case LAST -> {
                        return true;
                    }
                    case WRONG -> {
                        return false;
                    }
                }
            } catch (FetchException e) {
                failures = mail.sizeBytes() > from ? 1 : failures + 1;
                if (e.kind() != Kind.CUT
                        || account.isEmpty()
                        || failures > RETRIES
                        || Thread.currentThread().isInterrupted()) {
                    throw e;
                }
                LOG.info("in the middle of mail {}, after {} octets: {}", mail.uid(), mail.sizeBytes(), e.getMessage());
                openAgain(account.get());
            }
        }
    }

    private enum Piece {
        MORE,
        LAST,
        /// Not the octets that were asked for, or none.
        WRONG
    }

    private Piece piece(Large mail, long from) throws ArchiveException {
        List<Response.Fetched> came = new ArrayList<>();
        String command = "UID FETCH " + mail.uid() + " (UID BODY.PEEK[]<" + from + "." + pieceBytes + ">)";
        Done done = guarded(() -> session.command(command, new Rest(mail.incoming(), pieceBytes), response -> {
            note(response);
            if (response instanceof Response.Fetched piece && (piece.body().isPresent() || piece.none())) {
                came.add(piece);
            }
        }));
        if (done.status() != Status.OK
                && ImapSession.refused(done, Kind.PROTOCOL, "a mail").kind() == Kind.BUSY) {
            throw ImapSession.refused(done, Kind.PROTOCOL, "a mail");
        }
        if (done.status() != Status.OK
                || came.size() != 1
                || came.getFirst().uid().orElse(-1L) != mail.uid()) {
            return Piece.WRONG;
        }
        Response.Fetched piece = came.getFirst();
        if (piece.none()) {
            return Piece.LAST; // it ended with the piece before
        }
        if (!piece.origin().equals(Optional.of(from))) {
            return Piece.WRONG;
        }
        return mail.sizeBytes() - from == pieceBytes ? Piece.MORE : Piece.LAST;
    }

    private void openAgain(Account of) throws ArchiveException {
        long before = validity;
        session.connection().close();
        session = loggedIn(of, Steps.SILENT);
        validity = 0;
        enter("SELECT ");
        if (validity != before) {
            throw new FetchException(Kind.CUT, "the server numbers its mails anew");
        }
    }

    /// Puts a piece behind those that are here.
    private record Rest(Incoming incoming, int atMost) implements ImapReader.Handler {
        @Override
        public OutputStream body(long sizeBytes) throws IOException {
            if (sizeBytes > atMost) {
                throw new MalformedReplyException("a piece of " + sizeBytes + " octets, not " + atMost);
            }
            return incoming;
        }

        @Override
        public void found(long number) {}
    }

    /// Opens a place for each mail that comes.
    private static final class Bodies implements ImapReader.Handler {
        private final Receiver receiver;
        private Optional<Incoming> current = Optional.empty();

        Bodies(Receiver receiver) {
            this.receiver = receiver;
        }

        @Override
        public OutputStream body(long sizeBytes) throws IOException {
            Incoming incoming = Incoming.of(receiver);
            current = Optional.of(incoming);
            return incoming;
        }

        @Override
        public void found(long number) {}

        Incoming taken() {
            Incoming incoming = current.orElseThrow();
            current = Optional.empty();
            return incoming;
        }

        void drop(Incoming incoming) {
            try {
                incoming.close();
            } catch (IOException e) {
                // a spool file that stays goes with the next start
            }
        }

        void dropCurrent() {
            current.ifPresent(this::drop);
            current = Optional.empty();
        }
    }

    private interface Conversation {
        Done held() throws FetchException;
    }

    private static Done guarded(Conversation conversation) throws ArchiveException {
        try {
            return conversation.held();
        } catch (ImapSession.Ours e) {
            throw e.why().why();
        }
    }

    private static List<Long> uids(List<String> keys) {
        return keys.stream().map(Long::parseLong).sorted().distinct().toList();
    }

    @Override
    public Removed remove(List<String> keys, Removal how) throws ArchiveException {
        List<Long> uids = uids(keys);
        switch (how) {
            case Removal.Delete _ -> delete(uids);
            case Removal.MoveTo(String target)
            when moves() -> {
                for (String set : UidSet.of(uids)) {
                    into(target, "UID MOVE " + set);
                }
            }
            case Removal.MoveTo(String target) -> moveByCopy(uids, target);
        }
        return new Removed(Set.copyOf(keys), Optional.empty());
    }

    private boolean expungesByUid() {
        return session.can("UIDPLUS") || session.can("IMAP4REV2");
    }

    private boolean moves() {
        return session.can("MOVE") || session.can("IMAP4REV2");
    }

    private Optional<FetchException> store(String set, String how, String what) throws FetchException {
        Done done = session.command(
                "UID STORE " + set + " " + how + "FLAGS.SILENT (\\Deleted)", ImapReader.NOTHING, this::note);
        return refusal(done, Kind.RIGHTS, what);
    }

    private static Optional<FetchException> refusal(Done done, Kind otherwise, String what) {
        return done.status() == Status.OK ? Optional.empty() : Optional.of(ImapSession.refused(done, otherwise, what));
    }

    private static void ok(Optional<FetchException> refusal) throws FetchException {
        if (refusal.isPresent()) {
            throw refusal.get();
        }
    }

    private void delete(List<Long> uids) throws FetchException {
        for (String set : UidSet.of(uids)) {
            ok(store(set, "+", "to mark mails as deleted"));
            if (expungesByUid()) {
                ImapSession.ok(
                        session.command("UID EXPUNGE " + set, ImapReader.NOTHING, this::note),
                        Kind.RIGHTS,
                        "to remove mails");
            }
        }
        if (!expungesByUid()) {
            expungeOnly(new HashSet<>(uids));
        }
    }

    /// Without UIDPLUS only all mails that are marked can be removed, whoever marked them. So the marks of
    /// all others are taken off for as long as that takes, and put back, also where the server refuses to go
    /// on; where we are cut off in between, those mails stay without them. One that another client marks
    /// between the last look and EXPUNGE goes with ours: nothing in RFC 3501 keeps that from happening.
    private void expungeOnly(Set<Long> mine) throws FetchException {
        Set<String> unmarked = new LinkedHashSet<>();
        Optional<FetchException> refusal = unmarkOthers(mine, unmarked);
        if (refusal.isEmpty()) {
            Done done = session.command("EXPUNGE", ImapReader.NOTHING, this::note);
            refusal = refusal(done, Kind.RIGHTS, "to remove mails");
        }
        putMarksBack(unmarked);
        ok(refusal);
    }

    /// Takes marks off until a search finds none but ours.
    ///
    /// @param unmarked takes the sets of which marks were taken off: also one whose answer was no, which may
    ///     have come after some of them
    /// @return why others are marked still
    private Optional<FetchException> unmarkOthers(Set<Long> mine, Set<String> unmarked) throws FetchException {
        for (int looks = 1; ; looks++) {
            Found marked = new Found(new HashSet<>());
            Done done = session.command("UID SEARCH DELETED", marked, this::note);
            if (done.status() != Status.OK) {
                return refusal(done, Kind.PROTOCOL, "a search");
            }
            List<Long> others = marked.uids.stream()
                    .filter(uid -> !mine.contains(uid))
                    .sorted()
                    .toList();
            if (others.isEmpty()) {
                return Optional.empty();
            }
            if (looks == LOOKS_FOR_MARKS) {
                return Optional.of(new FetchException(
                        Kind.UNREMOVED,
                        "the server has no UIDPLUS, and " + others.size()
                                + " mails that are not to be removed are marked as deleted again and again"));
            }
            for (String set : UidSet.of(others)) {
                unmarked.add(set);
                Optional<FetchException> refusal = store(set, "-", "to take marks off while mails are removed");
                if (refusal.isPresent()) {
                    return refusal;
                }
            }
        }
    }

    /// Failing in this changes nothing about what was removed, or why it was not: it is told in the log.
    private void putMarksBack(Set<String> unmarked) {
        List<String> left = new ArrayList<>(unmarked);
        Optional<FetchException> trouble = Optional.empty();
        try {
            for (String set : unmarked) {
                Optional<FetchException> refusal = store(set, "+", "to put marks back");
                if (refusal.isEmpty()) {
                    left.remove(set);
                }
                trouble = trouble.or(() -> refusal);
            }
        } catch (FetchException e) { // the session is of no more use
            trouble = Optional.of(e);
        }
        if (trouble.isPresent()) {
            LOG.warn(
                    "{}: mails {} were marked as deleted by another client and have lost that mark: {}",
                    place("*"),
                    String.join(",", left),
                    trouble.get().getMessage());
        }
    }

    /// Without MOVE mails are copied, marked and removed. Where the server refuses the last two, the copies are
    /// there all the same: the next attempt makes no more of them.
    private void moveByCopy(List<Long> uids, String target) throws ArchiveException {
        Rights rights = rights();
        if (!rights.delete()) { // else each mail would be there twice
            throw new FetchException(Kind.RIGHTS, "mails may not leave the folder: " + rights.detail());
        }
        Copied.Way way = new Copied.Way(settings.host(), settings.text("user").orElse(""), folder, validity, target);
        List<Long> missing = copied.missing(way, uids);
        for (int from = 0; from < missing.size(); from += COPY_BATCH) {
            List<Long> some = missing.subList(from, Math.min(missing.size(), from + COPY_BATCH));
            for (String set : UidSet.of(some)) {
                into(target, "UID COPY " + set);
            }
            copied.add(some);
        }
        delete(uids);
        copied.gone(uids);
    }

    private void into(String target, String command) throws FetchException {
        String whole = command + " " + ImapText.folder(target);
        Done done = session.command(whole, ImapReader.NOTHING, this::note);
        if (done.status() == Status.NO
                && done.code()
                        .map(c -> c.name().equals("TRYCREATE") || c.name().equals("NONEXISTENT"))
                        .orElse(false)) {
            ImapSession.ok(session.command("CREATE " + ImapText.folder(target)), Kind.FOLDER, "to make " + target);
            done = session.command(whole, ImapReader.NOTHING, this::note);
        }
        ImapSession.ok(done, Kind.FOLDER, "to move mails to " + target);
    }

    @Override
    public int removalBatch() {
        return REMOVAL_BATCH;
    }

    @Override
    public boolean awaitNew(Duration atMost) throws ArchiveException {
        Duration most = atMost.compareTo(LONGEST_IDLE) < 0 ? atMost : LONGEST_IDLE;
        if (!session.can("IDLE")) {
            try {
                Thread.sleep(most);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                throw new FetchException(Kind.CUT, "cancelled", e);
            }
            ImapSession.ok(session.command("NOOP", ImapReader.NOTHING, this::note), Kind.PROTOCOL, "NOOP");
            return true;
        }
        long until = System.nanoTime() + most.toNanos();
        long before = exists;
        String mine = session.begin("IDLE");
        Optional<Done> refused = session.goOn(mine);
        if (refused.isPresent()) {
            throw ImapSession.refused(refused.get(), Kind.PROTOCOL, "IDLE");
        }
        boolean told = false;
        while (!told) {
            long left = until - System.nanoTime();
            if (left <= 0 || !session.await(Duration.ofNanos(Math.max(left, 1_000_000)))) {
                break;
            }
            session.connection().expect();
            Response response = session.read(ImapReader.NOTHING);
            note(response);
            if (response instanceof Response.Told(Status status, Optional<Code> _, String text)
                    && status == Status.BYE) {
                throw new FetchException(Kind.CUT, "the server ended the session: " + Lines.of(text));
            }
            told = response instanceof Response.Count count && count.what().equals("EXISTS");
        }
        session.write("DONE\r\n");
        session.flush();
        ImapSession.ok(session.end(mine, ImapReader.NOTHING, this::note), Kind.PROTOCOL, "IDLE");
        return told || exists > before;
    }

    @Override
    public Rights rights() throws ArchiveException {
        if (readOnly) {
            return new Rights(false, "the folder is read-only");
        }
        if (permanentFlags.isPresent()
                && !permanentFlags.get().toLowerCase(Locale.ROOT).contains("\\deleted")) {
            return new Rights(false, "the flag \\Deleted is not kept in this folder");
        }
        String removal = session.can("UIDPLUS")
                ? "UIDPLUS"
                : expungesByUid()
                        ? "IMAP4rev2"
                        : "no UIDPLUS: other mails that are marked as deleted lose that mark while archived ones are"
                                + " removed, and get it back";
        if (session.can("ACL")) {
            List<String> rights = new ArrayList<>();
            Done done = session.command("MYRIGHTS " + wire, ImapReader.NOTHING, response -> {
                note(response);
                if (response instanceof Response.Other(String name, List<String> words)
                        && name.equals("MYRIGHTS")
                        && words.size() > 1) {
                    rights.add(words.get(1));
                }
            });
            if (done.status() == Status.OK && !rights.isEmpty()) {
                String mine = rights.getFirst();
                boolean may = mine.contains("d") || (mine.contains("t") && mine.contains("e"));
                return new Rights(may, "rights " + mine + ", " + removal);
            }
        }
        return new Rights(true, removal + (moves() ? ", MOVE" : "") + (session.can("IDLE") ? ", IDLE" : ""));
    }

    @Override
    public Fill fill() throws ArchiveException {
        List<Long> storage = new ArrayList<>();
        if (session.can("QUOTA")) {
            session.command("GETQUOTAROOT " + wire, ImapReader.NOTHING, response -> {
                note(response);
                if (response instanceof Response.Other(String name, List<String> words) && name.equals("QUOTA")) {
                    for (int i = 1; i + 2 < words.size(); i++) {
                        if (words.get(i).equalsIgnoreCase("STORAGE")
                                && words.get(i + 1).matches("\\d{1,12}")
                                && words.get(i + 2).matches("\\d{1,12}")) {
                            storage.add(1024 * Long.parseLong(words.get(i + 1)));
                            storage.add(1024 * Long.parseLong(words.get(i + 2)));
                        }
                    }
                }
            });
        }
        if (storage.isEmpty() && session.can("STATUS=SIZE")) { // RFC 8438
            session.command("STATUS " + wire + " (SIZE)", ImapReader.NOTHING, response -> {
                note(response);
                if (response instanceof Response.Other(String name, List<String> words)
                        && name.equals("STATUS")
                        && words.size() > 2
                        && words.get(words.size() - 2).equalsIgnoreCase("SIZE")
                        && words.getLast().matches("\\d{1,18}")) {
                    storage.add(Long.parseLong(words.getLast()));
                }
            });
        }
        List<Instant> oldest = new ArrayList<>();
        if (exists > 0) {
            session.command("FETCH 1 (UID INTERNALDATE)", ImapReader.NOTHING, response -> {
                note(response);
                if (response instanceof Response.Fetched mail) {
                    mail.received().ifPresent(oldest::add);
                }
            });
        }
        return new Fill(
                exists,
                storage.stream().findFirst(),
                storage.stream().skip(1).findFirst(),
                oldest.stream().findFirst());
    }

    @Override
    public void close() {
        session.close();
    }
}
