package io.carteggio.server.fetch.ews;

import io.carteggio.archive.ArchiveException;
import io.carteggio.server.fetch.Account;
import io.carteggio.server.fetch.FetchException;
import io.carteggio.server.fetch.FetchException.Kind;
import io.carteggio.server.fetch.Incoming;
import io.carteggio.server.fetch.Receiver;
import io.carteggio.server.fetch.RemoteMailbox;
import io.carteggio.server.fetch.Settings;
import io.carteggio.server.fetch.Steps;
import io.carteggio.server.fetch.Steps.Step;
import io.carteggio.server.fetch.ews.Requests.Folder;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A folder of an Exchange mailbox. A key is an item's id.
final class EwsMailbox implements RemoteMailbox {
    /// Ids that are asked for at once; the server gives at most 1,000.
    static final int PAGE = 500;

    /// Mails that are asked for at once: the server puts the whole answer together before it begins.
    static final int TOGETHER = 5;

    /// Removals that are asked for at once.
    static final int REMOVAL_BATCH = 100;

    /// A listing that goes on for longer is none.
    static final long MAILS_LIMIT = 20_000_000;

    /// So many answers in a row that come to nothing, and it is not the mails.
    static final int FAILURES_LIMIT = 4;

    /// So often a mail is asked for alone before it counts as unreadable in this run.
    static final int TRIES = 3;

    private static final Folder ROOT = new Folder.Distinguished("msgfolderroot");
    private static final Folder INBOX = new Folder.Distinguished("inbox");

    private final Settings settings;
    private final EwsSession session;
    private Folder folder = INBOX;
    private final Map<String, Folder> targets = new HashMap<>();

    private EwsMailbox(Settings settings, EwsSession session) {
        this.settings = settings;
        this.session = session;
    }

    static EwsMailbox open(Account account, EwsSession session, Steps steps) throws ArchiveException {
        EwsMailbox mailbox = new EwsMailbox(account.settings(), session);
        try {
            session.enter(steps);
            steps.begin(Step.FOLDER);
            String name = account.settings().folder();
            mailbox.folder = mailbox.resolved(name)
                    .orElseThrow(() -> new FetchException(Kind.FOLDER, "there is no folder " + name));
            steps.done(name + ": " + mailbox.sizes().mails + " mails");
            return mailbox;
        } catch (ArchiveException | RuntimeException e) {
            session.close();
            throw e;
        }
    }

    /// Asks for one thing; anything but success is an exception.
    private void ask(String operation, String body, Outcome.Payload payload) throws ArchiveException {
        Outcome outcome = session.patiently(() -> {
            Outcome heard = outcome(operation, body, payload);
            if (heard.busy()) {
                throw heard.trouble(operation);
            }
            return heard;
        });
        if (!outcome.success()) {
            throw outcome.trouble(operation);
        }
    }

    private Outcome outcome(String operation, String body, Outcome.Payload payload) throws ArchiveException {
        List<Outcome> outcomes = new ArrayList<>();
        session.call(operation, body, 1, new EwsSession.Answers() {
            @Override
            public void element(int message, SoapReader in) throws IOException {
                payload.element(in);
            }

            @Override
            public void ended(int message, Outcome outcome) {
                outcomes.add(outcome);
            }
        });
        return outcomes.getFirst();
    }

    // ---- folders ----

    static List<String> names(String path) {
        return Arrays.asList(path.split("/", -1));
    }

    private Optional<Folder> resolved(String path) throws ArchiveException {
        Folder at = ROOT;
        for (String name : names(path)) {
            Optional<Folder> next =
                    at.equals(ROOT) && name.equalsIgnoreCase("INBOX") ? Optional.of(INBOX) : child(at, name);
            if (next.isEmpty()) {
                return next;
            }
            at = next.get();
        }
        return Optional.of(at);
    }

    private Optional<Folder> child(Folder parent, String name) throws ArchiveException {
        List<Folder> found = new ArrayList<>();
        ask("FindFolder", Requests.findFolder(parent, name), in -> {
            boolean ours = in.is(SoapReader.MESSAGES, "RootFolder");
            while (in.child()) {
                if (ours && in.is(SoapReader.TYPES, "Folders")) {
                    folders(in, found);
                } else {
                    in.skip();
                }
            }
        });
        if (found.size() > 1) {
            throw new FetchException(Kind.FOLDER, "there is more than one folder " + name);
        }
        return found.stream().findFirst();
    }

