package io.carteggio.server.command;

import io.carteggio.archive.search.Query;
import io.carteggio.server.local.Refusal;

/// A user's words to a query.
final class Queries {
    private Queries() {}

    static Query parse(String text) throws Refusal {
        if (text.isBlank()) {
            return new Query.All();
        }
        throw Refusal.usage("this program cannot search for words yet");
    }
}
