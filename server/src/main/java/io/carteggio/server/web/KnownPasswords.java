package io.carteggio.server.web;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/// Passwords that everybody tries first, as `scripts/known-passwords.py` makes them: words, names, walks over the
/// keyboard, years. Kept as they lie in the file, in order. Safe for many threads.
final class KnownPasswords {
    private static final KnownPasswords SHIPPED = new KnownPasswords();

    private final byte[] lines;

    private KnownPasswords() {
        try (InputStream in = KnownPasswords.class.getResourceAsStream("known-passwords.txt")) {
            if (in == null) {
                throw new IllegalStateException("the program was built without its list of known passwords");
            }
            lines = in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /// Whether the list has it, capital letters and white space around it aside.
    static boolean has(String password) {
        return SHIPPED.holds(password.strip().toLowerCase(Locale.ROOT).getBytes(StandardCharsets.UTF_8));
    }

    private boolean holds(byte[] wanted) {
        int low = 0;
        int high = lines.length; // the line that is looked for begins in [low, high)
        while (low < high) {
            int begin = (low + high) >>> 1;
            while (begin > low && lines[begin - 1] != '\n') {
                begin--;
            }
            int end = begin;
            while (end < lines.length && lines[end] != '\n') {
                end++;
            }
            int order = Arrays.compare(lines, begin, end, wanted, 0, wanted.length);
            if (order == 0) {
                return true;
            }
            if (order < 0) {
                low = end + 1;
            } else {
                high = begin;
            }
        }
        return false;
    }
}
