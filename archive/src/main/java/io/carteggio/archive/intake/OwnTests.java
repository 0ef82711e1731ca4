package io.carteggio.archive.intake;

/// Who knows which test messages of the archive's own were sent lately. Safe for many threads, and quick.
@FunctionalInterface
public interface OwnTests {
    /// Whether a test message with this token was sent for this source. Takes the same time whatever the
    /// token is: outsiders may try.
    boolean wereSent(String source, String token);
}
