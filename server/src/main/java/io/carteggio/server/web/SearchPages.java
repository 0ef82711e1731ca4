package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.Message;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.archive.search.Start;
import io.carteggio.server.web.page.Piece;
import io.carteggio.server.web.page.ReasonView;
import io.carteggio.server.web.page.SearchResults;
import io.carteggio.server.web.page.SearchResults.Empty;
import io.carteggio.server.web.page.SearchResults.Mistake;
import io.carteggio.server.web.page.SearchResults.Row;
import io.javalin.http.HttpStatus;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// Finding letters: one's own, or for an auditor with a stated reason those of everybody.
final class SearchPages {
    static final int PAGE = 50;

    /// For so long a page may wait for being told how many letters match.
    private static final Duration COUNTING = Duration.ofMillis(8);

    static final int QUERY_LIMIT_CHARS = 2_000;
    static final int REASON_LEAST_CHARS = 8;
    static final int REASON_MOST_CHARS = 500;
    private static final int ADDRESSEES_SHOWN = 3;
    private static final int SAVED_SHOWN = 12;

    private final Site site;

    SearchPages(Site site) {
        this.site = site;
    }

    /// To letters; an administrator who holds no address has none, and goes to the list of her pages.
    void home(Visit visit) {
        boolean lettersOfHers = !visit.self().holdings().isEmpty();
        if (!lettersOfHers && visit.holds(PersonRole.ADMINISTRATOR)) {
            visit.redirect(Areas.ALL);
        } else if (!lettersOfHers && visit.holds(PersonRole.DATA_PROTECTION_OFFICER)) {
            visit.redirect("/trail");
        } else {
            visit.redirect("/search");
        }
    }

    void search(Visit visit) throws ArchiveException {
        Asking asking = Asking.of(visit);
        String text = asking.text();
        if (text.length() > QUERY_LIMIT_CHARS) {
            mistaken(
                    visit,
                    text.substring(0, QUERY_LIMIT_CHARS),
                    new Mistake("", "", "", visit.say("search.too-long", QUERY_LIMIT_CHARS)));
            return;
        }
        switch (Asked.of(text)) {
            case Asked.Mistaken mistaken -> {
                int from = Math.clamp(mistaken.at(), 0, text.length());
                int to = Math.clamp((long) from + mistaken.length(), from, text.length());
                mistaken(
                        visit,
                        text,
                        new Mistake(
                                text.substring(0, from),
                                text.substring(from, to),
                                text.substring(to),
                                mistaken.what(visit.texts())));
            }
            case Asked.Understood(Query query) -> {
                Viewer viewer = visit.viewer();
                Optional<Start> start = asking.start(visit);
                if (start.isEmpty()) { // an address that nobody gave out
                    visit.redirect(asking.url());
                    return;
                }
                Reading.Results results = site.desk()
                        .reading()
                        .search(viewer, query, text, start.get(), asking.together(), PAGE, COUNTING);
                visit.page("search", title(visit, text), page(visit, viewer, query, asking, results));
            }
        }
    }

    private static String title(Visit visit, String text) {
        return text.isEmpty() ? visit.say("search.title") : visit.say("search.title.of", text);
    }

    private static void mistaken(Visit visit, String text, Mistake mistake) {
        visit.page(
                HttpStatus.UNPROCESSABLE_CONTENT,
                "search",
                title(visit, text),
                new SearchResults(
                        text,
                        Optional.of(mistake),
                        "",
                        Optional.empty(),
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Asking.of(visit).ways(visit, ""),
                        List.of()));
    }

