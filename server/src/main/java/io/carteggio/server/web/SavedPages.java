package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.Unacceptable;
import io.carteggio.archive.search.SavedSearches;
import io.carteggio.archive.search.SavedSearches.SavedSearch;
import io.carteggio.server.web.page.SavedView;
import io.javalin.http.HttpStatus;
import java.util.Optional;

/// The searches that a person has saved: her own, also while an auditor reads across people.
final class SavedPages {
    private final Site site;

    SavedPages(Site site) {
        this.site = site;
    }

    void list(Visit visit) {
        visit.page("saved", visit.say("saved.title"), view(visit, Optional.empty()));
    }

    private SavedView view(Visit visit, Optional<String> fault) {
        return new SavedView(
                site.desk().savedSearches().of(visit.self().id()).stream()
                        .map(saved -> row(visit, saved))
                        .toList(),
                fault);
    }

    private static SavedView.Row row(Visit visit, SavedSearch saved) {
        String order = saved.sought().best() ? visit.say("search.by-relevance") : visit.say("search.by-newest");
        return new SavedView.Row(
                saved.id(),
                saved.name(),
                saved.sought().query(),
                saved.sought().together() ? visit.say("saved.conversations", order) : order,
                Asking.of(saved.sought()).url());
    }

    private interface Step {
        void take(SavedSearches searches) throws ArchiveException;
    }

    private void take(Visit visit, Step step, String then) throws ArchiveException {
        try {
            step.take(site.desk().savedSearches());
            visit.redirect(then);
        } catch (Unacceptable refused) {
            visit.page(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "saved",
                    visit.say("saved.title"),
                    view(visit, Optional.of(visit.sentence(refused))));
        }
    }

    void save(Visit visit) throws ArchiveException {
        Asking asking = new Asking(
                visit.field("q"),
                visit.field("sort").equals("relevance"),
                visit.field("conversations").equals("yes"),
                false);
        take(
                visit,
                searches -> searches.save(
                        site.desk().acts(),
                        visit.self().name(),
                        visit.self().id(),
                        visit.field("name"),
                        asking.sought()),
                asking.url());
    }

    void rename(Visit visit) throws ArchiveException {
        take(
                visit,
                searches -> searches.rename(
                        site.desk().acts(),
                        visit.self().name(),
                        visit.self().id(),
                        visit.path("search"),
                        visit.field("name")),
                "/searches");
    }

    void remove(Visit visit) throws ArchiveException {
        take(
                visit,
                searches -> searches.forget(
                        site.desk().acts(), visit.self().name(), visit.self().id(), visit.path("search")),
                "/searches");
    }
}
