package io.carteggio.archive.access;

import io.carteggio.archive.attribution.Tenure;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// Which letters, and which lines of their envelopes, a viewer may see. Pure.
public sealed interface Scope {
    /// Every letter with every line.
    record Everything() implements Scope {}

    /// The letters in whose envelope one of these addresses was, while it counted as the viewer's. What counts
    /// by way of a group counts for those who got a letter, never for who sent it: who sends as a group is not
    /// all of it.
    ///
    /// @param byKey the spans of each address key
    record Own(Map<String, List<Tenure>> byKey) implements Scope {
        public Own {
            byKey = Map.copyOf(byKey);
        }

        public static Own of(List<Tenure> tenures) {
            return new Own(tenures.stream().collect(Collectors.groupingBy(Tenure::addressKey)));
        }

        boolean isIn(Testimony testimony) {
            return heldBySender(testimony)
                    || testimony.entry().addressees().stream()
                            .anyMatch(a -> got(a.told().address(), testimony));
        }

        private boolean heldBySender(Testimony testimony) {
            Instant at = testimony.entry().at();
            return testimony.entry().sender().filter(s -> holds(s, at)).isPresent()
                    || testimony.entry().onBehalfOf().filter(s -> holds(s, at)).isPresent();
        }

        private boolean holds(Address address, Instant at) {
            return byKey.getOrDefault(address.key(), List.of()).stream()
                    .anyMatch(t -> !t.throughGroup() && t.covers(at));
        }

        /// Whether what went to the address came to her: it was hers, or that of a group she was in, where the
        /// testimony leaves open who that was.
        private boolean got(Address address, Testimony testimony) {
            Instant at = testimony.entry().at();
            return byKey.getOrDefault(address.key(), List.of()).stream()
                    .anyMatch(t -> t.covers(at)
                            && (!t.throughGroup() || testimony.entry().namesGroups()));
        }
    }

    /// What an auditor may read: every line of what is vouched for in one of these spans, and of what one of these
    /// addresses is in the envelope of while it counts as one of certain people's.
    ///
    /// @param spans days of which everyone's letters may be read, whoever they are of
    /// @param people the tenures of certain people, cut to the days of which their letters may be read
    record Across(List<Span> spans, Own people) implements Scope {
        public Across {
            spans = List.copyOf(spans);
        }

        boolean covers(Testimony testimony) {
            return spans.stream().anyMatch(s -> s.covers(testimony.entry().at())) || people.isIn(testimony);
        }
    }

    /// From an instant (inclusive) to another (exclusive).
    record Span(Instant from, Instant to) {
        public boolean covers(Instant at) {
            return !at.isBefore(from) && at.isBefore(to);
        }
    }

    /// What several grants to an auditor let her read together; nothing where there are none.
    ///
    /// @param tenures all that decides what the person with an id may see, also by way of groups
    static Scope of(List<io.carteggio.archive.entry.Across> grants, Function<String, List<Tenure>> tenures) {
        List<Span> spans = new ArrayList<>();
        List<Tenure> cut = new ArrayList<>();
        for (io.carteggio.archive.entry.Across grant : grants) {
            if (grant.isEverything()) {
                return new Everything();
            }
            Instant from = grant.from().orElse(Instant.MIN);
            Instant to = grant.to().orElse(Instant.MAX);
            if (grant.everyone()) {
                spans.add(new Span(from, to));
            }
            for (String person : grant.people()) {
                tenures.apply(person).forEach(t -> t.within(from, to).ifPresent(cut::add));
            }
        }
        return grants.isEmpty() ? new Own(Map.of()) : new Across(spans, Own.of(cut));
    }

    /// Whether this testimony lets the viewer see its letter.
    default boolean sees(Testimony testimony) {
        return switch (this) {
            case Everything() -> true;
            case Own own -> own.isIn(testimony);
            case Across across -> across.covers(testimony);
        };
    }

    /// The lines of the envelope that the viewer may see: all to the sender and to an auditor; to a recipient
    /// To, Cc and her own lines (P5). Empty where the testimony is not hers at all.
    default List<Addressee> visible(Testimony testimony) {
        return switch (this) {
            case Everything() -> testimony.entry().addressees();
            case Across across -> across.covers(testimony) ? testimony.entry().addressees() : List.of();
            case Own own -> {
                if (own.heldBySender(testimony)) {
                    yield testimony.entry().addressees();
                }
                if (!sees(testimony)) {
                    yield List.of();
                }
                yield testimony.entry().addressees().stream()
                        .filter(a -> !a.blind() || own.got(a.told().address(), testimony))
                        .toList();
            }
        };
    }

    /// Whether the viewer may see the report itself, which names every recipient.
    default boolean seesEvidence(Testimony testimony) {
        return switch (this) {
            case Everything() -> true;
            case Own own -> own.heldBySender(testimony);
            case Across across -> across.covers(testimony);
        };
    }
}
