package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.EnvelopeView;
import io.carteggio.archive.access.Message;
import io.carteggio.archive.access.OpenLetter;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.archive.search.Hit;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Role;
import io.carteggio.mail.mime.Attachment;
import io.carteggio.mail.mime.HeaderField;
import io.carteggio.mail.mime.Letter;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.mail.mime.Mailbox;
import io.carteggio.mail.mime.NestedLetter;
import io.carteggio.mail.mime.ReadLimits;
import io.carteggio.server.web.page.LetterView;
import io.carteggio.server.web.page.LetterView.Body;
import io.carteggio.server.web.page.LetterView.ConversationBox;
import io.carteggio.server.web.page.LetterView.EnvelopeBox;
import io.carteggio.server.web.page.LetterView.Field;
import io.carteggio.server.web.page.LetterView.File;
import io.carteggio.server.web.page.LetterView.Line;
import io.carteggio.server.web.page.LetterView.MessageBox;
import io.carteggio.server.web.page.LetterView.Party;
import io.carteggio.server.web.page.LetterView.Step;
import io.javalin.http.HttpStatus;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/// A letter: its page, its HTML, its pictures and attachments, its bytes. All of them come from
/// [io.carteggio.archive.access.Reading], and what is not the viewer's is answered like what does not exist.
///
/// Opening a page is one act in an auditor's trail; the HTML and the pictures that the page itself loads belong to it
/// and carry a pass that the page gave out. A download is an act of its own.
final class LetterPages {
    private static final ReadLimits LIMITS = ReadLimits.DEFAULT;
    private static final int FIELDS_SHOWN = 500;
    private static final int FIELD_LIMIT_CHARS = 4_000;
    private static final int FILES_SHOWN = 500;
    private static final int LINES_SHOWN = 1_000;
    private static final int CONVERSATION_SHOWN = 30;

    /// Letters read at the same time; each may take some 20 MB of text while it is.
    static final int READ_AT_ONCE = 4;

    private static final long PATIENCE_SECONDS = 20;

    private final Site site;
    private final Semaphore reading = new Semaphore(READ_AT_ONCE, true);

    LetterPages(Site site) {
        this.site = site;
    }

    // ---- the page ----

    void letter(Visit visit) throws ArchiveException, IOException, Busy {
        Optional<OpenLetter> open = opened(visit);
        if (open.isEmpty()) {
            visit.notFound();
            return;
        }
        takeTurn();
        try {
            LetterView view =
                    view(visit, open.get(), LetterReader.read(open.get().bytes(), LIMITS));
            visit.page("letter", view.subject(), view);
        } finally {
            reading.release();
        }
    }

