package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.Unacceptable;
import io.carteggio.archive.search.SavedSearches.SavedSearch;
import io.carteggio.archive.search.SavedSearches.Sought;
import io.javalin.http.HttpStatus;
import java.util.Map;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// The searches that a person has saved, for programs: her own.
final class SavedApi {
    static final Shape SAVED = Shape.named("SavedSearch")
            .text("search", "name", "query")
            .word("sort", "newest", "relevance")
            .flag("conversations");
    static final Shape LIST = Shape.named("SavedSearches").list("searches", SAVED);

    private final Site site;

    SavedApi(Site site) {
        this.site = site;
    }

    void list(Visit visit) {
        ObjectNode answer = JsonNodeFactory.instance.objectNode();
        ArrayNode list = answer.putArray("searches");
        site.desk().savedSearches().of(visit.self().id()).forEach(saved -> list.add(line(saved)));
        visit.json(answer);
    }

    private static ObjectNode line(SavedSearch saved) {
        return JsonNodeFactory.instance
                .objectNode()
                .put("search", saved.id())
                .put("name", saved.name())
                .put("query", saved.sought().query())
                .put("sort", saved.sought().best() ? "relevance" : "newest")
                .put("conversations", saved.sought().together());
    }

    private interface Step {
        SavedSearch take() throws ArchiveException;
    }

    private static void told(Visit visit, Step step) throws ArchiveException {
        try {
            visit.json(line(step.take()));
        } catch (Unacceptable refused) {
            refused(visit, refused);
        }
    }

    private static void refused(Visit visit, Unacceptable why) {
        visit.problem(HttpStatus.UNPROCESSABLE_CONTENT, visit.say("api.refused"), visit.sentence(why), Map.of());
    }

    void save(Visit visit) throws ArchiveException {
        Sought sought =
                new Sought(visit.field("query"), visit.field("sort").equals("relevance"), visit.flag("conversations"));
        told(
                visit,
                () -> site.desk()
                        .savedSearches()
                        .save(
                                site.desk().acts(),
                                visit.self().name(),
                                visit.self().id(),
                                visit.field("name"),
                                sought));
    }

    void rename(Visit visit) throws ArchiveException {
        told(
                visit,
                () -> site.desk()
                        .savedSearches()
                        .rename(
                                site.desk().acts(),
                                visit.self().name(),
                                visit.self().id(),
                                visit.path("search"),
                                visit.field("name")));
    }

    /// Answers with those that are left.
    void remove(Visit visit) throws ArchiveException {
        try {
            site.desk()
                    .savedSearches()
                    .forget(
                            site.desk().acts(),
                            visit.self().name(),
                            visit.self().id(),
                            visit.path("search"));
            list(visit);
        } catch (Unacceptable refused) {
            refused(visit, refused);
        }
    }
}
