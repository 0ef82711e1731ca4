package io.carteggio.embedded.reports;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.vault.Key;
import io.carteggio.embedded.catalogue.Sqlite;
import io.carteggio.embedded.disk.DurableFiles;
import io.carteggio.embedded.reports.QueuedReport.Draft;
import io.carteggio.embedded.reports.QueuedReport.State;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.report.ReportWriter.Octets;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// The reports that are not delivered yet, in a folder of their own: one SQLite file, in which a small report stands
/// sealed beside its facts, so that many that come at a time are forced together; a large one has a sealed file of its
/// own. What came just now is in memory, too, for most reports leave at once. Safe for many threads.
public final class ReportQueue implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ReportQueue.class);

    private static final int SCHEMA_VERSION = 3;

    /// So long a report can be sent again that the alternate mailbox has.
    public static final Duration KEPT_RETURNED = Duration.ofDays(30);

    /// Larger reports have a file.
    private static final int INLINE_BYTES = 256 * 1024;

    /// So much of what came just now is kept in memory.
    private static final long RECENT_BYTES = 16 << 20;

    /// Most reports leave while they are pending, and are in none of them. Of those that are due at the same time the
    /// least often tried is first: so one that never gets through holds up none for good.
    private static final String INDICES = """
            CREATE INDEX report_name ON report (report) WHERE state = 'RETURNED';
            CREATE INDEX report_due ON report (next, attempts, id) WHERE state = 'WAITING';
            CREATE INDEX report_destination ON report (destination, id) WHERE state = 'WAITING'""";

    /// `until` is set where the alternate mailbox has a report: so long it is kept. `destination` has a row for each
    /// mailbox that cannot be delivered to now.
    private static final String SCHEMA = """
            CREATE TABLE report (id INTEGER PRIMARY KEY, state TEXT NOT NULL, notice INTEGER NOT NULL,
                mailbox TEXT NOT NULL, destination TEXT NOT NULL, alternate TEXT, rules TEXT NOT NULL,
                report TEXT NOT NULL, needs TEXT NOT NULL, bytes INTEGER NOT NULL, queued INTEGER NOT NULL,
                attempts INTEGER NOT NULL, next INTEGER NOT NULL, last TEXT, remote TEXT, octets BLOB,
                until INTEGER);
            %s;
            CREATE TABLE destination (key TEXT PRIMARY KEY, address TEXT NOT NULL, trouble TEXT NOT NULL,
                since INTEGER NOT NULL, suspended INTEGER NOT NULL, last TEXT NOT NULL) WITHOUT ROWID
            """.formatted(INDICES);

    private static final String COLUMNS = "id, state, notice, mailbox, alternate, rules, report, needs, bytes, queued,"
            + " attempts, next, last, remote";

    private final Path folder;
    private final Key key;
    private final Sqlite database;
    private final AtomicLong names = new AtomicLong();
    private final Map<Long, Recent> recent = new ConcurrentHashMap<>();
    private final AtomicLong recentBytes = new AtomicLong();
    private final Map<String, Instant> asked =
            new ConcurrentHashMap<>(); // mailboxes in trouble: when one is tried next
    private final Map<Long, Boolean> owed = new ConcurrentHashMap<>(); // by id: whether it waits, else it goes
    private volatile Follower follower = new Follower() {
        @Override
        public void look() {}

        @Override
        public boolean released(List<QueuedReport> reports) {
            return false;
        }
    };

    /// Whoever delivers. Must not block.
    public interface Follower {
        /// There may be something new to be tried.
        void look();

        /// These are to be tried now.
        ///
        /// @return whether they are, all of them; else they are among those that are [#due]
        boolean released(List<QueuedReport> reports);
    }

    /// One that came just now.
    private record Recent(QueuedReport report, Content mail) {}

    private ReportQueue(Path folder, Key key, Sqlite database) {
        this.folder = folder;
        this.key = key;
        this.database = database;
    }

    /// Opens the queue in a folder, which is made where it is missing. What was pending when the program ended waits to
    /// be delivered: better a report of a message that did not go on than none of one that did.
    ///
    /// @param key seals the reports
    /// @param now from when on reports of an older version's queue are kept that the alternate mailbox has
    public static ReportQueue open(Path folder, Key key, Instant now) throws ArchiveException {
        try {
            DurableFiles.createDirectories(folder);
            Path file = folder.resolve("queue.db");
            boolean fresh = !Files.exists(file);
            ReportQueue queue = new ReportQueue(folder, key, Sqlite.forced(file, "queue of reports"));
            try {
                queue.begin(fresh, file, now);
                return queue;
            } catch (ArchiveException | IOException | RuntimeException e) {
                queue.close();
                throw e;
            }
        } catch (SQLException | IOException e) {
            throw new ArchiveException(
                    "the queue of reports in " + folder + " cannot be opened: " + e.getMessage(), true, e);
        }
    }

    private void begin(boolean fresh, Path file, Instant now) throws ArchiveException, IOException {
        int version = database.read(s -> s.first("PRAGMA user_version", r -> r.getInt(1)))
                .orElse(0);
        if (fresh || version == 0) {
            database.write(session -> {
                session.script(SCHEMA);
                return session.run("PRAGMA user_version = " + SCHEMA_VERSION);
            });
        } else if (version == 1 || version == 2) {
            database.write(session -> {
                session.run("ALTER TABLE report ADD COLUMN until INTEGER");
                session.run( // a notice is here until it was taken
                        "UPDATE report SET until = ? WHERE state = 'RETURNED'"
                                + " AND report NOT IN (SELECT report FROM report WHERE notice = 1)",
                        now.plus(KEPT_RETURNED).toEpochMilli());
                if (version == 1) { // all had files then
                    session.run("ALTER TABLE report ADD COLUMN octets BLOB");
                }
                session.script("DROP INDEX report_name; DROP INDEX report_due; DROP INDEX report_destination");
                session.script(INDICES);
                return session.run("PRAGMA user_version = " + SCHEMA_VERSION);
            });
        } else if (version != SCHEMA_VERSION) {
            throw new ArchiveException(
                    file + " is of version " + version + ", this program reads " + SCHEMA_VERSION
                            + ". Nothing was changed: deliver what waits with the program that wrote it.",
                    false);
        }
        long highest = database.read(s -> s.first("SELECT max(id) FROM report", r -> r.getLong(1)))
                .orElse(0L);
        Set<Long> known = new HashSet<>(
                database.read(s -> s.list("SELECT id FROM report WHERE octets IS NULL", r -> r.getLong(1))));
        Set<Long> files = new HashSet<>();
        try (DirectoryStream<Path> reports = Files.newDirectoryStream(folder, "*.report")) {
            for (Path report : reports) {
                long id = Long.parseLong(report.getFileName().toString().replace(".report", ""));
                highest = Math.max(highest, id);
                files.add(id);
            }
        }
        for (long id : files) {
            if (!known.contains(id)) { // written, and never vouched for; or delivered, and its file not yet removed
                Files.deleteIfExists(file(id));
            }
        }
        for (long id : known) {
            if (!files.contains(id)) {
                LOG.error("the report {} has no file any more", id);
            }
        }
        names.set(highest);
        database.read(s -> s.list(
                "SELECT key, (SELECT min(next) FROM report WHERE destination = key AND state = 'WAITING')"
                        + " FROM destination",
                r -> {
                    Optional<Instant> next = instant(r, 2);
                    if (next.isPresent()) {
                        asked.put(r.getString(1), next.get());
                    }
                    return 1;
                }));
        database.write(session ->
                session.run("UPDATE report SET state = ? WHERE state = ?", State.WAITING.name(), State.PENDING.name()));
    }

    /// Whoever delivers is told, from now on, when there is something to be tried at once.
    public void follow(Follower told) {
        follower = told;
    }

    private Path file(long id) {
        return folder.resolve(id + ".report");
    }

    /// Queues a report. When this returns it is forced to disk. Where its mailbox is in trouble, it waits until that is
    /// tried the next time.
    ///
    /// @param pending whether [#release] or [#drop] is still to come
    /// @return its id
    public long put(Draft draft, Content mail, Instant now, boolean pending) throws ArchiveException {
        return put(draft, mail, now, pending, session -> 0);
    }

    private long put(Draft draft, Content mail, Instant now, boolean pending, Sqlite.Work<Integer> also)
            throws ArchiveException {
        long id = names.incrementAndGet();
        Instant next = asked.getOrDefault(draft.mailbox().key(), now);
        boolean later = next.isAfter(now);
        QueuedReport report = new QueuedReport(
                id,
                pending || !later ? State.PENDING : State.WAITING, // whoever delivers finds it once
                draft.notice(),
                draft.mailbox(),
                draft.alternate(),
                draft.rules(),
                draft.reportId(),
                draft.needs(),
                mail.sizeBytes(),
                now,
                0,
                later ? next : now,
                Optional.empty(),
                Optional.empty());
        Optional<byte[]> plain = Optional.empty();
        byte @Nullable [] octets = null;
        try {
            if (mail.sizeBytes() <= INLINE_BYTES) {
                plain = Optional.of(mail.toByteArray(INLINE_BYTES));
                octets = SealedMail.seal(Content.of(plain.get()), key);
            } else {
                SealedMail.write(file(id), mail, key);
                DurableFiles.forceDirectory(folder);
            }
        } catch (IOException e) {
            throw new ArchiveException("a report cannot be queued: " + e.getMessage(), true, e);
        }
        plain.filter(all -> recentBytes.get() + all.length <= RECENT_BYTES).ifPresent(all -> {
            recentBytes.addAndGet(all.length);
            recent.put(id, new Recent(report, Content.owning(all, all.length)));
        });
        try {
            insert(report, octets, also);
        } catch (ArchiveException | RuntimeException e) {
            forget(id);
            remove(id);
            throw e;
        }
        if (!pending && later) {
            follower.look();
        } else if (!pending) {
            try {
                release(List.of(id));
            } catch (ArchiveException e) {
                LOG.warn("report {} is queued, and is tried as soon as the queue can be written", id, e);
            }
        }
        return id;
    }

    private void insert(QueuedReport report, byte @Nullable [] octets, Sqlite.Work<Integer> also)
            throws ArchiveException {
        database.writeGathered(
                session -> session.run(
                                "INSERT INTO report (id, state, notice, mailbox, destination, alternate, rules, report, needs,"
                                        + " bytes, queued, attempts, next, octets)"
                                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 0, ?, ?)",
                                report.id(),
                                report.state().name(),
                                report.notice() ? 1 : 0,
                                report.mailbox().raw(),
                                report.mailbox().key(),
                                report.alternate().map(Address::raw).orElse(null),
                                String.join("\n", report.rules()),
                                report.reportId(),
                                report.needs().name(),
                                report.sizeBytes(),
                                report.queued().toEpochMilli(),
                                report.next().toEpochMilli(),
                                octets)
                        + also.with(session),
                true);
    }

    /// Whoever delivers need not look for what came just now, where there is room for it.
    private boolean isTaken(Collection<Long> ids) {
        List<QueuedReport> known = new ArrayList<>();
        for (long id : ids) {
            Optional.ofNullable(recent.get(id))
                    .map(one -> one.report().as(State.WAITING))
                    .filter(report -> report.next().equals(report.queued()))
                    .ifPresent(known::add);
        }
        return known.size() == ids.size() && follower.released(known);
    }

    private void forget(long id) {
        Recent gone = recent.remove(id);
        if (gone != null) {
            recentBytes.addAndGet(-gone.report().sizeBytes());
        }
    }

    private void remove(long id) {
        try {
            Files.deleteIfExists(file(id));
        } catch (IOException e) {
            LOG.warn("the file of report {} could not be removed; it goes with the next start", id, e);
        }
    }

    /// Its message goes on: it is to be delivered. Where it is at once, nothing is written, for what was pending when
    /// the program ended is delivered, too.
    ///
    /// @throws ArchiveException where it could not be written, which [#settle] does later
    public void release(Collection<Long> ids) throws ArchiveException {
        if (!ids.isEmpty() && !isTaken(ids)) {
            waiting(ids);
        }
    }

    /// These are to be looked for among those that are [#due], though somebody had taken them to try them. Not forced:
    /// after a power cut they are delivered all the same.
    ///
    /// @throws ArchiveException where it could not be written, which [#settle] does later
    public void waiting(Collection<Long> ids) throws ArchiveException {
        try {
            database.writeGathered(
                    session -> {
                        for (long id : ids) {
                            session.run("UPDATE report SET state = ? WHERE id = ?", State.WAITING.name(), id);
                        }
                        return ids.size();
                    },
                    false);
        } catch (ArchiveException | RuntimeException e) {
            ids.forEach(id -> owed.put(id, true));
            throw e;
        } finally {
            follower.look();
        }
    }

    /// Its message does not go on: there is nothing to report. Not forced: after a power cut it may be delivered.
    ///
    /// @throws ArchiveException where one of them could not be removed, which [#settle] does later
    public void drop(Collection<Long> ids) throws ArchiveException {
        Optional<ArchiveException> failure = Optional.empty();
        for (long id : ids) {
            try {
                delivered(id);
            } catch (ArchiveException e) {
                owed.put(id, false);
                failure = Optional.of(e);
            }
        }
        if (failure.isPresent()) {
            follower.look();
            throw failure.get();
        }
    }

    /// Writes what could not be written of reports that nobody has in hand: that they wait, or that they go. Whoever
    /// delivers calls this before he looks for what is [#due].
    public void settle() throws ArchiveException {
        for (Map.Entry<Long, Boolean> one : Map.copyOf(owed).entrySet()) {
            long id = one.getKey();
            if (one.getValue()) {
                database.writeGathered(
                        session -> session.run(
                                "UPDATE report SET state = 'WAITING' WHERE id = ? AND state = 'PENDING'", id),
                        false);
            } else {
                delivered(id);
            }
            owed.remove(id);
        }
    }

    /// The octets of a report.
    public Content mail(QueuedReport report) {
        Recent known = recent.get(report.id());
        if (known != null) {
            return known.mail();
        }
        return report.sizeBytes() > INLINE_BYTES || Files.exists(file(report.id())) // as all of version 1
                ? SealedMail.in(file(report.id()), report.sizeBytes(), key)
                : new SealedMail(() -> new ByteArrayInputStream(sealed(report.id())), report.sizeBytes(), key);
    }

    private byte[] sealed(long id) throws IOException {
        try {
            return database.read(s -> s.first("SELECT octets FROM report WHERE id = ?", r -> r.getBytes(1), id))
                    .orElseThrow(() -> new IOException("report " + id + " is not here any more"));
        } catch (ArchiveException e) {
            throw new IOException(e.getMessage(), e);
        }
    }

    /// Whether its octets are still there.
    public boolean isThere(QueuedReport report) throws ArchiveException {
        return recent.containsKey(report.id())
                || Files.exists(file(report.id()))
                || database.read(s -> s.first(
                                "SELECT 1 FROM report WHERE id = ? AND octets IS NOT NULL", r -> true, report.id()))
                        .isPresent();
    }

    /// What is to be tried now: the longest due first, and of those that are due at the same time the least often
    /// tried.
    ///
    /// @param but mailboxes ([Address#key]) that are left out
    public List<QueuedReport> due(Instant now, Collection<String> but, int limit) throws ArchiveException {
        List<Object> values = new ArrayList<>(List.of(now.toEpochMilli()));
        values.addAll(but);
        values.add(limit);
        String others = but.isEmpty()
                ? ""
                : " AND destination NOT IN (" + String.join(", ", Collections.nCopies(but.size(), "?")) + ")";
        return database.read(s -> s.list(
                "SELECT " + COLUMNS + " FROM report WHERE state = 'WAITING' AND next <= ?" + others
                        + " ORDER BY next, attempts, id LIMIT ?",
                ReportQueue::report,
                values.toArray()));
    }

    /// When something is to be tried next.
    public Optional<Instant> nextDue() throws ArchiveException {
        return database.read(s -> s.first("SELECT min(next) FROM report WHERE state = 'WAITING'", r -> instant(r, 1)))
                .flatMap(next -> next);
    }

    /// Reports of these states, the oldest first, with ids above `after`.
    public List<QueuedReport> list(Collection<State> states, long after, int limit) throws ArchiveException {
        String names =
                String.join(", ", states.stream().map(s -> "'" + s.name() + "'").toList());
        return database.read(s -> s.list(
                "SELECT " + COLUMNS + " FROM report WHERE state IN (" + names + ") AND id > ? ORDER BY id LIMIT ?",
                ReportQueue::report,
                after,
                limit));
    }

    public Optional<QueuedReport> named(long id) throws ArchiveException {
        return database.read(s -> s.first("SELECT " + COLUMNS + " FROM report WHERE id = ?", ReportQueue::report, id));
    }

    /// The reports of an id that were given to the alternate mailbox.
    public List<QueuedReport> returned(String reportId) throws ArchiveException {
        return database.read(s -> s.list(
                "SELECT " + COLUMNS + " FROM report WHERE report = ? AND state = 'RETURNED'",
                ReportQueue::report,
                reportId));
    }

    /// The alternate mailbox has the reports of an id.
    ///
    /// @param until so long they are kept, to be sent again
    public void arrivedInNotice(String reportId, Instant until) throws ArchiveException {
        database.write(session -> session.run(
                "UPDATE report SET until = ? WHERE report = ? AND state = 'RETURNED'", until.toEpochMilli(), reportId));
    }

    /// The ids of the reports that the alternate mailbox has, and whose time here is over.
    public List<Long> outlived(Instant now) throws ArchiveException {
        return database.read(s -> s.list(
                "SELECT id FROM report WHERE state = 'RETURNED' AND until <= ? ORDER BY id",
                r -> r.getLong(1),
                now.toEpochMilli()));
    }

    /// Forgets a report that is [#outlived], unless it was sent again meanwhile. Not forced, but where it has a
    /// file: after a power cut it goes once more.
    public void letGo(long id, Instant now) throws ArchiveException {
        boolean hasFile = Files.exists(file(id));
        int gone = database.writeGathered(
                session -> session.run(
                        "DELETE FROM report WHERE id = ? AND state = 'RETURNED' AND until <= ?",
                        id,
                        now.toEpochMilli()),
                hasFile);
        if (hasFile && gone > 0) {
            remove(id);
        }
    }

    /// How many reports there are of each state.
    public Map<State, Long> counts() throws ArchiveException {
        Map<State, Long> counts = new TreeMap<>();
        database.read(s -> s.list("SELECT state, count(*) FROM report GROUP BY state", r -> {
            counts.put(State.valueOf(r.getString(1)), r.getLong(2));
            return 1;
        }));
        return counts;
    }

    /// What is queued for a mailbox, but for what is pending.
    ///
    /// @param bytes octets of all these reports
    /// @param oldest since when the oldest waits
    /// @param next when the first of them is tried
    public record Backlog(
            Address mailbox,
            long waiting,
            long returned,
            long dead,
            long bytes,
            Optional<Instant> oldest,
            Optional<Instant> next) {}

    /// What is queued, by mailbox, in the order of their addresses.
    public List<Backlog> backlogs() throws ArchiveException {
        return database.read(s -> s.list(
                """
                SELECT max(mailbox), sum(state = 'WAITING'), sum(state = 'RETURNED'), sum(state = 'DEAD'), sum(bytes),
                    min(CASE WHEN state = 'WAITING' THEN queued END), min(CASE WHEN state = 'WAITING' THEN next END)
                FROM report WHERE state <> 'PENDING' GROUP BY destination ORDER BY destination""",
                r -> new Backlog(
                        new Address(r.getString(1)),
                        r.getLong(2),
                        r.getLong(3),
                        r.getLong(4),
                        r.getLong(5),
                        instant(r, 6),
                        instant(r, 7))));
    }

    /// Since when the oldest waits that is to be delivered.
    public Optional<Instant> oldest() throws ArchiveException {
        return database.read(s -> s.first("SELECT min(queued) FROM report WHERE state = 'WAITING'", r -> instant(r, 1)))
                .flatMap(at -> at);
    }

    /// It has arrived: it is forgotten here. Not forced, but where it has a file: after a power cut it may arrive once
    /// more, and must then still be whole.
    public void delivered(long id) throws ArchiveException {
        boolean hasFile = !recent.containsKey(id) && Files.exists(file(id));
        forget(id);
        database.writeGathered(session -> session.run("DELETE FROM report WHERE id = ?", id), hasFile);
        if (hasFile) {
            remove(id);
        }
    }

    /// Nothing of what left is in any file when this returns.
    public void scrub() throws ArchiveException {
        database.emptyLog();
    }

    /// It is tried again later.
    public void deferred(long id, Instant next, String last, Optional<String> remote) throws ArchiveException {
        forget(id);
        database.write(session -> session.run(
                "UPDATE report SET state = 'WAITING', attempts = attempts + 1, next = ?, last = ?, remote = ?"
                        + " WHERE id = ?",
                next.toEpochMilli(),
                last,
                remote.orElse(null),
                id));
    }

    /// It is not tried any more, but kept.
    public void ended(long id, State state, String last) throws ArchiveException {
        forget(id);
        database.write(
                session -> session.run("UPDATE report SET state = ?, last = ? WHERE id = ?", state.name(), last, id));
    }

    /// It goes to the alternate mailbox in a notice, which is queued, and is kept: both, or neither.
    ///
    /// @param last why it does not reach its own
    public void giveBack(long id, String last, Draft draft, Content notice, Instant now) throws ArchiveException {
        put(
                draft,
                notice,
                now,
                false,
                session -> session.run("UPDATE report SET state = 'RETURNED', last = ? WHERE id = ?", last, id));
        forget(id);
    }

    /// It waits anew from now on, as if it had never been tried.
    public void again(Collection<Long> ids, Instant now) throws ArchiveException {
        database.write(session -> {
            for (long id : ids) {
                session.run(
                        "UPDATE report SET state = ?, queued = ?, next = ?, attempts = 0, until = NULL"
                                + " WHERE id = ? AND state <> ?",
                        State.WAITING.name(),
                        now.toEpochMilli(),
                        now.toEpochMilli(),
                        id,
                        State.PENDING.name());
            }
            return ids.size();
        });
        follower.look();
    }

    /// A mailbox that cannot be delivered to.
    ///
    /// @param refused whether its address is; else nobody takes the mail
    /// @param since when that began
    /// @param suspended whether it has been so for so long that it is only asked now and then
    public record Destination(Address address, boolean refused, Instant since, boolean suspended, String last) {
        /// What is wrong, in a word: `suspended`, `refused` or `unreachable`.
        public String trouble() {
            return suspended ? "suspended" : refused ? "refused" : "unreachable";
        }
    }

    /// All mailboxes that cannot be delivered to, by [Address#key].
    public Map<String, Destination> destinations() throws ArchiveException {
        Map<String, Destination> all = new TreeMap<>();
        database.read(s -> s.list("SELECT key, address, trouble, since, suspended, last FROM destination", r -> {
            all.put(r.getString(1), destination(r, 2));
            return 1;
        }));
        return all;
    }

    /// Keeps how a mailbox stands; what was known of it is replaced.
    public void troubled(Destination destination) throws ArchiveException {
        database.write(session -> session.run(
                "INSERT INTO destination (key, address, trouble, since, suspended, last) VALUES (?, ?, ?, ?, ?, ?)"
                        + " ON CONFLICT (key) DO UPDATE SET trouble = excluded.trouble, since = excluded.since,"
                        + " suspended = excluded.suspended, last = excluded.last",
                destination.address().key(),
                destination.address().raw(),
                destination.refused() ? "refused" : "unreachable",
                destination.since().toEpochMilli(),
                destination.suspended() ? 1 : 0,
                destination.last()));
    }

    /// A mailbox takes mail (again): all that waits for it is tried at once.
    public void recovered(Address mailbox, Instant now) throws ArchiveException {
        asked.remove(mailbox.key());
        database.write(session -> {
            session.run("DELETE FROM destination WHERE key = ?", mailbox.key());
            return session.run(
                    "UPDATE report SET next = ? WHERE destination = ? AND state = 'WAITING' AND next > ?",
                    now.toEpochMilli(),
                    mailbox.key(),
                    now.toEpochMilli());
        });
        follower.look();
    }

    /// What waits for a mailbox is not tried before an instant, but for one report, and for those whose time is over.
    ///
    /// @param over reports are over that are queued since then or longer
    public void postponed(Address mailbox, long but, Instant until, Instant over) throws ArchiveException {
        asked.put(mailbox.key(), until);
        database.write(session -> session.run(
                "UPDATE report SET next = ? WHERE destination = ? AND state = 'WAITING' AND next < ? AND id <> ?"
                        + " AND queued > ?",
                until.toEpochMilli(),
                mailbox.key(),
                until.toEpochMilli(),
                but,
                over.toEpochMilli()));
    }

    /// Mailboxes that cannot be delivered to, and for which nothing waits that would find out when they can.
    public List<Destination> unasked() throws ArchiveException {
        return database.read(s -> s.list(
                "SELECT address, trouble, since, suspended, last FROM destination WHERE NOT EXISTS"
                        + " (SELECT 1 FROM report WHERE destination = key AND state = 'WAITING')",
                r -> destination(r, 1)));
    }

    /// Forgets that a mailbox cannot be delivered to, unless something waits for it, or may soon.
    ///
    /// @return whether it is forgotten
    public boolean forget(Address mailbox) throws ArchiveException {
        boolean forgotten = database.write(session -> session.run(
                        "DELETE FROM destination WHERE key = ? AND NOT EXISTS (SELECT 1 FROM report"
                                + " WHERE destination = key AND state IN ('WAITING', 'PENDING'))",
                        mailbox.key()))
                > 0;
        if (forgotten) {
            asked.remove(mailbox.key());
        }
        return forgotten;
    }

    /// @param column of its address
    private static Destination destination(ResultSet r, int column) throws SQLException {
        return new Destination(
                new Address(r.getString(column)),
                r.getString(column + 1).equals("refused"),
                Instant.ofEpochMilli(r.getLong(column + 2)),
                r.getBoolean(column + 3),
                r.getString(column + 4));
    }

    private static QueuedReport report(ResultSet r) throws SQLException {
        String rules = r.getString(6);
        return new QueuedReport(
                r.getLong(1),
                State.valueOf(r.getString(2)),
                r.getBoolean(3),
                new Address(r.getString(4)),
                Optional.ofNullable(r.getString(5)).map(Address::new),
                rules.isEmpty() ? List.of() : List.of(rules.split("\n", -1)),
                r.getString(7),
                Octets.valueOf(r.getString(8)),
                r.getLong(9),
                Instant.ofEpochMilli(r.getLong(10)),
                r.getInt(11),
                Instant.ofEpochMilli(r.getLong(12)),
                Optional.ofNullable(r.getString(13)),
                Optional.ofNullable(r.getString(14)));
    }

    private static Optional<Instant> instant(ResultSet r, int column) throws SQLException {
        @Nullable Object value = r.getObject(column);
        return value == null ? Optional.empty() : Optional.of(Instant.ofEpochMilli(r.getLong(column)));
    }

    @Override
    public void close() throws ArchiveException {
        try {
            database.close();
        } catch (SQLException e) {
            throw new ArchiveException("the queue of reports did not close", false, e);
        }
    }
}
