package io.carteggio.server.web;

import io.carteggio.archive.ArchiveException;
import io.carteggio.archive.audit.Acts;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Failed log-ins on their way into the audit trail. Safe for many threads.
///
/// The first one after a while is an entry at once; those that follow within [#WINDOW] are counted, and told in one
/// entry when it is over: however fast somebody guesses, it is a few entries an hour. A name that nobody has is never
/// written down: it may be a password that went into the wrong field.
final class FailedLogIns {
    static final Duration WINDOW = Duration.ofMinutes(10);

    /// Names and peers that an entry tells apart.
    static final int TOLD = 10;

    private static final String NOBODY = "a name that nobody has";
    private static final String OTHERS = "others";

    private final Acts acts;
    private final Clock clock;

    // guarded by this
    private Instant windowEnds = Instant.MIN;
    private final Map<String, Integer> names = new LinkedHashMap<>();
    private final Map<String, Integer> peers = new LinkedHashMap<>();

    FailedLogIns(Acts acts, Clock clock) {
        this.acts = acts;
        this.clock = clock;
    }

    /// Somebody did not get in.
    ///
    /// @param person the name of who he said he is, if there is such a person
    synchronized void failed(Optional<String> person, String peer) throws ArchiveException {
        tell();
        Instant now = clock.instant();
        if (!now.isBefore(windowEnds)) {
            windowEnds = now.plus(WINDOW);
            acts.audit("nobody", "log-in failed", person.orElse(NOBODY), Optional.empty(), Optional.of(peer));
            return;
        }
        count(names, person.orElse(NOBODY));
        count(peers, peer);
    }

    private static void count(Map<String, Integer> counts, String key) {
        counts.merge(counts.containsKey(key) || counts.size() < TOLD ? key : OTHERS, 1, Integer::sum);
    }

    /// Tells of what was counted, where its time is over. Called now and then.
    synchronized void tell() throws ArchiveException {
        if (!clock.instant().isBefore(windowEnds)) {
            tellNow();
        }
    }

    /// Tells of what was counted so far.
    synchronized void tellNow() throws ArchiveException {
        if (names.isEmpty()) {
            return;
        }
        int all = names.values().stream().mapToInt(Integer::intValue).sum();
        String object = all + " more: " + told(names);
        String from = told(peers);
        names.clear();
        peers.clear();
        acts.audit("nobody", "log-in failed", object, Optional.empty(), Optional.of(from));
    }

    private static String told(Map<String, Integer> counts) {
        return counts.entrySet().stream()
                .map(e -> e.getKey() + " " + e.getValue() + (e.getValue() == 1 ? " time" : " times"))
                .collect(Collectors.joining(", "));
    }
}
