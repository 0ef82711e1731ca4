package io.carteggio.server.web;

import io.carteggio.mail.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// States of OpenID log-ins and challenges for passkeys that came back once, as long as they would be good.
/// Only what this server sealed gets in here. When there are too many, the oldest is forgotten; a provider's
/// code is good once there all the same. Safe for many threads.
final class UsedStates {
    static final int LIMIT = 100_000;

    private final Clock clock;
    private final Map<Sha256, Instant> used = new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<Sha256, Instant> eldest) {
            return size() > LIMIT || !clock.instant().isBefore(eldest.getValue());
        }
    };

    UsedStates(Clock clock) {
        this.clock = clock;
    }

    /// Uses it. False where it was used before.
    ///
    /// @param until when it is good for nothing in any case
    synchronized boolean use(String state, Instant until) {
        return used.putIfAbsent(Sha256.of(state.getBytes(StandardCharsets.UTF_8)), until) == null;
    }
}
