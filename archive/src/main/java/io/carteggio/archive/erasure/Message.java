package io.carteggio.archive.erasure;

import io.carteggio.archive.catalogue.CataloguedLetter;
import io.carteggio.archive.catalogue.Testimony;
import io.carteggio.mail.Sha256;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/// Letters that are erased together, with all that was ever said of them.
///
/// @param byNumber the letters
/// @param said testimonies by letter
record Message(Map<Long, CataloguedLetter> byNumber, Map<Long, List<Testimony>> said) {
    /// A date further ahead of our clock than this is not plausible.
    private static final Duration CLOCK_SKEW = Duration.ofDays(1);

    Message {
        byNumber = new TreeMap<>(byNumber);
        said = new TreeMap<>(said);
    }

    Collection<CataloguedLetter> letters() {
        return byNumber.values();
    }

    boolean has(long letter) {
        return byNumber.containsKey(letter);
    }

    Set<Sha256> sums() {
        Set<Sha256> sums = new HashSet<>();
        letters().forEach(l -> sums.add(l.sum()));
        return sums;
    }

    /// All arrivals that vouch for any of the letters.
    Map<Long, Testimony> arrivals() {
        Map<Long, Testimony> arrivals = new TreeMap<>();
        said.values().forEach(list -> list.forEach(t -> arrivals.put(t.number(), t)));
        return arrivals;
    }

    Message and(Message other) {
        Map<Long, CataloguedLetter> letters = new TreeMap<>(byNumber);
        letters.putAll(other.byNumber);
        Map<Long, List<Testimony>> all = new TreeMap<>(said);
        all.putAll(other.said);
        return new Message(letters, all);
    }

    /// Whether nothing came since.
    boolean same(Message earlier) {
        return byNumber.equals(earlier.byNumber)
                && arrivals().keySet().equals(earlier.arrivals().keySet());
    }

    /// The latest plausible instant of any of it: retention counts from there.
    Instant latest() {
        return letters().stream()
                .map(l -> latest(l.number()))
                .max(Instant::compareTo)
                .orElseThrow();
    }

    /// The latest plausible instant of one letter.
    Instant latest(long letter) {
        return said.getOrDefault(letter, List.of()).stream()
                .flatMap(Message::instants)
                .max(Instant::compareTo)
                .orElse(Instant.MAX);
    }

    private static Stream<Instant> instants(Testimony t) {
        Instant arrived = t.entry().arrived();
        List<Instant> plausible = new ArrayList<>(List.of(arrived));
        Optional<Instant> vouched = t.entry().vouched();
        vouched.filter(v -> !v.isAfter(arrived.plus(CLOCK_SKEW))).ifPresent(plausible::add);
        return plausible.stream();
    }
}
