package io.carteggio.server.watch;

import io.carteggio.archive.entry.Act;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// The backups that were made, as all acts so far tell of them. Safe for many threads.
public final class Backups {
    /// So many are known by what they were.
    private static final int KEPT = 20;

    private final Deque<Act.BackedUp> newestFirst = new ArrayDeque<>(); // guarded by this

    /// Takes an act into account. Others are ignored.
    public synchronized void apply(Act act) {
        if (act instanceof Act.BackedUp backup) {
            newestFirst.addFirst(backup);
            if (newestFirst.size() > KEPT) {
                newestFirst.removeLast();
            }
        }
    }

    /// The last one, whole or not.
    public synchronized Optional<Act.BackedUp> last() {
        return Optional.ofNullable(newestFirst.peekFirst());
    }

    /// The last ones, newest first.
    public synchronized List<Act.BackedUp> recent() {
        return List.copyOf(newestFirst);
    }
}
