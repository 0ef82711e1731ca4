package io.carteggio.mail.pop3;

import java.util.Locale;
import java.util.Optional;

/// The first line of an answer.
///
/// @param kind whether the answer is yes, no, or "go on" (`+ `, in a log-in)
/// @param code the extended code of RFC 2449, 8 in capitals: `IN-USE`, `AUTH`, `SYS/TEMP`
/// @param text what else it says
public record Pop3Reply(Kind kind, Optional<String> code, String text) {
    public enum Kind {
        YES,
        NO,
        GO_ON
    }

    public boolean yes() {
        return kind == Kind.YES;
    }

    /// Reads a line without its end; empty where it is no answer.
    public static Optional<Pop3Reply> of(String line) {
        if (line.equals("+") || line.startsWith("+ ")) {
            return Optional.of(new Pop3Reply(
                    Kind.GO_ON, Optional.empty(), line.substring(1).strip()));
        }
        String[] words = line.split(" ", 2);
        Kind kind;
        switch (words[0].toUpperCase(Locale.ROOT)) {
            case "+OK" -> kind = Kind.YES;
            case "-ERR" -> kind = Kind.NO;
            default -> {
                return Optional.empty();
            }
        }
        String text = words.length < 2 ? "" : words[1].strip();
        if (text.startsWith("[")) {
            int end = text.indexOf(']');
            if (end > 0) {
                return Optional.of(new Pop3Reply(
                        kind,
                        Optional.of(text.substring(1, end).strip().toUpperCase(Locale.ROOT)),
                        text.substring(end + 1).strip()));
            }
        }
        return Optional.of(new Pop3Reply(kind, Optional.empty(), text));
    }
}
