package io.carteggio.embedded.catalogue;

import io.carteggio.archive.ArchiveException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;

/// One SQLite file in WAL mode: one connection that writes, a few that read. Statements are prepared
/// once a connection.
public final class Sqlite implements AutoCloseable {
    private static final int READERS = 4;

    /// Ids and bodies come in no order, so each letter changes pages anywhere in their indices.
    private static final int WRITER_CACHE_KIB = 16 * 1024;

    private static final int BUSY_MILLIS = 10_000;

    private final String what;
    private final String usual; // how it is forced
    private volatile boolean closed;
    private final Session writer;
    private final BlockingQueue<Session> readers = new ArrayBlockingQueue<>(READERS);
    private final ConcurrentLinkedQueue<Gathered<?>> gathered = new ConcurrentLinkedQueue<>();

    /// The catalogue. The vault is what is forced; a catalogue that lost its last transactions in a
    /// power cut replays them.
    Sqlite(Path file) throws SQLException {
        this(file, "catalogue", "NORMAL");
    }

    /// A file that holds what stands nowhere else: each transaction is forced before it counts.
    ///
    /// @param what how messages call it
    public static Sqlite forced(Path file, String what) throws SQLException {
        return new Sqlite(file, what, "FULL");
    }

    private Sqlite(Path file, String what, String synchronous) throws SQLException {
        this.what = what;
        this.usual = synchronous;
        String url = "jdbc:sqlite:" + file.toAbsolutePath()
                + "?journal_mode=WAL&synchronous=" + synchronous + "&busy_timeout=" + BUSY_MILLIS
                + "&secure_delete=true&temp_store=MEMORY"
                + "&jdbc.get_generated_keys=false"; // each costs a statement that is prepared anew
        writer = new Session(DriverManager.getConnection(url + "&cache_size=-" + WRITER_CACHE_KIB));
        for (int i = 0; i < READERS; i++) {
            readers.add(new Session(DriverManager.getConnection(url)));
        }
    }

    public interface Work<T> {
        T with(Session session) throws SQLException;
    }

    public interface Row<T> {
        T of(ResultSet row) throws SQLException;
    }

