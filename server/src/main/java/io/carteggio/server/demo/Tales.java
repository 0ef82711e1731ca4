package io.carteggio.server.demo;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The everyday stories of an office, of which the demo tells as many as it needs. In each, every instant handed in
/// becomes exactly one letter, and each letter is one mail to the archive.
final class Tales {
    private Tales() {}

    /// How to tell one: `times` are its letters' instants, oldest first, at least one.
    interface Teller {
        List<DemoMail> tell(Scene scene, List<Instant> times);
    }

    /// @param weight how often it is told, beside the others
    record Tale(int weight, int fewest, int most, Teller teller) {}

    static final List<Tale> ALL = List.of(
            new Tale(26, 2, 7, Tales::trade),
            new Tale(12, 1, 3, Tales::invoice),
            new Tale(9, 2, 4, Tales::complaint),
            new Tale(15, 2, 5, Tales::colleagues),
            new Tale(6, 1, 3, Tales::list),
            new Tale(7, 2, 3, Tales::forward),
            new Tale(6, 1, 3, Tales::meeting),
            new Tale(9, 1, 1, Tales::newsletter),
            new Tale(6, 1, 2, Tales::prices),
            new Tale(6, 2, 4, Tales::contract),
            new Tale(5, 1, 2, Tales::samples),
            new Tale(2, 1, 1, Tales::card),
            new Tale(4, 1, 2, Tales::boss),
            new Tale(8, 1, 1, Tales::robot),
            new Tale(5, 1, 2, Tales::secret),
            new Tale(4, 1, 2, Tales::toInfo));

    /// Inquiry, offer, order, confirmation, shipping, invoice, payment: as far as it goes.
    static List<DemoMail> trade(Scene scene, List<Instant> times) {
        Instant start = times.getFirst();
        Party customer = scene.house().customer(start, scene.chance());
        DemoPerson seller = scene.house().salesFor(customer.tongue(), start);
        Conversation talk = scene.conversation(start, customer.firm());
        List<String> steps = List.of("inquiry", "offer", "order", "confirm", "ship", "invoice", "paid");
        List<DemoMail> mails = new ArrayList<>();
        for (int i = 0; i < times.size(); i++) {
            Instant at = times.get(i);
            String step = steps.get(i);
            boolean theirs = step.equals("inquiry") || step.equals("order") || step.equals("paid");
            DemoPerson ours =
                    step.equals("ship") ? scene.house().luca : step.equals("invoice") ? scene.house().elena : seller;
            Party us = scene.party(ours, at);
            Conversation.Letter letter = theirs
                    ? talk.letter(customer, List.of(us), at, step)
                    : talk.letter(us, List.of(customer), at, step);
            if (!theirs && !ours.equals(seller)) {
                letter.cc(List.of(scene.party(seller, at)));
            }
            switch (step) {
                case "offer" -> letter.attach(scene.document("offer", talk.facts(), customer, at));
                case "confirm" -> letter.attach(scene.document("confirm", talk.facts(), customer, at));
                case "ship" -> letter.attach(scene.table("colli_" + talk.facts().order() + ".csv", talk.facts()));
                case "invoice" -> letter.attach(scene.document("invoice", talk.facts(), customer, at));
                default -> {}
            }
            mails.add(letter.send("thread"));
        }
        return mails;
    }

    static List<DemoMail> invoice(Scene scene, List<Instant> times) {
        Instant start = times.getFirst();
        Party customer = scene.house().customer(start, scene.chance());
        Conversation talk = scene.conversation(start, customer.firm());
        List<DemoMail> mails = new ArrayList<>();
        mails.add(talk.letter(scene.party(scene.house().elena, start), List.of(customer), start, "invoice")
                .attach(scene.document("invoice", talk.facts(), customer, start))
                .send("invoice"));
        for (int i = 1; i < times.size(); i++) {
            Party elena = scene.party(scene.house().elena, times.get(i));
            mails.add((i == 1
                            ? talk.letter(elena, List.of(customer), times.get(i), "reminder")
                            : talk.letter(customer, List.of(elena), times.get(i), "paid"))
                    .send("invoice"));
        }
        return mails;
    }

