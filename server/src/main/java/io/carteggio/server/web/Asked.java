package io.carteggio.server.web;

import io.carteggio.archive.search.Query;

/// What a typed query means, or where it cannot be understood.
sealed interface Asked {
    /// It means this.
    record Understood(Query query) implements Asked {}

    /// It cannot be understood.
    ///
    /// @param at where the mistake begins, in characters
    /// @param length of what is mistaken
    /// @param what is wrong, as a sentence
    record Mistaken(int at, int length, String what) implements Asked {}

    static Asked of(String text) {
        return switch (Query.parse(text)) {
            case Query.Parsed.Good(Query query) -> new Understood(query);
            case Query.Parsed.Bad(int position, String message) -> {
                int at = Math.clamp(position, 0, text.length());
                int end = at;
                while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
                    end++;
                }
                yield new Mistaken(at, end - at, message);
            }
        };
    }
}
