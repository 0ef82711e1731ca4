package io.carteggio.embedded.jobs;

import io.carteggio.archive.ArchiveException;
import io.carteggio.embedded.catalogue.Sqlite;
import io.carteggio.embedded.catalogue.Sqlite.Session;
import io.carteggio.embedded.jobs.JobRun.Outcome;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Optional;

/// The state of fetched mailboxes and the history of jobs, in one SQLite file. Safe for many threads.
public final class JobStore implements AutoCloseable {
    /// Runs of a job that are kept.
    public static final int HISTORY_LIMIT = 1_000;

    private static final int SCHEMA_VERSION = 1;

    /// `mail` has a row for each mail that is archived (or was discarded, `fate` 1) and still in the
    /// folder.
    private static final String SCHEMA = """
            CREATE TABLE mailbox (id INTEGER PRIMARY KEY, source TEXT NOT NULL UNIQUE, epoch TEXT NOT NULL,
                cursor TEXT, listed INTEGER);
            CREATE TABLE mail (mailbox INTEGER NOT NULL, key TEXT NOT NULL, at INTEGER NOT NULL,
                fate INTEGER NOT NULL, seen INTEGER NOT NULL DEFAULT 0, PRIMARY KEY (mailbox, key)) WITHOUT ROWID;
            CREATE INDEX mail_at ON mail (mailbox, fate, at);
            CREATE TABLE vault (only INTEGER PRIMARY KEY, frames INTEGER NOT NULL);
            INSERT INTO vault VALUES (1, 0);
            CREATE TABLE job (name TEXT PRIMARY KEY, paused INTEGER NOT NULL, failures INTEGER NOT NULL,
                since INTEGER, trouble TEXT, alarm INTEGER NOT NULL, next INTEGER, success INTEGER) WITHOUT ROWID;
            CREATE TABLE run (number INTEGER PRIMARY KEY AUTOINCREMENT, job TEXT NOT NULL, by TEXT NOT NULL,
                started INTEGER NOT NULL, ended INTEGER, outcome TEXT NOT NULL, reason TEXT,
                unknown INTEGER NOT NULL, fetched INTEGER NOT NULL, letters INTEGER NOT NULL,
                evidence INTEGER NOT NULL, notices INTEGER NOT NULL, quarantined INTEGER NOT NULL,
                discarded INTEGER NOT NULL, vanished INTEGER NOT NULL, unreadable INTEGER NOT NULL,
                removed INTEGER NOT NULL, bytes INTEGER NOT NULL);
            CREATE INDEX run_job ON run (job, number)
            """;

    private static final String COUNTS = "unknown, fetched, letters, evidence, notices, quarantined, discarded,"
            + " vanished, unreadable, removed, bytes";

    private static final int KEPT = 0;
    private static final int DISCARDED = 1;

    private final Sqlite database;

    private JobStore(Sqlite database) {
        this.database = database;
    }

    /// Opens the file or makes it. Runs that were under way when the program ended are closed as
    /// interrupted.
    public static JobStore open(Path file, Instant now) throws ArchiveException {
        boolean fresh = !Files.exists(file);
        try {
            JobStore store = new JobStore(Sqlite.forced(file, "database of jobs"));
            try {
                store.begin(fresh, file, now);
                return store;
            } catch (ArchiveException | RuntimeException e) {
                store.close();
                throw e;
            }
        } catch (SQLException e) {
            throw new ArchiveException(
                    "the database of jobs " + file + " cannot be opened: " + e.getMessage(), true, e);
        }
    }

    private void begin(boolean fresh, Path file, Instant now) throws ArchiveException {
        int version = database.read(s -> s.first("PRAGMA user_version", r -> r.getInt(1)))
                .orElse(0);
        if (fresh || version == 0) {
            database.write(session -> {
                session.script(SCHEMA);
                return session.run("PRAGMA user_version = " + SCHEMA_VERSION);
            });
        } else if (version != SCHEMA_VERSION) {
            throw new ArchiveException(
                    file + " is of version " + version + ", this program reads " + SCHEMA_VERSION
                            + ". Nothing was changed. Without it every mail that is still at the servers is fetched"
                            + " again, which does no harm.",
                    false);
        }
        database.write(session -> session.run(
                "UPDATE run SET outcome = ?, ended = ?, reason = ? WHERE outcome = ?",
                Outcome.INTERRUPTED.name(),
                now.toEpochMilli(),
                "the program ended",
                Outcome.RUNNING.name()));
    }