    /// A complaint with photographs, which go on to the warehouse, and the answer.
    static List<DemoMail> complaint(Scene scene, List<Instant> times) {
        Instant start = times.getFirst();
        Party customer = scene.house().customer(start, scene.chance());
        DemoPerson seller = scene.house().salesFor(customer.tongue(), start);
        Conversation talk = scene.conversation(start, customer.firm());
        List<DemoMail> mails = new ArrayList<>();
        mails.add(talk.letter(customer, List.of(scene.party(seller, start)), start, "complaint")
                .attach(scene.photo(talk.facts(), 1))
                .send("complaint"));
        mails.add(talk.letter(
                        scene.party(seller, times.get(1)),
                        List.of(scene.party(scene.house().luca, times.get(1))),
                        times.get(1),
                        "forward")
                .forward()
                .send("forward"));
        if (times.size() > 2) {
            mails.add(talk.letter(scene.party(seller, times.get(2)), List.of(customer), times.get(2), "sorry")
                    .send("complaint"));
        }
        if (times.size() > 3) {
            mails.add(talk.letter(customer, List.of(scene.party(seller, times.get(3))), times.get(3), "settled")
                    .send("complaint"));
        }
        return mails;
    }

    /// Talk among colleagues; now and then somebody gets a blind copy.
    static List<DemoMail> colleagues(Scene scene, List<Instant> times) {
        Instant start = times.getFirst();
        List<DemoPerson> circle = scene.house().colleagues(3, start, scene.chance());
        Conversation talk = scene.conversation(
                start, scene.house().customer(start, scene.chance()).firm());
        List<DemoMail> mails = new ArrayList<>();
        for (int i = 0; i < times.size(); i++) {
            Instant at = times.get(i);
            // who has left meanwhile is not asked any more
            List<DemoPerson> left =
                    circle.stream().filter(p -> scene.house().here(p, at)).toList();
            Party author = scene.party(left.get(i % 2), at);
            Conversation.Letter letter = talk.letter(
                    author,
                    List.of(scene.party(left.get((i + 1) % 2), at)),
                    at,
                    i == 0 ? "note" : i + 1 == times.size() && i > 1 ? "decide" : "answer");
            if (left.size() > 2 && scene.chance().oneIn(2)) {
                letter.cc(List.of(scene.party(left.get(2), at)));
            }
            boolean blind = i == 0 && scene.chance().oneIn(4);
            if (blind) {
                DemoPerson told = scene.house()
                        .colleagues(1, at, scene.chance(), left.toArray(DemoPerson[]::new))
                        .getFirst();
                letter.bcc(scene.party(told, at).address());
            }
            mails.add(letter.send(blind ? "bcc" : "internal"));
        }
        return mails;
    }

    /// To one of the lists, which the mail system expands.
    static List<DemoMail> list(Scene scene, List<Instant> times) {
        String address = scene.chance().pick(List.of(House.SALES, House.SALES, House.ACCOUNTS, House.ALL));
        Instant start = times.getFirst();
        Conversation talk = scene.conversation(start, House.FIRM);
        List<DemoMail> mails = new ArrayList<>();
        List<DemoPerson> writers = List.of(scene.house().giulia, scene.house().luca, scene.house().tommaso);
        for (int i = 0; i < times.size(); i++) {
            mails.add(talk.letter(
                            scene.party(writers.get(i), times.get(i)),
                            List.of(scene.house().list(address)),
                            times.get(i),
                            i == 0 ? "list" : "answer")
                    .send(address.equals(House.ALL) ? "nested-list" : "list"));
        }
        return mails;
    }

    /// A letter from a supplier goes on to a colleague, files and all or as a whole.
    static List<DemoMail> forward(Scene scene, List<Instant> times) {
        Instant start = times.getFirst();
        Party supplier = scene.house().supplier(scene.chance());
        Conversation talk = scene.conversation(start, supplier.firm());
        DemoPerson jonas = scene.house().jonas;
        List<DemoMail> mails = new ArrayList<>();
        mails.add(talk.letter(supplier, List.of(scene.party(jonas, start)), start, "pricelist")
                .attach(scene.workbook(talk.facts(), supplier.tongue(), start))
                .attach(scene.document("note", talk.facts(), supplier, start))
                .send("forward"));
        DemoPerson next =
                scene.house().colleagues(1, times.get(1), scene.chance(), jonas).getFirst();
        Conversation.Letter on = talk.letter(
                scene.party(jonas, times.get(1)), List.of(scene.party(next, times.get(1))), times.get(1), "forward");
        mails.add((scene.chance().oneIn(3) ? on.forwardAsMail() : on.forward()).send("forward"));
        if (times.size() > 2) {
            DemoPerson answers = scene.house().here(next, times.get(2)) ? next : scene.house().matteo;
            mails.add(talk.letter(
                            scene.party(answers, times.get(2)),
                            List.of(scene.party(jonas, times.get(2))),
                            times.get(2),
                            "answer")
                    .send("internal"));
        }
        return mails;
    }

