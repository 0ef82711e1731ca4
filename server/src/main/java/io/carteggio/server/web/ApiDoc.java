package io.carteggio.server.web;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What `openapi.json` says of a route for programs.
///
/// @param id under which the document and tokens name it
/// @param group under which the document has it
/// @param summary what it does, in a sentence
/// @param asked what its address may carry behind the `?`
/// @param sent what is sent to it, where something is
record ApiDoc(String id, String group, String summary, List<Asked> asked, Optional<Shape> sent, Answer answer) {
    /// What an address may carry.
    ///
    /// @param kind what its value is
    record Asked(String name, String what, Shape.Kind kind) {}

    /// How it is answered.
    sealed interface Answer {
        /// With an object of JSON.
        record Json(Shape shape) implements Answer {}

        /// With octets of a type, to be downloaded.
        record Octets(String type) implements Answer {}
    }

    ApiDoc {
        asked = List.copyOf(asked);
    }

    static ApiDoc json(String id, String group, String summary, Shape shape) {
        return new ApiDoc(id, group, summary, List.of(), Optional.empty(), new Answer.Json(shape));
    }

    static ApiDoc octets(String id, String group, String summary, String type) {
        return new ApiDoc(id, group, summary, List.of(), Optional.empty(), new Answer.Octets(type));
    }

    ApiDoc asking(String name, String what, Shape.Kind kind) {
        List<Asked> more = new ArrayList<>(asked);
        more.add(new Asked(name, what, kind));
        return new ApiDoc(id, group, summary, more, sent, answer);
    }

    ApiDoc sending(Shape shape) {
        return new ApiDoc(id, group, summary, asked, Optional.of(shape), answer);
    }
}
