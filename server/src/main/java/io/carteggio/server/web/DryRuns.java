package io.carteggio.server.web;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// What dry runs of synchronisations found, for those who look through it page by page. In memory alone: a few,
/// for a while. Safe for many threads.
final class DryRuns {
    /// Of a directory with so many changes the rest is only counted.
    static final int CHANGES_LIMIT = 50_000;

    private static final int KEPT = 4;
    private static final Duration VALID = Duration.ofHours(1);

    /// A change.
    ///
    /// @param kind its word, as in `sync.change.WORD`
    record Change(String kind, String who, String what, Optional<Instant> from) {}

    /// What one found.
    ///
    /// @param counts by kinds, also of those that are not kept
    /// @param stop why a run stops unless somebody confirms it
    record Found(
            Instant at, List<Change> changes, Map<String, Long> counts, List<String> remarks, Optional<String> stop) {
        Found {
            changes = List.copyOf(changes);
            counts = java.util.Collections.unmodifiableMap(new LinkedHashMap<>(counts));
            remarks = List.copyOf(remarks);
        }

        long all() {
            return counts.values().stream().mapToLong(Long::longValue).sum();
        }
    }

    private record Key(String person, String sync) {}

    private final Clock clock;
    private final Map<Key, Found> found = new LinkedHashMap<>(); // guarded by this; the oldest first

    DryRuns(Clock clock) {
        this.clock = clock;
    }

    synchronized void keep(String person, String sync, Found run) {
        Key key = new Key(person, sync);
        found.remove(key);
        found.put(key, run);
        while (found.size() > KEPT) {
            found.remove(found.keySet().iterator().next());
        }
    }

    /// What her own last one found; empty where it is too long ago.
    synchronized Optional<Found> of(String person, String sync) {
        return Optional.ofNullable(found.get(new Key(person, sync)))
                .filter(f -> f.at().plus(VALID).isAfter(clock.instant()));
    }

    synchronized void forget(String sync) {
        found.keySet().removeIf(key -> key.sync().equals(sync));
    }
}