    // ---- mailboxes

    /// What is known of a mailbox.
    ///
    /// @param cursor from where on mails may be unknown
    /// @param listed when it was last listed wholly
    public record Mailbox(String epoch, Optional<String> cursor, Optional<Instant> listed) {}

    /// Begins with a mailbox. What was known under another epoch is forgotten.
    ///
    /// @return what was known before, also under another epoch
    public Optional<Mailbox> enter(String source, String epoch) throws ArchiveException {
        return database.write(session -> {
            Optional<Mailbox> before = session.first(
                    "SELECT epoch, cursor, listed FROM mailbox WHERE source = ?",
                    r -> new Mailbox(r.getString(1), Optional.ofNullable(r.getString(2)), instant(r, 3)),
                    source);
            if (before.isPresent() && !before.get().epoch().equals(epoch)) {
                forget(session, source);
            }
            session.run(
                    "INSERT INTO mailbox (source, epoch) VALUES (?, ?) ON CONFLICT (source) DO NOTHING", source, epoch);
            return before;
        });
    }

    private static void forget(Session session, String source) throws SQLException {
        session.run("DELETE FROM mail WHERE mailbox = (SELECT id FROM mailbox WHERE source = ?)", source);
        session.run("DELETE FROM mailbox WHERE source = ?", source);
    }

    /// Whether a mail of the mailbox is settled.
    public boolean knows(String source, String key) throws ArchiveException {
        return database.read(s -> s.first(
                        "SELECT 1 FROM mail WHERE mailbox = (SELECT id FROM mailbox WHERE source = ?) AND key = ?",
                        r -> 1,
                        source,
                        key))
                .isPresent();
    }

    /// Compares with the vault. One with fewer frames than mails were settled in is an older one, put in
    /// place of what was there: then nothing that is known of mailboxes is worth anything, and all that
    /// is still there must be fetched again.
    ///
    /// @return whether that was so
    public boolean forgetIfAheadOf(long frames) throws ArchiveException {
        return database.write(session -> {
            boolean ahead =
                    session.first("SELECT frames FROM vault", r -> r.getLong(1)).orElse(0L) > frames;
            if (ahead) {
                session.run("DELETE FROM mail");
                session.run("DELETE FROM mailbox");
                session.run("UPDATE vault SET frames = ?", frames);
            }
            return ahead;
        });
    }

    /// How many mails are settled and not removed.
    public long settled(String source) throws ArchiveException {
        return database.read(s -> s.first(
                        "SELECT count(*) FROM mail WHERE mailbox = (SELECT id FROM mailbox WHERE source = ?)",
                        r -> r.getLong(1),
                        source))
                .orElse(0L);
    }

    /// When the mail was archived that has been in the folder for longest since then; empty where
    /// nothing that is archived is there. Mails that were let go do not count.
    public Optional<Instant> oldest(String source) throws ArchiveException {
        return database.read(s -> s.first(
                        "SELECT min(at) FROM mail WHERE mailbox = (SELECT id FROM mailbox WHERE source = ?) AND fate = ?",
                        r -> instant(r, 1),
                        source,
                        KEPT))
                .flatMap(at -> at);
    }

    /// A mail that the archive has, or let go as was asked.
    public record Settled(String key, boolean discarded) {}

    /// Keeps what became of mails, and what the run has done with that, in one transaction.
    ///
    /// @param frame the highest number of a frame that has one of them
    public void settle(String source, Collection<Settled> mails, Instant at, long frame, long run, RunCounts more)
            throws ArchiveException {
        database.write(session -> {
            session.run("UPDATE vault SET frames = max(frames, ?)", frame);
            long mailbox = mailbox(session, source);
            for (Settled mail : mails) {
                session.run(
                        "INSERT INTO mail (mailbox, key, at, fate) VALUES (?, ?, ?, ?)"
                                + " ON CONFLICT (mailbox, key) DO UPDATE SET at = excluded.at, fate = excluded.fate",
                        mailbox,
                        mail.key(),
                        at.toEpochMilli(),
                        mail.discarded() ? DISCARDED : KEPT);
            }
            return count(session, run, more);
        });
    }

