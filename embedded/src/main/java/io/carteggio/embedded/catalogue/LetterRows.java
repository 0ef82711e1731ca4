package io.carteggio.embedded.catalogue;

import io.carteggio.archive.LetterId;
import io.carteggio.archive.catalogue.Catalogue.Vouched;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.vault.Place;
import io.carteggio.embedded.catalogue.Sqlite.Session;
import io.carteggio.mail.Sha256;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/// Letters out of their table, with all their places. Safe for many threads, each with a session of its own.
final class LetterRows {
    /// Letters looked up by one statement.
    static final int AT_ONCE = 32;

    private static final String PLACEHOLDERS = "(" + "?, ".repeat(AT_ONCE - 1) + "?)";

    private final LetterId.Maker ids;

    LetterRows(LetterId.Maker ids) {
        this.ids = ids;
    }

    /// The number of a letter.
    ///
    /// @param prefix of its id, by which it is found
    static Optional<Long> numbered(Session session, Sha256 sum, long prefix) throws SQLException {
        return session.first(
                "SELECT number FROM letter WHERE id = ? AND sum = ?", r -> r.getLong(1), prefix, sum.toBytes());
    }

    Optional<CataloguedLetter> first(Session s, String condition, Object... values) throws SQLException {
        return list(s, condition, values).stream().findFirst();
    }

    /// Those for which a condition is true, which may say in what order.
    List<CataloguedLetter> list(Session s, String condition, Object... values) throws SQLException {
        record Bare(long number, Sha256 sum, long size, boolean moved, boolean elsewhere) {}
        List<Bare> bare = s.list(
                """
                SELECT number, sum, size, EXISTS (SELECT 1 FROM moved WHERE letter = number),
                    EXISTS (SELECT 1 FROM place WHERE letter = number) FROM letter WHERE\s""" + condition,
                r -> new Bare(
                        r.getLong(1), Sha256.ofSum(r.getBytes(2)), r.getLong(3), r.getBoolean(4), r.getBoolean(5)),
                values);
        List<CataloguedLetter> letters = new ArrayList<>(bare.size());
        for (Bare b : bare) {
            List<Place> places = new ArrayList<>(1);
            if (!b.moved()) {
                places.add(Place.ofNumber(b.number()));
            }
            if (b.elsewhere()) {
                places.addAll(s.list(
                        "SELECT frame, record FROM place WHERE letter = ? ORDER BY frame, record",
                        r -> new Place(r.getLong(1), r.getInt(2)),
                        b.number()));
            }
            if (places.isEmpty()) { // no catalogue of ours says so; the vault will tell whether it is there
                places.add(Place.ofNumber(b.number()));
            }
            letters.add(new CataloguedLetter(b.number(), ids.of(b.sum()), b.sum(), b.size(), places));
        }
        return letters;
    }

    /// As [io.carteggio.archive.catalogue.Catalogue#vouched], of at most [#AT_ONCE].
    List<Vouched> vouched(Session s, List<Long> some) throws SQLException {
        Object[] numbers = new Object[AT_ONCE];
        for (int i = 0; i < AT_ONCE; i++) { // one statement serves any number of them
            numbers[i] = some.get(Math.min(i, some.size() - 1));
        }
        Map<Long, CataloguedLetter> found = new HashMap<>();
        list(s, "number IN " + PLACEHOLDERS, numbers).forEach(l -> found.put(l.number(), l));
        Map<Long, SortedSet<Long>> arrivals = new HashMap<>();
        s.list(
                "SELECT letter, arrival FROM testimony WHERE letter IN " + PLACEHOLDERS,
                r -> arrivals.computeIfAbsent(r.getLong(1), n -> new TreeSet<>())
                        .add(r.getLong(2)),
                numbers);
        List<Vouched> vouched = new ArrayList<>(some.size());
        for (long number : some) {
            CataloguedLetter letter = found.get(number);
            if (letter != null) {
                SortedSet<Long> all = arrivals.getOrDefault(number, new TreeSet<>());
                all.add(Place.ofNumber(number).frame());
                vouched.add(new Vouched(letter, List.copyOf(all)));
            }
        }
        return vouched;
    }
}