    /// An invitation with its iTIP object, and acceptances.
    static List<DemoMail> meeting(Scene scene, List<Instant> times) {
        Instant start = times.getFirst();
        Party customer = scene.house().customer(start, scene.chance());
        Party host = scene.party(scene.house().salesFor(customer.tongue(), start), start);
        Party luca = scene.party(scene.house().luca, start);
        Conversation talk = scene.conversation(start, customer.firm());
        String uid = scene.chance().guid() + "@" + House.DOMAIN;
        String object =
                scene.invitation("REQUEST", uid, talk.facts(), customer.tongue(), start, host, List.of(customer, luca));
        List<DemoMail> mails = new ArrayList<>();
        mails.add(talk.letter(host, List.of(customer), start, "meeting")
                .cc(List.of(luca))
                .invite(object)
                .attach(new Enclosure(
                        "invite.ics",
                        Enclosures.ICS,
                        object.replace("\n", "\r\n").getBytes(StandardCharsets.UTF_8)))
                .send("meeting"));
        List<Party> guests = List.of(customer, luca);
        for (int i = 1; i < times.size(); i++) {
            Party guest = guests.get(i - 1);
            mails.add(talk.letter(guest, List.of(host), times.get(i), "accept")
                    .invite(scene.invitation(
                            "REPLY", uid, talk.facts(), customer.tongue(), times.get(i), host, List.of(guest)))
                    .send("meeting"));
        }
        return mails;
    }

    /// An HTML newsletter with a picture inside, others far away, and one of a single dot that reports who reads.
    static List<DemoMail> newsletter(Scene scene, List<Instant> times) {
        Instant at = times.getFirst();
        Chance chance = scene.chance();
        Party robot = chance.pick(List.of(
                Party.plain("Sapori e mestieri", "news@post.sapori.example", Tongue.IT),
                Party.plain("Feinkost-Brief", "news@post.feinkostbrief.example", Tongue.DE),
                Party.plain("La lettre gourmande", "news@post.gourmets.example", Tongue.FR),
                Party.plain("The Trade Letter", "news@post.tradeletter.example", Tongue.EN)));
        Tongue tongue = robot.tongue();
        String domain = robot.domain();
        Facts facts = Facts.drawn(chance, at, robot.name());
        DemoPerson reader = scene.house().colleagues(1, at, chance).getFirst();
        Party to = scene.party(reader, at);
        Words words = Words.of(tongue);
        String picture = chance.hex(12) + "@" + domain;
        String plain = facts.fill(String.join("\n\n", words.section("news.body")), tongue, to);
        StringBuilder html = new StringBuilder("<html><head><style>h1 { color: #7a3b1d } td { padding: 12px }</style>"
                + "</head>\n<body bgcolor=\"#f4efe6\">\n<table width=\"600\" align=\"center\">\n<tr><td>"
                + "<img src=\"cid:" + picture + "\" alt=\"Logo\" width=\"96\"></td></tr>\n");
        for (String paragraph : plain.split("\n\n", -1)) {
            html.append("<tr><td><h1>")
                    .append(Enclosures.xml(facts.project()))
                    .append("</h1>\n<p>")
                    .append(Enclosures.xml(paragraph))
                    .append("</p>\n<img src=\"https://img.")
                    .append(domain)
                    .append("/")
                    .append(chance.hex(10))
                    .append(".jpg\" width=\"560\"></td></tr>\n");
        }
        html.append("</table>\n<img src=\"https://track.")
                .append(domain)
                .append("/open?u=")
                .append(chance.hex(24))
                .append("\" width=\"1\" height=\"1\" alt=\"\">\n</body></html>\n");
        Part body = new Part.Multi(
                "related; type=\"multipart/alternative\"",
                "----=_rel_" + chance.hex(16),
                List.of(
                        new Part.Multi(
                                "alternative",
                                "----=_alt_" + chance.hex(16),
                                List.of(Part.Text.utf8("plain", plain), Part.Text.utf8("html", html.toString()))),
                        Part.File.inline(Enclosures.logo("logo.png", 96, chance), picture)));
        Head more = new Head()
                .add("List-Id", "<news." + domain + ">")
                .add("List-Unsubscribe", "<https://" + domain + "/u/" + chance.hex(16) + ">")
                .add("Precedence", "bulk");
        Draft draft = new Draft(
                robot,
                Optional.empty(),
                List.of(to),
                List.of(),
                facts.fill(chance.pick(words.section("news.subject")), tongue, to),
                at.truncatedTo(ChronoUnit.SECONDS),
                tongue.zone(),
                Optional.of("<" + chance.hex(20) + "@" + domain + ">"),
                List.of(),
                tongue.setting(chance).words(),
                more,
                body);
        List<String> readers = new ArrayList<>(List.of(to.address()));
        if (chance.oneIn(3)) {
            readers.add(House.SALES);
        }
        return List.of(scene.post().inbound("newsletter", draft, readers, chance));
    }

