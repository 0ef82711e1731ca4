package io.carteggio.server.web;

import io.carteggio.archive.role.Roles;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;

/// The one-time link that makes the first administrator. Safe for many threads.
///
/// It is valid until there is an administrator who can log in, or until the server stops: each start prints another.
final class SetUp {
    /// Taken by who makes the administrator, so that two with the same link make one.
    final ReentrantLock turn = new ReentrantLock();

    private final Roles roles;
    private final String token;

    SetUp(Roles roles, Tokens tokens) {
        this.roles = roles;
        this.token = tokens.random();
    }

    /// Whether the archive still waits for its administrator.
    boolean waiting() {
        return !roles.isSetUp();
    }

    /// The word in the link, while it is good for something.
    Optional<String> token() {
        return waiting() ? Optional.of(token) : Optional.empty();
    }

    boolean accepts(String word) {
        return waiting() && Tokens.same(token, word);
    }
}
