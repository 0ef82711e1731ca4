package io.carteggio.server.web;

import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;

/// One person logged in with one browser. Safe for many threads.
final class Session {
    private final String person;
    private final String formToken;
    private final String handle;
    private final Instant begun;
    private final String name;
    private final String peer;
    private final How how;
    private final AtomicReference<Instant> confirmed;
    private final AtomicReference<Instant> lastSeen;
    private final AtomicReference<Optional<String>> reason = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<byte[]>> proposed = new AtomicReference<>(Optional.empty());
    private final AtomicReference<Optional<String>> news = new AtomicReference<>(Optional.empty());

    /// @param person the person's id
    /// @param formToken what every form of this session carries
    /// @param handle names the session where its cookie cannot: in the addresses of a letter's pictures
    /// @param name by which lists call it; opens nothing
    /// @param peer where it was begun
    /// @param how what she proved who she is with
    /// @param confirmed when she did
    Session(
            String person,
            String formToken,
            String handle,
            Instant begun,
            String name,
            String peer,
            How how,
            Instant confirmed) {
        this.person = person;
        this.formToken = formToken;
        this.handle = handle;
        this.begun = begun;
        this.name = name;
        this.peer = peer;
        this.how = how;
        this.confirmed = new AtomicReference<>(confirmed);
        this.lastSeen = new AtomicReference<>(begun);
    }

    String person() {
        return person;
    }

    String formToken() {
        return formToken;
    }

    String handle() {
        return handle;
    }

    String name() {
        return name;
    }

    String peer() {
        return peer;
    }

    /// What she proved who she is with.
    How how() {
        return how;
    }

    /// When she last gave her password.
    Instant confirmed() {
        return confirmed.get();
    }

    void confirmed(Instant now) {
        confirmed.set(now);
    }

    Instant begun() {
        return begun;
    }

    Instant lastSeen() {
        return lastSeen.get();
    }

    void seen(Instant now) {
        lastSeen.set(now);
    }

    /// Says on the next page what was done.
    void tell(String done) {
        news.set(Optional.of(done));
    }

    /// What was done, once.
    Optional<String> news() {
        return news.getAndSet(Optional.empty());
    }

    /// A second factor's secret that waits for its first code.
    Optional<byte[]> proposed() {
        return proposed.get();
    }

    void propose(Optional<byte[]> secret) {
        proposed.set(secret);
    }

    /// Why an auditor reads across people at present.
    Optional<String> reason() {
        return reason.get();
    }

    void reason(Optional<String> stated) {
        reason.set(stated);
    }
}
