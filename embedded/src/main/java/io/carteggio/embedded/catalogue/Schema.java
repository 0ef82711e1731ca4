package io.carteggio.embedded.catalogue;

/// The tables of the catalogue.
final class Schema {
    /// Raised with every change of the schema below.
    static final int VERSION = 8;

    /// `letter.envelope` is the mark of the arrival that brought the letter; further arrivals stand in
    /// `testimony`. `place` has further places of a letter, where arrivals raced. `uses` says which letters
    /// cannot be read without a record of another frame. `moved` has letters that are no longer at their first
    /// place. `erased` has the marks of erased letters, `unpurged` the numbers of those that the index may
    /// still have. `gap` has notices that tell of a report that is missing, with the act that closed it.
    /// `rhythm` has how many reports came in each hour, and the instant of the last in milliseconds.
    /// `quarantined` has all arrivals that came into quarantine, with the frame that says what has become of
    /// them since, and what.
    static final String TABLES = """
            CREATE TABLE position (only INTEGER PRIMARY KEY, segment INTEGER NOT NULL, offset INTEGER NOT NULL,
                frames INTEGER NOT NULL);
            CREATE TABLE letter (number INTEGER PRIMARY KEY, sum BLOB NOT NULL, id INTEGER NOT NULL,
                size INTEGER NOT NULL, envelope INTEGER, body INTEGER, message INTEGER);
            CREATE INDEX letter_id ON letter (id);
            CREATE INDEX letter_body ON letter (body) WHERE body IS NOT NULL;
            CREATE INDEX letter_message ON letter (message) WHERE message IS NOT NULL;
            CREATE TABLE place (letter INTEGER NOT NULL, frame INTEGER NOT NULL, record INTEGER NOT NULL,
                PRIMARY KEY (letter, frame, record)) WITHOUT ROWID;
            CREATE INDEX place_frame ON place (frame, record);
            CREATE TABLE testimony (letter INTEGER NOT NULL, arrival INTEGER NOT NULL, envelope INTEGER,
                PRIMARY KEY (letter, arrival)) WITHOUT ROWID;
            CREATE INDEX testimony_arrival ON testimony (arrival);
            CREATE TABLE quarantined (arrival INTEGER PRIMARY KEY, revision INTEGER, became TEXT);
            CREATE INDEX quarantined_now ON quarantined (arrival) WHERE revision IS NULL;
            CREATE TABLE gap (arrival INTEGER PRIMARY KEY, closed INTEGER);
            CREATE INDEX gap_open ON gap (arrival) WHERE closed IS NULL;
            CREATE TABLE rhythm (source TEXT NOT NULL, hour INTEGER NOT NULL, reports INTEGER NOT NULL,
                last INTEGER NOT NULL, PRIMARY KEY (source, hour)) WITHOUT ROWID;

            CREATE TABLE notice (arrival INTEGER PRIMARY KEY);
            CREATE TABLE part (mark INTEGER NOT NULL, frame INTEGER NOT NULL, record INTEGER NOT NULL,
                PRIMARY KEY (mark, frame, record)) WITHOUT ROWID;
            CREATE TABLE uses (frame INTEGER NOT NULL, record INTEGER NOT NULL, letter INTEGER NOT NULL,
                PRIMARY KEY (frame, record, letter)) WITHOUT ROWID;
            CREATE TABLE books (source TEXT PRIMARY KEY, received INTEGER NOT NULL, letters INTEGER NOT NULL,
                evidence INTEGER NOT NULL, notice INTEGER NOT NULL, quarantined INTEGER NOT NULL,
                discarded INTEGER NOT NULL, originals INTEGER NOT NULL, raw_bytes INTEGER NOT NULL,
                redeliveries INTEGER NOT NULL) WITHOUT ROWID;
            CREATE TABLE act (number INTEGER PRIMARY KEY, manifest BLOB NOT NULL);
            CREATE TABLE audit (number INTEGER PRIMARY KEY, manifest BLOB NOT NULL);
            CREATE TABLE outbox (row INTEGER PRIMARY KEY AUTOINCREMENT, letter INTEGER NOT NULL);
            CREATE TABLE moved (letter INTEGER PRIMARY KEY);
            CREATE TABLE erasure (number INTEGER PRIMARY KEY, manifest BLOB NOT NULL);
            CREATE TABLE erased (mark BLOB PRIMARY KEY) WITHOUT ROWID;
            CREATE TABLE unpurged (letter INTEGER PRIMARY KEY);
            INSERT INTO position VALUES (1, 0, 0, 0)
            """;

    private Schema() {}
}
