package io.carteggio.mail.mime;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/// OctetSearch to text, for every charset that mail names, rightly or wrongly.
final class Charsets {
    private static final Charset WINDOWS_1252 = Charset.forName("windows-1252");

    /// Names that Java does not know, and those that mean more in practice than they say: mail marked with the left
    /// name uses letters of the right one. (ISO-8859-1 and US-ASCII: see [#decode].)
    private static final Map<String, String> ALIASES = Map.ofEntries(
            Map.entry("gb2312", "GB18030"),
            Map.entry("gb_2312-80", "GB18030"),
            Map.entry("x-gbk", "GB18030"),
            Map.entry("gbk", "GB18030"),
            Map.entry("cp936", "GB18030"),
            Map.entry("ks_c_5601-1987", "x-windows-949"),
            Map.entry("ks_c_5601", "x-windows-949"),
            Map.entry("ksc5601", "x-windows-949"),
            Map.entry("euc-kr", "x-windows-949"),
            Map.entry("shift_jis", "windows-31j"),
            Map.entry("shift-jis", "windows-31j"),
            Map.entry("sjis", "windows-31j"),
            Map.entry("x-sjis", "windows-31j"),
            Map.entry("cp932", "windows-31j"),
            Map.entry("iso-2022-jp", "x-windows-50221"),
            Map.entry("_iso-2022-jp", "x-windows-50221"),
            Map.entry("big5", "x-windows-950"),
            Map.entry("cp950", "x-windows-950"),
            Map.entry("iso-8859-8-i", "ISO-8859-8"),
            Map.entry("iso-8859-8-e", "ISO-8859-8"),
            Map.entry("iso-8859-6-i", "ISO-8859-6"),
            Map.entry("windows-874", "x-windows-874"),
            Map.entry("cp874", "x-windows-874"),
            Map.entry("x-mac-cyrillic", "x-MacCyrillic"),
            Map.entry("macintosh", "x-MacRoman"),
            Map.entry("x-mac-roman", "x-MacRoman"),
            Map.entry("uft-8", "UTF-8"),
            Map.entry("utf8mb4", "UTF-8"),
            Map.entry("x-utf-8", "UTF-8"),
            Map.entry("iso-8858-15", "ISO-8859-15"),
            Map.entry("unicode", "UTF-16"),
            Map.entry("ucs-2", "UTF-16"));

    /// The charsets of nearly all mail, found without looking at all that Java has.
    private static final Map<String, Charset> COMMON = Map.of(
            "utf-8", StandardCharsets.UTF_8,
            "utf8", StandardCharsets.UTF_8,
            "us-ascii", StandardCharsets.US_ASCII,
            "ascii", StandardCharsets.US_ASCII,
            "iso-8859-1", StandardCharsets.ISO_8859_1,
            "windows-1252", WINDOWS_1252);

    private Charsets() {}

    /// A header's octets: US-ASCII, else UTF-8 where they are that (RFC 6532), else windows-1252.
    static String header(byte[] bytes, int length) {
        if (Latin1.isAscii(bytes, 0, length)) {
            return Latin1.string(bytes, 0, length);
        }
        return guessed(bytes, length);
    }

    /// A header's octets where they are US-ASCII or UTF-8.
    static Optional<String> headerIfKnown(byte[] bytes, int length) {
        return Latin1.isAscii(bytes, 0, length)
                ? Optional.of(Latin1.string(bytes, 0, length))
                : Optional.ofNullable(strict(StandardCharsets.UTF_8, bytes, length));
    }

    private static String guessed(byte[] bytes, int length) {
        String utf8 = strict(StandardCharsets.UTF_8, bytes, length);
        return utf8 != null ? utf8 : windows1252(bytes, length);
    }

    /// windows-1252 with its five holes read as ISO-8859-1, so that every octet is a character.
    private static String windows1252(byte[] bytes, int length) {
        String text = new String(bytes, 0, length, WINDOWS_1252);
        if (text.indexOf('\uFFFD') < 0) {
            return text;
        }
        StringBuilder mended = new StringBuilder(text);
        for (int i = 0; i < length; i++) {
            if (mended.charAt(i) == '\uFFFD') {
                mended.setCharAt(i, (char) (bytes[i] & 0xff));
            }
        }
        return mended.toString();
    }

