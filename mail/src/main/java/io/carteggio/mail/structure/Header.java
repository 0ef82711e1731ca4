package io.carteggio.mail.structure;

import java.util.List;
import java.util.Optional;

/// The fields of a header block, in their order.
///
/// @param complete false where a limit of [Structure] cut the list or a field
public record Header(List<Field> fields, boolean complete) {
    public static final Header EMPTY = new Header(List.of(), true);

    public Header {
        fields = List.copyOf(fields);
    }

    /// The first field of that name; upper and lower case are the same.
    public Optional<Field> first(String name) {
        for (Field field : fields) {
            if (field.is(name)) {
                return Optional.of(field);
            }
        }
        return Optional.empty();
    }

    /// Whether there is a field of that name, also an empty one.
    public boolean has(String name) {
        return first(name).isPresent();
    }

    /// All fields of that name, in their order.
    public List<Field> all(String name) {
        return fields.stream().filter(field -> field.is(name)).toList();
    }

    /// The first field's value on one line, octets read as UTF-8 or windows-1252; empty where there is none.
    public Optional<String> text(String name) {
        return first(name).map(Field::text);
    }

    /// What `Content-Type` says; `text/plain` where it says nothing that can be read (RFC 2045, 5.2).
    public MediaType contentType() {
        return contentType(MediaType.TEXT_PLAIN);
    }

    /// What `Content-Type` says; `fallback` where it says nothing that can be read.
    public MediaType contentType(MediaType fallback) {
        return first("Content-Type")
                .flatMap(field -> MediaType.parse(field.unfolded()))
                .orElse(fallback);
    }
}
