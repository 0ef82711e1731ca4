package io.carteggio.archive.attribution;

import io.carteggio.archive.entry.Change.Span;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/// A set of instants: spans in order that do not touch.
record Spans(List<Part> parts) {
    static final Spans NONE = new Spans(List.of());

    /// @param from inclusive
    /// @param to exclusive
    record Part(Instant from, Instant to) {}

    Spans {
        parts = List.copyOf(parts);
    }

    static Spans of(Instant from, Instant to) {
        return from.isBefore(to) ? new Spans(List.of(new Part(from, to))) : NONE;
    }

    static Spans of(Span span) {
        return of(span.from().orElse(Instant.MIN), span.to().orElse(Instant.MAX));
    }

    boolean covers(Instant at) {
        return parts.stream().anyMatch(part -> !at.isBefore(part.from) && at.isBefore(part.to));
    }

    Spans and(Spans other) {
        List<Part> both = new ArrayList<>();
        int here = 0;
        int there = 0;
        while (here < parts.size() && there < other.parts.size()) {
            Part a = parts.get(here);
            Part b = other.parts.get(there);
            Instant from = a.from.isAfter(b.from) ? a.from : b.from;
            Instant to = a.to.isBefore(b.to) ? a.to : b.to;
            if (from.isBefore(to)) {
                both.add(new Part(from, to));
            }
            if (a.to.isBefore(b.to)) {
                here++;
            } else {
                there++;
            }
        }
        return new Spans(both);
    }

    Spans or(Spans other) {
        if (other.parts.isEmpty()) {
            return this;
        }
        List<Part> all = new ArrayList<>(parts);
        all.addAll(other.parts);
        all.sort(Comparator.comparing(Part::from));
        List<Part> joined = new ArrayList<>();
        for (Part part : all) {
            if (!joined.isEmpty() && !part.from.isAfter(joined.getLast().to)) {
                Part last = joined.removeLast();
                joined.add(new Part(last.from, last.to.isBefore(part.to) ? part.to : last.to));
            } else {
                joined.add(part);
            }
        }
        return new Spans(joined);
    }
}
