package io.carteggio.server.web;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/// What an object of JSON has in it: of what programs send, which is held against it, and of what they are answered,
/// which a test holds against it. Immutable.
///
/// Names of fields are given with what holds of them: `until?` may be `null`, since there is nothing to say; `found~`
/// need not be there. New fields may come to an answer; what is sent has no others than these.
///
/// @param name under which `openapi.json` has it; empty where it stands in one place alone
record Shape(String name, Map<String, Field> fields) {
    static final Shape NOTHING = new Shape("", Map.of());

    Shape {
        fields = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(fields));
    }

    /// A field.
    ///
    /// @param must whether it is always there
    /// @param nullable whether it may be `null`
    record Field(Kind kind, boolean must, boolean nullable) {}

    /// What a field holds.
    sealed interface Kind {
        /// A text, or a number, or yes or no.
        record Plain(Word word) implements Kind {}

        /// One of some words.
        record Words(List<String> words) implements Kind {
            public Words {
                words = List.copyOf(words);
            }
        }

        record ListOf(Kind of) implements Kind {}

        /// An object whose fields are named freely.
        record MapOf(Kind of) implements Kind {}

        record One(Shape shape) implements Kind {}
    }

    /// Kinds of values without parts.
    enum Word {
        TEXT("string", ""),
        NUMBER("integer", "int64"),
        FLAG("boolean", ""),
        INSTANT("string", "date-time"),
        DAY("string", "date");

        private final String type;
        private final String format;

        Word(String type, String format) {
            this.type = type;
            this.format = format;
        }
    }

    static Shape named(String name) {
        return new Shape(name, Map.of());
    }

    Shape text(String... names) {
        return with(new Kind.Plain(Word.TEXT), names);
    }

    Shape number(String... names) {
        return with(new Kind.Plain(Word.NUMBER), names);
    }

    Shape flag(String... names) {
        return with(new Kind.Plain(Word.FLAG), names);
    }

    Shape instant(String... names) {
        return with(new Kind.Plain(Word.INSTANT), names);
    }

    Shape day(String... names) {
        return with(new Kind.Plain(Word.DAY), names);
    }

    Shape texts(String... names) {
        return with(new Kind.ListOf(new Kind.Plain(Word.TEXT)), names);
    }

    Shape numbers(String... names) {
        return with(new Kind.ListOf(new Kind.Plain(Word.NUMBER)), names);
    }

    /// A field that is one of some words.
    Shape word(String name, String... words) {
        return with(new Kind.Words(List.of(words)), name);
    }

    Shape list(String name, Shape of) {
        return with(new Kind.ListOf(new Kind.One(of)), name);
    }

    Shape one(String name, Shape shape) {
        return with(new Kind.One(shape), name);
    }

    /// Texts by names that are free.
    Shape textsByName(String... names) {
        return with(new Kind.MapOf(new Kind.Plain(Word.TEXT)), names);
    }

    /// Numbers by names that are free.
    Shape numbersByName(String... names) {
        return with(new Kind.MapOf(new Kind.Plain(Word.NUMBER)), names);
    }

    /// The fields of another one, too.
    Shape and(Shape other) {
        Map<String, Field> all = new LinkedHashMap<>(fields);
        all.putAll(other.fields);
        return new Shape(name, all);
    }

    private Shape with(Kind kind, String... names) {
        Map<String, Field> all = new LinkedHashMap<>(fields);
        for (String marked : names) {
            boolean must = marked.indexOf('~') < 0;
            boolean nullable = marked.indexOf('?') >= 0;
            all.put(marked.replace("~", "").replace("?", ""), new Field(kind, must, nullable));
        }
        return new Shape(name, all);
    }

    /// Whether an object has a field that is none of these.
    Optional<String> stranger(ObjectNode object) {
        return object.propertyNames().stream()
                .filter(name -> !fields.containsKey(name))
                .findFirst();
    }

    // ---- as JSON Schema

    /// This one, and all named ones in it.
    List<Shape> withParts() {
        List<Shape> found = new ArrayList<>();
        collect(found);
        return found;
    }

    private void collect(List<Shape> found) {
        if (found.contains(this)) {
            return;
        }
        found.add(this);
        for (Field field : fields.values()) {
            Kind kind = field.kind();
            while (kind instanceof Kind.ListOf || kind instanceof Kind.MapOf) {
                kind = kind instanceof Kind.ListOf(Kind of) ? of : ((Kind.MapOf) kind).of();
            }
            if (kind instanceof Kind.One(Shape shape)) {
                shape.collect(found);
            }
        }
    }

    /// Where it stands in the document, or itself where it has no name.
    ObjectNode reference() {
        return name.isEmpty()
                ? schema(false)
                : JsonNodeFactory.instance.objectNode().put("$ref", "#/components/schemas/" + name);
    }

    /// @param closed whether an object has no other fields than these
    ObjectNode schema(boolean closed) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode().put("type", "object");
        ObjectNode properties = schema.putObject("properties");
        ArrayNode required = JsonNodeFactory.instance.arrayNode();
        fields.forEach((field, of) -> {
            properties.set(field, of.nullable() ? orNull(of.kind()) : schema(of.kind()));
            if (of.must()) {
                required.add(field);
            }
        });
        if (!required.isEmpty()) {
            schema.set("required", required);
        }
        if (closed) {
            schema.put("additionalProperties", false);
        }
        return schema;
    }

    static ObjectNode schema(Kind kind) {
        ObjectNode schema = JsonNodeFactory.instance.objectNode();
        switch (kind) {
            case Kind.Plain(Word word) -> {
                schema.put("type", word.type);
                if (!word.format.isEmpty()) {
                    schema.put("format", word.format);
                }
            }
            case Kind.Words(List<String> words) -> {
                schema.put("type", "string");
                words.forEach(schema.putArray("enum")::add);
            }
            case Kind.ListOf(Kind of) -> schema.put("type", "array").set("items", schema(of));
            case Kind.MapOf(Kind of) -> schema.put("type", "object").set("additionalProperties", schema(of));
            case Kind.One(Shape shape) -> {
                return shape.reference();
            }
        }
        return schema;
    }

    private static ObjectNode orNull(Kind kind) {
        UnaryOperator<ObjectNode> either = schema -> {
            ObjectNode any = JsonNodeFactory.instance.objectNode();
            any.putArray("anyOf")
                    .add(schema)
                    .add(JsonNodeFactory.instance.objectNode().put("type", "null"));
            return any;
        };
        if (kind instanceof Kind.Plain(Word word)) {
            ObjectNode schema = schema(kind);
            schema.putArray("type").add(word.type).add("null");
            return schema;
        }
        return either.apply(schema(kind));
    }
}
