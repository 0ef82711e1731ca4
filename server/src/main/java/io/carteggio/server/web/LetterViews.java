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
import io.carteggio.mail.Role;
import io.carteggio.mail.mime.Attachment;
import io.carteggio.mail.mime.HeaderField;
import io.carteggio.mail.mime.Letter;
import io.carteggio.mail.mime.Mailbox;
import io.carteggio.mail.mime.NestedLetter;
import io.carteggio.server.escrow.ClearCopy;
import io.carteggio.server.escrow.Decryption.Account;
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
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// What a letter's page says of it, in the reader's language.
final class LetterViews {
    static final int FIELDS_SHOWN = 500;
    static final int FIELD_LIMIT_CHARS = 4_000;
    static final int FILES_SHOWN = 500;
    static final int LINES_SHOWN = 1_000;
    private static final int CONVERSATION_SHOWN = 30;

    private final Site site;
    private final OpenLetters letters;

    LetterViews(Site site, OpenLetters letters) {
        this.site = site;
        this.letters = letters;
    }

    LetterView view(Visit visit, OpenLetter open, Letter letter) throws ArchiveException, IOException {
        String id = open.letter().id().text();
        String query = visit.query("q");
        Fields fields = fields(open, letter);
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
                notes(visit, open, letter),
                body,
                OpenLetters.parts(letter)
                        .filter(a -> !FileNames.isPicture(a.type())
                                || a.contentId().filter(shown::contains).isEmpty())
                        .limit(FILES_SHOWN)
                        .map(a -> file(visit, id, a))
                        .toList(),
                letter.nested().stream()
                        .limit(FILES_SHOWN)
                        .map(n -> file(visit, id, n))
                        .toList(),
                fields.list(),
                fields.cut(),
                "/letters/" + id + "/original",
                "/letters/" + id + "/print?pass=" + letters.pass(visit, id),
                "/letters/" + id + "/proof",
                GiveBackPages.view(site, visit, id),
                query.isEmpty() ? "/search" : "/search?q=" + SearchPages.encoded(query),
                conversation(visit, open, query),
                Appointments.of(visit, open, letter),
                Appointments.cards(visit, open, letter));
    }

    /// The fields of a letter's header that the viewer may see.
    ///
    /// @param cut whether there is more of them than that
    record Fields(List<Field> list, boolean cut) {}

    static Fields fields(OpenLetter open, Letter letter) {
        List<Field> fields = new ArrayList<>();
        boolean cut = letter.header().truncated();
        for (HeaderField field : letter.header().fields()) {
            if (!open.seesAll() && field.name().toLowerCase(Locale.ROOT).endsWith("bcc")) {
                continue; // Bcc and Resent-Bcc, which some systems leave in: not for who does not see blind copies
            }
            if (fields.size() == FIELDS_SHOWN) {
                cut = true;
                break;
            }
            String value = field.decoded();
            cut |= value.length() > FIELD_LIMIT_CHARS;
            fields.add(new Field(
                    field.name(),
                    value.length() > FIELD_LIMIT_CHARS ? value.substring(0, FIELD_LIMIT_CHARS) + "…" : value));
        }
        return new Fields(fields, cut);
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

    private List<String> notes(Visit visit, OpenLetter open, Letter letter) throws IOException {
        List<String> notes = new ArrayList<>();
        Optional<Account> account = ClearCopy.read(open.bytes(), site.desk().clearMark());
        account.ifPresent(a -> a.remarks()
                .forEach(remark -> notes.add(
                        visit.texts().translated("note." + remark.word(), remark.sentence(), remark.values()))));
        if (account.isEmpty()) {
            signed(letter).ifPresent(key -> notes.add(visit.say(key)));
        }
        if (!letter.enclosed().isEmpty()) {
            notes.add(visit.say("letter.tnef"));
        }
        letter.notes().forEach(n -> notes.add(note(visit, n)));
        return notes;
    }

    /// How it is signed: as a whole, or something in it.
    private static Optional<String> signed(Letter letter) {
        Optional<String> whole = letter.header().fields().stream()
                .filter(f -> f.name().equalsIgnoreCase("Content-Type"))
                .map(f -> f.decoded().toLowerCase(Locale.ROOT))
                .findFirst()
                .filter(type -> type.startsWith("multipart/signed"))
                .map(type -> type.contains("pgp") ? "letter.signed.pgp" : "letter.signed.smime");
        return whole.isPresent() || !letter.signed() || letter.notes().contains(Letter.Note.OPAQUE_SIGNATURE)
                ? whole
                : Optional.of("letter.signed.part");
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

    // ---- the envelope

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
        boolean all = seesReport(visit, e);
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

    /// Whether what vouches for the letter names nobody whom this viewer may not see.
    boolean seesReport(Visit visit, EnvelopeView e) {
        return visit.viewer() instanceof Viewer.Auditor || sentBy(visit.self(), e);
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

    // ---- the text

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
                    Optional.of(page + "/html?pass=" + letters.pass(visit, id)),
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
}