    /// Mails that are no longer in the folder are forgotten.
    public void removed(String source, Collection<String> keys, long run, RunCounts more) throws ArchiveException {
        database.write(session -> {
            long mailbox = mailbox(session, source);
            for (String key : keys) {
                session.run("DELETE FROM mail WHERE mailbox = ? AND key = ?", mailbox, key);
            }
            return count(session, run, more);
        });
    }

    /// Mails that were settled until an instant and are to be removed, the oldest first.
    ///
    /// @param discarded whether those too that were not kept
    public List<String> due(String source, Instant until, boolean discarded, int atMost) throws ArchiveException {
        return database.read(s -> s.list(
                "SELECT key FROM mail WHERE mailbox = (SELECT id FROM mailbox WHERE source = ?) AND fate <= ? AND at <= ?"
                        + " ORDER BY at, key LIMIT ?",
                r -> r.getString(1),
                source,
                discarded ? DISCARDED : KEPT,
                until.toEpochMilli(),
                atMost));
    }

    /// Keeps how far the mailbox is done.
    public void reached(String source, Optional<String> cursor, Optional<Instant> listed) throws ArchiveException {
        database.write(session -> session.run(
                "UPDATE mailbox SET cursor = coalesce(?, cursor), listed = coalesce(?, listed) WHERE source = ?",
                cursor.orElse(null),
                listed.map(Instant::toEpochMilli).orElse(null),
                source));
    }

    /// These mails were seen in a listing of this number.
    public void seen(String source, Collection<String> keys, long listing) throws ArchiveException {
        database.write(session -> {
            long mailbox = mailbox(session, source);
            for (String key : keys) {
                session.run("UPDATE mail SET seen = ? WHERE mailbox = ? AND key = ?", listing, mailbox, key);
            }
            return keys.size();
        });
    }

    /// Forgets what was not seen in a listing of this number: it is gone, and a server may give its key
    /// to another mail.
    ///
    /// @return how many
    public int forgetUnseen(String source, long listing) throws ArchiveException {
        return database.write(session ->
                session.run("DELETE FROM mail WHERE mailbox = ? AND seen <> ?", mailbox(session, source), listing));
    }

    private static long mailbox(Session session, String source) throws SQLException {
        return session.first("SELECT id FROM mailbox WHERE source = ?", r -> r.getLong(1), source)
                .orElseThrow(() -> new SQLException("no mailbox was entered for " + source));
    }

    // ---- jobs

    /// How a job stands.
    ///
    /// @param failures in a row, the last run among them
    /// @param since when the first of them was
    /// @param trouble why the last run did not end well
    /// @param alarm whether it was bad enough for an alarm
    /// @param next when it runs again; empty where only on demand
    /// @param success when it last ended well
    public record State(
            boolean paused,
            int failures,
            Optional<Instant> since,
            Optional<String> trouble,
            boolean alarm,
            Optional<Instant> next,
            Optional<Instant> success) {
        public static final State NEW =
                new State(false, 0, Optional.empty(), Optional.empty(), false, Optional.empty(), Optional.empty());

        public State withPaused(boolean now) {
            return new State(now, failures, since, trouble, alarm, next, success);
        }

        public State withNext(Optional<Instant> planned) {
            return new State(paused, failures, since, trouble, alarm, planned, success);
        }
    }

    public State state(String job) throws ArchiveException {
        return database.read(s -> s.first(
                        "SELECT paused, failures, since, trouble, alarm, next, success FROM job WHERE name = ?",
                        r -> new State(
                                r.getBoolean(1),
                                r.getInt(2),
                                instant(r, 3),
                                Optional.ofNullable(r.getString(4)),
                                r.getBoolean(5),
                                instant(r, 6),
                                instant(r, 7)),
                        job))
                .orElse(State.NEW);
    }

    public void state(String job, State state) throws ArchiveException {
        database.write(session -> session.run(
                "INSERT INTO job (name, paused, failures, since, trouble, alarm, next, success)"
                        + " VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
                        + " ON CONFLICT (name) DO UPDATE SET paused = excluded.paused, failures = excluded.failures,"
                        + " since = excluded.since, trouble = excluded.trouble, alarm = excluded.alarm, next = excluded.next,"
                        + " success = excluded.success",
                job,
                state.paused() ? 1 : 0,
                state.failures(),
                state.since().map(Instant::toEpochMilli).orElse(null),
                state.trouble().orElse(null),
                state.alarm() ? 1 : 0,
                state.next().map(Instant::toEpochMilli).orElse(null),
                state.success().map(Instant::toEpochMilli).orElse(null)));
    }

