package io.carteggio.archive.access;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.attribution.People;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.archive.vault.Octets;
import io.carteggio.archive.vault.Place;
import io.carteggio.archive.vault.Vault;
import io.carteggio.mail.Content;
import io.carteggio.mail.Sha256;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The one way out (P10): every question is narrowed to what its viewer may see before it reaches the
/// index, and every answer is confirmed by the catalogue. Safe for many threads.
public final class Reading {
    /// The largest page of results (DESIGN 5).
    public static final int PAGE_LIMIT = 200;

    private final Vault vault;
    private final Catalogue catalogue;
    private final SearchIndex index;
    private final People people;
    private final Acts acts;

    public Reading(Vault vault, Catalogue catalogue, SearchIndex index, People people, Acts acts) {
        this.vault = vault;
        this.catalogue = catalogue;
        this.index = index;
        this.people = people;
        this.acts = acts;
    }

    /// A page of results, newest first.
    ///
    /// @param total how many letters match within what the viewer may see
    /// @param notFullySearched how many of the viewer's letters could not be searched wholly
    /// @param next what to pass as `beforeLetter` for the page after this; absent on the last
    public record Results(List<Result> results, long total, long notFullySearched, Optional<Long> next) {
        public Results {
            results = List.copyOf(results);
        }
    }

    /// A letter on a page of results.
    public record Result(LetterId id, Hit hit) {}

    /// Who is told of each letter of a long walk through results.
    @FunctionalInterface
    public interface Sink {
        void take(Result result) throws ArchiveException;
    }

    /// Finds letters.
    ///
    /// @param queryText the user's own words, for the audit trail
    /// @param limit 1 to [#PAGE_LIMIT]
    /// @param beforeLetter [Long#MAX_VALUE] for the first page, then what the last page gave as `next`
    public Results search(Viewer viewer, Query query, String queryText, int limit, long beforeLetter)
            throws ArchiveException {
        audit(viewer, "search", queryText);
        return page(scope(viewer), query, limit, beforeLetter);
    }

    /// Walks through all letters that match, newest first, as one audited act.
    public void each(Viewer viewer, Query query, String queryText, String what, Sink sink) throws ArchiveException {
        audit(viewer, what, queryText);
        Scope scope = scope(viewer);
        Optional<Long> before = Optional.of(Long.MAX_VALUE);
        while (before.isPresent()) {
            Results page = page(scope, query, PAGE_LIMIT, before.get());
            for (Result result : page.results()) {
                sink.take(result);
            }
            before = page.next();
        }
    }

    private Results page(Scope scope, Query query, int limit, long beforeLetter) throws ArchiveException {
        if (limit < 1 || limit > PAGE_LIMIT) {
            throw new IllegalArgumentException("a page has 1 to " + PAGE_LIMIT + " results, not " + limit);
        }
        SearchIndex.Found found = index.find(query, scope, limit, beforeLetter);
        List<Result> confirmed = new ArrayList<>();
        for (Hit hit : found.hits()) {
            Optional<CataloguedLetter> letter = catalogue.letter(hit.letter());
            if (letter.isPresent()
                    && catalogue.legibleTestimonies(hit.letter()).stream().anyMatch(scope::sees)) {
                confirmed.add(new Result(letter.get().id(), hit));
            }
        }
        Optional<Long> next = found.hits().size() < limit
                ? Optional.empty()
                : Optional.of(found.hits().getLast().letter());
        return new Results(confirmed, found.total(), found.notFullySearched(), next);
    }

    /// Opens a letter. Empty alike where there is none with this id and where the viewer may not see
    /// it.
    ///
    /// @throws ArchiveException also where the bytes are no longer what was kept
    public Optional<OpenLetter> open(Viewer viewer, LetterId id) throws ArchiveException {
        Optional<OpenLetter> letter = openWithin(scope(viewer), id);
        if (letter.isPresent()) {
            audit(viewer, "open", id.text());
        }
        return letter;
    }

    /// Opens a letter that [#each] gave, under that one audit entry.
    public Optional<OpenLetter> openDuringWalk(Viewer viewer, LetterId id) throws ArchiveException {
        return openWithin(scope(viewer), id);
    }

    private Optional<OpenLetter> openWithin(Scope scope, LetterId id) throws ArchiveException {
        Optional<CataloguedLetter> letter = catalogue.letter(id);
        if (letter.isEmpty()) {
            return Optional.empty();
        }
        List<EnvelopeView> views = new ArrayList<>();
        boolean seesAll = false;
        List<Testimony> said = catalogue.legibleTestimonies(letter.get().number());
        if (said.isEmpty() && scope instanceof Scope.Everything) {
            catalogue.testimonies(letter.get().number()); // says why nothing can be read
        }
        for (Testimony t : said) {
            if (scope.sees(t)) {
                seesAll |= scope.seesEvidence(t);
                var visible = scope.visible(t);
                views.add(new EnvelopeView(
                        t.number(),
                        t.entry().source(),
                        t.entry().at(),
                        t.entry().sender(),
                        t.entry().onBehalfOf(),
                        visible,
                        visible.size() == t.entry().addressees().size(),
                        t));
            }
        }
        return views.isEmpty()
                ? Optional.empty()
                : Optional.of(new OpenLetter(letter.get(), verified(letter.get()), seesAll, views));
    }

    /// The report that vouches for a letter, without its originals. Empty where the viewer may not
    /// see it whole: it names every recipient.
    public Optional<Content> evidence(Viewer viewer, EnvelopeView view) throws ArchiveException {
        Optional<Octets> here = view.testimony().entry().evidence();
        Optional<Place> place = view.testimony().evidence();
        if ((place.isEmpty() && here.isEmpty()) || !scope(viewer).seesEvidence(view.testimony())) {
            return Optional.empty();
        }
        audit(viewer, "evidence", Long.toString(view.arrival()));
        return Optional.of(here.isPresent() ? here.get().content() : vault.read(place.orElseThrow()));
    }

    private Content verified(CataloguedLetter letter) throws ArchiveException {
        String trouble = "";
        for (Place place : letter.places()) {
            try {
                Content bytes = vault.read(place);
                if (Sha256.of(bytes).equals(letter.sum())) {
                    return bytes;
                }
                trouble = "the bytes in frame " + place.frame() + " are not what was kept";
            } catch (IOException | ArchiveException e) { // perhaps it lies elsewhere too
                trouble = "frame " + place.frame() + " cannot be read: " + e.getMessage();
            }
        }
        throw new ArchiveException("letter " + letter.id() + " is damaged: " + trouble, false);
    }

    private Scope scope(Viewer viewer) {
        return switch (viewer) {
            case Viewer.Owner(var person) -> {
                var directory = people.directory();
                yield Scope.Own.of(
                        directory.byId(person.id()).map(directory::tenures).orElse(List.of()));
            }
            case Viewer.Auditor a -> new Scope.Everything();
            case Viewer.Operator o -> new Scope.Everything();
        };
    }

    private void audit(Viewer viewer, String what, String object) throws ArchiveException {
        switch (viewer) {
            case Viewer.Owner o -> {} // reading one's own letters is nobody else's business
            case Viewer.Auditor(String name, String reason) -> acts.audit(name, what, object, Optional.of(reason));
            case Viewer.Operator o -> acts.audit(viewer.name(), what, object, Optional.empty());
        }
    }
}