    /// The charset of that name or what is meant by it.
    static Optional<Charset> named(String name) {
        String key = Node.lower(name.strip());
        Charset common = COMMON.get(key);
        if (common != null) {
            return Optional.of(common);
        }
        String alias = ALIASES.get(key);
        Charset meant = alias == null ? null : Known.BY_NAME.get(Node.lower(alias));
        return Optional.ofNullable(meant == null ? Known.BY_NAME.get(key) : meant);
    }

    /// All charsets of this Java by all their names. Asking `Charset.forName` takes some 20 microseconds for a name
    /// that it does not know, and a hostile header can name 100,000 of them.
    private static final class Known {
        static final Map<String, Charset> BY_NAME = all();

        private static Map<String, Charset> all() {
            Map<String, Charset> all = new HashMap<>();
            for (Charset charset : Charset.availableCharsets().values()) {
                all.put(Node.lower(charset.name()), charset);
                for (String alias : charset.aliases()) {
                    all.putIfAbsent(Node.lower(alias), charset);
                }
            }
            return all;
        }
    }

    private static boolean isUtf7(String name) {
        String key = Node.lower(name.strip());
        return key.equals("utf-7") || key.equals("utf7") || key.equals("unicode-1-1-utf-7");
    }

    /// The octets of an encoded word or parameter.
    static String decodeWord(String charset, byte[] bytes, int length) {
        return decode(charset, bytes, length).text();
    }

    /// A text, and whether it really was in the charset it claims.
    record Decoded(String text, boolean asClaimed) {}

    /// The octets of a text. An unknown charset is taken for UTF-8 where the octets are that, else for windows-1252;
    /// so are US-ASCII and ISO-8859-1 where they cannot be what they claim. Never fails.
    static Decoded decode(String charset, byte[] bytes, int length) {
        if (isUtf7(charset)) {
            return new Decoded(Utf7.decode(bytes, length), true);
        }
        Charset known = named(charset).orElse(null);
        if (known == null) {
            return new Decoded(guessed(bytes, length), Latin1.isAscii(bytes, 0, length));
        }
        if (known.equals(StandardCharsets.US_ASCII)) {
            return Latin1.isAscii(bytes, 0, length)
                    ? new Decoded(Latin1.string(bytes, 0, length), true)
                    : new Decoded(guessed(bytes, length), false);
        }
        if (known.equals(StandardCharsets.ISO_8859_1)) {
            // C1 controls have no place in text; the sender meant windows-1252 (as the WHATWG Encoding Standard has it)
            return new Decoded(
                    hasC1(bytes, length) ? windows1252(bytes, length) : Latin1.string(bytes, 0, length), true);
        }
        if (known.equals(StandardCharsets.UTF_16) && isLittleEndian(bytes, length)) {
            known = StandardCharsets.UTF_16LE;
        }
        String strict = strict(known, bytes, length);
        if (strict != null) {
            return new Decoded(strict, true);
        }
        String replaced = new String(bytes, 0, length, known);
        if (known.equals(StandardCharsets.UTF_8) && !hasWideCharacter(replaced)) {
            return new Decoded(windows1252(bytes, length), false); // not one sequence of UTF-8 in it
        }
        return new Decoded(replaced, false);
    }

    /// UTF-16 without a byte order mark ought to be big-endian (RFC 2781 4.3); what programs send mostly is not.
    /// Western text shows which: its high octets are zero.
    private static boolean isLittleEndian(byte[] bytes, int length) {
        if (length >= 2 && (bytes[0] & 0xff) + (bytes[1] & 0xff) == 0xFE + 0xFF) {
            return false; // the mark says which
        }
        int zerosBalance = 0;
        for (int i = 0; i + 1 < length; i += 2) {
            zerosBalance += (bytes[i + 1] == 0 ? 1 : 0) - (bytes[i] == 0 ? 1 : 0);
        }
        return zerosBalance > 0;
    }

    private static boolean hasC1(byte[] bytes, int length) {
        for (int i = 0; i < length; i++) {
            if (bytes[i] < 0 && bytes[i] < (byte) 0xA0) {
                return true;
            }
        }
        return false;
    }

    private static boolean hasWideCharacter(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80 && text.charAt(i) != '\uFFFD') {
                return true;
            }
        }
        return false;
    }

    private static @org.jspecify.annotations.Nullable String strict(Charset charset, byte[] bytes, int length) {
        CharsetDecoder decoder = charset.newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT);
        try {
            CharBuffer text = decoder.decode(ByteBuffer.wrap(bytes, 0, length));
            return text.toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
