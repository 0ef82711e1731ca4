package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// Letters that nobody owns, by address. Never what is in one.
///
/// @param letters how many there are, in words
/// @param lag that the index does not know all yet
/// @param people whom addresses may be given to, a few of many
public record UnknownView(
        String letters,
        Optional<String> lag,
        List<Kind> kinds,
        List<Row> rows,
        Optional<String> earlier,
        Optional<String> later,
        List<String> people,
        Typed typed,
        Optional<String> fault) {
    /// What addresses seem to be, with how many there are.
    ///
    /// @param taken whether they can be given as suggested, all at once
    public record Kind(String word, String label, String count, String url, boolean chosen, boolean taken) {}

    /// An address.
    ///
    /// @param number of its row
    /// @param seems what it seems to be
    /// @param why it does
    /// @param person whose it seems to be
    public record Row(
            int number,
            String address,
            String letters,
            String sent,
            String span,
            String kind,
            String seems,
            String why,
            Optional<String> person,
            boolean ticked) {}

    /// What the form held.
    public record Typed(String person, String from, String to, List<String> addresses) {
        public static final Typed BLANK = new Typed("", "", "", List.of());

        public Typed {
            addresses = List.copyOf(addresses);
        }
    }

    /// What is about to be done.
    ///
    /// @param kinds as suggested, of these kinds; empty where addresses were chosen
    /// @param more how many more there are than are shown
    public record Preview(List<String> kinds, Typed typed, String says, List<Given> given, Optional<String> more) {
        public Preview {
            kinds = List.copyOf(kinds);
            given = List.copyOf(given);
        }
    }

    /// An address with whose it will be.
    public record Given(String address, String person, String span) {}

    public UnknownView {
        kinds = List.copyOf(kinds);
        rows = List.copyOf(rows);
        people = List.copyOf(people);
    }

    /// Whether all of a kind can be given as suggested from here.
    public boolean offers(Kind kind) {
        return kind.taken() && (kind.chosen() || kinds.stream().noneMatch(Kind::chosen));
    }

    /// Whether nothing lies on the desk.
    public boolean isEmpty() {
        return rows.isEmpty() && kinds.stream().noneMatch(Kind::chosen);
    }
}