    private static void folders(SoapReader in, List<Folder> found) throws IOException {
        while (in.child()) {
            while (in.child()) {
                if (in.is(SoapReader.TYPES, "FolderId")) {
                    found.add(new Folder.Id(id(in)));
                }
                in.skip();
            }
        }
    }

    private static String id(SoapReader in) throws SoapReader.Malformed {
        String id = in.attribute("Id").orElse("");
        if (id.isEmpty() || id.length() > KEY_LIMIT || !Requests.sayable(id)) {
            throw new SoapReader.Malformed("an id of " + id.length() + " characters");
        }
        return id;
    }

    /// Where archived mails go: made where it is missing.
    private Folder target(String path) throws ArchiveException {
        Folder known = targets.get(path);
        if (known != null) {
            return known;
        }
        Folder at = ROOT;
        for (String name : names(path)) {
            Folder parent = at;
            if (at.equals(ROOT) && name.equalsIgnoreCase("INBOX")) {
                at = INBOX;
                continue;
            }
            Optional<Folder> there = child(parent, name);
            if (there.isEmpty()) {
                Outcome made = session.patiently(() -> {
                    Outcome heard = outcome("CreateFolder", Requests.createFolder(parent, name), SoapReader::skip);
                    if (!heard.success() && !heard.code().equals(Codes.FOLDER_EXISTS)) {
                        throw heard.trouble("CreateFolder " + name);
                    }
                    return heard;
                });
                there = child(parent, name);
                if (there.isEmpty()) {
                    throw new FetchException(
                            Kind.FOLDER, "the folder " + name + " is not there after it was made: " + made.code());
                }
            }
            at = there.get();
        }
        if (at.equals(folder)) {
            throw new FetchException(Kind.FOLDER, "archived mails are to move into the folder where they lie");
        }
        targets.put(path, at);
        return at;
    }

    /// What the server tells of the folder.
    private static final class Sizes {
        private long mails;
        private Optional<Long> bytes = Optional.empty();
    }

    private Sizes sizes() throws ArchiveException {
        Sizes sizes = new Sizes();
        ask("GetFolder", Requests.getFolder(folder), in -> {
            while (in.child()) {
                while (in.child()) {
                    if (in.is(SoapReader.TYPES, "TotalCount")) {
                        sizes.mails = number(in.text());
                    } else if (in.is(SoapReader.TYPES, "ExtendedProperty")) { // the one that was asked for
                        value(in, sizes);
                    } else {
                        in.skip();
                    }
                }
            }
        });
        return sizes;
    }

    private static void value(SoapReader in, Sizes sizes) throws IOException {
        while (in.child()) {
            if (in.is(SoapReader.TYPES, "Value")) {
                sizes.bytes = Optional.of(number(in.text()));
            } else {
                in.skip();
            }
        }
    }

    private static long number(String text) throws SoapReader.Malformed {
        if (!text.matches("\\d{1,18}")) {
            throw new SoapReader.Malformed("a number that is none");
        }
        return Long.parseLong(text);
    }

    // ---- what there is ----

    @Override
    public String place(String key) {
        return "ews://" + settings.host() + "/" + settings.folder() + ";id=" + key;
    }

    @Override
    public Optional<String> tls() {
        return session.tls();
    }

    /// Ids are for good; those of another mailbox are others.
    @Override
    public String epoch() {
        return "items of " + session.mailbox().orElse("the user");
    }

    /// One page of a folder.
    private static final class Page {
        private long found;
        private long total;
        private boolean last;
        private Optional<Instant> oldest = Optional.empty();
    }

    private interface Found {
        void found(String id) throws ArchiveException;
    }

    /// Hears the ids of a page.
    private Page page(int atMost, long offset, boolean received, Found found) throws ArchiveException {
        return session.patiently(() -> {
            Page page = new Page();
            Outcome outcome = outcome(
                    "FindItem", Requests.findItem(folder, atMost, offset, received), in -> root(in, page, found));
            if (!outcome.success()) {
                throw outcome.trouble("FindItem");
            }
            return page;
        });
    }