    /// A supplier's prices as workbook, table or archive.
    static List<DemoMail> prices(Scene scene, List<Instant> times) {
        Instant start = times.getFirst();
        Party supplier = scene.house().supplier(scene.chance());
        Party jonas = scene.party(scene.house().jonas, start);
        Conversation talk = scene.conversation(start, supplier.firm());
        List<DemoMail> mails = new ArrayList<>();
        mails.add(talk.letter(supplier, List.of(jonas), start, "pricelist")
                .attach(
                        switch (scene.chance().between(0, 2)) {
                            case 0 -> scene.workbook(talk.facts(), supplier.tongue(), start);
                            case 1 -> scene.table("listino_" + talk.facts().project() + ".csv", talk.facts());
                            default -> scene.bundle(talk.facts(), start);
                        })
                .send("prices"));
        if (times.size() > 1) {
            mails.add(talk.letter(
                            scene.party(scene.house().jonas, times.get(1)), List.of(supplier), times.get(1), "agreed")
                    .send("prices"));
        }
        return mails;
    }

    /// A draft agreement goes to and fro as a Word file.
    static List<DemoMail> contract(Scene scene, List<Instant> times) {
        Instant start = times.getFirst();
        Party customer = scene.house().customer(start, scene.chance());
        DemoPerson seller = scene.house().salesFor(customer.tongue(), start);
        Conversation talk = scene.conversation(start, customer.firm());
        Enclosure contract = scene.contract(talk.facts(), customer.tongue(), start);
        List<DemoMail> mails = new ArrayList<>();
        for (int i = 0; i < times.size(); i++) {
            Instant at = times.get(i);
            Party us = scene.party(seller, at);
            mails.add((i % 2 == 0
                            ? talk.letter(us, List.of(customer), at, "contract")
                                    .cc(List.of(scene.party(scene.house().giulia, at)))
                            : talk.letter(customer, List.of(us), at, "agreed"))
                    .attach(i < 2 ? contract : scene.contract(talk.facts(), customer.tongue(), at))
                    .send("contract"));
        }
        return mails;
    }

    static List<DemoMail> samples(Scene scene, List<Instant> times) {
        Instant start = times.getFirst();
        Party customer = scene.house().customer(start, scene.chance());
        DemoPerson seller = scene.house().salesFor(customer.tongue(), start);
        Conversation talk = scene.conversation(start, customer.firm());
        List<DemoMail> mails = new ArrayList<>();
        mails.add(talk.letter(scene.party(seller, start), List.of(customer), start, "samples")
                .attach(scene.photo(talk.facts(), 1))
                .attach(scene.photo(talk.facts(), 2))
                .send("samples"));
        if (times.size() > 1) {
            mails.add(talk.letter(customer, List.of(scene.party(seller, times.get(1))), times.get(1), "order")
                    .send("samples"));
        }
        return mails;
    }

