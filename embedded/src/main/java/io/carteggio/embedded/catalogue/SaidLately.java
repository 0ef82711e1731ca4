package io.carteggio.embedded.catalogue;

import io.carteggio.archive.catalogue.Testimony;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// What arrivals said that were asked for last: a frame never changes, and to open it anew for each letter of a page of
/// results takes most of the page's time. Nothing of it outlives an erasure. Safe for many threads.
final class SaidLately {
    private static final int LIMIT = 4_096;

    /// Lists of more people are not kept.
    private static final int ADDRESSEES_LIMIT = 100;

    private final Map<Long, Testimony> byArrival = new LinkedHashMap<>(16, 0.75f, true); // guarded by this
    private long erasures; // guarded by this

    synchronized Optional<Testimony> of(long arrival) {
        return Optional.ofNullable(byArrival.get(arrival));
    }

    /// For [#keep]: what was read before an erasure is not kept after it.
    synchronized long now() {
        return erasures;
    }

    synchronized void keep(Testimony testimony, long asOf) {
        if (asOf == erasures && testimony.entry().addressees().size() <= ADDRESSEES_LIMIT) {
            byArrival.put(testimony.number(), testimony);
            if (byArrival.size() > LIMIT) {
                byArrival.remove(byArrival.keySet().iterator().next()); // the one not asked for the longest
            }
        }
    }

    synchronized void forget() {
        erasures++;
        byArrival.clear();
    }
}
