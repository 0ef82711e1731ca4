package io.carteggio.server.command;

import java.io.BufferedOutputStream;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/// What a command hears and says: the standard streams, in UTF-8 whatever the locale, and the environment.
///
/// @param errIsTerminal whether somebody watches the error stream
record Console(
        InputStream in, PrintStream out, PrintStream err, Map<String, String> environment, boolean errIsTerminal) {
    private static final int BUFFER_BYTES = 64 * 1024;

    static Console ofProcess() {
        return new Console(
                System.in,
                printer(new FileOutputStream(FileDescriptor.out)),
                new PrintStream(new FileOutputStream(FileDescriptor.err), true, StandardCharsets.UTF_8),
                System.getenv(),
                Boolean.getBoolean("carteggio.errIsTerminal"));
    }

    private static PrintStream printer(OutputStream out) {
        return new PrintStream(new BufferedOutputStream(out, BUFFER_BYTES), false, StandardCharsets.UTF_8);
    }

    Optional<String> variable(String name) {
        return Optional.ofNullable(environment.get(name)).filter(v -> !v.isBlank());
    }

    /// A line for people; what might steer their terminal is taken out.
    void line(String text) {
        out.println(printable(text));
    }

    void json(JsonNode json) {
        out.println(json);
    }

    /// Shows what was said so far.
    void flush() {
        out.flush();
    }

    /// A line on the error stream, after everything said so far.
    void complain(String text) {
        out.flush();
        err.println(printable(text));
    }

    /// Text of mail goes to terminals: control characters could move the cursor, change what stands there, or answer
    /// for the user; signs that turn the direction of writing could make one address look like another.
    static String printable(String text) {
        StringBuilder clean = new StringBuilder(text.length());
        text.codePoints().forEach(c -> clean.appendCodePoint(harmless(c) ? c : c == '\t' ? ' ' : 0xFFFD));
        return clean.toString();
    }

    private static boolean harmless(int c) {
        boolean turns = c == 0x061C
                || c == 0x200E
                || c == 0x200F
                || (c >= 0x202A && c <= 0x202E)
                || (c >= 0x2066 && c <= 0x2069);
        return !turns && !Character.isISOControl(c) && !(c >= 0xD800 && c <= 0xDFFF);
    }
}
