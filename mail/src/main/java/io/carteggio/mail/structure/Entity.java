package io.carteggio.mail.structure;

import java.util.List;

/// An entity and, where it is a multipart, its children.
///
/// @param children in their order; empty for everything but a multipart
/// @param closed whether the close delimiter was found; false also for everything but a multipart
/// @param complete false where there are more children than [Structure#MOST_PARTS]; the last one then runs up to the
///     end of the entity
public record Entity(Part self, MediaType type, List<Part> children, boolean closed, boolean complete) {
    public Entity {
        children = List.copyOf(children);
    }

    public Header header() {
        return self.header();
    }
}
