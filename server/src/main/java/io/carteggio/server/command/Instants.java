package io.carteggio.server.command;

import io.carteggio.server.local.Refusal;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.util.Optional;
import tools.jackson.databind.node.ObjectNode;

/// Instants as people type them.
final class Instants {
    private Instants() {}

    /// A day, which is its beginning in UTC, or an instant.
    static Instant of(String text) throws Refusal {
        try {
            return text.length() <= 10
                    ? LocalDate.parse(text).atStartOfDay(ZoneOffset.UTC).toInstant()
                    : Instant.parse(text);
        } catch (DateTimeParseException e) {
            throw Refusal.usage("not a date: '" + text + "' (2024-03-01, or 2024-03-01T09:00:00Z)");
        }
    }

    /// Puts one that was typed into a request.
    static void put(ObjectNode params, String name, Optional<String> typed) throws Refusal {
        if (typed.isPresent()) {
            params.put(name, of(typed.get()).toString());
        }
    }
}
