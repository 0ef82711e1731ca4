package io.carteggio.embedded.catalogue;

import io.carteggio.archive.LetterId;
import io.carteggio.embedded.catalogue.Sqlite.Session;
import io.carteggio.mail.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Whether a catalogue is what the vault makes of it, by its tables.
public final class Comparison {
    /// Most letters that are named of one table.
    static final int NAMED_LIMIT = 100;

    /// Faults of the file after which SQLite stops looking.
    private static final int FAULTS_LIMIT = 100;

    /// Tables that a rebuild must make the same, with what orders them. Outbox and `unpurged` belong
    /// to the index; where the last frame ends is moved by compaction. Last what the tables are: a
    /// trigger, or an index that leaves something out, alters answers too.
    private static final Map<String, String> DERIVED_TABLES = derivedTables();

    private static final String SCHEMA_TABLE = "sqlite_schema";

    /// The tables of which a row is about a letter, with the column that has its number.
    private static final Map<String, String> LETTER_COLUMNS =
            Map.of("letter", "number", "place", "letter", "testimony", "letter", "uses", "letter", "moved", "letter");

    /// What SQLite says of a row that an index of the table lacks: which one it is by their order, from 1.
    private static final Pattern LACKING = Pattern.compile("row (\\d+) missing from index (letter_\\w+)");

    private static Map<String, String> derivedTables() {
        Map<String, String> tables = new LinkedHashMap<>();
        for (String table :
                List.of("letter", "quarantined", "notice", "books", "act", "audit", "moved", "erasure", "erased")) {
            tables.put(table, "1");
        }
        tables.put("gap", "1");
        tables.put("rhythm", "1, 2");
        tables.put("place", "1, 2, 3");
        tables.put("testimony", "1, 2");
        tables.put("part", "1, 2, 3");
        tables.put("uses", "1, 2, 3");
        return tables;
    }

    private Comparison() {}

    /// Something wrong with the file.
    ///
    /// @param letter the letter that it is about, if it is about one
    public record Fault(String what, Optional<LetterId> letter) {}

    static Map<String, Sha256> digest(Session session) throws SQLException {
        Map<String, Sha256> sums = new LinkedHashMap<>();
        for (Map.Entry<String, String> table : DERIVED_TABLES.entrySet()) {
            sums.put(
                    table.getKey(),
                    digest(session, "SELECT * FROM " + table.getKey() + " ORDER BY " + table.getValue()));
        }
        sums.put(
                SCHEMA_TABLE,
                digest(session, "SELECT type, name, tbl_name, sql FROM " + SCHEMA_TABLE + " ORDER BY 1, 2"));
        return sums;
    }

    private static Sha256 digest(Session session, String rows) throws SQLException {
        MessageDigest digest = Sha256.digest();
        session.each(rows, r -> digestRow(digest, r));
        return Sha256.finish(digest);
    }

    private static void digestRow(MessageDigest digest, ResultSet row) throws SQLException {
        for (int i = 1; i <= row.getMetaData().getColumnCount(); i++) {
            byte[] cell = row.getBytes(i);
            digest.update((i + ":" + (cell == null ? -1 : cell.length) + ":").getBytes(StandardCharsets.US_ASCII));
            if (cell != null) {
                digest.update(cell);
            }
        }
    }

    static List<Fault> faults(Session session, LetterId.Maker ids) throws SQLException {
        List<Fault> faults = new ArrayList<>();
        for (String said : session.list("PRAGMA integrity_check(" + FAULTS_LIMIT + ")", r -> r.getString(1))) {
            if (said.equals("ok")) {
                continue;
            }
            Matcher lacking = LACKING.matcher(said);
            Optional<LetterId> letter = lacking.matches()
                    ? session.first(
                            "SELECT sum FROM letter NOT INDEXED ORDER BY number LIMIT 1 OFFSET ? - 1",
                            r -> ids.of(Sha256.ofSum(r.getBytes(1))),
                            Long.valueOf(lacking.group(1)))
                    : Optional.empty();
            faults.add(new Fault("the catalogue is damaged: " + said, letter));
        }
        return faults;
    }

    /// @param session of the catalogue made anew
    /// @param file the catalogue that is compared with it
    static List<LetterId> different(Session session, String table, Path file, LetterId.Maker ids) throws SQLException {
        Optional<String> column = Optional.ofNullable(LETTER_COLUMNS.get(table));
        if (column.isEmpty()) {
            return List.of();
        }
        session.run("ATTACH DATABASE ? AS theirs", file.toAbsolutePath().toString());
        try {
            Set<LetterId> letters = new LinkedHashSet<>();
            String sides = "SELECT " + column.get() + " FROM (SELECT * FROM %s EXCEPT SELECT * FROM %s)";
            String ours = "main." + table;
            String theirs = "theirs." + table;
            List<Long> numbers = session.list(
                    sides.formatted(ours, theirs) + " UNION " + sides.formatted(theirs, ours) + " ORDER BY 1 LIMIT "
                            + NAMED_LIMIT,
                    r -> r.getLong(1));
            for (long number : numbers) {
                session
                        .list(
                                "SELECT sum FROM main.letter WHERE number = ?1 UNION ALL"
                                        + " SELECT sum FROM theirs.letter WHERE number = ?1",
                                r -> ids.of(Sha256.ofSum(r.getBytes(1))),
                                number)
                        .stream()
                        .findFirst()
                        .ifPresent(letters::add);
            }
            return List.copyOf(letters);
        } finally {
            session.run("DETACH DATABASE theirs");
        }
    }
}