    private SearchResults page(Visit visit, Viewer viewer, Query query, Asking asking, Reading.Results results)
            throws ArchiveException {
        String text = asking.text();
        Excerpts excerpts = new Excerpts(site, viewer, query, asking.around());
        List<Row> rows = new ArrayList<>();
        for (Reading.Result result : results.results()) {
            rows.add(row(visit, result, query, asking, excerpts));
        }
        boolean later = asking.isLater(visit);
        Optional<Empty> empty = rows.isEmpty() && !later ? Optional.of(empty(visit, viewer, text)) : Optional.empty();
        Optional<String> honest = results.notFullySearched() == 0
                ? Optional.empty()
                : Optional.of(visit.texts().count("search.unsearched", results.notFullySearched()));
        String pass = SearchAids.pass(site, visit, text);
        return new SearchResults(
                text,
                Optional.empty(),
                summary(visit, viewer, asking, results.total(), results.exact()),
                results.exact() ? Optional.empty() : Optional.of(SearchAids.count(asking, pass)),
                honest,
                rows,
                empty,
                results.after().map(start -> asking.url(start.text())),
                later ? Optional.of(asking.url()) : Optional.empty(),
                rows.isEmpty() || later ? Optional.empty() : Optional.of(SearchAids.address(text, pass)),
                asking.ways(visit, pass),
                site.desk().savedSearches().of(visit.self().id()).stream()
                        .limit(SAVED_SHOWN)
                        .map(saved -> new SearchResults.Saved(
                                saved.name(), Asking.of(saved.sought()).url()))
                        .toList());
    }

    /// How many letters there are, of whom and in which order.
    ///
    /// @param exact false where there are at least so many
    static String summary(Visit visit, Viewer viewer, Asking asking, long total, boolean exact) {
        boolean all = asking.text().isEmpty();
        String count = exact
                ? visit.texts().count(all ? "search.letters" : "search.matches", total)
                : visit.say(
                        all ? "search.letters.least" : "search.matches.least",
                        visit.words().number(rounded(total)));
        String whose = viewer instanceof Viewer.Auditor ? visit.say("search.across", count) : count;
        if (exact && total <= 1) {
            return whose;
        }
        return asking.best()
                ? visit.say("search.relevance-first", whose)
                : all ? visit.say("search.newest-first", whose) : whose;
    }

    /// Down to a number of two digits and noughts: how far a counting came is chance.
    private static long rounded(long total) {
        long unit = 1;
        while (total / unit >= 100) {
            unit *= 10;
        }
        return total / unit * unit;
    }

    private Row row(Visit visit, Reading.Result result, Query query, Asking asking, Excerpts excerpts)
            throws ArchiveException {
        String text = asking.text();
        Hit hit = result.hit();
        List<String> all = new ArrayList<>(hit.to());
        all.addAll(hit.cc());
        String first = String.join(", ", all.subList(0, Math.min(all.size(), ADDRESSEES_SHOWN)));
        String to = all.size() > ADDRESSEES_SHOWN
                ? visit.say("search.and-more", first, all.size() - ADDRESSEES_SHOWN)
                : first;
        Optional<String> name = hit.fromName().filter(n -> !n.isBlank());
        List<Piece> subject =
                pieces(query, hit.subject().filter(s -> !s.isBlank()).orElse(visit.say("letter.no-subject")));
        List<Piece> snippet =
                pieces(query, hit.snippet().filter(s -> !s.isBlank()).orElse(""));
        boolean shown = !asking.marks(query)
                || Stream.of(subject, snippet).flatMap(List::stream).anyMatch(Piece::marked);
        if (!shown) {
            Optional<String> around = excerpts.of(result.id());
            snippet = around.isPresent() ? pieces(query, around.get()) : snippet;
        }
        return new Row(
                "/letters/" + result.id() + (text.isEmpty() ? "" : "?q=" + encoded(text)),
                hit.date().toString(),
                visit.words().day(hit.date()),
                visit.words().time(hit.date()),
                pieces(query, name.or(hit::from).orElse(visit.say("search.no-sender"))),
                name.flatMap(n -> hit.from()),
                to.isEmpty() ? visit.say("search.nobody") : to,
                subject,
                snippet,
                message(visit, result.message()),
                result.together().filter(t -> t.letters() > 1).map(t -> together(visit, t)),
                shown || asking.around()
                        ? Optional.empty()
                        : Optional.of(result.id().text()),
                visit.words().size(hit.sizeBytes()),
                hit.attachments().stream().map(Hit.FoundAttachment::name).toList());
    }

