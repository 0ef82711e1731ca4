package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.EnvelopeView;
import io.carteggio.archive.access.Message;
import io.carteggio.archive.access.OpenLetter;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.archive.entry.Provenance;
import io.carteggio.archive.search.AttachedTexts;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SavedSearches.Sought;
import io.carteggio.archive.search.Start;
import io.carteggio.mail.Address;
import io.carteggio.mail.Content;
import io.carteggio.mail.Recipient;
import io.carteggio.mail.extract.Shortfall;
import io.carteggio.mail.mime.Attachment;
import io.carteggio.mail.mime.Letter;
import io.carteggio.mail.mime.LetterReader;
import io.carteggio.mail.mime.Mailbox;
import io.carteggio.mail.mime.ReadLimits;
import io.carteggio.server.escrow.ClearCopy;
import io.carteggio.server.escrow.Decryption;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ObjectNode;

/// `search` and `show`: what gives letters out one by one, all of it through [Reading]; many at once are an
/// [ExportOperation].
final class ReadingOperations {
    private static final int PAGE = Reading.PAGE_LIMIT;

    /// How long a search waits for letters that came in just now.
    private static final Duration PATIENCE = Duration.ofSeconds(5);

    private final Desk desk;

    ReadingOperations(Desk desk) {
        this.desk = desk;
    }

    private Viewer viewer(Request request) throws Refusal {
        return Viewers.of(request, desk);
    }

    /// A line a letter; then one with `total` and `notFullySearched`. `sort`, `conversations`, `around`; instead of
    /// `query`, `saved` may name a search of the person's.
    Outcome search(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Viewer viewer = viewer(request);
        Optional<Sought> saved = saved(request, viewer);
        String text = saved.isPresent() ? saved.get().query() : request.text("query");
        boolean best = (request.optionalText("sort").isEmpty() && saved.isPresent())
                ? saved.get().best()
                : Queries.bestFirst(request);
        boolean together =
                request.flag("conversations") || saved.map(Sought::together).orElse(false);
        boolean around = request.flag("around");
        Query query = Queries.parse(text);
        long left = request.number("limit", PAGE);
        if (left < 1) {
            throw Refusal.usage("--limit is at least 1");
        }
        Viewers.note(desk, request, viewer, text);
        boolean indexed = desk.awaitIndexed(PATIENCE);
        Optional<Start> start = Optional.of(best ? Start.best() : Start.newest());
        Optional<Reading.Results> first = Optional.empty();
        while (start.isPresent() && left > 0) {
            Reading.Results page =
                    desk.reading().search(viewer, query, text, start.get(), together, (int) Math.min(PAGE, left));
            for (Reading.Result result : page.results()) {
                ObjectNode line = found(result);
                if (around) {
                    line.set(
                            "around",
                            Json.text(desk.reading().excerpt(viewer, query, result.id(), Reading.EXCERPT_CHARS)));
                }
                reply.line(line);
            }
            first = first.isPresent() ? first : Optional.of(page);
            left -= page.results().size();
            start = page.after();
        }
        reply.line(Json.object()
                .put("total", first.map(Reading.Results::total).orElse(0L))
                .put(
                        "notFullySearched",
                        first.map(Reading.Results::notFullySearched).orElse(0L))
                .put("indexLag", indexed ? 0 : desk.indexLag()));
        return Outcome.DONE;
    }

    private Optional<Sought> saved(Request request, Viewer viewer) throws Refusal {
        Optional<String> name = request.optionalText("saved");
        if (name.isEmpty()) {
            return Optional.empty();
        }
        return switch (viewer) {
            case Viewer.Owner(var person) ->
                Optional.of(SavedOperations.named(desk, person, name.get()).sought());
            case Viewer.Auditor a ->
                Optional.of(SavedOperations.named(desk, a.person(), name.get()).sought());
            case Viewer.Operator _ -> throw Refusal.usage("--saved goes with --as PERSON, whose search it is");
        };
    }

    /// A line a message of the letter's conversation, oldest first; then one with `letters`, how many there are.
    Outcome conversation(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        OpenLetter open = open(request);
        Reading.Conversation conversation = desk.reading().conversation(viewer(request), open, PAGE);
        for (Reading.Result result : conversation.results()) {
            reply.line(found(result));
        }
        reply.line(Json.object().put("letters", conversation.letters()).put("complete", conversation.complete()));
        return Outcome.DONE;
    }

