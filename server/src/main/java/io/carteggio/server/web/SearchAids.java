package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.LetterId;
import io.carteggio.archive.access.Correspondent;
import io.carteggio.archive.access.Viewer;
import io.carteggio.archive.attribution.AcceptedDomain;
import io.carteggio.archive.attribution.Holding;
import io.carteggio.archive.search.Query;
import io.carteggio.mail.Address;
import io.carteggio.mail.extract.Shortfall;
import io.carteggio.server.web.page.NarrowingView;
import io.carteggio.server.web.page.Piece;
import io.javalin.http.HttpStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;

/// What helps to ask: by what results can be narrowed, and how a word that is being typed may go on.
final class SearchAids {
    private static final int SUGGESTIONS = 8;
    private static final int WORD_LIMIT_CHARS = 100;
    private static final int OWN_LIMIT = 20;

    private static final List<String> OPERATORS = List.of(
            "from:",
            "to:",
            "cc:",
            "bcc:",
            "list:",
            "subject:",
            "filename:",
            "type:",
            "has:attachment",
            "attachment:",
            "label:",
            "after:",
            "before:",
            "on:",
            "larger:",
            "smaller:",
            "is:unsearched",
            "unsearched:",
            "id:");

    private final Site site;

    SearchAids(Site site) {
        this.site = site;
    }

    /// What the page of a search gives out, so that what belongs to it is no act of its own.
    static String pass(Site site, Visit visit, String text) {
        String reason = visit.loggedIn().reason().orElse("");
        return site.tokens().seal("narrowing", visit.loggedIn().handle(), reason, text);
    }

    /// Where a search is narrowed, for its page.
    static String address(String text, String pass) {
        return "/search/narrow?q=" + SearchPages.encoded(text) + "&pass=" + pass;
    }

    /// Where it is told how many letters a search finds, for a page that did not wait for that.
    static String count(Asking asking, String pass) {
        return "/search/count" + asking.url().substring("/search".length())
                + (asking.url().contains("?") ? "&" : "?") + "pass=" + pass;
    }

    /// How many letters a search finds, counted to the last: the line that its page has, as text.
    void count(Visit visit) throws ArchiveException {
        Asking asking = Asking.of(visit);
        if (!Tokens.same(pass(site, visit, asking.text()), visit.query("pass"))
                || !(Asked.of(asking.text()) instanceof Asked.Understood(Query query))) {
            visit.redirect(asking.url());
            return;
        }
        Viewer viewer = visit.viewer();
        long total = site.desk().reading().counts(viewer, query, List.of(new Query.All()))[0];
        visit.plain(HttpStatus.OK, SearchPages.summary(visit, viewer, asking, total, true));
    }

    /// What stands around the words in some of the letters that a page of results shows, as JSON for its script: a list
    /// of `id` and `pieces`, each a text and whether it is marked.
    void around(Visit visit) throws ArchiveException {
        String text = visit.query("q").strip();
        if (!Tokens.same(pass(site, visit, text), visit.query("pass"))
                || !(Asked.of(text) instanceof Asked.Understood(Query query))) {
            visit.redirect(text.isEmpty() ? "/search" : "/search?q=" + SearchPages.encoded(text));
            return;
        }
        Excerpts excerpts = new Excerpts(site, visit.viewer(), query, true);
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        List<String> ids = visit.queries("id");
        for (String id : ids.subList(0, Math.min(ids.size(), SearchPages.PAGE))) {
            Optional<String> excerpt = LetterId.looksLike(id) ? excerpts.of(new LetterId(id)) : Optional.empty();
            if (excerpt.isPresent()) {
                ArrayNode pieces = list.addObject().put("id", id).putArray("pieces");
                for (Piece piece : SearchPages.pieces(site, query, excerpt.get())) {
                    pieces.addObject().put("text", piece.text()).put("marked", piece.marked());
                }
            }
        }
        visit.text("application/json; charset=utf-8", list.toString());
    }

    /// By what a search can be narrowed: a page, or with `part` what scripts put beside the results.
    void narrow(Visit visit) throws ArchiveException {
        String text = visit.query("q").strip();
        String search = text.isEmpty() ? "/search" : "/search?q=" + SearchPages.encoded(text);
        if (!Tokens.same(pass(site, visit, text), visit.query("pass"))
                || !(Asked.of(text) instanceof Asked.Understood(Query query))) {
            visit.redirect(search);
            return;
        }
        NarrowingView view = new NarrowingView(groups(visit, text, query), search);
        visit.page(visit.query("part").equals("yes") ? "narrowing" : "narrow", visit.say("search.narrow"), view);
    }

