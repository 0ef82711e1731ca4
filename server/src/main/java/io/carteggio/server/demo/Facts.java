package io.carteggio.server.demo;

import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.temporal.IsoFields;
import java.util.List;
import java.util.Locale;

/// What a conversation is about: the same goods, numbers and names from its first letter to its last, in any language.
///
/// @param product index of the goods in every language's list
/// @param town drawn once, so that it stays the same town as long as the language stays
/// @param firm the other side's
record Facts(
        int product,
        int product2,
        int town,
        int fair,
        String project,
        int pieces,
        int euros,
        int cents,
        String order,
        String offer,
        String invoice,
        String lot,
        int pallets,
        Instant due,
        String firm) {
    private static final List<String> PROJECTS = List.of(
            "Aurora",
            "Loggia",
            "Nordlicht",
            "Brenner",
            "Olivastro",
            "Egeo",
            "Mistral",
            "Laguna",
            "Ponte Vecchio",
            "Sakura",
            "Kastanie",
            "Belvedere",
            "Zephyr",
            "Granaio",
            "Terrazza",
            "Lindau");

    static Facts drawn(Chance chance, Instant start, String firm) {
        int product = chance.between(0, 11);
        int year = LocalDate.ofInstant(start, OfficeTime.ROME).getYear();
        return new Facts(
                product,
                (product + chance.between(1, 11)) % 12,
                chance.between(0, 999),
                chance.between(0, 99),
                chance.pick(PROJECTS),
                chance.between(2, 60) * 20,
                chance.between(380, 48_900),
                chance.between(0, 99),
                "ORD-" + chance.between(20_000, 99_999),
                "AN-" + year + "-" + chance.between(100, 999),
                "FT-" + year + "-" + String.format(Locale.ROOT, "%04d", chance.between(1, 9_999)),
                "L" + chance.between(1_000, 9_999) + (char) ('A' + chance.between(0, 5)),
                chance.between(2, 18),
                start.plus(Duration.ofDays(chance.between(6, 40))),
                firm);
    }

    /// A town of the people who speak that language.
    String town(Tongue tongue) {
        List<String> towns = Words.of(tongue).section("towns");
        return towns.get(town % towns.size());
    }

    String product(Tongue tongue) {
        return Words.of(tongue).section("products").get(product);
    }

    String amount(Tongue tongue) {
        boolean comma = tongue != Tongue.EN && tongue != Tongue.JA;
        String thousands = euros >= 1000
                ? euros / 1000 + (comma ? "." : ",") + String.format(Locale.ROOT, "%03d", euros % 1000)
                : Integer.toString(euros);
        return "EUR " + thousands + (comma ? "," : ".") + String.format(Locale.ROOT, "%02d", cents);
    }

    /// The sentence with its blanks filled in.
    String fill(String sentence, Tongue tongue, Party addressee) {
        Words words = Words.of(tongue);
        List<String> fairs = words.section("fairs");
        int week = LocalDate.ofInstant(due, OfficeTime.ROME).get(IsoFields.WEEK_OF_WEEK_BASED_YEAR);
        return sentence.replace("{product}", product(tongue))
                .replace("{product2}", words.section("products").get(product2))
                .replace("{town}", town(tongue))
                .replace("{fair}", fairs.get(fair % fairs.size()))
                .replace("{project}", project)
                .replace("{qty}", Integer.toString(pieces))
                .replace("{amount}", amount(tongue))
                .replace("{order}", order)
                .replace("{offer}", offer)
                .replace("{invoice}", invoice)
                .replace("{lot}", lot)
                .replace("{pallets}", Integer.toString(pallets))
                .replace("{date}", tongue.day(due))
                .replace("{week}", Integer.toString(week))
                .replace("{firm}", firm)
                .replace("{first}", addressee.first())
                .replace("{last}", addressee.last());
    }
}
