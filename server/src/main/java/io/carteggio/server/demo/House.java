package io.carteggio.server.demo;

import io.carteggio.mail.Address;
import io.carteggio.mail.Envelope;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.server.demo.DemoPerson.Held;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;

/// The firm "Meridiana": who works there, which lists and forwardings its mail system has, and whom it writes to.
/// Immutable.
final class House {
    static final String DOMAIN = "meridiana.example";
    static final String GERMAN_DOMAIN = "meridiana-handel.example";
    static final String FIRM = "Meridiana Trading S.r.l.";

    static final String SALES = "vendite@" + DOMAIN;
    static final String ACCOUNTS = "amministrazione@" + DOMAIN;
    static final String ALL = "tutti@" + DOMAIN;
    static final String INFO = "info@" + DOMAIN;
    static final String FORMER = "elena.fabbri@" + DOMAIN;

    /// Sofia's telephone, where her mail went, too, for some months.
    static final String MOBILE = "sofia.papadaki@kinito.example";

    /// Renate left and info@ changed hands.
    static final int HANDOVER_DAYS_AGO = 410;

    private static final int MARRIED_DAYS_AGO = 640;
    private static final int KENJI_CAME_DAYS_AGO = 800;
    private static final int MOBILE_FROM_DAYS_AGO = 290;
    private static final int MOBILE_TO_DAYS_AGO = 170;

    final DemoPerson giulia;
    final DemoPerson matteo;
    final DemoPerson anna;
    final DemoPerson jonas;
    final DemoPerson elena;
    final DemoPerson luca;
    final DemoPerson sofia;
    final DemoPerson kenji;
    final DemoPerson claire;
    final DemoPerson franziska;
    final DemoPerson renate;
    final DemoPerson tommaso;
    final DemoPerson chiara;

    private final List<DemoPerson> people;
    private final Map<String, List<String>> lists = new LinkedHashMap<>();
    private final Map<DemoPerson, Tongue> tongues = new HashMap<>();
    private final Instant handover;
    private final Instant mobileFrom;
    private final Instant mobileTo;
    private final List<Party> customers;
    private final List<Party> suppliers;

