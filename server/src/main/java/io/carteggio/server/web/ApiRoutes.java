package io.carteggio.server.web;

import io.carteggio.archive.access.Reading;
import io.carteggio.server.web.Routes.Action;
import io.carteggio.server.web.Routes.Method;
import io.carteggio.server.web.Routes.Route;
import io.carteggio.server.web.Routes.Who;
import io.javalin.http.HttpStatus;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// The routes for programs, all below one version: what changes so that a program would break gets another.
final class ApiRoutes {
    static final String BASE = "/api/v1";

    /// Where operations are called.
    static final String OPERATION = BASE + "/{operation}";

    private static final Shape.Kind TEXT = new Shape.Kind.Plain(Shape.Word.TEXT);
    private static final Shape.Kind NUMBER = new Shape.Kind.Plain(Shape.Word.NUMBER);
    private static final Shape.Kind YES = new Shape.Kind.Words(List.of("yes"));

    private ApiRoutes() {}

    static List<Route> of(Site site, OpenLetters open, LetterDownloads downloads, GiveBackPages back) {
        var finding = new FindingApi(site);
        var letter = new LetterApi(site, open);
        var saved = new SavedApi(site);
        var days = new DaysApi(site);
        var operations = new ApiPages(site);
        List<Route> routes = new ArrayList<>(List.of(
                get(
                        "/letters",
                        ApiDoc.json("letter.find", "letters", "Finds letters, a page at a time.", FindingApi.PAGE)
                                .asking("q", "the query, as on the search page; all letters without one", TEXT)
                                .asking("sort", "`relevance`: the best first; else the newest", words("relevance"))
                                .asking("conversations", "`yes`: letters that answer each other are one", YES)
                                .asking("around", "`yes`: what stands around the words, read from the letters", YES)
                                .asking(
                                        "limit",
                                        "letters a page, 1 to " + Reading.PAGE_LIMIT + "; " + SearchPages.PAGE
                                                + " where it is not said",
                                        NUMBER)
                                .asking("before", "the `next` of the page before", TEXT),
                        finding::letters),
                get(
                        "/letters/{id}",
                        ApiDoc.json(
                                "letter.read",
                                "letters",
                                "A letter: header, who got it, text, and what its parts are.",
                                LetterApi.LETTER),
                        letter::letter),
                get(
                        "/letters/{id}/conversation",
                        ApiDoc.json(
                                "letter.conversation",
                                "letters",
                                "The letters of a letter's conversation, the oldest first.",
                                FindingApi.CONVERSATION),
                        finding::conversation),
                get(
                        "/letters/{id}/original",
                        ApiDoc.octets("letter.original", "letters", "The letter byte for byte.", "message/rfc822"),
                        downloads::original),
                get(
                        "/letters/{id}/attachments/{part}",
                        ApiDoc.octets("letter.attachment", "letters", "One of its parts, decoded.", "*/*"),
                        downloads::attachment),
                get(
                        "/letters/{id}/letters/{part}",
                        ApiDoc.octets("letter.nested", "letters", "A letter within the letter.", "message/rfc822"),
                        downloads::nested),
                get(
                        "/letters/{id}/reports/{arrival}",
                        ApiDoc.octets(
                                "letter.report",
                                "letters",
                                "The report that vouches for the letter, for who may see all that it names.",
                                "message/rfc822"),
                        downloads::report),
                get(
                        "/letters/{id}/proof",
                        ApiDoc.octets(
                                "letter.proof",
                                "letters",
                                "The proof that the letter was kept, for `verify-proof`.",
                                "application/octet-stream"),
                        downloads::proof),
                post(
                        "/letters/{id}/send",
                        ApiDoc.json(
                                        "letter.send",
                                        "letters",
                                        "Sends one's own letter to an address of one's own, with the original attached.",
                                        GiveBackPages.SENT)
                                .sending(Shape.NOTHING.text("address")),
                        back::sendForProgram),
                get(
                        "/searches",
                        ApiDoc.json("saved.list", "searches", "One's own saved searches, by name.", SavedApi.LIST),
                        saved::list),
                post(
                        "/searches",
                        ApiDoc.json("saved.add", "searches", "Saves a search under a name.", SavedApi.SAVED)
                                .sending(Shape.NOTHING
                                        .text("name", "query~")
                                        .word("sort~", "newest", "relevance")
                                        .flag("conversations~")),
                        saved::save),
                post(
                        "/searches/{search}/name",
                        ApiDoc.json("saved.rename", "searches", "Another name for a saved search.", SavedApi.SAVED)
                                .sending(Shape.NOTHING.text("name")),
                        saved::rename),
                post(
                        "/searches/{search}/remove",
                        ApiDoc.json("saved.remove", "searches", "Forgets a saved search.", SavedApi.LIST),
                        saved::remove),
                new Route(
                        Method.GET,
                        BASE + "/days",
                        Who.ADMINISTRATOR,
                        scoped("books.days", days::days),
                        false,
                        Optional.of(ApiDoc.json(
                                "books.days",
                                "books",
                                "How many reports came on each of the last " + Days.DAYS + " days.",
                                DaysApi.DAYS))),
                new Route(Method.POST, OPERATION, Who.OVERSEER, operations::call, false, Optional.empty())));
        OpenApi document = new OpenApi(routes, site.config().secure());
        routes.add(new Route(
                Method.GET,
                BASE + "/openapi.json",
                Who.ANYBODY,
                document::answer,
                false,
                Optional.of(ApiDoc.json("openapi", "api", "This document.", Shape.named("OpenApi")))));
        document.add(routes.getLast());
        return routes;
    }

    private static Shape.Kind words(String... words) {
        return new Shape.Kind.Words(List.of(words));
    }

    private static Route get(String path, ApiDoc doc, Action action) {
        return new Route(Method.GET, BASE + path, Who.PERSON, scoped(doc.id(), action), false, Optional.of(doc));
    }

    private static Route post(String path, ApiDoc doc, Action action) {
        return new Route(Method.POST, BASE + path, Who.PERSON, scoped(doc.id(), action), false, Optional.of(doc));
    }

    /// Only where a token that is shown was made for it.
    private static Action scoped(String id, Action action) {
        return visit -> {
            if (visit.token().isPresent() && !visit.token().get().covers(id)) {
                visit.problem(HttpStatus.FORBIDDEN, visit.say("api.token"), visit.say("api.token.why"), Map.of());
            } else {
                action.answer(visit);
            }
        };
    }
}
