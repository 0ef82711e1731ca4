package io.carteggio.server.web;

import io.carteggio.mail.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Log-ins that wait for the second factor. In memory, a few minutes each; when there are too many, the
/// oldest begins again. Safe for many threads.
final class Halves {
    static final int LIMIT = 10_000;

    private record Half(Entering entering, Instant until) {}

    private final Clock clock;
    private final Tokens tokens;
    private final Map<Sha256, Half> halves = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Sha256, Half> eldest) {
            return size() > LIMIT || !clock.instant().isBefore(eldest.getValue().until);
        }
    };

    Halves(Clock clock, Tokens tokens) {
        this.clock = clock;
        this.tokens = tokens;
    }

    /// Keeps one.
    ///
    /// @return what proves that the first factor was right a moment ago
    synchronized String keep(Entering entering) {
        String half = tokens.random();
        halves.put(key(half), new Half(entering, clock.instant().plus(Sessions.FRESH)));
        return half;
    }

    synchronized Optional<Entering> of(String half) {
        return Optional.ofNullable(halves.get(key(half)))
                .filter(h -> clock.instant().isBefore(h.until))
                .map(Half::entering);
    }

    synchronized void forget(String half) {
        halves.remove(key(half));
    }

    private static Sha256 key(String half) {
        return Sha256.of(half.getBytes(StandardCharsets.UTF_8));
    }
}