    House(OfficeTime time, Chance chance) {
        handover = time.midnight(HANDOVER_DAYS_AGO);
        mobileFrom = time.midnight(MOBILE_FROM_DAYS_AGO);
        mobileTo = time.midnight(MOBILE_TO_DAYS_AGO);
        Instant married = time.midnight(MARRIED_DAYS_AGO);
        Optional<Instant> always = Optional.empty();

        giulia = person(
                "Giulia Ferrante",
                DemoPerson.Role.USER,
                held("giulia.ferrante@" + DOMAIN),
                held("direzione@" + DOMAIN));
        matteo = person(
                "Matteo Rinaldi", DemoPerson.Role.USER, held("matteo.rinaldi@" + DOMAIN), held("m.rinaldi@" + DOMAIN));
        anna = person(
                "Anna Lindner",
                DemoPerson.Role.USER,
                held("anna.lindner@" + DOMAIN),
                held("a.lindner@" + DOMAIN),
                held("anna.lindner@" + GERMAN_DOMAIN));
        jonas = person(
                "Jonas Weber",
                DemoPerson.Role.USER,
                held("jonas.weber@" + DOMAIN),
                held("jonas.weber@" + GERMAN_DOMAIN));
        elena = person(
                "Elena Conti",
                DemoPerson.Role.USER,
                held("elena.conti@" + DOMAIN, Optional.of(married), always),
                held(FORMER, always, Optional.of(married)));
        luca = person(
                "Luca Moretti", DemoPerson.Role.USER, held("luca.moretti@" + DOMAIN), held("magazzino@" + DOMAIN));
        sofia = person("Sofia Papadaki", DemoPerson.Role.USER, held("sofia.papadaki@" + DOMAIN));
        kenji = person(
                "Kenji Tanaka",
                DemoPerson.Role.USER,
                held("kenji.tanaka@" + DOMAIN, Optional.of(time.midnight(KENJI_CAME_DAYS_AGO)), always));
        claire = person("Claire Dubois", DemoPerson.Role.USER, held("claire.dubois@" + DOMAIN));
        franziska = person(
                "Franziska Huber",
                DemoPerson.Role.USER,
                held("franziska.huber@" + DOMAIN),
                held(INFO, Optional.of(handover), always));
        renate = person(
                "Renate Vogel",
                DemoPerson.Role.USER,
                held("renate.vogel@" + DOMAIN, always, Optional.of(handover)),
                held(INFO, always, Optional.of(handover)));
        tommaso = person("Tommaso Galli", DemoPerson.Role.ADMINISTRATOR, held("tommaso.galli@" + DOMAIN));
        chiara = person("Chiara Venturi", DemoPerson.Role.AUDITOR, held("chiara.venturi@" + DOMAIN));
        people = List.of(
                giulia, matteo, anna, jonas, elena, luca, sofia, kenji, claire, franziska, renate, tommaso, chiara);

        people.forEach(p -> tongues.put(p, Tongue.IT));
        List.of(anna, jonas, franziska, renate).forEach(p -> tongues.put(p, Tongue.DE));
        tongues.put(sofia, Tongue.EL);
        tongues.put(kenji, Tongue.JA);
        tongues.put(claire, Tongue.FR);

        lists.put(
                SALES,
                List.of(
                        "matteo.rinaldi@" + DOMAIN,
                        "anna.lindner@" + DOMAIN,
                        "sofia.papadaki@" + DOMAIN,
                        "kenji.tanaka@" + DOMAIN,
                        "claire.dubois@" + DOMAIN));
        lists.put(ACCOUNTS, List.of("elena.conti@" + DOMAIN, "franziska.huber@" + DOMAIN));
        lists.put(
                ALL,
                List.of(
                        SALES,
                        ACCOUNTS,
                        "giulia.ferrante@" + DOMAIN,
                        "jonas.weber@" + DOMAIN,
                        "luca.moretti@" + DOMAIN,
                        "tommaso.galli@" + DOMAIN));
        customers = List.of(
                contact("Lorenzo", "Bassi", "acquisti@casabassi.example", "Casa Bassi", Tongue.IT, chance),
                contact(
                        "Marta",
                        "De Santis",
                        "marta.desantis@portanuova.example",
                        "Porta Nuova Arredi",
                        Tongue.IT,
                        chance),
                contact(
                        "Niccolò",
                        "Zanetti",
                        "n.zanetti@enoteca-zanetti.example",
                        "Enoteca Zanetti",
                        Tongue.IT,
                        chance),
                contact("Ilaria", "Caputo", "caputo@hotelsirena.example", "Hotel Sirena", Tongue.IT, chance),
                contact(
                        "Pietro",
                        "D’Angelo",
                        "pietro@dangelo-costruzioni.example",
                        "D’Angelo Costruzioni",
                        Tongue.IT,
                        chance),
                contact(
                        "Jürgen",
                        "Köhler",
                        "j.koehler@feinkost-koehler.example",
                        "Feinkost Köhler GmbH",
                        Tongue.DE,
                        chance),
                contact("Sabine", "Groß", "sabine.gross@bauhaus-nord.example", "Baukontor Nord AG", Tongue.DE, chance),
                contact("Matthias", "Müller", "einkauf@mueller-sohn.example", "Müller & Sohn", Tongue.DE, chance),
                contact("Heike", "Böhm", "boehm@cafe-luitpold.example", "Café am Luitpold", Tongue.DE, chance),
                contact(
                        "Ursula",
                        "Zürcher",
                        "u.zuercher@alpengut.example",
                        "Alpengut Genossenschaft",
                        Tongue.DE,
                        chance),
                contact(
                        "Étienne",
                        "Lefèvre",
                        "etienne.lefevre@maison-lefevre.example",
                        "Maison Lefèvre",
                        Tongue.FR,
                        chance),
                contact("Aurélie", "Garçon", "aurelie@epicerie-garcon.example", "Épicerie Garçon", Tongue.FR, chance),
                contact(
                        "Benoît",
                        "Marchand",
                        "b.marchand@carreaux-du-sud.example",
                        "Carreaux du Sud",
                        Tongue.FR,
                        chance),
                contact("Νίκος", "Αλεξίου", "nikos@alexiou-trofima.example", "Αλεξίου Τρόφιμα", Tongue.EL, chance),
                contact("Ελένη", "Παππά", "eleni.pappa@aigaio-hotels.example", "Αιγαίο Ξενοδοχεία", Tongue.EL, chance),
                contact("Γιώργος", "Σταύρου", "stavrou@plakakia.example", "Σταύρου Πλακάκια", Tongue.EL, chance),
                contact("美咲", "佐藤", "misaki.sato@sakura-shokuhin.example", "さくら食品", Tongue.JA, chance),
                contact("大輔", "鈴木", "suzuki@nihon-tile.example", "日本タイル商会", Tongue.JA, chance),
                contact("葵", "高橋", "takahashi@kobe-coffee.example", "神戸珈琲", Tongue.JA, chance),
                contact("Oliver", "Hughes", "oliver@harbourdeli.example", "Harbour Deli Ltd", Tongue.EN, chance),
                contact("Maeve", "O’Brien", "maeve.obrien@corkkitchens.example", "Cork Kitchens", Tongue.EN, chance));
        suppliers = List.of(
                contact(
                        "Vincenzo",
                        "Esposito",
                        "vendite@pastificio-esposito.example",
                        "Pastificio Esposito",
                        Tongue.IT,
                        chance),
                contact(
                        "Caterina",
                        "Bianchi",
                        "caterina@oleificio-bianchi.example",
                        "Oleificio Bianchi",
                        Tongue.IT,
                        chance),
                contact("Fabio", "Lucchesi", "f.lucchesi@marmi-apuani.example", "Marmi Apuani", Tongue.IT, chance),
                contact(
                        "Thomas",
                        "Schäfer",
                        "t.schaefer@armaturen-schaefer.example",
                        "Schäfer Armaturen",
                        Tongue.DE,
                        chance),
                contact("Birgit", "Jäger", "jaeger@lichtwerk.example", "Lichtwerk Jäger", Tongue.DE, chance),
                contact("Hélène", "Aubry", "helene@lin-aubry.example", "Tissages Aubry", Tongue.FR, chance));
    }