    private List<NarrowingView.Group> groups(Visit visit, String text, Query query) throws ArchiveException {
        Viewer viewer = visit.viewer();
        List<Narrowing.Group> groups = Narrowing.of(
                visit.texts(),
                site.clock().instant(),
                site.desk().reading().correspondents(viewer, query),
                viewer instanceof Viewer.Owner
                        ? visit.self().holdings().stream()
                                .map(Holding::address)
                                .distinct()
                                .limit(OWN_LIMIT)
                                .toList()
                        : List.<Address>of(),
                site.desk().people().directory().domains().stream()
                        .map(AcceptedDomain::domain)
                        .limit(OWN_LIMIT)
                        .toList());
        List<Query> further = new ArrayList<>();
        further.add(new Query.All());
        for (Narrowing.Group group : groups) {
            for (Narrowing.Choice choice : group.choices()) {
                further.add(condition(choice));
            }
        }
        long[] counts = site.desk().reading().counts(viewer, query, further);
        List<NarrowingView.Group> shown = new ArrayList<>();
        int at = 1;
        for (Narrowing.Group group : groups) {
            List<NarrowingView.Choice> choices = new ArrayList<>();
            for (Narrowing.Choice choice : group.choices()) {
                long count = counts[at++];
                if (count > 0 && count < counts[0]) { // else it narrows nothing, or leaves nothing
                    choices.add(new NarrowingView.Choice(
                            choice.label(),
                            visit.words().number(count),
                            "/search?q=" + SearchPages.encoded(Narrowing.narrowed(text, choice.condition()))));
                }
            }
            if (!choices.isEmpty()) {
                shown.add(new NarrowingView.Group(group.heading(), choices));
            }
        }
        return shown;
    }

    private static Query condition(Narrowing.Choice choice) {
        return switch (Query.parse(choice.condition())) {
            case Query.Parsed.Good(Query query) -> query;
            case Query.Parsed.Bad bad ->
                throw new IllegalStateException(choice.condition() + ": " + bad.message() + " at " + bad.position());
        };
    }

    /// How a word may go on, as JSON for the search box: operators, and people of one's own newest letters. Nobody
    /// learns here of others: an auditor's search is an act, typing is none.
    void suggest(Visit visit) throws ArchiveException {
        String word = visit.query("word").strip().toLowerCase(Locale.ROOT);
        ArrayNode list = JsonNodeFactory.instance.arrayNode();
        if (!word.isEmpty() && word.length() <= WORD_LIMIT_CHARS) {
            suggestions(visit, word)
                    .limit(SUGGESTIONS)
                    .forEach(s -> list.addObject()
                            .put("put", s.put())
                            .put("label", s.label())
                            .put("hint", s.hint()));
        }
        visit.text("application/json; charset=utf-8", list.toString());
    }

    /// @param put what stands in the place of the word
    private record Suggestion(String put, String label, String hint) {}

    private Stream<Suggestion> suggestions(Visit visit, String word) throws ArchiveException {
        String bare = word.startsWith("-") ? word.substring(1) : word;
        String minus = word.startsWith("-") ? "-" : "";
        int colon = bare.indexOf(':');
        String operator = colon < 0 ? "" : bare.substring(0, colon + 1);
        String begun = bare.substring(colon + 1);
        Stream<Suggestion> operators = OPERATORS.stream()
                .filter(o -> !bare.isEmpty() && o.startsWith(bare) && !o.equals(bare))
                .map(o ->
                        new Suggestion(minus + o, minus + o, visit.say("operator." + o.substring(0, o.indexOf(':')))));
        if (operator.equals("unsearched:")) {
            return Stream.of(Shortfall.values())
                    .map(Shortfall::word)
                    .filter(why -> why.startsWith(begun) && !why.equals(begun))
                    .map(why -> new Suggestion(
                            minus + operator + why, minus + operator + why, visit.say("operator.unsearched")));
        }
        boolean ofPeople = List.of("", "from:", "to:", "cc:", "bcc:").contains(operator);
        if (!ofPeople || begun.isEmpty()) {
            return operators;
        }
        Viewer own = new Viewer.Owner(visit.self());
        Stream<Suggestion> people = site.desk().reading().correspondents(own, new Query.All()).stream()
                .filter(c -> Narrowing.isTypeable(c.address().raw()) && begins(c, begun))
                .map(c -> {
                    String put = operator.isEmpty() ? c.sent() > 0 ? "from:" : "to:" : operator;
                    return new Suggestion(
                            minus + put + c.address().raw(),
                            minus + put + c.address().raw(),
                            c.name().orElse(""));
                });
        return Stream.concat(operators, people);
    }

    /// Whether the address, or a word of the name, begins so.
    private static boolean begins(Correspondent c, String begun) {
        return c.address().raw().toLowerCase(Locale.ROOT).startsWith(begun)
                || Stream.of(c.name().orElse("").toLowerCase(Locale.ROOT).split("[ ,.\"]+", -1))
                        .anyMatch(w -> w.startsWith(begun));
    }
}
