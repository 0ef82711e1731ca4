package io.carteggio.server.command;

import io.carteggio.mail.Address;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Optional;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// JSON as the contract has it: every field is there, `null` where there is nothing to say.
final class Json {
    private Json() {}

    static ObjectNode object() {
        return JsonNodeFactory.instance.objectNode();
    }

    static ArrayNode texts(Stream<String> texts) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        texts.forEach(array::add);
        return array;
    }

    static ArrayNode objects(Stream<ObjectNode> objects) {
        ArrayNode array = JsonNodeFactory.instance.arrayNode();
        objects.forEach(array::add);
        return array;
    }

    static JsonNode text(Optional<String> text) {
        return text.isPresent() ? JsonNodeFactory.instance.stringNode(text.get()) : JsonNodeFactory.instance.nullNode();
    }

    static JsonNode address(Optional<Address> address) {
        return text(address.map(Address::raw));
    }

    /// UTC, ISO 8601, to the second.
    static JsonNode instant(Optional<Instant> at) {
        return text(at.map(Json::instant));
    }

    static String instant(Instant at) {
        return at.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    /// The texts of an array; none where it is missing.
    static Stream<String> texts(JsonNode array) {
        return array.valueStream().filter(JsonNode::isString).map(JsonNode::stringValue);
    }

    /// A text field; empty where it is missing or null.
    static Optional<String> optional(JsonNode object, String field) {
        JsonNode value = object.path(field);
        return value.isString() ? Optional.of(value.stringValue()) : Optional.empty();
    }
}
