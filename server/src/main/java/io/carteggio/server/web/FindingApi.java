package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.OpenLetter;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.Start;
import io.javalin.http.HttpStatus;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// Finding letters as JSON (`docs/search.md`, "For programs"), for who is logged in, or by a token that is for it: then
/// the person's own letters alone.
final class FindingApi {
    private static final Shape ATTACHED =
            Shape.named("FoundAttachment").text("name", "sha256", "type").number("bytes");
    private static final Shape TOGETHER =
            Shape.named("Together").number("letters", "matching").flag("complete");
    private static final Shape FOUND = Shape.named("FoundLetter")
            .text("id", "from~", "fromName~", "subject~", "text~", "around~")
            .instant("date")
            .texts("to", "cc")
            .number("bytes")
            .list("attachments", ATTACHED)
            .one("conversation~", TOGETHER);
    static final Shape PAGE = Shape.named("FoundLetters")
            .number("total", "notFullySearched")
            .text("next~")
            .list("letters", FOUND);
    static final Shape CONVERSATION =
            Shape.named("Conversation").number("total").flag("complete").list("letters", FOUND);

    private final Site site;

    FindingApi(Site site) {
        this.site = site;
    }

    private static void fault(Visit visit, HttpStatus status, String what) {
        visit.problem(status, status.getMessage(), what, Map.of());
    }

    /// `q`, `sort`, `conversations`, `around`, `limit`, and `before` out of the `next` of the page before.
    void letters(Visit visit) throws ArchiveException {
        Viewer viewer = visit.viewer();
        Asking asking = Asking.of(visit);
        String limit = visit.query("limit");
        int most = limit.matches("[0-9]{1,3}") ? Integer.parseInt(limit) : limit.isEmpty() ? SearchPages.PAGE : 0;
        Optional<Start> start = asking.start(visit);
        if (most < 1 || most > Reading.PAGE_LIMIT || start.isEmpty()) {
            fault(visit, HttpStatus.BAD_REQUEST, "limit is 1 to " + Reading.PAGE_LIMIT + ", before what next was");
            return;
        }
        switch (Query.parse(asking.text())) {
            case Query.Parsed.Bad bad ->
                visit.problem(
                        HttpStatus.UNPROCESSABLE_CONTENT,
                        visit.say("api.query"),
                        new Asked.Mistaken(bad.position(), 0, bad).what(visit.texts()),
                        Map.of("position", bad.position()));
            case Query.Parsed.Good(Query query) -> {
                Reading.Results results = site.desk()
                        .reading()
                        .search(viewer, query, asking.text(), start.get(), asking.together(), most);
                ObjectNode answer = JsonNodeFactory.instance.objectNode();
                answer.put("total", results.total()).put("notFullySearched", results.notFullySearched());
                results.after().ifPresent(after -> answer.put("next", after.text()));
                ArrayNode list = answer.putArray("letters");
                Excerpts excerpts = new Excerpts(site, viewer, query, asking.around());
                for (Reading.Result result : results.results()) {
                    ObjectNode one = letter(list, result);
                    excerpts.of(result.id()).ifPresent(text -> one.put("around", text));
                }
                visit.json(answer);
            }
        }
    }

    private static ObjectNode letter(ArrayNode list, Reading.Result result) {
        Hit hit = result.hit();
        ObjectNode one = list.addObject()
                .put("id", result.id().text())
                .put("date", hit.date().toString());
        hit.from().ifPresent(from -> one.put("from", from));
        hit.fromName().ifPresent(name -> one.put("fromName", name));
        texts(one.putArray("to"), hit.to());
        texts(one.putArray("cc"), hit.cc());
        hit.subject().ifPresent(subject -> one.put("subject", subject));
        hit.snippet().ifPresent(line -> one.put("text", line));
        one.put("bytes", hit.sizeBytes());
        ArrayNode attachments = one.putArray("attachments");
        hit.attachments()
                .forEach(a -> attachments
                        .addObject()
                        .put("name", a.name())
                        .put("bytes", a.sizeBytes())
                        .put("sha256", a.sum().toString())
                        .put("type", a.type()));
        result.together()
                .ifPresent(together -> one.putObject("conversation")
                        .put("letters", together.letters())
                        .put("matching", together.matching())
                        .put("complete", together.complete()));
        return one;
    }

    private static void texts(ArrayNode list, List<String> texts) {
        texts.forEach(list::add);
    }

    /// The letters of a letter's conversation, oldest first.
    void conversation(Visit visit) throws ArchiveException {
        Viewer viewer = visit.viewer();
        String id = visit.path("id");
        Optional<OpenLetter> open =
                LetterId.looksLike(id) ? site.desk().reading().open(viewer, new LetterId(id)) : Optional.empty();
        if (open.isEmpty()) {
            visit.notFound();
            return;
        }
        Reading.Conversation conversation = site.desk().reading().conversation(viewer, open.get(), Reading.PAGE_LIMIT);
        ObjectNode answer = JsonNodeFactory.instance
                .objectNode()
                .put("total", conversation.letters())
                .put("complete", conversation.complete());
        ArrayNode list = answer.putArray("letters");
        conversation.results().forEach(result -> letter(list, result));
        visit.json(answer);
    }
}
