package io.carteggio.server.web;

import io.carteggio.archive.attribution.Person;
import io.carteggio.mail.Sha256;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Who is logged in; in memory, so a restart logs everybody out. Safe for many threads.
///
/// A session is found by the hash of its cookie, so what lies in memory opens nothing. It ends [#IDLE] after its last
/// request, and [#LONGEST] after the log-in in any case.
final class Sessions {
    static final Duration IDLE = Duration.ofMinutes(30);
    static final Duration LONGEST = Duration.ofHours(12);
    /// Dangerous acts take a password given within this time.
    static final Duration FRESH = Duration.ofMinutes(5);

    /// When there are more, the one longest idle ends.
    static final int LIMIT = 10_000;

    private final Clock clock;
    private final Tokens tokens;
    private final Map<Sha256, Session> byCookie = new HashMap<>();
    private final Map<String, Session> byHandle = new HashMap<>();

    Sessions(Clock clock, Tokens tokens) {
        this.clock = clock;
        this.tokens = tokens;
    }

    /// Begins a session.
    ///
    /// @return the value of its cookie
    synchronized String begin(String person, String peer, How how, Instant confirmed) {
        sweep();
        String cookie = tokens.random();
        Session session = new Session(
                person,
                tokens.random(),
                tokens.random(),
                clock.instant(),
                tokens.random().substring(0, 12),
                peer,
                how,
                confirmed);
        byCookie.put(key(cookie), session);
        byHandle.put(session.handle(), session);
        return cookie;
    }

    /// The session of this cookie, which thereby lives on.
    synchronized Optional<Session> of(String cookie) {
        Optional<Session> session =
                Optional.ofNullable(byCookie.get(key(cookie))).filter(this::alive);
        session.ifPresent(s -> s.seen(clock.instant()));
        return session;
    }

    /// The session of this handle; does not count as a request of hers.
    synchronized Optional<Session> ofHandle(String handle) {
        return Optional.ofNullable(byHandle.get(handle)).filter(this::alive);
    }

    synchronized void end(String cookie) {
        Session ended = byCookie.remove(key(cookie));
        if (ended != null) {
            byHandle.remove(ended.handle());
        }
    }

    /// Ends all sessions of a person but one.
    synchronized void endOthers(Session kept) {
        byCookie.values().removeIf(s -> s.person().equals(kept.person()) && s != kept);
        byHandle.values().removeIf(s -> s.person().equals(kept.person()) && s != kept);
    }

    /// Ends all sessions of a person.
    synchronized void endAll(String person) {
        byCookie.values().removeIf(s -> s.person().equals(person));
        byHandle.values().removeIf(s -> s.person().equals(person));
    }

    /// A person's, begun last first; without one that is nobody's.
    synchronized List<Session> of(Person person) {
        return byCookie.values().stream()
                .filter(s -> s.person().equals(person.id()) && alive(s) && !(s.how() instanceof How.Rehearsal))
                .sorted(Comparator.comparing(Session::begun).reversed())
                .toList();
    }

    /// Ends one of a person's sessions. False where she has none of this name.
    synchronized boolean end(Person person, String name) {
        byHandle.values()
                .removeIf(s -> s.person().equals(person.id()) && s.name().equals(name));
        return byCookie.values()
                .removeIf(s -> s.person().equals(person.id()) && s.name().equals(name));
    }

    private void sweep() {
        byCookie.values().removeIf(s -> !alive(s));
        if (byCookie.size() >= LIMIT) {
            byCookie.entrySet().stream()
                    .min(Comparator.comparing(e -> e.getValue().lastSeen()))
                    .map(Map.Entry::getKey)
                    .ifPresent(byCookie::remove);
        }
        byHandle.values().retainAll(byCookie.values());
    }

    private boolean alive(Session session) {
        Instant now = clock.instant();
        return now.isBefore(session.lastSeen().plus(IDLE))
                && now.isBefore(session.begun().plus(LONGEST));
    }

    private static Sha256 key(String cookie) {
        return Sha256.of(cookie.getBytes(StandardCharsets.UTF_8));
    }
}