    private static String together(Visit visit, Reading.Together together) {
        return visit.say(
                together.complete() ? "search.conversation" : "search.conversation.more",
                together.matching(),
                together.letters());
    }

    private List<Piece> pieces(Query query, String text) {
        return pieces(site, query, text);
    }

    static List<Piece> pieces(Site site, Query query, String text) {
        List<Piece> pieces = new ArrayList<>();
        int from = 0;
        for (SearchIndex.Mark mark : site.desk().reading().marks(query, text)) {
            if (mark.start() > from) {
                pieces.add(new Piece(text.substring(from, mark.start()), false));
            }
            pieces.add(new Piece(text.substring(mark.start(), mark.end()), true));
            from = mark.end();
        }
        if (from < text.length()) {
            pieces.add(new Piece(text.substring(from), false));
        }
        return pieces;
    }

    private static Optional<String> message(Visit visit, Message message) {
        if (message.variants().size() > 1) {
            String said = visit.texts()
                    .count(
                            "search.variants",
                            message.addressees().size(),
                            message.variants().size());
            return Optional.of(message.complete() ? said : visit.say("search.variants.more", said));
        }
        return message.isProtected() ? Optional.of(visit.say("search.protected")) : Optional.empty();
    }

    private static Empty empty(Visit visit, Viewer viewer, String text) {
        if (!text.isEmpty()) {
            return new Empty(
                    visit.say("search.none"),
                    List.of(
                            visit.say("search.none.fewer"),
                            visit.say("search.none.leave"),
                            visit.say("search.none.moment")));
        }
        if (viewer instanceof Viewer.Auditor) {
            return new Empty(visit.say("search.empty"), List.of(visit.say("search.empty.soon")));
        }
        if (visit.self().holdings().isEmpty()) {
            return new Empty(
                    visit.say("search.no-address"),
                    List.of(
                            visit.say("search.no-address.why"),
                            visit.holds(PersonRole.ADMINISTRATOR)
                                    ? visit.say("search.no-address.admin")
                                    : visit.say("search.no-address.ask")));
        }
        return new Empty(
                visit.say("search.none-yours"),
                List.of(visit.say("search.none-yours.soon"), visit.say("search.none-yours.addresses")));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    // ---- the auditor's reason ----

    void reasonForm(Visit visit) {
        visit.page("reason", visit.say("reason.title"), view(visit, "", Optional.empty()));
    }

    private ReasonView view(Visit visit, String typed, Optional<String> fault) {
        List<String> grants = site
                .desk()
                .roles()
                .of(visit.self().id(), site.clock().instant())
                .stream()
                .filter(g -> g.role() == PersonRole.AUDITOR)
                .map(g -> RolePages.reach(site, visit.words(), g))
                .toList();
        return new ReasonView(typed, fault, grants);
    }

    void stateReason(Visit visit) throws ArchiveException {
        String reason = visit.field("reason").replaceAll("\\s+", " ");
        if (reason.length() < REASON_LEAST_CHARS || reason.length() > REASON_MOST_CHARS) {
            visit.page(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "reason",
                    visit.say("reason.title"),
                    view(
                            visit,
                            reason,
                            Optional.of(visit.say("reason.length", REASON_LEAST_CHARS, REASON_MOST_CHARS))));
            return;
        }
        visit.audit("begin", "reading across people", Optional.of(reason));
        visit.loggedIn().reason(Optional.of(reason));
        visit.redirect("/search");
    }

    void endReason(Visit visit) throws ArchiveException {
        Optional<String> reason = visit.loggedIn().reason();
        visit.loggedIn().reason(Optional.empty());
        if (reason.isPresent()) {
            visit.audit("end", "reading across people", reason);
        }
        visit.redirect("/search");
    }
}
