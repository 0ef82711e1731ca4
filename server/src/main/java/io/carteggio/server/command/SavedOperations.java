package io.carteggio.server.command;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.attribution.Person;
import io.carteggio.archive.search.SavedSearches.SavedSearch;
import io.carteggio.archive.search.SavedSearches.Sought;
import io.carteggio.server.local.Outcome;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Reply;
import io.carteggio.server.local.Request;
import java.io.IOException;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// `saved`: the searches that a person has saved. Every change is an act; at the machine, where whoever sits there is
/// not the person, so is looking at them.
final class SavedOperations {
    private final Desk desk;

    SavedOperations(Desk desk) {
        this.desk = desk;
    }

    private Person person(Request request) throws Refusal {
        return Viewers.person(desk.people(), request.text("as"), desk.acts().now());
    }

    /// `as`, `name`, `query`, `sort`, `conversations`. The one line is the search.
    Outcome add(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Person person = person(request);
        Sought sought = new Sought(request.text("query"), Queries.bestFirst(request), request.flag("conversations"));
        reply.line(line(may(() ->
                desk.savedSearches().save(desk.acts(), request.by(), person.id(), request.text("name"), sought))));
        return Outcome.DONE;
    }

    /// A line a search, by name.
    Outcome list(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        Person person = person(request);
        desk.acts().audit(request.actor(), request.operation(), "saved searches", Optional.of("as " + person.name()));
        for (SavedSearch search : desk.savedSearches().of(person.id())) {
            reply.line(line(search));
        }
        return Outcome.DONE;
    }

    /// `search`: its name or id; `name`: another one.
    Outcome rename(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        SavedSearch search = named(request);
        reply.line(line(may(() -> desk.savedSearches()
                .rename(desk.acts(), request.by(), search.person(), search.id(), request.text("name")))));
        return Outcome.DONE;
    }

    /// `search`: its name or id.
    Outcome remove(Request request, Reply reply) throws ArchiveException, IOException, Refusal {
        SavedSearch search = named(request);
        may(() -> {
            desk.savedSearches().forget(desk.acts(), request.by(), search.person(), search.id());
            return search;
        });
        reply.line(line(search).put("removed", true));
        return Outcome.DONE;
    }

    private SavedSearch named(Request request) throws Refusal {
        return named(desk, person(request), request.text("search"));
    }

    static SavedSearch named(Desk desk, Person person, String text) throws Refusal {
        return desk.savedSearches()
                .find(person.id(), text)
                .orElseThrow(() -> Refusal.no(person.name() + " has no saved search '" + text + "'"));
    }

    private interface Saving {
        SavedSearch go() throws ArchiveException, Refusal;
    }

    private static SavedSearch may(Saving saving) throws ArchiveException, Refusal {
        try {
            return saving.go();
        } catch (IllegalArgumentException e) {
            throw Refusal.no(Optional.ofNullable(e.getMessage()).orElse("refused"));
        }
    }

    private static ObjectNode line(SavedSearch search) {
        return Json.object()
                .put("search", search.id())
                .put("name", search.name())
                .put("query", search.sought().query())
                .put("sort", search.sought().best() ? "relevance" : "newest")
                .put("conversations", search.sought().together());
    }
}
