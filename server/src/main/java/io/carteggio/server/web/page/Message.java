package io.carteggio.server.web.page;

import java.util.List;
import java.util.Optional;

/// A page that only says something: what went wrong, or what is waited for.
///
/// @param code the number of the answer, where it matters
/// @param link where to go on
public record Message(Optional<String> code, String heading, List<String> paragraphs, Optional<Link> link) {
    /// A link with its words.
    public record Link(String url, String label) {}

    public Message {
        paragraphs = List.copyOf(paragraphs);
    }
}