    static List<DemoMail> card(Scene scene, List<Instant> times) {
        Instant at = times.getFirst();
        Party customer = scene.house().customer(at, scene.chance());
        Party us = scene.party(scene.house().salesFor(customer.tongue(), at), at);
        return List.of(scene.conversation(at, customer.firm())
                .letter(customer, List.of(us), at, "card")
                .attach(scene.card(customer))
                .send("card"));
    }

    /// Franziska writes for Giulia, who answers herself.
    static List<DemoMail> boss(Scene scene, List<Instant> times) {
        Instant start = times.getFirst();
        Party customer = scene.house()
                .customer(scene.chance().pick(List.of(Tongue.IT, Tongue.DE, Tongue.FR, Tongue.EN)), scene.chance());
        Conversation talk = scene.conversation(start, customer.firm());
        List<DemoMail> mails = new ArrayList<>();
        mails.add(talk.letter(scene.party(scene.house().giulia, start), List.of(customer), start, "boss")
                .by(scene.party(scene.house().franziska, start))
                .send("on-behalf"));
        if (times.size() > 1) {
            mails.add(talk.letter(
                            customer, List.of(scene.party(scene.house().giulia, times.get(1))), times.get(1), "accept")
                    .send("thread"));
        }
        return mails;
    }

    /// Carriers and banks write without anybody writing.
    static List<DemoMail> robot(Scene scene, List<Instant> times) {
        Instant at = times.getFirst();
        Tongue tongue = scene.chance().pick(List.of(Tongue.IT, Tongue.DE));
        boolean bank = scene.chance().oneIn(2);
        Party robot = bank
                ? Party.plain("Banca del Garda", "avvisi@bancadelgarda.example", tongue)
                : Party.plain("Brennero Trasporti", "tracking@brennero-trasporti.example", tongue);
        Party to = scene.party(bank ? scene.house().elena : scene.house().luca, at);
        Conversation talk = scene.conversation(at, robot.firm());
        Facts facts = talk.facts();
        return List.of(talk.letter(
                        robot, List.of(bank ? to : to.at("magazzino@" + House.DOMAIN)), at, bank ? "bank" : "carrier")
                .attach(
                        bank
                                ? scene.table("movimenti_" + facts.order() + ".csv", facts)
                                : Enclosures.text(
                                        "bolla_" + facts.order() + ".txt",
                                        List.of(
                                                "Bolla di consegna / Lieferschein",
                                                facts.order() + "  " + facts.town(tongue),
                                                facts.pallets() + " EUR-Pal.",
                                                "Lotto " + facts.lot())))
                .field("Auto-Submitted", "auto-generated")
                .send("automatic"));
    }

    /// Better terms than others have, with a blind copy to Giulia.
    static List<DemoMail> secret(Scene scene, List<Instant> times) {
        Instant start = times.getFirst();
        Party customer = scene.house().customer(start, scene.chance());
        DemoPerson seller = scene.house().salesFor(customer.tongue(), start);
        Conversation talk = scene.conversation(start, customer.firm());
        List<DemoMail> mails = new ArrayList<>();
        mails.add(talk.letter(scene.party(seller, start), List.of(customer), start, "secret")
                .bcc("giulia.ferrante@" + House.DOMAIN)
                .send("bcc"));
        if (times.size() > 1) {
            mails.add(talk.letter(customer, List.of(scene.party(seller, times.get(1))), times.get(1), "agreed")
                    .send("thread"));
        }
        return mails;
    }

    /// Somebody writes to info@, and whoever holds it then answers from an address of her own.
    static List<DemoMail> toInfo(Scene scene, List<Instant> times) {
        Instant start = times.getFirst();
        Party customer = scene.house().customer(scene.chance().pick(List.of(Tongue.IT, Tongue.DE)), scene.chance());
        Conversation talk = scene.conversation(start, customer.firm());
        List<DemoMail> mails = new ArrayList<>();
        mails.add(talk.letter(customer, List.of(scene.house().list(House.INFO)), start, "inquiry")
                .send("info"));
        if (times.size() > 1) {
            DemoPerson holder =
                    times.get(1).isBefore(scene.house().handover()) ? scene.house().renate : scene.house().franziska;
            mails.add(talk.letter(scene.party(holder, times.get(1)), List.of(customer), times.get(1), "pricelist")
                    .send("info"));
        }
        return mails;
    }
}