    private static ObjectNode found(Reading.Result result) {
        Hit hit = result.hit();
        ObjectNode line = Json.object().put("id", result.id().text()).put("date", Json.instant(hit.date()));
        line.set("from", Json.text(hit.from()));
        line.set("fromName", Json.text(hit.fromName()));
        line.set("to", Json.texts(hit.to().stream()));
        line.set("cc", Json.texts(hit.cc().stream()));
        line.set("subject", Json.text(hit.subject()));
        line.put("bytes", hit.sizeBytes());
        line.set(
                "attachments",
                Json.objects(hit.attachments().stream()
                        .map(a -> Json.object()
                                .put("name", a.name())
                                .put("bytes", a.sizeBytes())
                                .put("sha256", a.sum().toString())
                                .put("type", a.type()))));
        tell(line, result.message());
        result.together()
                .filter(of -> of.letters() > 1)
                .ifPresent(of -> line.set(
                        "conversation",
                        Json.object()
                                .put("letters", of.letters())
                                .put("matching", of.matching())
                                .put("complete", of.complete())));
        return line;
    }

    /// What there is to say of a message that is not one plain letter: its variants, all its recipients,
    /// protection.
    private static void tell(ObjectNode line, Message message) {
        if (message.variants().size() > 1) {
            line.set("variants", Json.objects(message.variants().stream().map(ReadingOperations::variant)));
            line.set("recipients", Json.objects(message.addressees().stream().map(ReadingOperations::addressee)));
            line.put("allVariants", message.complete());
        }
        if (message.isProtected()) {
            line.put("protected", true);
        }
    }

    private static ObjectNode variant(Message.Variant v) {
        return Json.object().put("id", v.id().text()).put("kind", v.kind()).put("bytes", v.sizeBytes());
    }

    /// One line that tells all of a letter.
    Outcome show(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        OpenLetter open = open(request);
        Letter letter = LetterReader.read(open.bytes(), ReadLimits.DEFAULT);
        ObjectNode line = Json.object().put("id", open.letter().id().text());
        line.set("date", Json.instant(letter.header().date().or(() -> arrived(open))));
        line.set(
                "from",
                Json.text(letter.header().from().stream()
                        .findFirst()
                        .map(m -> m.address().raw())));
        line.set(
                "fromName",
                Json.text(letter.header().from().stream().findFirst().map(Mailbox::name)));
        line.set("to", addresses(letter.header().to()));
        line.set("cc", addresses(letter.header().cc()));
        line.set("subject", Json.text(letter.header().subject()));
        line.set("messageId", Json.text(letter.header().messageId()));
        line.put("bytes", open.bytes().sizeBytes())
                .put("sha256", open.letter().sum().toString());
        line.set("attachments", Json.objects(letter.files().stream().map(ReadingOperations::attachment)));
        boolean labelled = !(viewer(request) instanceof Viewer.Owner);
        line.set("envelopes", Json.objects(open.envelopes().stream().map(view -> envelope(view, labelled))));
        tell(line, open.message());
        Optional<String> messageId = letter.header().messageId();
        List<LetterId> others =
                messageId.isEmpty() ? List.of() : desk.reading().otherVersions(viewer(request), open, messageId.get());
        if (!others.isEmpty()) {
            line.set("otherVersions", Json.texts(others.stream().map(LetterId::text)));
        }
        line.set("unsearched", Json.objects(unsearched(open.letter().number())));
        Stream<String> decrypted = ClearCopy.read(open.bytes(), desk.clearMark()).stream()
                .flatMap(account -> account.remarks().stream())
                .map(Decryption.Remark::sentence);
        line.set(
                "notes",
                Json.texts(Stream.concat(decrypted, letter.notes().stream().map(Letter.Note::sentence))));
        line.set("text", Json.text(letter.text()));
        line.put("html", letter.html().isPresent());
        line.put("searchText", letter.text().isPresent() ? "" : letter.searchText());
        reply.line(line);
        return Outcome.DONE;
    }

    /// What of its attachments could not be read, and why; that they wait, where nobody has read them yet.
    private Stream<ObjectNode> unsearched(long letter) throws ArchiveException {
        Optional<AttachedTexts> attached = desk.index().attached(letter);
        if (attached.isPresent()) {
            return attached.get().lacks().stream()
                    .map(lack -> Json.object()
                            .put("name", lack.name())
                            .put("why", lack.why().word())
                            .put("text", lack.why().sentence()));
        }
        Shortfall waiting = Shortfall.WAITING;
        return desk.index().matches(new Query.Unsearched(waiting), letter)
                ? Stream.of(
                        Json.object().put("name", "").put("why", waiting.word()).put("text", waiting.sentence()))
                : Stream.empty();
    }

    private static Optional<Instant> arrived(OpenLetter open) {
        return open.envelopes().stream().findFirst().map(EnvelopeView::at);
    }

    private static tools.jackson.databind.node.ArrayNode addresses(List<Mailbox> mailboxes) {
        return Json.texts(mailboxes.stream().map(m -> m.address().raw()));
    }

