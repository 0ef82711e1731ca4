package io.carteggio.server.web;

import io.carteggio.archive.search.Query;
import io.carteggio.server.web.language.Texts;

/// What a typed query means, or where it cannot be understood.
sealed interface Asked {
    /// It means this.
    record Understood(Query query) implements Asked {}

    /// It cannot be understood.
    ///
    /// @param at where the mistake begins, in characters
    /// @param length of what is mistaken
    /// @param bad what is wrong
    record Mistaken(int at, int length, Query.Parsed.Bad bad) implements Asked {
        /// What is wrong, as a sentence.
        String what(Texts texts) {
            return texts.translated("flaw." + bad.flaw().word(), bad.message(), bad.about());
        }
    }

    static Asked of(String text) {
        return switch (Query.parse(text)) {
            case Query.Parsed.Good(Query query) -> new Understood(query);
            case Query.Parsed.Bad bad -> {
                int at = Math.clamp(bad.position(), 0, text.length());
                int end = at;
                while (end < text.length() && !Character.isWhitespace(text.charAt(end))) {
                    end++;
                }
                yield new Mistaken(at, end - at, bad);
            }
        };
    }
}
