package io.carteggio.archive.intake;

/// Who knows which test messages of the archive's own are under way. Safe for many threads, and quick.
@FunctionalInterface
public interface OwnTests {
    /// Whether a test message with this token is awaited through this source. Takes the same time whatever the
    /// token is: outsiders may try.
    boolean areAwaited(String source, String token);
}
