package io.carteggio.server.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;

/// What a story is told with: the firm, its mail system, chance, and files about the facts of a conversation.
/// Belongs to one thread and one story.
record Scene(House house, Post post, Chance chance) {
    Party party(DemoPerson person, Instant when) {
        return house.party(person, when, chance);
    }

    Conversation conversation(Instant start, String firm) {
        return new Conversation(chance, post, Facts.drawn(chance, start, firm));
    }

    // ---- files about the facts

    private static final List<String> PDF_TITLES = List.of("Offerta", "Conferma d'ordine", "Fattura", "Bolla");

    /// A printed document with the facts in its text.
    ///
    /// @param kind `offer`, `confirm`, `invoice` or `note`
    Enclosure document(String kind, Facts facts, Party customer, Instant when) {
        boolean german = customer.tongue() == Tongue.DE;
        Tongue tongue = german ? Tongue.DE : customer.tongue() == Tongue.IT ? Tongue.IT : Tongue.EN;
        int index = List.of("offer", "confirm", "invoice", "note").indexOf(kind);
        String title = switch (tongue) {
            case DE ->
                List.of("Angebot", "Auftragsbestätigung", "Rechnung", "Lieferschein")
                        .get(index);
            case IT -> PDF_TITLES.get(index);
            default ->
                List.of("Quotation", "Order confirmation", "Invoice", "Delivery note")
                        .get(index);
        };
        String number = List.of(facts.offer(), facts.order(), facts.invoice(), facts.lot())
                .get(index);
        List<String> lines = new ArrayList<>(List.of(
                House.FIRM,
                "Corso Porta Nuova 96, 37122 Verona",
                "",
                customer.firm() + ", " + facts.town(tongue),
                title + " " + number + "  -  " + tongue.day(when),
                ""));
        lines.add(facts.product(tongue) + "   x " + facts.pieces() + "   " + facts.amount(tongue));
        lines.add("Lot / Lotto / Charge: " + facts.lot());
        lines.add("Ref. " + facts.order() + " / " + facts.project());
        lines.add("");
        for (int i = 1, rows = chance.between(3, 14); i <= rows; i++) {
            lines.add(i + ".  " + Words.of(tongue).section("products").get(chance.between(0, 11)) + "   "
                    + chance.between(1, 40) + " x EUR " + chance.between(3, 180) + ".00");
        }
        lines.add("");
        lines.add("IBAN IT00 X000 0000 0000 0000 0000 000  -  BIC MERIXX00");
        return Enclosures.pdf(
                title.replace(' ', '_').replace("'", "") + "_" + number + ".pdf", title + " " + number, lines);
    }

    private List<List<String>> prices(Facts facts, Tongue tongue, int rows) {
        List<List<String>> table = new ArrayList<>();
        table.add(List.of("Art.", "Description", "Pcs", "EUR", "Lot"));
        List<String> products = Words.of(tongue).section("products");
        for (int i = 0; i < rows; i++) {
            table.add(List.of(
                    "M-" + chance.between(1_000, 9_999),
                    i == 0 ? facts.product(tongue) : products.get(chance.between(0, 11)),
                    Integer.toString(chance.between(1, 600)),
                    chance.between(2, 400) + "." + chance.between(10, 99),
                    i == 0 ? facts.lot() : "L" + chance.between(1_000, 9_999) + "B"));
        }
        return table;
    }

    Enclosure workbook(Facts facts, Tongue tongue, Instant when) {
        String name = switch (tongue) {
            case DE -> "Preisliste " + facts.project() + ".xlsx";
            case EL -> "Τιμοκατάλογος " + facts.project() + ".xlsx";
            case JA -> "価格表_" + facts.project() + ".xlsx";
            case FR -> "Tarif été " + facts.project() + ".xlsx";
            default -> "Listino " + facts.project() + ".xlsx";
        };
        return Enclosures.xlsx(name, facts.project(), prices(facts, tongue, chance.between(12, 60)), when);
    }

    Enclosure table(String name, Facts facts) {
        return Enclosures.csv(name, prices(facts, Tongue.IT, chance.between(8, 80)));
    }

    Enclosure contract(Facts facts, Tongue tongue, Instant when) {
        Tongue known = tongue == Tongue.DE || tongue == Tongue.FR ? tongue : Tongue.IT;
        List<String> articles = new ArrayList<>();
        Words words = Words.of(known);
        Party nobody = Party.plain("", "nobody@" + House.DOMAIN, known);
        for (int i = 1; i <= 9; i++) {
            articles.add("Art. " + i + "  " + facts.fill(chance.pick(words.section("more")), known, nobody));
        }
        String title = known == Tongue.DE ? "Rahmenvertrag" : known == Tongue.FR ? "Contrat-cadre" : "Contratto quadro";
        return Enclosures.docx(
                title + " " + facts.project() + " " + facts.firm().replaceAll("[^\\p{L}\\p{N} ]", "") + ".docx",
                title + " " + facts.project() + ": " + facts.product(known),
                articles,
                when);
    }

    Enclosure photo(Facts facts, int number) {
        return Enclosures.photo("IMG_" + facts.lot() + "_" + number + ".png", 300, 225, chance);
    }

    Enclosure bundle(Facts facts, Instant when) {
        return Enclosures.zip(
                "documenti_" + facts.order() + ".zip",
                List.of(
                        table("colli.csv", facts),
                        Enclosures.text(
                                "leggimi.txt",
                                List.of(
                                        "Spedizione " + facts.order(),
                                        "Bancali: " + facts.pallets(),
                                        "Lotto " + facts.lot()))),
                when);
    }

    Enclosure card(Party party) {
        return Enclosures.card(
                party.last() + ".vcf",
                party.name(),
                party.firm(),
                "Vendite",
                party.address(),
                "+39-045-555-" + chance.between(1_000, 9_999));
    }

    /// An invitation for the same hour a week after `when`, or the answer to it.
    String invitation(
            String method, String uid, Facts facts, Tongue tongue, Instant when, Party organizer, List<Party> guests) {
        Instant start = when.plus(Duration.ofDays(7)).truncatedTo(ChronoUnit.HOURS);
        return Enclosures.calendar(
                method,
                uid,
                facts.project() + ": " + facts.product(tongue),
                facts.town(tongue) + ", Corso Porta Nuova 96",
                when,
                start,
                start.plus(Duration.ofMinutes(45)),
                organizer.address(),
                guests.stream().map(Party::address).toList());
    }
}
