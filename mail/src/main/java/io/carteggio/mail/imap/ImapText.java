package io.carteggio.mail.imap;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Texts as a client writes them into commands.
public final class ImapText {
    /// A quoted string should not make a line that a server finds too long.
    private static final int QUOTED_LIMIT = 1_000;

    private ImapText() {}

    /// Whether a text can stand in quotes; else it goes as a literal.
    public static boolean quotable(String text) {
        return text.length() <= QUOTED_LIMIT && text.chars().allMatch(c -> c >= ' ' && c < 127);
    }

    /// A text in quotes.
    ///
    /// @throws IllegalArgumentException where it is not [#quotable]
    public static String quoted(String text) {
        if (!quotable(text)) {
            throw new IllegalArgumentException("not fit for quotes");
        }
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    /// A folder's name in modified UTF-7 (RFC 3501, 5.1.3), quoted.
    public static String folder(String name) {
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < name.length()) {
            char c = name.charAt(i);
            if (c == '&') {
                out.append("&-");
                i++;
            } else if (c >= ' ' && c < 127) {
                out.append(c);
                i++;
            } else {
                int from = i;
                while (i < name.length() && (name.charAt(i) < ' ' || name.charAt(i) >= 127)) {
                    i++;
                }
                byte[] utf16 = name.substring(from, i).getBytes(StandardCharsets.UTF_16BE);
                out.append('&')
                        .append(Base64.getEncoder()
                                .withoutPadding()
                                .encodeToString(utf16)
                                .replace('/', ','))
                        .append('-');
            }
        }
        return quoted(out.toString());
    }
}