    /// Reads; waits while all reading connections are taken.
    public <T> T read(Work<T> work) throws ArchiveException {
        if (closed) {
            throw new ArchiveException("the " + what + " is closed", true);
        }
        try {
            Session session = readers.take();
            try {
                return work.with(session);
            } finally {
                readers.add(session);
            }
        } catch (SQLException e) {
            throw new ArchiveException("the " + what + " cannot be read: " + e.getMessage(), true, e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new ArchiveException("interrupted while waiting for the " + what, true, e);
        }
    }

    /// Writes in one transaction: all of it or nothing.
    public synchronized <T> T write(Work<T> work) throws ArchiveException {
        try {
            writer.run("BEGIN IMMEDIATE");
            try {
                T result = work.with(writer);
                writer.run("COMMIT");
                return result;
            } catch (SQLException | RuntimeException e) {
                writer.rollBack(e);
                throw e;
            }
        } catch (SQLException e) {
            throw new ArchiveException("the " + what + " cannot be written: " + e.getMessage(), true, e);
        }
    }

    /// Writes as [#write] does, together with what other threads write meanwhile: one transaction for all, forced once.
    /// What fails alone fails for its own thread only.
    ///
    /// @param work may be run twice
    /// @param forced else a power cut, but not the end of this program, may take it back
    public <T> T writeGathered(Work<T> work, boolean forced) throws ArchiveException {
        Gathered<T> mine = new Gathered<>(work, forced);
        gathered.add(mine);
        synchronized (this) { // whoever gets in writes for all that wait
            if (!mine.done) {
                List<Gathered<?>> all = new ArrayList<>();
                for (Gathered<?> one = gathered.poll(); one != null; one = gathered.poll()) {
                    all.add(one);
                }
                writeAll(all);
            }
        }
        return mine.result();
    }

    private void writeAll(List<Gathered<?>> all) {
        boolean forced = all.stream().anyMatch(one -> one.forced);
        try {
            if (!forced) {
                writer.pragma("synchronous = NORMAL");
            }
            try {
                write(session -> {
                    for (Gathered<?> one : all) {
                        one.run(session);
                    }
                    return all.size();
                });
                all.forEach(one -> one.done = true);
            } catch (ArchiveException | RuntimeException e) {
                alone(all, e);
            } finally {
                if (!forced) {
                    writer.pragma("synchronous = " + usual);
                }
            }
        } catch (SQLException e) {
            for (Gathered<?> one : all) {
                one.fail(new ArchiveException("the " + what + " cannot be written: " + e.getMessage(), true, e));
            }
        }
    }

    private void alone(List<Gathered<?>> all, Exception together) {
        if (all.size() == 1) {
            all.getFirst().fail(together);
            return;
        }
        for (Gathered<?> one : all) {
            try {
                write(session -> {
                    one.run(session);
                    return 1;
                });
                one.done = true;
            } catch (ArchiveException | RuntimeException e) {
                one.fail(e);
            }
        }
    }

    /// What a thread wants to be written. Guarded by the file's lock, but for what is final.
    private static final class Gathered<T> {
        private final Work<T> work;
        private final boolean forced;
        private volatile boolean done;
        private @Nullable T value;
        private @Nullable Exception failure;

        Gathered(Work<T> work, boolean forced) {
            this.work = work;
            this.forced = forced;
        }

        void run(Session session) throws SQLException {
            value = work.with(session);
        }

        void fail(Exception why) {
            failure = why;
            done = true;
        }

        T result() throws ArchiveException {
            return switch (failure) {
                case null -> Objects.requireNonNull(value);
                case ArchiveException e -> throw e;
                case RuntimeException e -> throw e;
                case Exception e -> throw new IllegalStateException(e);
            };
        }
    }

    /// Takes what the log holds into the file and empties the log, unless somebody reads just now:
    /// then another time.
    synchronized void shortenLog() throws ArchiveException {
        try {
            writer.first("PRAGMA busy_timeout = 0", r -> 0);
            try {
                writer.first("PRAGMA wal_checkpoint(TRUNCATE)", r -> r.getInt(1));
            } finally {
                writer.first("PRAGMA busy_timeout = " + BUSY_MILLIS, r -> 0);
            }
        } catch (SQLException e) {
            throw new ArchiveException("the catalogue's log cannot be taken in: " + e.getMessage(), true, e);
        }
    }

    /// Takes all of the log into the file and empties it: then neither holds what was deleted. Waits
    /// for readers a while.
    public synchronized void emptyLog() throws ArchiveException {
        try {
            boolean busy = writer.first("PRAGMA wal_checkpoint(TRUNCATE)", r -> r.getInt(1))
                            .orElse(1)
                    != 0;
            if (busy) {
                throw new ArchiveException(
                        "somebody reads in the " + what + ", so its log cannot be emptied now", true);
            }
        } catch (SQLException e) {
            throw new ArchiveException("the log of the " + what + " cannot be emptied: " + e.getMessage(), true, e);
        }
    }

    @Override
    public synchronized void close() throws SQLException {
        closed = true;
        for (Session session = readers.poll(); session != null; session = readers.poll()) {
            session.connection.close();
        }
        writer.connection.close();
    }

    /// A connection in the hands of one thread.
    public static final class Session {
        private final Connection connection;
        private final Map<String, PreparedStatement> prepared = new HashMap<>();

        private Session(Connection connection) {
            this.connection = connection;
        }

        private PreparedStatement bind(String sql, @Nullable Object... values) throws SQLException {
            PreparedStatement statement = prepared.get(sql);
            if (statement == null) {
                statement = connection.prepareStatement(sql);
                prepared.put(sql, statement);
            }
            for (int i = 0; i < values.length; i++) {
                statement.setObject(i + 1, values[i]);
            }
            return statement;
        }

        /// Runs a statement; gives the number of rows it changed.
        public int run(String sql, @Nullable Object... values) throws SQLException {
            try {
                return bind(sql, values).executeUpdate();
            } catch (SQLException e) {
                forget(sql, e);
                throw e;
            }
        }

        /// Some take effect when they are prepared, and so are prepared each time.
        private void pragma(String setting) throws SQLException {
            try (Statement statement = connection.createStatement()) {
                statement.execute("PRAGMA " + setting);
            }
        }

        public <T> List<T> list(String sql, Row<T> row, @Nullable Object... values) throws SQLException {
            try (ResultSet rows = bind(sql, values).executeQuery()) {
                List<T> list = new ArrayList<>();
                while (rows.next()) {
                    list.add(row.of(rows));
                }
                return list;
            } catch (SQLException e) {
                forget(sql, e);
                throw e;
            }
        }

        interface RowTaker {
            void take(ResultSet row) throws SQLException;
        }

        /// Hands over one row after the other, however many there are.
        void each(String sql, RowTaker taker) throws SQLException {
            try (ResultSet rows = bind(sql).executeQuery()) {
                while (rows.next()) {
                    taker.take(rows);
                }
            } catch (SQLException e) {
                forget(sql, e);
                throw e;
            }
        }

        public <T> Optional<T> first(String sql, Row<T> row, @Nullable Object... values) throws SQLException {
            try (ResultSet rows = bind(sql, values).executeQuery()) {
                return rows.next() ? Optional.of(row.of(rows)) : Optional.empty();
            } catch (SQLException e) {
                forget(sql, e);
                throw e;
            }
        }

        /// A statement that failed is made anew the next time: after an I/O error the driver takes
        /// the old one for "not executing" for ever, and a catalogue whose disk is well again would
        /// not follow the vault.
        private void forget(String sql, SQLException why) {
            PreparedStatement failed = prepared.remove(sql);
            if (failed != null) {
                try {
                    failed.close();
                } catch (SQLException e) {
                    why.addSuppressed(e);
                }
            }
        }

        /// Several statements of a schema, separated by `;`.
        public void script(String sql) throws SQLException {
            for (String statement : sql.split(";", -1)) {
                if (!statement.isBlank()) {
                    run(statement.strip());
                }
            }
        }

        private void rollBack(Exception why) {
            try {
                run("ROLLBACK");
            } catch (SQLException e) {
                why.addSuppressed(e);
            }
        }
    }
}
