package io.carteggio.embedded.catalogue;

import io.carteggio.archive.ArchiveException;
import io.carteggio.mail.Sha256;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/// Which letters, bodies and parts are known, kept in filters: most questions are for new ones, and need no
/// look into the file. Safe for many threads.
final class KnownKeys {
    private static final Logger LOG = LoggerFactory.getLogger(KnownKeys.class);

    private final Sqlite database;
    private final KeyFilter sums;
    private final KeyFilter marks; // of bodies and parts
    private final Thread filling;
    private volatile boolean filled; // the filters hold all that was here when the file was opened
    private volatile boolean closed;

    /// @param letters how many there are about
    KnownKeys(Sqlite database, long letters) {
        this.database = database;
        this.sums = new KeyFilter(letters);
        this.marks = new KeyFilter(letters);
        this.filling = Thread.ofVirtual().name("catalogue-filters").start(this::fillFilters);
    }

    /// Whether it is certain that there is no such letter.
    boolean isNew(Sha256 sum) {
        return filled && !sums.mayHold(sum.prefix());
    }

    /// Whether it is certain that there is no body or part with this mark.
    boolean isNew(long mark) {
        return filled && !marks.mayHold(mark);
    }

    void add(Sha256 sum) {
        sums.add(sum.prefix());
    }

    void add(long mark) {
        marks.add(mark);
    }

    /// Returns when nothing of it reads the file any more.
    void close() throws InterruptedException {
        closed = true;
        filling.join(); // it has a connection in hand
        sums.release();
        marks.release();
    }

    /// Goes through all letters once, so that from then on most questions for new ones need no look
    /// into the file.
    private void fillFilters() {
        try {
            filled = pages("SELECT number, sum, body FROM letter WHERE number > ? ORDER BY number LIMIT 5000", r -> {
                        sums.add(Sha256.ofSum(r.getBytes(2)).prefix());
                        marks.add(r.getLong(3)); // 0 where there is none
                    })
                    && pages(
                            "SELECT DISTINCT mark FROM part WHERE mark > ? ORDER BY mark LIMIT 5000",
                            r -> marks.add(r.getLong(1)));
        } catch (ArchiveException e) {
            LOG.warn("the filters of what is known were not filled: {}", e.getMessage()); // slower, not wrong
        }
    }

    private interface RowTaker {
        void take(ResultSet row) throws SQLException;
    }

    /// Goes through rows by their first column, a page at a time, so that no long read keeps the log
    /// from being taken in; false where the catalogue was closed before the end.
    private boolean pages(String sql, RowTaker taker) throws ArchiveException {
        long last = Long.MIN_VALUE;
        boolean more = true;
        while (more && !closed) {
            long after = last;
            List<Long> keys = database.read(s -> s.list(
                    sql,
                    r -> {
                        taker.take(r);
                        return r.getLong(1);
                    },
                    after));
            more = !keys.isEmpty();
            last = more ? keys.getLast() : last;
        }
        return !more;
    }
}
