package io.carteggio.server.local;

/// The exit codes of DESIGN 6.
public enum Exit {
    /// Done.
    DONE(0),
    /// The answer is "no", or something was refused or damaged.
    NO(1),
    /// Wrong usage.
    USAGE(2);

    private final int code;

    Exit(int code) {
        this.code = code;
    }

    public int code() {
        return code;
    }

    static Exit ofCode(int code) {
        return switch (code) {
            case 0 -> DONE;
            case 2 -> USAGE;
            default -> NO;
        };
    }
}