    private static void root(SoapReader in, Page page, Found found) throws IOException {
        boolean ours = in.is(SoapReader.MESSAGES, "RootFolder");
        if (ours) {
            page.total = number(in.attribute("TotalItemsInView").orElse("0"));
            page.last = in.attribute("IncludesLastItemInRange").orElse("").matches("true|1");
        }
        while (in.child()) {
            if (!ours || !in.is(SoapReader.TYPES, "Items")) {
                in.skip();
                continue;
            }
            while (in.child()) { // whatever it is: a message, a meeting request, an item
                item(in, page, found);
            }
        }
    }

    private static void item(SoapReader in, Page page, Found found) throws IOException {
        Optional<String> id = Optional.empty();
        while (in.child()) {
            if (in.is(SoapReader.TYPES, "ItemId")) {
                id = Optional.of(id(in));
                in.skip();
            } else if (in.is(SoapReader.TYPES, "DateTimeReceived")) {
                Optional<Instant> received = instant(in.text());
                page.oldest = page.oldest.or(() -> received);
            } else {
                in.skip();
            }
        }
        if (id.isEmpty()) {
            throw new SoapReader.Malformed("an item without an id");
        }
        page.found++;
        try {
            found.found(id.get());
        } catch (ArchiveException e) {
            throw new Incoming.Ours(e);
        }
    }

    private static Optional<Instant> instant(String text) {
        try {
            return Optional.of(OffsetDateTime.parse(text).toInstant());
        } catch (DateTimeException e) {
            return Optional.empty(); // it only says when, and does not say that
        }
    }

    @Override
    public Listing list(Optional<String> cursor, Known known, int atMost) throws ArchiveException {
        Set<String> unknown = new LinkedHashSet<>();
        boolean[] more = {false};
        long named = 0;
        long most = 0;
        boolean shrank = false;
        while (true) {
            Page page = page(PAGE, named, false, id -> {
                if (!known.knows(id)) {
                    more[0] |= unknown.size() >= atMost && !unknown.contains(id);
                    if (unknown.size() < atMost) {
                        unknown.add(id);
                    }
                }
            });
            named += page.found;
            shrank |= page.total < most; // somebody removes mails meanwhile: some moved past us
            most = Math.max(most, page.total);
            if (named > MAILS_LIMIT) {
                throw new FetchException(Kind.PROTOCOL, "the folder has no end: " + named + " mails");
            }
            boolean end = page.last || page.found == 0;
            if (end || more[0]) {
                boolean complete = end && !shrank && named >= page.total;
                return new Listing(List.copyOf(unknown), more[0], complete, Optional.empty(), page.total);
            }
        }
    }

    // ---- mails come ----

    @Override
    public void fetch(List<String> keys, Receiver receiver) throws ArchiveException {
        Asking asking = new Asking(keys, receiver);
        while (asking.more()) {
            List<String> now = asking.next();
            try (Mails mails = new Mails(now, receiver, asking)) {
                session.call("GetItem", Requests.getMime(now), now.size(), mails);
            } catch (FetchException e) {
                asking.failed(now, e);
            }
            if (asking.busy.isPresent()) {
                session.await(asking.busy.get());
            }
        }
    }

    /// What is still to be asked for. Where an answer to several comes to nothing, each is asked for
    /// alone, so that one mail that the server cannot give does not stand in the way of all others.
    private final class Asking {
        private final Receiver receiver;
        private final Deque<String> together;
        private final Deque<String> alone = new ArrayDeque<>();
        private final Map<String, Integer> troubles = new HashMap<>();
        private final Set<String> answered = new HashSet<>();
        private Optional<FetchException> busy = Optional.empty();
        private int failures;

        Asking(List<String> keys, Receiver receiver) {
            this.receiver = receiver;
            together = new ArrayDeque<>(keys);
        }

        boolean more() {
            return !together.isEmpty() || !alone.isEmpty();
        }

        List<String> next() {
            busy = Optional.empty();
            answered.clear();
            if (!alone.isEmpty()) {
                return List.of(alone.remove());
            }
            List<String> next = new ArrayList<>();
            while (next.size() < TOGETHER && !together.isEmpty()) {
                next.add(together.remove());
            }
            return next;
        }

