package io.carteggio.mail.mime;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/// Encoded words (RFC 2047) in header text, read leniently: also with blanks in them, inside other words, and with a
/// character split between two words, which the standard forbids and programs write.
final class EncodedWords {
    private EncodedWords() {}

    /// The text with all encoded words decoded; what only looks like one stays as it is. Takes linear time.
    static String decode(String text) {
        int start = text.indexOf("=?");
        if (start < 0) {
            return text;
        }
        StringBuilder out = new StringBuilder(text.length());
        Pending pending = new Pending(out);
        int lastEnd = text.lastIndexOf("?="); // none is looked for beyond, which keeps the time linear
        int done = 0;
        while (start >= 0) {
            int charsetEnd = text.indexOf('?', start + 2);
            if (charsetEnd < 0 || charsetEnd + 3 > lastEnd) {
                break;
            }
            Word word = wordAt(text, start, charsetEnd);
            if (word == null) {
                start = text.indexOf("=?", start + 2);
                continue;
            }
            String between = text.substring(done, start);
            if (!between.isBlank() || done == 0) {
                pending.flush();
                out.append(between);
            }
            pending.add(word);
            done = word.end;
            start = text.indexOf("=?", done);
        }
        pending.flush();
        return out.append(text, done, text.length()).toString();
    }

    private static final class Word {
        final String charset;
        final byte[] octets;
        final int end;

        Word(String charset, byte[] octets, int end) {
            this.charset = charset;
            this.octets = octets;
            this.end = end;
        }
    }

    private static @org.jspecify.annotations.Nullable Word wordAt(String s, int start, int charsetEnd) {
        // a charset is a short token: no blank in it, and no more than a name's length
        if (charsetEnd - start > 60
                || charsetEnd == start + 2
                || charsetEnd + 2 >= s.length()
                || s.charAt(charsetEnd + 2) != '?') {
            return null;
        }
        for (int i = start + 2; i < charsetEnd; i++) {
            if (s.charAt(i) <= ' ') {
                return null;
            }
        }
        char encoding = s.charAt(charsetEnd + 1);
        if ("QqBb".indexOf(encoding) < 0) {
            return null;
        }
        int from = charsetEnd + 3;
        int end = s.indexOf("?=", from);
        if (end < 0) {
            return null;
        }
        String charset = s.substring(start + 2, charsetEnd);
        int language = charset.indexOf('*'); // RFC 2231 5
        if (language > 0) {
            charset = charset.substring(0, language);
        }
        boolean isQuoted = encoding == 'Q' || encoding == 'q';
        return new Word(charset, isQuoted ? quoted(s, from, end, charset) : base64(s, from, end), end + 2);
    }

    /// Words one after another in the same charset are decoded together.
    private static final class Pending {
        private final StringBuilder out;
        private String charset = "";
        private byte[] octets = {};
        private int length;

        Pending(StringBuilder out) {
            this.out = out;
        }

        void add(Word word) {
            if (!charset.equalsIgnoreCase(word.charset)
                    || charset.regionMatches(true, 0, "iso-2022", 0, 8)
                    || charset.regionMatches(true, 0, "utf-16", 0, 6)) {
                flush();
                charset = word.charset;
            }
            if (octets.length - length < word.octets.length) {
                octets = Arrays.copyOf(octets, Math.max(octets.length * 2, length + word.octets.length));
            }
            System.arraycopy(word.octets, 0, octets, length, word.octets.length);
            length += word.octets.length;
        }

        void flush() {
            if (length > 0) {
                out.append(Charsets.decodeWord(charset, octets, length));
                length = 0;
            }
        }
    }

    private static byte[] quoted(String s, int from, int end, String charset) {
        byte[] octets = new byte[(end - from) * 4];
        int n = 0;
        for (int i = from; i < end; i++) {
            char c = s.charAt(i);
            if (c == '_') {
                octets[n++] = ' ';
            } else if (c == '='
                    && i + 2 < end
                    && ContentType.hex(s.charAt(i + 1)) >= 0
                    && ContentType.hex(s.charAt(i + 2)) >= 0) {
                octets[n++] = (byte) (ContentType.hex(s.charAt(i + 1)) << 4 | ContentType.hex(s.charAt(i + 2)));
                i += 2;
            } else if (c < 0x80) {
                octets[n++] = (byte) c;
            } else {
                // a raw letter: the sender meant it in the word's charset
                for (byte octet :
                        String.valueOf(c).getBytes(Charsets.named(charset).orElse(StandardCharsets.UTF_8))) {
                    if (n < octets.length) {
                        octets[n++] = octet;
                    }
                }
            }
        }
        return Arrays.copyOf(octets, n);
    }

    private static byte[] base64(String s, int from, int end) {
        byte[] octets = new byte[(end - from) * 3 / 4 + 3];
        int n = 0;
        int bits = 0;
        int held = 0;
        for (int i = from; i < end; i++) {
            int six = six(s.charAt(i));
            if (six < 0) {
                continue;
            }
            bits = bits << 6 | six;
            held += 6;
            if (held >= 8) {
                held -= 8;
                octets[n++] = (byte) (bits >> held);
                bits &= (1 << held) - 1;
            }
        }
        return Arrays.copyOf(octets, n);
    }

    private static int six(char c) {
        if (c >= 'A' && c <= 'Z') {
            return c - 'A';
        } else if (c >= 'a' && c <= 'z') {
            return c - 'a' + 26;
        } else if (c >= '0' && c <= '9') {
            return c - '0' + 52;
        }
        return c == '+' || c == '-' ? 62 : c == '/' || c == '_' ? 63 : -1;
    }
}
