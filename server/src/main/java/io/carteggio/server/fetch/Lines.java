package io.carteggio.server.fetch;

/// What other servers say, fit for our own lines: they may send anything.
public final class Lines {
    /// More of a server's words is of no use to anyone.
    private static final int LIMIT = 300;

    private Lines() {}

    public static String of(String said) {
        StringBuilder line = new StringBuilder();
        said.codePoints().limit(LIMIT).forEach(c -> line.appendCodePoint(Character.isISOControl(c) ? ' ' : c));
        return line.toString().strip();
    }

    public static String of(Throwable e) {
        String message = e.getMessage();
        return of(message == null || message.isBlank() ? e.getClass().getSimpleName() : message);
    }
}
