package io.carteggio.archive.access;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.access.Message.Variant;
import io.carteggio.archive.catalogue.Catalogue;
import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.archive.entry.Addressee;
import io.carteggio.archive.entry.LetterRef;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Deque;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;

/// Finds the letters that are one message: of the same fingerprint, or the protected and the clear copy of one
/// report.
///
/// The scope is asked of each letter and each testimony before anything is grouped (P5): a letter that the viewer
/// may not see joins nothing and adds nobody.
final class Messages {
    /// Letters of one message that are looked at, the newest; of one that has more, that is said.
    static final int VARIANTS_LIMIT = 200;

    private final Catalogue catalogue;

    Messages(Catalogue catalogue) {
        this.catalogue = catalogue;
    }

    /// A letter that the viewer may see, with what vouches for it to her.
    record Seen(CataloguedLetter letter, List<Testimony> testimonies) {
        String kind() {
            return testimonies.stream()
                    .flatMap(t -> t.entry().letters().stream())
                    .filter(l -> l.sum().equals(letter.sum()))
                    .map(LetterRef::kind)
                    .max(Comparator.comparing(kind -> !kind.equals(LetterRef.ORIGINAL)))
                    .orElse(LetterRef.ORIGINAL);
        }

        Variant variant() {
            return new Variant(letter.number(), letter.id(), letter.sizeBytes(), kind());
        }
    }

    /// The letter as far as the scope lets it be seen; empty where it does not.
    Optional<Seen> seen(CataloguedLetter letter, Scope scope) throws ArchiveException {
        return seen(letter, catalogue.legibleTestimonies(letter.number()), scope);
    }

    /// The letter as far as the scope lets it be seen; empty where it does not.
    ///
    /// @param all that is said of it
    static Optional<Seen> seen(CataloguedLetter letter, List<Testimony> all, Scope scope) {
        List<Testimony> testimonies = all.stream().filter(scope::sees).toList();
        return testimonies.isEmpty() ? Optional.empty() : Optional.of(new Seen(letter, testimonies));
    }

    /// Letters of one message, by their numbers.
    ///
    /// @param complete false where there are more than are looked at
    record Group(Map<Long, Seen> letters, boolean complete) {
        static Group of(Seen alone) {
            return new Group(Map.of(alone.letter().number(), alone), true);
        }
    }

    /// The letter and all others of its message that the scope lets be seen.
    Group of(Seen letter, Scope scope) throws ArchiveException {
        Map<Long, Seen> found = new TreeMap<>();
        Deque<Seen> next = new ArrayDeque<>(List.of(letter));
        Set<Long> asked = new HashSet<>(Set.of(letter.letter().number()));
        boolean cut = false;
        while (!next.isEmpty() && found.size() < VARIANTS_LIMIT) {
            Seen one = next.remove();
            found.put(one.letter().number(), one);
            List<CataloguedLetter> others =
                    new ArrayList<>(catalogue.variants(one.letter().number(), VARIANTS_LIMIT));
            cut |= others.size() == VARIANTS_LIMIT;
            for (Testimony t : one.testimonies()) {
                for (LetterRef copy : t.entry().copiesOf(one.letter().sum())) {
                    catalogue.letter(copy.sum()).ifPresent(others::add);
                }
            }
            for (CataloguedLetter other : others) {
                if (asked.add(other.number())) {
                    seen(other, scope).ifPresent(next::add);
                }
            }
        }
        // that there are others is not for who does not see them
        boolean complete = switch (scope) {
            case Scope.Everything() -> !cut && next.isEmpty();
            case Scope.Own _, Scope.Across _ -> found.size() < VARIANTS_LIMIT;
        };
        return new Group(found, complete);
    }

    /// What a viewer is told of a message.
    ///
    /// @param shown the number of the letter that is shown
    static Message message(Group group, long shown, Scope scope) {
        List<Variant> variants = new ArrayList<>();
        Set<Long> arrivals = new HashSet<>();
        Map<String, Addressee> addressees = new LinkedHashMap<>();
        for (Seen seen : group.letters().values()) {
            if (seen.letter().number() == shown) {
                variants.addFirst(seen.variant());
            } else {
                variants.add(seen.variant());
            }
            for (Testimony t : seen.testimonies()) {
                if (arrivals.add(t.number())) {
                    for (Addressee a : scope.visible(t)) {
                        addressees.merge(a.told().address().key(), a, Messages::moreTelling);
                    }
                }
            }
        }
        return new Message(variants, List.copyOf(addressees.values()), arrivals.size(), group.complete());
    }

    /// Of two lines about one recipient: To before Cc before a blind copy (JOURNAL-FORMATS 2.8, step 6).
    private static Addressee moreTelling(Addressee a, Addressee b) {
        return b.seenAs().compareTo(a.seenAs()) < 0 ? b : a;
    }
}
