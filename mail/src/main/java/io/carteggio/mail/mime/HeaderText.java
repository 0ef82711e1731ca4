package io.carteggio.mail.mime;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/// Text as it is written into a header field.
public final class HeaderText {
    /// Longer values are written in encoded words, whose lines are short whatever is in them.
    private static final int PLAIN_CHARS = 900;

    /// With this many octets an encoded word has 75 characters at most (RFC 2047, 2).
    private static final int WORD_OCTETS = 45;

    private HeaderText() {}

    /// The value of an unstructured field: as it is where it is short and plain, else in encoded words (RFC 2047) of
    /// UTF-8, a line each. Control characters become blanks, so nothing can be smuggled in.
    public static String encoded(String text) {
        if (isPlain(text) && text.length() < PLAIN_CHARS) {
            return text;
        }
        StringBuilder words = new StringBuilder();
        int[] points = text.codePoints().map(HeaderText::harmless).toArray();
        for (int from = 0; from < points.length; ) {
            int to = from;
            int octets = 0;
            while (to < points.length) {
                int more = new String(points, to, 1).getBytes(StandardCharsets.UTF_8).length;
                if (octets + more > WORD_OCTETS) {
                    break;
                }
                octets += more;
                to++;
            }
            String word = new String(points, from, to - from);
            words.append(from == 0 ? "" : "\r\n ")
                    .append("=?utf-8?B?")
                    .append(Base64.getEncoder().encodeToString(word.getBytes(StandardCharsets.UTF_8)))
                    .append("?=");
            from = to;
        }
        return words.toString();
    }

    /// The text on one line: every control character and every line break of Unicode is a blank.
    public static String oneLine(String text) {
        return isPlain(text)
                ? text
                : text.codePoints()
                        .map(HeaderText::harmless)
                        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
                        .toString();
    }

    private static int harmless(int c) {
        return c < ' ' || (c >= 0x7f && c <= 0x9f) || c == 0x2028 || c == 0x2029 || (c >= 0xd800 && c <= 0xdfff)
                ? ' '
                : c;
    }

    /// Whether all of it is printable ASCII.
    public static boolean isPlain(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) < ' ' || text.charAt(i) >= 0x7f) {
                return false;
            }
        }
        return true;
    }
}
