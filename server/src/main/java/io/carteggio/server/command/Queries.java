package io.carteggio.server.command;

import io.carteggio.archive.search.Query;
import io.carteggio.server.local.Refusal;
import io.carteggio.server.local.Request;

/// A user's words to a query.
final class Queries {
    private Queries() {}

    /// Whether the best are to come first: `sort` is `newest`, which is usual, or `relevance`.
    static boolean bestFirst(Request request) throws Refusal {
        return switch (request.optionalText("sort").orElse("newest")) {
            case "newest" -> false;
            case "relevance" -> true;
            case String other ->
                throw Refusal.usage("letters are sorted by newest or by relevance, not by '" + other + "'");
        };
    }

    static Query parse(String text) throws Refusal {
        return switch (Query.parse(text)) {
            case Query.Parsed.Good(Query query) -> query;
            case Query.Parsed.Bad bad ->
                throw Refusal.usage("the query, at character " + (bad.position() + 1) + ": " + bad.message());
        };
    }
}
