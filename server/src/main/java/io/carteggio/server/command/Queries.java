package io.carteggio.server.command;

import io.carteggio.archive.search.Query;
import io.carteggio.server.local.Refusal;

/// A user's words to a query.
final class Queries {
    private Queries() {}

    static Query parse(String text) throws Refusal {
        return switch (Query.parse(text)) {
            case Query.Parsed.Good(Query query) -> query;
            case Query.Parsed.Bad(int position, String message) ->
                throw Refusal.usage("the query, at character " + (position + 1) + ": " + message);
        };
    }
}
