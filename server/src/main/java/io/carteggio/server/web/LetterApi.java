package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.EnvelopeView;
import io.carteggio.archive.access.Message;
import io.carteggio.archive.access.OpenLetter;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.mail.Address;
import io.carteggio.mail.calendar.Appointment;
import io.carteggio.mail.calendar.CalendarNote;
import io.carteggio.mail.calendar.When;
import io.carteggio.mail.mime.Letter;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.mail.mime.Mailbox;
import io.carteggio.server.escrow.ClearCopy;
import io.carteggio.server.web.page.LetterView;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// A letter as JSON: what its page says, without the words for people. As there, who got it is told to each as far as
/// she may see it, and nothing tells whether there is more.
final class LetterApi {
    /// What lies beyond is in the original.
    static final int TEXT_LIMIT_CHARS = 300_000;

    private static final Shape PARTY = Shape.named("Party").text("name", "address");
    private static final Shape RECIPIENT = Shape.named("Recipient")
            .text("role", "address", "expanded?", "forwarded?", "seenAs")
            .flag("blind");
    private static final Shape ENVELOPE = Shape.named("Envelope")
            .number("arrival")
            .text("letter", "source", "sender?", "onBehalfOf?", "dialect?")
            .instant("arrived", "vouched?")
            .list("recipients", RECIPIENT)
            .flag("report");
    private static final Shape VARIANT =
            Shape.named("Variant").text("id", "kind").number("bytes");
    private static final Shape NOTE = Shape.named("Note").text("note", "text");
    private static final Shape FIELD = Shape.named("HeaderField").text("name", "value");
    private static final Shape PART = Shape.named("Part")
            .number("part", "bytes")
            .text("name?", "type", "sha256", "contentId?")
            .flag("inline");
    private static final Shape NESTED =
            Shape.named("NestedLetter").number("part", "bytes").text("subject?", "messageId?", "sha256");

    private static final Shape GUEST = Shape.named("Guest")
            .text("name", "address")
            .word("answer", "none", "accepted", "declined", "tentative", "delegated")
            .flag("optional");
    private static final Shape APPOINTMENT = Shape.named("Appointment")
            .word("method", "request", "cancel", "reply", "counter", "publish")
            .text("title", "start?", "end?", "zone?", "place?")
            .one("organiser?", GUEST)
            .list("guests", GUEST)
            .flag("recurs", "cancelled");

    static final Shape LETTER = Shape.named("Letter")
            .text("id", "subject?", "messageId?", "sha256")
            .instant("date?")
            .number("bytes")
            .list("from", PARTY)
            .list("sender", PARTY)
            .list("to", PARTY)
            .list("cc", PARTY)
            .list("envelopes", ENVELOPE)
            .list("variants", VARIANT)
            .flag("allVariants")
            .list("recipients", RECIPIENT)
            .texts("otherVersions")
            .list("notes", NOTE)
            .list("header", FIELD)
            .flag("headerCut")
            .text("text?")
            .flag("textCut", "html")
            .list("attachments", PART)
            .list("letters", NESTED)
            .list("appointments", APPOINTMENT);

    private final Site site;
    private final OpenLetters letters;
    private final LetterViews views;

    LetterApi(Site site, OpenLetters letters) {
        this.site = site;
        this.letters = letters;
        views = new LetterViews(site, letters);
    }

    void letter(Visit visit) throws ArchiveException, IOException, Busy {
        letters.read(
                visit,
                letters.opened(visit),
                open -> visit.json(told(visit, open, LetterReader.read(open.bytes(), OpenLetters.LIMITS))));
    }

    private ObjectNode told(Visit visit, OpenLetter open, Letter letter) throws ArchiveException, IOException {
        ObjectNode told = JsonNodeFactory.instance
                .objectNode()
                .put("id", open.letter().id().text())
                .set("subject", text(letter.header().subject()))
                .set("messageId", text(letter.header().messageId()))
                .put("sha256", open.letter().sum().toString())
                .set("date", text(letter.header().date().map(Instant::toString)))
                .put("bytes", open.letter().sizeBytes());
        parties(told, "from", letter.header().from());
        parties(told, "sender", letter.header().sender());
        parties(told, "to", letter.header().to());
        parties(told, "cc", letter.header().cc());
        ArrayNode envelopes = told.putArray("envelopes");
        open.envelopes().forEach(e -> envelopes.add(envelope(visit, e)));
        message(told, visit, open, letter);
        ArrayNode notes = told.putArray("notes");
        ClearCopy.read(open.bytes(), site.desk().clearMark())
                .ifPresent(account -> account.remarks()
                        .forEach(remark ->
                                notes.addObject().put("note", remark.word()).put("text", remark.sentence())));
        letter.notes()
                .forEach(note -> notes.addObject()
                        .put("note", note.name().toLowerCase(Locale.ROOT).replace('_', '-'))
                        .put("text", note.sentence()));
        LetterViews.Fields fields = LetterViews.fields(open, letter);
        ArrayNode header = told.putArray("header");
        for (LetterView.Field field : fields.list()) {
            header.addObject().put("name", field.name()).put("value", field.value());
        }
        told.put("headerCut", fields.cut());
        String text = letter.text().orElse("");
        boolean cut = text.length() > TEXT_LIMIT_CHARS;
        told.set("text", text(letter.text().map(t -> cut ? t.substring(0, TEXT_LIMIT_CHARS) : t)))
                .put("textCut", cut)
                .put("html", letter.html().isPresent());
        parts(told, letter);
        appointments(told, Appointments.note(open, letter));
        return told;
    }

