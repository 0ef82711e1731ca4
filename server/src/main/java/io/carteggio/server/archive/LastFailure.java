package io.carteggio.server.archive;

import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Optional;

/// Why mail cannot be kept, from the first failure until something is kept again: what an administrator must
/// see on the books page, since senders only say it to themselves. Safe for many threads.
final class LastFailure {
    private final Clock clock;
    private Optional<String> since = Optional.empty(); // guarded by this
    private String why = "";
    private long refused;

    LastFailure(Clock clock) {
        this.clock = clock;
    }

    /// A mail was not kept; its sender was asked to come again.
    synchronized void failed(String reason) {
        if (since.isEmpty()) {
            since = Optional.of(DateTimeFormatter.ISO_INSTANT
                    .withZone(ZoneOffset.UTC)
                    .format(clock.instant().truncatedTo(ChronoUnit.SECONDS)));
        }
        why = reason;
        refused++;
    }

    synchronized void kept() {
        since = Optional.empty();
        refused = 0;
    }

    /// One sentence; empty where the last mail was kept.
    synchronized Optional<String> sentence() {
        return since.map(at -> "since " + at + " nothing could be kept, senders were asked " + refused
                + (refused == 1 ? " time" : " times") + " to try again later: " + why);
    }
}
