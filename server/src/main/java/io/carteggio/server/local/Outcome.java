package io.carteggio.server.local;

import java.util.Optional;

/// How an operation ended.
///
/// @param error one line for people
public record Outcome(Exit exit, Optional<String> error) {
    public static final Outcome DONE = new Outcome(Exit.DONE, Optional.empty());

    /// The answer is no, without anything more to say.
    public static final Outcome NO = new Outcome(Exit.NO, Optional.empty());

    public static Outcome failed(Exit exit, String error) {
        return new Outcome(exit, Optional.of(error));
    }
}