    private static DemoPerson person(String name, DemoPerson.Role role, Held... addresses) {
        return new DemoPerson(name, List.of(addresses), role);
    }

    private static Held held(String address) {
        return held(address, Optional.empty(), Optional.empty());
    }

    private static Held held(String address, Optional<Instant> from, Optional<Instant> to) {
        return new Held(new Address(address), from, to);
    }

    private static Party contact(String first, String last, String address, String firm, Tongue tongue, Chance chance) {
        return Party.of(first, last, address, firm, tongue, tongue.setting(chance));
    }

    List<DemoPerson> people() {
        return people;
    }

    Map<String, List<String>> lists() {
        return lists;
    }

    /// The instant from which Franziska, not Renate, holds info@.
    Instant handover() {
        return handover;
    }

    Instant mobileFrom() {
        return mobileFrom;
    }

    static boolean ours(String address) {
        String key = new Address(address).key();
        return key.endsWith("@" + DOMAIN) || key.endsWith("@" + GERMAN_DOMAIN);
    }

    boolean here(DemoPerson person, Instant when) {
        return person.writesFrom(when).isPresent();
    }

    /// The person as writer or addressee of a mail of that instant, when she or he worked here.
    Party party(DemoPerson person, Instant when, Chance chance) {
        String address = person.writesFrom(when)
                .orElseThrow(() -> new IllegalStateException(person.name() + " was not here on " + when))
                .raw();
        Tongue tongue = tongue(person);
        // in the office Exchange decides: Outlook sends what the text needs, so it depends on the letter
        Tongue.Setting setting = (tongue == Tongue.JA ? Tongue.EN : tongue).setting(chance);
        // the mail system shows the name that went with the address
        String name = address.equals(FORMER) ? "Elena Fabbri" : person.name();
        String first = person.first();
        return new Party(name, first, name.substring(first.length() + 1), address, FIRM, tongue, setting);
    }

