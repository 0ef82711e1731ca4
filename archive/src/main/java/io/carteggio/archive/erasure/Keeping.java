package io.carteggio.archive.erasure;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.audit.Acts;
import io.carteggio.archive.entry.Act;
import io.carteggio.archive.search.Query;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// What must be kept and what must not be for long: holds and the bounds of retention, as all acts so
/// far have made them. Safe for many threads.
public final class Keeping {
    /// The longest retention: a thousand years.
    public static final long DAYS_LIMIT = 365_250;

    /// So many days copies of the keyring are kept at most, where nothing else was said.
    public static final long COPIES_DAYS = 30;

    /// Who kept copies longer than ten years could promise nobody that anything is erased.
    public static final long COPIES_DAYS_LIMIT = 3_650;

    private static final Pattern NAME = Pattern.compile("[\\p{L}\\p{N}][\\p{L}\\p{N} ._@-]{0,63}");

    private final Map<String, Hold> holds = new LinkedHashMap<>();
    private Bounds bounds = new Bounds(Optional.empty(), Optional.empty(), Optional.empty());

    /// A hold that stands.
    ///
    /// @param query which letters it keeps, also those that come later
    public record Hold(String name, String query, String reason, Instant at, String by) {}

    /// How long letters are kept at least and at most, from their latest plausible instant; no bound
    /// where absent.
    ///
    /// @param copiesDays how long copies of the keyring are kept at most; absent: [#COPIES_DAYS]
    public record Bounds(Optional<Long> minimumDays, Optional<Long> maximumDays, Optional<Long> copiesDays) {
        /// Until when a letter of this instant must be kept.
        public Optional<Instant> atLeastUntil(Instant latest) {
            return minimumDays.map(days -> latest.plus(Duration.ofDays(days)));
        }

        /// When the time of a letter of this instant is over.
        public Optional<Instant> atMostUntil(Instant latest) {
            return maximumDays.map(days -> latest.plus(Duration.ofDays(days)));
        }

        /// How long copies of the keyring are kept at most, in days.
        public long copiesKeptDays() {
            return copiesDays.orElse(COPIES_DAYS);
        }

        /// When what was erased at this instant is gone from backups and write-once storage too: the
        /// last copy of a keyring that still opens it has expired. Holds for all erasures, also earlier
        /// ones, for it follows from how old a copy can be.
        public Instant everywhereFrom(Instant erased) {
            return erased.plus(Duration.ofDays(copiesKeptDays()));
        }
    }

    /// Takes an act into account. Acts about other things are ignored.
    public synchronized void apply(Act act) {
        if (act instanceof Act.HoldAdded a) {
            holds.put(a.name(), new Hold(a.name(), a.query(), a.reason(), a.at(), a.by()));
        } else if (act instanceof Act.HoldReleased a) {
            holds.remove(a.name());
        } else if (act instanceof Act.RetentionSet a) {
            bounds = new Bounds(a.minimumDays(), a.maximumDays(), a.copiesDays());
        }
    }

    /// The holds that stand, oldest first.
    public synchronized List<Hold> holds() {
        return List.copyOf(holds.values());
    }

    public synchronized Bounds bounds() {
        return bounds;
    }

    /// Puts letters on hold.
    ///
    /// @throws IllegalArgumentException where a hold of that name stands, the name is none, the query
    ///     cannot be read, or no reason is given
    Hold add(Acts acts, String by, String name, String query, String reason) throws ArchiveException {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "a hold's name has 1 to 64 letters, digits, spaces and . _ @ - : '" + name + "'");
        }
        if (holds().stream().anyMatch(h -> h.name().equals(name))) {
            throw new IllegalArgumentException("there is a hold named " + name + " already");
        }
        if (Query.parse(query) instanceof Query.Parsed.Bad bad) {
            throw new IllegalArgumentException(
                    "the query, at character " + (bad.position() + 1) + ": " + bad.message());
        }
        Act.HoldAdded act = new Act.HoldAdded(acts.now(), by, name, query, stated(reason));
        acts.keep(act);
        return new Hold(name, query, reason, act.at(), by);
    }

    /// Ends a hold.
    ///
    /// @throws IllegalArgumentException where none of that name stands, or no reason is given
    void release(Acts acts, String by, String name, String reason) throws ArchiveException {
        if (holds().stream().noneMatch(h -> h.name().equals(name))) {
            throw new IllegalArgumentException("no hold named " + name + " stands");
        }
        acts.keep(new Act.HoldReleased(acts.now(), by, name, stated(reason)));
    }

    /// Sets both bounds, and how long copies are kept.
    ///
    /// @throws IllegalArgumentException where the bounds exclude each other or are not 0 to [#DAYS_LIMIT],
    ///     or copies are not kept for 1 to [#COPIES_DAYS_LIMIT] days
    void set(Acts acts, String by, Bounds next) throws ArchiveException {
        long minimum = next.minimumDays().orElse(0L);
        long maximum = next.maximumDays().orElse(DAYS_LIMIT);
        if (minimum < 0 || maximum < 0 || minimum > DAYS_LIMIT || maximum > DAYS_LIMIT) {
            throw new IllegalArgumentException("retention is 0 to " + DAYS_LIMIT + " days");
        }
        if (minimum > maximum) {
            throw new IllegalArgumentException(
                    "nothing can be kept at least " + minimum + " and at most " + maximum + " days");
        }
        if (next.copiesKeptDays() < 1 || next.copiesKeptDays() > COPIES_DAYS_LIMIT) {
            throw new IllegalArgumentException("copies are kept for 1 to " + COPIES_DAYS_LIMIT + " days");
        }
        acts.keep(new Act.RetentionSet(acts.now(), by, next.minimumDays(), next.maximumDays(), next.copiesDays()));
    }

    static String stated(String reason) {
        if (reason.isBlank()) {
            throw new IllegalArgumentException("a reason must be given");
        }
        return reason.strip();
    }
}
