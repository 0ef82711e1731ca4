package io.carteggio.server.local;

/// An operation will not do what it was asked to do. The message is one line for people.
public final class Refusal extends Exception {
    private static final long serialVersionUID = 1L;

    private final Exit exit;

    private Refusal(Exit exit, String message) {
        super(message, null, false, false); // an expected outcome, not a fault: nobody reads its trace
        this.exit = exit;
    }

    /// What was asked for is not there, or must not be.
    public static Refusal no(String message) {
        return new Refusal(Exit.NO, message);
    }

    /// It was asked for wrongly.
    public static Refusal usage(String message) {
        return new Refusal(Exit.USAGE, message);
    }

    public Exit exit() {
        return exit;
    }
}