    private static void appointments(ObjectNode told, Optional<CalendarNote> note) {
        ArrayNode list = told.putArray("appointments");
        if (note.isEmpty()) {
            return;
        }
        for (Appointment one : note.get().appointments()) {
            ObjectNode line = list.addObject()
                    .put("method", word(note.get().method()))
                    .put("title", one.title())
                    .set("start", text(one.start().map(LetterApi::when)))
                    .set("end", text(one.end().map(LetterApi::when)))
                    .set("zone", text(one.start().flatMap(LetterApi::zone)))
                    .set("place", text(one.place()))
                    .put("recurs", one.recurrence().isPresent())
                    .put("cancelled", one.cancelled());
            line.set(
                    "organiser",
                    one.organiser().<JsonNode>map(LetterApi::guest).orElseGet(JsonNodeFactory.instance::nullNode));
            ArrayNode guests = line.putArray("guests");
            one.guests().forEach(guest -> guests.add(guest(guest)));
        }
    }

    private static ObjectNode guest(Appointment.Guest guest) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("name", guest.name())
                .put("address", guest.address())
                .put("answer", word(guest.answer()))
                .put("optional", guest.optional());
    }

    private static String word(Enum<?> one) {
        return one.name().toLowerCase(Locale.ROOT);
    }

    /// In UTC with `Z`, or by clocks without, or a day alone.
    private static String when(When when) {
        return switch (when) {
            case When.At(Instant at, var _) -> at.toString();
            case When.Clock(var time, var _) -> time.toString();
            case When.Day(var day) -> day.toString();
        };
    }

    private static Optional<String> zone(When when) {
        return switch (when) {
            case When.At(var _, var zone) -> zone;
            case When.Clock(var _, var zone) -> zone;
            case When.Day _ -> Optional.empty();
        };
    }

    static JsonNode text(Optional<String> text) {
        return text.<JsonNode>map(JsonNodeFactory.instance::stringNode).orElseGet(JsonNodeFactory.instance::nullNode);
    }

    private static void parties(ObjectNode told, String name, List<Mailbox> mailboxes) {
        ArrayNode list = told.putArray(name);
        mailboxes.stream()
                .limit(LetterViews.LINES_SHOWN)
                .forEach(m -> list.addObject()
                        .put("name", m.name())
                        .put("address", m.address().raw()));
    }

    private ObjectNode envelope(Visit visit, EnvelopeView e) {
        var entry = e.testimony().entry();
        ObjectNode told = JsonNodeFactory.instance
                .objectNode()
                .put("arrival", e.arrival())
                .put("letter", e.letter().text())
                .put("source", e.source())
                .put("arrived", entry.arrived().toString())
                .set("vouched", text(entry.vouched().map(Instant::toString)))
                .set("sender", text(e.sender().map(Address::raw)))
                .set("onBehalfOf", text(e.onBehalfOf().map(Address::raw)))
                .set("dialect", text(entry.dialect()))
                .put("report", e.testimony().hasEvidence() && views.seesReport(visit, e));
        addressees(told, "recipients", e.addressees());
        return told;
    }

    private static void addressees(ObjectNode told, String name, List<Addressee> addressees) {
        ArrayNode list = told.putArray(name);
        addressees.stream()
                .limit(LetterViews.LINES_SHOWN)
                .forEach(a -> list.addObject()
                        .put("role", a.told().role().word())
                        .put("address", a.told().address().raw())
                        .set("expanded", text(a.told().expanded().map(Address::raw)))
                        .set("forwarded", text(a.told().forwarded().map(Address::raw)))
                        .put("seenAs", a.seenAs().word())
                        .put("blind", a.blind()));
    }

    /// Where the message is more than this letter.
    private void message(ObjectNode told, Visit visit, OpenLetter open, Letter letter) throws ArchiveException {
        Message message = open.message();
        ArrayNode variants = told.putArray("variants");
        message.variants()
                .forEach(v -> variants.addObject()
                        .put("id", v.id().text())
                        .put("kind", v.kind())
                        .put("bytes", v.sizeBytes()));
        told.put("allVariants", message.complete());
        addressees(told, "recipients", message.addressees());
        ArrayNode others = told.putArray("otherVersions");
        Optional<String> messageId = letter.header().messageId();
        if (messageId.isPresent()) {
            site.desk().reading().otherVersions(visit.viewer(), open, messageId.get()).stream()
                    .limit(LetterViews.FILES_SHOWN)
                    .map(LetterId::text)
                    .forEach(others::add);
        }
    }

    private static void parts(ObjectNode told, Letter letter) {
        ArrayNode attachments = told.putArray("attachments");
        OpenLetters.parts(letter)
                .limit(LetterViews.FILES_SHOWN)
                .forEach(a -> attachments
                        .addObject()
                        .put("part", a.index())
                        .set("name", text(a.name()))
                        .put("type", a.type())
                        .put("bytes", a.sizeBytes())
                        .put("sha256", a.sha256().toString())
                        .put("inline", a.inline())
                        .set("contentId", text(a.contentId())));
        ArrayNode nested = told.putArray("letters");
        letter.nested().stream()
                .limit(LetterViews.FILES_SHOWN)
                .forEach(n -> nested.addObject()
                        .put("part", n.index())
                        .set("subject", text(n.subject()))
                        .set("messageId", text(n.messageId()))
                        .put("bytes", n.sizeBytes())
                        .put("sha256", n.sha256().toString()));
    }
}
