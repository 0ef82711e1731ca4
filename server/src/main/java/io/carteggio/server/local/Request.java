package io.carteggio.server.local;

import io.carteggio.archive.audit.Actor;
import java.io.InputStream;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/// What an operation is asked to do. What is missing or of another type is a [Refusal] with [Exit#USAGE]: the
/// peer may be another version of this program, or none of ours.
///
/// @param operation its name
/// @param body octets that belong to the request; empty for most
/// @param actor who asks
public record Request(String operation, ObjectNode params, InputStream body, Actor actor) {
    /// Of whoever has the machine.
    public Request(String operation, ObjectNode params, InputStream body) {
        this(operation, params, body, Actor.MACHINE);
    }

    public Request(String operation, ObjectNode params) {
        this(operation, params, InputStream.nullInputStream());
    }

    /// Who asks, for the audit trail.
    public String by() {
        return actor.name();
    }

    public String text(String name) throws Refusal {
        return optionalText(name).orElseThrow(() -> missing(name));
    }

    public Optional<String> optionalText(String name) throws Refusal {
        JsonNode value = params.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return Optional.empty();
        }
        if (!value.isString()) {
            throw wrong(name, "text");
        }
        return Optional.of(value.stringValue());
    }

    public List<String> texts(String name) throws Refusal {
        JsonNode value = params.path(name);
        List<String> texts = new ArrayList<>();
        for (JsonNode item : value) {
            if (!item.isString()) {
                throw wrong(name, "a list of texts");
            }
            texts.add(item.stringValue());
        }
        return texts;
    }

    public long number(String name, long otherwise) throws Refusal {
        JsonNode value = params.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return otherwise;
        }
        if (!value.isIntegralNumber() || !value.canConvertToLong()) {
            throw wrong(name, "a whole number");
        }
        return value.longValue();
    }

    public boolean flag(String name) throws Refusal {
        JsonNode value = params.path(name);
        if (value.isMissingNode() || value.isNull()) {
            return false;
        }
        if (!value.isBoolean()) {
            throw wrong(name, "true or false");
        }
        return value.booleanValue();
    }

    /// An instant in the form of ISO 8601 with zone `Z`.
    public Optional<Instant> optionalInstant(String name) throws Refusal {
        Optional<String> text = optionalText(name);
        if (text.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(Instant.parse(text.get()));
        } catch (DateTimeParseException e) {
            throw wrong(name, "an instant");
        }
    }

    private Refusal missing(String name) {
        return Refusal.usage(operation + ": '" + name + "' is missing");
    }

    private Refusal wrong(String name, String expected) {
        return Refusal.usage(operation + ": '" + name + "' is not " + expected);
    }
}
