package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.Message;
import io.carteggio.archive.access.Reading;
import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.entry.PersonRole;
import io.carteggio.archive.search.Hit;
import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SearchIndex;
import io.carteggio.server.web.page.Piece;
import io.carteggio.server.web.page.ReasonView;
import io.carteggio.server.web.page.SearchResults;
import io.carteggio.server.web.page.SearchResults.Empty;
import io.carteggio.server.web.page.SearchResults.Mistake;
import io.carteggio.server.web.page.SearchResults.Row;
import io.javalin.http.HttpStatus;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Finding letters: one's own, or for an auditor with a stated reason those of everybody.
final class SearchPages {
    static final int PAGE = 25;
    static final int QUERY_LIMIT_CHARS = 2_000;
    static final int REASON_LEAST_CHARS = 8;
    static final int REASON_MOST_CHARS = 500;
    private static final int ADDRESSEES_SHOWN = 3;

    private final Site site;

    SearchPages(Site site) {
        this.site = site;
    }

    /// To letters; an administrator who holds no address has none, and goes to the books.
    void home(Visit visit) {
        boolean lettersOfHers = !visit.self().holdings().isEmpty();
        if (!lettersOfHers && visit.holds(PersonRole.ADMINISTRATOR)) {
            visit.redirect("/books");
        } else if (!lettersOfHers && visit.holds(PersonRole.DATA_PROTECTION_OFFICER)) {
            visit.redirect("/trail");
        } else {
            visit.redirect("/search");
        }
    }

    void search(Visit visit) throws ArchiveException {
        String text = visit.query("q").strip();
        long before = visit.numberBefore();
        if (text.length() > QUERY_LIMIT_CHARS) {
            mistaken(
                    visit,
                    text.substring(0, QUERY_LIMIT_CHARS),
                    new Mistake(
                            "",
                            "",
                            "",
                            "A query has at most " + QUERY_LIMIT_CHARS + " characters; the rest was cut off."));
            return;
        }
        switch (Asked.of(text)) {
            case Asked.Mistaken(int at, int length, String what) -> {
                int from = Math.clamp(at, 0, text.length());
                int to = Math.clamp((long) from + length, from, text.length());
                mistaken(
                        visit,
                        text,
                        new Mistake(text.substring(0, from), text.substring(from, to), text.substring(to), what));
            }
            case Asked.Understood(Query query) -> {
                Viewer viewer = visit.viewer();
                Reading.Results results = site.desk().reading().search(viewer, query, text, PAGE, before);
                visit.page("search", title(text), page(visit, viewer, query, text, before, results));
            }
        }
    }

    private static String title(String text) {
        return text.isEmpty() ? "Letters" : text + " – Letters";
    }

