package io.carteggio.archive;

import io.carteggio.mail.Sha256;
import java.util.Arrays;
import java.util.Locale;
import java.util.regex.Pattern;

/// The public name of a letter: the first 160 bits of `HMAC-SHA-256(id key, sha256 of the letter)` in base 32.
///
/// Keyed, so that an id in a URL or a log confirms nothing to someone who has a copy of the letter (DESIGN 2).
/// @param text 32 characters of `a`–`z` and `2`–`7`
public record LetterId(String text) implements Comparable<LetterId> {
    private static final Pattern FORM = Pattern.compile("[a-z2-7]{32}");
    private static final String ALPHABET = "abcdefghijklmnopqrstuvwxyz234567";
    private static final int SIZE_BYTES = 20;
    private static final int CHARACTERS = 32;

    public LetterId {
        boolean is = text.length() == CHARACTERS;
        for (int i = 0; is && i < CHARACTERS; i++) {
            is = ALPHABET.indexOf(text.charAt(i)) >= 0;
        }
        if (!is) {
            throw new IllegalArgumentException("not a letter's id: " + text);
        }
    }

    /// The first 60 bits: enough to find a letter by, not enough to know that it is the one.
    public long prefix() {
        long bits = 0;
        for (int i = 0; i < 12; i++) {
            bits = bits << 5 | ALPHABET.indexOf(text.charAt(i));
        }
        return bits;
    }

    /// Whether the text has the form of an id; case does not matter.
    public static boolean looksLike(String text) {
        return FORM.matcher(text.toLowerCase(Locale.ROOT)).matches(); // asked about whatever somebody typed
    }

    /// Makes ids under one archive's key. Safe for many threads.
    public static final class Maker {
        private final Hmac hmac;

        /// @param idKey 32 octets
        public Maker(byte[] idKey) {
            if (idKey.length != 32) {
                throw new IllegalArgumentException("an id key has 32 octets, not " + idKey.length);
            }
            hmac = new Hmac(idKey);
        }

        public LetterId of(Sha256 letter) {
            return new LetterId(base32(Arrays.copyOf(hmac.of(letter.toBytes()), SIZE_BYTES)));
        }

        private static String base32(byte[] bytes) {
            StringBuilder text = new StringBuilder(32);
            long bits = 0;
            int count = 0;
            for (byte b : bytes) {
                bits = bits << 8 | (b & 0xff);
                count += 8;
                while (count >= 5) {
                    count -= 5;
                    text.append(ALPHABET.charAt((int) (bits >>> count) & 31));
                }
            }
            return text.toString();
        }
    }

    @Override
    public int compareTo(LetterId other) {
        return text.compareTo(other.text);
    }

    @Override
    public String toString() {
        return text;
    }
}
