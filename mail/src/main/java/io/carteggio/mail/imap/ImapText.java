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

    /// A folder's name as people write it, out of modified UTF-7 (RFC 3501, 5.1.3). One that is not of that form
    /// stays as it is.
    ///
    /// @param raw an octet a character
    public static String decoded(String raw) {
        StringBuilder out = new StringBuilder();
        int i = 0;
        while (i < raw.length()) {
            char c = raw.charAt(i);
            if (c != '&') {
                out.append(c);
                i++;
                continue;
            }
            int end = raw.indexOf('-', i);
            if (end < 0) {
                return raw;
            }
            String base64 = raw.substring(i + 1, end);
            if (base64.isEmpty()) {
                out.append('&');
            } else if (!base64.matches("[A-Za-z0-9+,]+") || base64.length() % 4 == 1) {
                return raw;
            } else {
                byte[] utf16 = Base64.getDecoder().decode(base64.replace(',', '/'));
                if (utf16.length % 2 != 0) {
                    return raw;
                }
                out.append(new String(utf16, StandardCharsets.UTF_16BE));
            }
            i = end + 1;
        }
        return out.toString();
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
