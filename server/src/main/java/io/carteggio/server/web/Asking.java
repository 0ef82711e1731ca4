package io.carteggio.server.web;

import io.carteggio.archive.search.Query;
import io.carteggio.archive.search.SavedSearches.Sought;
import io.carteggio.archive.search.Start;
import io.carteggio.server.web.page.SearchResults.Way;
import io.carteggio.server.web.page.SearchResults.Ways;
import java.util.List;
import java.util.Optional;

/// What is asked of the search page, and its address: everything about a search is in that.
///
/// @param text the query as typed
/// @param best whether the best come first, and not the newest
/// @param together whether conversations are shown
/// @param around whether what stands around the words is read from each letter
record Asking(String text, boolean best, boolean together, boolean around) {
    private static final String RELEVANCE = "relevance";
    private static final String YES = "yes";

    static Asking of(Visit visit) {
        return new Asking(
                visit.query("q").strip(),
                visit.query("sort").equals(RELEVANCE),
                visit.query("conversations").equals(YES),
                visit.query("around").equals(YES));
    }

    static Asking of(Sought sought) {
        return new Asking(sought.query(), sought.best(), sought.together(), false);
    }

    Sought sought() {
        return new Sought(text, best, together);
    }

    /// Where the page begins; empty where the address tells something that is no such place.
    Optional<Start> start(Visit visit) {
        String told = visit.query("before");
        if (told.isEmpty()) {
            return Optional.of(best ? Start.best() : Start.newest());
        }
        // where nothing ranks the letters, the newest come first
        return Start.parse(told).filter(start -> best || start.isNewestFirst());
    }

    boolean isLater(Visit visit) {
        return !visit.query("before").isEmpty();
    }

    /// Whether words are looked for that may stand in a letter's text.
    boolean marks(Query query) {
        return switch (query) {
            case Query.Words words -> words.where() == Query.Where.ANYWHERE;
            case Query.And(var parts) -> parts.stream().anyMatch(this::marks);
            case Query.Or(var choices) -> choices.stream().anyMatch(this::marks);
            case Query.Not _,
                    Query.All _,
                    Query.HasAttachment _,
                    Query.NotFullySearched _,
                    Query.Unsearched _,
                    Query.Larger _,
                    Query.Smaller _,
                    Query.Dated _,
                    Query.Id _ -> false;
        };
    }

    String url() {
        return url("");
    }

    /// The address of a later page.
    String url(String before) {
        StringBuilder url = new StringBuilder("/search");
        add(url, "q", SearchPages.encoded(text));
        add(url, "sort", best ? RELEVANCE : "");
        add(url, "conversations", together ? YES : "");
        add(url, "around", around ? YES : "");
        add(url, "before", before);
        return url.toString();
    }

    private static void add(StringBuilder url, String name, String value) {
        if (!value.isEmpty()) {
            url.append(url.indexOf("?") < 0 ? '?' : '&')
                    .append(name)
                    .append('=')
                    .append(value);
        }
    }

    /// Other ways to see the same letters.
    ///
    /// @param pass of the search, for what belongs to it
    Ways ways(Visit visit, String pass) {
        return new Ways(
                List.of(
                        new Way(visit.say("search.by-newest"), new Asking(text, false, together, around).url(), !best),
                        new Way(
                                visit.say("search.by-relevance"),
                                new Asking(text, true, together, around).url(),
                                best)),
                List.of(
                        new Way(visit.say("search.as-letters"), new Asking(text, best, false, around).url(), !together),
                        new Way(
                                visit.say("search.as-conversations"),
                                new Asking(text, best, true, around).url(),
                                together)),
                best ? Optional.of(RELEVANCE) : Optional.empty(),
                together ? Optional.of(YES) : Optional.empty(),
                new Asking(text, best, together, true).url(),
                "/search/around?q=" + SearchPages.encoded(text) + "&pass=" + pass);
    }
}