    private void takeTurn() throws Busy {
        try {
            if (!reading.tryAcquire(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
                throw new Busy("too many letters are being read");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Busy("the server stops");
        }
    }

    private Optional<OpenLetter> opened(Visit visit) throws ArchiveException {
        return opened(site, visit);
    }

    /// The letter of the address, if it is there and this viewer may see it.
    static Optional<OpenLetter> opened(Site site, Visit visit) throws ArchiveException {
        Optional<LetterId> id = id(visit);
        return id.isEmpty() ? Optional.empty() : site.desk().reading().open(visit.viewer(), id.get());
    }

    private static Optional<LetterId> id(Visit visit) {
        String text = visit.path("id");
        return text.matches("[a-z2-7]{32}") ? Optional.of(new LetterId(text)) : Optional.empty();
    }

    private LetterView view(Visit visit, OpenLetter open, Letter letter) throws ArchiveException {
        String id = open.letter().id().text();
        String query = visit.query("q");
        List<Field> fields = new ArrayList<>();
        boolean fieldsCut = letter.header().truncated();
        for (HeaderField field : letter.header().fields()) {
            if (!open.seesAll() && field.name().toLowerCase(Locale.ROOT).endsWith("bcc")) {
                continue; // Bcc and Resent-Bcc, which some systems leave in: not for who does not see blind copies
            }
            if (fields.size() == FIELDS_SHOWN) {
                fieldsCut = true;
                break;
            }
            String value = field.decoded();
            fieldsCut |= value.length() > FIELD_LIMIT_CHARS;
            fields.add(new Field(
                    field.name(),
                    value.length() > FIELD_LIMIT_CHARS ? value.substring(0, FIELD_LIMIT_CHARS) + "…" : value));
        }
        Set<String> shown = new HashSet<>();
        Body body = body(visit, id, letter, shown);
        return new LetterView(
                id,
                letter.header().subject().filter(s -> !s.isBlank()).orElse(visit.say("letter.no-subject")),
                letter.header().date().map(visit.words()::full),
                parties(letter.header().from()),
                parties(letter.header().sender()),
                parties(letter.header().to()),
                parties(letter.header().cc()),
                visit.words().size(open.letter().sizeBytes()),
                open.letter().sum().toString(),
                open.envelopes().stream()
                        .map(e -> box(visit, e.letter().text(), e))
                        .toList(),
                message(visit, open, letter),
                notes(visit, letter),
                body,
                parts(letter)
                        .filter(a -> !FileNames.isPicture(a.type())
                                || a.contentId().filter(shown::contains).isEmpty())
                        .limit(FILES_SHOWN)
                        .map(a -> file(visit, id, a))
                        .toList(),
                letter.nested().stream()
                        .limit(FILES_SHOWN)
                        .map(n -> file(visit, id, n))
                        .toList(),
                fields,
                fieldsCut,
                "/letters/" + id + "/original",
                "/letters/" + id + "/print?pass=" + pass(visit, id),
                "/letters/" + id + "/proof",
                GiveBackPages.view(site, visit, id),
                query.isEmpty() ? "/search" : "/search?q=" + SearchPages.encoded(query),
                conversation(visit, open, query));
    }

    private Optional<ConversationBox> conversation(Visit visit, OpenLetter open, String query) throws ArchiveException {
        Reading.Conversation conversation =
                site.desk().reading().conversation(visit.viewer(), open, CONVERSATION_SHOWN);
        if (conversation.letters() < 2) {
            return Optional.empty();
        }
        List<Step> steps = new ArrayList<>();
        for (Reading.Result result : conversation.results()) {
            Hit hit = result.hit();
            steps.add(new Step(
                    "/letters/" + result.id() + (query.isEmpty() ? "" : "?q=" + SearchPages.encoded(query)),
                    hit.fromName().filter(n -> !n.isBlank()).or(hit::from).orElse(visit.say("search.no-sender")),
                    visit.words().full(hit.date()),
                    hit.subject().filter(s -> !s.isBlank()).orElse(visit.say("letter.no-subject")),
                    result.message().variants().stream()
                            .anyMatch(v -> v.number() == open.letter().number())));
        }
        return Optional.of(new ConversationBox(
                visit.texts().count("letter.conversation", conversation.letters()),
                steps,
                !conversation.complete() || conversation.letters() > steps.size()));
    }

    private static List<Party> parties(List<Mailbox> mailboxes) {
        return mailboxes.stream()
                .limit(LINES_SHOWN)
                .map(m -> new Party(m.name(), m.address().raw()))
                .toList();
    }

    private static List<String> notes(Visit visit, Letter letter) {
        List<String> notes = new ArrayList<>();
        letter.header().fields().stream()
                .filter(f -> f.name().equalsIgnoreCase("Content-Type"))
                .map(f -> f.decoded().toLowerCase(Locale.ROOT))
                .findFirst()
                .filter(type -> type.startsWith("multipart/signed"))
                .ifPresent(type ->
                        notes.add(visit.say(type.contains("pgp") ? "letter.signed.pgp" : "letter.signed.smime")));
        letter.notes().forEach(n -> notes.add(note(visit, n)));
        return notes;
    }

    private static String note(Visit visit, Letter.Note note) {
        String word = note.name().toLowerCase(Locale.ROOT).replace('_', '-');
        return visit.texts().translated("note." + word, note.sentence(), List.of());
    }

    private static String unnamed(String type) {
        return switch (type) {
            case "message/delivery-status" -> "delivery-status";
            case "message/disposition-notification" -> "receipt";
            case "text/calendar" -> "appointment";
            case "text/rfc822-headers" -> "header";
            case "application/pgp-signature", "application/pkcs7-signature", "application/x-pkcs7-signature" ->
                "signature";
            default -> type.startsWith("image/") ? "picture" : "unnamed";
        };
    }

    private static File file(Visit visit, String id, Attachment a) {
        return new File(
                a.name().map(FileNames::safe).orElseGet(() -> visit.say("letter.part." + unnamed(a.type()))),
                a.type(),
                visit.words().size(a.sizeBytes()),
                "/letters/" + id + "/attachments/" + a.index(),
                FileNames.isShown(a.type())
                        ? Optional.of("/letters/" + id + "/attachments/" + a.index() + "/show")
                        : Optional.empty());
    }

    private static File file(Visit visit, String id, NestedLetter n) {
        return new File(
                n.subject().filter(s -> !s.isBlank()).orElse(visit.say("letter.no-subject")),
                visit.say("letter.part.letter"),
                visit.words().size(n.sizeBytes()),
                "/letters/" + id + "/letters/" + n.index(),
                Optional.empty());
    }

    // ---- the envelope ----

    private Optional<MessageBox> message(Visit visit, OpenLetter open, Letter letter) throws ArchiveException {
        Optional<String> messageId = letter.header().messageId();
        List<LetterId> others = messageId.isEmpty()
                ? List.of()
                : site.desk().reading().otherVersions(visit.viewer(), open, messageId.get());
        List<Message.Variant> variants = open.message().variants();
        if (variants.size() == 1 && others.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new MessageBox(
                variants.size() == 1
                        ? List.of()
                        : open.message().addressees().stream()
                                .limit(LINES_SHOWN)
                                .map(a -> line(visit, a))
                                .toList(),
                variants.stream()
                        .skip(1)
                        .map(v -> new LetterView.Variant(
                                visit.say(
                                        switch (v.kind()) {
                                            case "protected" -> "letter.variant.protected";
                                            case "clear" -> "letter.variant.clear";
                                            default -> "letter.variant.fork";
                                        },
                                        visit.words().size(v.sizeBytes())),
                                "/letters/" + v.id()))
                        .toList(),
                open.message().complete(),
                others.stream()
                        .limit(FILES_SHOWN)
                        .map(o -> new LetterView.Variant(visit.say("letter.other", o.text()), "/letters/" + o))
                        .toList()));
    }

    private EnvelopeBox box(Visit visit, String id, EnvelopeView e) {
        var entry = e.testimony().entry();
        boolean all = visit.viewer() instanceof Viewer.Auditor || sentBy(visit.self(), e);
        List<Line> lines = e.addressees().stream()
                .limit(LINES_SHOWN)
                .map(a -> line(visit, a))
                .toList();
        return new EnvelopeBox(
                e.source(),
                visit.words().exact(entry.arrived()),
                entry.vouched().map(visit.words()::exact),
                e.sender().map(Address::raw),
                e.onBehalfOf().map(Address::raw),
                lines,
                // said whether there are blind copies or not, so that it tells nothing
                all ? Optional.empty() : Optional.of(visit.say("letter.blind")),
                entry.dialect(),
                all && e.testimony().hasEvidence()
                        ? Optional.of("/letters/" + id + "/reports/" + e.arrival())
                        : Optional.empty());
    }

    private boolean sentBy(Person person, EnvelopeView e) {
        var tenures = site.desk().people().directory().tenures(person);
        return Stream.concat(e.sender().stream(), e.onBehalfOf().stream())
                .anyMatch(s -> tenures.stream().anyMatch(t -> t.addressKey().equals(s.key()) && t.covers(e.at())));
    }

    private static Line line(Visit visit, Addressee a) {
        List<String> way = new ArrayList<>();
        a.told().expanded().ifPresent(group -> way.add(visit.say("letter.through", group.raw())));
        a.told().forwarded().ifPresent(from -> way.add(visit.say("letter.forwarded", from.raw())));
        String role = switch (a.seenAs()) {
            case TO -> "letter.as.to";
            case CC -> "letter.as.cc";
            case BCC -> a.told().role() == Role.BCC ? "letter.as.bcc" : "letter.as.unseen";
            case RECIPIENT -> "letter.as.recipient";
        };
        return new Line(visit.say(role), a.told().address().raw(), way, a.blind());
    }

    // ---- the text ----

    /// @param shown is told the content ids of pictures that stand within the text
    private Body body(Visit visit, String id, Letter letter, Set<String> shown) {
        String page = "/letters/" + id;
        String query = visit.query("q");
        String asText = page + "?view=text" + (query.isEmpty() ? "" : "&q=" + SearchPages.encoded(query));
        String asHtml = page + (query.isEmpty() ? "" : "?q=" + SearchPages.encoded(query));
        boolean both = letter.html().isPresent() && letter.text().isPresent();
        if (letter.html().isPresent() && !(both && visit.query("view").equals("text"))) {
            MailHtml html = MailHtml.of(letter.html().get(), cid -> {
                shown.add(cid);
                return Optional.empty();
            });
            return new Body(
                    Optional.of(page + "/html?pass=" + pass(visit, id)),
                    html.room(),
                    List.of(),
                    both ? Optional.of(asText) : Optional.empty(),
                    html.blockedPictures() == 0
                            ? Optional.empty()
                            : Optional.of(visit.texts().count("letter.blocked", html.blockedPictures())),
                    html.cut() ? Optional.of(visit.say("letter.cut")) : Optional.empty());
        }
        PlainText text = PlainText.of(letter.text().orElse(""));
        return new Body(
                Optional.empty(),
                "",
                text.blocks(),
                both ? Optional.of(asHtml) : Optional.empty(),
                Optional.empty(),
                text.cut() ? Optional.of(visit.say("letter.cut")) : Optional.empty());
    }

    /// The letter's HTML, made harmless, for the frame on its page.
    void html(Visit visit) throws ArchiveException, IOException, Busy {
        Optional<LetterId> id = id(visit);
        boolean ofThePage = id.isPresent() && Tokens.same(pass(visit, id.get().text()), visit.query("pass"));
        Optional<OpenLetter> open =
                ofThePage ? site.desk().reading().openDuringWalk(visit.viewer(), id.get()) : opened(visit);
        if (open.isEmpty()) {
            visit.notFound();
            return;
        }
        takeTurn();
        try {
            html(
                    visit,
                    open.get().letter().id().text(),
                    LetterReader.read(open.get().bytes(), LIMITS));
        } finally {
            reading.release();
        }
    }

    private void html(Visit visit, String id, Letter letter) {
        if (letter.html().isEmpty()) {
            visit.notFound();
            return;
        }
        alone(visit, harmless(visit, id, letter, letter.html().get()).html());
    }

    /// The letter alone on a page, to be printed: its header, who got it, and its text.
    void print(Visit visit) throws ArchiveException, IOException, Busy {
        Optional<LetterId> id = id(visit);
        boolean ofThePage = id.isPresent() && Tokens.same(pass(visit, id.get().text()), visit.query("pass"));
        Optional<OpenLetter> open =
                ofThePage ? site.desk().reading().openDuringWalk(visit.viewer(), id.get()) : opened(visit);
        if (open.isEmpty()) {
            visit.notFound();
            return;
        }
        takeTurn();
        try {
            Letter letter = LetterReader.read(open.get().bytes(), LIMITS);
            LetterView view = view(visit, open.get(), letter);
            String head = visit.fragment("print", view.subject(), view);
            alone(
                    visit,
                    letter.html().isPresent()
                            ? harmless(visit, view.id(), letter, letter.html().get())
                                    .after(head)
                            : MailHtml.document(head));
        } finally {
            reading.release();
        }
    }

    /// A document of an origin of its own that runs nothing.
    private static void alone(Visit visit, String document) {
        visit.header(SecurityHeaders.POLICY, SecurityHeaders.LETTER);
        visit.header("X-Frame-Options", "SAMEORIGIN");
        visit.text("text/html; charset=utf-8", document);
    }

    private MailHtml harmless(Visit visit, String id, Letter letter, String hostile) {
        Map<String, Attachment> byContentId = new HashMap<>();
        parts(letter)
                .filter(a -> FileNames.isPicture(a.type()))
                .forEach(a -> a.contentId().ifPresent(cid -> byContentId.putIfAbsent(cid, a)));
        String base = "/letters/" + id + "/pictures/";
        String picturePass = visit.loggedIn().handle() + "." + pass(visit, id);
        return MailHtml.of(
                hostile,
                cid -> Optional.ofNullable(byContentId.get(cid)).map(a -> base + a.index() + "/" + picturePass));
    }

    private static Stream<Attachment> parts(Letter letter) {
        return Stream.concat(letter.files().stream(), letter.otherParts().stream());
    }

    /// Says that this session opened this letter as this viewer; worthless for any other.
    private String pass(Visit visit, String id) {
        return pass(visit.loggedIn(), visit.viewer(), id);
    }

    private String pass(Session session, Viewer viewer, String id) {
        String reason = viewer instanceof Viewer.Auditor auditor ? auditor.reason() : "";
        return site.tokens().seal("letter", session.handle(), id, reason);
    }

    /// A picture within a letter's HTML. The sandboxed frame has an origin of its own, so no cookie comes along; the
    /// address names the session and carries the pass, and the scope decides as always.
    void picture(Visit visit) throws ArchiveException, IOException {
        String[] words = visit.path("pass").split("\\.", 2);
        Optional<Session> session = words.length == 2 ? site.sessions().ofHandle(words[0]) : Optional.empty();
        Optional<Person> person =
                session.flatMap(s -> site.desk().people().directory().byId(s.person()));
        Optional<LetterId> id = id(visit);
        if (person.isEmpty() || id.isEmpty()) {
            visit.notFound();
            return;
        }
        Viewer viewer = Visit.viewer(site, session.get(), person.get(), visit.peer());
        Optional<OpenLetter> open =
                Tokens.same(pass(session.get(), viewer, id.get().text()), words[1])
                        ? site.desk().reading().openDuringWalk(viewer, id.get())
                        : Optional.empty();
        Optional<InputStream> part =
                open.isEmpty() ? Optional.empty() : part(visit, open.get().bytes());
        if (part.isEmpty()) {
            visit.notFound();
            return;
        }
        BufferedInputStream bytes = new BufferedInputStream(part.get());
        bytes.mark(16);
        Optional<String> type = FileNames.pictureType(bytes.readNBytes(12));
        if (type.isEmpty()) {
            bytes.close();
            visit.notFound();
            return;
        }
        bytes.reset();
        visit.header(SecurityHeaders.POLICY, SecurityHeaders.DOWNLOAD);
        // the frame is of no origin, so for the browser this is another site
        visit.header("Cross-Origin-Resource-Policy", "cross-origin");
        visit.stream(type.get(), bytes);
    }

    // ---- downloads ----

    /// An attachment in the browser, where that is a picture, a PDF or text by its own octets, whatever it claims.
    void show(Visit visit) throws ArchiveException, IOException {
        Optional<OpenLetter> open = opened(visit);
        Optional<Attachment> attachment = open.isPresent() ? attachment(visit, open.get()) : Optional.empty();
        if (open.isEmpty() || attachment.isEmpty()) {
            visit.notFound();
            return;
        }
        BufferedInputStream bytes = new BufferedInputStream(
                LetterReader.openAttachment(open.get().bytes(), attachment.get().index()), FileNames.LOOKED_AT);
        bytes.mark(FileNames.LOOKED_AT);
        Optional<String> type = FileNames.shownType(attachment.get().type(), bytes.readNBytes(FileNames.LOOKED_AT));
        if (type.isEmpty()) {
            bytes.close();
            visit.page(
                    HttpStatus.UNSUPPORTED_MEDIA_TYPE,
                    "message",
                    visit.say("show.not"),
                    new io.carteggio.server.web.page.Message(
                            Optional.empty(),
                            visit.say("show.not"),
                            List.of(visit.say("show.not.why")),
                            Optional.of(new io.carteggio.server.web.page.Message.Link(
                                    "/letters/" + open.get().letter().id(), visit.say("show.back")))));
            return;
        }
        bytes.reset();
        visit.header("Content-Disposition", "inline");
        visit.header(
                SecurityHeaders.POLICY,
                type.get().equals("application/pdf") ? SecurityHeaders.DOCUMENT : SecurityHeaders.DOWNLOAD);
        visit.stream(type.get(), bytes);
    }

    private static Optional<Attachment> attachment(Visit visit, OpenLetter open) throws IOException {
        return parts(LetterReader.read(open.bytes(), LIMITS.withTextChars(0)))
                .filter(a -> Integer.toString(a.index()).equals(visit.path("part")))
                .findFirst();
    }

    void attachment(Visit visit) throws ArchiveException, IOException {
        Optional<OpenLetter> open = opened(visit);
        Optional<Attachment> attachment = open.isPresent() ? attachment(visit, open.get()) : Optional.empty();
        if (open.isEmpty() || attachment.isEmpty()) {
            visit.notFound();
            return;
        }
        Attachment a = attachment.get();
        download(
                visit,
                a.name().orElse("part-" + a.index()),
                FileNames.downloadType(a.type()),
                LetterReader.openAttachment(open.get().bytes(), a.index()));
    }

    void nested(Visit visit) throws ArchiveException, IOException {
        Optional<OpenLetter> open = opened(visit);
        Optional<InputStream> bytes = Optional.empty();
        if (open.isPresent() && visit.path("part").matches("[0-9]{1,6}")) {
            try {
                bytes = Optional.of(LetterReader.openNested(open.get().bytes(), Integer.parseInt(visit.path("part"))));
            } catch (IndexOutOfBoundsException none) {
                bytes = Optional.empty();
            }
        }
        if (bytes.isEmpty()) {
            visit.notFound();
            return;
        }
        download(visit, "letter-" + visit.path("part") + ".eml", "message/rfc822", bytes.get());
    }

    /// The letter byte for byte (P2).
    void original(Visit visit) throws ArchiveException, IOException {
        Optional<OpenLetter> open = opened(visit);
        if (open.isEmpty()) {
            visit.notFound();
            return;
        }
        String subject = LetterReader.header(open.get().bytes()).subject().orElse("");
        String name = subject.isBlank() ? open.get().letter().id().text() : subject;
        visit.header("Content-Length", Long.toString(open.get().bytes().sizeBytes()));
        download(visit, name + ".eml", "message/rfc822", open.get().bytes().open());
    }

    /// The proof that it was kept; whoever may open the letter may have it.
    void proof(Visit visit) throws ArchiveException, IOException {
        Optional<OpenLetter> open = opened(visit);
        if (open.isEmpty()) {
            visit.notFound();
            return;
        }
        byte[] proof = site.desk().proof(open.get());
        download(
                visit,
                open.get().letter().id().text() + ".proof",
                "application/octet-stream",
                new java.io.ByteArrayInputStream(proof));
    }

    /// The report that vouches for the letter.
    void report(Visit visit) throws ArchiveException, IOException {
        Optional<OpenLetter> open = opened(visit);
        Optional<Content> report = Optional.empty();
        if (open.isPresent()) {
            for (EnvelopeView e : open.get().envelopes()) {
                if (Long.toString(e.arrival()).equals(visit.path("arrival"))) {
                    report = site.desk().reading().evidence(visit.viewer(), e);
                }
            }
        }
        if (report.isEmpty()) {
            visit.notFound();
            return;
        }
        visit.header("Content-Length", Long.toString(report.get().sizeBytes()));
        download(
                visit,
                "report-" + visit.path("arrival") + ".eml",
                "message/rfc822",
                report.get().open());
    }

    private static Optional<InputStream> part(Visit visit, Content bytes) throws IOException {
        if (!visit.path("part").matches("[0-9]{1,6}")) {
            return Optional.empty();
        }
        try {
            return Optional.of(LetterReader.openAttachment(bytes, Integer.parseInt(visit.path("part"))));
        } catch (IndexOutOfBoundsException none) {
            return Optional.empty();
        }
    }

    private static void download(Visit visit, String name, String type, InputStream bytes) {
        visit.header("Content-Disposition", FileNames.attachment(name));
        visit.header(SecurityHeaders.POLICY, SecurityHeaders.DOWNLOAD);
        visit.stream(type, bytes);
    }
}
