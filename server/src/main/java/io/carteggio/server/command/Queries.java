package io.carteggio.server.command;

import io.carteggio.archive.search.Query;
import io.carteggio.server.local.Refusal;

/// A user's words to a query.
final class Queries {
    private Queries() {}

    static Query parse(String text) throws Refusal {
        return switch (Query.parse(text)) {
            case Query.Parsed.Good(Query query) -> query;
            case Query.Parsed.Bad bad ->
                throw Refusal.usage("the query, at character " + (bad.position() + 1) + ": " + bad.message());
        };
    }
}