        /// The receiver heard of it.
        void settled(String key) {
            answered.add(key);
            failures = 0;
            session.calm();
        }

        /// The server was busy with this one alone.
        void busy(String key, Outcome outcome) {
            answered.add(key);
            FetchException why = outcome.trouble("a mail");
            if (outcome.serverBusy() || troubles.merge(key, 1, Integer::sum) < TRIES) {
                alone.add(key);
                busy = Optional.of(why);
            } else {
                receiver.unreadable(key, String.valueOf(why.getMessage()));
            }
        }

        /// The answer to all of these failed, in the middle or from the start.
        void failed(List<String> now, FetchException e) throws FetchException {
            if (Thread.currentThread().isInterrupted()) {
                throw e;
            }
            List<String> open =
                    now.stream().filter(key -> !answered.contains(key)).toList();
            switch (e.kind()) {
                case BUSY -> {
                    open.reversed().forEach(now.size() > 1 ? together::addFirst : alone::addFirst);
                    busy = Optional.of(e);
                }
                case CUT, PROTOCOL -> {
                    if (++failures >= FAILURES_LIMIT) {
                        throw e;
                    }
                    for (String key : open) {
                        if (now.size() > 1 || troubles.merge(key, 1, Integer::sum) < TRIES) {
                            alone.add(key);
                        } else {
                            receiver.unreadable(key, String.valueOf(e.getMessage()));
                        }
                    }
                }
                default -> throw e;
            }
        }
    }

    /// The mails of one answer.
    private final class Mails implements EwsSession.Answers, AutoCloseable {
        private final List<String> asked;
        private final Receiver receiver;
        private final Asking asking;
        private Optional<Incoming> coming = Optional.empty();
        private Optional<String> fault = Optional.empty();
        private Optional<String> id = Optional.empty();
        private Optional<Instant> received = Optional.empty();

        Mails(List<String> asked, Receiver receiver, Asking asking) {
            this.asked = asked;
            this.receiver = receiver;
            this.asking = asking;
        }

        @Override
        public void element(int message, SoapReader in) throws IOException {
            boolean ours = in.is(SoapReader.MESSAGES, "Items");
            while (in.child()) {
                if (ours) {
                    item(in);
                } else {
                    in.skip();
                }
            }
        }

        private void item(SoapReader in) throws IOException {
            while (in.child()) {
                if (in.is(SoapReader.TYPES, "MimeContent")) {
                    if (coming.isPresent()) {
                        throw new SoapReader.Malformed("two mails where one was asked for");
                    }
                    Incoming incoming = Incoming.of(receiver);
                    coming = Optional.of(incoming);
                    session.expect();
                    fault = in.base64(incoming);
                } else if (in.is(SoapReader.TYPES, "ItemId")) {
                    id = Optional.of(EwsMailbox.id(in));
                    in.skip();
                } else if (in.is(SoapReader.TYPES, "DateTimeReceived")) {
                    received = instant(in.text());
                } else {
                    in.skip();
                }
            }
        }

        @Override
        public void ended(int message, Outcome outcome) throws IOException {
            String key = asked.get(message);
            if (outcome.busy()) {
                asking.busy(key, outcome);
            } else if (outcome.gone()) {
                asking.settled(key);
                receiver.vanished(key);
            } else {
                asking.settled(key);
                Optional<String> why = unreadable(key, outcome);
                if (why.isPresent()) {
                    receiver.unreadable(key, why.get());
                } else {
                    Incoming mail = coming.orElseThrow();
                    coming = Optional.empty(); // it is the receiver's from here on
                    receiver.mail(key, mail.spool(), received);
                }
            }
            close();
            fault = Optional.empty();
            id = Optional.empty();
            received = Optional.empty();
        }

        private Optional<String> unreadable(String key, Outcome outcome) {
            if (!outcome.success()) {
                return Optional.of(outcome.said());
            }
            if (coming.isEmpty()) {
                return Optional.of("the server says yes and gives no content");
            }
            if (fault.isPresent()) {
                return Optional.of("its content is no good base64: " + fault.get());
            }
            return id.equals(Optional.of(key))
                    ? Optional.empty()
                    : Optional.of("the server gives another mail than was asked for");
        }

