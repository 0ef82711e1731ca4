package io.carteggio.mail.calendar;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Reads visiting cards.
public final class CardReader {
    private CardReader() {}

    /// The cards that have a name or an address.
    public static List<VisitingCard> read(InputStream in) throws IOException {
        List<VisitingCard> cards = new ArrayList<>();
        Optional<Draft> draft = Optional.empty();
        for (ContentLine line : ContentLine.read(in).list()) {
            boolean card = line.value().strip().equalsIgnoreCase("VCARD");
            if (line.is("BEGIN") && card) {
                draft = Optional.of(new Draft());
            } else if (line.is("END") && card) {
                if (cards.size() < CalendarLimits.CARDS) {
                    draft.flatMap(Draft::card).ifPresent(cards::add);
                }
                draft = Optional.empty();
            } else {
                draft.ifPresent(d -> d.line(line));
            }
        }
        return List.copyOf(cards);
    }

    private static final class Draft {
        private String name = "";
        private String parts = "";
        private Optional<String> firm = Optional.empty();
        private final List<String> addresses = new ArrayList<>();
        private final List<String> phones = new ArrayList<>();

        void line(ContentLine line) {
            switch (line.name()) {
                case "FN" -> name = name.isEmpty() ? line.text() : name;
                case "N" -> parts = parts.isEmpty() ? ordered(line.parts()) : parts;
                case "ORG" ->
                    firm = firm.or(
                            () -> Optional.of(joined(line.parts().stream())).filter(f -> !f.isEmpty()));
                case "EMAIL" -> add(addresses, line.text());
                case "TEL" -> add(phones, line.text().replaceFirst("(?i)^tel:", ""));
                default -> {}
            }
        }

        /// Surname, given name, further ones, before it, behind it: as one says it.
        private static String ordered(List<String> parts) {
            return joined(Stream.of(3, 1, 2, 0, 4).filter(i -> i < parts.size()).map(parts::get));
        }

        private static String joined(Stream<String> words) {
            return words.filter(w -> !w.isEmpty()).collect(Collectors.joining(" "));
        }

        private static void add(List<String> list, String one) {
            if (!one.isEmpty() && list.size() < CalendarLimits.WAYS && !list.contains(one)) {
                list.add(one);
            }
        }

        Optional<VisitingCard> card() {
            String called = name.isEmpty() ? parts : name;
            return called.isEmpty() && addresses.isEmpty()
                    ? Optional.empty()
                    : Optional.of(new VisitingCard(called, firm, addresses, phones));
        }
    }
}
