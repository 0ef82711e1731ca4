package io.carteggio.archive.access;

import io.carteggio.archive.attribution.Tenure;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.mail.Address;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/// Which letters, and which lines of their envelopes, a viewer may see. Pure.
public sealed interface Scope {
    /// Every letter with every line.
    record Everything() implements Scope {}

    /// The letters in whose envelope one of these addresses was, while it counted as the viewer's. What
    /// counts by way of
    /// a group counts for those who got a letter, never for who sent it: who sends as a group is not all of
    /// it.
    ///
    /// @param byKey the spans of each address key
    record Own(Map<String, List<Tenure>> byKey) implements Scope {
        public Own {
            byKey = Map.copyOf(byKey);
        }

        public static Own of(List<Tenure> tenures) {
            return new Own(tenures.stream().collect(Collectors.groupingBy(Tenure::addressKey)));
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

        /// Whether what went to the address came to her: it was hers, or that of a group she was in, where
        /// the
        /// testimony leaves open who that was.
        private boolean got(Address address, Testimony testimony) {
            Instant at = testimony.entry().at();
            return byKey.getOrDefault(address.key(), List.of()).stream()
                    .anyMatch(t -> t.covers(at)
                            && (!t.throughGroup() || testimony.entry().namesGroups()));
        }
    }

    /// Whether this testimony lets the viewer see its letter.
    default boolean sees(Testimony testimony) {
        return switch (this) {
            case Everything() -> true;
            case Own own ->
                own.heldBySender(testimony)
                        || testimony.entry().addressees().stream()
                                .anyMatch(a -> own.got(a.told().address(), testimony));
        };
    }

    /// The lines of the envelope that the viewer may see: all to the sender and to an auditor; to a recipient
    /// To, Cc and her own lines (P5). Empty where the testimony is not hers at all.
    default List<Addressee> visible(Testimony testimony) {
        return switch (this) {
            case Everything() -> testimony.entry().addressees();
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
        };
    }
}