    private static void mistaken(Visit visit, String text, Mistake mistake) {
        visit.page(
                HttpStatus.UNPROCESSABLE_CONTENT,
                "search",
                title(text),
                new SearchResults(
                        text,
                        Optional.of(mistake),
                        "",
                        Optional.empty(),
                        List.of(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty(),
                        Optional.empty()));
    }

    private SearchResults page(
            Visit visit, Viewer viewer, Query query, String text, long before, Reading.Results results) {
        List<Row> rows = new ArrayList<>();
        for (Reading.Result result : results.results()) {
            rows.add(row(result, query, text));
        }
        boolean later = before != Long.MAX_VALUE;
        Optional<Empty> empty = rows.isEmpty() && !later ? Optional.of(empty(visit, viewer, text)) : Optional.empty();
        String whose = viewer instanceof Viewer.Auditor ? " across people" : "";
        String summary = text.isEmpty()
                ? Words.count(results.total(), "letter", "letters")
                        + whose
                        + (results.total() > 1 ? ", newest first" : "")
                : Words.count(results.total(), "letter matches", "letters match") + whose;
        Optional<String> honest = results.notFullySearched() == 0
                ? Optional.empty()
                : Optional.of(
                        results.notFullySearched() == 1
                                ? "1 letter could not be searched wholly: it is encrypted, damaged or very large. "
                                        + "It may hold what you look for."
                                : Words.number(results.notFullySearched())
                                        + " letters could not be searched wholly: they are encrypted, damaged or very large. "
                                        + "They may hold what you look for.");
        String address = "/search?" + (text.isEmpty() ? "" : "q=" + encoded(text) + "&");
        return new SearchResults(
                text,
                Optional.empty(),
                summary,
                honest,
                rows,
                empty,
                results.next().map(next -> address + "before=" + next),
                later ? Optional.of(text.isEmpty() ? "/search" : "/search?q=" + encoded(text)) : Optional.empty(),
                rows.isEmpty() || later ? Optional.empty() : Optional.of(SearchAids.address(site, visit, text)));
    }

    private Row row(Reading.Result result, Query query, String text) {
        Hit hit = result.hit();
        List<String> all = new ArrayList<>(hit.to());
        all.addAll(hit.cc());
        String to = String.join(", ", all.subList(0, Math.min(all.size(), ADDRESSEES_SHOWN)))
                + (all.size() > ADDRESSEES_SHOWN ? " and " + (all.size() - ADDRESSEES_SHOWN) + " more" : "");
        Optional<String> name = hit.fromName().filter(n -> !n.isBlank());
        return new Row(
                "/letters/" + result.id() + (text.isEmpty() ? "" : "?q=" + encoded(text)),
                hit.date().toString(),
                site.words().day(hit.date()),
                site.words().time(hit.date()),
                pieces(query, name.or(hit::from).orElse("(no sender named)")),
                name.flatMap(n -> hit.from()),
                to.isEmpty() ? "(nobody named)" : to,
                pieces(query, hit.subject().filter(s -> !s.isBlank()).orElse("(no subject)")),
                pieces(query, hit.snippet().filter(s -> !s.isBlank()).orElse("")),
                message(result.message()),
                Words.size(hit.sizeBytes()),
                hit.attachments().stream().map(Hit.FoundAttachment::name).toList());
    }

    private List<Piece> pieces(Query query, String text) {
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

    private static Optional<String> message(Message message) {
        if (message.variants().size() > 1) {
            return Optional.of("One message in " + message.variants().size() + " variants, for "
                    + Words.count(message.addressees().size(), "recipient", "recipients")
                    + (message.complete() ? "" : ", and there are more"));
        }
        return message.isProtected()
                ? Optional.of("Protected by rights management; there is no clear copy")
                : Optional.empty();
    }

    private static Empty empty(Visit visit, Viewer viewer, String text) {
        if (!text.isEmpty()) {
            return new Empty(
                    "No letter matches",
                    List.of(
                            "Try fewer or shorter words; invoice* finds every word that begins so.",
                            "Leave out a from:, to: or date, or look under “How to search” below.",
                            "A letter that came in a moment ago can take a second to be found."));
        }
        if (viewer instanceof Viewer.Auditor) {
            return new Empty("The archive is empty", List.of("Letters appear here as soon as they come in."));
        }
        if (visit.self().holdings().isEmpty()) {
            return new Empty(
                    "No address here is yours",
                    List.of(
                            "You see the letters of your own e-mail addresses, and the archive knows none yet.",
                            visit.holds(PersonRole.ADMINISTRATOR)
                                    ? "Open your own name under People to add one."
                                    : "Ask the administrator to add yours under People."));
        }
        return new Empty(
                "No letters of yours yet",
                List.of(
                        "As soon as a letter from or to one of your addresses comes in, you find it here.",
                        "Your addresses stand under your name at the top of the page."));
    }

    static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    // ---- the auditor's reason ----

    void reasonForm(Visit visit) {
        visit.page("reason", "Search across people", view(visit, "", Optional.empty()));
    }

    private ReasonView view(Visit visit, String typed, Optional<String> fault) {
        List<String> grants = site
                .desk()
                .roles()
                .of(visit.self().id(), site.clock().instant())
                .stream()
                .filter(g -> g.role() == PersonRole.AUDITOR)
                .map(g -> RolePages.reach(site, g))
                .toList();
        return new ReasonView(typed, fault, grants);
    }

    void stateReason(Visit visit) throws ArchiveException {
        String reason = visit.field("reason").replaceAll("\\s+", " ");
        if (reason.length() < REASON_LEAST_CHARS || reason.length() > REASON_MOST_CHARS) {
            visit.page(
                    HttpStatus.UNPROCESSABLE_CONTENT,
                    "reason",
                    "Search across people",
                    view(
                            visit,
                            reason,
                            Optional.of("State the reason in " + REASON_LEAST_CHARS + " to " + REASON_MOST_CHARS
                                    + " characters, so that others can understand it later.")));
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