    Tongue tongue(DemoPerson person) {
        return tongues.getOrDefault(person, Tongue.IT);
    }

    Party list(String address) {
        String local = address.substring(0, address.indexOf('@'));
        return Party.plain(local.substring(0, 1).toUpperCase(Locale.ROOT) + local.substring(1), address, Tongue.IT);
    }

    /// Who looks after people of that language, at that instant.
    DemoPerson salesFor(Tongue tongue, Instant when) {
        DemoPerson wanted = switch (tongue) {
            case IT -> matteo;
            case DE -> anna;
            case FR -> claire;
            case EL -> sofia;
            case JA -> kenji;
            case EN -> jonas;
        };
        return here(wanted, when) ? wanted : matteo;
    }

    /// A customer whose language somebody spoke then.
    Party customer(Instant when, Chance chance) {
        Party drawn = chance.pick(customers);
        return drawn.tongue() == Tongue.JA && !here(kenji, when) ? customers.getFirst() : drawn;
    }

    Party customer(Tongue tongue, Chance chance) {
        return chance.pick(customers.stream().filter(c -> c.tongue() == tongue).toList());
    }

    Party supplier(Chance chance) {
        return chance.pick(suppliers);
    }

    /// Some of those present, none of them twice and none of the given.
    List<DemoPerson> colleagues(int count, Instant when, Chance chance, DemoPerson... butNot) {
        List<DemoPerson> left = new ArrayList<>(people.stream()
                .filter(p ->
                        here(p, when) && !p.equals(chiara) && !List.of(butNot).contains(p))
                .toList());
        List<DemoPerson> drawn = new ArrayList<>();
        while (drawn.size() < count) {
            DemoPerson next = chance.pick(left);
            left.remove(next);
            drawn.add(next);
        }
        return drawn;
    }

    /// What the mail system makes of one recipient: members of a list, the target of a forwarding.
    List<Recipient> deliver(Role role, String address, Instant when) {
        List<Recipient> reached = new ArrayList<>();
        deliver(role, address, Optional.empty(), when, reached, new HashSet<>());
        return reached;
    }

    private void deliver(
            Role role,
            String address,
            Optional<Address> group,
            Instant when,
            List<Recipient> reached,
            Set<String> seen) {
        if (!seen.add(address)) {
            return;
        }
        List<String> members = lists.get(address);
        if (members != null) {
            for (String member : members) {
                String then = memberAt(member, when);
                if (!then.isEmpty()) {
                    deliver(role, then, Optional.of(new Address(address)), when, reached, seen);
                }
            }
            return;
        }
        Address raw = new Address(address);
        if (address.equals("renate.vogel@" + DOMAIN) && !when.isBefore(handover)) {
            reached.add(new Recipient(role, new Address("anna.lindner@" + DOMAIN), Optional.empty(), Optional.of(raw)));
            return;
        }
        reached.add(new Recipient(role, raw, group, Optional.empty()));
        if (address.equals("sofia.papadaki@" + DOMAIN) && !when.isBefore(mobileFrom) && when.isBefore(mobileTo)) {
            reached.add(new Recipient(role, new Address(MOBILE), Optional.empty(), Optional.of(raw)));
        }
    }

    /// A member's address as it was then; empty before she or he came.
    private String memberAt(String member, Instant when) {
        if (lists.containsKey(member)) {
            return member;
        }
        return people.stream()
                .filter(p -> p.addresses().getFirst().address().raw().equals(member))
                .findFirst()
                .flatMap(p -> p.writesFrom(when))
                .map(Address::raw)
                .orElse("");
    }

    /// Names of the people whom a letter with that envelope concerned at that instant.
    Set<String> owners(Envelope envelope, Instant when) {
        Set<String> owners = new TreeSet<>();
        Stream.of(
                        envelope.sender().stream(),
                        envelope.onBehalfOf().stream(),
                        envelope.recipients().stream().map(Recipient::address))
                .flatMap(s -> s)
                .forEach(address ->
                        people.stream().filter(p -> p.held(address, when)).forEach(p -> owners.add(p.name())));
        return owners;
    }
}