    private static ObjectNode attachment(Attachment a) {
        ObjectNode line = Json.object();
        line.set("name", Json.text(a.name()));
        return line.put("bytes", a.sizeBytes())
                .put("sha256", a.sha256().toString())
                .put("type", a.type());
    }

    /// @param labelled whether the folders of somebody's mailbox are told: they are hers, and nobody knows here whose
    private static ObjectNode envelope(EnvelopeView view, boolean labelled) {
        ObjectNode line = Json.object()
                .put("arrival", view.arrival())
                .put("letter", view.letter().text())
                .put("source", view.source())
                .put("at", Json.instant(view.at()));
        line.set("sender", Json.address(view.sender()));
        line.set("onBehalfOf", Json.address(view.onBehalfOf()));
        line.set("recipients", Json.objects(view.addressees().stream().map(ReadingOperations::addressee)));
        line.put("complete", view.complete());
        line.set("dialect", Json.text(view.testimony().entry().dialect()));
        line.set("via", Json.text(view.testimony().entry().via()));
        line.put("redelivery", view.testimony().entry().redelivery());
        line.put("evidence", view.testimony().hasEvidence());
        Provenance provenance = view.testimony().entry().provenance();
        line.set("labels", Json.texts(labelled ? provenance.labels().stream() : Stream.empty()));
        line.set("recomposed", Json.text(provenance.recomposed()));
        line.set("receivedThere", Json.instant(provenance.received()));
        line.set("outOfQuarantine", Json.text(labelled ? outOfQuarantine(view) : Optional.empty()));
        line.set("warnings", Json.texts(labelled ? view.testimony().entry().warnings().stream() : Stream.empty()));
        return line;
    }

    private static Optional<String> outOfQuarantine(EnvelopeView view) {
        return view.testimony()
                .entry()
                .revision()
                .map(r -> Json.instant(r.at()) + " by " + r.by()
                        + r.why().map(why -> ": " + why).orElse(""));
    }

    private static ObjectNode addressee(Addressee a) {
        ObjectNode line = recipient(a.told());
        return line.put("seenAs", a.seenAs().word());
    }

    /// A line of an envelope, as `unwrap` and `show` give it.
    static ObjectNode recipient(Recipient r) {
        ObjectNode line = Json.object()
                .put("role", r.role().word())
                .put("address", r.address().raw());
        line.set("expanded", Json.text(r.expanded().map(Address::raw)));
        line.set("forwarded", Json.text(r.forwarded().map(Address::raw)));
        return line;
    }

    /// The letter's octets.
    Outcome raw(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        OpenLetter open = open(request);
        give(
                Json.object()
                        .put("id", open.letter().id().text())
                        .put("bytes", open.bytes().sizeBytes()),
                open.bytes(),
                reply);
        return Outcome.DONE;
    }

    /// The octets of each report that vouches for the letter and that the viewer may see, oldest first; of one
    /// arrival alone where `arrival` names it.
    Outcome evidence(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Viewer viewer = viewer(request);
        OpenLetter open = open(request);
        long only = request.number("arrival", 0);
        boolean any = false;
        for (EnvelopeView view : open.envelopes()) {
            if (only != 0 && only != view.arrival()) {
                continue;
            }
            Optional<Content> report = desk.reading().evidence(viewer, view);
            if (report.isPresent()) {
                any = true;
                give(
                        Json.object()
                                .put("arrival", view.arrival())
                                .put("source", view.source())
                                .put("at", Json.instant(view.at()))
                                .put("bytes", report.get().sizeBytes()),
                        report.get(),
                        reply);
            }
        }
        return any
                ? Outcome.DONE
                : noSuch("no report that you may see vouches for letter "
                        + open.letter().id());
    }

    private static Outcome noSuch(String message) throws Refusal {
        throw Refusal.no(message);
    }

    /// The letter that `id` names, opened for who asks, which is audited.
    OpenLetter open(Request request) throws ArchiveException, Refusal {
        String id = request.text("id").strip().toLowerCase(Locale.ROOT);
        if (!LetterId.looksLike(id)) {
            throw Refusal.usage("not a letter's id: '" + id + "'");
        }
        Viewer viewer = viewer(request);
        Optional<OpenLetter> letter = desk.reading().open(viewer, new LetterId(id));
        if (letter.isPresent()) {
            Viewers.note(desk, request, viewer, id);
        }
        return letter.orElseThrow(() -> Refusal.no("there is no letter " + id + " that you may see"));
    }

    /// Offers octets. Trouble in reading them is told to the peer by breaking off: it must never take a part for the
    /// whole.
    static void give(ObjectNode line, Content bytes, Reply reply) throws IOException {
        if (reply.offer(line)) {
            try (InputStream in = bytes.open()) {
                reply.all(in, bytes.sizeBytes());
            }
        }
    }
}
