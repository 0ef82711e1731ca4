package io.carteggio.archive.intake;

/// Who knows which test messages of the archive's own were sent lately and are not back. Safe for many threads, and
/// quick.
@FunctionalInterface
public interface OwnTests {
    /// Whether a test message with this token was sent for this source and is not back. Takes the same time
    /// whatever the token is: outsiders may try.
    boolean wereSent(String source, String token);
}
