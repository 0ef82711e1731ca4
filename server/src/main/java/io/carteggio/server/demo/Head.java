package io.carteggio.server.demo;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;

/// A header being written: fields folded as RFC 5322 2.2.3 has it, non-ASCII text as encoded words (RFC 2047). Only
/// ASCII comes out.
final class Head {
    /// Lines are folded before this column where there is a blank to fold at.
    private static final int FOLD_AT = 77;

    /// RFC 2047 section 2.
    private static final int LONGEST_ENCODED_WORD = 75;

    private static final HexFormat HEX = HexFormat.of().withUpperCase();

    private final StringBuilder text = new StringBuilder();

    /// How encoded words are written.
    ///
    /// @param charset of the encoded words, where the text can be written in it; else UTF-8
    /// @param q the Q encoding; else B
    record Words(Charset charset, boolean q) {
        static final Words UTF8_B = new Words(StandardCharsets.UTF_8, false);
    }

    /// A field whose value is ASCII and may be folded at each blank.
    Head add(String name, String value) {
        return folded(name, value.split(" ", -1), "\r\n ");
    }

    /// A field of parameters, folded with a TAB before some of them, as Exchange does; never inside one, where the TAB
    /// would become part of a file's name.
    Head addTabbed(String name, String value) {
        return folded(name, value.split("(?<=;) ", -1), "\r\n\t");
    }

    /// A field written as it stands: the value holds its own folds, and its own blank at the start if it wants one.
    Head raw(String name, String value) {
        text.append(name).append(':').append(value).append("\r\n");
        return this;
    }

    Head append(Head other) {
        text.append(other.text);
        return this;
    }

    private Head folded(String name, String[] tokens, String fold) {
        text.append(name).append(':');
        int column = name.length() + 1;
        boolean first = true;
        for (String token : tokens) {
            if (!first && !token.isEmpty() && column + 1 + token.length() > FOLD_AT) {
                text.append(fold).append(token);
                column = 1 + token.length();
            } else {
                text.append(' ').append(token);
                column += 1 + token.length();
            }
            first = false;
        }
        text.append("\r\n");
        return this;
    }

    byte[] bytes() {
        return text.toString().getBytes(StandardCharsets.US_ASCII);
    }

    @Override
    public String toString() {
        return text.toString();
    }

    static boolean ascii(String s) {
        return s.chars().allMatch(c -> c >= 0x20 && c < 0x7f);
    }

    /// Unstructured text for a field's value: itself, or encoded words separated by blanks.
    static String encoded(String s, Words words) {
        return ascii(s) && !s.contains("=?") ? s : encodedWords(s, words);
    }

    /// A mailbox of RFC 5322 3.4 whose name may be any text or empty.
    static String mailbox(String name, String address, Words words) {
        if (name.isEmpty()) {
            return "<" + address + ">";
        }
        if (!ascii(name)) {
            return encodedWords(name, words) + " <" + address + ">";
        }
        boolean atoms = name.chars().allMatch(c -> Character.isLetterOrDigit(c) || c == ' ' || c == '-');
        return (atoms ? name : "\"" + name.replace("\\", "\\\\").replace("\"", "\\\"") + "\"") + " <" + address + ">";
    }

    /// A parameter in the extended form of RFC 2231, or quoted where it is plain ASCII.
    static String parameter(String name, String value) {
        if (ascii(value)) {
            return name + "=\"" + value.replace("\\", "\\\\").replace("\"", "\\\"") + "\"";
        }
        StringBuilder extended = new StringBuilder(name).append("*=UTF-8''");
        for (byte b : value.getBytes(StandardCharsets.UTF_8)) {
            if (letterOrDigit(b) || b == '.' || b == '-') {
                extended.append((char) b);
            } else {
                extended.append('%').append(HEX.toHexDigits(b));
            }
        }
        return extended.toString();
    }

    static String encodedWords(String s, Words words) {
        Charset charset = words.charset().newEncoder().canEncode(s) ? words.charset() : StandardCharsets.UTF_8;
        List<String> made = new ArrayList<>();
        int from = 0;
        while (from < s.length()) {
            int to = from;
            String word = "";
            while (to < s.length()) {
                int next = s.offsetByCodePoints(to, 1);
                String longer = encodedWord(s.substring(from, next), charset, words.q());
                if (longer.length() > LONGEST_ENCODED_WORD) {
                    break;
                }
                word = longer;
                to = next;
            }
            made.add(word);
            from = to;
        }
        return String.join(" ", made);
    }

    private static String encodedWord(String s, Charset charset, boolean q) {
        byte[] bytes = encode(s, charset);
        String start = "=?" + charset.name().toLowerCase(Locale.ROOT) + (q ? "?Q?" : "?B?");
        return start + (q ? q(bytes) : Base64.getEncoder().encodeToString(bytes)) + "?=";
    }

    private static boolean letterOrDigit(byte b) {
        return (b >= '0' && b <= '9') || (b >= 'A' && b <= 'Z') || (b >= 'a' && b <= 'z');
    }

    /// The Q encoding as a phrase needs it (RFC 2047 5(3)), which is good everywhere else, too.
    private static String q(byte[] bytes) {
        StringBuilder out = new StringBuilder();
        for (byte b : bytes) {
            if (b == ' ') {
                out.append('_');
            } else if (letterOrDigit(b) || b == '-') {
                out.append((char) b);
            } else {
                out.append('=').append(HEX.toHexDigits(b));
            }
        }
        return out.toString();
    }

    /// The text in that charset; refuses what cannot be written there instead of putting question marks.
    static byte[] encode(String s, Charset charset) {
        try {
            ByteBuffer encoded = charset.newEncoder().encode(CharBuffer.wrap(s));
            byte[] bytes = new byte[encoded.remaining()];
            encoded.get(bytes);
            return bytes;
        } catch (CharacterCodingException e) {
            throw new IllegalStateException("not " + charset + ": " + s, e);
        }
    }

    /// Quoted-printable (RFC 2045 6.7) of text whose lines end in CRLF.
    static byte[] quotedPrintable(byte[] text) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length * 5 / 4);
        int column = 0;
        for (int i = 0; i < text.length; i++) {
            byte b = text[i];
            if (b == '\r' && i + 1 < text.length && text[i + 1] == '\n') {
                out.write('\r');
                out.write('\n');
                i++;
                column = 0;
                continue;
            }
            boolean lineEnds = i + 1 == text.length || text[i + 1] == '\r';
            boolean plain = (b > ' ' && b < 0x7f && b != '=') || ((b == ' ' || b == '\t') && !lineEnds);
            if (column + (plain ? 1 : 3) > 75) {
                out.writeBytes(new byte[] {'=', '\r', '\n'});
                column = 0;
            }
            if (plain) {
                out.write(b);
                column++;
            } else {
                out.writeBytes(("=" + HEX.toHexDigits(b)).getBytes(StandardCharsets.US_ASCII));
                column += 3;
            }
        }
        return out.toByteArray();
    }

    /// Base64 (RFC 2045 6.8) in lines of 76, the last one ended, too.
    static byte[] base64(byte[] bytes) {
        byte[] encoded = Base64.getMimeEncoder().encode(bytes);
        byte[] ended = new byte[encoded.length + 2];
        System.arraycopy(encoded, 0, ended, 0, encoded.length);
        ended[encoded.length] = '\r';
        ended[encoded.length + 1] = '\n';
        return ended;
    }
}