        @Override
        public void close() {
            coming.ifPresent(incoming -> {
                try {
                    incoming.close();
                } catch (IOException e) {
                    // a spool file that stays goes with the next start
                }
            });
            coming = Optional.empty();
        }
    }

    // ---- mails go ----

    @Override
    public Removed remove(List<String> keys, Removal how) throws ArchiveException {
        Set<String> removed = new HashSet<>();
        Optional<FetchException> refused = Optional.empty();
        Deque<String> waiting = new ArrayDeque<>(keys);
        while (!waiting.isEmpty()) {
            List<String> now = new ArrayList<>();
            while (now.size() < REMOVAL_BATCH && !waiting.isEmpty()) {
                now.add(waiting.remove());
            }
            List<Outcome> outcomes;
            try {
                outcomes = outcomes(now, how);
            } catch (FetchException e) {
                if (e.kind() != Kind.BUSY) {
                    throw e;
                }
                now.reversed().forEach(waiting::addFirst);
                session.await(e);
                continue;
            }
            Optional<FetchException> busy = Optional.empty();
            int before = removed.size();
            for (int i = 0; i < now.size(); i++) {
                Outcome outcome = outcomes.get(i);
                if (outcome.success() || outcome.gone()) {
                    removed.add(now.get(i));
                } else if (outcome.busy()) {
                    waiting.add(now.get(i));
                    busy = Optional.of(outcome.trouble("a removal"));
                } else {
                    refused = refused.or(() -> Optional.of(unremoved(outcome)));
                }
            }
            if (removed.size() > before) {
                session.calm();
            }
            if (busy.isPresent()) {
                session.await(busy.get());
            }
        }
        if (refused.isPresent() && removed.isEmpty()) {
            throw refused.get();
        }
        return new Removed(removed, refused);
    }

    private static FetchException unremoved(Outcome outcome) {
        FetchException why = outcome.trouble("a removal");
        return switch (why.kind()) {
            case RIGHTS, FOLDER, FULL -> why;
            default -> new FetchException(Kind.UNREMOVED, String.valueOf(why.getMessage()));
        };
    }

    private List<Outcome> outcomes(List<String> keys, Removal how) throws ArchiveException {
        List<Outcome> outcomes = new ArrayList<>();
        EwsSession.Answers answers = new EwsSession.Answers() {
            @Override
            public void element(int message, SoapReader in) throws IOException {
                in.skip(); // where a moved mail lies now is of no interest
            }

            @Override
            public void ended(int message, Outcome outcome) {
                outcomes.add(outcome);
            }
        };
        switch (how) {
            case Removal.Delete() -> session.call("DeleteItem", Requests.deleteItem(keys), keys.size(), answers);
            case Removal.MoveTo(String to) ->
                session.call("MoveItem", Requests.moveItem(target(to), keys), keys.size(), answers);
        }
        return outcomes;
    }

    @Override
    public int removalBatch() {
        return REMOVAL_BATCH;
    }

    /// The server is left alone meanwhile: it closes connections that say nothing for a while.
    @Override
    public boolean awaitNew(Duration atMost) throws ArchiveException {
        session.close();
        session.sleep(atMost);
        return true;
    }

    @Override
    public Rights rights() throws ArchiveException {
        List<String> oldest = new ArrayList<>();
        var _ = page(1, 0, false, oldest::add);
        if (oldest.isEmpty()) {
            return new Rights(true, "not known: the folder is empty, and the server tells only of a mail");
        }
        boolean[] may = {false};
        ask("GetItem", Requests.getRights(oldest.getFirst()), in -> {
            while (in.child()) {
                while (in.child()) {
                    boolean rights = in.is(SoapReader.TYPES, "EffectiveRights");
                    while (in.child()) {
                        if (rights && in.is(SoapReader.TYPES, "Delete")) {
                            may[0] = in.text().matches("true|1");
                        } else {
                            in.skip();
                        }
                    }
                }
            }
        });
        return new Rights(may[0], "the rights that the server tells for the oldest mail");
    }

    @Override
    public Fill fill() throws ArchiveException {
        Page first = page(1, 0, true, _ -> {});
        Sizes sizes = sizes();
        return new Fill(sizes.mails, sizes.bytes, Optional.empty(), first.oldest);
    }

    @Override
    public void close() {
        session.close();
    }
}
