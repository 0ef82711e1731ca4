package io.carteggio.server.web;

import io.carteggio.mail.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// One-time links by which people set their first or a new password. In memory: a restart takes them back. Safe for
/// many threads.
final class Invitations {
    static final Duration VALID = Duration.ofDays(7);
    static final int LIMIT = 10_000;

    private record Invitation(String person, Instant until) {}

    private final Clock clock;
    private final Tokens tokens;
    private final Map<Sha256, Invitation> open = new HashMap<>();

    Invitations(Clock clock, Tokens tokens) {
        this.clock = clock;
        this.tokens = tokens;
    }

    /// A new invitation; an older one of the same person is no longer valid.
    synchronized String invite(String person) {
        Instant now = clock.instant();
        open.values().removeIf(i -> i.person.equals(person) || !now.isBefore(i.until));
        if (open.size() >= LIMIT) {
            throw new IllegalStateException("there are " + LIMIT + " open invitations");
        }
        String token = tokens.random();
        open.put(key(token), new Invitation(person, now.plus(VALID)));
        return token;
    }

    /// The id of the person whom this link invites.
    synchronized Optional<String> person(String token) {
        return Optional.ofNullable(open.get(key(token)))
                .filter(i -> clock.instant().isBefore(i.until))
                .map(Invitation::person);
    }

    /// Uses the link up. False where somebody else was quicker.
    synchronized boolean use(String token) {
        return open.remove(key(token)) != null;
    }

    private static Sha256 key(String token) {
        return Sha256.of(token.getBytes(StandardCharsets.UTF_8));
    }
}