    /// A job is no more: its state goes, its history too.
    public void drop(String job) throws ArchiveException {
        database.write(session -> {
            forget(session, job);
            session.run("DELETE FROM run WHERE job = ?", job);
            return session.run("DELETE FROM job WHERE name = ?", job);
        });
    }

    /// A run begins.
    ///
    /// @return its number
    public long begin(String job, String by, Instant at) throws ArchiveException {
        return database.write(session -> {
            session.run(
                    "INSERT INTO run (job, by, started, outcome, " + COUNTS
                            + ") VALUES (?, ?, ?, ?, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
                    job,
                    by,
                    at.toEpochMilli(),
                    Outcome.RUNNING.name());
            return session.first("SELECT last_insert_rowid()", r -> r.getLong(1))
                    .orElseThrow();
        });
    }

    /// Adds to what a run has done.
    public void count(long run, RunCounts more) throws ArchiveException {
        database.write(session -> count(session, run, more));
    }

    private static int count(Session session, long run, RunCounts c) throws SQLException {
        return session.run(
                "UPDATE run SET unknown = unknown + ?, fetched = fetched + ?, letters = letters + ?,"
                        + " evidence = evidence + ?, notices = notices + ?, quarantined = quarantined + ?,"
                        + " discarded = discarded + ?, vanished = vanished + ?, unreadable = unreadable + ?,"
                        + " removed = removed + ?, bytes = bytes + ? WHERE number = ?",
                c.unknown(),
                c.fetched(),
                c.letters(),
                c.evidence(),
                c.notices(),
                c.quarantined(),
                c.discarded(),
                c.vanished(),
                c.unreadable(),
                c.removed(),
                c.bytes(),
                run);
    }

    /// A run has ended. One of a job that runs all the time and found nothing to do leaves no line in its
    /// history.
    public void end(long run, String job, Instant at, Outcome outcome, Optional<String> reason, boolean trace)
            throws ArchiveException {
        database.write(session -> {
            if (!trace) {
                return session.run("DELETE FROM run WHERE number = ?", run);
            }
            session.run(
                    "DELETE FROM run WHERE job = ? AND number <= (SELECT number FROM run WHERE job = ?"
                            + " ORDER BY number DESC LIMIT 1 OFFSET ?)",
                    job,
                    job,
                    HISTORY_LIMIT);
            return session.run(
                    "UPDATE run SET ended = ?, outcome = ?, reason = ? WHERE number = ?",
                    at.toEpochMilli(),
                    outcome.name(),
                    reason.orElse(null),
                    run);
        });
    }

    public Optional<JobRun> run(long number) throws ArchiveException {
        return database.read(s -> s.first(
                "SELECT number, job, by, started, ended, outcome, reason, " + COUNTS + " FROM run WHERE number = ?",
                JobStore::run,
                number));
    }

    /// A job's runs, the newest first.
    public List<JobRun> history(String job, int atMost) throws ArchiveException {
        return database.read(s -> s.list(
                "SELECT number, job, by, started, ended, outcome, reason, " + COUNTS
                        + " FROM run WHERE job = ? ORDER BY number DESC LIMIT ?",
                JobStore::run,
                job,
                atMost));
    }

    private static JobRun run(ResultSet r) throws SQLException {
        return new JobRun(
                r.getLong(1),
                r.getString(2),
                r.getString(3),
                Instant.ofEpochMilli(r.getLong(4)),
                instant(r, 5),
                Outcome.valueOf(r.getString(6)),
                Optional.ofNullable(r.getString(7)),
                new RunCounts(
                        r.getLong(8),
                        r.getLong(9),
                        r.getLong(10),
                        r.getLong(11),
                        r.getLong(12),
                        r.getLong(13),
                        r.getLong(14),
                        r.getLong(15),
                        r.getLong(16),
                        r.getLong(17),
                        r.getLong(18)));
    }

    private static Optional<Instant> instant(ResultSet row, int column) throws SQLException {
        long millis = row.getLong(column);
        return row.wasNull() ? Optional.empty() : Optional.of(Instant.ofEpochMilli(millis));
    }

    @Override
    public void close() throws ArchiveException {
        try {
            database.close();
        } catch (SQLException e) {
            throw new ArchiveException("the database of jobs does not close cleanly", false, e);
        }
    }
}
